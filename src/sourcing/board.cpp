#include "board.hpp"

#include <algorithm>
#include <numeric>

#include "earmark/sourcing/solve.hpp"

namespace earmark::sourcing::detail {
namespace {

constexpr std::int64_t e9 = 1'000'000'000;

std::int64_t capped(std::int64_t cost) noexcept { return std::min(cost, max_part_cost_e4); }

std::int64_t by_kind(const rate_by_kind& rates, const node_facts& node) noexcept {
    return rates[static_cast<std::size_t>(node.kind)];
}

bool prices_all_kinds(const policy_terms& terms) noexcept {
    for (const rate_by_kind* rates :
         {&terms.fixed_per_parcel, &terms.per_unit, &terms.per_unit_per_1000_km})
        for (const std::int64_t rate : *rates)
            if (rate == unpriced) return false;
    return true;
}

}  // namespace

std::int64_t fixed_rate(const policy_terms& terms, const node_facts& node) noexcept {
    const std::int64_t own = node.fixed_per_parcel.e4;
    return own >= 0 ? capped(own) : by_kind(terms.fixed_per_parcel, node);
}

std::int64_t unit_rate(const policy_terms& terms, const node_facts& node) noexcept {
    const std::int64_t own = node.per_unit.e4;
    return own >= 0 ? capped(own) : by_kind(terms.per_unit, node);
}

bool priced(const policy_terms& terms, const node_facts& node) noexcept {
    return fixed_rate(terms, node) != unpriced && unit_rate(terms, node) != unpriced &&
           by_kind(terms.per_unit_per_1000_km, node) != unpriced;
}

key128 rate_at(const policy_terms& terms, const node_facts& node, std::uint32_t metres) noexcept {
    const auto per_unit = static_cast<std::uint64_t>(unit_rate(terms, node));
    const auto per_km = static_cast<std::uint64_t>(by_kind(terms.per_unit_per_1000_km, node));
    return key128{per_unit} * 1'000'000 + key128{per_km} * metres;
}

std::int64_t cost_of(std::int64_t n, std::int64_t granule_e9, key128 rate_e10) noexcept {
    constexpr auto dearest = static_cast<std::uint64_t>(max_part_cost_e4);
    const auto count = static_cast<std::uint64_t>(n);
    std::uint64_t exact = 0;
    const auto rate = static_cast<std::uint64_t>(rate_e10);
    if (granule_e9 == e9 && rate == rate_e10 && !__builtin_mul_overflow(count, rate, &exact)) {
        // Whole units at a rate of this world: the same arithmetic as below, in one word.
        constexpr std::uint64_t scale = 1'000'000;
        const std::uint64_t up = exact % scale >= scale / 2 ? 1 : 0;
        return static_cast<std::int64_t>(std::min(exact / scale + up, dearest));
    }
    constexpr key128 scale = key128{1'000'000} * e9;
    key128 wide = 0;
    const key128 units_e9 = key128{count} * static_cast<std::uint64_t>(granule_e9);
    if (__builtin_mul_overflow(units_e9, rate_e10, &wide)) return max_part_cost_e4;
    const key128 cost = wide / scale + (wide % scale >= scale / 2 ? 1 : 0);
    return cost < dearest ? static_cast<std::int64_t>(cost) : max_part_cost_e4;
}

std::int64_t kept_granules(std::int64_t units, std::int64_t granule_e9) noexcept {
    if (granule_e9 == e9 || units == 0) return units;
    const key128 atoms = key128{static_cast<std::uint64_t>(units)} * e9;
    const auto granule = static_cast<std::uint64_t>(granule_e9);
    return static_cast<std::int64_t>((atoms + granule - 1) / granule);
}

std::uint32_t farthest_known(const sourcing_problem& problem) noexcept {
    std::uint32_t farthest = 0;
    for (std::size_t k = 0; k < problem.nodes.size(); ++k) {
        const bool counts = problem.nodes[k].active && problem.metres[k] != unknown_distance;
        farthest = std::max(farthest, counts ? problem.metres[k] : 0);
    }
    return farthest;
}

void board::look(const policy_terms& terms, const sourcing_problem& problem, std::uint32_t without,
                 bool every) {
    terms_ = &terms;
    problem_ = &problem;
    limits_ = {};
    ranked_ = {};
    for (const criterion c : terms.rank) ranked_[static_cast<std::size_t>(c)] = true;
    farthest_ = farthest_known(problem);
    judge_nodes(without);
    keep_back();
    find_reach();
    find_shared_skus();
    find_candidates();
    if (!every && !shared_ && problem.lines.size() <= reach_bits) drop_dominated();
    for (std::size_t c = 0; c < candidates_.size(); ++c) {
        note(candidates_[c]);
        set_costs(c);
        if (shared_) mark_contested(c);
    }
}

void board::judge_nodes(std::uint32_t without) {
    const std::size_t nodes = problem_->nodes.size();
    const bool all_priced = prices_all_kinds(*terms_);
    classes_.resize(nodes);
    allowed_.resize(nodes);
    for (std::size_t k = 0; k < nodes; ++k) {
        const node_facts& node = problem_->nodes[k];
        const bool allowed = node.active && k != without && (all_priced || priced(*terms_, node));
        const std::size_t kind = static_cast<std::size_t>(node.kind) + (allowed ? 0 : node_kinds);
        classes_[k] = static_cast<std::uint8_t>(kind);
        allowed_[k] = allowed ? 0xFFFFFFFF : 0;
    }
}

void board::keep_back() {
    keeps_back_ = terms_->keep_back != std::array<std::int64_t, node_kinds>{};
    kept_.resize(problem_->lines.size());
    for (std::size_t l = 0; l < kept_.size(); ++l)
        for (std::size_t kind = 0; kind < node_kinds; ++kind)
            kept_[l][kind] = kept_granules(terms_->keep_back[kind], problem_->lines[l].granule_e9);
}

void board::find_reach() {
    slots_.clear();
    reach_.assign(problem_->nodes.size(), 0);
    for (std::size_t l = 0; l < problem_->lines.size(); ++l) {
        const std::uint32_t bit = std::uint32_t{1} << slots_.size() % reach_bits;
        if (reach_of_line(l, bit) != 0) slots_.push_back(static_cast<std::uint16_t>(l));
    }
}

/// Sets `bit` at every node that can serve the line whole; 0 where none can.
std::uint32_t board::reach_of_line(std::size_t l, std::uint32_t bit) {
    const std::size_t nodes = reach_.size();
    const granules n = problem_->lines[l].n;
    const granules* const free = problem_->free.data() + l * nodes;
    std::uint32_t any = 0;
    if (!keeps_back_) {
        for (std::size_t k = 0; k < nodes; ++k) {
            const std::uint32_t serves = (free[k] >= n ? bit : 0) & allowed_[k];
            reach_[k] |= serves;
            any |= serves;
        }
        return any;
    }
    for (std::size_t k = 0; k < nodes; ++k) {
        const std::uint32_t serves = (usable(l, static_cast<std::uint32_t>(k)) >= n ? bit : 0);
        reach_[k] |= serves & allowed_[k];
        any |= serves & allowed_[k];
    }
    return any;
}

void board::find_shared_skus() {
    const std::size_t n = slots_.size();
    by_sku_.resize(n);
    std::iota(by_sku_.begin(), by_sku_.end(), 0U);
    std::sort(by_sku_.begin(), by_sku_.end(), [this](std::uint32_t a, std::uint32_t b) {
        const sku_id x = wanted(a).sku;
        const sku_id y = wanted(b).sku;
        return x != y ? x < y : a < b;
    });
    first_of_sku_.resize(n);
    shared_ = false;
    for (std::size_t i = 0; i < n; ++i) {
        const bool again = i > 0 && wanted(by_sku_[i - 1]).sku == wanted(by_sku_[i]).sku;
        first_of_sku_[by_sku_[i]] = again ? first_of_sku_[by_sku_[i - 1]] : by_sku_[i];
        shared_ |= again;
    }
}

void board::find_candidates() {
    candidates_.clear();
    for (std::uint32_t k = 0; k < reach_.size(); ++k) {
        if (reach_[k] == 0) continue;
        const node_facts& node = problem_->nodes[k];
        const bool unknown = problem_->metres[k] == unknown_distance;
        const std::uint32_t metres = unknown ? 0 : problem_->metres[k];
        candidates_.push_back({k, reach_[k], metres, node.priority, opening(k), node.sequence,
                               unknown, false,
                               rate_at(*terms_, node, unknown ? farthest_ : metres)});
    }
}

/// True only where every part and every parcel of `a` is better than the same of `b`, whatever the
/// line: the rates are no higher, and something that never rounds away is lower.
bool board::plainly_beats(const candidate& a, const candidate& b) const noexcept {
    if ((b.reach & ~a.reach) != 0) return false;
    const auto is_ranked = [this](criterion c) { return ranked_[static_cast<std::size_t>(c)]; };
    bool strictly = a.sequence < b.sequence;
    if (is_ranked(criterion::cost)) {
        if (a.rate > b.rate || a.opening > b.opening) return false;
        strictly |= a.opening < b.opening;
    }
    if (is_ranked(criterion::distance)) {
        if (a.unknown > b.unknown || (a.unknown == b.unknown && a.metres > b.metres)) return false;
        strictly |= a.unknown < b.unknown || a.metres < b.metres;
    }
    if (is_ranked(criterion::priority)) {
        if (a.priority > b.priority) return false;
        strictly |= a.priority < b.priority;
    }
    return strictly;
}

/// The set that is left does not depend on the order: "plainly beats" is transitive.
void board::drop_dominated() {
    best_.clear();
    for (std::uint32_t c = 0; c < candidates_.size(); ++c) {
        const candidate& mine = candidates_[c];
        const auto beats = [&](std::uint32_t x) { return plainly_beats(candidates_[x], mine); };
        const auto first = std::find_if(best_.begin(), best_.end(), beats);
        if (first != best_.end()) {
            std::iter_swap(first, best_.begin());  // it will beat others as well
            continue;
        }
        const auto beaten = [&](std::uint32_t x) { return plainly_beats(mine, candidates_[x]); };
        best_.erase(std::remove_if(best_.begin(), best_.end(), beaten), best_.end());
        best_.push_back(c);
    }
    std::sort(best_.begin(), best_.end());
    for (std::size_t i = 0; i < best_.size(); ++i) candidates_[i] = candidates_[best_[i]];
    candidates_.resize(best_.size());
}

void board::set_costs(std::size_t c) {
    const candidate& node = candidates_[c];
    const bool few = problem_->lines.size() <= reach_bits;
    const std::size_t n = slots_.size();
    if (costs_.size() < (c + 1) * n) costs_.resize((c + 1) * n);
    std::int64_t dearest = 0;
    for (std::size_t s = 0; s < n; ++s) {
        const wanted_line& line = wanted(s);
        const bool serves =
            few ? (node.reach >> s & 1) != 0 : usable(slots_[s], node.node) >= line.n;
        const std::int64_t cost = serves ? cost_of(line.n, line.granule_e9, node.rate) : -1;
        costs_[c * n + s] = cost;
        dearest = std::max(dearest, cost);
    }
    limits_.part = std::max(limits_.part, static_cast<std::uint64_t>(dearest));
}

void board::mark_contested(std::size_t c) {
    asked_.assign(slots_.size(), 0);
    for (std::size_t s = 0; s < slots_.size(); ++s)
        if (cost(c, s) >= 0) asked_[first_of_sku_[s]] += wanted(s).n;
    for (std::size_t s = 0; s < slots_.size(); ++s)
        if (asked_[s] > 0 && asked_[s] > usable(slots_[s], candidates_[c].node))
            candidates_[c].contested = true;
}

void board::note(const candidate& c) noexcept {
    const bool first = &c == candidates_.data();
    limits_.opening = std::max(limits_.opening, static_cast<std::uint64_t>(c.opening));
    limits_.metres = std::max(limits_.metres, c.metres);
    limits_.unknown |= c.unknown;
    limits_.priority_low = first ? c.priority : std::min(limits_.priority_low, c.priority);
    limits_.priority_high = first ? c.priority : std::max(limits_.priority_high, c.priority);
    limits_.sequence = std::max(limits_.sequence, c.sequence);
}

std::int64_t board::part_cost(std::size_t wanted, std::uint32_t node,
                              std::int64_t n) const noexcept {
    const std::uint32_t known = problem_->metres[node];
    const std::uint32_t metres = known == unknown_distance ? farthest_ : known;
    return cost_of(n, problem_->lines[wanted].granule_e9,
                   rate_at(*terms_, problem_->nodes[node], metres));
}

std::int64_t board::opening(std::uint32_t node) const noexcept {
    return fixed_rate(*terms_, problem_->nodes[node]) + terms_->extra_parcel;
}

}  // namespace earmark::sourcing::detail
