#include "earmark/engine/selection.hpp"

#include <algorithm>

#include "earmark/engine/fold.hpp"
#include "earmark/promise/tables.hpp"
#include "engine_door.hpp"
#include "hold_scope.hpp"
#include "seen_from.hpp"

namespace earmark {
namespace {

using state = engine_door::state;
using visit = state::visit;

constexpr std::uint32_t orders_a_stay = 1'024;  // who loads tables waits for no more

error check(const queue_rules& r) {
    constexpr std::int64_t most_days = 10'000;
    const std::pair<std::int64_t, std::int64_t> all[] = {{r.allowance_s, max_queue_seconds},
                                                         {r.step_s, max_queue_seconds},
                                                         {r.lead_days, most_days}};
    for (const auto& [n, most] : all)
        if (n < 0 || n > most) return fail(error_code::out_of_range, n, n < 0 ? 0 : most);
    return {};
}

/// A question on its way over the orders.
class selecting {
public:
    selecting(const state& s, const order_filter& f, const queue_rules& r, std::size_t limit)
        : s_{s}, f_{f}, rules_{r}, limit_{limit} {
        for (std::uint32_t i = 0; i < unit_states; ++i)
            if (is_asked(static_cast<unit_state>(i))) states_ |= 1u << i;
    }

    /// Once, before the first look.
    error get_ready(std::string* problem) {
        if (f_.sku != none<sku_id> && index_of(f_.sku) >= s_.names.sku.size())
            return fail(error_code::unknown_sku, raw(f_.sku));
        if (f_.node != none<node_id> && index_of(f_.node) >= s_.names.node.size())
            return fail(error_code::unknown_node, raw(f_.node));
        if (f_.hold != none<hold_type_id> && index_of(f_.hold) >= s_.names.holds.size())
            return fail(error_code::unknown_hold_type, raw(f_.hold));
        if (f_.where.empty()) return {};
        const fact_table& facts = s_.names.facts;
        asked_ = asked_of_orders(facts);
        for (std::size_t i = sourcing::order_attributes().size(); i < asked_.size(); ++i)
            declared_.push_back(*facts.find(asked_[i].name));
        auto parsed = sourcing::parse_condition(f_.where, asked_);
        where_ = std::move(parsed.value);
        if (where_) return {};
        if (problem != nullptr) *problem = std::move(parsed.problem);
        return fail(error_code::bad_condition, static_cast<std::int64_t>(parsed.at));
    }

    /// Orders from one number to before another.
    error look(const visit& v, std::uint32_t from, std::uint32_t to) {
        desk& d = v.desk;
        for (std::uint32_t i = from; i < to; ++i) {
            const auto header = s_.books.ledger.header(subject_kind::order, i);
            if (header.version == 0 || (header.facts >> 8 & states_) == 0) continue;
            const error e = read(order_id{i}, d);
            if (e.code == error_code::unknown_order) continue;
            if (e.code != error_code::ok) return e;
            const std::uint32_t lines = lines_that_fit(d.order);
            if (lines == 0 || !fits(d)) continue;
            const queue_key at = place_of(d.order, order_id{i});
            if (f_.due_before && at.due >= *f_.due_before) continue;
            keep({at, lines});
        }
        return {};
    }

    [[nodiscard]] selection result() {
        std::sort(kept_.begin(), kept_.end(), stands_before);
        kept_.resize(std::min(kept_.size(), limit_));
        return {std::move(kept_), matched_};
    }

private:
    static bool stands_before(const selected_order& a, const selected_order& b) noexcept {
        return a.at < b.at;
    }
    [[nodiscard]] bool is_asked(unit_state u) const noexcept {
        return f_.state ? u == *f_.state : !is_final(u);
    }
    [[nodiscard]] error read(order_id id, desk& d) const {
        constexpr int looks = 8;
        for (int look = 0;; ++look) {
            if (const error e = s_.read_order(id, d.order); e.code != error_code::ok) return e;
            if (!f_.held && f_.hold == none<hold_type_id>) return {};
            const error e = s_.read_beside(id, d.order, d.beside);
            if (e.code == error_code::ok || look == looks) return e;
        }
    }
    [[nodiscard]] std::uint32_t lines_that_fit(const lifecycle::image& of) const noexcept {
        std::uint32_t lines = 0, last = lifecycle::no_line;
        for (const lifecycle::bucket& b : of.buckets) {
            if (b.line == last || !is_asked(b.state)) continue;
            if (f_.sku != none<sku_id> && of.lines[b.line].sku != f_.sku) continue;
            if (f_.node != none<node_id> && node_of(b) != f_.node) continue;
            last = b.line;
            ++lines;
        }
        return lines;
    }
    [[nodiscard]] node_id node_of(const lifecycle::bucket& b) const noexcept {
        return b.cell == none<cell_id> ? none<node_id> : s_.books.cells.node_of(b.cell);
    }
    [[nodiscard]] bool fits(desk& d) const {
        const lifecycle::image& of = d.order;
        if (f_.type && of.type != *f_.type) return false;
        if (f_.placed_from && of.made < *f_.placed_from) return false;
        if (f_.placed_before && of.made >= *f_.placed_before) return false;
        const auto& holds = d.beside.holds;
        if (f_.hold != none<hold_type_id> && std::ranges::none_of(holds, [&](const auto& h) {
                return h.type == f_.hold && h.state == hold_state::active;
            }))
            return false;
        if (f_.held) {
            const auto ahead = lines_ahead(of);
            const bool held = std::ranges::any_of(
                holds, [&](const auto& h) { return stops_any(h, s_.names.holds.terms(), ahead); });
            if (held != *f_.held) return false;
        }
        if (!where_) return true;
        return !each_way(d.order, [&](std::uint16_t) {  // of any way that its lines go
            return !where_->holds(
                s_.facts_asked(d, {asked_, declared_, currency::from_code(of.currency)}));
        });
    }

    /// By when units that go so have to be on their way; of no node: as all would.
    [[nodiscard]] time_point due_of(const lifecycle::image& of, const line_terms& goes,
                                    node_id from) const {
        if (goes.deliver_by == no_day) {
            const std::int64_t less = rules_.step_s * of.priority;
            return of.made + seconds(std::max<std::int64_t>(0, rules_.allowance_s - less));
        }
        const time_point otherwise = midnight_utc(goes.deliver_by + -rules_.lead_days);
        const date_tables& dates = s_.names.dates();
        if (from == none<node_id> || dates.empty()) return otherwise;
        return dates
            .latest({from,
                     goes.method,
                     goes.ship_to,
                     s_.names.metres(goes.ship_to)[index_of(from)],
                     {},
                     {}},
                    goes.deliver_by)
            .value_or(otherwise);
    }
    /// Of its most urgent units that are still to go.
    [[nodiscard]] time_point due_of(const lifecycle::image& of) const {
        time_point due = never;
        std::uint16_t way = 0;
        node_id last = none<node_id>;
        for (const lifecycle::bucket& b : of.buckets) {
            if (!is_ahead(b.state)) continue;
            const node_id n = node_of(b);
            const std::uint16_t own = of.lines[b.line].own;
            if (due != never && n == last && own == way) continue;
            last = n;
            way = own;
            due = std::min(due, due_of(of, terms_of(of, b.line), n));
        }
        return due == never ? due_of(of, {of.ship_to, of.method, of.deliver_by}, none<node_id>)
                            : due;
    }
    [[nodiscard]] queue_key place_of(const lifecycle::image& of, order_id id) const {
        return {of.priority >= rules_.escalated_from, due_of(of), of.priority, of.made, id};
    }

    /// The first `limit_` stay; what cannot be among them goes now and then.
    void keep(const selected_order& o) {
        ++matched_;
        if (limit_ == 0) return;
        kept_.push_back(o);
        constexpr std::size_t spare = 1'024;
        if (kept_.size() - std::min(kept_.size(), limit_) < std::max(spare, limit_)) return;
        const auto end = kept_.begin() + static_cast<std::ptrdiff_t>(limit_);
        std::nth_element(kept_.begin(), end, kept_.end(), stands_before);
        kept_.erase(end, kept_.end());
    }

    const state& s_;
    const order_filter& f_;
    const queue_rules& rules_;
    const std::size_t limit_;
    std::uint32_t states_ = 0;  // a bit for each that is asked for
    std::vector<sourcing::attribute> asked_;
    std::vector<attribute_id> declared_;
    std::optional<sourcing::condition> where_;
    std::vector<selected_order> kept_;
    std::size_t matched_ = 0;
};

}  // namespace

result<selection> select(const engine& of, const order_filter& f, const queue_rules& rules,
                         std::size_t limit, std::string* problem) {
    const state& s = engine_door::inside(of);
    if (const error e = check(rules); e.code != error_code::ok) return e;
    selecting by{s, f, rules, limit};
    error e;
    const auto step = [&](auto&& work) {
        const auto done = s.ask<result<bool>>([&](const visit& v) -> result<bool> {
            e = work(v);
            return e.code == error_code::ok;
        });
        if (!done) e = done.error();
        return e.code == error_code::ok;
    };
    if (!step([&](const visit&) { return by.get_ready(problem); })) return e;
    const std::uint32_t all = of.orders();
    for (std::uint32_t i = 0; i < all; i += orders_a_stay) {
        const std::uint32_t to = std::min(all - i, orders_a_stay) + i;
        if (!step([&](const visit& v) { return by.look(v, i, to); })) return e;
        if (to == all) break;
    }
    return by.result();
}

}  // namespace earmark
