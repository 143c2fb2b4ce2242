// LOAD, ACTIVATE and names: what takes the engine for itself for a moment.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "earmark/core/check.hpp"
#include "earmark/engine/fold.hpp"
#include "earmark/intake/capture.hpp"
#include "earmark/sourcing/lint.hpp"
#include "earmark/sourcing/numbers.hpp"
#include "loader.hpp"

namespace earmark {
namespace {

constexpr std::size_t max_policy_bytes = 1u << 16;

result<coordinates> to_coordinates(const std::optional<geo_point>& at) {
    if (!at) return coordinates{};
    if (!is_valid(*at)) return fail(error_code::bad_position);
    return coordinates{true, static_cast<std::int32_t>(std::lround(at->latitude * 1e7)),
                       static_cast<std::int32_t>(std::lround(at->longitude * 1e7))};
}

error check(const sku_row& r, const key_table& in) {
    if (const error e = check_key(r.key, in); e.code != error_code::ok) return e;
    return check_scale(r.decimals, r.granule);
}

error check(const node_row& r, const key_table& in) {
    if (const error e = check_key(r.key, in); e.code != error_code::ok) return e;
    if (in.size() >= raw(none<node_id>)) return fail(error_code::out_of_memory, in.size());
    for (const auto& rate : {r.fixed_per_parcel, r.per_unit})
        if (rate && rate->e4 < 0) return fail(error_code::bad_price, rate->e4);
    return {};
}

/// What a row counts in a unit of measure, in the SKU's own.
result<quantity> in_own_unit(const stock_row& r, std::span<const unit_facts> units) {
    if (r.unit.empty()) return r.on_hand;
    for (const unit_facts& u : units)
        if (u.name == r.unit) return convert(r.on_hand, u.atoms, 1);
    return fail(error_code::unknown_unit);
}

/// Tells the policy which nodes it names, or what is wrong with them.
error name_nodes(sourcing::policy& p, std::string_view text, const catalog& in,
                 std::vector<std::string>* findings) {
    std::vector<std::string_view> keys;
    for (std::uint32_t k = 0; k < in.node.size(); ++k) keys.push_back(in.nodes.key(k));
    p.name_nodes(keys);
    sourcing::lint_options with;
    with.tables.nodes = in.node;
    with.tables.node_keys = keys;
    const auto unknown = sourcing::unknown_nodes(p, text, with);
    if (unknown.empty()) return {};
    if (findings != nullptr)
        for (const auto& f : unknown) findings->push_back(to_string(f, with.file));
    error e = fail(error_code::bad_policy, static_cast<std::int64_t>(unknown.size()));
    e.row = unknown.front().line;
    return e;
}

}  // namespace

load_report engine::load(const command& c, std::span<const sku_row> rows, const load_part& part) {
    state& s = *state_;
    return fill(s, c, rows, part, [&](loader& l, desk& d, const sku_row& r, std::size_t i) {
        if (const error e = check(r, s.names.skus); e.code != error_code::ok) {
            l.reject(i, e, "sku '" + r.key.substr(0, max_key_bytes) + "'");
            return true;
        }
        s.books.cells.add_sku();
        const sku_id id = s.names.add_sku(r.key, {r.decimals, r.granule});
        const std::int64_t fields[] = {r.decimals, r.granule};
        d.record.intern(journal::intern_kind::sku, {raw(id), r.key, fields, {}});
        return l.accept();
    });
}

load_report engine::load(const command& c, std::span<const node_row> rows, const load_part& part) {
    state& s = *state_;
    const auto add = [&](loader& l, desk& d, const node_row& r, std::size_t i) {
        const auto at = to_coordinates(r.at);
        error e = check(r, s.names.nodes);
        if (e.code == error_code::ok) e = at.error();
        if (e.code != error_code::ok) {
            l.reject(i, e, "node '" + r.key.substr(0, max_key_bytes) + "'");
            return true;
        }
        node_facts f;
        f.kind = r.kind;
        f.active = r.active;
        f.priority = r.priority;
        if (r.fixed_per_parcel) f.fixed_per_parcel = *r.fixed_per_parcel;
        if (r.per_unit) f.per_unit = *r.per_unit;
        const auto metres = catalog::measure(*at, s.names.place_at);
        const node_id id = s.names.add_node(r.key, f, *at, metres);
        d.record.intern(journal::intern_kind::node, {raw(id), r.key, fields_of(f, *at), metres});
        return l.accept();
    };
    // Once: it sorts all nodes.
    return fill(s, c, rows, part, add, [&] { s.names.rank_nodes(); });
}

load_report engine::load(const command& c, std::span<const place_row> rows, const load_part& part) {
    state& s = *state_;
    return fill(s, c, rows, part, [&](loader& l, desk& d, const place_row& r, std::size_t i) {
        const auto at = to_coordinates(r.at);
        error e = check_key(r.key, s.names.places);
        if (e.code == error_code::ok) e = at.error();
        if (e.code != error_code::ok) {
            l.reject(i, e, "place '" + r.key.substr(0, max_key_bytes) + "'");
            return true;
        }
        const auto metres = catalog::measure(*at, s.names.node_at);
        const place_id id = s.names.add_place(r.key, *at, metres);
        d.record.intern(journal::intern_kind::place, {raw(id), r.key, fields_of(*at), metres});
        return l.accept();
    });
}

load_report engine::load(const command& c, std::span<const stock_row> rows, const load_part& part) {
    state& s = *state_;
    return fill(s, c, rows, part, [&](loader& l, desk& d, const stock_row& r, std::size_t i) {
        const auto refuse = [&](error e) {
            l.reject(i, e, "stock of '" + r.sku + "' at '" + r.node + "'");
            return true;
        };
        const auto sku = s.names.skus.find(r.sku);
        const auto node = s.names.nodes.find(r.node);
        if (!sku) return refuse(fail(error_code::unknown_sku));
        if (!node) return refuse(fail(error_code::unknown_node));
        const auto on_hand = in_own_unit(r, s.names.units(sku_id{*sku}));
        if (!on_hand) return refuse(on_hand.error());
        granules n = 0;
        if (on_hand->atoms != 0) {
            const auto amount = intake::to_granules(*on_hand, s.names.sku[*sku]);
            if (!amount) return refuse(amount.error());
            n = *amount;
        }
        const auto at = node_id{static_cast<std::uint16_t>(*node)};
        const auto section =
            find_or_none<section_id>(r.section, s.names.sections.keys, error_code::unknown_section);
        if (!section) return refuse(section.error());
        const bool fresh = !s.books.cells.find(sku_id{*sku}, at, *section);
        const auto cell = s.books.cells.make(sku_id{*sku}, at, *section);
        if (!cell) return refuse(cell.error());
        const granules there =
            std::accumulate(d.stock.begin(), d.stock.end(), s.books.cells.on_hand(*cell),
                            [&](granules sum, const stock_line& x) {
                                return sum + (x.cell == *cell ? x.on_hand : 0);
                            });
        if (n > stock::max_on_hand - there)
            return refuse(fail(error_code::stock_overflow, on_hand->atoms,
                               there * s.names.sku[*sku].granule));
        if (fresh) {
            const std::int64_t fields[] = {*sku, *node, raw(*section)};
            const std::size_t said = *section == none<section_id> ? 2 : 3;
            d.record.intern(journal::intern_kind::cell,
                            {raw(*cell), {}, std::span{fields}.first(said), {}});
        }
        if (n > 0) {
            d.stock.push_back({*cell, n, n});
            d.record.cell({*cell, n, n});
        }
        return l.accept();
    });
}

load_report engine::load(const command& c, std::span<const unit_row> rows, const load_part& part) {
    state& s = *state_;
    return fill(s, c, rows, part, [&](loader& l, desk& d, const unit_row& r, std::size_t i) {
        const auto refuse = [&](error e) {
            l.reject(i, e, "unit '" + r.unit.substr(0, max_key_bytes) + "' of '" + r.sku + "'");
            return true;
        };
        const auto sku = s.names.skus.find(r.sku);
        if (!sku) return refuse(fail(error_code::unknown_sku));
        if (r.unit.empty()) return refuse(fail(error_code::empty_key));
        if (r.unit.size() > max_key_bytes)
            return refuse(fail(error_code::key_too_long, static_cast<std::int64_t>(r.unit.size()),
                               max_key_bytes));
        if (r.holds.atoms < 1) return refuse(fail(error_code::bad_quantity, r.holds.atoms));
        if (!s.names.add_unit(sku_id{*sku}, r.unit, r.holds.atoms))
            return refuse(fail(error_code::duplicate_row));
        const std::int64_t fields[] = {r.holds.atoms};
        d.record.intern(journal::intern_kind::unit, {*sku, r.unit, fields, {}});
        return l.accept();
    });
}

/// Alone in the engine: it is the active one from now on, or nothing has changed.
result<policy_id> engine::state::add_policy(const visit& v, const command& c, sourcing::policy p) {
    const auto id = static_cast<std::uint32_t>(policies.size()) + 1;
    v.desk.clear();
    v.desk.record.begin(verb::activate, v.now, c.actor);
    v.desk.record.intern(journal::intern_kind::policy, {id, p.text(), {}, {}});
    names.policies.reserve(names.policies.size() + 1);
    std::string canonical = p.text();
    const bool had_turns = books.turns.is_kept();
    const auto take_back = [&] {
        if (!had_turns) books.turns = {};  // the journal knows of no policy that counts them
        if (policies.size() == id) policies.pop_back();
        if (bindings.size() == id) bindings.pop_back();
    };
    const auto add_and_commit = [&] {
        bindings.push_back(*bind(p));
        policies.push_back(std::move(p));
        return commit(v);
    };
    if (p.ranks_by(sourcing::criterion::rotation)) books.turns.start();
    if (const auto done = or_give_back(add_and_commit, take_back); done.code != error_code::ok) {
        take_back();
        return fail(done.code);
    }
    names.policies.push_back(std::move(canonical));  // cannot fail: it is recorded
    active_policy.store(id, std::memory_order_release);
    return policy_id{id};
}

result<policy_id> engine::activate(const command& c, std::string_view text,
                                   std::vector<std::string>* findings) {
    state& s = *state_;
    if (text.size() > max_policy_bytes)
        return fail(error_code::input_too_large, static_cast<std::int64_t>(text.size()),
                    static_cast<std::int64_t>(max_policy_bytes));
    auto parsed = sourcing::parse_policy(text);
    if (!parsed) {
        if (findings != nullptr)
            for (const auto& f : parsed.rejected) findings->push_back(f.text);
        error e = fail(error_code::bad_policy, static_cast<std::int64_t>(parsed.rejected.size()));
        if (!parsed.rejected.empty()) e.row = parsed.rejected.front().row;
        return e;
    }
    const auto again = sourcing::parse_policy(parsed.value->text());  // as a recovery will
    if (!again || again.value->digest() != parsed.value->digest()) {
        if (findings != nullptr)
            findings->push_back("the policy could not be read again from its journal; simplify it");
        return fail(error_code::bad_policy, 1);
    }
    if (const auto missing = sourcing::missing_for_numbers(*parsed.value)) {
        if (findings != nullptr) findings->push_back(missing.what + "; " + missing.hint);
        return fail(error_code::bad_policy, 1);
    }
    return s.alone<result<policy_id>>(c, [&](const state::visit& v) -> result<policy_id> {
        const error denied = state::gate{s}.pass(v, c, verb::activate);
        if (denied.code != error_code::ok) return denied;
        if (const error e = name_nodes(*parsed.value, text, s.names, findings);
            e.code != error_code::ok)
            return e;
        if (const error e = s.declare(v, c, *parsed.value, findings); e.code != error_code::ok)
            return e;
        return s.add_policy(v, c, std::move(*parsed.value));
    });
}

result<actor_id> engine::actor(std::string_view name) {
    state& s = *state_;
    const auto known = s.ask<result<actor_id>>([&](const state::visit&) -> result<actor_id> {
        const auto found = s.names.actors.find(name);
        return found ? result<actor_id>{actor_id{*found}} : fail(error_code::unknown_actor);
    });
    if (known || known.error().code != error_code::unknown_actor) return known;
    return s.alone<result<actor_id>>({}, [&](const state::visit& v) -> result<actor_id> {
        if (const auto found = s.names.actors.find(name)) return actor_id{*found};
        if (const error e = check_key(name, s.names.actors); e.code != error_code::ok) return e;
        const std::uint32_t id = s.names.actors.size();
        v.desk.clear();
        v.desk.record.begin(verb::load, v.now, actor_id{});
        v.desk.record.intern(journal::intern_kind::actor, {id, name, {}, {}});
        if (const auto done = s.commit(v); done.code != error_code::ok) return fail(done.code);
        try {
            s.names.actors.insert(name);
        } catch (const std::bad_alloc&) {
            s.halt("memory ran out for an actor that the journal has");
            return fail(error_code::halted);
        }
        return actor_id{id};
    });
}

}  // namespace earmark
