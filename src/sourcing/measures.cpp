#include "measures.hpp"

#include <algorithm>
#include <map>

#include "board.hpp"
#include "earmark/sourcing/solve.hpp"

namespace earmark::sourcing::detail {
namespace {

__extension__ typedef __int128 wide;

/// An unknown distance weighs as half of the earth's circumference, or more where a known one does.
constexpr std::uint32_t half_round_the_earth = 20'037'508;

std::int64_t narrowed(wide value) noexcept {
    return static_cast<std::int64_t>(std::clamp<wide>(value, INT64_MIN / 4, INT64_MAX / 4));
}

/// So many of these can be added up.
std::int64_t countable(wide value) noexcept {
    return static_cast<std::int64_t>(std::min<wide>(value, max_line_total));
}

std::int32_t weight_of(const policy_terms& terms, criterion c) noexcept {
    for (std::size_t i = 0; i < terms.weights.size(); ++i)
        if (terms.rank[i] == c) return terms.weights[i];
    return 0;
}

std::int64_t weighed_distance(const policy_terms& terms, const part_measures& m) noexcept {
    const std::int64_t metres = m[in_unknown] != 0
                                    ? std::max<std::int64_t>(half_round_the_earth, m[in_metres])
                                    : m[in_metres];
    return (metres * 1'000 + terms.weighed_mm / 2) / terms.weighed_mm;
}

std::int64_t times_share(std::int64_t all, std::int64_t n, std::int64_t of, bool up) noexcept {
    const wide exact = wide{all} * n;
    return countable((exact + (up ? of - 1 : 0)) / of);
}

}  // namespace

part_measures measure_part(const measured& of, std::size_t wanted, std::size_t node,
                           std::int64_t n) noexcept {
    const sourcing_problem& p = of.problem;
    const std::uint32_t known = p.metres[node];
    const bool unknown = known == unknown_distance;
    part_measures m{};
    m[in_cost] = cost_of(n, p.lines[wanted].granule_e9,
                         rate_at(of.terms, p.nodes[node], unknown ? of.farthest : known));
    m[in_unknown] = unknown;
    m[in_metres] = unknown ? 0 : known;
    m[in_priority] = p.nodes[node].priority;
    m[in_score] = p.scores.empty() ? 0 : p.scores[node];
    for (std::size_t c = 0; c + 1 < node_columns; ++c)
        m[in_zone + c] = p.number(static_cast<node_column>(c), wanted, node);
    return m;
}

std::int64_t weighed_part(const policy_terms& terms, const part_measures& m) noexcept {
    wide sum = 0;
    for (std::size_t i = 0; i < terms.weights.size(); ++i) {
        const criterion c = terms.rank[i];
        const wide weight = terms.weights[i];
        if (c == criterion::cost) sum += weight * m[in_cost];
        if (c == criterion::distance) sum += weight * weighed_distance(terms, m);
        if (c == criterion::priority) sum += weight * m[in_priority];
        if (c == criterion::score) sum += weight * m[in_score];
        if (is_column(c)) sum += weight * m[in_zone + static_cast<std::size_t>(column_of(c))];
    }
    return narrowed(sum);
}

std::int64_t weighed_parcel(const policy_terms& terms, std::int64_t cost) noexcept {
    return narrowed(wide{weight_of(terms, criterion::cost)} * cost +
                    weight_of(terms, criterion::parcels));
}

std::int64_t weighed_money(const policy_terms& terms, std::int64_t cost) noexcept {
    return narrowed(wide{weight_of(terms, criterion::cost)} * cost);
}

std::int64_t content_of(const parcel_rates& rates, const wanted_line& line,
                        std::int64_t n) noexcept {
    if (rates.by_grams) return times_share(line.grams, n, line.n, true);
    constexpr std::int64_t e9 = 1'000'000'000;
    return countable((wide{n} * line.granule_e9 + e9 - 1) / e9);
}

std::int64_t value_of(const wanted_line& line, std::int64_t n) noexcept {
    return n == line.n ? line.value_e4 : times_share(line.value_e4, n, line.n, false);
}

std::int64_t rate_of_parcel(const parcel_rates& rates, std::uint32_t metres,
                            std::int64_t content) noexcept {
    if (rates.empty()) return 0;
    const auto step = std::lower_bound(rates.up_to.begin(), rates.up_to.end() - 1, content);
    const auto zone = std::lower_bound(rates.zones.begin(), rates.zones.end(), metres);
    const auto at =
        (step - rates.up_to.begin()) * static_cast<std::ptrdiff_t>(rates.zones.size() + 1);
    return rates.rates[static_cast<std::size_t>(at + (zone - rates.zones.begin()))];
}

std::int64_t rate_of_parcel(const policy_terms& terms, const node_facts& node, std::uint32_t metres,
                            std::int64_t content) noexcept {
    return per_acceptance(terms, node, rate_of_parcel(terms.parcels, metres, content));
}

bool is_bundled(const policy_terms& terms, const sourcing_problem& problem) noexcept {
    if (!terms.parcels.empty() || terms.min_shipment_value != 0) return true;
    return terms.together && std::any_of(problem.lines.begin(), problem.lines.end(),
                                         [](const wanted_line& line) { return line.set != 0; });
}

namespace {

bool keeps_sets(const policy_terms& terms, const sourcing_problem& problem,
                std::span<const plan_part> parts) {
    std::vector<std::int64_t> from(problem.lines.size(), -1);
    for (const plan_part& part : parts) {
        const wanted_line& line = problem.lines[part.wanted];
        const bool whole = part.n == line.n;
        if (!whole && (!line.may_split || set_of(terms, line) != 0)) return false;
        from[part.wanted] = raw(part.node);
    }
    for (std::size_t a = 0; a < from.size(); ++a)
        for (std::size_t b = 0; b < a; ++b)
            if (set_of(terms, problem.lines[a]) != 0 &&
                problem.lines[a].set == problem.lines[b].set && from[a] != from[b])
                return false;
    return true;
}

}  // namespace

bool keeps_rules(const policy_terms& terms, const sourcing_problem& problem,
                 std::span<const plan_part> parts) {
    std::map<std::uint32_t, std::int64_t> shipped;                          // value by node
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::int64_t> taken;  // by node and goods
    std::vector<std::int64_t> rest;
    for (const wanted_line& line : problem.lines) rest.push_back(line.n);
    for (const plan_part& part : parts) {
        const wanted_line& line = problem.lines[part.wanted];
        const node_kind kind = problem.nodes[index_of(part.node)].kind;
        const std::int64_t kept =
            kept_granules(kept_units(terms, kind, line.classes), line.granule_e9);
        const auto k = static_cast<std::uint32_t>(index_of(part.node));
        std::int64_t& sum = taken[{k, std::uint64_t{raw(line.sku)} << 16 | raw(line.firm)}];
        sum += part.n;
        if (sum > problem.free[part.wanted * problem.nodes.size() + k] - kept) return false;
        shipped[k] += value_of(line, part.n);
        rest[part.wanted] -= part.n;
    }
    if (terms.max_parcels != 0 && shipped.size() > static_cast<std::size_t>(terms.max_parcels))
        return false;
    std::int64_t left = 0;
    bool any_left = false;
    for (std::size_t l = 0; l < rest.size(); ++l) {
        any_left |= rest[l] > 0;
        if (rest[l] > 0) left += value_of(problem.lines[l], rest[l]);
    }
    const std::int64_t least = terms.min_shipment_value;
    if (any_left && !parts.empty() && left < least) return false;
    return keeps_sets(terms, problem, parts) &&
           std::all_of(shipped.begin(), shipped.end(),
                       [least](const auto& one) { return one.second >= least; });
}

}  // namespace earmark::sourcing::detail

earmark::wanted_line earmark::sourcing::scaled(wanted_line all, granules n) noexcept {
    all.value_e4 = detail::value_of(all, n);
    all.grams = n == all.n ? all.grams : detail::times_share(all.grams, n, all.n, true);
    all.n = n;
    return all;
}
