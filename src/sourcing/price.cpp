// What plans cost and how two of them compare: the solver's own arithmetic, for finished plans.
#include <algorithm>
#include <tuple>

#include "earmark/core/check.hpp"
#include "earmark/sourcing/solve.hpp"
#include "workshop.hpp"

namespace earmark::sourcing {

namespace detail {

plan_cost price(const policy_terms& terms, const sourcing_problem& problem, std::uint32_t farthest,
                std::span<const plan_part> parts, std::vector<std::uint8_t>& seen) {
    seen.assign(problem.nodes.size(), 0);
    const bool scored = !problem.scores.empty() && ranked_criteria{terms}.has(criterion::score);
    plan_cost sum;
    const auto pay = [&sum](std::int64_t e4) {
        if (__builtin_add_overflow(sum.e4, e4, &sum.e4)) sum.e4 = INT64_MAX;
    };
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
    std::int64_t not_whole = 0;
    std::int64_t unserved = 0;
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
    return out;
}

using enum comparison::reason;

/// b minus a in every term of the order, the most important one first; stops at a difference.
comparison first_difference(const policy& by, const plan_cost& a, const plan_cost& b) {
    const auto of = [](std::int64_t gap, comparison::reason why) {
        return comparison{gap > 0 ? -1 : gap < 0 ? 1 : 0, gap == 0 ? same : why, gap};
    };
    for (const criterion c : by.terms().rank) {
        comparison found;
        switch (c) {
            case criterion::cost:
                found = of(b.e4 - a.e4, cost);
                break;
            case criterion::parcels:
                found = of(b.parcels - a.parcels, parcels);
                break;
            case criterion::priority:
                found = of(b.priority - a.priority, priority);
                break;
            case criterion::score:
                found = of(b.score - a.score, score);
                break;
            case criterion::distance:
                found = of(b.unknown - a.unknown, unknown);
                if (found.order == 0) found = of(b.metres - a.metres, metres);
                break;
        }
        if (found.order != 0) return found;
    }
    return {};
}

}  // namespace

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

std::int64_t kept_back(const policy& by, const node_facts& node, const wanted_line& of) noexcept {
    return detail::kept_granules(by.terms().keep_back[static_cast<std::size_t>(node.kind)],
                                 of.granule_e9);
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
    const shortfall of_a = shortfall_of(problem, a);
    const shortfall of_b = shortfall_of(problem, b);
    const std::int64_t left_more = of_b.unserved - of_a.unserved;
    const std::int64_t split_more = of_b.not_whole - of_a.not_whole;
    const int order = split_more > 0 ? -1 : split_more < 0 ? 1 : left_more > 0 ? -1 : 1;
    if (left_more != 0 && (left_more > 0) == (order < 0)) return {order, unserved, left_more};
    if (split_more != 0) return {order, split, split_more};
    const comparison found = first_difference(by, a.cost, b.cost);
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
    if (before(a, b)) return {-1, sequence, 0};
    if (before(b, a)) return {1, sequence, 0};
    return {};
}

bool same(const plan& a, const plan& b) noexcept {
    const auto equal = [](const plan_part& x, const plan_part& y) {
        return x.wanted == y.wanted && x.node == y.node && x.n == y.n;
    };
    return a.covers == b.covers && a.proof == b.proof && a.cost == b.cost &&
           std::equal(a.parts.begin(), a.parts.end(), b.parts.begin(), b.parts.end(), equal);
}

}  // namespace earmark::sourcing
