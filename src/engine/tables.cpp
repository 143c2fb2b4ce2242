// TABLES: what the engine has, as frames of the column dictionary. One function per frame; each
// runs under a slot, so names cannot be written meanwhile.
#include <algorithm>
#include <unordered_map>

#include "earmark/report/answers.hpp"
#include "state_calls.hpp"

namespace earmark {
namespace {

using report::frame;
using report::frame_builder;
using report::vocabulary;

vocabulary words_of(const key_table& keys) {
    auto words = std::make_shared<report::texts>();
    for (std::uint32_t i = 0; i < keys.size(); ++i) words->add(keys.key(i));
    return words;
}

void add_position(const coordinates& at, frame_builder& b) {
    auto& latitude = b.reals("latitude");
    auto& longitude = b.reals("longitude");
    at.known ? latitude.add(at.latitude_e7 / 1e7) : latitude.add_null();
    at.known ? longitude.add(at.longitude_e7 / 1e7) : longitude.add_null();
}

frame skus_frame(const catalog& names) {
    frame_builder b{"skus"};
    for (std::uint32_t i = 0; i < names.sku.size(); ++i) {
        b.small_ints("sku").add(static_cast<std::int32_t>(i));
        b.strings("key").add(names.skus.key(i));
        b.small_ints("decimals").add(names.sku[i].decimals);
        b.ints("granule").add(names.sku[i].granule);
    }
    return std::move(b).finish();
}

frame nodes_frame(const catalog& names) {
    frame_builder b{"nodes"};
    auto& kind = b.codes("kind", report::kind_words());
    for (std::uint32_t i = 0; i < names.node.size(); ++i) {
        const node_facts& f = names.node[i];
        b.small_ints("node").add(static_cast<std::int32_t>(i));
        b.strings("key").add(names.nodes.key(i));
        kind.add(static_cast<std::int32_t>(f.kind));
        b.truths("active").add(f.active);
        b.small_ints("priority").add(f.priority);
        add_position(names.node_at[i], b);
    }
    return std::move(b).finish();
}

frame places_frame(const catalog& names) {
    frame_builder b{"places"};
    for (std::uint32_t i = 0; i < names.place_at.size(); ++i) {
        b.small_ints("place").add(static_cast<std::int32_t>(i));
        b.strings("key").add(names.places.key(i));
        add_position(names.place_at[i], b);
    }
    return std::move(b).finish();
}

/// Calls f(index, image) for every order or reservation that can be read.
template <class State, class F>
void each(const State& s, subject_kind kind, F&& f) {
    lifecycle::image of;
    for (std::uint32_t i = 0; i < s.books.ledger.size(kind); ++i)
        if (s.books.ledger.read(kind, i, of) == error_code::ok && of.version != 0) f(i, of);
}

template <class State>
frame orders_frame(const State& s) {
    frame_builder b{"orders"};
    auto &order = b.ints("order"), &placed = b.times("placed");
    auto& key = b.strings("key");
    auto &version = b.small_ints("version"), &policy = b.small_ints("policy"),
         &lines = b.small_ints("lines");
    auto& place = b.codes("place", words_of(s.names.places));
    auto &lowest = b.codes("lowest", report::state_words()),
         &highest = b.codes("highest", report::state_words());
    auto currencies = std::make_shared<report::texts>();
    auto& money = b.codes("currency", currencies);
    std::unordered_map<std::uint16_t, std::int32_t> known;
    each(s, subject_kind::order, [&](std::uint32_t i, const lifecycle::image& of) {
        order.add(i);
        key.add(s.keys.key_of(of.remembered - 1));
        version.add(static_cast<std::int32_t>(of.version));
        placed.add(of.made.ns);
        of.ship_to == none<place_id> ? place.add_null()
                                     : place.add(static_cast<std::int32_t>(raw(of.ship_to)));
        const auto [at, fresh] =
            known.try_emplace(of.currency, static_cast<std::int32_t>(known.size()));
        if (fresh) currencies->add(currency::from_code(of.currency).text());
        money.add(at->second);
        raw(of.decided_by) == 0 ? policy.add_null()
                                : policy.add(static_cast<std::int32_t>(raw(of.decided_by)));
        lines.add(static_cast<std::int32_t>(of.lines.size()));
        const auto all = lifecycle::status_of(of);
        lowest.add(static_cast<std::int32_t>(all.lowest));
        highest.add(static_cast<std::int32_t>(all.highest));
    });
    return std::move(b).finish();
}

template <class State>
frame lines_frame(const State& s) {
    frame_builder b{"lines"};
    auto &order = b.ints("order"), &ordered = b.ints("ordered"), &price = b.ints("price_minor");
    auto& line = b.small_ints("line");
    auto& sku = b.codes("sku", words_of(s.names.skus));
    auto &lowest = b.codes("lowest", report::state_words()),
         &highest = b.codes("highest", report::state_words());
    each(s, subject_kind::order, [&](std::uint32_t i, const lifecycle::image& of) {
        for (std::size_t l = 0; l < of.lines.size(); ++l) {
            const auto& at = of.lines[l];
            const auto status = lifecycle::status_of(of, static_cast<std::int64_t>(l));
            order.add(i);
            line.add(static_cast<std::int32_t>(l) + 1);
            sku.add(static_cast<std::int32_t>(raw(at.sku)));
            ordered.add(s.to_quantity(at.sku, at.ordered).atoms);
            price.add(at.unit_price_minor);
            lowest.add(static_cast<std::int32_t>(status.lowest));
            highest.add(static_cast<std::int32_t>(status.highest));
        }
    });
    return std::move(b).finish();
}

template <class State>
frame buckets_frame(const State& s) {
    frame_builder b{"buckets"};
    auto &order = b.ints("order"), &amount = b.ints("amount");
    auto& line = b.small_ints("line");
    auto& state = b.codes("state", report::state_words());
    auto& node = b.codes("node", words_of(s.names.nodes));
    each(s, subject_kind::order, [&](std::uint32_t i, const lifecycle::image& of) {
        for (const auto& k : of.buckets) {
            order.add(i);
            line.add(k.line + 1);
            state.add(static_cast<std::int32_t>(k.state));
            k.cell == none<cell_id> ? node.add_null()
                                    : node.add(raw(s.books.cells.node_of(k.cell)));
            amount.add(s.to_quantity(of.lines[k.line].sku, k.n).atoms);
        }
    });
    return std::move(b).finish();
}

/// Where each cell's row is, by cell; the rows ascend by SKU and node.
template <class State>
std::vector<stock_view> stock_of(const State& s) {
    std::vector<stock_view> rows;
    std::unordered_map<std::uint32_t, std::size_t> row_of;  // looked up only
    for (std::uint32_t sku = 0; sku < s.names.sku.size(); ++sku) {
        std::vector<std::pair<node_id, cell_id>> cells;
        s.books.cells.each(sku_id{sku}, [&](cell_id c, node_id n) { cells.push_back({n, c}); });
        s.books.cells.each_section(sku_id{sku}, [&](cell_id c, node_id n, section_id) {
            cells.push_back({n, c});
        });
        std::sort(cells.begin(), cells.end());
        for (const auto& [node, cell] : cells) {
            row_of[raw(cell)] = rows.size();
            rows.push_back({sku_id{sku},
                            node,
                            s.to_quantity(sku_id{sku}, s.books.cells.on_hand(cell)),
                            s.to_quantity(sku_id{sku}, s.books.stock.free(cell)),
                            {},
                            {},
                            {},
                            s.books.cells.section_of(cell)});
        }
    }
    const auto add = [&](const lifecycle::bucket& k, quantity stock_view::*to) {
        const auto at = row_of.find(raw(k.cell));
        if (at == row_of.end()) return;  // a cell that was born meanwhile
        stock_view& row = rows[at->second];
        (row.*to).atoms += s.to_quantity(row.sku, k.n).atoms;
    };
    each(s, subject_kind::order, [&](std::uint32_t, const lifecycle::image& of) {
        for (const auto& k : of.buckets)
            if (k.state == unit_state::allocated)
                add(k, &stock_view::allocated);
            else if (holds_stock(k.state))
                add(k, &stock_view::released);
    });
    each(s, subject_kind::reservation, [&](std::uint32_t, const lifecycle::image& of) {
        if (!of.holds()) return;
        for (const auto& k : of.buckets) add(k, &stock_view::reserved);
    });
    return rows;
}

template <class State>
std::vector<cell_id> all_cells(const State& s) {
    std::vector<cell_id> all;
    for (std::uint32_t i = 0; i < s.books.cells.blocks() * stock::block_cells; ++i)
        if (s.books.cells.exists(cell_id{i})) all.push_back(cell_id{i});
    return all;
}

frame stock_frame(const catalog& names, const std::vector<stock_view>& rows) {
    frame_builder b{"stock"};
    auto &sku = b.codes("sku", words_of(names.skus)),
         &node = b.codes("node", words_of(names.nodes));
    auto &on_hand = b.ints("on_hand"), &free = b.ints("free"), &reserved = b.ints("reserved"),
         &allocated = b.ints("allocated"), &released = b.ints("released");
    auto& section = b.codes("section", words_of(names.sections.keys));
    for (const stock_view& row : rows) {
        sku.add(static_cast<std::int32_t>(raw(row.sku)));
        node.add(raw(row.node));
        on_hand.add(row.on_hand.atoms);
        free.add(row.free.atoms);
        reserved.add(row.reserved.atoms);
        allocated.add(row.allocated.atoms);
        released.add(row.released.atoms);
        row.section == none<section_id> ? section.add_null()
                                        : section.add(static_cast<std::int32_t>(raw(row.section)));
    }
    return std::move(b).finish();
}

frame distances_frame(const catalog& names) {
    frame_builder b{"distances"};
    auto &place = b.codes("place", words_of(names.places)),
         &node = b.codes("node", words_of(names.nodes));
    auto& metres = b.ints("metres");
    for (std::uint32_t p = 0; p < names.places.size(); ++p)
        for (const node_id n : names.given(place_id{p})) {
            place.add(static_cast<std::int32_t>(p));
            node.add(raw(n));
            metres.add(names.metres(place_id{p})[index_of(n)]);
        }
    return std::move(b).finish();
}

frame uncovered_frame(const catalog& names, const std::vector<uncovered_promise>& rows) {
    frame_builder b{"uncovered"};
    auto &sku = b.codes("sku", words_of(names.skus)),
         &node = b.codes("node", words_of(names.nodes)),
         &state = b.codes("state", report::state_words());
    auto &order = b.ints("order"), &reservation = b.ints("reservation"), &amount = b.ints("amount");
    auto& pool = b.ints("pool");
    auto& section = b.codes("section", words_of(names.sections.keys));
    auto& line = b.small_ints("line");
    auto& made = b.times("made");
    for (const uncovered_promise& p : rows) {
        const bool of_pool = p.pool != none<pool_id>;
        of_pool ? sku.add_null() : sku.add(static_cast<std::int32_t>(raw(p.sku)));
        of_pool ? node.add_null() : node.add(raw(p.node));
        of_pool ? pool.add(raw(p.pool)) : pool.add_null();
        const bool is_order = p.order != none<order_id>;
        is_order ? order.add(static_cast<std::int64_t>(raw(p.order))) : order.add_null();
        is_order ? reservation.add_null()
                 : reservation.add(static_cast<std::int64_t>(raw(p.reservation)));
        is_order ? line.add(static_cast<std::int32_t>(p.line)) : line.add_null();
        state.add(static_cast<std::int32_t>(p.state));
        made.add(p.made.ns);
        amount.add(p.amount.atoms);
        p.section == none<section_id> ? section.add_null()
                                      : section.add(static_cast<std::int32_t>(raw(p.section)));
    }
    return std::move(b).finish();
}

/// Orders without a decision have no row.
template <class State, class Visit>
result<frame> decisions_frame(State& s, const Visit& v) {
    report::decision_rows rows{0};
    for (std::uint32_t i = 0; i < s.books.ledger.size(subject_kind::order); ++i) {
        auto found = s.decision(v, order_id{i});
        const error_code code = found.error().code;
        if (code == error_code::no_decision || code == error_code::unknown_order) continue;
        if (!found) return found.error();
        found->by_line = found->chosen.parts;  // their sum is the column `allocated`
        rows.add(order_id{i}, found, -1);
    }
    return rows.finish();
}

frame events_frame(const std::vector<event>& events) {
    frame_builder b{"events"};
    auto &at = b.ints("at"), &now = b.times("now"), &subject = b.ints("subject"),
         &units = b.ints("units");
    auto& verbs = b.codes("verb", report::verb_words());
    auto &actor = b.small_ints("actor"), &moves = b.small_ints("moves");
    auto& declined = b.truths("declined");
    for (const event& e : events) {
        at.add(static_cast<std::int64_t>(raw(e.at)));
        verbs.add(static_cast<std::int32_t>(e.by));
        now.add(e.now.ns);
        actor.add(static_cast<std::int32_t>(raw(e.actor)));
        subject.add(static_cast<std::int64_t>(e.subject));
        moves.add(e.moves);
        units.add(e.units);
        declined.add(e.declined);
    }
    return std::move(b).finish();
}

}  // namespace

result<std::vector<stock_view>> engine::stock() const {
    return state_->ask<result<std::vector<stock_view>>>(
        [&](const state::visit&) { return stock_of(*state_); });
}

result<report::frame> engine::table(std::string_view frame_name) const {
    state& s = *state_;
    return s.ask<result<frame>>([&](const state::visit& v) -> result<frame> {
        if (frame_name == "skus") return skus_frame(s.names);
        if (frame_name == "nodes") return nodes_frame(s.names);
        if (frame_name == "places") return places_frame(s.names);
        if (frame_name == "orders") return orders_frame(s);
        if (frame_name == "lines") return lines_frame(s);
        if (frame_name == "buckets") return buckets_frame(s);
        if (frame_name == "stock") return stock_frame(s.names, stock_of(s));
        if (frame_name == "distances") return distances_frame(s.names);
        if (frame_name == "uncovered") return uncovered_frame(s.names, s.uncovered(all_cells(s)));
        if (frame_name == "decisions") return decisions_frame(s, v);
        throw misuse(
            "no table '" + std::string{frame_name} +
            "'; the tables are skus, nodes, places, distances, orders, lines, buckets, stock, "
            "uncovered, decisions");
    });
}

result<report::frame> engine::events(position cursor, std::size_t limit) const {
    const auto found = poll(cursor, limit);
    if (!found) return found.error();
    return events_frame(*found);
}

}  // namespace earmark
