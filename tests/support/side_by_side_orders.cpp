// Orders that are placed, side by side.
#include <algorithm>

#include "earmark/engine/workflows.hpp"
#include "side_by_side.hpp"

namespace earmark::streams {

void side_by_side::play_one(const command&, const restart_step&, const step&) {
    if (!real_->flush(journal::durability::memory)) return differ("flush before a restart");
    real_.reset();
    naive_.restart();
    real_ = std::make_unique<engine>(config_);  // the sink holds all that there was
    const command what_time_it_is{
        {}, {}, naive_.now()};  // a command that did nothing left no record
    if (!real_->advance(what_time_it_is)) differ("advance after a restart");
}

/// `migrate 1`, or `migrate 1 plain`: what is chased is not any more.
void side_by_side::migrate(const command& c, const fact_step& s) {
    const auto id = static_cast<order_id>(order_of(s.order).real);
    const auto to = static_cast<std::uint16_t>(s.event[8] - '0');
    const bool is_plain = s.event.ends_with("plain");
    const std::vector<state_mapping> states{{"chased", "backordered"}};
    const migrate_request r{id, to,
                            is_plain ? std::span{states} : std::span<const state_mapping>{}};
    compare(verb::migrate, earmark::migrate(*real_, c, r), naive_.migrate(c, id, to, is_plain),
            about::order, nothing);
}

void side_by_side::play_one(const command& c, const place_step& s, const step& whole) {
    std::vector<command> commands;
    std::vector<order_request> requests;
    std::vector<order_fact> customers;
    for (const new_order& o : s.orders) customers.push_back({attribute_id{0}, 0, o.customer});
    for (const new_order& o : s.orders) {
        commands.push_back({o.key, c.actor, c.now});
        const auto basket = static_cast<reservation_id>(reservation_of(o.reservation).real);
        requests.push_back({o.lines, o.ship_to, o.currency, o.priority,
                            o.reservation == nothing ? none<reservation_id> : basket});
        requests.back().node = o.node;
        if (o.ship_to == place_id{1}) requests.back().deliver_by = {20'776};  // late by now or soon
        if (!o.customer.empty())
            requests.back().facts = std::span{customers}.subspan(requests.size() - 1, 1);
    }
    std::vector<placed> real(requests.size());
    const auto baskets = std::ranges::count_if(
        s.orders, [](const new_order& o) { return o.reservation != nothing; });
    const bool one_by_one = requests.size() == 1 || baskets > 1;  // see forget_what_is_kept_anew()
    if (!one_by_one) real_->place_order(commands, requests, real);
    for (std::size_t i = 0; i < requests.size(); ++i) {
        if (one_by_one) real[i] = real_->place_order(commands[i], requests[i]);
        order_request mine = requests[i];
        if (s.orders[i].reservation != nothing)
            mine.reservation =
                static_cast<reservation_id>(reservation_of(s.orders[i].reservation).naive);
        compare_placed(real[i], naive_.place_order(commands[i], mine), commands[i].key,
                       whole.number + static_cast<serial>(i));
        if (real[i].first.what == outcome::reacquired) forget_what_is_kept_anew();
    }
}

void side_by_side::play_one(const command& c, const amend_step& s, const step&) {
    amend_request r;
    r.order = static_cast<order_id>(order_of(s.order).real);
    r.lines = s.lines;
    r.ship_to = s.ship_to;
    amend_request look = r;
    look.preview = true;
    (void)real_->amend({{}, c.actor, c.now}, look);  // time goes on
    const std::uint64_t before = real_->state_hash();
    const amended seen = real_->amend({{}, c.actor, c.now}, look);
    if (real_->state_hash() != before) differ("a preview changed something");
    const amended real = real_->amend(c, r);
    const bool is_denied = real.first.why.code == error_code::not_authorised;
    if (!is_denied && c.key.empty() && seen.first.what != real.first.what)
        differ("a preview says " + std::string{name_of(seen.first.what)} + ", and it becomes " +
               std::string{name_of(real.first.what)} + ": " + to_string(real.first.why));
    compare(verb::amend, result<receipt>{real.first}, naive_.amend(c, r), about::order, nothing);
}

void side_by_side::play_one(const command& c, const held_step& s, const step&) {
    place_hold_request r{static_cast<order_id>(order_of(s.order).real), s.type, s.line, s.reason,
                         s.until};
    compare(verb::place_hold, real_->place_hold(c, r), naive_.place_hold(c, r), about::order,
            nothing);
}

void side_by_side::play_one(const command& c, const answer_step& s, const step&) {
    const resolve_hold_request r{static_cast<order_id>(order_of(s.order).real), s.hold, s.accept,
                                 s.reason};
    compare(verb::resolve_hold, real_->resolve_hold(c, r), naive_.resolve_hold(c, r), about::order,
            nothing);
}

std::optional<std::pair<serial, node_id>> side_by_side::asked(const step& s) {
    serial order = unknown;
    if (const auto* c = std::get_if<cancel_step>(&s.what)) order = c->order;
    if (const auto* a = std::get_if<amend_step>(&s.what)) order = a->order;
    if (const auto* r = std::get_if<release_step>(&s.what)) order = r->orders.front();
    const auto view = real_->order(static_cast<order_id>(order_of(order).real));
    if (!view || view->requests.empty()) return std::nullopt;
    return std::pair{order, view->requests.back().node};
}

/// An order that takes a dead basket's pools anew keeps them in a reservation of its own, which may
/// have the number of one that has ended.
void side_by_side::forget_what_is_kept_anew() {
    int gone = 0;
    for (const auto& [real, naive] : reservation_ids_) {
        if (!naive_.knows(reservation_id{naive}) || real_->reservation(reservation_id{real}))
            continue;
        ++gone;
        if (!naive_.forget(reservation_id{naive})) differ("a live reservation is not known");
    }
    tally_["place_order: a number again"] += static_cast<std::uint32_t>(gone);
    if (gone > 1) differ("one order has used the numbers of several reservations");
}

}  // namespace earmark::streams
