// Orders that come as text in the naive engine: quarantine, revisions, cancels that come too early.
#include "naive_engine.hpp"

namespace earmark::naive {

bool engine::is_buried(const std::string& key) const {
    return flaw_ != flaw::late_create_comes_to_life && buried_.contains(key);
}

text_answer engine::send(const command& c, const order_request& r, bool is_known, bool corrects) {
    using enum capture_state;
    const std::string key{c.key}, text = content_of(r) + (is_known ? "" : " unknown");
    const auto at = waiting_.find(key);
    const bool waits = at != waiting_.end();
    for (const auto& [id, o] : orders_)
        if (o.key == key && (o.revision != 0 || r.revision != 0))
            return send_again(c, r, is_known, id);
    const bool replaces = corrects || (waits && r.revision > at->second.revision);
    if (waits && at->second.text != text && !replaces) return {conflict};
    if (is_buried(key) || discarded_.contains(key)) return {};
    if (!is_known) {
        if (remembered_.contains("order " + key)) return {conflict};
        waiting_text& mine = waiting_[key];
        if (mine.text != text) mine = {text, mine.tries + 1, r.revision};
        return {quarantined};
    }
    if (waits && !violations(c, r).empty()) return {};
    waiting_.erase(key);
    const answer a = place_order(c, r);
    if (a.code == error_code::duplicate_key) return {conflict};
    if (a.code != error_code::ok) return {};
    return {a.what == outcome::repeat ? repeat : accepted, a.subject};
}

/// The amendment that makes the order what the text says: line by line, the likest first.
amend_request engine::difference(const held_order& o, const order_request& r,
                                 std::vector<line_change>& lines) const {
    std::vector<std::size_t> line_of(r.lines.size(), o.lines.size());
    std::vector<std::int64_t> wanted(o.lines.size());
    for (std::uint32_t l = 1; l <= o.lines.size(); ++l)
        wanted[l - 1] = -asked(o, request_kind::cancel, l, none<node_id>);
    for (const auto& [at, n] : o.buckets)
        if (std::get<1>(at) != unit_state::cancelled) wanted[std::get<0>(at) - 1] += n;
    std::vector<bool> is_taken(o.lines.size());
    for (int round = 0; round < 3; ++round)
        for (std::size_t row = 0; row < r.lines.size(); ++row)
            for (std::size_t l = 0; l < o.lines.size(); ++l) {
                const order_line &is = r.lines[row], &was = o.lines[l];
                const bool is_like =
                    is.sku == was.sku && is.unit_price_minor == was.unit_price_minor &&
                    is.set == was.set && (round == 2 || is.node == was.node) &&
                    (round > 0 ||
                     (is.own == was.own && to_granules(is.sku, is.amount) == wanted[l]));
                if (line_of[row] < o.lines.size() || is_taken[l] || wanted[l] == 0 || !is_like)
                    continue;
                line_of[row] = l;
                is_taken[l] = true;
            }
    for (std::uint32_t l = 1; l <= o.lines.size(); ++l)
        if (!is_taken[l - 1] && wanted[l - 1] > 0) lines.push_back({l, quantity{}});
    for (std::size_t row = 0; row < r.lines.size(); ++row) {
        const order_line& is = r.lines[row];
        const auto l = static_cast<std::uint32_t>(line_of[row] + 1);
        if (l <= o.lines.size())
            lines.push_back({l, is.amount, is.node});
        else
            lines.push_back({0, is.amount, is.node, is.sku, is.unit_price_minor});
        lines.back().set = is.set;
        lines.back().ship_to = is.own.ship_to;
        lines.back().deliver_by = is.own.deliver_by;
    }
    amend_request out;
    out.lines = lines;
    out.ship_to = r.ship_to;
    return out;
}

text_answer engine::send_again(const command& c, const order_request& r, bool is_known,
                               std::uint64_t id) {
    using enum capture_state;
    const std::string text = content_of(r);
    held_order& o = orders_.at(id);
    const bool is_first = text == remembered_.at("order " + o.key).content;
    if (is_known && (text == o.text || is_first)) return {repeat, id};
    const bool is_late = r.revision <= o.revision && flaw_ != flaw::takes_stale_revisions;
    if (is_late) return {conflict};
    if (!is_known || !violations(c, r).empty()) return {};
    const held_order before = o;
    const stock stock_before = cells_;
    std::vector<line_change> lines;
    amend_request a = difference(o, r, lines);
    a.order = order_id{id};
    const answer done = once({{}, c.actor, c.now}, {}, [&] { return amend_now(o, a); });
    if (done.code != error_code::ok) {
        o = before;
        cells_ = stock_before;
        return {};
    }
    o.revision = r.revision;
    o.text = text;
    return {done.what == outcome::unchanged ? unchanged : amended, id};
}

/// Nobody ever loads what is waited for.
text_answer engine::replay(const std::string& key) {
    const auto at = waiting_.find(key);
    if (at == waiting_.end()) return {};
    ++at->second.tries;
    return {capture_state::quarantined};
}

answer engine::discard(const command& c, const std::string& key) {
    if (const auto no = ask(c, privilege::discard); no != error_code::ok) return refuse(no);
    if (waiting_.erase(key) == 0) return refuse(error_code::not_quarantined);
    discarded_.insert(key);
    return {};
}

answer engine::park(const command& c, const std::string& key) {
    for (const auto& [id, o] : orders_)
        if (o.key == key) return cancel(c, {order_id{id}, 0, {}, 1});
    if (const auto no = ask(c, privilege::cancel); no != error_code::ok) return refuse(no);
    const bool is_over = remembered_.contains("order " + key) || discarded_.contains(key);
    answer a;
    if (is_over || !buried_.insert(key).second) a.what = outcome::unchanged;
    waiting_.erase(key);
    return a;
}

}  // namespace earmark::naive
