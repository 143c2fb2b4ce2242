// THE FRAME OF THE TRAIL.
#include "dictionary.hpp"

namespace earmark::report {
namespace {

using enum column_type;
constexpr bool null = true;  // nullable

constexpr column trail[] = {
    {"at", int64, "", false, "Position of the record in the journal."},
    {"now", timestamp, "ns", false, "Instant of the record."},
    {"verb", dictionary, "", false, "Its verb."},
    {"actor", utf8, "", false, "Who gave the command; `host` also where time did it."},
    {"command", utf8, "", null, "Idempotency key of the command; null where it had none."},
    {"kind", dictionary, "", false, "What the row is about: docs/howto/order_story.md."},
    {"order", int64, "", null, "Id of the order; null where it is about none."},
    {"version", int32, "1", null, "The order's after the record; null but in a story."},
    {"line", int32, "", null, "Number of the line, from 1; null: the whole order, or none."},
    {"sku", dictionary, "", null, "SKU; null where it is about none."},
    {"node", dictionary, "", null, "Node, of moved units after the move; null: at none."},
    {"from_node", dictionary, "", null, "Node of moved units before the move; null: at none."},
    {"amount", int64, "atoms", null, "Units; of stock, by how many free ones changed."},
    {"on_hand", int64, "atoms", null, "By how much goods on hand changed; null but of stock."},
    {"from_state", dictionary, "", null, "State of moved units before; null for other rows."},
    {"to_state", dictionary, "", null, "The same, after the move."},
    {"from_label", utf8, "", null, "The workflow's own name of the state before; null: none."},
    {"to_label", utf8, "", null, "The same, after the move."},
    {"reason", int32, "", null, "The caller's own; null for none."},
    {"hold", int32, "", null, "Number of the hold in its order; null for other rows."},
    {"hold_type", utf8, "", null, "Key of its type; null for other rows."},
    {"until", timestamp, "ns", null, "Until when a hold or a reservation lasts; null: for ever."},
    {"policy", int32, "", null, "Version of the policy that decided; null for other rows."},
    {"other", int64, "", null, "Id of the order that it is linked to, or repeats; else null."},
    {"other_line", int32, "", null, "Its line; null for other rows."},
    {"reservation", int64, "", null, "Id of the reservation; null for other rows."},
    {"what", utf8, "", null, "Of its kind: the table, the attribute, the change, ...; or null."},
    {"before", utf8, "", null, "What stood there before, as text; null where nobody knows."},
    {"after", utf8, "", null, "What stands there now, as text; null where it says nothing."},
};

constexpr frame_schema list[] = {
    {"trail", "something that happened, by record, oldest first", trail},
};

}  // namespace

std::span<const frame_schema> trail_frames() noexcept { return list; }

}  // namespace earmark::report
