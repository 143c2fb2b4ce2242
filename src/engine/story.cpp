#include "earmark/engine/story.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "trail_reader.hpp"

namespace earmark {
namespace {

using state = engine_door::state;

constexpr std::size_t chunk = 1'024;  // records for which a caller stays in the engine
constexpr int looks = 16;

/// Shows up to `most` records behind a cursor, until `enough`. Answers the last one's position.
template <class Enough>
result<position> show(const state& s, trail_reader& to, position cursor, std::size_t most,
                      Enough&& enough) {
    return s.ask<result<position>>([&](const state::visit&) -> result<position> {
        const auto kept = s.log->after(cursor, most);
        if (!kept) return kept.error();
        to.refresh();
        position last = cursor;
        for (const auto& k : *kept) {
            if (enough()) break;
            const error e = to.read(position{k.position}, k.bytes);
            if (e.code != error_code::ok) return e;
            last = position{k.position};
        }
        return last;
    });
}

/// An order as it is now: what its story leads to.
struct goal {
    std::string key;
    position before_birth{};
    lifecycle::image order;
    position denied_at{};  // the last time that a command about it was
};

result<goal> look(const state& s, order_id id) {
    return s.ask<result<goal>>([&](const state::visit&) -> result<goal> {
        goal out;
        {
            denial_memory& denials = s.names.denials();
            const std::unique_lock lock{denials.lock, std::try_to_lock};
            if (!lock) return fail(error_code::stock_moving);
            out.denied_at = denials.last_about(static_cast<std::uint32_t>(raw(id)));
        }
        if (const error e = s.read_order(id, out.order); e.code != error_code::ok) return e;
        receipt first;
        out.key = s.keys.key_of(out.order.remembered - 1);
        if (s.keys.find(intake::key_space::order, out.key, first) && raw(first.at) != 0)
            out.before_birth = position{raw(first.at) - 1};
        return out;
    });
}

/// Takes the rows away again, the last one first: what stood before them.
class rewinder {
public:
    rewinder(const state& s, const lifecycle::image& now) {
        for (const lifecycle::bucket& b : now.buckets) {
            const node_id node =
                b.cell == none<cell_id> ? none<node_id> : s.books.cells.node_of(b.cell);
            const auto& sku = now.lines[b.line].sku;
            units_before& u = at(b.line + 1u, b.state, workflow_door::label(now, b), node);
            u.sku_key = s.names.skus.key(raw(sku));
            u.decimals = s.names.sku[index_of(sku)].decimals;
            u.amount.atoms += s.to_quantity(sku, b.n).atoms;
            if (node != none<node_id>) u.node_key = s.names.nodes.key(raw(node));
        }
    }
    void undo(const trail_row& r) {
        if (r.kind == trail_kind::placed) take(r, unit_state::open, {}, none<node_id>, {}, -1);
        if (r.kind != trail_kind::moved) return;
        take(r, r.to, r.to_label, r.node, r.node_key, -1);
        take(r, r.from, r.from_label, r.from_node, r.from_node_key, 1);
    }
    /// By line, state, label and node.
    [[nodiscard]] std::vector<units_before> rest() && {
        std::vector<units_before> out;
        for (auto& [where, u] : all_)
            if (u.amount.atoms != 0) out.push_back(std::move(u));
        return out;
    }

private:
    units_before& at(std::uint32_t line, unit_state s, std::string_view label, node_id node) {
        units_before& u = all_[{line, s, label, node}];
        u.line = line;
        u.state = s;
        u.label = label;
        u.node = node;
        return u;
    }
    void take(const trail_row& r, unit_state s, std::string_view label, node_id node,
              std::string_view node_key, int sign) {
        units_before& u = at(r.line, s, label, node);
        u.sku_key = r.sku_key;
        u.decimals = r.decimals;
        u.node_key = node_key;
        u.amount.atoms += sign * r.amount.atoms;
    }
    std::map<std::tuple<std::uint32_t, unit_state, std::string_view, node_id>, units_before> all_;
};

error exists(const state& s, const trail_query& q) {
    const auto found = s.ask<result<bool>>([&](const state::visit&) -> result<bool> {
        lifecycle::image seen;
        if (q.order != none<order_id>)
            if (const error e = s.read_order(q.order, seen); e.code == error_code::unknown_order)
                return e;
        if (q.sku != none<sku_id> && index_of(q.sku) >= s.names.sku.size())
            return fail(error_code::unknown_sku, raw(q.sku));
        if (q.node != none<node_id> && index_of(q.node) >= s.names.node.size())
            return fail(error_code::unknown_node, raw(q.node));
        return true;
    });
    return found.error();
}

/// Reads an order's records up to the version that it has, and to the last attempt that was denied.
class teller {
public:
    teller(const state& s, order_id id) : state_{s} { asked_.order = id; }

    result<told_story> tell() {
        auto to = look(state_, asked_.order);
        if (!to) return to.error();
        out_.order = asked_.order;
        out_.key = to->key;
        cursor_ = to->before_birth;
        reader_.emplace(state_, asked_, true);
        if (const error e = read(*to); e.code != error_code::ok) return e;
        if (reader_->touched != to->order.version && (out_.whole || is_ahead(*to)))
            return fail(error_code::order_busy, static_cast<std::int64_t>(raw(asked_.order)));
        out_.version = to->order.version;
        out_.rows = std::move(reader_->rows);
        for (trail_row& r : out_.rows) r.version += out_.version - reader_->touched;
        return out_.whole ? result<told_story>{std::move(out_)} : with_units(to->order);
    }

private:
    [[nodiscard]] bool is_ahead(const goal& to) const noexcept {
        return reader_->touched > to.order.version;
    }

    /// Until the last of its records was read; where the first ones are gone, until nothing more
    /// comes.
    error read(goal& to) {
        const auto is_told = [&] {
            return out_.whole && reader_->touched >= to.order.version &&
                   reader_->at() >= to.denied_at;
        };
        for (int still = 0; still < looks && !is_told();) {
            const auto last = show(state_, *reader_, cursor_, chunk, is_told);
            if (last.error().code == error_code::cursor_too_old) {
                begin_at(position{static_cast<std::uint64_t>(last.error().refs[1])});
                continue;
            }
            if (!last) return last.error();
            if (std::exchange(cursor_, *last) != *last) continue;
            ++still;
            if (out_.whole) continue;  // the last one is on its way
            const auto now = look(state_, asked_.order);
            if (!now) return now.error();
            const bool stands = now->order.version == to.order.version;
            to = *now;
            if (stands) break;
        }
        return {};
    }
    /// What was read is of no use without what is gone.
    void begin_at(position oldest) {
        out_.whole = false;
        out_.gone_to = cursor_ = oldest;
        reader_.emplace(state_, asked_, true);
    }
    result<told_story> with_units(const lifecycle::image& now) {
        return state_.ask<result<told_story>>([&](const state::visit&) -> result<told_story> {
            rewinder back{state_, now};
            for (auto r = out_.rows.rbegin(); r != out_.rows.rend(); ++r) back.undo(*r);
            out_.before = std::move(back).rest();
            return std::move(out_);
        });
    }

    const state& state_;
    trail_query asked_;
    told_story out_;
    position cursor_{};
    std::optional<trail_reader> reader_;
};

}  // namespace

result<told_story> story(const engine& of, order_id id) {
    return teller{engine_door::inside(of), id}.tell();
}

result<page_of<trail_row>> trail(const engine& of, const trail_query& q, position cursor,
                                 std::size_t limit) {
    const state& s = engine_door::inside(of);
    if (const error e = exists(s, q); e.code != error_code::ok) return e;
    trail_reader reader{s, q, false};
    const auto is_full = [&] { return reader.rows.size() >= limit; };
    page_of<trail_row> page;
    page.next = cursor;
    for (std::size_t seen = 0; seen < trail_records && !is_full(); seen += chunk) {
        const auto last = show(s, reader, page.next, chunk, is_full);
        if (!last) return last.error();
        if (*last == page.next) break;
        page.next = *last;
    }
    page.rows = std::move(reader.rows);
    return page;
}

result<actor_id> find_actor(const engine& of, std::string_view name) {
    const state& s = engine_door::inside(of);
    return s.ask<result<actor_id>>([&](const state::visit&) -> result<actor_id> {
        const auto found = s.names.actors.find(name);
        return found ? result<actor_id>{actor_id{*found}} : fail(error_code::unknown_actor);
    });
}

}  // namespace earmark
