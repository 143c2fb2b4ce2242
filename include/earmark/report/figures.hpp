// FIGURES of a run of sourcing decisions: the table that compares policies. Every order counts,
// also those that got nothing. Sums are integers; a share is two integers until somebody prints it.
//
// Definitions (planned, at the decision; what was shipped is another page):
//   unit fill      units allocated / units ordered
//   order fill     orders allocated in full / orders
//   split rate     orders in more than one parcel / orders with a parcel
//   parcels, cost  per order with a parcel; cost in 1/10,000 of the major unit
//   distance       metres per parcel part whose distance is known
//   p50, p99       nearest rank (the smallest value that at least that share does not exceed)
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/model/sourcing.hpp"

namespace earmark::report {

/// One order's decision. Units of different SKUs are added up, so they are counted in units times
/// 10^decimals of the run (the caller brings them to one scale).
struct decision_fact {
    std::int64_t ordered = 0;
    std::int64_t allocated = 0;
    std::uint32_t lines = 0;
    std::int32_t parcels = 0;
    std::int64_t cost_e4 = 0;
    std::int64_t metres = 0;  // over parts of known distance
    std::int32_t parts = 0;   // of known distance
    bool exact = false;
    std::int64_t decision_ns = 0;
};

struct share {
    std::int64_t part = 0;
    std::int64_t whole = 0;
    /// In 1/10,000, rounded half up; -1 where there is nothing to divide by.
    [[nodiscard]] std::int64_t e4() const noexcept;
};

struct figures {
    std::int64_t orders = 0, lines = 0, ordered = 0, allocated = 0;
    share unit_fill, order_fill, split_rate, parcels_per_order, cost_per_order, exact;
    share metres_per_part;
    std::int64_t p50_ns = 0, p99_ns = 0;
};

/// Adds up decisions. One thread; O(1) an order, O(n log n) at the end.
class tally {
public:
    void add(const decision_fact& f);
    [[nodiscard]] figures result() const;

private:
    figures sums_;
    std::int64_t full_ = 0, split_ = 0, with_parcel_ = 0, parcels_ = 0, cost_e4_ = 0, exact_ = 0;
    std::int64_t metres_ = 0, parts_ = 0;
    std::vector<std::int64_t> times_;
};

/// The value at `per_mille` of a sorted column by nearest rank; 0 of an empty one.
[[nodiscard]] std::int64_t nearest_rank(std::span<const std::int64_t> sorted,
                                        std::int64_t per_mille) noexcept;

struct table_row {
    std::string_view policy;
    figures of;
};
/// The table as text, a policy a column; cells without a denominator say so. `decimals` is the
/// scale that units were brought to.
[[nodiscard]] std::string to_text(std::span<const table_row> rows, std::string_view currency,
                                  int decimals = 0);

}  // namespace earmark::report
