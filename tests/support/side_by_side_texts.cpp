// Orders that come as text, side by side.
#include "earmark/engine/capture.hpp"
#include "side_by_side.hpp"

namespace earmark::streams {
namespace {

/// The order in its canonical form.
std::string text_of(const engine& on, const text_step& s) {
    std::string out = R"({"key":")" + s.key + R"(","currency":"EUR",)";
    if (s.revision != 0) out += R"("revision":)" + std::to_string(s.revision) + ",";
    std::string lines;
    for (const order_line& l : s.lines) {
        const sku_view sku = on.sku(l.sku);
        lines += lines.empty() ? R"({"sku":")" : R"(,{"sku":")";
        lines += s.is_known ? std::string{sku.key} : "new" + std::to_string(raw(l.sku));
        lines += R"(","quantity":")";
        lines += to_string(l.amount, s.is_known ? sku.decimals : 0) + R"(","unit_price":")";
        lines += to_string(quantity{l.unit_price_minor}, 2) + '"';
        if (l.own.ship_to != none<place_id>)
            lines += R"(,"ship_to":")" + std::string{on.place_key(l.own.ship_to)} + '"';
        if (l.own.deliver_by != no_day)
            lines += R"(,"deliver_by":")" + to_string(l.own.deliver_by) + '"';
        if (l.set != 0) lines += R"(,"set":)" + std::to_string(l.set);
        lines += '}';
    }
    return out + R"("lines":[)" + lines + "]}";
}

order_request request_of(const text_step& s) {
    order_request r;
    r.lines = s.lines;
    r.currency = *currency::parse("EUR");
    r.revision = s.revision;
    return r;
}

}  // namespace

void side_by_side::compare_text(const captured& real, const naive::text_answer& naive, serial own) {
    ++tally_["text: " + std::string{name_of(real.state)}];
    same("state", std::string{name_of(real.state)}, std::string{name_of(naive.state)});
    using enum capture_state;
    const bool stands = real.state == accepted || real.state == amended || real.state == unchanged;
    if (!stands || real.state != naive.state) return;
    if (real.state == amended && real.changes.empty()) differ("an amended order has no change");
    if (real.state == unchanged && !real.changes.empty()) differ("an unchanged order has changes");
    const auto id = real_->find_order(real.key);
    if (!id) return differ("an order that was taken in is not there");
    same("order", raw(*id), naive.order);
    touched_orders_.push_back({raw(*id), naive.order});
    if (real.state != accepted) return;
    orders_[own] = {raw(*id), naive.order};
    granted_.push_back(own);
}

void side_by_side::play_one(const command& c, const text_step& s, const step& whole) {
    using enum text_step::what;
    (void)real_->advance({{}, c.actor, c.now});  // what only looks moves no time
    (void)naive_.advance({{}, c.actor, c.now});
    const order_request r = request_of(s);
    const command by{s.key, c.actor, c.now};
    switch (s.does) {
        case place:
            return compare_placed(real_->place_order(by, r), naive_.place_order(by, r), s.key,
                                  whole.number);
        case replay: {
            const auto real = earmark::replay(*real_, c, s.key);
            return compare_text(real.orders.at(0), naive_.replay(s.key), whole.number);
        }
        case discard:
            return compare(verb::discard, earmark::discard(*real_, c, s.key, 1),
                           naive_.discard(c, s.key), about::none, nothing);
        case park:
            return compare(verb::cancel, park_cancel(*real_, c, s.key, 1), naive_.park(c, s.key),
                           about::none, nothing);
        default:
            break;
    }
    capture_options how;
    how.quarantine = true;
    how.correct = s.does == correct;
    how.now = c.now;
    capture_options look = how;
    look.dry_run = true;
    const std::uint64_t before = real_->state_hash();
    const auto seen = capture(*real_, text_of(*real_, s), look);
    if (real_->state_hash() != before) differ("a dry run changed something");
    const auto real = capture(*real_, text_of(*real_, s), how);
    same("a dry run's state", std::string{name_of(seen.orders.at(0).state)},
         std::string{name_of(real.orders.at(0).state)});
    same("a dry run's changes", seen.orders.at(0).changes.size(), real.orders.at(0).changes.size());
    compare_text(real.orders.at(0), naive_.send(by, r, s.is_known, how.correct), whole.number);
}

void side_by_side::compare_waiting() {
    const auto waits = quarantined(*real_);
    const auto buried = tombstones(*real_);
    if (!waits || !buried) return differ("what waits cannot be read");
    same<std::uint64_t>("orders in quarantine", waits->size(), naive_.waiting().size());
    for (const quarantined_order& o : *waits) {
        const auto at = naive_.waiting().find(o.key);
        if (at == naive_.waiting().end()) return differ(o.key + " waits in quarantine");
        same<std::uint64_t>("tries", o.tries, at->second.tries);
    }
    same<std::uint64_t>("tombstones", buried->size(), naive_.buried());
}

}  // namespace earmark::streams
