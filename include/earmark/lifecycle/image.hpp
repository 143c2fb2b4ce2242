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
#include <span>
#include <utility>
#include <vector>

#include "earmark/core/day.hpp"
#include "earmark/core/ids.hpp"
#include "earmark/core/result.hpp"
#include "earmark/core/time.hpp"
#include "earmark/model/change_set.hpp"
#include "earmark/model/kinds.hpp"
#include "earmark/model/line_terms.hpp"
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
    std::uint16_t group = 0;       // relationship set; 0 is none
    std::uint16_t own = 0;         // its terms, as the image numbers them from 1; 0: the order's
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
    std::vector<line_terms> own;  // of lines that have some, each once, by the first that has them

    /// Are its units taken from cells for it? A consumed reservation keeps those of pools.
    [[nodiscard]] bool holds() const noexcept {
        return life == reservation_state::active ||
               (life == reservation_state::consumed && !buckets.empty());
    }

    /// Keeps the vectors' memory.
    void clear() {
        auto keep_lines = std::move(lines);
        auto keep_buckets = std::move(buckets);
        auto keep_own = std::move(own);
        *this = image{};
        lines = std::move(keep_lines);
        buckets = std::move(keep_buckets);
        own = std::move(keep_own);
        lines.clear();
        buckets.clear();
        own.clear();
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

/// Where a line (0-based) goes, how and by when.
[[nodiscard]] inline line_terms terms_of(const image& of, std::size_t line) noexcept {
    const line_terms all{of.ship_to, of.method, of.deliver_by};
    const std::uint16_t own = of.lines[line].own;
    return own == 0 ? all : joined(of.own[own - 1U], all);
}
/// What each line says of its own.
[[nodiscard]] std::vector<line_terms> own_terms(const image& of);
/// The same, from now on. False, and nothing is changed, where there are more than max_line_terms
/// different ones. O(lines x different terms). May allocate.
[[nodiscard]] bool set_own_terms(image& of, std::span<const line_terms> by_line);

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

inline constexpr std::size_t max_lines = 5'000;
inline constexpr std::size_t max_buckets = 50'000;

}  // namespace earmark::lifecycle
