// Holds in the naive engine: a list beside each order, looked through at every question.
#include <algorithm>
#include <array>

#include "naive_engine.hpp"

namespace earmark::naive {

namespace {

bool is_in_scope(const hold_view& h, std::uint32_t line) { return h.line == 0 || h.line == line; }

bool blocks(const hold_type_row& t, hold_step s) {
    if (!t.blocks) return s != hold_step::cancel;
    return std::ranges::find(*t.blocks, s) != t.blocks->end();
}

/// The types that are known before any is loaded.
std::vector<hold_type_row> known_types() {
    using enum hold_step;
    std::vector<hold_type_row> out(6);
    const std::array keys = {"fraud", "credit", "payment", "address", "duplicate", "edit"};
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i].key = keys[i];
        if (i != 0 && i != 4) out[i].blocks = {{release, pick, pack, ship}};
    }
    out[3].rejected = out[5].rejected = hold_rejection::wait;
    out[5].then = hold_expiry::resolve;
    return out;
}

}  // namespace

void engine::load(const command& c, std::span<const hold_type_row> rows) {
    tick(c.now);
    if (hold_types_.empty()) hold_types_ = known_types();
    hold_types_.insert(hold_types_.end(), rows.begin(), rows.end());
}

bool engine::stops(const held_order& o, std::uint32_t line, hold_step s) const {
    return std::ranges::any_of(o.holds, [&](const kept_hold& k) {
        const bool lists = blocks(hold_types_[index_of(k.seen.type)], s) ||
                           (k.seen.gave_back && s == hold_step::allocate);
        return k.seen.blocks && is_in_scope(k.seen, line) && lists;
    });
}

/// Are units of a line, or of any (0), there that have not left?
bool engine::is_ahead(const held_order& o, std::uint32_t line) const {
    using enum unit_state;
    static constexpr std::array ahead = {open,     backordered, reserved, allocated,
                                         released, picked,      packed};
    return !standing(o, line, none<node_id>, ahead).empty();
}

/// The number of the active hold that it is, or of a new one.
engine::put_answer engine::put_hold(held_order& o, hold_view h) {
    for (kept_hold& k : o.holds)
        if (k.seen.state == hold_state::active && k.seen.type == h.type && k.seen.line == h.line) {
            if (h.until <= k.seen.until) return {k.seen.number};
            k.seen.until = h.until;
            k.seen.escalated = false;
            return {k.seen.number, false, true};
        }
    const hold_type_row& type = hold_types_[index_of(h.type)];
    h.number = static_cast<std::uint32_t>(o.holds.size() + 1);
    h.since = now_;
    static constexpr std::array work = {unit_state::released, unit_state::picked,
                                        unit_state::packed};
    const bool stops_nodes = blocks(type, hold_step::pick) || blocks(type, hold_step::pack) ||
                             blocks(type, hold_step::ship);
    h.recalls = stops_nodes && !standing(o, h.line, none<node_id>, work).empty();
    o.holds.push_back({h, type.keeps_s < 0 ? never : now_ + seconds(type.keeps_s)});
    return {h.number, true, true};
}

time_point engine::until_of(hold_type_id type) const {
    const hold_type_row& t = hold_types_[index_of(type)];
    return t.lasts_s == 0 ? never : now_ + seconds(t.lasts_s);
}

/// The streams have one condition: four lines or more.
/// Lines of which something is not cancelled.
std::size_t engine::wanted_lines(const held_order& o) {
    std::set<std::uint32_t> lines;
    for (const auto& [at, n] : o.buckets)
        if (std::get<1>(at) != unit_state::cancelled) lines.insert(std::get<0>(at));
    return lines.size();
}

/// Is some unit of the set not to be released yet?
bool engine::waits_for_set(const held_order& o, std::uint16_t set, node_id from,
                           std::span<const bucket> ready) {
    return set != 0 && std::ranges::any_of(o.buckets, [&](const auto& b) {
               const auto& [line, state, node] = b.first;
               if (o.lines[line - 1].set != set) return false;
               const bool is_here =
                   state == unit_state::allocated && (from == none<node_id> || node == from);
               const bool stays = is_here && std::ranges::find(ready, b.first) == ready.end();
               return state < unit_state::allocated || stays;
           });
}

/// The newest order before it, of its customer, that is the same goods to the same place.
order_id engine::repeated(const held_order& o, std::uint64_t id, const hold_type_row& type) const {
    const auto goods = [&](const held_order& of) {
        std::map<std::pair<sku_id, place_id>, std::int64_t> sum;
        for (const auto& [at, n] : of.buckets) {
            const order_line& l = of.lines[std::get<0>(at) - 1];
            const place_id there = l.own.ship_to == none<place_id> ? of.ship_to : l.own.ship_to;
            if (std::get<1>(at) != unit_state::cancelled) sum[{l.sku, there}] += n;
        }
        return sum;
    };
    const auto wanted = goods(o);
    const bool trusts = flaw_ == flaw::trusts_repeats;
    if (type.repeats_within_s == 0 || o.customer.empty() || wanted.empty() || trusts)
        return none<order_id>;
    for (std::uint64_t other = id; other-- > 0;) {
        const auto at = orders_.find(other);
        if (at == orders_.end() || at->second.customer != o.customer) continue;
        const bool is_new = at->second.placed + seconds(type.repeats_within_s) >= now_;
        if (!is_new && flaw_ != flaw::suspects_for_ever) continue;
        if (goods(at->second) == wanted) return order_id{other};
    }
    return none<order_id>;
}

/// Those that are to be, and were not `before`; of a new order all.
void engine::apply_types(held_order& o, std::uint64_t id, const held_order* before) {
    for (std::size_t t = 0; t < hold_types_.size(); ++t) {
        const hold_type_row& row = hold_types_[t];
        hold_view h;
        h.type = hold_type_id{static_cast<std::uint16_t>(t)};
        h.until = until_of(h.type);
        h.repeats = repeated(o, id, row);
        const auto had = before == nullptr ? none<order_id> : repeated(*before, id, row);
        const bool is_big = !row.apply_when.empty() && wanted_lines(o) >= 4;
        const bool was_big = before != nullptr && wanted_lines(*before) >= 4;
        if ((is_big && !was_big) || (h.repeats != none<order_id> && h.repeats != had))
            put_hold(o, h);
    }
}

/// Units in scope lose their stock, or are cancelled. Was a node asked?
bool engine::clear_scope(held_order& o, std::uint32_t line, std::span<const unit_state> from,
                         unit_state to, std::uint8_t reason) {
    const line_units before = standing_of(o);
    bool any_asked = false;
    for (const taken_back& t : to_take_back(o, line, from)) {
        const std::uint32_t its_line = std::get<0>(t.of);
        if (to != unit_state::cancelled)
            move(o, t.of, {its_line, to, none<node_id>}, t.n);
        else if (!stops(o, its_line, hold_step::cancel))
            any_asked |= take_back(o, {&t, 1}, t.n, reason);
    }
    settle_pools(o, before);
    return any_asked;
}

/// Was a node asked?
bool engine::end_hold(held_order& o, std::uint32_t number, bool accept, std::uint8_t reason) {
    static constexpr std::array stoppable = {unit_state::backordered, unit_state::open,
                                             unit_state::allocated, unit_state::released};
    hold_view& h = o.holds[number - 1].seen;
    const hold_type_row& type = hold_types_[index_of(h.type)];
    h.state = accept ? hold_state::resolved : hold_state::rejected;
    h.blocks = false;
    h.ended = now_;
    h.ended_reason = reason;
    if (flaw_ == flaw::one_hold_opens_all && accept)
        for (kept_hold& k : o.holds) k.seen.blocks = false;
    const std::uint32_t line = h.line;
    if (!accept) {
        const bool waits = type.rejected == hold_rejection::wait;
        const bool any_asked =
            !waits && clear_scope(o, line, stoppable, unit_state::cancelled, reason);
        h.blocks = waits || is_ahead(o, line);
        return any_asked;
    }
    if (!is_ahead(o, line)) return false;
    for (std::size_t t = 0; t < hold_types_.size(); ++t) {
        if (std::ranges::find(hold_types_[t].after, type.key) == hold_types_[t].after.end())
            continue;
        hold_view next;
        next.type = hold_type_id{static_cast<std::uint16_t>(t)};
        next.line = line;
        next.until = until_of(next.type);
        put_hold(o, next);
    }
    return false;
}

/// The streams have one condition: fewer than three lines.
void engine::lift(held_order& o, hold_step s) { lift(o, s, wanted_lines(o)); }

void engine::lift(held_order& o, hold_step s, std::size_t lines) {
    const std::size_t holds = o.holds.size();
    for (std::uint32_t i = 0; i < holds; ++i) {
        const hold_view& h = o.holds[i].seen;
        const hold_type_row& type = hold_types_[index_of(h.type)];
        const bool stops = blocks(type, s) || (h.gave_back && s == hold_step::allocate);
        if (h.state == hold_state::active && stops && !type.resolve_when.empty() && lines < 3)
            end_hold(o, i + 1, true, 0);
    }
}

/// The first deadline of an order's holds, and what it is: give back before the end.
std::optional<engine::due_hold> engine::first_due(const held_order& o) const {
    std::optional<due_hold> first;
    for (const kept_hold& k : o.holds) {
        const bool ends = k.seen.state == hold_state::active && !k.seen.escalated;
        if (k.seen.blocks && !k.seen.gave_back && k.kept_until <= now_ &&
            (!first || k.kept_until < first->at))
            first = {k.kept_until, k.seen.number, true};
        if (ends && k.seen.until <= now_ && (!first || k.seen.until < first->at))
            first = {k.seen.until, k.seen.number, false};
    }
    return first;
}

void engine::pass_time(held_order& o, const due_hold& due) {
    static constexpr std::array kept = {unit_state::allocated};
    hold_view& h = o.holds[due.number - 1].seen;
    const hold_expiry then = hold_types_[index_of(h.type)].then;
    if (due.gives_back) {
        h.gave_back = true;
        clear_scope(o, h.line, kept, unit_state::open);
    } else if (then == hold_expiry::escalate) {
        h.escalated = true;
    } else {
        end_hold(o, due.number, then == hold_expiry::resolve, 0);
    }
}

/// What is due of an order, in a step for each: of one instant holds before nodes.
void engine::pass_time(held_order& o) {
    for (;;) {
        const auto due = first_due(o);
        const asked_node* const silent = first_silent(o);
        const auto timer = first_timer(o);
        if (!due && silent == nullptr && !timer) return;
        time_point before = due ? due->at : never;
        if (silent != nullptr) before = std::min(before, silent->until);
        if (timer && timer->first < before)
            pass_timer(o, timer->second);
        else if (silent != nullptr && (!due || silent->until < due->at))
            pass_over(o, *silent);
        else
            pass_time(o, *due);
        ++expired_;
        watch();
    }
}

answer engine::place_hold(const command& c, const place_hold_request& r) {
    const std::string content = text_of(verb::place_hold, raw(r.order), raw(r.type), r.line,
                                        r.reason, r.until ? r.until->ns : -1);
    tick(c.now);
    if (index_of(r.type) >= hold_types_.size()) return refuse(error_code::unknown_hold_type);
    if (const auto no = ask(c, privilege::place_hold, raw(r.order), r.type); no != error_code::ok)
        return refuse(no);
    return once(c, content, [&] {
        static constexpr std::array kept = {unit_state::allocated};
        if (!orders_.contains(raw(r.order))) return refuse(error_code::unknown_order);
        held_order& o = orders_.at(raw(r.order));
        if (r.line > o.lines.size()) return refuse(error_code::unknown_line);
        hold_view h;
        h.type = r.type;
        h.line = r.line;
        h.reason = r.reason;
        h.until = r.until.value_or(until_of(r.type));
        if (h.until <= now_) return refuse(error_code::out_of_range);
        if (!is_ahead(o, r.line)) return refuse(error_code::not_allowed);
        const auto [number, fresh, changes] = put_hold(o, h);
        if (fresh && o.holds[number - 1].kept_until <= now_) {
            o.holds[number - 1].seen.gave_back = true;
            clear_scope(o, r.line, kept, unit_state::open);
        }
        return answer{.what = changes ? outcome::done : outcome::unchanged,
                      .subject = raw(r.order)};
    });
}

answer engine::resolve_hold(const command& c, const resolve_hold_request& r) {
    const std::string content =
        text_of(verb::resolve_hold, raw(r.order), r.hold, int{r.accept}, r.reason);
    tick(c.now);
    if (rights_.guards(privilege::resolve_hold)) {  // by the type, which the hold says
        if (!orders_.contains(raw(r.order))) return refuse(error_code::unknown_order);
        const auto& holds = orders_.at(raw(r.order)).holds;
        const bool is_there = r.hold > 0 && r.hold <= holds.size();
        const auto type = is_there ? holds[r.hold - 1].seen.type : none<hold_type_id>;
        if (const auto no = ask(c, privilege::resolve_hold, raw(r.order), type);
            no != error_code::ok)
            return refuse(no);
    }
    return once(c, content, [&] {
        if (!orders_.contains(raw(r.order))) return refuse(error_code::unknown_order);
        held_order& o = orders_.at(raw(r.order));
        if (r.hold == 0 || r.hold > o.holds.size()) return refuse(error_code::unknown_hold);
        const hold_view& h = o.holds[r.hold - 1].seen;
        const bool cancels = hold_types_[index_of(h.type)].rejected == hold_rejection::cancel;
        const bool may = h.state == hold_state::active || (h.blocks && (r.accept || cancels));
        if (!may) return refuse(error_code::hold_over);
        const bool any_asked = end_hold(o, r.hold, r.accept, r.reason);
        return answer{.what = any_asked ? outcome::asked : outcome::done, .subject = raw(r.order)};
    });
}

}  // namespace earmark::naive
