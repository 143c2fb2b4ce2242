// AMENDMENTS change what an order asks for after it was placed: how much of a line, more lines, the
// node of a line, where to, how, by when, how urgent. All changes of a command happen in one
// commit, or none does. Units that nothing was said of keep their promise, their node and their
// price; units that are added are open and are sourced on their own.
//
// A change is judged by the states of the units that it is about (capabilities AM-01), each by its
// own, so that one shipped unit does not stand in the way of the others. What is allowed is a
// table, of which a host may change every field:
//
//                 open, backordered, reserved, allocated   released   picked, packed   gone
//   decrease      allow                                    allow      ignore           ignore
//   increase      allow                                    allow      allow            ignore
//   add_line      allow                                    allow      allow            ignore
//   node          allow                                    deny       deny             ignore
//   ship_to       allow                                    deny       deny             ignore
//   method        allow                                    deny       deny             ignore
//   deliver_by    allow                                    deny       deny             ignore
//   priority      allow                                    allow      allow            ignore
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "earmark/core/civil_day.hpp"
#include "earmark/core/ids.hpp"
#include "earmark/core/quantity.hpp"
#include "earmark/model/receipt.hpp"
#include "earmark/model/state.hpp"

namespace earmark {

/// What can be changed. Of a line: the first two and `node`; of the order: `add_line` and
/// `priority`, which are judged by all its units; of either: the others, which are judged by the
/// line's units, or by those of all lines that say nothing of their own about it.
enum class change_kind : std::uint8_t {
    decrease,
    increase,
    add_line,
    node,
    ship_to,
    method,
    deliver_by,
    priority,
};
inline constexpr std::size_t change_kinds = 8;
[[nodiscard]] std::string_view name_of(change_kind k) noexcept;

/// `deny`: one such unit forbids the change. `ignore`: such units are left as they are and have no
/// say. A change is possible where some unit allows it and none denies it; a decrease takes units
/// that allow it and leaves all others.
enum class permission : std::uint8_t { allow, ignore, deny };
inline constexpr std::size_t permissions = 3;
[[nodiscard]] std::string_view name_of(permission p) noexcept;

/// A field of the table.
struct amend_rule_row {
    change_kind change{};
    unit_state state{};
    permission does{};
};

/// What one line is to be, or one that is added.
struct line_change {
    std::uint32_t line = 0;             // 1, 2, ...; 0: a new line
    std::optional<quantity> amount{};   // of units that are not cancelled, nor asked to be; 0
                                        // cancels what can be
    std::optional<node_id> node{};      // its firm node; none: it may come from anywhere
    sku_id sku = none<sku_id>;          // of a new line
    std::int64_t unit_price_minor = 0;  // of a new line; others keep theirs
    std::optional<place_id> ship_to{};  // of its own; none, as of the next two: as the order says
    std::optional<service_id> method{};
    std::optional<civil_day> deliver_by{};
    std::uint16_t set = 0;  // of a new line; others keep theirs
};

struct amend_request {
    order_id order{};
    std::uint32_t base_version = 0;  // of the order that the caller saw; 0: whatever it is now
    std::span<const line_change> lines{};  // at most 5,000; each line once
    std::optional<place_id> ship_to{};
    std::optional<service_id> method{};
    std::optional<civil_day> deliver_by{};
    std::optional<std::uint8_t> priority{};
    std::uint32_t edit = 0;   // an active hold of the order that ends with the change: where it has
                              // ended already (its time is over), nothing is changed
    std::uint8_t reason = 0;  // of units that are cancelled
    bool preview = false;     // what would become of it; nothing is changed
};

/// A line, before and after.
struct amended_line {
    std::uint32_t line = 0;  // 1, 2, ...
    sku_id sku{};
    quantity before;  // units that are not cancelled, nor asked to be
    quantity after;
};
/// Units that leave their state. Those that follow their line to another node leave it twice.
/// `asks`: the node has to agree first, and they stand where they are until then.
struct amended_part {
    std::uint32_t line = 0;
    sku_id sku{};
    unit_state from{};
    unit_state to{};
    node_id node = none<node_id>;  // that had them
    quantity amount;
    bool asks = false;
};

/// `first.what` is done, asked, unchanged, repeat or declined; declined with all that stands in the
/// way, each with the position of its change in the request (row, from 1; 0: the order).
struct amended {
    receipt first;
    std::uint32_t version = 0;        // of the order, as it is now
    std::vector<amended_line> lines;  // that change; of order_changed: that would change now
    std::vector<amended_part> parts;  // goods of allocated and released ones are free again
    std::vector<error> violations;
};

}  // namespace earmark
