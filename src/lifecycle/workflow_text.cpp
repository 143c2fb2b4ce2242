// NAMES AND CANONICAL TEXT of workflows, and what is wrong with them in words.
#include "earmark/lifecycle/workflow_text.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "earmark/core/digest.hpp"
#include "earmark/lifecycle/workflow_index.hpp"

namespace earmark::lifecycle {
namespace {

constexpr std::array<std::string_view, guard_facts> fact_names = {
    "whole_line", "whole_order", "firm", "together", "dated", "urgent", "rejected", "linked"};
constexpr std::array<std::string_view, reactions> reaction_names = {"tell_customer", "tell_node",
                                                                    "tell_vendor", "ask_person"};

std::string quoted(std::string_view of) {
    std::string out = "\"";
    for (const char c : of) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out += '"';
}
template <class Names>
std::string list_text(const Names& names) {
    std::string out = "[";
    for (const std::string_view name : names) out += (out.size() > 1 ? ", " : "") + quoted(name);
    return out += ']';
}

std::string step_text(const workflow& of, const step& s) {
    std::string out = "  { from = " + quoted(name_of(of, s.from));
    out += ", on = " + quoted(name_of(of, s.on)) + ", to = " + quoted(name_of(of, s.to));
    if (s.needs != 0) out += ", when = " + list_text(names_of(of, s.needs));
    if (s.forbids != 0) out += ", unless = " + list_text(names_of(of, s.forbids));
    if (s.after_s != 0) out += ", after = " + quoted(span_text(s.after_s));
    std::vector<std::string_view> does;
    for (std::size_t r = 0; r < reactions; ++r)
        if ((s.does >> r & 1) != 0) does.push_back(reaction_names[r]);
    if (!does.empty()) out += ", does = " + list_text(does);
    if (!s.because.empty()) out += ", because = " + quoted(s.because);
    return out += " },\n";
}

std::string step_words(const workflow& of, std::uint16_t step) {
    const lifecycle::step& s = of.written().steps[step];
    std::string out{name_of(of, s.from)};
    out += " --";
    out += name_of(of, s.on);
    out += "-> ";
    return out += name_of(of, s.to);
}

/// `allocate leads from open to allocated`, of what the engine can do.
std::string moves_of(event_key on) {
    std::string out;
    for (const base_move& m : base_moves) {
        if (event_key{m.on} != on) continue;
        out += out.empty() ? "" : ", or ";
        out += name_of(m.from);
        out += " to ";
        out += name_of(m.to);
    }
    return out;
}

/// ` for orders with order.prepaid and without firm`; nothing where it is so for all.
std::string orders_of(const workflow& of, const flaw& f) {
    const auto list = [&](fact_bits facts, const char* with) {
        std::string out;
        for (const std::string_view name : names_of(of, facts)) {
            out += out.empty() ? with : ", ";
            out += name;
        }
        return out;
    };
    const std::string has = list(f.has, " with "), lacks = list(f.lacks, " without ");
    if (has.empty() && lacks.empty()) return {};
    return " for orders" + has + (has.empty() || lacks.empty() ? "" : " and") + lacks;
}

}  // namespace

std::string_view name_of(guard_fact f) noexcept { return fact_names[static_cast<std::size_t>(f)]; }
std::string_view name_of(reaction r) noexcept {
    return reaction_names[static_cast<std::size_t>(r)];
}

std::string_view name_of(const workflow& of, state_key s) noexcept {
    std::size_t number = s.sub;
    for (const own_state& own : of.written().states)
        if (number != 0 && own.base == s.base && --number == 0) return own.name;
    return number == 0 && s.sub == 0 ? name_of(s.base) : std::string_view{"?"};
}

std::string_view name_of(const workflow& of, event_key e) noexcept {
    if (!e.is_own()) return name_of(static_cast<unit_event>(e.n));
    const auto events = of.written().events;
    return e.own_index() < events.size() ? events[e.own_index()] : std::string_view{"?"};
}

std::optional<state_key> find_state(const workflow& of, std::string_view name) noexcept {
    for (std::size_t i = 0; i < of.states(); ++i)
        if (name_of(of, of.state(i)) == name) return of.state(i);
    return std::nullopt;
}

std::optional<event_key> find_event(const workflow& of, std::string_view name) noexcept {
    for (std::size_t e = 0; e < unit_events; ++e)
        if (name_of(static_cast<unit_event>(e)) == name) return static_cast<unit_event>(e);
    const auto events = of.written().events;
    const auto at = std::find(events.begin(), events.end(), name);
    if (at == events.end()) return std::nullopt;
    return event_key::own(static_cast<std::size_t>(at - events.begin()));
}

std::vector<std::string_view> names_of(const workflow& of, fact_bits facts) {
    std::vector<std::string_view> out;
    for (std::size_t f = 0; f < guard_facts + of.written().facts.size(); ++f)
        if ((facts >> f & 1) != 0)
            out.push_back(f < guard_facts ? fact_names[f] : of.written().facts[f - guard_facts]);
    return out;
}

std::string to_string(const workflow& of, const flaw& f) {
    const std::string state = '\'' + std::string{name_of(of, f.state)} + '\'';
    const bool of_state = f.what == defect::unreachable || f.what == defect::dead_end ||
                          f.what == defect::runs_in_a_ring;
    const std::string words = of_state ? std::string{} : step_words(of, f.step);
    switch (f.what) {
        case defect::no_such_move: {
            const event_key on = of.written().steps[f.step].on;
            return words + ": " + std::string{name_of(of, on)} + " only leads from " +
                   moves_of(on) + ", or between states of these";
        }
        case defect::other_base:
            return words +
                   ": an own event relabels, so both states have one base; what moves "
                   "units are the engine's events";
        case defect::goes_nowhere:
            return words + ": leads to where the units are; name another state";
        case defect::never_holds:
            return words + ": needs and forbids the same fact, so it is never taken";
        case defect::two_hold:
            return words + ": can hold together with " + step_words(of, f.other) +
                   "; give one a fact in 'when' that the other has in 'unless'";
        case defect::unreachable:
            return "no steps lead from 'open' to the state " + state +
                   "; add one, or take the state away";
        case defect::dead_end:
            return "from the state " + state + " no steps lead to delivered, lost or cancelled" +
                   orders_of(of, f) + "; units would stay for ever";
        case defect::leaves_an_end:
            return words + ": " + state + " is an end; nothing leaves it";
        case defect::runs_in_a_ring:
            return "from the state " + state +
                   " steps with 'after' lead into a ring of them, for ever; let one of the ring "
                   "wait for an event";
        case defect::not_by_time:
            return words +
                   ": has a time, and only somebody can bring it; time brings cancel, release, "
                   "deliver, fulfil, lose of what is shipped, and events of the workflow's own";
        case defect::tie:
            return words + ": comes after the same time as " + step_words(of, f.other) +
                   ", so which of them is taken would be chance; give one another time";
    }
    return "?";
}

std::string span_text(std::uint32_t seconds) {
    if (seconds == 0) return {};
    std::string out = "P";
    if (seconds >= 86'400) out += std::to_string(seconds / 86'400) + 'D';
    const std::uint32_t rest = seconds % 86'400;
    if (rest == 0) return out;
    out += 'T';
    if (rest >= 3'600) out += std::to_string(rest / 3'600) + 'H';
    if (rest / 60 % 60 != 0) out += std::to_string(rest / 60 % 60) + 'M';
    if (rest % 60 != 0) out += std::to_string(rest % 60) + 'S';
    return out;
}

namespace {

constexpr std::uint64_t longest_span = 3'660ull * 86'400;  // ten years

/// `1d12h`: days, hours, minutes and seconds, each at most once.
std::optional<std::uint32_t> parse_short_span(std::string_view text) noexcept {
    constexpr std::string_view letters = "dhms";
    constexpr std::array<std::uint64_t, 4> weight = {86'400, 3'600, 60, 1};
    std::uint64_t sum = 0, n = 0;
    std::size_t next = 0;
    bool digits = false;
    for (const char c : text) {
        if (c >= '0' && c <= '9') {
            n = std::min<std::uint64_t>(n * 10 + static_cast<std::uint64_t>(c - '0'),
                                        longest_span + 1);
            digits = true;
            continue;
        }
        const std::size_t at = letters.find(c);
        if (at == std::string_view::npos || at < next || !digits) return std::nullopt;
        sum += n * weight[at];
        next = at + 1;
        n = 0;
        digits = false;
    }
    if (digits || sum == 0 || sum > longest_span) return std::nullopt;
    return static_cast<std::uint32_t>(sum);
}

}  // namespace

std::optional<std::uint32_t> parse_span(std::string_view text) noexcept {
    constexpr std::string_view letters = "DTHMS";
    constexpr std::array<std::uint64_t, 5> weight = {86'400, 0, 3'600, 60, 1};
    constexpr std::uint64_t most = longest_span;
    if (text.size() > 20) return std::nullopt;
    if (!text.starts_with('P')) return parse_short_span(text);
    std::uint64_t sum = 0, n = 0;
    std::size_t next = 0;  // of `letters`: they come in order, each once
    bool digits = false;
    for (const char c : text.substr(1)) {
        if (c >= '0' && c <= '9') {
            n = std::min<std::uint64_t>(n * 10 + static_cast<std::uint64_t>(c - '0'), most + 1);
            digits = true;
            continue;
        }
        const std::size_t at = letters.find(c);
        if (at == std::string_view::npos || at < next || (c == 'T') == digits ||
            (at > 1 && next < 2))
            return std::nullopt;
        sum += n * weight[at];
        next = at + 1;
        n = 0;
        digits = false;
    }
    if (digits || text.ends_with('T') || sum == 0 || sum > most) return std::nullopt;
    return static_cast<std::uint32_t>(sum);
}

std::string text_of(const definition& of, order_type type) {
    const workflow shape{of, {}, {}};
    std::string out = "workflow = " + quoted(of.name) + "\ntype     = " + quoted(name_of(type));
    out += '\n';
    if (!of.about.empty()) out += "about    = " + quoted(of.about) + '\n';
    if (!of.events.empty()) out += "events   = " + list_text(of.events) + '\n';
    if (!of.states.empty()) out += "\nstate = [\n";
    for (const own_state& s : of.states) {
        out += "  { name = " + quoted(s.name);
        out += ", base = " + quoted(name_of(s.base)) + " },\n";
    }
    if (!of.states.empty()) out += "]\n";
    out += "\nstep = [\n";
    for (const step& s : of.steps) out += step_text(shape, s);
    return out += "]\n";
}

std::string_view loaded_workflow::keep(std::string_view text) {
    return *texts_.emplace_back(std::make_unique<std::string>(text));
}

loaded_workflow::loaded_workflow(const definition& of, order_type type) : type_{type} {
    for (const own_state& s : of.states) states_.push_back({s.base, keep(s.name)});
    for (const std::string_view e : of.events) events_.push_back(keep(e));
    for (const std::string_view f : of.facts) facts_.push_back(keep(f));
    for (const step& s : of.steps) {
        steps_.push_back(s);
        steps_.back().because = keep(s.because);
    }
    definition_ = {keep(of.name), keep(of.about), states_, events_, facts_, steps_};
    rows_.resize(steps_.size());
    cells_.resize(cells_of(definition_));
    fill_index(definition_, rows_, cells_);
    view_ = workflow{definition_, rows_, cells_};
    text_ = text_of(definition_, type_);
}

std::uint64_t loaded_workflow::digest() const noexcept {
    return earmark::digest{}.add(text_).value();
}

}  // namespace earmark::lifecycle
