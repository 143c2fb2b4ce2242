#include "random_stream.hpp"

#include <algorithm>
#include <numeric>

namespace earmark::streams {

namespace {

constexpr std::uint32_t cancel_step_kind = 7;
constexpr std::uint32_t source_step_kind = 8;
constexpr std::uint32_t release_step_kind = 9;
constexpr std::uint32_t fact_step_kind = 10;
constexpr std::uint32_t move_step_kind = 11;
constexpr std::uint32_t snapshot_kind = 12;
constexpr std::uint32_t delta_kind = 13;
constexpr std::uint32_t floor_step_kind = 15;
constexpr std::uint32_t held_step_kind = 16;
constexpr std::uint32_t answer_step_kind = 17;
constexpr std::uint32_t amend_step_kind = 18;
constexpr std::uint32_t text_step_kind = 19;

// The order of the alternatives of `action`, and how often each comes when a seed has no taste.
constexpr std::array<std::uint32_t, 20> plain_weights = {4,  1, 14, 20, 8, 5, 18, 7, 20, 14,
                                                         24, 8, 6,  4,  4, 3, 4,  5, 7,  5};

earmark::currency euro() { return *currency::parse("EUR"); }

constexpr std::uint32_t pool_count = 7;
constexpr pool_id flat_pool{5};

}  // namespace

random_stream::random_stream(std::uint64_t seed)
    : dice_{seed},
      rights_{seed ^ 0xA11},
      restrictions_{seed ^ 0xBAD},
      customers_{seed ^ 0xB0B},
      ways_{seed ^ 0xA1A},
      nodes_{node_count(seed)},
      has_pools_{seed % 2 == 1},
      has_sections_{seed % 3 == 1},
      has_labels_{has_labels(seed)},
      asks_nodes_{asks_nodes(seed)},
      sends_texts_{sends_texts(seed)},
      has_rights_{has_rights(seed)},
      has_restrictions_{has_restrictions(seed)},
      now_{start} {
    static constexpr std::array<std::uint32_t, 4> taste = {0, 1, 1, 4};
    for (std::size_t k = 0; k < kinds; ++k)
        weights_[k] = plain_weights[k] * taste[dice_.below(taste.size())] + 1;
    if (sends_texts_) weights_[text_step_kind] += 40;
}

// ---- one step ----------------------------------------------------------------------------------

step random_stream::next() {
    const time_point at_instant = next_instant();
    const std::uint32_t kind = next_kind();
    step s{last_ + 1, {}, at_instant, make(kind)};
    std::size_t entries = 1;
    if (const auto* r = std::get_if<reserve_step>(&s.what)) entries = r->baskets.size();
    if (const auto* p = std::get_if<place_step>(&s.what)) entries = p->orders.size();
    const auto* sources = std::get_if<source_step>(&s.what);
    const auto* releases = std::get_if<release_step>(&s.what);
    const bool batch = entries > 1 || (sources && sources->orders.size() > 1) ||
                       (releases && releases->orders.size() > 1);
    last_ += static_cast<serial>(entries);
    const bool no_command = std::holds_alternative<feed_step>(s.what) || kind == floor_step_kind ||
                            kind == text_step_kind;
    const bool takes_keys = kind > 1 && !no_command;  // loading and waiting are not worth a key
    if (!batch && takes_keys && dice_.chance(50)) s.key = "k" + std::to_string(s.number);
    if (!batch && dice_.chance(12))
        spoil(s);
    else if (!batch && dice_.chance(12))
        repeat_key(s);
    if (has_rights_) draw_rights(s);
    if (has_restrictions_) draw_restrictions(s);
    keep(s);
    return s;
}

/// Mostly somebody who may, and now and then other rights.
void random_stream::draw_rights(step& s) {
    static constexpr std::array types = {"", "", "brief", "look", "fraud"};
    s.who = rights_.chance(40) ? 0 : 1 + rights_.below(3);
    if (!rights_.chance(4)) return;
    for (std::uint32_t n = 1 + rights_.below(4); n > 0; --n) {
        privilege_row r;
        r.actor = std::to_string(1 + rights_.below(3));
        r.may = static_cast<privilege>(rights_.below(privileges));
        const bool is_of_holds = r.may == privilege::place_hold || r.may == privilege::resolve_hold;
        if (is_of_holds) r.hold_type = types[rights_.below(types.size())];
        r.does = rights_.chance(60) ? grant::allow : static_cast<grant>(rights_.below(grants));
        s.grants.push_back(std::move(r));
    }
}

/// A few rows that replace each other. What forbids everything is not interesting for long.
void random_stream::draw_restrictions(step& s) {
    dice& d = restrictions_;
    if (!d.chance(5)) return;
    naive::restriction r;
    r.key = "r" + std::to_string(d.below(4));
    if (d.chance(40)) r.sku = sku_at(d.below(sku_count));
    if (!r.sku && d.chance(40)) r.hazmat = true;
    if (d.chance(40)) r.node = node_at(d.below(nodes_));
    if (!r.node && d.chance(50)) r.kind = static_cast<node_kind>(d.below(3));
    if (d.chance(40)) r.place = static_cast<place_id>(d.below(place_count));
    if (d.chance(15)) r.priority = static_cast<std::uint8_t>(d.below(3));
    r.across = d.chance(25);
    const bool says_little = !r.sku && !r.hazmat && !r.names_origin();
    if (says_little) r.sku = sku_at(d.below(sku_count));
    r.active = d.chance(70);
    s.restricts.push_back(std::move(r));
}

std::uint32_t random_stream::next_kind() {
    std::uint32_t kind = 0;
    const bool moves_orders_on = last_kind_ >= source_step_kind && last_kind_ <= fact_step_kind;
    if (asks_nodes_ && last_kind_ == fact_step_kind && dice_.chance(25)) return fact_step_kind;
    const bool goes_back =
        asks_nodes_ && (last_kind_ == release_step_kind || last_kind_ == cancel_step_kind);
    if (goes_back && dice_.chance(40)) {
        kind = last_kind_ == cancel_step_kind ? fact_step_kind : cancel_step_kind;
    } else if (moves_orders_on && dice_.chance(35)) {
        kind = std::min(last_kind_ + 1, fact_step_kind);  // an order goes its way, mostly
    } else {
        std::uint32_t at = dice_.below(std::accumulate(weights_.begin(), weights_.end(), 0u));
        while (at >= weights_[kind]) at -= weights_[kind++];
    }
    last_kind_ = kind;
    return kind;
}

void random_stream::granted(serial s) {
    if (baskets_.contains(s)) reservations_.push_back(s);
    if (!new_orders_.contains(s)) return;
    orders_.push_back(s);
    if (dice_.chance(30)) favourite_ = s;
}

void random_stream::asked(serial order, node_id node) { asked_order_ = order, asked_node_ = node; }

time_point random_stream::next_instant() {
    if (dice_.chance(5)) return {now_.ns - dice_.between(1, 60) * second};  // a late message
    time_point at{now_.ns + dice_.between(0, 5) * second};
    if (dice_.chance(3)) at.ns += 300 * second;
    if (!deadlines_.empty() && dice_.chance(8)) {
        const time_point t = dice_.pick(deadlines_);  // at a deadline, or one nanosecond before it
        at = std::max(now_, {t.ns - dice_.between(0, 1)});
    }
    now_ = at;
    return at;
}

time_point random_stream::next_deadline() {
    if (dice_.chance(15)) return never;
    const time_point t{now_.ns + dice_.between(1, 240) * second};
    deadlines_.push_back(t);
    return t;
}

quantity random_stream::units(sku_id s, std::int64_t least, std::int64_t most) {
    return {dice_.between(least, most) * granule_of[index_of(s)]};
}

serial random_stream::some_order() {
    if (orders_.empty() || dice_.chance(2)) return unknown;
    const auto n = static_cast<std::uint32_t>(orders_.size());
    const std::uint32_t recent = std::min(n, 12u);  // old ones are mostly finished
    if (dice_.chance(3)) favourite_ = dice_.pick(orders_);
    if (dice_.chance(6)) favourite_ = orders_[n - 1 - dice_.below(recent)];
    return dice_.chance(75) ? favourite_ : dice_.pick(orders_);
}

serial random_stream::some_reservation(bool ends) {
    if (reservations_.empty() || dice_.chance(3)) return unknown;
    if (dice_.chance(10)) return dice_.pick(reservations_);
    std::vector<serial> live;  // as far as the clock tells
    for (const serial r : reservations_)
        if (baskets_.at(r).deadline > now_ && !spent_.contains(r)) live.push_back(r);
    if (live.empty()) return dice_.pick(reservations_);
    const serial r = dice_.pick(live);
    if (ends && dice_.chance(70)) spent_.insert(r);
    return r;
}

action random_stream::make(std::uint32_t kind) {
    const bool of_basket = kind == 4 || kind == 5 || kind == move_step_kind;
    const bool moves_on = kind >= 7 && kind <= fact_step_kind;
    const bool of_order = moves_on || (kind >= held_step_kind && kind < text_step_kind);
    if (orders_.empty() && of_order) kind = 6;
    if (reservations_.empty() && of_basket) kind = 3;
    switch (kind) {
        case 0:
            return advance_step{};
        case 1:
            return make_stock();
        case 2:
            return make_adjust();
        case 3:
            return make_reserve();
        case 4:
            return make_change();
        case 5:
            return unreserve_step{some_reservation()};
        case 6:
            return make_place();
        case cancel_step_kind:
            return make_cancel();
        case 8:
            return source_step{some_orders(), dice_.chance(10)};
        case release_step_kind:
            return make_release();
        case move_step_kind:
            return make_move();
        case floor_step_kind:
            return make_floors();
        case held_step_kind:
            return make_held();
        case answer_step_kind:
            return make_answer();
        case amend_step_kind:
            return make_amend();
        case text_step_kind:
            return make_text();
        case fact_step_kind:
            return make_fact();
        case snapshot_kind:
            return make_feed(false);
        case delta_kind:
            return make_feed(true);
        default:
            return make_count();
    }
}

action random_stream::make_count() {
    const auto [s, in] = some_shelf();
    return count_request{s, node_at(dice_.below(nodes_)), units(s, 0, 6), in};
}

action random_stream::make_stock() {
    const auto [s, in] = some_shelf();
    return stock_step{{{"s" + std::to_string(raw(s)),
                        "n" + std::to_string(dice_.below(nodes_)),
                        units(s, 0, 3),
                        {},
                        in == section_id{0} ? "kept" : ""}}};
}

action random_stream::make_feed(bool is_delta) {
    feed_step s;
    s.is_delta = is_delta;
    const std::uint32_t source = dice_.below(2);
    s.source = source == 0 ? "wms" : "till";
    std::uint64_t& last = sequence_[source];
    s.sequence = last > 3 && dice_.chance(20) ? last - dice_.below(3) : ++last;
    s.ago = dice_.chance(30) ? 0 : dice_.below(dice_.chance(80) ? 6 : 60);
    s.basis = !is_delta && dice_.chance(25) ? feed_basis::available : feed_basis::on_hand;
    s.complete = !is_delta && dice_.chance(10);
    const bool is_signed = is_delta || s.basis == feed_basis::available;
    do {
        const auto [sku, in] = some_shelf();
        s.rows.push_back(
            {sku, node_at(dice_.below(nodes_)), units(sku, is_signed ? -2 : 0, 6), in});
    } while (s.rows.size() < 5 && dice_.chance(60));
    while (s.complete && dice_.chance(20)) s.nodes.push_back(node_at(dice_.below(nodes_)));
    if (has_sections_ && s.complete && dice_.chance(40))
        s.sections.push_back(section_id{static_cast<std::uint16_t>(dice_.below(2))});
    return s;
}

std::vector<serial> random_stream::some_orders() {
    std::vector<serial> out{some_order()};
    while (dice_.chance(15)) out.push_back(some_order());
    return out;
}

/// Pools by name, an amount of the flat one, a date.
void random_stream::add_pools(basket& b) {
    if (dice_.chance(25)) b.lines.push_back({{}, {}, {dice_.between(1, 8)}, {}, flat_pool});
    if (dice_.chance(10)) b.lines.back().floor = {dice_.between(-2, 2)};
    if (b.lines.back().pool == none<pool_id>) b.lines.back().floor = {};
    while (dice_.chance(25)) b.pools.push_back(pool_id{3 + dice_.below(2)});
    if (dice_.chance(3)) b.pools.push_back(pool_id{dice_.below(pool_count + 1)});
    if (dice_.chance(30)) b.on = time_point{now_.ns + dice_.between(0, 1'200) * second};
}

action random_stream::make_adjust() {
    if (has_pools_ && dice_.chance(15))
        return adjust_request{{},
                              {},
                              {dice_.between(-4, 8)},
                              adjust_reason::count,
                              pool_id{dice_.below(pool_count + 1)}};
    const auto [s, in] = some_shelf();
    const node_id n = node_at(dice_.below(nodes_));
    const quantity delta = dice_.chance(70) ? units(s, 1, 6) : units(s, -3, -1);
    return adjust_request{s, n, delta, adjust_reason::count, none<pool_id>, in};
}

random_stream::shelf random_stream::some_shelf() {
    if (!has_sections_ || dice_.chance(60)) return {sku_at(dice_.below(sku_count))};
    const auto in = static_cast<std::uint16_t>(dice_.below(3));
    return {sectioned, in == 2 ? none<section_id> : section_id{in}};
}

basket random_stream::make_basket() {
    basket b;
    do {
        const sku_id s = sku_at(dice_.below(sku_count));
        const node_id n = node_at(dice_.below(nodes_));
        const bool same = !b.lines.empty() && dice_.chance(30);
        reserve_line l{same ? b.lines[0].sku : s, same ? b.lines[0].node : n, {}, {}};
        l.amount = units(l.sku, 1, 2);
        if (dice_.chance(20)) l.floor = units(l.sku, -2, 2);
        b.lines.push_back(l);
    } while (b.lines.size() < 4 && dice_.chance(35));
    b.deadline = next_deadline();
    if (dice_.chance(20)) b.supersedes = some_reservation();
    if (dice_.chance(20)) b.channel = dice_.chance(50) ? "web" : "shop";
    if (has_pools_) add_pools(b);
    b.partial = dice_.chance(20);
    return b;
}

/// A few rules under a few keys, so that they replace each other, meet twins, and go out of force.
action random_stream::make_floors() {
    floor_row r;
    r.key = "f" + std::to_string(dice_.below(6));
    if (dice_.chance(50)) r.sku = "s" + std::to_string(dice_.below(sku_count));
    if (dice_.chance(40))
        r.node = "n" + std::to_string(dice_.below(nodes_));
    else if (dice_.chance(30))
        r.kind = static_cast<node_kind>(dice_.below(3));
    if (dice_.chance(30)) r.channel = dice_.chance(50) ? "web" : "shop";
    r.use = static_cast<floor_use>(dice_.below(3));
    r.exclude = dice_.chance(15);
    if (!r.exclude) r.units = dice_.between(-2, 3);
    r.active = dice_.chance(60);
    return floor_step{{r}};
}

action random_stream::make_reserve() {
    reserve_step s;
    do s.baskets.push_back(make_basket());
    while (dice_.chance(15));
    return s;
}

action random_stream::make_change() {
    change_step s{some_reservation(false), {}, {}};
    if (dice_.chance(40)) s.deadline = next_deadline();
    if (s.deadline && dice_.chance(60)) return s;
    const basket* const held = s.reservation == unknown ? nullptr : &baskets_.at(s.reservation);
    do {
        reserve_line l{sku_at(dice_.below(sku_count)), node_at(dice_.below(nodes_)), {}, {}};
        if (held != nullptr && dice_.chance(75)) l = dice_.pick(held->lines);
        const bool is_flat = l.pool != none<pool_id>;
        l.amount = is_flat ? quantity{dice_.between(0, 20)} : units(l.sku, 0, 3);
        l.floor = dice_.chance(20) && !is_flat ? units(l.sku, -2, 2) : quantity{};
        s.lines.push_back(l);
    } while (s.lines.size() < 4 && dice_.chance(40));
    return s;
}

action random_stream::make_move() {
    move_step s{some_reservation(false),
                node_at(dice_.below(nodes_)),
                node_at(dice_.below(nodes_)),
                none<sku_id>,
                {},
                {}};
    if (s.reservation == unknown) return s;
    const reserve_line& held = dice_.pick(baskets_.at(s.reservation).lines);
    if (dice_.chance(85)) s.from = held.node;
    if (dice_.chance(40)) return s;
    s.sku = held.sku;
    if (dice_.chance(60)) s.amount = units(held.sku, 1, 2);
    if (dice_.chance(20)) s.floor = units(held.sku, -2, 2);
    return s;
}

std::vector<order_line> random_stream::lines_like(const basket& b) {
    std::vector<order_line> out;
    for (const reserve_line& l : b.lines) {
        if (dice_.chance(10) || l.pool != none<pool_id>) continue;
        const std::int64_t g = granule_of[index_of(l.sku)];
        const std::int64_t n = std::max<std::int64_t>(g, l.amount.atoms + dice_.between(-1, 1) * g);
        out.push_back({l.sku, {n}, 1999});
    }
    return out;
}

void random_stream::draw_way(order_line& l) {
    if (ways_.chance(20)) l.set = static_cast<std::uint16_t>(1 + ways_.below(2));
    if (ways_.chance(85)) return;
    if (ways_.chance(80)) l.own.ship_to = static_cast<place_id>(ways_.below(place_count));
    if (ways_.chance(30)) l.own.deliver_by = {static_cast<std::int32_t>(20'000 + ways_.below(3))};
}

new_order random_stream::make_order(serial own) {
    new_order o;
    o.key = "o" + std::to_string(own);
    o.ship_to = dice_.chance(10) ? none<place_id> : static_cast<place_id>(dice_.below(place_count));
    o.currency = euro();
    o.priority = static_cast<std::uint8_t>(dice_.below(3));
    const serial r = some_reservation();
    if (dice_.chance(50) && r != unknown) {
        o.reservation = r;
        o.lines = lines_like(baskets_.at(r));
    }
    while (o.lines.empty() || (o.lines.size() < 5 && dice_.chance(40))) {
        const bool same = !o.lines.empty() && dice_.chance(30);
        const sku_id s = same ? o.lines[0].sku : sku_at(dice_.below(sku_count));
        o.lines.push_back({s, units(s, 1, 4), dice_.between(0, 5000)});
        if (dice_.chance(8)) o.lines.back().node = node_at(dice_.below(nodes_));
    }
    if (dice_.chance(4)) o.node = node_at(dice_.below(nodes_));
    for (order_line& l : o.lines) draw_way(l);
    draw_customer(o);
    return o;
}

void random_stream::draw_customer(new_order& o) {
    if (customers_.chance(30)) return;
    o.customer = "c" + std::to_string(customers_.below(3));
    if (!lately_.empty() && customers_.chance(30)) {
        const new_order& had = customers_.pick(lately_);
        if (customers_.chance(80)) o.customer = had.customer;
        if (customers_.chance(85)) o.ship_to = had.ship_to;
        o.reservation = nothing;
        o.lines = had.lines;
        o.node = none<node_id>;
        order_line& first = o.lines.front();
        const std::int64_t one = granule_of[index_of(first.sku) % granule_of.size()];
        if (first.amount.atoms > one && customers_.chance(40)) {  // the same on two lines
            order_line rest = first;
            rest.amount.atoms -= one;
            first.amount.atoms = one;
            o.lines.push_back(rest);
        } else if (customers_.chance(15)) {
            first.amount.atoms += one;
        }
        if (customers_.chance(40)) std::swap(o.lines.front(), o.lines.back());
    }
    if (lately_.size() == 8) lately_.erase(lately_.begin());
    lately_.push_back(o);
    deadlines_.push_back({now_.ns + repeats_within_s * second + 1});
}

action random_stream::make_place() {
    place_step s;
    do s.orders.push_back(make_order(last_ + 1 + static_cast<serial>(s.orders.size())));
    while (dice_.chance(15));
    return s;
}

// ---- repeats -----------------------------------------------------------------------------------

void random_stream::repeat_key(step& s) {
    if (keyed_.empty()) return;
    const bool is_report = std::holds_alternative<fact_step>(keyed_.back().what);
    const step& old = is_report && dice_.chance(60) ? keyed_.back() : dice_.pick(keyed_);
    const auto* old_orders = std::get_if<place_step>(&old.what);
    const std::string key = old_orders ? old_orders->orders[0].key : old.key;
    if (std::holds_alternative<advance_step>(s.what)) return;  // see `takes_keys`
    if (std::holds_alternative<stock_step>(s.what)) return;
    if (std::holds_alternative<feed_step>(s.what)) return;
    if (std::holds_alternative<floor_step>(s.what)) return;
    if (std::holds_alternative<text_step>(s.what)) return;
    if (dice_.chance(75)) {
        s.what = old.what;  // the same content, later
        s.key = old.key;
    } else if (auto* p = std::get_if<place_step>(&s.what)) {
        p->orders[0].key = key;
    } else {
        s.key = key;
    }
}

void random_stream::keep(const step& s) {
    if (const auto* r = std::get_if<reserve_step>(&s.what))
        for (std::size_t i = 0; i < r->baskets.size(); ++i)
            baskets_.emplace(s.number + static_cast<serial>(i), r->baskets[i]);
    if (const auto* p = std::get_if<place_step>(&s.what))
        for (std::size_t i = 0; i < p->orders.size(); ++i)
            new_orders_.emplace(s.number + static_cast<serial>(i), p->orders[i]);
    if (const auto* t = std::get_if<text_step>(&s.what); t && sends_texts_)
        new_orders_.emplace(s.number,
                            new_order{.key = t->key, .lines = t->lines, .currency = euro()});
    const auto* p = std::get_if<place_step>(&s.what);
    if (!s.key.empty() || (p && p->orders.size() == 1 && !p->orders[0].key.empty()))
        keyed_.push_back(s);
}

}  // namespace earmark::streams
