// THE WORKLIST: units that do not go on by themselves, and why. It is read off the orders as they
// stand, so nothing has to be put into a queue and nothing is forgotten in one: units that are
// stuck are in exactly one row, and are gone from it when what was in their way is gone.
// (Capabilities LC-04, LC-02c.)
//
// Who may call: any thread. Of one instant in a quiet engine only. O(orders + reservations).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/quantity.hpp"
#include "earmark/core/result.hpp"
#include "earmark/core/time.hpp"
#include "earmark/model/state.hpp"

namespace earmark {

class engine;

/// A closed list. Of several reasons the first one counts: what has to be dealt with before the
/// others can be.
enum class stuck_reason : std::uint8_t {
    uncovered,   // promised to it, and the goods are not there (engine::uncovered)
    escalated,   // a hold blocks its next step, and nobody answered it in its time
    held,        // a hold blocks its next step
    late,        // the last day that was asked for is over, and it has not been delivered
    at_risk,     // that day is near, and it has not left yet
    unanswered,  // its node was asked to give it back, and has not answered
    rejected,    // it waits, and nodes have given its line back
    waiting,     // sourcing found no goods for it
};
inline constexpr std::size_t stuck_reasons = 8;
[[nodiscard]] std::string_view name_of(stuck_reason r) noexcept;
/// What it means and what to do about it: the paragraph of docs/runbooks/worklist.md, of which
/// each reason has one.
[[nodiscard]] std::string_view runbook(stuck_reason r) noexcept;

struct worklist_query {
    std::optional<stuck_reason> reason{};
    sku_id sku = none<sku_id>;
    node_id node = none<node_id>;  // that has the goods
    std::int32_t slack_days = -1;  // at_risk: so many days or fewer are left, as days of UTC
                                   // count; below 0: never
    order_id from{};               // the first order to look at
    std::size_t limit = 10'000;    // rows, and what remains of the order that reaches it
};

struct stuck_units {
    stuck_reason reason{};
    order_id order{};
    std::uint32_t line = 0;  // 1, 2, ...
    sku_id sku{};
    unit_state state{};
    node_id node = none<node_id>;
    quantity amount;
    std::string owner{};  // whose it is: the hold's type, the policy's queue, the node; or empty
    std::uint32_t number = 0;           // of the hold
    order_id repeats = none<order_id>;  // that theirs is suspected to repeat (model/holds.hpp)
    std::uint32_t retries = 0;          // how often nodes have given the line back
    std::uint32_t version = 0;          // of the policy that decided about the order; 0: none did
    time_point since;                   // the hold's, else the order's
    std::optional<time_point> until{};  // when time answers, where it does
};

struct worklist_page {
    std::vector<stuck_units> rows;  // by order, line, state, node
    order_id next{};                // to go on from; engine::orders() where that was all
};

/// Transient: order_busy where one order kept changing, stock_moving while tables are loaded.
[[nodiscard]] result<worklist_page> worklist(const engine& of, const worklist_query& q = {});

}  // namespace earmark
