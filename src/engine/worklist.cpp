#include "earmark/engine/worklist.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "earmark/core/check.hpp"
#include "earmark/engine/engine.hpp"

namespace earmark {
namespace {

constexpr std::array<std::string_view, stuck_reasons> names = {
    "uncovered", "escalated", "held", "late", "at_risk", "unanswered", "rejected", "waiting"};

constexpr std::array<std::string_view, stuck_reasons> pages = {
    "Units are promised whose goods are not there: a count, a damage or a theft took them. Find "
    "the "
    "goods and count the shelf, receive new ones, or record a rejection by the node and source the "
    "order anew. The youngest promises of a shelf are the ones that lack.",
    "A hold was to be answered by a certain time, and nobody did. Answer it (resolve_hold), or "
    "change its type's table so that time answers the next one.",
    "A hold blocks the next step. Who may answer is in its type's table; accept or reject it "
    "(resolve_hold). Other holds may stand behind it.",
    "The last day that the customer asked for is over. Tell the customer, agree on another day "
    "(amend deliver_by) or cancel what has not left; for what has, ask the carrier.",
    "The last day that the customer asked for is near and the units have not left. Release them, "
    "have the node ship today, bind the line to a nearer node (amend), or choose a faster service.",
    "A node was asked to give units back, and has not said whether it does. Ask it again by other "
    "means and record what it says; at the end of its time silence decides.",
    "Nodes have given the line back, and it waits for another one. See which (the order's "
    "rejections), count their shelves, and source it anew; where no node is left, buy, substitute "
    "or cancel.",
    "Sourcing found no goods. They come with a receipt, a transfer or a purchase; source the order "
    "again then, or cancel what the customer does not want to wait for."};

constexpr std::int64_t day_ns = 86'400'000'000'000;
civil_day day_of(time_point t) noexcept {
    const std::int64_t days = t.ns / day_ns;
    return {static_cast<std::int32_t>(days - (t.ns % day_ns < 0 ? 1 : 0))};
}

/// The step that units in a state wait for; nothing where none of theirs can be held.
std::optional<hold_step> next_step(unit_state s) noexcept {
    using enum unit_state;
    if (s == open || s == backordered) return hold_step::allocate;
    if (s == allocated) return hold_step::release;
    if (s == released || s == picked || s == packed) return hold_step::ship;
    return {};
}

/// Units of orders without goods, by where they stand.
using place = std::tuple<order_id, std::uint32_t, unit_state, node_id, section_id>;
using lacking = std::map<place, std::int64_t>;

/// One order's units, bucket by bucket.
class sorting {
public:
    sorting(const engine& of, std::span<const hold_type_row> types, const order_view& order,
            const worklist_query& q, lacking& lacks, std::vector<stuck_units>& into)
        : of_{of}, types_{types}, order_{order}, q_{q}, lacks_{lacks}, into_{into} {
        for (const request_view& r : order.requests)
            if (r.request == request_kind::cancel) asked_[{r.line, r.node}] += r.amount.atoms;
    }

    void sort(const bucket_view& b) {
        std::int64_t left = b.amount.atoms;
        const auto take = [&](std::int64_t n, stuck_reason why, auto&& more) {
            const std::int64_t some = std::min(left, n);
            left -= some;
            if (some > 0) add(b, some, why, more);
        };
        const auto plain = [](stuck_units&) {};
        if (holds_stock(b.state)) {
            const auto lack = lacks_.find({order_.id, b.line, b.state, b.node, b.section});
            if (lack != lacks_.end()) {
                const std::int64_t n = std::min(left, lack->second);
                lack->second -= n;
                take(n, stuck_reason::uncovered, plain);
            }
        }
        if (const hold_view* h = blocker(b))
            take(left, h->escalated ? stuck_reason::escalated : stuck_reason::held,
                 [&](stuck_units& u) {
                     u.owner = types_[index_of(h->type)].key;
                     u.number = h->number;
                     u.repeats = h->repeats;
                     u.since = h->since;
                     if (h->until != never && !h->escalated) u.until = h->until;
                 });
        const std::int64_t days = days_left(b.line);
        if (days < 0) take(left, stuck_reason::late, plain);
        if (days <= q_.slack_days && b.state < unit_state::shipped)
            take(left, stuck_reason::at_risk, plain);
        if (b.state == unit_state::released) wait_for_answers(b, take);
        const std::uint32_t times = rejections(b.line);
        const bool waits = b.state == unit_state::open || b.state == unit_state::backordered;
        if (waits && times > 0) take(left, stuck_reason::rejected, plain);
        if (b.state == unit_state::backordered)
            take(left, stuck_reason::waiting, [&](stuck_units& u) { u.owner = b.queue; });
    }

private:
    template <class Take>
    void wait_for_answers(const bucket_view& b, Take& take) {
        const auto asked = asked_.find({b.line, b.node});
        if (asked == asked_.end()) return;
        time_point until = never;
        for (const request_view& r : order_.requests)
            if (r.request == request_kind::cancel && r.line == b.line && r.node == b.node)
                until = std::min(until, r.until);
        const std::int64_t n = asked->second;
        asked->second -= std::min(n, b.amount.atoms);  // another bucket may be at the node, too
        take(n, stuck_reason::unanswered, [&](stuck_units& u) {
            u.owner = of_.node(b.node).key;
            u.until = until;
        });
    }
    void add(const bucket_view& b, std::int64_t n, stuck_reason why, auto&& more) {
        if (q_.reason && *q_.reason != why) return;
        if (q_.sku != none<sku_id> && q_.sku != b.sku) return;
        if (q_.node != none<node_id> && q_.node != b.node) return;
        stuck_units u;
        u.reason = why;
        u.order = order_.id;
        u.line = b.line;
        u.sku = b.sku;
        u.state = b.state;
        u.node = b.node;
        u.amount = {n};
        u.retries = rejections(b.line);
        u.version = raw(order_.decided_by);
        u.since = order_.placed;
        more(u);
        into_.push_back(u);
    }
    /// The first hold that blocks the next step of a bucket's units.
    [[nodiscard]] const hold_view* blocker(const bucket_view& b) const {
        const auto step = next_step(b.state);
        if (!step) return nullptr;
        for (const hold_view& h : order_.holds) {
            const bool is_its = h.blocks && (h.line == 0 || h.line == b.line);
            if (is_its && blocks(h, *step)) return &h;
        }
        return nullptr;
    }
    [[nodiscard]] bool blocks(const hold_view& h, hold_step s) const {
        if (h.gave_back && s == hold_step::allocate) return true;
        const auto& all = *types_[index_of(h.type)].blocks;
        return std::find(all.begin(), all.end(), s) != all.end();
    }
    [[nodiscard]] std::int64_t days_left(std::uint32_t line) const {
        const civil_day wanted = order_.lines[line - 1].deliver_by;
        if (wanted == no_day) return INT32_MAX;
        return std::int64_t{wanted.n} - day_of(of_.now()).n;
    }
    [[nodiscard]] std::uint32_t rejections(std::uint32_t line) const {
        std::uint32_t times = 0;
        for (const rejection_view& r : order_.rejections) times += r.line == line ? r.times : 0;
        return times;
    }

    const engine& of_;
    std::span<const hold_type_row> types_;
    const order_view& order_;
    const worklist_query& q_;
    lacking& lacks_;
    std::vector<stuck_units>& into_;
    std::map<std::pair<std::uint32_t, node_id>, std::int64_t> asked_;  // to give back
};

}  // namespace

std::string_view name_of(stuck_reason r) noexcept {
    const auto i = static_cast<std::size_t>(r);
    return i < stuck_reasons ? names[i] : "unknown";
}
std::string_view runbook(stuck_reason r) noexcept {
    const auto i = static_cast<std::size_t>(r);
    return i < stuck_reasons ? pages[i] : "";
}

result<worklist_page> worklist(const engine& of, const worklist_query& q) try {
    lacking lacks;
    const auto uncovered = of.uncovered();
    if (!uncovered) return uncovered.error();
    for (const uncovered_promise& u : *uncovered)
        if (u.order != none<order_id>)
            lacks[{u.order, u.line, u.state, u.node, u.section}] += u.amount.atoms;
    std::vector<hold_type_row> types;
    for (std::uint32_t t = 0; t < of.hold_types(); ++t)
        types.push_back(of.hold_type(hold_type_id{static_cast<std::uint16_t>(t)}));
    worklist_page out;
    auto i = static_cast<std::uint32_t>(raw(q.from));
    for (; i < of.orders() && out.rows.size() < q.limit; ++i) {
        const auto order = of.order(order_id{i});
        if (!order && order.error().code == error_code::unknown_order) continue;
        if (!order) return order.error();
        sorting by{of, types, *order, q, lacks, out.rows};
        for (const bucket_view& b : order->buckets)
            if (!is_final(b.state)) by.sort(b);
    }
    out.next = order_id{i};
    return out;
} catch (const names_moving&) {
    return fail(error_code::stock_moving);
}

}  // namespace earmark
