// Orders in the naive engine: capture and hand-over, cancel, sourcing, work and facts.
#include <algorithm>
#include <array>

#include "naive_engine.hpp"

namespace earmark::naive {

namespace {

constexpr std::array unsourced = {unit_state::backordered, unit_state::open};

}  // namespace

std::string content_of(const order_request& r) {
    std::string out = text_of(verb::place_order, raw(r.ship_to), r.currency.code(), r.priority,
                              raw(r.reservation));
    for (const order_line& l : r.lines)
        out += text_of(verb::none, raw(l.sku), l.amount.atoms, l.unit_price_minor,
                       raw(l.node == none<node_id> ? r.node : l.node), raw(l.own.ship_to),
                       l.own.deliver_by.n, l.set);
    if (!r.facts.empty()) out += " for " + std::string{r.facts.front().value};
    return r.revision == 0 ? out : out + " revision " + std::to_string(r.revision);
}

std::vector<error_code> engine::violations(const command& c, const order_request& r) const {
    std::vector<error_code> found;
    if (c.key.empty()) found.push_back(error_code::empty_key);
    if (r.lines.empty() || r.lines.size() > 5000) found.push_back(error_code::bad_line_count);
    if (r.currency.code() == 0) found.push_back(error_code::bad_currency);
    if (r.ship_to != none<place_id> && index_of(r.ship_to) >= place_keys_.size())
        found.push_back(error_code::unknown_place);
    if (r.node != none<node_id> && !nodes_.contains(r.node))
        found.push_back(error_code::unknown_node);
    for (const order_line& l : r.lines) {
        if (!skus_.contains(l.sku)) {
            found.push_back(error_code::unknown_sku);
        } else if (const error_code bad = check_amount(l.sku, l.amount); bad != error_code::ok) {
            found.push_back(bad);
        }
        if (l.unit_price_minor < 0) found.push_back(error_code::bad_price);
        if (l.node != none<node_id> && !nodes_.contains(l.node))
            found.push_back(error_code::unknown_node);
        if (l.own.ship_to != none<place_id> && index_of(l.own.ship_to) >= place_keys_.size())
            found.push_back(error_code::unknown_place);
    }
    const bool is_captured =
        std::ranges::all_of(found, [](error_code e) {  // each line, and where it goes
            return e == error_code::bad_currency || e == error_code::unknown_node ||
                   e == error_code::bad_price;
        });
    std::vector<error_code> restricted;
    for (const order_line& l : r.lines) {
        order_line at = l;
        if (at.node == none<node_id>) at.node = r.node;
        if (is_captured && is_restricted(at, r.ship_to, r.priority))
            restricted.push_back(error_code::shipping_restricted);
    }
    std::map<sku_id, std::int64_t> sums;  // each SKU is one demand
    for (const order_line& l : r.lines)
        if (found.empty()) sums[l.sku] += to_granules(l.sku, l.amount);
    for (const auto& [sku, sum] : sums)
        if (found.empty() && sum > most_granules) found.push_back(error_code::out_of_range);
    found.insert(found.end(), restricted.begin(), restricted.end());
    std::sort(found.begin(), found.end());
    return found;
}

answer engine::place_order(const command& c, const order_request& r) {
    tick(c.now);
    const std::string key{c.key};
    if (waiting_.contains(key)) return refuse(error_code::order_quarantined);
    if (is_buried(key)) return refuse(error_code::tombstoned);
    if (discarded_.contains(key)) return refuse(error_code::order_discarded);
    return once(c, content_of(r), [&] {
        const std::vector<error_code> found = violations(c, r);
        if (found.empty()) return place_now(c, r);
        return answer{.code = error_code::order_declined, .violations = found};
    });
}

answer engine::place_now(const command& c, const order_request& r) {
    held_order o{std::string{c.key},
                 now_,
                 r.ship_to,
                 r.currency,
                 {r.lines.begin(), r.lines.end()},
                 {},
                 {},
                 {}};
    for (order_line& l : o.lines)
        if (l.node == none<node_id>) l.node = r.node;
    answer a;
    if (r.reservation != none<reservation_id>) a = take_over(r, o);
    if (a.code != error_code::ok) return a;
    std::uint32_t line = 0;
    for (const order_line& l : o.lines) {
        std::int64_t open = to_granules(l.sku, l.amount);
        ++line;
        for (const auto& [at, n] : o.buckets)
            if (std::get<0>(at) == line) open -= n;
        if (open > 0) o.buckets[{line, unit_state::open, none<node_id>}] = open;
    }
    a.subject = orders_.size();
    if (!r.facts.empty()) o.customer = r.facts.front().value;
    apply_types(o, a.subject, nullptr);
    o.revision = r.revision;
    o.text = content_of(r);
    o.priority = r.priority;
    o.deliver_by = r.deliver_by;
    orders_[a.subject] = o;
    return a;
}

std::map<engine::bucket, std::int64_t> engine::divide(const held_reservation& r,
                                                      const held_order& o) const {
    std::map<bucket, std::int64_t> out;
    std::vector<std::int64_t> open;
    for (const order_line& l : o.lines) open.push_back(to_granules(l.sku, l.amount));
    for (const auto& [at, w] : r.parts) {
        std::int64_t left = w.n;
        for (std::size_t i = 0; i < o.lines.size(); ++i) {
            const std::int64_t n = o.lines[i].sku == at.first ? std::min(left, open[i]) : 0;
            const auto line = static_cast<std::uint32_t>(i + 1);
            if (n > 0) out[{line, unit_state::allocated, at.second}] += n;
            open[i] -= n;
            left -= n;
        }
    }
    return out;
}

answer engine::take_over(const order_request& r, held_order& o) {
    const error_code dead = dead_code(r.reservation);
    const bool again = dead == error_code::reservation_expired;
    if (dead != error_code::ok && !again) return refuse(dead);
    held_reservation& held = reservations_.at(raw(r.reservation));
    stock after = cells_;
    if (!again)
        for (const auto& [at, w] : held.parts) after.at(at).free += w.n;
    o.buckets = divide(held, o);
    for (const auto& [at, n] : o.buckets) {
        const node_id firm = o.lines[std::get<0>(at) - 1].node;
        if (firm != none<node_id> && firm != std::get<2>(at))
            return refuse(error_code::firm_elsewhere);
    }
    for (const auto& [at, n] : o.buckets)
        if (is_restricted(o.lines[std::get<0>(at) - 1], r.ship_to, r.priority, std::get<2>(at)))
            return refuse(error_code::shipping_restricted);
    const held_reservation asked = again ? asked_anew(held, o) : held;
    keep_pools(asked, o, after);
    for (const auto& [at, w] : asked.parts)
        if (again && is_pool(at) && after.at(at).free < w.floor)
            return refuse(error_code::reservation_expired);
    for (const auto& [at, n] : o.buckets) {
        const cell_key here{o.lines[std::get<0>(at) - 1].sku, std::get<2>(at)};
        if (again && !floor_of(here, held.channel, 0))
            return refuse(error_code::reservation_expired);
        cell& c = after.at(here);
        c.free -= flaw_ == flaw::hand_over_takes_again ? 2 * n : n;
        for (const auto& [from, w] : held.parts)
            if (again && from == here && c.free < w.floor)
                return refuse(error_code::reservation_expired);
    }
    cells_ = after;
    if (!again) held.state = reservation_state::consumed;
    return {.what = again ? outcome::reacquired : outcome::done};
}

std::vector<engine::bucket> engine::standing(const held_order& o, std::uint32_t line, node_id node,
                                             std::span<const unit_state> states) const {
    std::vector<bucket> out;
    for (std::uint32_t l = 1; l <= o.lines.size(); ++l)
        for (const unit_state s : states)
            for (const auto& [at, n] : o.buckets) {
                const auto& [its_line, its_state, its_node] = at;
                const bool here = node == none<node_id> || node == its_node;
                if (its_line == l && its_state == s && here && (line == 0 || line == l))
                    out.push_back(at);
            }
    return out;
}

std::int64_t engine::units_in(const held_order& o, std::span<const bucket> at) {
    std::int64_t sum = 0;
    for (const bucket& b : at) sum += o.buckets.at(b);
    return sum;
}

void engine::move(held_order& o, const bucket& from, const bucket& to, std::int64_t n) {
    o.buckets[to] += n;
    const auto& [line, state, node] = from;
    const std::int64_t left = o.buckets[from] -= n;
    if (state == unit_state::backordered)  // those without a label go first
        o.chased[line] = std::min(o.chased[line], left);
    if (left == 0) o.buckets.erase(from);
    if (state == unit_state::released) end_overtaken(o, line, node);
    if (!holds_stock(state) || holds_stock(std::get<1>(to))) return;
    cell& c = cells_.at({o.lines[line - 1].sku, node});
    if (std::get<1>(to) == unit_state::shipped || std::get<1>(to) == unit_state::lost) {
        c.on_hand -= n;
        if (flaw_ == flaw::ship_gives_back) c.free += n;
    } else {
        c.free += flaw_ == flaw::cancel_gives_double ? 2 * n : n;
    }
}

answer engine::shift(order_id id, std::uint32_t line, node_id node, quantity amount,
                     std::span<const unit_state> from, unit_state to,
                     std::optional<hold_step> guard) {
    held_order& o = orders_.at(raw(id));
    if (line > o.lines.size()) return refuse(error_code::unknown_line);
    const std::vector<bucket> sources = standing(o, line, node, from);
    const std::int64_t there = units_in(o, sources);
    std::int64_t left = there;
    if (amount.atoms != 0) {
        if (line == 0) return refuse(error_code::unknown_line);  // so many of which SKU?
        const sku_id sku = o.lines[line - 1].sku;
        if (const error_code bad = check_amount(sku, amount); bad != error_code::ok)
            return refuse(bad);
        left = to_granules(sku, amount);
    }
    const line_units before = standing_of(o);
    if (there == 0) return refuse(error_code::not_allowed);
    if (left > there) return refuse(error_code::too_few_units);
    const auto is_stopped = [&](const bucket& b) {
        return guard && stops(o, std::get<0>(b), *guard);
    };
    if (std::ranges::any_of(sources, is_stopped)) return refuse(error_code::held);
    for (const bucket& b : sources) {
        const std::int64_t n = std::min(left, o.buckets.at(b));
        const node_id at = to == unit_state::open ? none<node_id> : std::get<2>(b);
        const bool gives_up = to == unit_state::open && std::get<1>(b) == unit_state::released;
        if (gives_up)
            give_up(o, std::get<0>(b), std::get<2>(b), n);
        else if (n > 0)
            move(o, b, {std::get<0>(b), to, at}, n);
        left -= n;
    }
    settle_pools(o, before);
    return {.subject = raw(id)};
}

answer engine::cancel(const command& c, const cancel_request& r) {
    if (const auto no = ask(c, privilege::cancel, raw(r.order)); no != error_code::ok)
        return refuse(no);
    const std::string content =
        text_of(verb::cancel, raw(r.order), r.line, r.amount.atoms, r.reason);
    return once(c, content, [&] {
        if (!orders_.contains(raw(r.order))) return refuse(error_code::unknown_order);
        lift(orders_.at(raw(r.order)), hold_step::cancel);
        return cancel_now(r.order, r);
    });
}

// ---- sourcing and work -------------------------------------------------------------------------

answer engine::source(const command& c, order_id id, bool dry_run, const plan& chosen) {
    const auto no = dry_run ? error_code::ok : ask(c, privilege::source, raw(id));
    if (no != error_code::ok) return refuse(no);
    return once(c, text_of(verb::source, raw(id), int{dry_run}),
                [&] { return source_now(id, dry_run, chosen); });
}

/// The first line that goes as this one does; 0: it goes as the order does.
std::uint32_t engine::line_way(const held_order& o, std::uint32_t line) {
    const line_terms& own = o.lines[line - 1].own;
    if (own == line_terms{}) return 0;
    std::uint32_t first = 1;
    while (o.lines[first - 1].own != own) ++first;
    return first;
}

/// Lines of one SKU want the same units and count as one; they stand in the order of first lines.
sourcing_picture engine::picture_of(const held_order& o) const {
    sourcing_picture seen{{}, {}, rules_, {}, {}};
    for (std::uint32_t line = 1; line <= o.lines.size(); ++line) {
        const bool waits = stops(o, line, hold_step::allocate);
        const std::int64_t n = waits ? 0 : units_in(o, standing(o, line, none<node_id>, unsourced));
        const sku_id sku = o.lines[line - 1].sku;
        const node_id firm = o.lines[line - 1].node;
        const std::uint32_t way = line_way(o, line);
        std::size_t w = 0;
        while (w < seen.wanted.size() &&
               (seen.wanted[w].first != sku || seen.firm[w] != firm || seen.way[w] != way))
            ++w;
        if (w < seen.wanted.size()) {
            seen.wanted[w].second += n;
        } else if (n > 0) {
            seen.wanted.emplace_back(sku, n);
            seen.firm.push_back(firm);
            seen.way.push_back(way);
            for (const auto& [node, of] : nodes_)
                if (is_restricted(o.lines[line - 1], o.ship_to, o.priority, node))
                    seen.barred.emplace(w, node);
        }
    }
    for (const auto& [at, c] : cells_) {
        if (sku_of(at) != at.first || !nodes_.at(at.second).active) continue;
        const floor_row* const rule = floor_rule_of(at, {}, floor_use::sourcing);
        if (rule != nullptr && rule->exclude) continue;
        const std::int64_t policy = kept(at);  // the two do not stack: the higher one holds
        const std::int64_t own = rule == nullptr ? 0 : granules_of(at.first, rule->units);
        seen.free[at] = c.free - (rule == nullptr || policy > own ? policy : own);
        if (rule != nullptr && policy == 0) seen.free[at] = c.free - own;
    }
    return seen;
}

/// Granules that the policy leaves at a node: as many as cover its whole units.
std::int64_t engine::kept(const cell_key& at) const {
    if (flaw_ == flaw::forgets_keep_back) return 0;
    const sku_row& sku = skus_.at(at.first);
    const node_kind kind = nodes_.at(at.second).kind;
    const auto usual = rules_.keep_back.find(kind);
    const auto own = rules_.keep_back_of.find({kind, sku.key});
    std::int64_t atoms = own != rules_.keep_back_of.end()  ? own->second
                         : usual != rules_.keep_back.end() ? usual->second
                                                           : 0;
    for (int d = 0; d < sku.decimals; ++d) atoms *= 10;
    return (atoms + sku.granule - 1) / sku.granule;
}

answer engine::source_now(order_id id, bool dry_run, const plan& chosen) {
    if (!orders_.contains(raw(id))) return refuse(error_code::unknown_order);
    held_order& o = orders_.at(raw(id));
    const std::vector<kept_hold> held = o.holds;
    lift(o, hold_step::allocate);
    const answer a = source_unlifted(o, id, dry_run, chosen);
    if (dry_run) o.holds = held;
    return a;
}

answer engine::source_unlifted(held_order& o, order_id id, bool dry_run, const plan& chosen) {
    if (!has_policy_) return refuse(error_code::no_policy);
    const sourcing_picture seen = picture_of(o);
    const auto is_stopped = [&](const bucket& b) {
        return stops(o, std::get<0>(b), hold_step::allocate);
    };
    if (seen.wanted.empty() &&
        std::ranges::any_of(standing(o, 0, none<node_id>, unsourced), is_stopped))
        return refuse(error_code::held);
    if (seen.wanted.empty()) return {.what = outcome::unchanged, .subject = raw(id)};
    answer a{.subject = raw(id), .illegal = find_fault(seen, chosen)};
    a.what = chosen.covers == coverage::full      ? outcome::done
             : chosen.covers == coverage::partial ? outcome::partial
                                                  : outcome::backordered;
    if (dry_run || !a.illegal.empty()) return a;
    for (const plan_part& p : chosen.parts) {
        std::int64_t left = p.n;
        const sku_id sku = seen.wanted[p.wanted].first;
        const node_id firm = seen.firm[p.wanted];
        for (const bucket& b : standing(o, 0, none<node_id>, unsourced)) {
            const std::uint32_t line = std::get<0>(b);
            const order_line& l = o.lines[line - 1];
            const bool is_its = l.sku == sku && l.node == firm &&
                                line_way(o, line) == seen.way[p.wanted] && !is_stopped(b);
            const std::int64_t n = is_its ? std::min(left, o.buckets.at(b)) : 0;
            if (n > 0) move(o, b, {line, unit_state::allocated, p.node}, n);
            left -= n;
        }
        cells_.at({sku, p.node}).free -= p.n;
    }
    for (const bucket& b : standing(o, 0, none<node_id>, std::array{unit_state::open}))
        if (!is_stopped(b))
            move(o, b, {std::get<0>(b), unit_state::backordered, none<node_id>}, o.buckets.at(b));
    return a;
}

answer engine::release(const command& c, order_id id, node_id node) {
    tick(c.now);
    if (node != none<node_id> && !nodes_.contains(node)) return refuse(error_code::unknown_node);
    if (const auto no = ask(c, privilege::release, raw(id)); no != error_code::ok)
        return refuse(no);
    const std::string content = text_of(verb::release, raw(id), raw(node));
    return once(c, content, [&] { return release_now(id, node); });
}

answer engine::release_now(order_id id, node_id from) {
    if (!orders_.contains(raw(id))) return refuse(error_code::unknown_order);
    held_order& o = orders_.at(raw(id));
    lift(o, hold_step::release);
    auto ready = standing(o, 0, from, std::array{unit_state::allocated});
    const auto stopped = std::erase_if(
        ready, [&](const bucket& b) { return stops(o, std::get<0>(b), hold_step::release); });
    if (stopped > 0 && ready.empty()) return refuse(error_code::held);
    const auto restricted = std::erase_if(ready, [&](const bucket& b) {
        return is_restricted(o.lines[std::get<0>(b) - 1], o.ship_to, o.priority, std::get<2>(b));
    });
    if (restricted > 0 && ready.empty()) return refuse(error_code::shipping_restricted);
    const auto waiting = std::erase_if(ready, [&, all = ready](const bucket& b) {
        return waits_for_set(o, o.lines[std::get<0>(b) - 1].set, from, all);
    });
    if (waiting > 0 && ready.empty()) return refuse(error_code::waits_for_set);
    for (const bucket& b : ready) {
        const auto& [line, state, node] = b;
        const std::int64_t n = o.buckets.at(b);
        move(o, b, {line, unit_state::released, node}, n);
        if (asks(node, request_kind::work) != nullptr) ask(o, request_kind::work, line, node, n, 0);
    }
    return {.what = ready.empty() ? outcome::unchanged : outcome::done, .subject = raw(id)};
}

answer engine::reject(const command& c, const fact& f) {
    static constexpr std::array held = {unit_state::released, unit_state::allocated};
    const std::string content =
        text_of(verb::reject, raw(f.order), f.line, raw(f.node), f.amount.atoms, f.reason);
    return once(c, content, [&] {
        if (!orders_.contains(raw(f.order))) return refuse(error_code::unknown_order);
        if (!nodes_.contains(f.node)) return refuse(error_code::unknown_node);
        return shift(f.order, f.line, f.node, f.amount, held, unit_state::open);
    });
}

namespace {
/// From which states, the furthest first, a fact leads to which.
std::pair<std::vector<unit_state>, unit_state> way_of(const fact& f) {
    using enum unit_state;
    if (f.kind == fact_kind::pick) return {{released}, picked};
    if (f.kind == fact_kind::pack) return {{picked, released}, packed};
    if (f.kind == fact_kind::unpick) return {{packed, picked}, released};
    if (f.kind == fact_kind::deliver) return {{shipped}, delivered};
    if (f.kind == fact_kind::lose && f.node == none<node_id>) return {{shipped}, lost};
    if (f.kind == fact_kind::lose) return {{packed, picked}, lost};
    return {{packed, picked, released}, shipped};
}
/// The step that a hold may block.
std::optional<hold_step> guard_of(fact_kind k) {
    if (k == fact_kind::ship) return hold_step::ship;
    if (k == fact_kind::pick) return hold_step::pick;
    if (k == fact_kind::pack) return hold_step::pack;
    return {};
}
}  // namespace

std::int64_t engine::unlabelled(const held_order& o, std::uint32_t line) {
    const auto waits = o.buckets.find({line, unit_state::backordered, none<node_id>});
    const auto chased = o.chased.find(line);
    return (waits == o.buckets.end() ? 0 : waits->second) -
           (chased == o.chased.end() ? 0 : chased->second);
}

/// What waits is at no node.
answer engine::mark(const command& c, const fact& f) {
    std::string content = text_of(verb::mark, raw(f.order), f.line, raw(f.node), f.amount.atoms);
    content += ' ';
    content += f.event;
    return once(c, content, [&] {
        if (!orders_.contains(raw(f.order))) return refuse(error_code::unknown_order);
        if (f.node != none<node_id> && !nodes_.contains(f.node))
            return refuse(error_code::unknown_node);
        held_order& o = orders_.at(raw(f.order));
        if (f.line > o.lines.size() || (f.line == 0 && f.amount.atoms != 0))
            return refuse(error_code::unknown_line);
        std::int64_t wanted = 0, moved = 0;
        if (f.amount.atoms != 0) {
            const sku_id sku = o.lines[f.line - 1].sku;
            if (const error_code bad = check_amount(sku, f.amount); bad != error_code::ok)
                return refuse(bad);
            wanted = to_granules(sku, f.amount);
        }
        if (!has_labels_ || f.event != "chase") return refuse(error_code::unknown_event);
        const auto chased = o.chased;
        for (std::uint32_t line = 1; line <= o.lines.size() && f.node == none<node_id>; ++line) {
            if (f.line != 0 && f.line != line) continue;
            const std::int64_t there = unlabelled(o, line);
            const std::int64_t n = wanted == 0 ? there : std::min(there, wanted);
            o.chased[line] += n;
            moved += n;
        }
        if (moved > 0 && moved >= wanted) return answer{.subject = raw(f.order)};
        o.chased = chased;
        return refuse(moved == 0 ? error_code::not_allowed : error_code::too_few_units);
    });
}

answer engine::record(const command& c, const fact& f) {
    if (const auto no = ask(c, privilege::record, raw(f.order)); no != error_code::ok)
        return refuse(no);
    if (f.kind == fact_kind::reject) return reject(c, f);
    if (f.kind == fact_kind::mark) return mark(c, f);
    if (f.kind >= fact_kind::accept) return answered(c, f);
    const auto [before, after] = way_of(f);
    const std::string content =
        text_of(verb_of(f.kind), raw(f.order), f.line, raw(f.node), f.amount.atoms);
    return once(c, content, [&] {
        if (!orders_.contains(raw(f.order))) return refuse(error_code::unknown_order);
        if (const auto step = guard_of(f.kind)) lift(orders_.at(raw(f.order)), *step);
        if (f.node != none<node_id> && !nodes_.contains(f.node))
            return refuse(error_code::unknown_node);
        return shift(f.order, f.line, f.node, f.amount, before, after, guard_of(f.kind));
    });
}

}  // namespace earmark::naive
