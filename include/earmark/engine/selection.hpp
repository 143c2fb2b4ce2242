// SELECTION: which orders a person means, and in which sequence they are dealt with. Waves and
// commands to many orders (engine/bulk.hpp) begin with one.
//
// The sequence is a total order that stands still: two readers who ask about the same orders get
// the same one, and nobody's place gets worse by waiting (capabilities OM-11). It is, in turn:
// escalated orders first; when the order is due; its priority, the higher first; when it was
// placed; its number.
//
// An order is due when the work on it has to begin for its last day of delivery to be kept: at the
// last cut-off of the node that has its goods, by the node's calendar, the carrier's and the lane's
// (the earliest, where several nodes have some). Where no calendar says, it is `lead_days` before
// that day, by UTC. An order without a last day is due `allowance_s` after it was placed, less
// `step_s` for each step of its priority: urgent orders overtake others by a fixed time, and never
// for ever.
//
// Who may call: any thread. Of one instant in a quiet engine only. O(orders), of which those
// without units in the state that is asked for cost a few nanoseconds each.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/result.hpp"
#include "earmark/core/time.hpp"
#include "earmark/model/kinds.hpp"
#include "earmark/model/state.hpp"

namespace earmark {

class engine;

struct queue_rules {
    std::int64_t allowance_s = 172'800;
    std::int64_t step_s = 3'600;
    std::int32_t lead_days = 2;
    std::uint8_t escalated_from = 250;  // the priority from which on an order is escalated
};
inline constexpr std::int64_t max_queue_seconds = 1'000'000'000;  // of each; days: 10,000

/// An order's place in the sequence.
struct queue_key {
    bool escalated = false;
    time_point due;
    std::uint8_t priority = 0;
    time_point placed;
    order_id order{};

    friend bool operator==(const queue_key&, const queue_key&) = default;
    friend std::strong_ordering operator<=>(const queue_key& a, const queue_key& b) noexcept {
        if (a.escalated != b.escalated) return b.escalated <=> a.escalated;
        if (const auto c = a.due <=> b.due; c != 0) return c;
        if (a.priority != b.priority) return b.priority <=> a.priority;
        if (const auto c = a.placed <=> b.placed; c != 0) return c;
        return a.order <=> b.order;
    }
};

/// All that is said must hold. `state`, `sku` and `node` are about the same units: with all three,
/// there are units of that SKU in that state at that node. Without a state, units that are
/// cancelled or delivered do not count.
struct order_filter {
    std::string where{};  // a condition of the order (docs/formats/policy.md, Conditions)
    std::optional<unit_state> state{};
    sku_id sku = none<sku_id>;
    node_id node = none<node_id>;
    std::optional<order_type> type{};
    hold_type_id hold = none<hold_type_id>;   // an active one of this type
    std::optional<bool> held{};               // some hold blocks some step of it
    std::optional<time_point> placed_from{};  // this instant and later
    std::optional<time_point> placed_before{};
    std::optional<time_point> due_before{};

    /// Does it fit every order that is not at its end?
    [[nodiscard]] bool is_empty() const noexcept {
        return where.empty() && !state && sku == none<sku_id> && node == none<node_id> && !type &&
               hold == none<hold_type_id> && !held && !placed_from && !placed_before && !due_before;
    }
};

struct selected_order {
    queue_key at;
    std::uint32_t lines = 0;  // that have units which fit
};

struct selection {
    std::vector<selected_order> orders;  // in sequence, the first `limit` of those that fit
    std::size_t matched = 0;             // all that fit
};

/// bad_condition (ref: the byte of `where` that does not fit; `problem` says what does not),
/// unknown_sku, unknown_node, unknown_hold_type, out_of_range for rules below 0 or above their
/// bounds. Transient: order_busy where one order kept changing, stock_moving while tables are
/// loaded.
[[nodiscard]] result<selection> select(const engine& of, const order_filter& f,
                                       const queue_rules& rules = {}, std::size_t limit = 10'000,
                                       std::string* problem = nullptr);

}  // namespace earmark
