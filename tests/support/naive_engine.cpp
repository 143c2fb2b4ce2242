// Time, keys, tables, supply and reservations in the naive engine.
#include "naive_engine.hpp"

#include <algorithm>

namespace earmark::naive {

namespace {

std::string text_of_lines(std::span<const reserve_line> lines) {
    std::string out;
    for (const reserve_line& l : lines)
        out += text_of(verb::none, raw(l.sku), raw(l.node), l.amount.atoms, l.floor.atoms,
                       raw(l.pool));
    return out;
}

std::string content_of(const reserve_request& r) {
    std::string pools;
    for (const pool_id p : r.pools) pools += " " + std::to_string(raw(p));
    if (r.on) pools += " on " + std::to_string(r.on->ns);
    if (r.partial) pools += " partial";
    return text_of(verb::reserve, r.deadline.ns, raw(r.supersedes)) + text_of_lines(r.lines) +
           pools;
}

}  // namespace

// ---- time and keys -----------------------------------------------------------------------------

void engine::tick(time_point now) {
    now_ = std::max(now_, now);
    std::vector<std::pair<time_point, std::uint64_t>> all_due;
    for (const auto& [id, r] : reservations_) {
        if (r.state != reservation_state::active || r.deadline == never) continue;
        const bool due = flaw_ == flaw::expires_late ? r.deadline < now_ : r.deadline <= now_;
        if (due) all_due.emplace_back(r.deadline, id);
    }
    constexpr std::uint64_t is_order = std::uint64_t{1} << 63;  // after reservations of one instant
    for (const auto& [id, o] : orders_) {
        time_point next = never;
        if (const auto due = first_due(o)) next = due->at;
        if (const auto* silent = first_silent(o)) next = std::min(next, silent->until);
        if (const auto timer = first_timer(o)) next = std::min(next, timer->first);
        if (next != never) all_due.emplace_back(next, id | is_order);
    }
    std::sort(all_due.begin(), all_due.end());
    for (const auto& [deadline, id] : all_due) {
        if ((id & is_order) != 0) {
            pass_time(orders_.at(id & ~is_order));
            continue;
        }
        ++expired_;
        held_reservation& r = reservations_.at(id);
        r.state = reservation_state::expired;
        for (const auto& [at, w] : r.parts) cells_.at(at).free += w.n;
        watch();
    }
}

answer engine::once(const command& c, const std::string& content,
                    const std::function<answer()>& act) {
    tick(c.now);
    if (c.key.size() > 255) return refuse(error_code::key_too_long);
    const bool is_order = content.starts_with(text_of(verb::place_order) + " ");
    const std::string key = (is_order ? "order " : "command ") + std::string{c.key};
    const auto seen = remembered_.find(key);
    if (!c.key.empty() && seen != remembered_.end() && flaw_ != flaw::repeat_runs_again) {
        if (seen->second.content != content) return refuse(error_code::duplicate_key);
        answer first = seen->second.first;
        first.what = outcome::repeat;
        return first;
    }
    const answer a = act();
    watch();
    const bool is_final = a.code == error_code::ok || a.code == error_code::order_declined;
    if (!c.key.empty() && is_final) remembered_[key] = {content, a};
    return a;
}

answer engine::advance(const command& c) {
    const auto before = expired_;
    return once(c, text_of(verb::advance), [&] {
        answer a;
        a.expired = expired_ - before;
        return a;
    });
}

// ---- tables ------------------------------------------------------------------------------------

template <class Id, class Row, class Keep>
refused_rows engine::load_keys(std::map<std::string, Id>& keys, std::span<const Row> rows,
                               Keep keep) {
    refused_rows refused;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto id = static_cast<Id>(keys.size());
        if (keys.emplace(rows[i].key, id).second)
            keep(id, rows[i]);
        else
            refused.emplace_back(static_cast<std::uint32_t>(i + 1), error_code::duplicate_row);
    }
    return refused;
}

refused_rows engine::load(const command& c, std::span<const sku_row> rows) {
    tick(c.now);
    return load_keys(sku_keys_, rows, [&](sku_id id, const sku_row& row) { skus_[id] = row; });
}

refused_rows engine::load(const command& c, std::span<const node_row> rows) {
    tick(c.now);
    return load_keys(node_keys_, rows, [&](node_id id, const node_row& row) {
        nodes_[id] = {row.active, row.kind, row.key};
    });
}

refused_rows engine::load(const command& c, std::span<const place_row> rows) {
    tick(c.now);
    return load_keys(place_keys_, rows, [](place_id, const place_row&) {});
}

refused_rows engine::load(const command& c, std::span<const stock_row> rows) {
    if (const auto no = ask(c, privilege::load); no != error_code::ok) return {{0, no}};
    tick(c.now);
    refused_rows refused;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (const error_code bad = add_stock(rows[i]); bad != error_code::ok)
            refused.emplace_back(static_cast<std::uint32_t>(i + 1), bad);
    watch();
    return refused;
}

void engine::load(const command& c, std::span<const section_row> rows) {
    tick(c.now);
    sections_.assign(rows.begin(), rows.end());
}

section_id engine::section_of(const std::string& key) const {
    const auto at = std::ranges::find(sections_, key, &section_row::key);
    return at == sections_.end() ? none<section_id>
                                 : static_cast<section_id>(at - sections_.begin());
}

error_code engine::add_stock(const stock_row& row) {
    const auto s = sku_keys_.find(row.sku);
    const auto n = node_keys_.find(row.node);
    const section_id in = section_of(row.section);
    if (s == sku_keys_.end()) return error_code::unknown_sku;
    if (n == node_keys_.end()) return error_code::unknown_node;
    if (row.on_hand.atoms < 0) return error_code::bad_quantity;
    if (row.on_hand.atoms % skus_.at(s->second).granule != 0) return error_code::not_a_multiple;
    const std::int64_t more = to_granules(s->second, row.on_hand);
    cell& here = cells_.try_emplace(key_of(s->second, n->second, in), cell{0, 0, cells_.size()})
                     .first->second;
    if (more > most_granules - here.on_hand) return error_code::stock_overflow;
    here.on_hand += more;
    here.free += more;
    return error_code::ok;
}

// ---- amounts -----------------------------------------------------------------------------------

std::int64_t engine::to_granules(sku_id s, quantity q) const {
    return q.atoms / skus_.at(s).granule;
}

error_code engine::check_amount(sku_id s, quantity q) const {
    if (q.atoms <= 0) return error_code::bad_quantity;
    if (q.atoms % skus_.at(s).granule != 0) return error_code::not_a_multiple;
    return to_granules(s, q) > most_granules ? error_code::out_of_range : error_code::ok;
}

// ---- supply ------------------------------------------------------------------------------------

answer engine::adjust(const command& c, const adjust_request& r) {
    if (const auto no = ask(c, privilege::adjust); no != error_code::ok) return refuse(no);
    const std::string content = text_of(verb::adjust, raw(r.sku), raw(r.node), r.delta.atoms,
                                        static_cast<int>(r.reason), raw(r.section));
    const cell_key at = key_of(r.sku, r.node, r.section);
    tick(c.now);
    if (r.pool != none<pool_id>) return adjust_pool(c, r);
    if (!skus_.contains(r.sku)) return refuse(error_code::unknown_sku);
    if (!nodes_.contains(r.node)) return refuse(error_code::unknown_node);
    const quantity size{r.delta.atoms < 0 ? -r.delta.atoms : r.delta.atoms};
    if (!cells_.contains(at)) return refuse(error_code::no_cell);
    if (const error_code bad = check_amount(r.sku, size); bad != error_code::ok) return refuse(bad);
    return once(c, content, [&] { return adjust_now(at, to_granules(r.sku, r.delta)); });
}

answer engine::adjust_now(const cell_key& at, std::int64_t n) {
    cell& here = cells_.at(at);
    if (n > most_granules - here.on_hand) return refuse(error_code::stock_overflow);
    if (n < 0 && n < -here.on_hand)
        return refuse(error_code::out_of_range);  // more than was ever there
    const std::int64_t lacked = std::max<std::int64_t>(0, -here.free);
    here.on_hand += n;
    here.free += n;
    if (flaw_ == flaw::adjust_hides_shortage) return {};
    return {.uncovered = std::max<std::int64_t>(0, -here.free - lacked)};
}

// ---- reservations ------------------------------------------------------------------------------

bool engine::forget(reservation_id r) {
    const auto at = reservations_.find(raw(r));
    if (at == reservations_.end()) return true;
    if (at->second.state == reservation_state::active) return false;
    reservations_.erase(at);
    return true;
}

error_code engine::dead_code(reservation_id id) const {
    const auto r = reservations_.find(raw(id));
    if (r == reservations_.end()) return error_code::unknown_reservation;
    switch (r->second.state) {
        case reservation_state::active:
            return error_code::ok;
        case reservation_state::expired:
            return error_code::reservation_expired;
        default:
            return error_code::reservation_over;
    }
}

/// Puts a part into a basket, with what it has of the same cell.
error_code engine::add_part(basket& out, const cell_key& at, const want& w) const {
    const auto same =
        std::find_if(out.begin(), out.end(), [&](const auto& part) { return part.first == at; });
    if (same == out.end() || flaw_ == flaw::basket_is_not_merged) {
        out.emplace_back(at, w);
        return error_code::ok;
    }
    if (w.n > most_granules - same->second.n) return error_code::out_of_range;
    same->second.n += w.n;
    same->second.floor = std::max(same->second.floor, w.floor);
    return error_code::ok;
}

error_code engine::read_basket(std::span<const reserve_line> lines, bool may_be_none,
                               const std::string& channel, basket& out, bool* left_out) const {
    if (lines.empty()) return error_code::bad_line_count;
    for (const reserve_line& l : lines) {
        if (l.pool != none<pool_id>) {
            want w;
            if (const error_code bad = flat_line(l, may_be_none, w); bad != error_code::ok)
                return bad;
            if (const error_code bad = add_part(out, pool_cell(l.pool), w); bad != error_code::ok)
                return bad;
            continue;
        }
        if (!skus_.contains(l.sku)) return error_code::unknown_sku;
        if (!nodes_.contains(l.node)) return error_code::unknown_node;
        const bool is_none = may_be_none && l.amount.atoms == 0;
        const error_code bad = is_none ? error_code::ok : check_amount(l.sku, l.amount);
        if (bad != error_code::ok) return bad;
        if (l.floor.atoms % skus_.at(l.sku).granule != 0) return error_code::not_a_multiple;
        const cell_key at{l.sku, l.node};
        const auto floor = floor_of(at, channel, to_granules(l.sku, l.floor));
        const bool frozen = !floor && !may_be_none;
        if (left_out != nullptr && (frozen || !cells_.contains(at))) {
            *left_out = true;
            continue;
        }
        if (frozen) return error_code::excluded;
        if (!cells_.contains(at)) return error_code::no_cell;
        const want w{to_granules(l.sku, l.amount), floor.value_or(to_granules(l.sku, l.floor))};
        if (const error_code full = add_part(out, at, w); full != error_code::ok) return full;
    }
    std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) {
        return cells_.at(a.first).born < cells_.at(b.first).born;
    });
    return error_code::ok;
}

answer engine::reserve(const command& c, const reserve_request& r, const std::string& channel) {
    return once(c, content_of(r) + channel, [&] { return reserve_now(r, channel); });
}

answer engine::reserve_now(const reserve_request& r, const std::string& channel) {
    if (r.deadline <= now_) return refuse(error_code::out_of_range);
    basket wanted;
    bool clipped = false;
    if (const error_code bad =
            read_basket(r.lines, false, channel, wanted, r.partial ? &clipped : nullptr);
        bad != error_code::ok)
        return refuse(bad);
    if (const error_code bad = check_named(r.pools); bad != error_code::ok) return refuse(bad);
    const time_point on = r.on.value_or(now_);
    const std::set<pool_id> named{r.pools.begin(), r.pools.end()};
    std::map<cell_key, std::int64_t> own;  // comes back in the same step
    if (r.supersedes != none<reservation_id>) {
        if (const error_code dead = dead_code(r.supersedes); dead != error_code::ok)
            return refuse(dead);
        for (const auto& [at, w] : reservations_.at(raw(r.supersedes)).parts) own[at] += w.n;
    }
    if (r.partial) {
        bool had_goods = false;  // before pools were asked
        const auto bind_pools = [&](basket& b) { bind(b, channel, on, named); };
        clipped |= clip(wanted, r.lines, own, bind_pools, had_goods);
        const auto is_goods = [](const reserve_line& l) { return l.pool == none<pool_id>; };
        const bool wants_goods = std::any_of(r.lines.begin(), r.lines.end(), is_goods);
        if (std::none_of(wanted.begin(), wanted.end(),
                         [&](const auto& part) { return !(wants_goods && is_pool(part.first)); }))
            return refuse(wants_goods && !had_goods ? error_code::insufficient
                                                    : error_code::pool_exhausted);
    }
    bind(wanted, channel, on, named);
    stock after = cells_;
    for (const auto& [at, n] : own) after.at(at).free += n;
    std::set<bool> lacks;
    for (const auto& [at, w] : wanted) {
        const std::int64_t had =
            flaw_ == flaw::basket_is_not_merged ? cells_.at(at).free : after.at(at).free;
        const std::int64_t floor = flaw_ == flaw::forgets_the_floor ? 0 : w.floor;
        const bool takes_nothing_new = own.contains(at) && own.at(at) >= w.n;
        if (takes_nothing_new || had - w.n >= floor)
            after.at(at).free -= w.n;
        else
            lacks.insert(is_pool(at));
    }
    if (lacks.empty() || flaw_ == flaw::takes_what_it_can) cells_ = after;
    if (!lacks.empty()) return lacking(lacks);
    if (r.supersedes != none<reservation_id>)
        reservations_.at(raw(r.supersedes)).state = reservation_state::cancelled;
    const std::uint64_t id = next_reservation_++;
    reservations_[id] = {reservation_state::active, r.deadline, wanted, now_, channel, on};
    return {.what = clipped ? outcome::partial : outcome::done, .subject = id};
}

/// Takes units off a basket, one by one, until cells and pools have the rest. True where it did.
bool engine::clip(basket& wanted, std::span<const reserve_line> lines,
                  const std::map<cell_key, std::int64_t>& own,
                  const std::function<void(basket&)>& bind_pools, bool& had_goods) const {
    const auto has = [&](const cell_key& at, const want& w) {
        const std::int64_t mine = own.contains(at) ? own.at(at) : 0;
        return w.n <= mine || cells_.at(at).free + mine - w.n >= w.floor;
    };
    const auto line_of = [&](const cell_key& at) {
        return std::find_if(lines.begin(), lines.end(), [&](const reserve_line& l) {
            return l.pool == none<pool_id> ? cell_key{l.sku, l.node} == at
                                           : pool_cell(l.pool) == at;
        });
    };
    bool clipped = false;
    for (auto& [at, w] : wanted)
        for (; w.n > 0 && !has(at, w); --w.n) clipped = true;
    had_goods = std::any_of(wanted.begin(), wanted.end(), [](const auto& part) {
        return !is_pool(part.first) && part.second.n > 0;
    });
    basket per_line = wanted, kept;
    std::stable_sort(per_line.begin(), per_line.end(), [&](const auto& a, const auto& b) {
        return line_of(a.first) < line_of(b.first);
    });
    for (auto& part : per_line) {
        basket before = kept;
        bind_pools(before);
        const auto fits = [&] {
            basket all = kept;
            all.push_back(part);
            bind_pools(all);
            return std::all_of(all.begin(), all.end(), [&](const auto& p) {
                const auto was = std::find_if(before.begin(), before.end(),
                                              [&](const auto& b) { return b.first == p.first; });
                return (was != before.end() && was->second.n == p.second.n) ||
                       has(p.first, p.second);
            });
        };
        for (; part.second.n > 0 && !fits(); --part.second.n) clipped = true;
        if (part.second.n > 0) kept.push_back(part);
    }
    std::erase_if(wanted, [&](auto& part) {
        const auto left = std::find_if(kept.begin(), kept.end(),
                                       [&](const auto& k) { return k.first == part.first; });
        if (left != kept.end()) part = *left;
        return left == kept.end();
    });
    return clipped;
}

answer engine::change(const command& c, const change_request& r) {
    const std::string until = r.deadline ? std::to_string(r.deadline->ns) : "as it is";
    const std::string content = text_of(verb::change, raw(r.reservation)) + until;
    return once(c, content + text_of_lines(r.lines), [&] { return change_now(r); });
}

answer engine::change_now(const change_request& r) {
    if (const error_code dead = dead_code(r.reservation); dead != error_code::ok)
        return refuse(dead);
    if (r.deadline && *r.deadline <= now_) return refuse(error_code::out_of_range);
    held_reservation& held = reservations_.at(raw(r.reservation));
    basket wanted = held.parts;
    if (!r.lines.empty()) {
        basket lines;
        if (const error_code bad = read_basket(r.lines, true, held.channel, lines);
            bad != error_code::ok)
            return refuse(bad);
        for (const auto& [at, w] : lines) {
            std::erase_if(wanted, [&here = at](const auto& part) { return part.first == here; });
            if (w.n > 0) wanted.emplace_back(at, w);
        }
    } else if (!r.deadline) {
        return refuse(error_code::bad_line_count);
    }
    const answer a = rewrite(r.reservation, wanted);
    if (a.code == error_code::ok && r.deadline) held.deadline = *r.deadline;
    return a;
}

/// Another content for a live reservation, or nothing at all.
answer engine::rewrite(reservation_id id, basket wanted) {
    held_reservation& held = reservations_.at(raw(id));
    rebind(held, wanted);
    if (wanted.empty()) return refuse(error_code::bad_line_count);
    std::map<cell_key, std::int64_t> own;
    for (const auto& [at, w] : held.parts) own[at] = w.n;
    for (const auto& [at, w] : wanted)
        if (w.n > own[at] && !is_pool(at) && !floor_of(at, held.channel, 0))
            return refuse(error_code::excluded);
    stock after = cells_;
    std::set<bool> lacks;
    for (const auto& [at, w] : wanted) {
        const std::int64_t more = w.n - own[at];
        own.erase(at);
        after.at(at).free -= more;
        if (more > 0 && after.at(at).free < w.floor) lacks.insert(is_pool(at));
    }
    for (const auto& [at, n] : own)
        if (flaw_ != flaw::move_forgets_to_give) after.at(at).free += n;
    if (!lacks.empty() && flaw_ == flaw::change_gives_first)
        for (const auto& [at, n] : own) cells_.at(at).free += n;
    if (!lacks.empty()) return lacking(lacks);
    cells_ = after;
    held.parts = wanted;
    std::stable_sort(held.parts.begin(), held.parts.end(), [&](const auto& a, const auto& b) {
        return cells_.at(a.first).born < cells_.at(b.first).born;
    });
    return {.subject = raw(id)};
}

answer engine::move(const command& c, const move_request& r) {
    return once(c,
                text_of(verb::move, raw(r.reservation), raw(r.from), raw(r.to), raw(r.sku),
                        r.amount.atoms, r.floor.atoms),
                [&] { return move_now(r); });
}

answer engine::move_now(const move_request& r) {
    if (const error_code dead = dead_code(r.reservation); dead != error_code::ok)
        return refuse(dead);
    if (!nodes_.contains(r.from) || !nodes_.contains(r.to)) return refuse(error_code::unknown_node);
    const bool every = r.sku == none<sku_id>;
    if (!skus_.contains(r.sku) && (!every || r.amount.atoms != 0))
        return refuse(error_code::unknown_sku);
    std::map<cell_key, want> parts;
    for (const auto& [at, w] : reservations_.at(raw(r.reservation)).parts) parts[at] = w;
    const auto before = parts;
    bool found = false;
    for (const auto& [at, w] : before) {
        const auto [s, n] = at;
        if (n != r.from || (!every && s != r.sku)) continue;
        if (r.amount.atoms != 0)
            if (const error_code bad = check_amount(s, r.amount); bad != error_code::ok)
                return refuse(bad);
        const std::int64_t asked = r.amount.atoms == 0 ? w.n : to_granules(s, r.amount);
        if (asked > w.n) return refuse(error_code::not_held);
        if (r.floor.atoms % skus_.at(s).granule != 0) return refuse(error_code::not_a_multiple);
        if (!cells_.contains({s, r.to})) return refuse(error_code::no_cell);
        found = true;
        if (r.from == r.to) continue;
        const std::int64_t own = to_granules(s, r.floor);
        const std::int64_t floor =
            floor_of({s, r.to}, reservations_.at(raw(r.reservation)).channel, own).value_or(own);
        want& there = parts.try_emplace({s, r.to}, want{0, floor}).first->second;
        there.n += asked;
        there.floor = std::max(there.floor, floor);
        parts.at(at).n -= asked;
    }
    if (!found) return refuse(error_code::not_held);
    basket wanted;
    for (const auto& [at, w] : parts)
        if (w.n > 0) wanted.emplace_back(at, w);
    return rewrite(r.reservation, wanted);
}

answer engine::unreserve(const command& c, reservation_id id) {
    return once(c, text_of(verb::unreserve, raw(id)), [&] {
        if (const error_code dead = dead_code(id); dead != error_code::ok) return refuse(dead);
        held_reservation& r = reservations_.at(raw(id));
        for (const auto& [at, w] : r.parts) cells_.at(at).free += w.n;
        r.state = reservation_state::cancelled;
        return answer{.subject = raw(id)};
    });
}

}  // namespace earmark::naive
