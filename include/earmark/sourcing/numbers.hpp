// NUMBERS that policies rank by and the engine works out for each decision, from its own tables and
// from attributes that the policy declares (model/attributes.hpp):
//
//   criterion      number of a node, or of a line at a node; smaller is better    declared as
//   zone           which of the zones of [costs.parcel] the place lies in
//   load           room of its pools of that day that is taken, in 1/1000
//   rotation       0: never chosen, or as many nodes were chosen before it last was
//   balance        how far it falls short of 10 times its target, in 1/1000       stock.target
//   cover          how far it falls short of lasting 1,000 days, in 1/10 day      stock.per_day
//   stock_out      what its units are worth there, 1/10,000 of the currency       stock.worth
//   delivery_date  day on which it would be at the door
//   [costs.parcel] by = "grams": weight of a SKU's own unit                       line.grams
//   [costs] by_acceptance: the part of what is sent there that it accepts         node.accepts
//   lines that leave from one node, whatever [split] says: a flag                 line.never_split
//
// What nobody said ranks last: no zone is the one beyond, no day is later than any, no target and
// no demand are worse than all. No worth is 0; a line without a weight is as heavy as can be; a
// node that says nothing accepts everything. Integers only, rounded down, so that every decision
// can be replayed. Who may call: any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "earmark/core/quantity.hpp"
#include "earmark/sourcing/policy.hpp"

namespace earmark::sourcing {

/// An attribute that the engine makes numbers of.
struct number_source {
    std::string_view name;
    value_type type = value_type::number;
};
inline constexpr number_source stock_target{"stock.target"}, stock_per_day{"stock.per_day"},
    stock_worth{"stock.worth", value_type::money}, line_grams{"line.grams"},
    node_accepts{"node.accepts"}, line_never_split{"line.never_split", value_type::flag};
[[nodiscard]] bool declares(const policy& by, const number_source& s);

/// The criterion that ranks by a column.
[[nodiscard]] constexpr criterion criterion_of(node_column c) noexcept {
    return static_cast<criterion>(static_cast<int>(c) + static_cast<int>(criterion::zone));
}

/// What such a policy lacks before the engine can decide by it, and what to write; empty: nothing.
struct missing_number {
    std::string what, hint;
    [[nodiscard]] explicit operator bool() const noexcept { return !what.empty(); }
};
[[nodiscard]] missing_number missing_for_numbers(const policy& by);

inline constexpr std::int32_t worst_balance = 10'001, worst_cover = 10'001;

/// 0 to the number of zones, which is the one beyond.
[[nodiscard]] std::int32_t zone_of(std::span<const std::uint32_t> zones,
                                   std::uint32_t metres) noexcept;

/// Of what would be left of a SKU at a node: `left` granules of which one is granule_e9 / 10^9
/// units. `target` and `per_day` are units in 1/10,000, as attributes are; below 1 they are not
/// known. Where nobody wants it (per_day is 0) it lasts.
[[nodiscard]] std::int32_t balance_of(std::int64_t left, std::int64_t granule_e9,
                                      std::int64_t target) noexcept;
[[nodiscard]] std::int32_t cover_of(std::int64_t left, std::int64_t granule_e9,
                                    std::int64_t per_day) noexcept;
/// What `n` granules are worth, at so much a unit in 1/10,000; at most, and at least, 2^31 - 1.
[[nodiscard]] std::int32_t worth_of(std::int64_t n, std::int64_t granule_e9,
                                    std::int64_t e4) noexcept;
/// What `n` granules weigh, at so many grams a unit in 1/10,000; rounded up, at most
/// max_line_total. Below 0: not known, the most.
[[nodiscard]] std::int64_t grams_of(std::int64_t n, std::int64_t granule_e9,
                                    std::int64_t e4) noexcept;
/// Of a part in 1/10,000: 1 to 1,000,000.
[[nodiscard]] std::uint32_t accept_ppm_of(std::int64_t e4) noexcept;

}  // namespace earmark::sourcing
