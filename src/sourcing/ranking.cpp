#include "ranking.hpp"

#include <algorithm>
#include <tuple>

#include "earmark/sourcing/solve.hpp"

namespace earmark::sourcing::detail {
namespace {

/// One thread's rankings take at most about so many bytes.
constexpr std::size_t cache_bytes = std::size_t{1} << 22;
constexpr std::size_t most_entries = 4'096;
constexpr std::size_t fewest_entries = 16;

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

/// Sorting by this puts a node before all that it plainly beats.
auto sort_key(const ranked_criteria& ranked, const standing& s) noexcept {
    const bool cost = ranked.has(criterion::cost);
    const bool distance = ranked.has(criterion::distance);
    return std::tuple{cost ? s.rate : 0,
                      cost ? s.opening : 0,
                      distance && s.unknown,
                      distance ? s.metres : 0,
                      ranked.has(criterion::priority) ? s.priority : 0,
                      s.sequence};
}

}  // namespace

std::int64_t per_acceptance(const policy_terms& terms, const node_facts& node,
                            std::int64_t cost) noexcept {
    if (!terms.by_acceptance || cost <= 0) return cost;
    const std::uint64_t ppm = std::max<std::uint32_t>(node.accept_ppm, 1);
    const key128 expected = (key128{static_cast<std::uint64_t>(cost)} * 1'000'000 + ppm / 2) / ppm;
    return expected < static_cast<std::uint64_t>(max_part_cost_e4)
               ? static_cast<std::int64_t>(expected)
               : max_part_cost_e4;
}

std::int64_t fixed_rate(const policy_terms& terms, const node_facts& node) noexcept {
    const std::int64_t own = node.fixed_per_parcel.e4;
    const std::int64_t rate = own >= 0 ? capped(own) : by_kind(terms.fixed_per_parcel, node);
    return terms.by_acceptance ? per_acceptance(terms, node, rate) : rate;
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
    const key128 rate = key128{per_unit} * 1'000'000 + key128{per_km} * metres;
    if (!terms.by_acceptance) return rate;
    return rate * 1'000'000 / std::max<std::uint32_t>(node.accept_ppm, 1);
}

std::uint32_t farthest_known(std::span<const node_facts> nodes,
                             std::span<const std::uint32_t> metres) noexcept {
    std::uint32_t farthest = 0;
    for (std::size_t k = 0; k < nodes.size(); ++k) {
        const bool counts = nodes[k].active && metres[k] != unknown_distance;
        farthest = std::max(farthest, counts ? metres[k] : 0);
    }
    return farthest;
}

standing standing_of(const policy_terms& terms, const node_facts& node, std::uint32_t metres,
                     std::uint32_t farthest) noexcept {
    const bool unknown = metres == unknown_distance;
    return {rate_at(terms, node, unknown ? farthest : metres),
            fixed_rate(terms, node) + terms.extra_parcel,
            unknown ? 0 : metres,
            node.priority,
            0,
            node.sequence,
            unknown};
}

bool ranked_criteria::plainly_beats(const standing& a, const standing& b) const noexcept {
    bool strictly = a.sequence < b.sequence;
    if (has(criterion::cost)) {
        if (a.rate > b.rate || a.opening > b.opening) return false;
        strictly |= a.opening < b.opening;
    }
    if (has(criterion::distance)) {
        if (a.unknown > b.unknown || (a.unknown == b.unknown && a.metres > b.metres)) return false;
        strictly |= a.unknown < b.unknown || a.metres < b.metres;
    }
    if (has(criterion::priority)) {
        if (a.priority > b.priority) return false;
        strictly |= a.priority < b.priority;
    }
    if (has(criterion::score)) {
        if (a.score > b.score) return false;
        strictly |= a.score < b.score;
    }
    return strictly;
}

void ranking::judge(const policy_terms& terms, std::span<const node_facts> nodes,
                    std::span<const std::uint32_t> metres) {
    const bool all_priced = prices_all_kinds(terms);
    nodes_.clear();
    ends_.clear();
    farthest_ = farthest_known(nodes, metres);
    allowed_.assign((nodes.size() + 63) / 64, 0);
    for (std::size_t k = 0; k < nodes.size(); ++k) {
        const bool allowed = nodes[k].active && (all_priced || priced(terms, nodes[k]));
        allowed_[k / 64] |= std::uint64_t{allowed} << k % 64;
    }
}

void ranking::sort(const policy_terms& terms, std::span<const node_facts> nodes,
                   std::span<const std::uint32_t> metres) {
    const ranked_criteria ranked{terms};
    struct ranked_node {
        standing of;
        std::uint16_t node;
    };
    std::vector<ranked_node> order;
    for (std::size_t k = 0; k < nodes.size(); ++k)
        if ((allowed_[k / 64] >> k % 64 & 1) != 0)
            order.push_back({standing_of(terms, nodes[k], metres[k], farthest_),
                             static_cast<std::uint16_t>(k)});
    std::sort(order.begin(), order.end(), [&](const ranked_node& a, const ranked_node& b) {
        return sort_key(ranked, a.of) < sort_key(ranked, b.of);
    });
    std::vector<std::vector<std::uint32_t>> lanes;  // of indices into `order`
    for (std::uint32_t i = 0; i < order.size(); ++i) {
        const auto fits = [&](const std::vector<std::uint32_t>& lane) {
            return ranked.plainly_beats(order[lane.back()].of, order[i].of);
        };
        const auto at = std::find_if(lanes.begin(), lanes.end(), fits);
        if (at != lanes.end())
            at->push_back(i);
        else
            lanes.push_back({i});
    }
    nodes_.reserve(order.size());
    places_.assign(nodes.size(), 0);
    ends_.reserve(lanes.size());  // from here on nothing throws: lanes are all there, or none
    for (const auto& lane : lanes) {
        for (const std::uint32_t i : lane) {
            places_[order[i].node] = static_cast<std::uint16_t>(nodes_.size());
            nodes_.push_back(order[i].node);
        }
        ends_.push_back(static_cast<std::uint32_t>(nodes_.size()));
    }
}

const ranking& ranking_cache::of(const policy& by, const sourcing_problem& problem) {
    const bool scored = !problem.scores.empty() && by.ranks_by(criterion::score);
    const bool beyond = !by.terms().weights.empty() || !by.terms().parcels.empty() ||
                        std::any_of(by.terms().rank.begin(), by.terms().rank.end(), is_column);
    if (problem.view == 0 || scored || beyond) {
        passing_.judge(by.terms(), problem.nodes, problem.metres);
        return passing_;
    }
    if (entries_.empty()) {
        const std::size_t each = sizeof(entry) + problem.nodes.size() * 5 + 64;
        entries_.resize(std::clamp(cache_bytes / each, fewest_entries, most_entries));
    }
    std::unique_ptr<entry>& place = entries_[problem.view % entries_.size()];
    if (!place) place = std::make_unique<entry>();
    entry& mine = *place;
    const bool known = mine.view == problem.view && mine.policy == by.digest();
    if (!known) {
        mine.view = 0;  // until it is whole
        mine.nodes.judge(by.terms(), problem.nodes, problem.metres);
        mine.policy = by.digest();
        mine.view = problem.view;
    } else if (!mine.nodes.is_sorted()) {
        mine.nodes.sort(by.terms(), problem.nodes, problem.metres);
    }
    return mine.nodes;
}

}  // namespace earmark::sourcing::detail
