// THE STORY OF AN ORDER as its facts tell it up to an instant: what every figure reads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "earmark/report/facts.hpp"

namespace earmark::report {

struct line_story {
    std::int64_t ordered = 0, value = 0;
    std::int64_t shipped = 0, delivered = 0, cancelled = 0;
    std::int64_t backordered = 0, substituted = 0;
    std::int64_t late = 0;  // units delivered after the first promise
    time_point first_promise = never, last_promise = never;

    /// Units shipped that never waited and are what was ordered. A back-order that is shipped
    /// later does not count.
    [[nodiscard]] std::int64_t first_pass() const noexcept {
        const std::int64_t spoilt = std::min(ordered, backordered + substituted);
        return std::min(std::min(shipped, ordered), ordered - spoilt);
    }
    [[nodiscard]] bool has_promise() const noexcept { return first_promise != never; }
    [[nodiscard]] bool in_full() const noexcept { return delivered >= ordered; }
    [[nodiscard]] bool on_time() const noexcept { return has_promise() && in_full() && late == 0; }
};

struct packed_item {
    std::uint32_t line = 0;
    std::int64_t units = 0, asked = 0, delivered = 0;
};

struct parcel_story {
    time_point ship_by = never;
    time_point handed = never;
    time_point arrived = never;  // its last delivery so far
    time_point promise = never;  // the earliest first promise of its lines
    node_id node = none<node_id>;
    std::uint16_t carrier = no_carrier;
    std::int64_t metres = -1;
    bool valid_tracking = false;
    std::vector<packed_item> items;

    [[nodiscard]] bool is_handed() const noexcept { return handed != never; }
    [[nodiscard]] bool has_arrived() const noexcept { return arrived != never; }
    [[nodiscard]] bool on_time() const noexcept { return has_arrived() && arrived <= promise; }
    /// Delivered, or it should be: then it can be judged.
    [[nodiscard]] bool is_judged(time_point as_of) const noexcept {
        return is_handed() && promise != never && (has_arrived() || promise <= as_of);
    }
    [[nodiscard]] time_point judged_at() const noexcept {
        return has_arrived() ? arrived : promise;
    }
    [[nodiscard]] std::int64_t units() const noexcept {
        std::int64_t sum = 0;
        for (const packed_item& i : items) sum += i.units;
        return sum;
    }
};

/// Units in wait, the oldest first.
struct waiting {
    time_point since;
    std::int64_t units = 0;
};

struct order_story {
    time_point placed = never;
    time_point authorised = never;
    time_point not_before = never;
    order_class of = order_class::normal;
    std::map<std::uint32_t, line_story> lines;
    std::map<std::uint64_t, parcel_story> parcels;
    std::vector<const kpi_fact*> others;  // what is counted one by one, by kind
    std::int64_t orphans = 0;

    time_point settled = never, closed = never, shipped = never;
    bool is_delivered = false;  // closed, and not only by cancellation
    time_point received = never;

    [[nodiscard]] bool exists() const noexcept { return placed != never; }
    [[nodiscard]] std::int64_t handed_parcels() const noexcept;
    [[nodiscard]] std::int64_t ordered_units() const noexcept;
    /// The first parcel of a line that left; null where none did.
    [[nodiscard]] const parcel_story* first_parcel_of(std::uint32_t line) const noexcept;
    /// What still waits of a line's back-orders.
    [[nodiscard]] std::vector<waiting> backlog(std::uint32_t line) const;
};

/// `which` are indices into `all`, ascending. Facts later than `as_of` are not seen.
[[nodiscard]] order_story tell(std::span<const kpi_fact> all, std::span<const std::uint32_t> which,
                               time_point as_of);

}  // namespace earmark::report
