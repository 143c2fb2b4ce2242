// Feeds and counts in the naive engine: it keeps a copy of the whole stock for each moment that a
// snapshot may speak of, and compares today's stock with that copy.
#include <algorithm>

#include "naive_engine.hpp"

namespace earmark::naive {

std::uint64_t engine::moment() {
    past_.push_back({cells_, corrected_});
    return past_.size() - 1;
}

std::int64_t engine::own_since(const picture& then, const cell_key& at, feed_basis basis) const {
    const auto amount = [&](const stock& in) {
        const auto here = in.find(at);
        if (here == in.end()) return std::int64_t{0};
        return basis == feed_basis::on_hand ? here->second.on_hand : here->second.free;
    };
    const auto told = [&](const std::map<cell_key, std::int64_t>& in) {
        const auto here = in.find(at);
        return here == in.end() ? 0 : here->second;
    };
    return amount(cells_) - amount(then.cells) - (told(corrected_) - told(then.corrected));
}

error_code engine::check_figure(const feed_row& r, bool is_signed) const {
    if (r.figure.atoms < 0 && !is_signed) return error_code::bad_quantity;
    if (r.figure.atoms % skus_.at(r.sku).granule != 0) return error_code::not_a_multiple;
    const std::int64_t n = to_granules(r.sku, r.figure);
    return n > most_granules || n < -most_granules ? error_code::out_of_range : error_code::ok;
}

/// The rows that can be read, and the cells that a complete snapshot names by leaving them out.
engine::wanted_rows engine::read_feed(const feed& f, feed_answer& a) {
    wanted_rows out;
    bool made = false;
    std::set<cell_key> named;
    std::set<std::pair<node_id, section_id>> covered;
    std::set<node_id> nodes;
    const auto cover = [&](node_id n, section_id in) {
        nodes.insert(n);
        covered.emplace(n, in);
    };
    for (const node_id n : f.nodes) cover(n, none<section_id>);
    for (std::uint32_t row = 1; row <= f.rows.size(); ++row) {
        const feed_row& r = f.rows[row - 1];
        if (nodes_.contains(r.node)) cover(r.node, r.section);
        const cell_key at = key_of(r.sku, r.node, r.section);
        error_code bad = error_code::ok;
        if (!skus_.contains(r.sku))
            bad = error_code::unknown_sku;
        else if (!nodes_.contains(r.node))
            bad = error_code::unknown_node;
        else if (r.section != none<section_id> && raw(r.section) >= sections_.size())
            bad = error_code::unknown_section;
        else if (!named.insert(at).second)
            bad = error_code::duplicate_row;
        else
            bad = check_figure(r, f.is_delta || f.basis == feed_basis::available);
        if (bad != error_code::ok) {
            a.rejected.emplace_back(row, bad);
            continue;
        }
        made = cells_.try_emplace(at, cell{0, 0, cells_.size()}).second || made;
        out.push_back({row, {r.sku, r.node, r.section}, to_granules(r.sku, r.figure)});
    }
    if (made) watch();  // in a record before the message's: below zero floors promise already
    for (const section_id in : f.sections)
        for (const node_id n : nodes) covered.emplace(n, in);
    for (const auto& [s, row] : skus_)
        for (const auto& [n, in] : covered)
            if (f.complete && cells_.contains(key_of(s, n, in)) &&
                !named.contains(key_of(s, n, in)))
                out.push_back({0, {s, n, in}, 0});
    return out;
}

feed_answer engine::take_feed(const command& c, const feed& f) {
    feed_answer a;
    a.why = ask(c, privilege::adjust);
    if (a.why != error_code::ok) return a;
    for (const wanted_row& w : read_feed(f, a)) {
        const cell_key at = std::apply(key_of, w.of);
        said& last = said_[{f.source, at}];
        const bool late = f.sequence <= last.sequence;
        if (f.is_delta && late) {
            a.rejected.emplace_back(w.row, error_code::late_delta);
            continue;
        }
        if (!f.is_delta && (late || f.as_of < last.as_of) && flaw_ != flaw::takes_stale_feeds) {
            ++a.stale;
            continue;
        }
        cell& here = cells_.at(at);
        std::int64_t change = w.figure;
        if (!f.is_delta) {
            const std::int64_t now = f.basis == feed_basis::on_hand ? here.on_hand : here.free;
            const std::int64_t own = own_since(past_.at(f.as_of), at, f.basis);
            change = w.figure + (flaw_ == flaw::forgets_own_events ? 0 : own) - now;
        }
        if (here.on_hand + change > most_granules && change > 0) {
            a.rejected.emplace_back(w.row, error_code::stock_overflow);
            continue;
        }
        last.sequence = f.sequence;
        if (!f.is_delta) last.as_of = f.as_of;
        here.on_hand += change;
        here.free += change;
        corrected_[at] += change;
        ++(w.row == 0 ? a.zeroed : a.accepted);
        if (change != 0) a.changes[w.of] = change * granule_at(at);
    }
    std::sort(a.rejected.begin(), a.rejected.end());
    watch();
    return a;
}

answer engine::count(const command& c, const count_request& r) {
    if (const auto no = ask(c, privilege::adjust); no != error_code::ok) return refuse(no);
    tick(c.now);
    if (!skus_.contains(r.sku)) return refuse(error_code::unknown_sku);
    if (!nodes_.contains(r.node)) return refuse(error_code::unknown_node);
    if (r.section != none<section_id> && raw(r.section) >= sections_.size())
        return refuse(error_code::unknown_section);
    const cell_key at = key_of(r.sku, r.node, r.section);
    if (!cells_.contains(at)) return refuse(error_code::no_cell);
    if (const error_code bad = check_figure({r.sku, r.node, r.found}, false); bad != error_code::ok)
        return refuse(bad);
    return once(
        c, text_of(verb::count, raw(r.sku), raw(r.node), r.found.atoms, raw(r.section)), [&] {
            cell& here = cells_.at(at);
            const std::int64_t lacked = std::max<std::int64_t>(0, -here.free);
            const std::int64_t change = to_granules(r.sku, r.found) - here.on_hand;
            here.on_hand += change;
            here.free += change;
            return answer{.uncovered =
                              change < 0 ? std::max<std::int64_t>(0, -here.free) - lacked : 0};
        });
}

std::optional<std::pair<std::int64_t, std::int64_t>> engine::section(sku_id s, node_id n,
                                                                     section_id in) const {
    const cell_key at = key_of(s, n, in);
    const auto c = cells_.find(at);
    if (c == cells_.end()) return std::nullopt;
    return std::pair{c->second.on_hand * granule_at(at), c->second.free * granule_at(at)};
}

std::int64_t engine::lack(sku_id s, node_id n, section_id in) const {
    const cell& c = cells_.at(key_of(s, n, in));
    return std::max<std::int64_t>(0, -c.free) * skus_.at(s).granule;
}

std::int64_t engine::promised_after(sku_id s, node_id n, time_point t) const {
    std::int64_t sum = 0;
    for (const auto& [id, r] : reservations_)
        if (r.state == reservation_state::active && r.made > t)
            for (const auto& [at, w] : r.parts)
                if (at == cell_key{s, n}) sum += w.n;
    for (const auto& [id, o] : orders_)
        for (const auto& [at, units] : o.buckets)
            if (o.placed > t && holds_stock(std::get<1>(at)) && std::get<2>(at) == n &&
                o.lines[std::get<0>(at) - 1].sku == s)
                sum += units;
    return sum * skus_.at(s).granule;
}

}  // namespace earmark::naive
