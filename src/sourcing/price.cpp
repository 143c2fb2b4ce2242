// What plans cost and how two of them compare: the solver's own arithmetic, for finished plans.
#include <algorithm>
#include <tuple>

#include "earmark/core/check.hpp"
#include "earmark/sourcing/solve.hpp"
#include "workshop.hpp"

namespace earmark::sourcing {

namespace detail {

namespace {

void add_to(std::int64_t& sum, std::int64_t e4) noexcept {
    if (__builtin_add_overflow(sum, e4, &sum)) sum = INT64_MAX;
}

/// What plans with columns, weights or parcel rates have beside the rest. Parts of one node need
/// not lie together.
void price_beyond(const measured& of, std::span<const plan_part> parts, plan_cost& sum) {
    const auto& rank = of.terms.rank;
    const sourcing_problem& p = of.problem;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const plan_part& part = parts[i];
        const std::size_t k = index_of(part.node);
        const part_measures m = measure_part(of, part.wanted, k, part.n);
        add_to(sum.weighted, weighed_part(of.terms, m));
        for (const criterion c : rank) {
            if (!is_column(c)) continue;
            const auto at = static_cast<std::size_t>(column_of(c));
            if (c != criterion::delivery_date) {
                sum.columns[at] += m[in_zone + at];
                continue;
            }
            const std::int64_t day = p.number(node_column::delivery_date, part.wanted, k);
            sum.columns[at] = i == 0 ? day : std::max(sum.columns[at], day);
        }
        const auto here = [&](const plan_part& other) { return other.node == part.node; };
        if (std::find_if(parts.begin(), parts.end(), here) - parts.begin() !=
            static_cast<std::ptrdiff_t>(i))
            continue;  // its parcel was counted with the node's first part
        std::int64_t content = 0;
        for (const plan_part& other : parts)
            if (here(other))
                content += content_of(of.terms.parcels, p.lines[other.wanted], other.n);
        const std::int64_t rate = rate_of_parcel(of.terms, p.nodes[k], p.metres[k], content);
        add_to(sum.e4, rate);
        const std::int64_t opening = fixed_rate(of.terms, p.nodes[k]) + of.terms.extra_parcel;
        add_to(sum.weighted, weighed_parcel(of.terms, opening + rate));
    }
}

/// The plan as a whole is late, by its last part.
void price_late(const policy_terms& terms, const sourcing_problem& problem,
                std::span<const plan_part> parts, plan_cost& sum) {
    for (const plan_part& part : parts)
        sum.late_days =
            std::max(sum.late_days, late_days(problem, part.wanted, index_of(part.node)));
    const std::int64_t cost = late_cost(terms, sum.late_days);
    add_to(sum.e4, cost);
    add_to(sum.weighted, weighed_money(terms, cost));
}

}  // namespace

plan_cost price(const policy_terms& terms, const sourcing_problem& problem, std::uint32_t farthest,
                std::span<const plan_part> parts, std::vector<std::uint8_t>& seen) {
    seen.assign(problem.nodes.size(), 0);
    const ranked_criteria ranked{terms};
    const bool scored = !problem.scores.empty() && ranked.has(criterion::score);
    plan_cost sum;
    const auto pay = [&sum](std::int64_t e4) { add_to(sum.e4, e4); };
    for (const plan_part& part : parts) {
        const std::size_t k = index_of(part.node);
        const node_facts& node = problem.nodes[k];
        const bool unknown = problem.metres[k] == unknown_distance;
        const key128 rate = rate_at(terms, node, unknown ? farthest : problem.metres[k]);
        pay(cost_of(part.n, problem.lines[part.wanted].granule_e9, rate));
        sum.unknown += unknown;
        sum.metres += unknown ? 0 : problem.metres[k];
        sum.priority += node.priority;
        if (scored) sum.score += problem.scores[k];
        if (seen[k] != 0) continue;
        seen[k] = 1;
        if (++sum.parcels > 1) pay(terms.extra_parcel);
        pay(fixed_rate(terms, node));
    }
    if (ranked.beyond()) price_beyond({terms, problem, farthest}, parts, sum);
    if (counts_late(terms, problem)) price_late(terms, problem, parts, sum);
    return sum;
}

}  // namespace detail

namespace {

void check_part(const policy& by, const sourcing_problem& problem, const plan_part& part) {
    EARMARK_CHECK(part.wanted < problem.lines.size() && index_of(part.node) < problem.nodes.size(),
                  "a part names a line or a node that the problem does not have");
    EARMARK_CHECK(part.n > 0, "a part needs a positive amount");
    EARMARK_CHECK(is_priced(by, problem.nodes[index_of(part.node)]),
                  "the policy has no rate for the node of this part");
}

/// Lines of a problem that a plan does not serve from one node, and those of them that it does not
/// serve in full at all.
struct shortfall {
    std::int64_t unserved = 0;
    std::int64_t not_whole = 0;
    std::int64_t missing = 0;
};

shortfall shortfall_of(const sourcing_problem& problem, const plan& p) {
    shortfall out;
    std::vector<std::int64_t> rest(problem.lines.size());
    std::vector<bool> whole(problem.lines.size());
    for (std::size_t l = 0; l < rest.size(); ++l) rest[l] = problem.lines[l].n;
    for (const plan_part& part : p.parts) {
        rest[part.wanted] -= part.n;
        if (part.n == problem.lines[part.wanted].n) whole[part.wanted] = true;
    }
    out.not_whole = std::count(whole.begin(), whole.end(), false);
    out.unserved = std::count_if(rest.begin(), rest.end(), [](auto n) { return n > 0; });
    for (const std::int64_t n : rest) out.missing += std::max<std::int64_t>(n, 0);
    return out;
}

/// b minus a in a term: negative order where a is better.
comparison difference(std::int64_t a, std::int64_t b, plan_term in) {
    if (a == b) return {};
    return {a < b ? -1 : 1, in, b - a};
}

comparison difference(criterion c, const plan_cost& a, const plan_cost& b) {
    using enum plan_term;
    switch (c) {
        case criterion::cost:
            return difference(a.e4, b.e4, cost);
        case criterion::parcels:
            return difference(a.parcels, b.parcels, parcels);
        case criterion::priority:
            return difference(a.priority, b.priority, priority);
        case criterion::score:
            return difference(a.score, b.score, score);
        case criterion::distance: {
            const comparison known = difference(a.unknown, b.unknown, unknown);
            return known.order != 0 ? known : difference(a.metres, b.metres, metres);
        }
        default: {
            const auto at = static_cast<std::size_t>(column_of(c));
            const auto in = static_cast<plan_term>(static_cast<std::size_t>(zone) + at);
            return difference(a.columns[at], b.columns[at], in);
        }
    }
}

/// Every term of the order, the most important one first; stops at a difference.
comparison first_difference(const policy_terms& terms, const plan_cost& a, const plan_cost& b) {
    if (!terms.weights.empty()) return difference(a.weighted, b.weighted, plan_term::weighted);
    for (const criterion c : terms.rank) {
        const comparison found = difference(c, a, b);
        if (found.order != 0) return found;
    }
    return {};
}

comparison compare_service(const policy_terms& terms, const sourcing_problem& problem,
                           const plan& a, const plan& b) {
    const shortfall x = shortfall_of(problem, a);
    const shortfall y = shortfall_of(problem, b);
    comparison found = difference(x.unserved, y.unserved, plan_term::unserved);
    if (found.order == 0) found = difference(x.not_whole, y.not_whole, plan_term::split);
    if (found.order == 0 && terms.lines == line_split::by_quantity)
        found = difference(x.missing, y.missing, plan_term::missing);
    return found;
}

}  // namespace

comparison detail::compare_terms(const policy_terms& terms, const sourcing_problem& problem,
                                 const plan& a, const plan& b) {
    const comparison service = compare_service(terms, problem, a, b);
    return service.order != 0 ? service : first_difference(terms, a.cost, b.cost);
}

plan_cost price(const policy& by, const sourcing_problem& problem,
                std::span<const plan_part> parts) {
    detail::check(problem);
    for (const plan_part& part : parts) check_part(by, problem, part);
    std::vector<std::uint8_t> seen;
    return detail::price(by.terms(), problem, detail::farthest_known(problem.nodes, problem.metres),
                         parts, seen);
}

std::int64_t price_part(const policy& by, const sourcing_problem& problem, const plan_part& part) {
    check_part(by, problem, part);
    const std::size_t k = index_of(part.node);
    const std::uint32_t known = problem.metres[k];
    const std::uint32_t metres =
        known == unknown_distance ? detail::farthest_known(problem.nodes, problem.metres) : known;
    return detail::cost_of(part.n, problem.lines[part.wanted].granule_e9,
                           detail::rate_at(by.terms(), problem.nodes[k], metres));
}

std::int64_t price_parcel(const policy& by, const node_facts& node) {
    EARMARK_CHECK(is_priced(by, node), "the policy has no rate for this kind of node");
    return detail::fixed_rate(by.terms(), node);
}

std::int64_t price_parcel(const policy& by, const sourcing_problem& problem,
                          std::span<const plan_part> parts, node_id node) {
    const std::size_t k = index_of(node);
    std::int64_t content = 0;
    for (const plan_part& part : parts)
        if (part.node == node)
            content += detail::content_of(by.terms().parcels, problem.lines[part.wanted], part.n);
    return price_parcel(by, problem.nodes[k]) +
           detail::rate_of_parcel(by.terms(), problem.nodes[k], problem.metres[k], content);
}

std::int64_t kept_back(const policy& by, const node_facts& node, const wanted_line& of) noexcept {
    return detail::kept_granules(kept_units(by.terms(), node.kind, of.classes), of.granule_e9);
}

std::int64_t usable(const policy& by, const sourcing_problem& problem, std::size_t wanted,
                    node_id node) noexcept {
    if (!problem.selects(node)) return 0;
    return problem.free[wanted * problem.nodes.size() + index_of(node)] -
           kept_back(by, problem.nodes[index_of(node)], problem.lines[wanted]);
}

bool is_priced(const policy& by, const node_facts& node) noexcept {
    return detail::priced(by.terms(), node);
}

comparison compare(const policy& by, const sourcing_problem& problem, const plan& a,
                   const plan& b) {
    const comparison found = detail::compare_terms(by.terms(), problem, a, b);
    if (found.order != 0) return found;
    const auto earlier = [&](const plan_part& x, const plan_part& y) {
        const auto rank = [&](const plan_part& p) {
            return std::tuple{p.wanted, problem.nodes[index_of(p.node)].sequence, p.n};
        };
        return rank(x) < rank(y);
    };
    const auto before = [&](const plan& x, const plan& y) {
        return std::lexicographical_compare(x.parts.begin(), x.parts.end(), y.parts.begin(),
                                            y.parts.end(), earlier);
    };
    if (before(a, b)) return {-1, plan_term::sequence, 0};
    if (before(b, a)) return {1, plan_term::sequence, 0};
    return {};
}

bool same(const plan& a, const plan& b) noexcept {
    const auto equal = [](const plan_part& x, const plan_part& y) {
        return x.wanted == y.wanted && x.node == y.node && x.n == y.n;
    };
    return a.covers == b.covers && a.proof == b.proof && a.cost == b.cost && a.gap == b.gap &&
           std::equal(a.parts.begin(), a.parts.end(), b.parts.begin(), b.parts.end(), equal);
}

}  // namespace earmark::sourcing
