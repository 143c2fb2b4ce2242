#include "restrictor.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>

#include "earmark/core/check.hpp"
#include "earmark/engine/fold.hpp"
#include "earmark/lifecycle/amendment.hpp"
#include "seen_from.hpp"
#include "wanted_value.hpp"

namespace earmark {
namespace {

using sourcing::attribute_value;
using sourcing::order_attribute;

// Places and SKUs that a desk knows of; what one of them is not in is computed anew.
constexpr std::size_t most_places = 256, most_skus = 1'024;
constexpr std::size_t most_place_words = std::size_t{1} << 20;

bool has(std::span<const std::uint64_t> bits, std::size_t at) noexcept {
    return (bits[at / 64] >> at % 64 & 1) != 0;
}

bool holds(const std::optional<sourcing::condition>& c, std::span<const attribute_value> row) {
    return !c || c->holds({row});
}

}  // namespace

// ---- what stands as long as the tables do -------------------------------------------------------

std::vector<std::uint64_t> engine::state::restrictor::nodes_of(
    const restriction& r, const asked_attributes& asked) const {
    const catalog& names = s_.names;
    const std::size_t own = asked.all.size() - asked.declared.size();
    std::vector<std::uint64_t> out((names.node.size() + 63) / 64);
    std::vector<attribute_value> row(asked.all.size());
    for (std::uint32_t k = 0; k < names.node.size(); ++k) {
        const node_facts& f = names.node[k];
        row[static_cast<std::size_t>(sourcing::node_attribute::key)] = {true, 0,
                                                                        names.nodes.key(k)};
        row[static_cast<std::size_t>(sourcing::node_attribute::kind)] = {true, 0,
                                                                         sourcing::name_of(f.kind)};
        row[static_cast<std::size_t>(sourcing::node_attribute::priority)] = {
            true, std::int64_t{f.priority} * 10'000, {}};
        for (std::size_t a = 0; a < asked.declared.size(); ++a)
            row[own + a] = names.facts.value(asked.declared[a], k);
        if (holds(r.origin, row)) out[k / 64] |= std::uint64_t{1} << k % 64;
    }
    return out;
}

void engine::state::restrictor::ready() const {
    restriction_memory& m = d_.restrictions;
    const catalog& names = s_.names;
    const restriction_table& all = names.restrictions;
    if (m.rows == all.version() && m.facts == names.facts.version() && m.nodes == names.node.size())
        return;
    m.rows = 0;
    m.of_goods = asked_of_goods(names.facts);
    m.of_places = asked_of_places(names.facts);
    m.of_orders = asked_of_whole_orders(names.facts);
    m.nodes = names.node.size();
    m.facts = names.facts.version();
    const auto asked = asked_of_nodes(names.facts);
    m.origins.clear();
    for (std::size_t r = 0; r < all.size(); ++r)
        m.origins.push_back(all[r].active ? nodes_of(all[r], asked) : std::vector<std::uint64_t>{});
    const std::size_t words = all.size() * ((m.nodes + 63) / 64) + 1;
    m.places.assign(std::clamp<std::size_t>(most_place_words / words, 1, most_places), {});
    m.skus.assign(most_skus, {});
    m.rows = all.version();
}

/// Without the nodes that have what the place has.
void engine::state::restrictor::keep_same(const restriction& r, place_id place,
                                          std::span<std::uint64_t> row) const {
    if (!r.unless_same) return;
    const auto [of_node, of_place] = *r.unless_same;
    const fact_table& facts = s_.names.facts;
    const kept_value there = facts.get(of_place, raw(place));
    if (!there.given) return;
    for (std::uint32_t k = 0; k < d_.restrictions.nodes; ++k) {
        const kept_value here = facts.get(of_node, k);
        if (here.given && here.n == there.n) row[k / 64] &= ~(std::uint64_t{1} << k % 64);
    }
}

void engine::state::restrictor::keep_place(restriction_memory::of_place& p, place_id place) const {
    restriction_memory& m = d_.restrictions;
    const catalog& names = s_.names;
    const bool is_known = index_of(place) < names.places.size();
    p.place.reset();
    p.rows.clear();
    p.nodes.clear();
    m.values.assign(1, {});
    if (is_known) m.values[0] = {true, 0, names.places.key(raw(place))};
    for (const attribute_id a : m.of_places.declared)
        m.values.push_back(is_known ? names.facts.value(a, raw(place)) : attribute_value{});
    for (std::size_t i = 0; i < names.restrictions.size(); ++i) {
        const restriction& r = names.restrictions[i];
        if (!r.active || !holds(r.destination, m.values)) continue;
        const std::size_t begin = p.nodes.size();
        p.nodes.insert(p.nodes.end(), m.origins[i].begin(), m.origins[i].end());
        const auto row = std::span{p.nodes}.subspan(begin);
        keep_same(r, place, row);
        if (std::ranges::all_of(row, [](std::uint64_t w) { return w == 0; }))
            p.nodes.resize(begin);
        else
            p.rows.push_back(static_cast<std::uint16_t>(i));
    }
    p.place = place;
}

std::span<const std::uint16_t> engine::state::restrictor::goods_rows(sku_id sku) const {
    restriction_memory& m = d_.restrictions;
    const catalog& names = s_.names;
    restriction_memory::of_sku& kept = m.skus[index_of(sku) % m.skus.size()];
    if (kept.sku == sku) return kept.rows;
    kept.sku.reset();
    kept.rows.clear();
    m.values.assign(1, {true, 0, names.skus.key(raw(sku))});
    for (const attribute_id a : m.of_goods.declared)
        m.values.push_back(names.facts.value(a, raw(sku)));
    for (std::size_t i = 0; i < names.restrictions.size(); ++i)
        if (names.restrictions[i].active && holds(names.restrictions[i].item, m.values))
            kept.rows.push_back(static_cast<std::uint16_t>(i));
    kept.sku = sku;
    return kept.rows;
}

// ---- of the order on the desk -------------------------------------------------------------------

void engine::state::restrictor::read(std::size_t line) const {
    ready();
    restriction_memory& m = d_.restrictions;
    m.ways.clear();
    if (!d_.order.own.empty()) m.ways.resize(d_.order.own.size() + 1);
    m.has_own_values = false;
    go(line);
}

void engine::state::restrictor::go(std::size_t line) const {
    restriction_memory& m = d_.restrictions;
    const lifecycle::image& order = d_.order;
    m.way = order.lines[line].own;
    const place_id there = lifecycle::terms_of(order, line).ship_to;
    restriction_memory::of_place& p = m.places[raw(there) % m.places.size()];
    if (p.place != there) keep_place(p, there);
    m.place = &p;
    if (!m.ways.empty() && m.ways[m.way]) {
        m.order = *m.ways[m.way];
        return;
    }
    const seen_from as{d_.order, line};
    find_rows_of_order();
    if (!m.ways.empty()) m.ways[m.way] = m.order;
}

void engine::state::restrictor::find_rows_of_order() const {
    restriction_memory& m = d_.restrictions;
    const lifecycle::image& order = d_.order;
    m.order.clear();
    std::optional<sourcing::order_facts> facts;
    for (std::size_t i = 0; i < m.place->rows.size(); ++i) {
        const restriction& r = s_.names.restrictions[m.place->rows[i]];
        if (!r.services.empty() && !std::ranges::binary_search(r.services, order.method)) continue;
        if (r.order && !facts)
            facts = s_.facts_asked(
                d_, {m.of_orders.all, m.of_orders.declared, currency::from_code(order.currency)});
        if (!r.order || r.order->holds(*facts)) m.order.push_back(static_cast<std::uint16_t>(i));
    }
    if (m.order.empty() || m.has_own_values) return;
    m.has_own_values = true;
    if (d_.placing)
        m.own_bytes = d_.facts;
    else
        m.own_bytes = load_facts(s_.books.ledger.chunks(), order.facts);
    const bool is_sound = read_facts(m.own_bytes, order.lines.size(), s_.names.facts, m.own_values);
    EARMARK_INVARIANT(is_sound, "an order's facts are read as they were kept");
}

/// What the order itself says of a line may only add to what its SKU is.
void engine::state::restrictor::add_own_rows(std::size_t line) const {
    restriction_memory& m = d_.restrictions;
    const catalog& names = s_.names;
    const sku_id sku = d_.order.lines[line].sku;
    m.values.assign(1, {true, 0, names.skus.key(raw(sku))});
    bool any = false;
    for (const attribute_id a : m.of_goods.declared) {
        m.values.push_back(names.facts.value(a, raw(sku)));
        for (const order_value& v : m.own_values) {
            if (v.attribute != a || v.line != line + 1) continue;
            m.values.back() = {true, v.n, v.text};
            any = true;
        }
    }
    if (!any) return;
    for (const std::uint16_t i : m.order) {
        const restriction& r = names.restrictions[m.place->rows[i]];
        if (r.item && r.item->holds({m.values})) m.line.push_back(i);
    }
    std::ranges::sort(m.line);
    m.line.erase(std::unique(m.line.begin(), m.line.end()), m.line.end());
}

void engine::state::restrictor::read_line(std::size_t line) const {
    restriction_memory& m = d_.restrictions;
    if (m.way != d_.order.lines[line].own) go(line);
    m.line.clear();
    if (m.order.empty()) return;
    const auto goods = goods_rows(d_.order.lines[line].sku);
    auto at = goods.begin();
    for (const std::uint16_t i : m.order) {  // both ascend
        at = std::lower_bound(at, goods.end(), m.place->rows[i]);
        if (at == goods.end()) break;
        if (*at == m.place->rows[i]) m.line.push_back(i);
    }
    if (m.has_own_values && !m.own_values.empty()) add_own_rows(line);
}

std::span<const std::uint64_t> engine::state::restrictor::nodes_at(std::uint16_t row) const {
    const restriction_memory& m = d_.restrictions;
    const std::size_t words = (m.nodes + 63) / 64;
    return std::span{m.place->nodes}.subspan(row * words, words);
}

void engine::state::restrictor::bar() const {
    d_.restricted.clear();
    d_.restricted_nodes.clear();
    if (!hold() || d_.members.empty()) return;
    read(d_.members.front().line);
    restriction_memory& m = d_.restrictions;
    if (m.order.empty() && d_.order.own.empty()) return;
    std::vector<std::uint64_t>& seen = m.seen;
    for (std::size_t i = 0; i < d_.members.size();) {
        const std::uint16_t wanted = d_.members[i].wanted;
        m.wanted.clear();
        for (; i < d_.members.size() && d_.members[i].wanted == wanted; ++i) {
            read_line(d_.members[i].line);
            m.wanted.insert(m.wanted.end(), m.line.begin(), m.line.end());
        }
        std::ranges::sort(m.wanted);
        seen.assign((m.nodes + 63) / 64, 0);
        for (const std::uint16_t row : m.wanted) {
            const auto at = nodes_at(row);
            const std::size_t before = d_.restricted_nodes.size();
            for (std::size_t w = 0; w < at.size(); ++w)
                for (std::uint64_t left = at[w] & ~seen[w]; left != 0; left &= left - 1) {
                    const auto k = w * 64 + static_cast<std::size_t>(std::countr_zero(left));
                    d_.restricted_nodes.push_back(static_cast<std::uint16_t>(k));
                    d_.free[wanted * m.nodes + k] = nothing_free;
                }
            for (std::size_t w = 0; w < at.size(); ++w) seen[w] |= at[w];
            const std::size_t count = d_.restricted_nodes.size() - before;
            if (count != 0)
                d_.restricted.push_back(
                    {wanted, m.place->rows[row], static_cast<std::uint16_t>(count)});
        }
    }
}

bool engine::state::restrictor::is_barred(const desk& d, std::size_t wanted,
                                          node_id node) noexcept {
    std::size_t begin = 0;
    for (const sourcing::restricted_goods& r : d.restricted) {
        const auto at = std::span{d.restricted_nodes}.subspan(begin, r.count);
        begin += r.count;
        if (r.wanted == wanted && std::ranges::binary_search(at, raw(node))) return true;
    }
    return false;
}

// ---- refusals -----------------------------------------------------------------------------------

std::optional<std::uint16_t> engine::state::restrictor::first_at(node_id node) const {
    const restriction_memory& m = d_.restrictions;
    for (const std::uint16_t row : m.line)
        if (has(nodes_at(row), index_of(node))) return m.place->rows[row];
    return {};
}

/// One that keeps the line everywhere by itself goes before those that do together.
std::optional<std::uint16_t> engine::state::restrictor::first_everywhere() const {
    restriction_memory& m = d_.restrictions;
    m.seen.assign((m.nodes + 63) / 64, 0);
    const auto count = [](std::span<const std::uint64_t> bits) {
        return std::accumulate(bits.begin(), bits.end(), std::size_t{0},
                               [](std::size_t n, std::uint64_t w) {
                                   return n + static_cast<std::size_t>(std::popcount(w));
                               });
    };
    for (const std::uint16_t row : m.line) {
        const auto at = nodes_at(row);
        if (count(at) == m.nodes) return m.place->rows[row];
        for (std::size_t w = 0; w < at.size(); ++w) m.seen[w] |= at[w];
    }
    if (m.line.empty() || count(m.seen) != m.nodes) return {};
    return m.place->rows[m.line.front()];
}

error engine::state::restrictor::check(std::size_t line, node_id node) const {
    read_line(line);
    const auto row = first_at(node);
    if (!row) return {};
    return fail(error_code::shipping_restricted, *row, static_cast<std::int64_t>(line + 1),
                raw(node));
}

error engine::state::restrictor::check_any(std::size_t line) const {
    const node_id firm = d_.order.lines[line].firm;
    if (firm != none<node_id>)
        return index_of(firm) < d_.restrictions.nodes ? check(line, firm) : error{};
    read_line(line);
    const auto row = first_everywhere();
    if (!row) return {};
    return fail(error_code::shipping_restricted, *row, static_cast<std::int64_t>(line + 1), -1);
}

void engine::state::restrictor::refuse_lines(std::vector<error>& violations) const {
    if (!hold() || d_.order.lines.empty()) return;
    read(0);
    for (std::size_t l = 0; l < d_.order.lines.size(); ++l) {
        error e = check_any(l);
        e.row = static_cast<std::uint32_t>(l + 1);
        if (e.code != error_code::ok) violations.push_back(e);
    }
}

error engine::state::restrictor::may_leave(std::span<const bucket_move> moves) const {
    if (!hold()) return {};
    read(0);
    for (const bucket_move& m : moves) {
        if (m.to_cell == none<cell_id>) continue;
        error e = check(m.line, s_.books.cells.node_of(m.to_cell));
        e.row = m.line + 1U;
        if (e.code != error_code::ok) return e;
    }
    return {};
}

error engine::state::restrictor::keep_allowed() const {
    if (!hold() || d_.moves.empty()) return {};
    read(0);
    error first;
    std::erase_if(d_.moves, [&](const bucket_move& m) {
        if (m.from_cell == none<cell_id>) return false;
        const error e = check(m.line, s_.books.cells.node_of(m.from_cell));
        if (first.code == error_code::ok) first = e;
        return e.code != error_code::ok;
    });
    return d_.moves.empty() ? first : error{};
}

error engine::state::restrictor::may_become(const lifecycle::amendment& what) const {
    const bool whole = what.ship_to || what.method;
    const bool is_more = !what.more.empty() || !what.added.empty();
    if (!hold() || (!whole && !is_more && what.bound.empty() && what.sent.empty())) return {};
    lifecycle::image next = d_.order;
    for (const bucket_move& m : d_.moves)  // what comes from elsewhere has left a node before
        for (lifecycle::bucket& b : next.buckets)
            if (m.to_cell == none<cell_id> && b.line == m.line && b.state == m.from &&
                b.cell == m.from_cell && b.ref == m.from_ref)
                b.n -= std::min(b.n, m.n);
    const std::size_t before = next.lines.size();
    lifecycle::amend(next, what);
    std::swap(d_.order, next);
    read(0);
    error first;
    const auto refuse = [&](const error& e) {
        if (first.code == error_code::ok) first = e;
    };
    const auto is_about = [&](std::uint16_t l) {
        const auto is_it = [&](const auto& of) { return of.line == l; };
        return whole || l >= before || std::ranges::any_of(what.bound, is_it) ||
               std::ranges::any_of(what.sent, is_it);
    };
    for (const auto& m : what.more) refuse(check_any(m.line));
    for (const lifecycle::bucket& b : d_.order.buckets) {
        if (b.n == 0 || !is_about(b.line)) continue;
        if (b.state == unit_state::open || b.state == unit_state::backordered)
            refuse(check_any(b.line));
        else if (b.state == unit_state::allocated || b.state == unit_state::released)
            refuse(check(b.line, s_.books.cells.node_of(b.cell)));
    }
    for (const bucket_move& m : d_.moves)
        if (m.to_cell != none<cell_id> && is_about(m.line))
            refuse(check(m.line, s_.books.cells.node_of(m.to_cell)));
    std::swap(d_.order, next);
    return first;
}

}  // namespace earmark
