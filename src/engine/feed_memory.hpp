// WHAT FEEDS NEED TO KNOW of the past, folded from the journal's records: per cell the sums of the
// books, the newest events that our own commands caused, and how far each source has spoken.
//
// A snapshot asks for "our own events after as_of". Both terms of the correction, the figure plus
// those events less the books, are read off the same prefix of the journal, never off live
// counters: whatever other callers commit beside it changes both by the same amount, and so the
// correction stays right without stopping anybody.
//
// Who may call: one thread at a time (the holder of `lock`, or recovery). Verbs pay nothing for it:
// records are read back from the log when a feed comes.
//
// Invariants
//   (1) sums, events and marks are those of the records up to seen().
//   (2) every own event after horizon() and up to seen() is kept; none before it is needed.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/intern.hpp"
#include "earmark/journal/record.hpp"
#include "earmark/model/feeds.hpp"

namespace earmark {

/// A snapshot or a delta.
struct feed_message {
    verb by = verb::snapshot;
    std::string_view source;
    std::uint64_t sequence = 0;
    position as_of{};
    feed_basis basis = feed_basis::on_hand;
    bool complete = false;
    std::span<const feed_row> rows;
    std::span<const node_id> nodes;
    std::span<const section_id> sections;
};

enum class feed_source : std::uint32_t {};

/// How far one source has spoken of one cell.
struct feed_mark {
    std::uint64_t sequence = 0;
    std::uint64_t as_of = 0;
};

/// Changes of a cell's two counters.
struct cell_sums {
    std::int64_t on_hand = 0;
    std::int64_t free = 0;
};

class feed_memory {
public:
    explicit feed_memory(std::size_t most_events) : most_events_{most_events} {}

    std::mutex lock;  // tried, never waited for

    // ---- folding ------------------------------------------------------------------------------

    // A record is folded from begin() to end(). Where memory is refused in between, the same record
    // may be begun again: what was folded of it stays, and is passed over.
    void begin(std::uint64_t at, verb by) noexcept;
    void cell(const journal::cell_op& c);
    /// False where it cannot be of this engine.
    [[nodiscard]] bool feed(const journal::intern_table& t);
    void end() noexcept { seen_ = at_; }
    /// After a gap in the records: the books as they stand at `at`.
    void restart(std::uint64_t at, std::vector<cell_sums> books);

    // ---- asking -------------------------------------------------------------------------------

    [[nodiscard]] std::uint64_t seen() const noexcept { return seen_; }
    [[nodiscard]] std::uint64_t horizon() const noexcept { return horizon_; }
    [[nodiscard]] cell_sums books(cell_id c) const noexcept {
        return raw(c) < sums_.size() ? sums_[raw(c)] : cell_sums{};
    }
    /// Adds up what our own commands changed after `as_of`, by cell. Requires as_of >= horizon().
    /// O(events after it).
    [[nodiscard]] std::unordered_map<std::uint32_t, cell_sums> own_after(std::uint64_t as_of) const;

    [[nodiscard]] feed_source source_of(std::string_view name) const noexcept;  // none: a new one
    [[nodiscard]] feed_mark mark(feed_source s, cell_id c) const noexcept;
    [[nodiscard]] std::uint32_t sources() const noexcept { return names_.size(); }

    static constexpr std::int64_t as_before = -1;  // the as_of of a delta, which has none
    /// The op that marks cells; `fields` are its sequence and its as_of. A new source gets its name
    /// by it.
    [[nodiscard]] journal::intern_table op_of(feed_source s, std::string_view name,
                                              std::span<const std::int64_t> fields,
                                              std::span<const std::uint32_t> cells) const;

    [[nodiscard]] std::uint64_t digest() const;
    /// Whether (2) can hold: the events ascend within horizon() and seen(). O(events).
    [[nodiscard]] bool in_order() const noexcept;

    bool behind = false;  // a feed's own record is in the journal, and perhaps not folded yet

private:
    /// Whether the op at hand was folded before memory was refused; counts it.
    [[nodiscard]] bool passed_over() noexcept { return op_++ < folded_; }
    void mark_cells(const journal::intern_table& t);

    struct event {
        std::uint64_t at = 0;
        cell_id cell{};
        std::int32_t on_hand = 0;
        std::int32_t free = 0;
    };
    static std::uint64_t key_of(feed_source s, cell_id c) noexcept {
        return std::uint64_t{raw(s)} << 32 | raw(c);
    }

    std::size_t most_events_;
    std::uint64_t seen_ = 0;
    std::uint64_t at_ = 0;      // the record at hand,
    std::uint32_t op_ = 0;      // how many of its ops were met
    std::uint32_t folded_ = 0;  // and folded
    std::uint64_t horizon_ = 0;
    bool own_ = true;  // the record at hand is of our own commands
    std::vector<cell_sums> sums_;
    std::deque<event> events_;
    key_table names_;
    std::unordered_map<std::uint64_t, feed_mark> marks_;  // looked up; summed where order is none
};

}  // namespace earmark
