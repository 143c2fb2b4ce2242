// THE STANDARD WORKFLOWS, one for each way that orders go. Each is a table that a merchandiser can
// read, with the reason at the row's end; the compiler indexes and checks it. docs/lifecycle.md has
// their pictures, made from these tables.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "earmark/lifecycle/workflow_check.hpp"
#include "earmark/lifecycle/workflow_index.hpp"
#include "earmark/model/kinds.hpp"

namespace earmark::lifecycle {
namespace detail {
using enum unit_state;
using enum unit_event;
using enum reaction;

template <std::size_t... N>
consteval auto joined(const std::array<step, N>&... parts) {
    std::array<step, (N + ...)> all{};
    auto at = all.begin();
    ((at = std::copy(parts.begin(), parts.end(), at)), ...);
    return all;
}

/// Goods of our own, from the plan to the customer. `again`: where units stand that a plan or a
/// node has given back.
consteval auto to_customer(state_key again) {
    return std::to_array<step>({
        {allocated, unallocate, again, "decided again: the stock goes back first"},
        {allocated, release, released, "the node was told to ship it", 0, 0, bit(tell_node)},
        {released, unallocate, again, "the node gives it back"},
        {released, pick, picked, "it is off the shelf"},
        {released, pack, packed, "a node that reports no picks"},
        {released, ship, shipped, "the parcel left; on-hand falls with it", 0, 0,
         bit(tell_customer)},
        {picked, pack, packed, "it is in a parcel"},
        {picked, ship, shipped, "a node that reports no parcels", 0, 0, bit(tell_customer)},
        {picked, unpick, released, "back to the shelf"},
        {picked, lose, lost, "it is not to be found; on-hand falls with it", 0, 0, bit(ask_person)},
        {packed, ship, shipped, "the parcel left; on-hand falls with it", 0, 0, bit(tell_customer)},
        {packed, unpick, released, "unpacked, and back to the shelf"},
        {packed, lose, lost, "the parcel is not to be found", 0, 0, bit(ask_person)},
        {shipped, deliver, delivered, "the customer has it; from here on it is a return"},
        {shipped, lose, lost, "the carrier lost it", 0, 0, bit(ask_person)},
    });
}

inline constexpr auto sales_steps =
    joined(std::to_array<step>({
               {open, allocate, allocated, "a plan took stock for it"},
               {open, backorder, backordered, "no node had stock; it waits for supply"},
               {open, reserve, reserved, "another order brings it"},
               {open, cancel, cancelled, "nothing was promised yet"},
               {backordered, allocate, allocated, "supply came and a plan took it"},
               {backordered, backorder, backordered, "it waits in another queue"},
               {backordered, reserve, reserved, "another order brings it"},
               {backordered, cancel, cancelled, "nobody has to wait for what he does not want"},
               {reserved, allocate, allocated, "what was ordered for it has come"},
               {reserved, unallocate, open, "it does not come after all"},
               {reserved, cancel, cancelled, "the order that brings it is asked to stop"},
               {allocated, cancel, cancelled, "the stock goes back to free"},
               {released, cancel, cancelled, "until the pick starts; the node is told", 0, 0,
                bit(tell_node)},
           }),
           to_customer(open));
inline constexpr definition sales{"sales", "Goods that a customer buys.", {}, {}, {}, sales_steps};

inline constexpr state_key confirmed{open, 1};
inline constexpr own_state draft_states[] = {{open, "confirmed"}};
inline constexpr std::string_view draft_events[] = {"confirm", "reopen"};
inline constexpr auto draft_steps = joined(
    std::to_array<step>({
        {open, event_key::own(0), confirmed, "the customer said yes"},
        {open, cancel, cancelled, "it was never more than an offer"},
        {confirmed, event_key::own(1), open, "he wants it changed; nothing was promised yet"},
        {confirmed, allocate, allocated, "a plan took stock for it"},
        {confirmed, backorder, backordered, "no node had stock; it waits for supply"},
        {confirmed, cancel, cancelled, "nothing was promised yet"},
        {backordered, allocate, allocated, "supply came and a plan took it"},
        {backordered, backorder, backordered, "it waits in another queue"},
        {backordered, cancel, cancelled, "nobody has to wait for what he does not want"},
        {allocated, cancel, cancelled, "the stock goes back to free"},
        {released, cancel, cancelled, "until the pick starts; the node is told", 0, 0,
         bit(tell_node)},
    }),
    to_customer(confirmed));
inline constexpr definition draft{
    "draft",      "An offer: it takes no step of fulfilment until it is confirmed.",
    draft_states, draft_events,
    {},           draft_steps};

inline constexpr step transfer_steps[] = {
    {open, allocate, allocated, "the node that sends has it"},
    {open, backorder, backordered, "the node that sends has none yet"},
    {open, cancel, cancelled, "nothing was taken yet"},
    {backordered, allocate, allocated, "now it has"},
    {backordered, backorder, backordered, "it waits in another queue"},
    {backordered, cancel, cancelled, "the other node waits no longer"},
    {allocated, unallocate, open, "another node is to send it"},
    {allocated, release, released, "the node was told to send it", 0, 0, bit(tell_node)},
    {allocated, cancel, cancelled, "the stock goes back to free"},
    {released, unallocate, open, "the node gives it back"},
    {released, pick, picked, "it is off the shelf"},
    {released, ship, shipped, "it is on its way; on-hand falls here"},
    {released, cancel, cancelled, "until the pick starts; the node is told", 0, 0, bit(tell_node)},
    {picked, pack, packed, "it is on a pallet"},
    {picked, ship, shipped, "it is on its way; on-hand falls here"},
    {picked, unpick, released, "back to the shelf"},
    {picked, lose, lost, "it is not to be found", 0, 0, bit(ask_person)},
    {packed, ship, shipped, "it is on its way; on-hand falls here"},
    {packed, unpick, released, "unpacked, and back to the shelf"},
    {packed, lose, lost, "the pallet is not to be found", 0, 0, bit(ask_person)},
    {shipped, deliver, delivered, "the other node has it"},
    {shipped, lose, lost, "it never arrived", 0, 0, bit(ask_person)},
};
inline constexpr definition transfer{
    "transfer", "Goods that go from one node to another.", {}, {}, {}, transfer_steps};

inline constexpr state_key accepted{released, 1}, asked_to_stop{released, 2};
inline constexpr own_state purchase_states[] = {{released, "accepted"},
                                                {released, "asked_to_stop"}};
inline constexpr std::string_view purchase_events[] = {"accept", "ask_to_stop", "refuse_to_stop"};
inline constexpr step purchase_steps[] = {
    {open, allocate, allocated, "the vendor says that he has it"},
    {open, backorder, backordered, "the vendor has none"},
    {open, cancel, cancelled, "the vendor was not asked yet"},
    {backordered, allocate, allocated, "now the vendor has it"},
    {backordered, backorder, backordered, "it waits in another queue"},
    {backordered, cancel, cancelled, "the vendor was not asked yet"},
    {allocated, unallocate, open, "another vendor is to bring it"},
    {allocated, release, released, "the vendor has our order", 0, 0, bit(tell_vendor)},
    {allocated, cancel, cancelled, "the vendor was not asked yet"},
    {released, event_key::own(0), accepted, "the vendor said yes"},
    {released, unallocate, open, "the vendor said no"},
    {released, ship, shipped, "a vendor that reports shipping alone"},
    {released, cancel, cancelled, "he has not said yes yet", 0, 0, bit(tell_vendor)},
    {accepted, event_key::own(1), asked_to_stop, "he has; he is asked first", 0, 0,
     bit(tell_vendor)},
    {accepted, unallocate, open, "the vendor cannot after all", 0, 0, bit(ask_person)},
    {accepted, ship, shipped, "the vendor sent it"},
    {asked_to_stop, cancel, cancelled, "the vendor agreed"},
    {asked_to_stop, event_key::own(2), accepted, "too late: it will come", 0, 0, bit(ask_person)},
    {asked_to_stop, ship, shipped, "it left before he heard of it", 0, 0, bit(ask_person)},
    {shipped, deliver, delivered, "the customer, or the node, has it"},
    {shipped, lose, lost, "the carrier lost it", 0, 0, bit(ask_person)},
};
inline constexpr definition purchase{
    "purchase",
    "Goods that a vendor sends, to a node or straight to the customer.",
    purchase_states,
    purchase_events,
    {},
    purchase_steps};

inline constexpr state_key in_production{open, 1};
inline constexpr own_state made_states[] = {{open, "in_production"}};
inline constexpr std::string_view made_events[] = {"start", "stop"};
inline constexpr auto made_steps = joined(
    std::to_array<step>({
        {open, event_key::own(0), in_production, "the works began"},
        {open, allocate, allocated, "it was made: its own piece, not what others could have"},
        {open, cancel, cancelled, "nothing was made yet"},
        {in_production, event_key::own(1), open, "the works stopped; it begins anew"},
        {in_production, allocate, allocated, "it was made: its own piece"},
        {allocated, cancel, cancelled, "the piece is stock for others now", 0, 0, bit(ask_person)},
    }),
    to_customer(open));
inline constexpr definition make_to_order{
    "make_to_order", "Goods that are made once they are ordered.", made_states, made_events, {},
    made_steps};

inline constexpr state_key appointed{open, 1};
inline constexpr own_state service_states[] = {{open, "appointed"}};
inline constexpr std::string_view service_events[] = {"appoint", "put_off"};
inline constexpr step service_steps[] = {
    {open, event_key::own(0), appointed, "there is a day for it", 0, 0, bit(tell_customer)},
    {open, fulfil, delivered, "done, or sent as a file: no stock moves"},
    {open, cancel, cancelled, "nothing was done yet"},
    {appointed, event_key::own(1), open, "the day does not suit", 0, 0, bit(tell_customer)},
    {appointed, fulfil, delivered, "done"},
    {appointed, cancel, cancelled, "the day is free again"},
};
inline constexpr definition service{
    "service",
    "What needs no goods: it is never sourced and closes when it is done.",
    service_states,
    service_events,
    {},
    service_steps};

inline constexpr state_key received{open, 1};
inline constexpr own_state return_states[] = {{open, "received"}};
inline constexpr std::string_view return_events[] = {"receive"};
inline constexpr step return_steps[] = {
    {open, event_key::own(0), received, "the goods came back"},
    {open, cancel, cancelled, "the customer keeps it"},
    {received, fulfil, delivered, "looked at, and settled with the customer", 0, 0,
     bit(tell_customer)},
    {received, cancel, cancelled, "it is not taken back", 0, 0, bit(tell_customer)},
};
inline constexpr definition return_{"return",
                                    "What a customer sends back: it is received, then settled.",
                                    return_states,
                                    return_events,
                                    {},
                                    return_steps};

}  // namespace detail

inline constexpr const workflow& sales_workflow = indexed<detail::sales>;
inline constexpr const workflow& draft_workflow = indexed<detail::draft>;
inline constexpr const workflow& transfer_workflow = indexed<detail::transfer>;
inline constexpr const workflow& purchase_workflow = indexed<detail::purchase>;
inline constexpr const workflow& made_workflow = indexed<detail::make_to_order>;
inline constexpr const workflow& service_workflow = indexed<detail::service>;
inline constexpr const workflow& return_workflow = indexed<detail::return_>;

static_assert(is_sound(sales_workflow) && is_sound(draft_workflow) && is_sound(transfer_workflow));
static_assert(is_sound(purchase_workflow) && is_sound(made_workflow) && is_sound(service_workflow));
static_assert(is_sound(return_workflow));
static_assert(!sales_workflow.next(unit_state::shipped, unit_event::cancel),
              "shipped goods come back as a return, not as a cancel");
static_assert(!sales_workflow.next(unit_state::packed, unit_event::cancel),
              "what is off the shelf goes back to it first");
static_assert(draft_workflow.rows_from(unit_state::open).size() == 2, "confirm it, or forget it");

/// All of them, by name.
[[nodiscard]] std::span<const workflow* const> standard_workflows() noexcept;
/// Null where there is none of the name.
[[nodiscard]] const workflow* find_standard(std::string_view name) noexcept;

namespace detail {
inline constexpr std::array<const workflow*, order_types> by_type = {
    &sales_workflow,  // sales
    &draft_workflow,  &transfer_workflow, &purchase_workflow, &made_workflow, &service_workflow,
    &sales_workflow,  // sample
    &sales_workflow,  // replacement
    &sales_workflow,  // exchange
    &return_workflow,
};
}  // namespace detail

/// By which orders of a type go unless another one was activated.
[[nodiscard]] constexpr const workflow& standard_of(order_type type) noexcept {
    const auto t = static_cast<std::size_t>(type);
    return *detail::by_type[t < order_types ? t : 0];
}
static_assert(standard_of(order_type::return_).name() == "return");
static_assert(standard_of(order_type::service).name() == "service");

}  // namespace earmark::lifecycle
