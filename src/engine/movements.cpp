// MOVEMENTS and DECISIONS: the journal read again, with ids and quantities in place of bytes.
#include <algorithm>
#include <utility>

#include "earmark/journal/record.hpp"
#include "earmark/sourcing/decision.hpp"
#include "earmark/sourcing/solve.hpp"
#include "state_calls.hpp"
#include "wanted_value.hpp"

namespace earmark {
namespace {

/// The lines and the place of an order as it is now, kept while its moves are read. Lines are only
/// ever added; an order that was sent elsewhere is read as if it had always gone there.
class order_reader {
public:
    order_reader(const catalog& names, lifecycle::image& into) : names_{names}, image_{into} {}

    template <class Read>
    error look_at(std::uint32_t order, Read&& read) {
        if (known_ && order == order_) return {};
        known_ = false;
        if (const error e = read(order_id{order}, image_); e.code != error_code::ok) return e;
        order_ = order;
        known_ = true;
        return {};
    }
    [[nodiscard]] const lifecycle::image& image() const noexcept { return image_; }
    [[nodiscard]] std::uint32_t metres_from(node_id node, std::uint16_t line) const noexcept {
        if (node == none<node_id> || line >= image_.lines.size()) return unknown_distance;
        return names_.metres(terms_of(image_, line).ship_to)[index_of(node)];
    }

private:
    const catalog& names_;
    lifecycle::image& image_;
    std::uint32_t order_ = 0;
    bool known_ = false;
};

}  // namespace

/// Rows of the records that are shown to it, one after the other.
class engine::state::movement_reader final : public journal::deaf_visitor {
public:
    movement_reader(const state& s, lifecycle::image& scratch)
        : state_{s}, orders_{s.names, scratch} {}

    std::vector<movement> rows;
    position at{};
    error why;  // beyond the record's own form

    error_code begin(verb by, time_point now, actor_id actor) override {
        by_ = by;
        now_ = now;
        actor_ = actor;
        return error_code::ok;
    }
    error_code intern(const journal::intern_order& o) override {
        movement m = row(o.index);
        m.born = true;
        for (const auto& l : o.lines) {
            ++m.line;
            m.sku = l.sku;
            m.amount = state_.to_quantity(l.sku, l.n);
            m.unit_price_minor = l.price_minor;
            rows.push_back(m);
        }
        return error_code::ok;
    }
    /// Just behind its birth an order says of which type it is.
    error_code intern(journal::intern_kind kind, const journal::intern_table& t) override {
        if (kind != journal::intern_kind::order_terms || t.fields.size() < 4) return error_code::ok;
        for (auto m = rows.rbegin(); m != rows.rend() && m->born && raw(m->order) == t.id; ++m)
            m->type = static_cast<order_type>(t.fields[2]);
        return error_code::ok;
    }
    error_code intern(const journal::intern_key&) override { return error_code::ok; }
    /// Units that an amendment adds are born, also of a line that was there before.
    error_code note(std::uint32_t order, journal::note_kind kind, std::uint32_t,
                    std::span<const std::byte> bytes) override {
        if (kind != journal::note_kind::amended) return error_code::ok;
        const auto what = lifecycle::read_amendment(bytes);
        if (!what) return error_code::bad_record;
        why = orders_.look_at(order, [&](order_id id, lifecycle::image& into) {
            return state_.read_order(id, into);
        });
        if (why.code != error_code::ok) return why.code;
        const auto& lines = orders_.image().lines;
        const auto add = [&](std::size_t line, granules n) {
            movement m = row(order);
            m.born = true;
            m.line = static_cast<std::uint32_t>(line + 1);
            m.sku = lines[line].sku;
            m.amount = state_.to_quantity(m.sku, n);
            m.unit_price_minor = lines[line].unit_price_minor;
            m.type = orders_.image().type;
            rows.push_back(m);
        };
        if (what->first + what->added.size() > lines.size()) return error_code::bad_record;
        for (const auto& m : what->more) {
            if (m.line >= lines.size()) return error_code::bad_record;
            add(m.line, m.n);
        }
        for (std::size_t i = 0; i < what->added.size(); ++i)
            add(what->first + i, what->added[i].ordered);
        return error_code::ok;
    }
    error_code move(std::uint32_t order, const bucket_move& b) override {
        why = orders_.look_at(order, [&](order_id id, lifecycle::image& into) {
            return state_.read_order(id, into);
        });
        if (why.code != error_code::ok) return why.code;
        if (b.line >= orders_.image().lines.size()) return error_code::bad_record;
        movement m = row(order);
        m.line = b.line + 1u;
        m.sku = orders_.image().lines[b.line].sku;
        m.amount = state_.to_quantity(m.sku, b.n);
        m.from = b.from;
        m.to = b.to;
        const cell_id cell = b.from_cell != none<cell_id> ? b.from_cell : b.to_cell;
        if (cell != none<cell_id>) m.node = state_.books.cells.node_of(cell);
        m.metres = orders_.metres_from(m.node, b.line);
        m.reason = b.reason;
        m.type = orders_.image().type;
        rows.push_back(m);
        return error_code::ok;
    }

private:
    [[nodiscard]] movement row(std::uint32_t order) const {
        movement m;
        m.at = at;
        m.now = now_;
        m.by = by_;
        m.actor = actor_;
        m.order = order_id{order};
        return m;
    }

    const state& state_;
    order_reader orders_;
    verb by_ = verb::none;
    time_point now_;
    actor_id actor_{};
};

class engine::state::expiry_reader final : public journal::deaf_visitor {
public:
    expiry_reader(const state& s, lifecycle::image&) : state_{s} {}

    std::vector<expiry> rows;
    position at{};
    error why;

    error_code begin(verb by, time_point now, actor_id) override {
        is_expiry_ = by == verb::expire;
        row_ = {};
        row_.at = at;
        row_.now = now;
        return error_code::ok;
    }
    error_code reservation(const journal::reservation_op& r) override {
        row_.reservation = reservation_id{r.id()};
        row_.deadline = r.deadline;
        return error_code::ok;
    }
    error_code cell(const journal::cell_op& c) override {
        if (!is_expiry_) return error_code::ok;
        if (!state_.books.cells.exists(c.cell)) return error_code::bad_record;
        if (state_.books.cells.pool_of(c.cell) != none<pool_id>) return error_code::ok;
        row_.sku = state_.books.cells.sku_of(c.cell);
        row_.node = state_.books.cells.node_of(c.cell);
        row_.amount = state_.to_quantity(row_.sku, c.free);
        rows.push_back(row_);
        return error_code::ok;
    }

private:
    const state& state_;
    expiry row_;
    bool is_expiry_ = false;
};

class engine::state::decision_reader final : public journal::deaf_visitor {
public:
    decision_reader(const state& s, lifecycle::image& scratch)
        : state_{s}, orders_{s.names, scratch} {}

    std::vector<decided> rows;
    position at{};
    error why;

    error_code begin(verb, time_point now, actor_id) override {
        now_ = now;
        return error_code::ok;
    }
    error_code note(std::uint32_t order, journal::note_kind kind, std::uint32_t version,
                    std::span<const std::byte> bytes) override {
        if (kind != journal::note_kind::decision) return error_code::ok;
        why = orders_.look_at(order, [&](order_id id, lifecycle::image& into) {
            return state_.read_order(id, into);
        });
        if (why.code != error_code::ok) return why.code;
        const auto all = sourcing::decode_all(bytes);
        if (!all) return error_code::bad_record;
        if (version == 0 || version > state_.policies.size()) return error_code::bad_record;
        for (const sourcing::decision& d : *all) {
            const auto by = sourcing::decided_by(state_.policies[version - 1], d);
            if (!by) return error_code::bad_record;
            why = price(d, order_id{order}, **by);
            if (why.code != error_code::ok) return why.code;
        }
        return error_code::ok;
    }

private:
    [[nodiscard]] error price(const sourcing::decision& d, order_id order,
                              const sourcing::policy& by) {
        const lifecycle::image& whose = orders_.image();
        const auto lines = whole_lines(whose, state_.names, by.currency());
        if (!lines) return lines.error();
        const auto is_there = [&](const auto& w) { return w.line < lines->size(); };
        if (d.nodes > state_.names.node.size() ||
            !std::all_of(d.wanted.begin(), d.wanted.end(), is_there))
            return fail(error_code::bad_record);
        const line_terms goes = d.wanted.empty() ? line_terms{whose.ship_to}
                                                 : lifecycle::terms_of(whose, d.wanted[0].line);
        const auto metres = state_.names.metres(goes.ship_to).first(d.nodes);
        const sourcing::recorded_problem seen{
            by, d, {*lines, std::span{state_.names.node}.first(d.nodes), metres}};
        const sourcing_problem p = seen.view();
        const std::span<const wanted_line> wanted = p.lines;
        decided row{at, now_, order, d.by, d.proof, 0, 0, sourcing::price(by, p, d.parts)};
        std::int64_t n = 0;
        bool fits = true;
        const auto add = [&](std::int64_t& to, const wanted_line& w, std::int64_t count) {
            fits = fits && !__builtin_mul_overflow(w.granule_e9, count, &n) &&
                   !__builtin_add_overflow(to, n, &to);
        };
        for (const wanted_line& w : wanted) add(row.wanted_e9, w, w.n);
        for (const plan_part& part : d.parts) {
            if (part.wanted >= wanted.size()) return fail(error_code::bad_record);
            add(row.allocated_e9, wanted[part.wanted], part.n);
        }
        if (!fits) return fail(error_code::out_of_range, static_cast<std::int64_t>(raw(order)));
        rows.push_back(row);
        return {};
    }

    const state& state_;
    order_reader orders_;
    time_point now_;
};

/// Shows up to `limit` records after `cursor` to a reader.
template <class Reader, class Row>
result<page_of<Row>> engine::state::read_page(position cursor, std::size_t limit) const {
    return ask<result<page_of<Row>>>([&](const visit& v) -> result<page_of<Row>> {
        const auto kept = log->after(cursor, limit);
        if (!kept) return kept.error();
        Reader reader{*this, v.desk.order};
        page_of<Row> page;
        page.next = cursor;
        for (const auto& k : *kept) {
            reader.at = position{k.position};
            const error e = journal::read(k.bytes, reader);
            if (e.code != error_code::ok) return reader.why.code == e.code ? reader.why : e;
            page.next = reader.at;
        }
        page.rows = std::move(reader.rows);
        return page;
    });
}

result<page_of<movement>> engine::movements(position cursor, std::size_t limit) const {
    return state_->read_page<state::movement_reader, movement>(cursor, limit);
}

result<page_of<expiry>> engine::expiries(position cursor, std::size_t limit) const {
    return state_->read_page<state::expiry_reader, expiry>(cursor, limit);
}

result<page_of<decided>> engine::decisions(position cursor, std::size_t limit) const {
    return state_->read_page<state::decision_reader, decided>(cursor, limit);
}

}  // namespace earmark
