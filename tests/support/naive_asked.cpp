// What nodes are asked, in the naive engine: a list beside each order, gone through at every move.
#include <algorithm>
#include <array>

#include "naive_engine.hpp"

namespace earmark::naive {

void engine::load(const command& c, std::span<const answer_row> rows) {
    tick(c.now);
    for (const answer_row& r : rows)
        answers_[{r.node.empty() ? none<node_id> : node_keys_.at(r.node), r.request}] = r;
}

/// What a node is asked by; nothing where it is not.
const answer_row* engine::asks(node_id n, request_kind k) const {
    auto row = answers_.find({n, k});
    if (row == answers_.end()) row = answers_.find({none<node_id>, k});
    return row == answers_.end() || row->second.within_s == 0 ? nullptr : &row->second;
}

std::int64_t engine::asked(const held_order& o, request_kind k, std::uint32_t line, node_id n) {
    std::int64_t sum = 0;
    for (const asked_node& a : o.asked)
        if (a.kind == k && (line == 0 || a.line == line) && (n == none<node_id> || a.node == n))
            sum += a.n;
    return sum;
}

void engine::ask(held_order& o, request_kind k, std::uint32_t line, node_id n, std::int64_t units,
                 std::uint8_t reason) {
    const answer_row& by = *asks(n, k);
    asked_node a{k, line, n, now_ + seconds(by.within_s), reason, by.then, 0};
    if (k == request_kind::work) a.reason = by.reason;
    const auto same = [&](const asked_node& b) { return a.order() == b.order(); };
    auto at = std::ranges::find_if(o.asked, same);
    if (at == o.asked.end()) at = o.asked.insert(at, a);
    at->n += units;
    std::ranges::sort(o.asked, {}, [](const asked_node& b) { return b.order(); });
}

/// Those with the earliest time go first.
void engine::end_asked(held_order& o, request_kind k, std::uint32_t line, node_id n,
                       std::int64_t units) {
    for (asked_node& a : o.asked) {
        if (a.kind != k || a.line != line || a.node != n) continue;
        const std::int64_t some = std::min(units, a.n);
        a.n -= some;
        units -= some;
    }
    std::erase_if(o.asked, [](const asked_node& a) { return a.n == 0; });
}

/// Units that are not there any more were not given back, or not worked on.
void engine::end_overtaken(held_order& o, std::uint32_t line, node_id n) {
    const auto there = o.buckets.find({line, unit_state::released, n});
    const std::int64_t most = there == o.buckets.end() ? 0 : there->second;
    for (const request_kind k : {request_kind::work, request_kind::cancel})
        end_asked(o, k, line, n, std::max<std::int64_t>(0, asked(o, k, line, n) - most));
}

/// Units that may be taken back, those first that no node has to agree to.
std::vector<engine::taken_back> engine::to_take_back(const held_order& o, std::uint32_t line,
                                                     std::span<const unit_state> from) const {
    std::vector<taken_back> out;
    for (const bucket& b : standing(o, line, none<node_id>, from)) {
        const auto& [its_line, state, node] = b;
        const bool asks_it = state == unit_state::released && flaw_ != flaw::asks_nobody &&
                             asks(node, request_kind::cancel) != nullptr;
        const std::int64_t before = asks_it ? asked(o, request_kind::cancel, its_line, node) : 0;
        const std::int64_t n = o.buckets.at(b) - before;
        if (n > 0) out.push_back({b, n, asks_it});
    }
    std::ranges::stable_sort(out, {}, [](const taken_back& t) { return t.asks; });
    return out;
}

answer engine::cancel_now(order_id id, const cancel_request& r) {
    static constexpr std::array order_of_removal = {unit_state::backordered, unit_state::open,
                                                    unit_state::allocated, unit_state::released};
    held_order& o = orders_.at(raw(id));
    if (r.line > o.lines.size()) return refuse(error_code::unknown_line);
    auto parts = to_take_back(o, r.line, order_of_removal);
    std::int64_t there = 0;
    for (const taken_back& t : parts) there += t.n;
    std::int64_t left = there;
    if (r.amount.atoms != 0) {
        if (r.line == 0) return refuse(error_code::unknown_line);  // so many of which SKU?
        const sku_id sku = o.lines[r.line - 1].sku;
        if (const error_code bad = check_amount(sku, r.amount); bad != error_code::ok)
            return refuse(bad);
        left = to_granules(sku, r.amount);
    }
    if (there == 0 && r.amount.atoms == 0 &&
        asked(o, request_kind::cancel, r.line, none<node_id>) > 0)
        return {.what = outcome::unchanged, .subject = raw(id)};
    if (there == 0) return refuse(error_code::not_allowed);
    if (left > there) return refuse(error_code::too_few_units);
    const auto is_stopped = [&](const taken_back& t) {
        return stops(o, std::get<0>(t.of), hold_step::cancel);
    };
    if (r.line != 0 ? std::ranges::any_of(parts, is_stopped)
                    : std::ranges::all_of(parts, is_stopped))
        return refuse(error_code::held);
    std::erase_if(parts, is_stopped);
    const line_units before = standing_of(o);
    const bool any_asked = take_back(o, parts, left, r.reason);
    settle_pools(o, before);
    return {.what = any_asked ? outcome::asked : outcome::done, .subject = raw(id)};
}

/// Up to so many of them. Was a node asked?
bool engine::take_back(held_order& o, std::span<const taken_back> parts, std::int64_t n,
                       std::uint8_t reason) {
    bool any_asked = false;
    for (const taken_back& t : parts) {
        const auto& [line, state, node] = t.of;
        const std::int64_t some = std::min(n, t.n);
        if (some == 0) break;
        n -= some;
        any_asked |= t.asks;
        if (t.asks)
            ask(o, request_kind::cancel, line, node, some, reason);
        else
            move(o, t.of, {line, unit_state::cancelled, none<node_id>}, some);
    }
    return any_asked;
}

/// Released units that leave their node, those first that it was asked to give back.
void engine::give_up(held_order& o, std::uint32_t line, node_id node, std::int64_t n) {
    const bucket from{line, unit_state::released, node};
    const std::int64_t gone = std::min(n, asked(o, request_kind::cancel, line, node));
    end_asked(o, request_kind::cancel, line, node, gone);
    if (gone > 0) move(o, from, {line, unit_state::cancelled, none<node_id>}, gone);
    if (n > gone) move(o, from, {line, unit_state::open, none<node_id>}, n - gone);
}

answer engine::answered(const command& c, const fact& f) {
    const std::string content =
        text_of(verb_of(f.kind), raw(f.order), f.line, raw(f.node), f.amount.atoms);
    const auto kind = f.kind == fact_kind::accept ? request_kind::work : request_kind::cancel;
    return once(c, content, [&] {
        if (!orders_.contains(raw(f.order))) return refuse(error_code::unknown_order);
        held_order& o = orders_.at(raw(f.order));
        if (f.node != none<node_id> && !nodes_.contains(f.node))
            return refuse(error_code::unknown_node);
        if (f.line > o.lines.size() || (f.line == 0 && f.amount.atoms != 0))
            return refuse(error_code::unknown_line);
        std::int64_t wanted = 0;
        if (f.amount.atoms != 0) {
            const sku_id sku = o.lines[f.line - 1].sku;
            if (const error_code bad = check_amount(sku, f.amount); bad != error_code::ok)
                return refuse(bad);
            wanted = to_granules(sku, f.amount);
        }
        if (!nodes_.contains(f.node)) return refuse(error_code::unknown_node);
        const std::int64_t there = asked(o, kind, f.line, f.node);
        if (there == 0) return refuse(error_code::not_asked);
        if (there < wanted) return refuse(error_code::too_few_units);
        const line_units before = standing_of(o);
        for (std::uint32_t line = 1; line <= o.lines.size(); ++line) {
            if (f.line != 0 && f.line != line) continue;
            const std::int64_t all = asked(o, kind, line, f.node);
            const std::int64_t n = wanted == 0 ? all : wanted;
            if (n == 0) continue;
            end_asked(o, kind, line, f.node, n);
            if (f.kind == fact_kind::confirm_cancel)
                move(o, {line, unit_state::released, f.node},
                     {line, unit_state::cancelled, none<node_id>}, n);
        }
        settle_pools(o, before);
        return answer{.subject = raw(f.order)};
    });
}

/// The first that is due; nothing before then.
const engine::asked_node* engine::first_silent(const held_order& o) const {
    const asked_node* first = nullptr;
    for (const asked_node& a : o.asked)
        if (a.until <= now_ && (first == nullptr || a.until < first->until)) first = &a;
    return first;
}

/// Nobody has answered.
void engine::pass_over(held_order& o, asked_node a) {
    end_asked(o, a.kind, a.line, a.node, a.n);
    const line_units before = standing_of(o);
    const bool cancels = a.kind == request_kind::cancel && a.then == silence::accepts;
    if (cancels)
        move(o, {a.line, unit_state::released, a.node},
             {a.line, unit_state::cancelled, none<node_id>}, a.n);
    if (a.kind == request_kind::work && a.then == silence::refuses) give_up(o, a.line, a.node, a.n);
    settle_pools(o, before);
}

}  // namespace earmark::naive
