// THE LEVELS that thresholds watch, and how they have crossed them: folded from the journal's
// records, beside what feeds need of them (feed_memory.hpp), by the same reader and under its lock.
//
// Floor rules, and what of a section can change, are folded here as well, because a level is one of
// its record's time and the catalog's rules are those of now.
//
// Invariants
//   (1) A threshold's level is the sum over its cells of what was free above the floor, by the
//       records up to feed_memory::seen().
//       A cell counts from the record that makes it: below zero floors promise without goods.
//       A section counts until the first record at or after its expiry.
//   (2) `below` changes at the end of a record only, and every change is one crossing.
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "earmark/core/result.hpp"
#include "earmark/engine/catalog.hpp"
#include "earmark/journal/record.hpp"
#include "earmark/model/movement.hpp"
#include "earmark/model/thresholds.hpp"
#include "earmark/stock/cells.hpp"
#include "earmark/stock/take.hpp"
#include "feed_memory.hpp"

namespace earmark {

class crossing_memory {
public:
    crossing_memory(const catalog& names, const stock::cell_table<>& cells, const feed_memory& sums,
                    std::size_t most_events)
        : names_{names}, cells_{cells}, sums_{sums}, most_events_{most_events} {}

    // ---- folding -------------------------------------------------------------------------------

    // Where memory is refused, the same record may be begun again: end() changes levels before it
    // tells of crossings, and each only once.
    void begin(std::uint64_t at, time_point now) noexcept;
    /// After feed_memory::cell() of the same op.
    void cell(const journal::cell_op& c);
    /// Cells, floor rules, sections, thresholds; others are not looked at. False where it cannot
    /// be.
    [[nodiscard]] bool intern(journal::intern_kind kind, const journal::intern_table& t);
    void end();
    /// After a gap in the records, and feed_memory::restart(): the tables as they stand.
    void restart(std::uint64_t at, time_point now);

    // ---- asking --------------------------------------------------------------------------------

    /// Whole records of crossings after `cursor`. cursor_too_old (refs: cursor, oldest).
    [[nodiscard]] result<page_of<crossing>> after(position cursor, std::size_t limit) const;
    /// The first threshold of which (1) does not hold, with what its level is and should be.
    struct unsound_level {
        std::uint32_t threshold = 0;
        std::int64_t stored = 0;
        std::int64_t recomputed = 0;
    };
    [[nodiscard]] std::vector<unsound_level> unsound() const;

private:
    struct watch {
        threshold of;
        std::int64_t level = 0;  // granules
        bool below = false;
    };
    /// What may be promised of a section, as far as it changes.
    struct section_terms {
        time_point expires = never;
        bool frozen = false;
    };
    // What thresholds watch and cells are of: a SKU's plain stock, a section of it, or a pool.
    static std::uint64_t watched(sku_id sku, section_id in, pool_id pool) noexcept {
        const bool of_pool = pool != none<pool_id>;
        return of_pool ? std::uint64_t{1} << 63 | raw(pool)
                       : std::uint64_t{raw(sku)} << 16 | raw(in);
    }
    static std::uint64_t watched(const threshold& t) noexcept {
        return watched(t.sku, t.section, t.pool);
    }
    [[nodiscard]] std::uint64_t watched(cell_id c) const noexcept {
        return watched(cells_.sku_of(c), cells_.section_of(c), cells_.pool_of(c));
    }
    template <class F>
    void each_cell(const threshold& t, F&& f) const;
    [[nodiscard]] const sku_facts& scale_of(const threshold& t) const noexcept;
    [[nodiscard]] std::int64_t share(const threshold& t, cell_id c,
                                     std::int64_t free) const noexcept;
    [[nodiscard]] std::int64_t level_of(const threshold& t) const noexcept;
    void set(std::uint32_t number, const threshold& t);
    void make_room(cell_id c);
    bool set_section(std::uint32_t number, std::span<const std::int64_t> fields);
    void touch_watchers(cell_id of);
    void look_for_next_expiry() noexcept;
    void apply(cell_id c) noexcept;
    void begin_to_count(cell_id c) noexcept;
    void compare(std::uint32_t number);

    const catalog& names_;
    const stock::cell_table<>& cells_;
    const feed_memory& sums_;
    std::size_t most_events_;
    std::uint64_t at_ = 0;
    time_point now_{};
    time_point latest_{INT64_MIN};  // of all records
    floor_rules floors_;
    std::vector<section_terms> sections_;  // by section_id
    time_point next_expiry_ = never;       // of a section, after `latest_`
    bool terms_changed_ = false;           // all levels are to be found anew
    std::vector<watch> watches_;           // by number
    std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> of_;  // by watched(); looked up
    // By cell: whether a record has made it (the table may be ahead), and what was free, as of
    // `level`, where a threshold watches.
    std::vector<bool> made_;
    std::vector<std::int64_t> free_;
    std::vector<cell_id> touched_cells_;  // by the record at hand
    std::vector<cell_id> new_cells_;
    std::vector<std::uint32_t> touched_;  // thresholds
    std::deque<crossing> events_;
    std::uint64_t horizon_ = 0;  // crossings up to it are not all kept
};

/// A threshold as the journal keeps it, and back where all its ids exist.
[[nodiscard]] std::vector<std::int64_t> fields_of(const threshold& t);
[[nodiscard]] std::optional<threshold> threshold_of(std::span<const std::int64_t> fields,
                                                    const catalog& names);

}  // namespace earmark
