#include "earmark/engine/bulk.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "earmark/engine/engine.hpp"

namespace earmark {
namespace {

constexpr std::array<std::string_view, bulk_actions> names = {"hold", "resolve", "source",
                                                              "release", "cancel"};

/// After which there is nothing to be had from the other orders either.
bool ends_all(error_code e) noexcept {
    return e == error_code::halted || e == error_code::stock_moving || e == error_code::no_slot ||
           e == error_code::journal_full || e == error_code::out_of_memory ||
           e == error_code::sink_failed || e == error_code::key_memory_full;
}

bool needs_reason(bulk_action a) noexcept {
    return a == bulk_action::hold || a == bulk_action::resolve || a == bulk_action::cancel;
}

/// The key of one order's step, and of a hold in it.
std::string key_of(const command& c, order_id of, std::uint32_t hold = 0) {
    if (c.key.empty()) return {};
    std::string key{c.key};
    key += '#';
    key += std::to_string(raw(of));
    if (hold == 0) return key;
    key += '#';
    key += std::to_string(hold);
    return key;
}

/// What is missing, or empty. Whoever forgets to say which orders does not mean all of them.
std::string_view missing(const bulk_request& r) noexcept {
    if (needs_reason(r.action) && r.reason == 0) return "hold, resolve and cancel need a reason";
    const bool is_grave = r.action == bulk_action::hold || r.action == bulk_action::cancel;
    if (is_grave && !r.orders && r.filter.is_empty())
        return "say which orders: by a filter, or one by one";
    return {};
}

error check(const engine& on, const command& c, const bulk_request& r) {
    if (c.key.size() > max_bulk_key_bytes)
        return fail(error_code::key_too_long, static_cast<std::int64_t>(c.key.size()),
                    static_cast<std::int64_t>(max_bulk_key_bytes));
    if (!missing(r).empty()) return fail(error_code::missing_field, 0);
    const bool is_of_holds = r.action == bulk_action::hold || r.action == bulk_action::resolve;
    if (is_of_holds && index_of(r.hold) >= on.hold_types())
        return fail(error_code::unknown_hold_type, -1);
    return {};
}

/// What is done to each order.
class doing {
public:
    doing(engine& on, const command& c, const bulk_request& r) : on_{on}, c_{c}, r_{r} {}

    result<receipt> operator()(order_id o) {
        if (r_.action == bulk_action::resolve) return resolve_all(o);
        const std::string key = key_of(c_, o);
        const command c{key, c_.actor, c_.now};
        switch (r_.action) {
            case bulk_action::hold:
                return on_.place_hold(c, {o, r_.hold, 0, r_.reason});
            case bulk_action::release:
                return on_.release(c, o);
            case bulk_action::cancel:
                return on_.cancel(c, {o, 0, {}, r_.reason});
            default:
                break;
        }
        const auto sourced = on_.source(c, o);
        if (!sourced) return sourced.error();
        return sourced->first;
    }

private:
    result<receipt> resolve_all(order_id o) {
        const auto order = on_.order(o);
        if (!order) return order.error();
        receipt nothing;
        nothing.what = outcome::unchanged;
        nothing.by = verb::resolve_hold;
        nothing.subject = raw(o);
        result<receipt> last = nothing;
        for (const hold_view& h : order->holds) {
            if (h.type != r_.hold || h.state != hold_state::active) continue;
            const std::string key = key_of(c_, o, h.number);
            last = on_.resolve_hold({key, c_.actor, c_.now}, {o, h.number, r_.accept, r_.reason});
            if (!last) return last;
        }
        return last;
    }

    engine& on_;
    const command& c_;
    const bulk_request& r_;
};

void tell(bulk_report& into, order_id o, result<receipt> done) {
    if (!done)
        ++into.refused;
    else if (done->what == outcome::unchanged)
        ++into.unchanged;
    else
        ++into.done;
    into.rows.push_back({o, std::move(done)});
}

/// Units of an order that are released, or why not; the key names the node, too.
result<receipt> release(engine& on, const command& c, order_id o, node_id node) {
    std::string key = key_of(c, o);
    if (!key.empty() && node != none<node_id>) key += '@' + std::to_string(raw(node));
    result<receipt> out = fail(error_code::order_busy);
    on.release({key, c.actor, c.now}, {{&o, 1}, node}, {&out, 1});
    return out;
}

}  // namespace

std::string_view name_of(bulk_action a) noexcept {
    const auto i = static_cast<std::size_t>(a);
    return i < bulk_actions ? names[i] : "unknown";
}

bulk_report bulk(engine& on, const command& c, const bulk_request& r) {
    bulk_report out;
    out.why = check(on, c, r);
    if (out.why.code == error_code::missing_field) out.problem = missing(r);
    if (out.why.code != error_code::ok) return out;
    std::vector<order_id> orders;
    if (r.orders) {
        orders.assign(r.orders->begin(), r.orders->end());
        out.matched = orders.size();
    } else {
        const auto found = select(on, r.filter, r.rules, r.limit, &out.problem);
        if (!found) return out.why = found.error(), out;
        out.matched = found->matched;
        for (const selected_order& o : found->orders) orders.push_back(o.at.order);
    }
    orders.resize(std::min(orders.size(), r.limit));
    doing step{on, c, r};
    for (const order_id o : orders) {
        tell(out, o, step(o));
        const auto& last = out.rows.back().done;
        if (!last && ends_all(last.error().code)) break;
    }
    return out;
}

wave_report release_wave(engine& on, const command& c, const wave_request& r) {
    wave_report out;
    if (c.key.size() > max_bulk_key_bytes)
        out.why = fail(error_code::key_too_long, static_cast<std::int64_t>(c.key.size()),
                       static_cast<std::int64_t>(max_bulk_key_bytes));
    if (r.remorse_s < 0 || r.remorse_s > max_queue_seconds)
        out.why =
            fail(error_code::out_of_range, r.remorse_s, r.remorse_s < 0 ? 0 : max_queue_seconds);
    if (out.why.code != error_code::ok) return out;
    order_filter f = r.filter;
    f.state = unit_state::allocated;
    const auto found = select(on, f, r.rules, SIZE_MAX, &out.problem);
    if (!found) return out.why = found.error(), out;
    const time_point now = std::max(c.now, on.now());
    for (const selected_order& o : found->orders) {
        const bool is_young = o.at.placed + seconds(r.remorse_s) > now && o.at.due > now;
        const bool is_first = out.released == 0 && r.max_orders > 0;
        const bool has_room = out.released < r.max_orders && out.lines < r.max_lines &&
                              o.lines <= r.max_lines - out.lines;
        if (is_young) {
            ++out.too_young;
            continue;
        }
        if (!is_first && !has_room) {
            ++out.left;
            continue;
        }
        out.rows.push_back({o.at, o.lines, release(on, c, o.at.order, f.node)});
        const auto& done = out.rows.back().done;
        if (!done) {
            ++out.refused;
            if (ends_all(done.error().code)) break;
        } else if (done->what == outcome::unchanged) {
            out.rows.pop_back();  // somebody else was faster
        } else if (done->what != outcome::repeat) {
            ++out.released;
            out.lines += o.lines;
        }
    }
    return out;
}

}  // namespace earmark
