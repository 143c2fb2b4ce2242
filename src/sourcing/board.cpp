#include "board.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

#include "earmark/sourcing/solve.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace earmark::sourcing::detail {
namespace {

constexpr std::int64_t e9 = 1'000'000'000;

/// Up to so many lines, lanes leave so few candidates that the programme's own pruning, by exact
/// keys, is cheaper than another one before it. Measured; it decides the time only.
constexpr std::size_t thin_lines = 6;

#if defined(__SSE2__)
/// Bit i: amounts[i] >= n, of sixteen.
std::uint64_t sixteen_at_least(const granules* amounts, granules n) noexcept {
    const auto four = [amounts, less = _mm_set1_epi32(n - 1)](std::size_t at) {
        return _mm_cmpgt_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(amounts + at)),
                               less);
    };
    const __m128i low = _mm_packs_epi32(four(0), four(4));
    const __m128i high = _mm_packs_epi32(four(8), four(12));
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(low, high)));
}
#else
/// The same into bytes, each eight of which are gathered with one multiplication.
std::uint64_t sixteen_at_least(const granules* amounts, granules n) noexcept {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 16; i += 8) {
        std::uint64_t eight = 0;
        for (std::size_t b = 0; b < 8; ++b) eight |= std::uint64_t{amounts[i + b] >= n} << 8 * b;
        bits |= (eight * 0x0102'0408'1020'4080) >> 56 << i;
    }
    return bits;
}
#endif

/// Bit i: amounts[i] >= n. Requires count <= 64 and n > 0.
std::uint64_t at_least(const granules* amounts, std::size_t count, granules n) noexcept {
    std::uint64_t bits = 0;
    std::size_t i = 0;
    for (; i + 16 <= count; i += 16) bits |= sixteen_at_least(amounts + i, n) << i;
    for (; i < count; ++i) bits |= std::uint64_t{amounts[i] >= n} << i;
    return bits;
}

/// The sets of lines that somebody in a lane can serve; a word has a bit for each of six lines.
class served_sets {
public:
    explicit served_sets(std::span<const candidate> lane) noexcept : lane_{lane} {}
    [[nodiscard]] bool have(std::uint32_t reach) const noexcept {
        if (reach < 64 && (sets_ >> reach & 1) != 0) return true;
        const auto beats = [&](const candidate& c) { return (reach & ~c.reach) == 0; };
        return reach >= 64 && std::any_of(lane_.begin(), lane_.end(), beats);
    }
    /// `lane` has one more, of this reach.
    void add(std::uint32_t reach, std::span<const candidate> lane) noexcept {
        lane_ = lane;
        const std::uint32_t low = reach & 63;
        for (std::uint32_t set = low; set != 0; set = (set - 1) & low)
            sets_ |= std::uint64_t{1} << set;
    }

private:
    std::span<const candidate> lane_;
    std::uint64_t sets_ = 1;  // the empty one is always served
};

}  // namespace

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

void board::look(const policy_terms& terms, const sourcing_problem& problem, const ranking& ranks,
                 std::uint32_t without, bool every) {
    terms_ = &terms;
    problem_ = &problem;
    ranks_ = &ranks;
    without_ = without;
    limits_.reset();
    ranked_ = ranked_criteria{terms};
    words_ = (problem.nodes.size() + 63) / 64;
    keep_back();
    find_enough();
    find_slots();
    find_shared_skus();
    candidates_.clear();
    bundled_ = is_bundled(terms, problem);
    const bool few = problem.lines.size() <= reach_bits;
    const bool plain = few && !every && !shared_ && !beyond();
    if (plain && ranks.is_sorted()) {
        walk_lanes();
    } else {
        find_candidates();
    }
    const bool thin = ranks.is_sorted() && slots_.size() <= thin_lines;
    if (plain && !thin) drop_dominated();
    if (bundled_ && few) close_sets();
    for (std::size_t c = 0; c < candidates_.size(); ++c) {
        note(candidates_[c]);
        set_costs(c);
        if (beyond()) set_measures(c);
        if (shared_) mark_contested(c);
    }
}

void board::keep_back() {
    keeps_back_ =
        !terms_->kept.empty() || terms_->keep_back != std::array<std::int64_t, node_kinds>{};
    if (!keeps_back_) return;
    kept_.resize(problem_->lines.size());
    for (std::size_t l = 0; l < kept_.size(); ++l)
        for (std::size_t kind = 0; kind < node_kinds; ++kind) {
            const wanted_line& line = problem_->lines[l];
            kept_[l][kind] = kept_granules(
                kept_units(*terms_, static_cast<node_kind>(kind), line.classes), line.granule_e9);
        }
}

void board::find_enough() {
    const std::size_t nodes = problem_->nodes.size();
    enough_.resize(problem_->lines.size() * words_);
    for (std::size_t l = 0; l < problem_->lines.size(); ++l)
        for (std::size_t w = 0; w < words_; ++w) {
            const std::size_t count = std::min<std::size_t>(64, nodes - w * 64);
            enough_[l * words_ + w] = keeps_back_
                                          ? enough_above_kept(l, w * 64, count)
                                          : at_least(problem_->free.data() + l * nodes + w * 64,
                                                     count, problem_->lines[l].n);
            if (!problem_->selected.empty()) enough_[l * words_ + w] &= problem_->selected[w];
        }
}

std::uint64_t board::enough_above_kept(std::size_t l, std::size_t first,
                                       std::size_t count) const noexcept {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const bool serves =
            usable(l, static_cast<std::uint32_t>(first + i)) >= problem_->lines[l].n;
        bits |= std::uint64_t{serves} << i;
    }
    return bits;
}

void board::find_slots() {
    slots_.clear();
    usable_.assign(ranks_->allowed().begin(), ranks_->allowed().end());
    if (without_ != no_node) usable_[without_ / 64] &= ~(std::uint64_t{1} << without_ % 64);
    some_.assign(words_, 0);
    for (std::size_t l = 0; l < problem_->lines.size(); ++l) {
        const std::uint64_t* const enough = enough_.data() + l * words_;
        std::uint64_t any = 0;
        for (std::size_t w = 0; w < words_; ++w) {
            const std::uint64_t serve = enough[w] & usable_[w];
            any |= serve;
            some_[w] |= serve;
        }
        if (any != 0) slots_.push_back(static_cast<std::uint16_t>(l));
    }
}

/// The usual order: few slots, each of another SKU.
bool board::are_apart() const noexcept {
    constexpr std::size_t few = 8;
    if (slots_.size() > few) return false;
    for (std::size_t s = 1; s < slots_.size(); ++s)
        for (std::size_t t = 0; t < s; ++t)
            if (same_goods(wanted(s), wanted(t))) return false;
    return true;
}

void board::find_shared_skus() {
    const std::size_t n = slots_.size();
    shared_ = false;
    if (are_apart()) return;
    by_sku_.resize(n);
    std::iota(by_sku_.begin(), by_sku_.end(), 0U);
    std::sort(by_sku_.begin(), by_sku_.end(), [this](std::uint32_t a, std::uint32_t b) {
        const std::pair x{wanted(a).sku, wanted(a).firm};
        const std::pair y{wanted(b).sku, wanted(b).firm};
        return x != y ? x < y : a < b;
    });
    first_of_sku_.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
        const bool again = i > 0 && same_goods(wanted(by_sku_[i - 1]), wanted(by_sku_[i]));
        first_of_sku_[by_sku_[i]] = again ? first_of_sku_[by_sku_[i - 1]] : by_sku_[i];
        shared_ |= again;
    }
}

/// Bit s: the node has enough for slot s. With more slots than bits, any of them stands for all.
std::uint32_t board::reach_of(std::uint32_t node) const noexcept {
    const std::uint64_t* const column = enough_.data() + node / 64;
    std::uint32_t reach = 0;
    for (std::size_t s = 0; s < slots_.size(); ++s) {
        const auto bit = static_cast<std::uint32_t>(column[slots_[s] * words_] >> node % 64 & 1);
        reach |= bit << s % reach_bits;
    }
    return reach;
}

void board::add_candidate(std::uint32_t node, std::uint32_t reach) {
    candidates_.push_back(
        {standing_of(*terms_, problem_->nodes[node], problem_->metres[node], ranks_->farthest()),
         node, reach, false});
    if (!problem_->scores.empty()) candidates_.back().score = problem_->scores[node];
}

void board::find_candidates() {
    for (std::uint32_t k = 0; k < problem_->nodes.size(); ++k) {
        const std::uint32_t reach = allows(k) ? reach_of(k) : 0;
        if (reach != 0) add_candidate(k, reach);
    }
}

/// The places of nodes that are worth a look: where few nodes can serve anything, theirs alone.
void board::find_places() {
    std::size_t few = 0;
    for (const std::uint64_t word : some_) few += static_cast<std::size_t>(std::popcount(word));
    const bool is_sparse = few * 4 < problem_->nodes.size();
    places_.assign(words_, is_sparse ? 0 : ~std::uint64_t{0});
    if (!is_sparse) return;
    for (std::size_t w = 0; w < words_; ++w)
        for (std::uint64_t left = some_[w]; left != 0; left &= left - 1) {
            const std::uint32_t at =
                ranks_->place_of(w * 64 + static_cast<std::size_t>(std::countr_zero(left)));
            places_[at / 64] |= std::uint64_t{1} << at % 64;
        }
}

/// The first place from `at` on that is worth a look; `end` where there is none before it.
std::uint32_t board::next_place(std::uint32_t at, std::uint32_t end) const noexcept {
    while (at < end) {
        const std::uint64_t left = places_[at / 64] >> at % 64;
        if (left != 0)
            return std::min(end, at + static_cast<std::uint32_t>(std::countr_zero(left)));
        at = (at / 64 + 1) * 64;
    }
    return end;
}

/// In a lane, a node is wanted only if it serves what no node before it serves; after one that
/// serves all, none is.
void board::walk_lanes() {
    find_places();
    const auto all = static_cast<std::uint32_t>((std::uint64_t{1} << slots_.size()) - 1);
    for (std::size_t i = 0; i < ranks_->lanes(); ++i) {
        const auto lane = ranks_->lane(i);
        const std::size_t first = candidates_.size();
        served_sets served{{}};
        for (std::uint32_t at = next_place(lane.first, lane.end); at < lane.end;
             at = next_place(at + 1, lane.end)) {
            const std::uint16_t node = ranks_->at(at);
            const std::uint32_t reach = node == without_ ? 0 : reach_of(node);
            if (served.have(reach)) continue;
            add_candidate(node, reach);
            served.add(reach, std::span{candidates_}.subspan(first));
            if (reach == all) break;
        }
    }
    std::sort(candidates_.begin(), candidates_.end(),
              [](const candidate& a, const candidate& b) { return a.node < b.node; });
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

/// A node that cannot serve all lines of a set can serve none of them.
void board::close_sets() {
    for (std::size_t l = 0; l < problem_->lines.size(); ++l) {
        const std::uint16_t set = set_of(*terms_, problem_->lines[l]);
        if (set == 0) continue;
        std::uint32_t members = 0;
        std::size_t servable = 0, all = 0;
        for (const wanted_line& line : problem_->lines) all += line.set == set;
        for (std::size_t s = 0; s < slots_.size(); ++s) {
            if (wanted(s).set != set) continue;
            members |= std::uint32_t{1} << s;
            ++servable;
        }
        for (candidate& c : candidates_)
            if (servable != all || (members & ~c.reach) != 0) c.reach &= ~members;
    }
}

void board::set_measures(std::size_t c) {
    const std::size_t n = slots_.size();
    const candidate& node = candidates_[c];
    measures_.resize(std::max(measures_.size(), (c + 1) * n));
    for (std::size_t s = 0; s < n; ++s) {
        if (cost(c, s) < 0) continue;
        const part_measures m =
            measure_part({*terms_, *problem_, farthest()}, slots_[s], node.node, wanted(s).n);
        measures_[c * n + s] = m;
        const std::int64_t weighed = weighed_part(*terms_, m);
        const bool first = !limits_.measured;
        limits_.measured = true;
        for (std::size_t i = 0; i < measures; ++i) {
            limits_.low[i] = first ? m[i] : std::min(limits_.low[i], m[i]);
            limits_.high[i] = first ? m[i] : std::max(limits_.high[i], m[i]);
        }
        limits_.weighed_low = first ? weighed : std::min(limits_.weighed_low, weighed);
        limits_.weighed_high = first ? weighed : std::max(limits_.weighed_high, weighed);
    }
}

void board::mark_contested(std::size_t c) {
    asked_.assign(slots_.size(), 0);
    for (std::size_t s = 0; s < slots_.size(); ++s)
        if (cost(c, s) >= 0) asked_[first_of_sku_[s]] += wanted(s).n;
    for (std::size_t s = 0; s < slots_.size(); ++s)
        if (cost(c, s) >= 0 && asked_[first_of_sku_[s]] > usable(slots_[s], candidates_[c].node))
            candidates_[c].contested = true;
}

void board::note(const candidate& c) noexcept {
    const bool first = &c == candidates_.data();
    std::int64_t opening = c.opening;
    if (!terms_->parcels.empty())
        opening +=
            rate_of_parcel(*terms_, problem_->nodes[c.node], problem_->metres[c.node], INT64_MAX);
    limits_.opening = std::max(limits_.opening, static_cast<std::uint64_t>(opening));
    limits_.metres = std::max(limits_.metres, c.metres);
    limits_.unknown |= c.unknown;
    limits_.priority_low = first ? c.priority : std::min(limits_.priority_low, c.priority);
    limits_.priority_high = first ? c.priority : std::max(limits_.priority_high, c.priority);
    limits_.score_low = first ? c.score : std::min(limits_.score_low, c.score);
    limits_.score_high = first ? c.score : std::max(limits_.score_high, c.score);
    limits_.sequence = std::max(limits_.sequence, c.sequence);
}

std::int64_t board::part_cost(std::size_t wanted, std::uint32_t node,
                              std::int64_t n) const noexcept {
    const std::uint32_t known = problem_->metres[node];
    const std::uint32_t metres = known == unknown_distance ? farthest() : known;
    return cost_of(n, problem_->lines[wanted].granule_e9,
                   rate_at(*terms_, problem_->nodes[node], metres));
}

std::int64_t board::opening(std::uint32_t node) const noexcept {
    return fixed_rate(*terms_, problem_->nodes[node]) + terms_->extra_parcel;
}

}  // namespace earmark::sourcing::detail
