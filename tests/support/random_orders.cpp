// STEPS OF ORDERS in a random stream: what becomes of them once they are placed.
#include "random_stream.hpp"

namespace earmark::streams {

action random_stream::make_release() {
    release_step s{some_orders()};
    if (dice_.chance(15)) s.node = node_at(dice_.below(nodes_));
    went_back_ = s.orders.front();
    return s;
}

action random_stream::make_cancel() {
    cancel_step s{some_order(), 0, {}};
    if (asks_nodes_ && dice_.chance(60)) s.order = went_back_;
    went_back_ = s.order;
    if (s.order == unknown || dice_.chance(15)) return s;
    const std::vector<order_line>& lines = new_orders_.at(s.order).lines;
    s.line = 1 + dice_.below(static_cast<std::uint32_t>(lines.size()));
    if (dice_.chance(70)) s.amount = units(lines[s.line - 1].sku, 1, 3);
    return s;
}

action random_stream::make_amend() {
    amend_step s{some_order(), {}, {}};
    if (asks_nodes_ && dice_.chance(40)) s.order = went_back_;
    if (dice_.chance(15)) s.ship_to = static_cast<place_id>(dice_.below(place_count));
    const auto lines =
        s.order == unknown ? 1u : static_cast<std::uint32_t>(new_orders_.at(s.order).lines.size());
    do {
        line_change l;
        const bool is_new = dice_.chance(15);
        if (!is_new) l.line = 1 + dice_.below(lines + (dice_.chance(10) ? 2 : 0));
        const bool is_old = s.order != unknown && l.line > 0 && l.line <= lines;
        const sku_id sku =
            is_old ? new_orders_.at(s.order).lines[l.line - 1].sku : sku_at(dice_.below(sku_count));
        if (is_new) {
            l.sku = sku;
            l.unit_price_minor = dice_.between(0, 5000);
            if (ways_.chance(20)) l.set = 1;
        }
        if (is_new || dice_.chance(80)) l.amount = units(sku, 0, 6);
        if (dice_.chance(30))
            l.node = dice_.chance(20) ? none<node_id> : node_at(dice_.below(nodes_));
        if (ways_.chance(15))
            l.ship_to =
                ways_.chance(30) ? none<place_id> : static_cast<place_id>(ways_.below(place_count));
        if (ways_.chance(5)) l.deliver_by = ways_.chance(30) ? no_day : civil_day{20'001};
        s.lines.push_back(l);
    } while (dice_.chance(35));
    return s;
}

action random_stream::make_held() {
    held_step s{some_order(),
                hold_type_id{static_cast<std::uint16_t>(dice_.below(14))},
                0,
                static_cast<std::uint8_t>(dice_.below(3)),
                {}};
    if (dice_.chance(3)) s.type = hold_type_id{99};
    if (dice_.chance(20)) s.until = next_deadline();
    if (s.order != unknown && dice_.chance(50))
        s.line = 1 + dice_.below(static_cast<std::uint32_t>(new_orders_.at(s.order).lines.size()));
    return s;
}

action random_stream::make_answer() {
    return answer_step{some_order(), 1 + dice_.below(dice_.chance(70) ? 2 : 5), dice_.chance(75),
                       static_cast<std::uint8_t>(dice_.below(3))};
}

/// A few keys, so that most steps meet what others have left under them.
action random_stream::make_text() {
    using enum text_step::what;
    text_step s;
    const auto roll = dice_.below(100);
    s.does = roll < 45   ? send
             : roll < 60 ? correct
             : roll < 74 ? place
             : roll < 85 ? replay
             : roll < 93 ? discard
                         : park;
    if (sends_texts_) return make_revision(s.does == discard ? send : s.does);
    s.key = "t" + std::to_string(dice_.below(40));
    if (s.does == discard) discarded_ = s.key;
    if (s.does == place && !discarded_.empty() && customers_.chance(50)) s.key = discarded_;
    order_line line;
    line.sku = sku_at(dice_.below(sku_count));
    line.amount = units(line.sku, 1, 2);
    line.unit_price_minor = dice_.between(1, 2);
    s.lines.push_back(line);
    s.is_known = dice_.chance(s.does == send ? 35 : 60);
    return s;
}

/// The same order again and again: as it was, changed, overtaken, contradicting itself.
action random_stream::make_revision(text_step::what does) {
    text_step s;
    s.does = does;
    s.key = "r" + std::to_string(dice_.below(12) + last_ / 64);
    const auto sent = texts_.find(s.key);
    if (sent != texts_.end() && dice_.chance(25)) {  // as it was, to the byte
        s = sent->second;
        s.does = does;
        return s;
    }
    s.is_known = dice_.chance(85);
    if (sent != texts_.end() && dice_.chance(60)) {  // the same goods, in other amounts
        s.lines = sent->second.lines;
        if (dice_.chance(65)) s.lines.front().amount = units(s.lines.front().sku, 1, 3);
        if (ways_.chance(30)) s.lines.front().own = {};
        draw_way(s.lines.front());
        s.revision = sent->second.revision + dice_.below(3);
        if (dice_.chance(30)) std::swap(s.lines.front(), s.lines.back());
        if (s.lines.size() > 1 && dice_.chance(20)) s.lines.pop_back();
        if (dice_.chance(40)) return texts_[s.key] = s;
    } else if (dice_.chance(60)) {
        s.revision = dice_.below(8);
    }
    const sku_id first = sku_at(dice_.below(sku_count));
    while (s.lines.empty() || (s.lines.size() < 4 && dice_.chance(30))) {
        const sku_id sku = dice_.chance(60) ? first : sku_at(dice_.below(sku_count));
        s.lines.push_back({sku, units(sku, 1, 3), dice_.between(1, 2)});
        draw_way(s.lines.back());
    }
    texts_[s.key] = s;
    return s;
}

action random_stream::make_fact() {
    fact_step s{dice_.chance(60) ? fact_kind::ship : fact_kind::deliver,
                some_order(),
                0,
                none<node_id>,
                {}};
    if (dice_.chance(20)) s.kind = fact_kind::reject;
    if (dice_.chance(45))
        s.kind = dice_.pick(std::vector{fact_kind::pick, fact_kind::pick, fact_kind::pack,
                                        fact_kind::unpick, fact_kind::lose});
    if (has_labels_ && dice_.chance(20)) {
        s.kind = fact_kind::mark;
        s.event = dice_.chance(90) ? "chase" : "chaos";
        if (dice_.chance(35))
            s.event = dice_.pick(std::vector<std::string>{"migrate 1", "migrate 2", "migrate 1",
                                                          "migrate 2 plain", "migrate 7"});
    }
    if (asks_nodes_ && s.event.empty() && dice_.chance(35))
        s.kind = dice_.pick(std::vector{fact_kind::accept, fact_kind::confirm_cancel,
                                        fact_kind::confirm_cancel, fact_kind::refuse_cancel});
    const bool is_of_node = s.kind == fact_kind::reject || s.kind >= fact_kind::accept;
    if (dice_.chance(is_of_node ? 95 : 15)) s.node = node_at(dice_.below(nodes_));
    if (s.kind >= fact_kind::accept && asked_order_ != unknown && dice_.chance(80)) {
        s.order = asked_order_;
        s.node = asked_node_;
    }
    if (s.order == unknown || dice_.chance(50)) return s;
    const std::vector<order_line>& lines = new_orders_.at(s.order).lines;
    s.line = 1 + dice_.below(static_cast<std::uint32_t>(lines.size()));
    const std::int64_t most = s.kind == fact_kind::mark ? 6 : 3;
    if (dice_.chance(60)) s.amount = units(lines[s.line - 1].sku, 1, most);
    return s;
}

}  // namespace earmark::streams
