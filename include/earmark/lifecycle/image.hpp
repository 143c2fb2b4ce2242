// AN IMAGE is a private copy of one order or reservation: what rooms decide on, and what a commit
// writes back. A line is a partition of its ordered quantity over buckets; moves keep the
// partition.
//
// Invariants (checked by `unsound`: by check_invariants(), and in a build without NDEBUG of every
// image that a commit is about to write)
//   (1) the buckets of a line sum to its ordered quantity, each is > 0;
//   (2) no two buckets agree in (line, state, cell, ref): equal ones are one;
//   (3) buckets stand in ascending (line, state, cell, ref), so equal images have equal bytes;
//   (4) a bucket names a cell exactly if its units are or were in one; reserved ones may wait for
//       a link instead, where another order brings them.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "earmark/core/civil_day.hpp"
#include "earmark/core/ids.hpp"
#include "earmark/core/result.hpp"
#include "earmark/core/time.hpp"
#include "earmark/model/change_set.hpp"
#include "earmark/model/kinds.hpp"
#include "earmark/model/state.hpp"

namespace earmark::lifecycle {

class workflow;

struct bucket {
    cell_id cell = none<cell_id>;
    granules n = 0;
    std::uint16_t line = 0;  // 0-based
    unit_state state = unit_state::open;
    std::uint8_t reason = 0;
    std::uint32_t ref = 0;  // of a basket: the floor that its take left, as bits
                            // (what a consumed one keeps of pools names the order's line instead);
                            // of an order: as below
};

/// What an order's bucket refers to: a sub-state of its state, as its workflow numbers them (0:
/// none), and the order's link that its units came by or wait for (0: none).
[[nodiscard]] constexpr std::uint32_t ref_of(std::uint8_t sub_state, std::uint32_t link) noexcept {
    return link << 8 | sub_state;
}
[[nodiscard]] constexpr std::uint8_t sub_state_of(std::uint32_t ref) noexcept {
    return static_cast<std::uint8_t>(ref);
}
[[nodiscard]] constexpr std::uint32_t link_of(std::uint32_t ref) noexcept { return ref >> 8; }

/// What a reservation keeps of a flat pool for its order is of no line.
inline constexpr std::uint16_t no_line = 0xFFFF;

struct line {
    sku_id sku{};
    granules ordered = 0;
    std::int64_t unit_price_minor = 0;
    std::int64_t promised_ns = 0;  // first promise, kept for ever; 0 is none
    std::uint32_t group = 0;       // relationship set; 0 is none
    node_id firm = none<node_id>;  // the only node that it may come from
    node_id to = none<node_id>;    // of a transfer or a purchase: where its goods go
};

struct image {
    subject_kind kind = subject_kind::order;
    reservation_state life = reservation_state::active;  // of a reservation
    order_type type = order_type::sales;
    std::uint16_t workflow = 0;  // of an order: the version that it goes by; 0: its type's standard
    const lifecycle::workflow* rules = nullptr;  // the same, where it is not 0; not in its words
    std::uint8_t priority = 0;
    std::uint16_t currency = 0;
    std::uint32_t version = 0;  // the header word's, when it was copied; 0: not born yet
    std::uint32_t birth = 0;    // version at birth: tells a recycled reservation from its forebear;
                                // 1 for orders, which are never recycled
    place_id ship_to = none<place_id>;
    policy_id decided_by{};
    time_point made;
    time_point deadline = never;                  // of a reservation
    channel_id channel = none<channel_id>;        // of a reservation
    time_point on;                                // of a reservation: the day of its pools
    reservation_id pools = none<reservation_id>;  // of an order: what holds its pools' units
    service_id method = none<service_id>;         // of an order
    civil_day deliver_by = no_day;                // of an order
    std::uint32_t remembered = 0;     // its key's place in the idempotency memory, plus one
    std::uint32_t cold = 0xFFFFFFFF;  // chunk of its decision record, and that record's bytes
    std::uint32_t cold_bytes = 0;
    std::uint32_t facts = 0xFFFFFFFF;   // chunk of an order's own facts; its bytes say their number
    std::uint32_t beside = 0xFFFFFFFF;  // chunk of what else lies beside an order
    std::vector<line> lines;
    std::vector<bucket> buckets;

    /// Are its units taken from cells for it? A consumed reservation keeps those of pools.
    [[nodiscard]] bool holds() const noexcept {
        return life == reservation_state::active ||
               (life == reservation_state::consumed && !buckets.empty());
    }

    /// Keeps the vectors' memory.
    void clear() {
        auto keep_lines = std::move(lines);
        auto keep_buckets = std::move(buckets);
        *this = image{};
        lines = std::move(keep_lines);
        buckets = std::move(keep_buckets);
        lines.clear();
        buckets.clear();
    }
};

/// Which node a cell is at: rooms order buckets by it and know no stock.
struct cell_nodes {
    const void* of = nullptr;
    node_id (*look_up)(const void* of, cell_id) = nullptr;
    [[nodiscard]] node_id operator()(cell_id c) const {
        return c == none<cell_id> ? none<node_id> : look_up(of, c);
    }
};

/// By which an order's units move.
[[nodiscard]] const workflow& rules_of(const image& of) noexcept;

/// Moves that take `wanted` granules of a line (0-based) out of `from`, by ascending node, and put
/// them into `to`, at the same cell and with their link where `keep_cell`. `wanted` < 0: all there
/// are. Only units at `node`, unless it is none. Appends to `moves`; returns the granules moved.
granules draw(const image& of, std::uint16_t line, unit_state from, unit_state to, granules wanted,
              const cell_nodes& at, node_id node, bool keep_cell, std::vector<bucket_move>& moves);

/// Applies one move. too_few_units (refs: wanted, there, line from 1) leaves the image unchanged.
/// A move from a state that the workflow does not leave that way is not_allowed.
[[nodiscard]] error_code apply(image& of, const bucket_move& m);

/// The first broken invariant as a sentence, or nullptr.
[[nodiscard]] const char* unsound(const image& of);

/// The buckets of a line (0-based), all together. O(log buckets).
[[nodiscard]] std::span<const bucket> buckets_of(const image& of, std::uint32_t line) noexcept;

/// Units of a line (0-based) in a state, over all cells.
[[nodiscard]] std::int64_t units_in(const image& of, std::uint32_t line, unit_state s) noexcept;

struct span_of_states {
    unit_state lowest = unit_state::cancelled;
    unit_state highest = unit_state::cancelled;
};
/// Derived status of one line, or of all (line = -1). Cancelled units count only if there are no
/// others.
[[nodiscard]] span_of_states status_of(const image& of, std::int64_t line = -1) noexcept;

/// The 24 fact bits of the header word: lowest:4 | highest:4 | a bit per state present:11 | life:2.
[[nodiscard]] std::uint32_t facts_of(const image& of) noexcept;

/// Independent of addresses and of the way that led here.
[[nodiscard]] std::uint64_t digest_of(const image& of, std::uint64_t identity) noexcept;

// ---- words: how an image lies in a chunk of 64-byte blocks (design: header 64, line 32, bucket
// 16)

inline constexpr std::size_t block_words = 8;
inline constexpr std::size_t line_words = sizeof(line) / 8;
inline constexpr std::size_t bucket_words = sizeof(bucket) / 8;
static_assert(line_words == 4 && bucket_words == 2);
inline constexpr std::size_t max_lines = 5'000;
inline constexpr std::size_t max_buckets = 50'000;

[[nodiscard]] inline std::size_t words_of(const image& of) noexcept {
    return block_words + line_words * of.lines.size() + bucket_words * of.buckets.size();
}
/// Lines and buckets that a chunk's first word claims to have, in words with the header.
[[nodiscard]] constexpr std::size_t words_behind(std::uint64_t first_word) noexcept {
    return block_words + line_words * (first_word >> 16 & 0xFFFF) +
           bucket_words * (first_word & 0xFFFF);
}

namespace detail {
constexpr std::uint64_t join(std::uint32_t high, std::uint32_t low) noexcept {
    return static_cast<std::uint64_t>(high) << 32 | low;
}
constexpr std::uint32_t high(std::uint64_t w) noexcept {
    return static_cast<std::uint32_t>(w >> 32);
}
constexpr std::uint32_t low(std::uint64_t w) noexcept { return static_cast<std::uint32_t>(w); }

/// Lines and buckets lie in a chunk as they lie in memory. Word by word, without a loop.
template <class T, class Put>
void put_words(const T& from, std::size_t at, Put& put) noexcept {
    static_assert(std::has_unique_object_representations_v<T> && sizeof(T) % 8 == 0);
    const auto word = [&from](std::size_t k) {
        std::uint64_t w = 0;
        std::memcpy(&w, reinterpret_cast<const std::byte*>(&from) + 8 * k, 8);
        return w;
    };
    [&]<std::size_t... K>(std::index_sequence<K...>) { (put(at + K, word(K)), ...); }
    (std::make_index_sequence<sizeof(T) / 8>{});
}
template <class T>
void fit(std::vector<T>& all, std::size_t size) {
    if (all.size() != size) all.resize(size);  // mostly it is the size of the order before
}
template <class T, class Get>
void get_words(T& into, std::size_t at, Get& get) noexcept {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 8 == 0);
    const auto set = [&into](std::size_t k, std::uint64_t w) {
        std::memcpy(reinterpret_cast<std::byte*>(&into) + 8 * k, &w, 8);
    };
    [&]<std::size_t... K>(std::index_sequence<K...>) { (set(K, get(at + K)), ...); }
    (std::make_index_sequence<sizeof(T) / 8>{});
}
}  // namespace detail

/// Calls put(i, word) for each of words_of(of) words, but for those of the lines where
/// `lines_stand`. Neither allocates nor throws.
template <class Put>
void to_words(const image& of, bool lines_stand, Put put) noexcept {
    using detail::join;
    const std::span<const line> lines{of.lines};  // put() may be a store that hides the vectors
    const std::span<const bucket> buckets{of.buckets};
    put(0, static_cast<std::uint64_t>(of.kind) << 56 | static_cast<std::uint64_t>(of.life) << 48 |
               static_cast<std::uint64_t>(of.priority) << 40 |
               static_cast<std::uint64_t>(lines.size()) << 16 | buckets.size());
    put(1, join(raw(of.ship_to), raw(of.decided_by)));
    put(2, static_cast<std::uint64_t>(of.made.ns));
    const bool is_order = of.kind == subject_kind::order;
    put(3, is_order ? join(static_cast<std::uint32_t>(of.deliver_by.n),
                           static_cast<std::uint32_t>(of.type) << 16 | raw(of.method))
                    : static_cast<std::uint64_t>(of.deadline.ns));
    put(4, join(is_order ? of.beside : of.birth, of.remembered));
    put(5, join(of.cold, of.cold_bytes));
    const std::uint32_t more = is_order ? of.workflow : std::uint32_t{raw(of.channel)};
    put(6, join(of.facts + 1, more << 16 | of.currency));
    put(7, is_order ? raw(of.pools) : static_cast<std::uint64_t>(of.on.ns));
    std::size_t at = block_words;
    if (!lines_stand)
        for (std::size_t i = 0; i < lines.size(); ++i)
            detail::put_words(lines[i], at + i * line_words, put);
    at += lines.size() * line_words;
    for (std::size_t i = 0; i < buckets.size(); ++i)
        detail::put_words(buckets[i], at + i * bucket_words, put);
}

/// Reads an image through get(i); `first` is word 0 as it was checked. `version` is left alone.
/// May allocate.
template <class Get>
void from_words(std::uint64_t first, Get get, image& into) {
    using detail::high;
    using detail::low;
    into.rules = nullptr;
    into.kind = static_cast<subject_kind>(first >> 56 & 1);
    into.life = static_cast<reservation_state>(first >> 48 & 3);
    into.priority = static_cast<std::uint8_t>(first >> 40);
    const std::uint64_t w1 = get(1), w3 = get(3), w4 = get(4), w5 = get(5), w6 = get(6),
                        w7 = get(7);
    into.ship_to = place_id{high(w1)};
    into.decided_by = policy_id{low(w1)};
    into.made = {static_cast<std::int64_t>(get(2))};
    into.remembered = low(w4);
    into.cold = high(w5);
    into.cold_bytes = low(w5);
    into.currency = static_cast<std::uint16_t>(w6);
    into.facts = high(w6) - 1;
    const bool is_order = into.kind == subject_kind::order;
    const auto more = static_cast<std::uint16_t>(w6 >> 16);
    into.channel = is_order ? none<channel_id> : channel_id{more};
    into.birth = is_order ? 1 : high(w4);
    into.beside = is_order ? high(w4) : 0xFFFFFFFFu;
    into.workflow = is_order ? more : std::uint16_t{0};
    into.type = is_order ? static_cast<order_type>(low(w3) >> 16 & 0xFF) : order_type::sales;
    into.pools = is_order ? reservation_id{w7} : none<reservation_id>;
    into.on = is_order ? time_point{} : time_point{static_cast<std::int64_t>(w7)};
    into.deadline = is_order ? never : time_point{static_cast<std::int64_t>(w3)};
    into.method = is_order ? service_id{static_cast<std::uint16_t>(w3)} : none<service_id>;
    into.deliver_by = is_order ? civil_day{static_cast<std::int32_t>(high(w3))} : no_day;
    detail::fit(into.lines, first >> 16 & 0xFFFF);
    detail::fit(into.buckets, first & 0xFFFF);
    const std::span<line> lines{into.lines};
    const std::span<bucket> buckets{into.buckets};
    std::size_t at = block_words;
    for (std::size_t i = 0; i < lines.size(); ++i)
        detail::get_words(lines[i], at + i * line_words, get);
    at += lines.size() * line_words;
    for (std::size_t i = 0; i < buckets.size(); ++i)
        detail::get_words(buckets[i], at + i * bucket_words, get);
}

}  // namespace earmark::lifecycle
