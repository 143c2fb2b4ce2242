// WORKFLOWS in the engine: activated versions, guards, labels, and what may be done.
#include "earmark/engine/workflows.hpp"

#include <algorithm>
#include <utility>

#include "earmark/core/digest.hpp"
#include "earmark/engine/fold.hpp"
#include "earmark/lifecycle/steps.hpp"
#include "earmark/lifecycle/workflow_text.hpp"
#include "gate.hpp"
#include "holder.hpp"
#include "workflow_door.hpp"

namespace earmark {
namespace {

using lifecycle::fact_bits;

bool is_flag_of_orders(const fact_table& known, attribute_id a) noexcept {
    return known.type(a) == value_type::flag && known.owner(a) == attribute_of::order;
}

std::string list_of(const std::vector<std::string_view>& names) {
    std::string out;
    for (const std::string_view name : names) {
        out += out.empty() ? "" : ", ";
        out += name;
    }
    return out;
}

/// What a hold stops where it stops the step. What backs units up, or has them brought, is
/// `source`.
constexpr struct {
    unit_event on;
    hold_step as;
} stopped_events[] = {
    {unit_event::allocate, hold_step::allocate}, {unit_event::backorder, hold_step::allocate},
    {unit_event::reserve, hold_step::allocate},  {unit_event::release, hold_step::release},
    {unit_event::pick, hold_step::pick},         {unit_event::pack, hold_step::pack},
    {unit_event::ship, hold_step::ship},         {unit_event::cancel, hold_step::cancel},
};

/// Holds that stop events of an order's lines.
class stopping_holds {
public:
    stopping_holds(const key_table& types, std::vector<stopped_steps> by_line)
        : types_{types}, by_line_{std::move(by_line)} {
        for (const auto& steps : by_line_) {
            std::uint32_t bits = 0;
            for (const auto& [on, as] : stopped_events)
                if (steps[static_cast<std::size_t>(as)].number != 0)
                    bits |= 1u << static_cast<unsigned>(on);
            masks_.push_back(bits);
        }
    }
    /// By line, a bit per event.
    [[nodiscard]] std::span<const std::uint32_t> masks() const noexcept { return masks_; }
    /// Requires that one stops it.
    [[nodiscard]] std::string words(const lifecycle::possible_step& p) const {
        const auto is_its = [&](const auto& x) { return lifecycle::event_key{x.on} == p.on; };
        const auto as = std::ranges::find_if(stopped_events, is_its)->as;
        const auto& by = by_line_[p.line][static_cast<std::size_t>(as)];
        std::string out = "hold " + std::to_string(by.number);
        out += " (";
        out += types_.key(raw(by.type));
        return out += ") stops it";
    }

private:
    const key_table& types_;
    std::vector<stopped_steps> by_line_;
    std::vector<std::uint32_t> masks_;
};

/// Why a step is not possible, in words.
std::string why_not(const lifecycle::workflow& by, const lifecycle::possible_step& p,
                    const stopping_holds& holds) {
    if (p.is.is == lifecycle::verdict::no_step) {
        std::string out{"no step from "};
        return out += name_of(by, p.from);
    }
    if (p.held) return holds.words(p);
    std::string out;
    if (p.is.missing != 0) out = "needs " + list_of(names_of(by, p.is.missing));
    if (p.is.in_the_way != 0) {
        out += out.empty() ? "" : "; ";
        out += "not while " + list_of(names_of(by, p.is.in_the_way));
    }
    return out;
}

/// What may be said in a workflow, and no engine does yet; null: nothing.
const char* cannot_run(const lifecycle::workflow& of) noexcept {
    using lifecycle::guard_fact;
    for (const lifecycle::row& r : of.rows()) {
        if ((r.asks & bit(guard_fact::together)) != 0)
            return "no line belongs to a relationship set yet, so 'together' never holds; ask for "
                   "an attribute of the order";
        if ((r.asks & bit(guard_fact::linked)) != 0)
            return "nothing is brought to orders of workflows of their own, so 'linked' never "
                   "holds; leave it out";
    }
    return nullptr;
}

/// Why no verb does it, although the workflow has the step; empty: one does.
std::string_view without_verb(const lifecycle::image& of, const lifecycle::possible_step& p) {
    if (p.on.is_own()) return {};
    const auto on = static_cast<unit_event>(p.on.n);
    if (p.from.base == unit_state::reserved && on != unit_event::cancel)
        return "it comes with the order that brings the units";
    if (is_made(of.type) && (on == unit_event::backorder || on == unit_event::reserve))
        return "no plan looks for goods that are made";
    if (on == unit_event::backorder &&
        !lifecycle::rules_of(of).leads_to(p.from, unit_state::allocated))
        return "only what may be allocated is sourced";
    if (on != unit_event::reserve) return {};
    if (!workflow_door::may_wait_for_others(of))
        return "nothing is brought to an order of a workflow of its own";
    return of.lines[p.line].firm == none<node_id> ? "the line is bound to no node"
                                                  : std::string_view{};
}

/// Did a timer of the step come for some of the units, and find something in its way?
bool was_told(const lifecycle::image& of, std::span<const lifecycle::standing> all,
              const lifecycle::possible_step& p) {
    const auto rows = lifecycle::rules_of(of).rows(p.from, p.on);
    return std::ranges::any_of(all, [&](const lifecycle::standing& s) {
        const auto is_its = [&](const lifecycle::row& r) { return r.after_s == s.told_s; };
        return s.line == p.line && s.state() == p.from && s.told_s != 0 &&
               std::ranges::any_of(rows, is_its);
    });
}

/// That goods were made is what has happened, whatever holds say of plans.
/// Which line of its set a line that may go waits for, in words; empty: none.
std::string waits_for(const lifecycle::image& of, const lifecycle::possible_step& p,
                      std::span<const std::uint32_t> stopped) {
    const std::uint16_t set = of.lines[p.line].group;
    if (set == 0 || p.on != lifecycle::event_key{unit_event::release}) return {};
    constexpr std::uint32_t release = 1u << static_cast<unsigned>(unit_event::release);
    for (const lifecycle::bucket& b : of.buckets) {
        const bool is_held = b.state == unit_state::allocated && (stopped[b.line] & release) != 0;
        if (of.lines[b.line].group != set || (b.state >= unit_state::allocated && !is_held))
            continue;
        std::string out = "line " + std::to_string(b.line + 1);
        out += " of its set is not ready";
        return out;
    }
    return {};
}

bool is_making(const lifecycle::image& of, const lifecycle::possible_step& p) noexcept {
    return is_made(of.type) && p.on == lifecycle::event_key{unit_event::allocate};
}

std::string_view command_of(const lifecycle::image& of,
                            const lifecycle::possible_step& p) noexcept {
    const lifecycle::event_key on = p.on;
    if (on.is_own()) return "record(mark)";
    if (is_making(of, p)) return "record(make)";
    if (p.from.base == unit_state::reserved && on != lifecycle::event_key{unit_event::cancel})
        return {};
    switch (static_cast<unit_event>(on.n)) {
        case unit_event::allocate:
        case unit_event::backorder:
        case unit_event::reserve:
            return "source";
        case unit_event::unallocate:
            return "record(reject)";
        case unit_event::release:
            return "release";
        case unit_event::ship:
            return "record(ship)";
        case unit_event::deliver:
            return "record(deliver)";
        case unit_event::cancel:
            return "cancel";
        case unit_event::pick:
            return "record(pick)";
        case unit_event::pack:
            return "record(pack)";
        case unit_event::unpick:
            return "record(unpick)";
        case unit_event::lose:
            return p.from.base == unit_state::shipped ? "record(lose)" : "record(lose) with a node";
        case unit_event::fulfil:
            return "record(fulfil)";
    }
    return "";
}

}  // namespace

// ---- the table ----------------------------------------------------------------------------------

const lifecycle::loaded_workflow* workflow_table::find(std::uint16_t version) const noexcept {
    return version == 0 || version > all_.size() ? nullptr : all_[version - 1u].of.get();
}

const lifecycle::workflow* workflow_table::rules(std::uint16_t version) const noexcept {
    const auto* const of = find(version);
    return of == nullptr ? nullptr : &of->view();
}

bool workflow_table::is_of(std::uint16_t version, order_type t) const noexcept {
    const auto* const of = find(version);
    return version == 0 || (of != nullptr && of->type() == t);
}

std::string_view workflow_table::missing(const lifecycle::loaded_workflow& of,
                                         const fact_table& known) {
    for (const std::string_view name : of.view().written().facts) {
        const auto a = known.find(name);
        if (!a || !is_flag_of_orders(known, *a)) return name;
    }
    return {};
}

void workflow_table::add(shared of, const fact_table& known) {
    entry v{std::move(of), {}, 0};
    for (const std::string_view name : v.of->view().written().facts)
        v.facts.push_back(*known.find(name));
    auto& active = active_[static_cast<std::size_t>(v.of->type())];
    v.before = active;
    all_.push_back(std::move(v));
    active = static_cast<std::uint16_t>(all_.size());
}

void workflow_table::pop() noexcept {
    active_[static_cast<std::size_t>(all_.back().of->type())] = all_.back().before;
    all_.pop_back();
}

std::uint64_t workflow_table::digest() const noexcept {
    if (all_.empty()) return 0;
    earmark::digest d{3};
    for (const entry& v : all_) d.add(v.of->digest());
    return d.value();
}

// ---- guards and labels --------------------------------------------------------------------------

fact_bits workflow_door::known(const state& s, const lifecycle::image& of,
                               std::span<const std::byte> facts, bool rejected) {
    fact_bits bits = rejected ? bit(lifecycle::guard_fact::rejected) : fact_bits{0};
    if (of.workflow == 0 || s.names.workflows.facts(of.workflow).empty() || facts.empty())
        return bits;
    const auto& own = s.names.workflows.facts(of.workflow);
    std::vector<order_value> values;
    EARMARK_INVARIANT(read_facts(facts, of.lines.size(), s.names.facts, values),
                      "an order's facts are read as they were kept");
    for (const order_value& v : values) {
        const auto at = std::find(own.begin(), own.end(), v.attribute);
        if (at == own.end() || v.n == 0) continue;
        const auto i = static_cast<std::size_t>(at - own.begin());
        bits |= static_cast<fact_bits>(1u << (lifecycle::guard_facts + i));
    }
    return bits;
}

fact_bits workflow_door::known(const state& s, order_id id, const lifecycle::image& of) {
    if (lifecycle::rules_of(of).is_plain()) return 0;
    beside more;
    const bool is_read = s.read_beside(id, of, more).code == error_code::ok;
    return known(s, of, load_facts(s.books.ledger.chunks(), of.facts),
                 is_read && !more.rejections.empty());
}

error workflow_door::route(const state& s, desk& d, order_id id) {
    if (d.moves.empty()) return {};
    return lifecycle::route(d.order, d.moves, known(s, id, d.order));
}

granules workflow_door::move(const state& s, desk& d, const lifecycle::image& before,
                             const lifecycle::bucket& b, bucket_move m, error& why) {
    const auto& by = lifecycle::rules_of(d.order);
    if (!by.leads_to(lifecycle::state_of(b), m.to)) return 0;
    m.n = std::min(m.n, b.n);
    m.from = b.state;
    m.from_cell = b.cell;
    m.from_ref = b.ref;
    if (m.from == m.to) m.to_ref = b.ref;  // from queue to queue: the label is its step's
    const fact_bits facts = by.is_plain() ? fact_bits{0} : d.known;
    if (const error e = lifecycle::route(before, {&m, 1}, facts); e.code != error_code::ok) {
        why = e;
        return 0;
    }
    s.move_on_desk(d, m);
    return m.n;
}

granules workflow_door::move(const state& s, desk& d, const lifecycle::image& before,
                             const bucket_move& m, error& why) {
    granules moved = 0;
    const auto stand = d.order.buckets;  // moves rearrange them
    for (const lifecycle::bucket& b : stand) {
        if (moved == m.n || why.code != error_code::ok) break;
        if (b.line != m.line || b.state != m.from) continue;
        bucket_move one = m;
        one.n = m.n - moved;
        moved += move(s, d, before, b, one, why);
    }
    return moved;
}

error workflow_door::mark(const state& s, desk& d, const fact& f, std::int64_t line,
                          granules wanted) {
    const auto on = find_event(lifecycle::rules_of(d.order), f.event);
    if (!on || !on->is_own()) return fail(error_code::unknown_event, d.order.workflow);
    return lifecycle::relabel(d.order, *on, line, wanted, s.nodes_of_cells(), f.node,
                              known(s, f.order, d.order), d.moves);
}

std::string_view workflow_door::label(const lifecycle::image& of,
                                      const lifecycle::bucket& b) noexcept {
    const lifecycle::state_key s = lifecycle::state_of(b);
    return s.sub == 0 ? std::string_view{} : name_of(lifecycle::rules_of(of), s);
}

// ---- activation ---------------------------------------------------------------------------------

result<std::uint16_t> workflow_door::activate(engine& of, const command& c, std::string_view text,
                                              std::vector<std::string>* findings) {
    state& s = engine_door::inside(of);
    if (text.size() > lifecycle::max_workflow_bytes)
        return fail(error_code::input_too_large, static_cast<std::int64_t>(text.size()),
                    static_cast<std::int64_t>(lifecycle::max_workflow_bytes));
    const auto parsed = lifecycle::parse_workflow(text);
    const auto refuse = [&](std::string sentence) {
        if (findings != nullptr) findings->push_back(std::move(sentence));
        return fail(error_code::bad_workflow, 1);
    };
    if (!parsed) {
        for (const rejected_row& r : parsed.rejected) (void)refuse(r.text);
        error e = fail(error_code::bad_workflow, static_cast<std::int64_t>(parsed.rejected.size()));
        e.row = parsed.rejected.front().row;
        return e;
    }
    const order_type type = parsed.value->type();
    if (type == order_type::transfer || type == order_type::purchase)
        return refuse("orders that bring goods for others go by their standard workflow");
    if (const char* const wrong = cannot_run(parsed.value->view())) return refuse(wrong);
    return s.alone<result<std::uint16_t>>(c, [&](const state::visit& v) -> result<std::uint16_t> {
        const error denied = state::gate{s}.pass(v, c, verb::activate);
        if (denied.code != error_code::ok) return denied;
        auto& table = s.names.workflows;
        if (const auto missing = workflow_table::missing(*parsed.value, s.names.facts);
            !missing.empty())
            return refuse("the fact '" + std::string{missing} +
                          "' is no flag of orders; load it as an attribute first");
        if (table.size() >= workflow_table::most)
            return fail(error_code::out_of_range, static_cast<std::int64_t>(table.size()) + 1,
                        workflow_table::most);
        table.add(parsed.value, s.names.facts);
        const auto version = static_cast<std::uint16_t>(table.size());
        v.desk.clear();
        const auto record_and_commit = [&] {
            v.desk.record.begin(verb::activate, v.now, c.actor);
            v.desk.record.intern(journal::intern_kind::workflow,
                                 {version, parsed.value->text(), {}, {}});
            return s.commit(v);
        };
        const auto take_back = [&] { table.pop(); };
        const committed done = or_give_back(record_and_commit, take_back);
        if (done.code == error_code::ok) return version;
        take_back();
        return fail(done.code);
    });
}

// ---- questions ----------------------------------------------------------------------------------

result<std::vector<allowed_view>> workflow_door::allowed(const engine& of, order_id id) {
    auto& s = const_cast<state&>(engine_door::inside(of));  // holds are looked at on a desk
    return s.ask<result<std::vector<allowed_view>>>(
        [&](const state::visit& v) -> result<std::vector<allowed_view>> {
            lifecycle::image& o = v.desk.order;
            if (const error e = s.read_order(id, o); e.code != error_code::ok) return e;
            if (const error e = s.read_beside(id, o, v.desk.beside); e.code != error_code::ok)
                return e;
            const lifecycle::workflow& by = lifecycle::rules_of(o);
            const stopping_holds holds{s.names.holds.keys, state::holder{s}.stopped(v.desk, v.now)};
            const auto steps = lifecycle::allowed(o, known(s, id, o), holds.masks());
            std::vector<allowed_view> out;
            for (const lifecycle::possible_step& p : steps) {
                const bool has_step =
                    p.is.is == lifecycle::verdict::possible && (!p.held || is_making(o, p));
                std::string alone{has_step ? without_verb(o, p) : std::string_view{}};
                if (has_step && alone.empty()) alone = waits_for(o, p, holds.masks());
                const bool can = has_step && alone.empty();
                const auto& stands = v.desk.beside.standing;
                const auto timer = lifecycle::next_timer(o, stands, p.line, p.from, p.on);
                out.push_back(
                    {p.line + 1u, name_of(by, p.from), s.to_quantity(o.lines[p.line].sku, p.n),
                     name_of(by, p.on), command_of(o, p), can,
                     p.is.by == nullptr ? std::string_view{} : by.because(*p.is.by), timer.at,
                     was_told(o, stands, p), has_step ? std::move(alone) : why_not(by, p, holds)});
            }
            return out;
        });
}

result<std::string> workflow_door::text(const engine& of, std::uint16_t version) {
    const state& s = engine_door::inside(of);
    return s.ask<result<std::string>>([&](const state::visit&) -> result<std::string> {
        const auto* const found = s.names.workflows.find(version);
        if (found == nullptr) return fail(error_code::unknown_workflow, version);
        return found->text();
    });
}

result<std::uint16_t> activate_workflow(engine& of, const command& c, std::string_view text,
                                        std::vector<std::string>* findings) {
    return workflow_door::activate(of, c, text, findings);
}
result<std::vector<allowed_view>> allowed(const engine& of, order_id id) {
    return workflow_door::allowed(of, id);
}
result<std::string> workflow_text(const engine& of, std::uint16_t version) {
    return workflow_door::text(of, version);
}

}  // namespace earmark
