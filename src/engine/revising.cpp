#include "revising.hpp"

#include <algorithm>
#include <tuple>

#include "amending.hpp"
#include "earmark/core/time_text.hpp"
#include "earmark/engine/facts.hpp"
#include "earmark/engine/fold.hpp"
#include "earmark/promise/tables.hpp"
#include "engine_door.hpp"

namespace earmark {

void keep_revision(desk& d, std::uint64_t number, digest128 content) {
    const revision next{number, content.high, content.low};
    d.beside.revisions = {next};
    d.changes_beside = true;
    d.notes.push_back({journal::note_kind::revised, 0, revision_note(next)});
}

namespace revising {
namespace {

using state = engine_door::state;
using visit = state::visit;
using intake::fixed_field;

/// The name of an id, or nothing where there is none.
template <class Id>
std::string key_of(const key_table& names, Id id) {
    return id == none<Id> ? std::string{} : std::string{names.key(raw(id))};
}

std::string row_path(std::uint32_t row, const char* field) {
    if (row == 0) return {};
    std::string out = "/lines/";
    out += std::to_string(row - 1);
    return out += field;
}

std::string path_of(fixed_field f) {
    std::string out{"/"};
    return out += intake::name_of(f);
}

std::string path_of(change_kind k) {
    std::string out{"/"};
    switch (k) {
        case change_kind::node:
        case change_kind::ship_to:
        case change_kind::method:
        case change_kind::deliver_by:
        case change_kind::priority:
            return out += name_of(k);
        default:
            return {};
    }
}

/// Facts of lines that stand for something, as an order that has no such lines would have them.
struct own_fact {
    attribute_id attribute{};
    std::uint32_t line = 0;
    std::int64_t n = 0;
    std::string text;
    friend bool operator==(const own_fact&, const own_fact&) = default;
};

/// One text against one order.
class reviser {
public:
    reviser(state& s, const order_request& text)
        : s_{s}, text_{text}, content_{intake::content_of(text)} {}

    revised run(const visit& v, const command& c, order_id id, bool looks_only) {
        asked_.order = id;
        asked_.preview = looks_only;
        request_ = asked_;
        const auto draft = [this](desk& d, std::vector<error>& wrong) { this->draft(d, wrong); };
        const amended a = state::amender{s_, v, c, request_, draft}.run();
        revised out;
        out.at = a.first.at;
        out.what = a.first.what;
        if (is_repeat_)
            out.what = outcome::repeat;
        else if (out.what == outcome::done && changes_.empty())
            out.what = outcome::unchanged;
        for (const amended_part& p : a.parts)
            for (revised_part& of : changes_)
                if (p.asks && of.line == p.line && of.became == compensation::cancel)
                    of.asks = true;
        for (error e : a.violations) {
            std::string path = where(e);
            e.row = 0;  // a row of the amendment, which nobody has written
            out.violations.push_back({e, std::move(path)});
        }
        out.changes = std::move(changes_);
        return out;
    }

private:
    void draft(desk& d, std::vector<error>& wrong) {
        changes_.clear();
        request_ = asked_;
        const revision had = revision_of(d.beside.revisions);
        is_repeat_ = had.is(text_.revision, content_);
        if (is_repeat_) return;
        draft_ = intake::revise(d.order, d.beside.asked, text_, s_.names.sku);
        if (keeps_live_basket(d)) draft_.fixed.push_back(fixed_field::reservation);
        if (facts_differ(d)) draft_.fixed.push_back(fixed_field::facts);
        tell(d);
        request_.lines = draft_.lines;
        request_.ship_to = draft_.ship_to;
        request_.method = draft_.method;
        request_.deliver_by = draft_.deliver_by;
        request_.priority = draft_.priority;
        if (text_.revision <= had.number)
            wrong.push_back(fail(error_code::stale_revision,
                                 static_cast<std::int64_t>(text_.revision),
                                 static_cast<std::int64_t>(had.number)));
        for (const fixed_field f : draft_.fixed)
            wrong.push_back(fail(error_code::not_revisable, static_cast<std::int64_t>(f)));
        keep_revision(d, text_.revision, content_);
    }

    /// An order takes a basket over when it is placed, and only then.
    bool keeps_live_basket(desk& d) const {
        if (text_.reservation == none<reservation_id>) return false;
        const error e = s_.read_reservation(text_.reservation, d.basket);
        return e.code == error_code::ok && d.basket.life == reservation_state::active;
    }

    std::vector<own_fact> read(std::span<const std::byte> bytes, std::size_t lines) const {
        std::vector<order_value> values;
        EARMARK_INVARIANT(read_facts(bytes, lines, s_.names.facts, values),
                          "an order's facts are read as they were kept");
        std::vector<own_fact> out;
        for (const order_value& v : values)
            out.push_back({v.attribute, v.line, v.n, std::string{v.text}});
        std::ranges::sort(out, {}, [](const own_fact& f) {
            return std::tuple{f.line, f.attribute};
        });
        return out;
    }

    /// By the lines that rows of the text are of; those of lines that go have no say.
    bool facts_differ(desk& d) const {
        const std::size_t lines = d.order.lines.size() + draft_.line_of.size();
        std::vector<own_fact> ours =
            read(load_facts(s_.books.ledger.chunks(), d.order.facts), d.order.lines.size());
        std::vector<std::uint32_t> kept = draft_.line_of;
        std::ranges::sort(kept);
        std::erase_if(ours, [&](const own_fact& f) {
            return f.line != 0 && !std::ranges::binary_search(kept, f.line);
        });
        std::vector<order_fact> theirs{text_.facts.begin(), text_.facts.end()};
        for (order_fact& f : theirs)
            if (f.line != 0) f.line = draft_.line_of[f.line - 1];
        std::vector<std::byte> bytes;
        std::vector<error> wrong;  // the text was looked at before
        keep_facts(theirs, lines, s_.names.facts, bytes, wrong);
        return ours != read(bytes, lines);
    }

    // ---- what is told --------------------------------------------------------------------------

    [[nodiscard]] std::string amount_text(sku_id sku, quantity q) const {
        return to_string(q, s_.names.sku[index_of(sku)].decimals);
    }
    void tell_line(const desk& d, const line_change& c, std::uint32_t row) {
        const auto path = [&](const char* field) { return row_path(row, field); };
        if (c.line == 0) {
            std::string after = amount_text(c.sku, *c.amount);
            after += " x ";
            after += s_.names.skus.key(raw(c.sku));
            changes_.push_back({compensation::add, change_kind::add_line, 0, path(""), {}, after});
            return;
        }
        const auto l = static_cast<std::uint16_t>(c.line - 1);
        const lifecycle::line& line = d.order.lines[l];
        if (c.amount) {
            const quantity now =
                s_.to_quantity(line.sku, intake::wanted_of(d.order, l, d.beside.asked));
            const bool more = c.amount->atoms > now.atoms;
            changes_.push_back({more ? compensation::add : compensation::cancel,
                                more ? change_kind::increase : change_kind::decrease, c.line,
                                path("/quantity"), amount_text(line.sku, now),
                                amount_text(line.sku, *c.amount)});
        }
        const auto update = [&](change_kind k, const char* field, std::string was, std::string is) {
            changes_.push_back(
                {compensation::update, k, c.line, path(field), std::move(was), std::move(is)});
        };
        if (c.node)
            update(change_kind::node, "/node", key_of(s_.names.nodes, line.firm),
                   key_of(s_.names.nodes, *c.node));
        const line_terms own = line.own == 0 ? line_terms{} : d.order.own[line.own - 1U];
        if (c.ship_to)
            update(change_kind::ship_to, "/ship_to", key_of(s_.names.places, own.ship_to),
                   key_of(s_.names.places, *c.ship_to));
        const auto& services = s_.names.dates().service_keys;
        if (c.method)
            update(change_kind::method, "/method", key_of(services, own.method),
                   key_of(services, *c.method));
        if (c.deliver_by)
            update(change_kind::deliver_by, "/deliver_by", day_text(own.deliver_by),
                   day_text(*c.deliver_by));
    }
    static std::string day_text(civil_day n) { return n == no_day ? std::string{} : to_string(n); }
    void tell(const desk& d) {
        const auto term = [&](change_kind k, std::string before, std::string after) {
            changes_.push_back(
                {compensation::update, k, 0, path_of(k), std::move(before), std::move(after)});
        };
        const auto& places = s_.names.places;
        const auto& services = s_.names.dates().service_keys;
        if (draft_.ship_to)
            term(change_kind::ship_to, key_of(places, d.order.ship_to),
                 key_of(places, *draft_.ship_to));
        if (draft_.method)
            term(change_kind::method, key_of(services, d.order.method),
                 key_of(services, *draft_.method));
        if (draft_.deliver_by)
            term(change_kind::deliver_by, day_text(d.order.deliver_by),
                 day_text(*draft_.deliver_by));
        if (draft_.priority)
            term(change_kind::priority, std::to_string(d.order.priority),
                 std::to_string(*draft_.priority));
        for (std::size_t i = 0; i < draft_.lines.size(); ++i)
            tell_line(d, draft_.lines[i], draft_.rows[i]);
    }

    /// Where in the text an error is about; empty where it is about none of it, or all.
    std::string where(const error& e) const {
        if (e.code == error_code::stale_revision) return "/revision";
        if (e.code == error_code::not_revisable)
            return path_of(static_cast<fixed_field>(e.refs[0]));
        const bool is_of_change = e.code == error_code::not_amendable;
        const auto change = static_cast<change_kind>(e.refs[0]);
        if (e.row == 0 || e.row > draft_.rows.size())
            return is_of_change ? path_of(change) : std::string{};
        const std::uint32_t row = draft_.rows[e.row - 1];
        if (row == 0) return "/lines";  // a line that the text has no more
        if (draft_.lines[e.row - 1].line == 0) return row_path(row, "");
        if (!is_of_change || change < change_kind::node) return row_path(row, "/quantity");
        return row_path(row, path_of(change).c_str());
    }

    state& s_;
    const order_request& text_;
    const digest128 content_;
    amend_request asked_;    // of which order
    amend_request request_;  // the same, and what it is to become
    intake::revision_draft draft_;
    std::vector<revised_part> changes_;
    bool is_repeat_ = false;
};

revised declined(error why) {
    revised out;
    out.violations.push_back({why, std::string{}});
    return out;
}

}  // namespace

result<std::optional<standing>> find(const engine& of, std::string_view key,
                                     std::optional<digest128> content) {
    using found = result<std::optional<standing>>;
    if (key.empty() || key.size() > max_key_bytes) return std::optional<standing>{};
    const state& s = engine_door::inside(of);
    return s.ask<found>(
        [&](const visit& v) -> found {
            const auto by =
                s.keys.peek(intake::key_space::order, key, content.value_or(digest128{}));
            const bool is_done = by.state == intake::claim_state::repeat ||
                                 by.state == intake::claim_state::conflict;
            if (!is_done || by.first.what == outcome::declined || by.first.by != verb::place_order)
                return std::optional<standing>{};
            standing out{order_id{by.first.subject}, by.first.at};
            desk& d = v.desk;
            if (const error e = s.read_order(out.id, d.order); e.code != error_code::ok) return e;
            if (const error e = s.read_beside(out.id, d.order, d.beside); e.code != error_code::ok)
                return e;
            const revision had = revision_of(d.beside.revisions);
            out.revision = had.number;
            out.is_first = content && by.state == intake::claim_state::repeat;
            out.is_last = content && had.high == content->high && had.low == content->low;
            return std::optional<standing>{out};
        },
        taking::room);
}

revised revise(engine& on, const command& c, order_id id, const order_request& text,
               bool looks_only) {
    state& s = engine_door::inside(on);
    const command by{{}, c.actor, c.now};  // what its key would do, its revision does
    reviser what{s, text};
    const auto run = [&](const visit& v) -> result<revised> {
        s.capture(v.desk, by, text);
        if (!v.desk.violations.empty()) {
            revised out;
            for (const error& e : v.desk.violations) out.violations.push_back({e, {}});
            return out;
        }
        return what.run({v.slot, v.desk, std::max(v.now, by.now)}, by, id, looks_only);
    };
    const auto done =
        looks_only ? s.ask<result<revised>>(run, taking::room) : s.stay<result<revised>>(by, run);
    return done ? *done : declined(done.error());
}

}  // namespace revising

}  // namespace earmark
