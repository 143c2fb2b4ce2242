// Reads a workflow's TOML. Every key is looked at even after a finding, so that a merchant gets the
// whole list at once; what only the whole table shows (unreachable states, rings) is looked for
// where each of its parts could be read.
#define TOML_EXCEPTIONS 0
#define TOML_MAX_NESTED_VALUES 16
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <optional>

#include "earmark/lifecycle/workflow_text.hpp"
#include "earmark/model/attributes.hpp"
#include "earmark/model/plain_text.hpp"
#include "workflow_keys.hpp"

namespace earmark::lifecycle {
namespace {

using detail::names;

text::text_place place_of(const toml::node& n) {
    return {n.source().begin.line, n.source().begin.column};
}
std::string quoted(std::string_view of) { return '\'' + text::shown(of) + '\''; }

/// 1 to 32 small letters, digits and _, with a letter first.
bool is_word(std::string_view name) noexcept {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !name.empty() && name.size() <= 32 && name[0] >= 'a' && name[0] <= 'z' &&
           std::all_of(name.begin(), name.end(), fits);
}

/// Free text in one line, for people.
bool is_sentence(std::string_view s) noexcept {
    return s.size() <= 200 && std::all_of(s.begin(), s.end(), [](char c) {
               return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F;
           });
}

class reader {
public:
    explicit reader(text::findings& found) : found_{found} {}

    std::shared_ptr<const loaded_workflow> read(const toml::table& root) {
        check_keys(root, detail::root_keys, "");
        const std::string_view name = word_of(root, "workflow", "workflow = \"a_name\"", true);
        const auto type = choice(root, "type", type_names_);
        const std::string_view about = sentence_of(root, "about");
        read_events(root);
        each(root, "state", max_own_states, [&](const toml::table& t) { read_state(t); });
        collect_states();
        each(root, "step", max_steps, [&](const toml::table& t) { read_step(t); });
        each(root, "timer", max_steps, [&](const toml::table& t) { read_timer(t); });
        if (!found_.empty()) return nullptr;
        const definition d{name, about, states_, events_, facts_, steps_};
        auto made =
            std::make_shared<const loaded_workflow>(d, static_cast<order_type>(type.value_or(0)));
        check(made->view(), [&](const flaw& f) { refuse_flaw(made->view(), f); });
        return found_.empty() ? made : nullptr;
    }

private:
    void refuse(const toml::node& at, const std::string& sentence,
                error_code code = error_code::bad_workflow) {
        found_.add(code, place_of(at), sentence);
    }
    void miss(std::string_view name, const toml::node& at, const std::string& example) {
        found_.add(error_code::missing_field, place_of(at),
                   quoted(name) + " is missing; write for example " + example);
    }
    void refuse_flaw(const workflow& of, const flaw& f) {
        const bool of_state = f.what == defect::unreachable || f.what == defect::dead_end ||
                              f.what == defect::runs_in_a_ring;
        text::text_place at;
        const bool of_time = f.what == defect::tie || f.what == defect::not_by_time;
        const auto& said = of_time ? after_places_ : places_;
        if (!of_state && f.step < said.size()) at = said[f.step];
        for (std::size_t i = 0; of_state && i < steps_.size() && at.line == 0; ++i)
            if (steps_[i].from == f.state || steps_[i].to == f.state) at = places_[i];
        for (std::size_t i = 0; of_state && i < states_.size(); ++i)
            if (name_of(of, f.state) == states_[i].name) at = state_places_[i];
        found_.add(error_code::bad_workflow, at, to_string(of, f));
    }

    void check_keys(const toml::table& table, names known, const std::string& where) {
        for (const auto& [key, value] : table)
            if (std::find(known.begin(), known.end(), key.str()) == known.end())
                found_.add(
                    error_code::unknown_field, {key.source().begin.line, key.source().begin.column},
                    "unknown key " + quoted(key.str()) + where + text::hint_for(key.str(), known));
    }

    template <class F>
    void each(const toml::table& root, std::string_view name, std::size_t most, F&& f) {
        const toml::node* node = root.get(name);
        if (node == nullptr) {
            if (name == "step")
                miss(name, root, R"([[step]] with from = "open", on = "cancel", to = "cancelled")");
            return;
        }
        const toml::array* list = node->as_array();
        if (list == nullptr || list->empty())
            return refuse(*node,
                          quoted(name) + " is a list of tables; write [[" + std::string{name} +
                              "]] and its keys below",
                          error_code::bad_field);
        if (list->size() > most)
            return refuse(*node,
                          "a workflow has at most " + std::to_string(most) + " of " + quoted(name),
                          error_code::out_of_range);
        for (const toml::node& n : *list)
            if (const toml::table* t = n.as_table())
                f(*t);
            else
                refuse(n, "an entry of " + quoted(name) + " is a table", error_code::bad_field);
    }

    std::string_view text_of(const toml::table& t, std::string_view key, const std::string& example,
                             bool required) {
        const toml::node* node = t.get(key);
        if (node == nullptr) {
            if (required) miss(key, t, example);
            return {};
        }
        const auto value = node->value_exact<std::string_view>();
        if (!value)
            refuse(*node, quoted(key) + " takes quoted text; write for example " + example,
                   error_code::bad_field);
        return value.value_or(std::string_view{});
    }
    std::string_view word_of(const toml::table& t, std::string_view key, const std::string& example,
                             bool required) {
        const std::string_view value = text_of(t, key, example, required);
        const toml::node* node = t.get(key);
        if (node != nullptr && node->is_string() && !is_word(value))
            refuse(*node, quoted(key) + " is 1 to 32 small letters, digits or _, a letter first",
                   error_code::bad_field);
        return value;
    }
    std::string_view sentence_of(const toml::table& t, std::string_view key) {
        const std::string_view value = text_of(t, key, std::string{key} + " = \"why\"", false);
        if (!is_sentence(value))
            refuse(*t.get(key), quoted(key) + " is one line of at most 200 bytes",
                   error_code::bad_field);
        return value;
    }
    std::optional<std::size_t> index_of(const toml::node& node, std::string_view key, names known) {
        const auto value = node.value_exact<std::string_view>();
        const auto at = value ? std::find(known.begin(), known.end(), *value) : known.end();
        if (value && at != known.end()) return static_cast<std::size_t>(at - known.begin());
        refuse(node,
               value ? "unknown " + std::string{key} + ' ' + quoted(*value) +
                           text::hint_for(*value, known)
                     : quoted(key) + " takes quoted text" + text::hint_for("", known),
               error_code::bad_field);
        return std::nullopt;
    }
    std::optional<std::size_t> choice(const toml::table& t, std::string_view key, names known) {
        const toml::node* node = t.get(key);
        return node == nullptr ? std::nullopt : index_of(*node, key, known);
    }

    /// A text, or a list of texts.
    template <class F>
    void each_text(const toml::table& t, std::string_view key, F&& f) {
        const toml::node* node = t.get(key);
        if (node == nullptr) return;
        const toml::array* list = node->as_array();
        if (list == nullptr) return f(*node);
        if (list->empty())
            refuse(*node, quoted(key) + " is empty; leave it out", error_code::bad_field);
        for (const toml::node& n : *list) f(n);
    }

    bool is_fresh(const toml::node& at, std::string_view name, names taken, const char* what) {
        if (!is_word(name)) return false;
        if (std::find(taken.begin(), taken.end(), name) == taken.end()) return true;
        refuse(at, std::string{what} + ' ' + quoted(name) + " is there already; use another name",
               error_code::bad_field);
        return false;
    }

    void read_events(const toml::table& root) {
        for (std::size_t e = 0; e < unit_events; ++e)
            all_events_.push_back(earmark::name_of(static_cast<unit_event>(e)));
        each_text(root, "events", [&](const toml::node& n) {
            const auto name = n.value_exact<std::string_view>().value_or(std::string_view{});
            if (!is_word(name))
                return refuse(n, "an event is 1 to 32 small letters, digits or _, a letter first",
                              error_code::bad_field);
            if (!is_fresh(n, name, all_events_, "the event")) return;
            if (events_.size() == max_own_events)
                return refuse(n, "a workflow has at most 64 events of its own",
                              error_code::out_of_range);
            events_.push_back(name);
            all_events_.push_back(name);
        });
    }

    void read_state(const toml::table& t) {
        check_keys(t, detail::state_keys, " of a state");
        const std::string_view name = word_of(t, "name", "name = \"checked\"", true);
        if (t.get("base") == nullptr) miss("base", t, "base = \"open\"");
        const auto base = choice(t, "base", base_names_);
        if (!base || name.empty() || !is_fresh(t, name, state_names_, "the state")) return;
        state_names_.push_back(name);
        states_.push_back({static_cast<unit_state>(*base), name});
        state_places_.push_back(place_of(t));
    }
    /// From here on states are found by name.
    void collect_states() {
        std::array<std::uint8_t, unit_states> numbers{};
        for (std::size_t b = 0; b < unit_states; ++b) keys_.push_back(static_cast<unit_state>(b));
        for (const own_state& s : states_)
            keys_.push_back({s.base, ++numbers[static_cast<std::size_t>(s.base)]});
    }

    fact_bits read_facts(const toml::table& t, std::string_view key) {
        fact_bits bits = 0;
        each_text(t, key, [&](const toml::node& n) {
            const auto name = n.value_exact<std::string_view>().value_or(std::string_view{});
            const auto at = std::find(all_facts_.begin(), all_facts_.end(), name);
            if (at != all_facts_.end()) {
                bits |= static_cast<fact_bits>(1u << (at - all_facts_.begin()));
                return;
            }
            const bool own = name.find('.') != std::string_view::npos && is_attribute_name(name) &&
                             owner_of(name) == attribute_of::order;
            if (!own)
                return refuse(n,
                              "unknown fact " + quoted(name) + text::hint_for(name, all_facts_) +
                                  "; or an attribute of orders that is true or false, as "
                                  "order.prepaid",
                              error_code::bad_field);
            if (facts_.size() == max_own_facts)
                return refuse(n, "a workflow asks for at most 8 attributes of orders",
                              error_code::out_of_range);
            bits |= static_cast<fact_bits>(1u << all_facts_.size());
            facts_.push_back(name);
            all_facts_.push_back(name);
        });
        return bits;
    }
    std::uint8_t read_reactions(const toml::table& t) {
        std::uint8_t bits = 0;
        each_text(t, "does", [&](const toml::node& n) {
            if (const auto r = index_of(n, "does", reaction_names_))
                bits |= bit(static_cast<reaction>(*r));
        });
        return bits;
    }
    std::uint32_t read_after(const toml::table& t) {
        const toml::node* node = t.get("after");
        if (node == nullptr) return 0;
        const auto text = node->value_exact<std::string_view>();
        const auto span = text ? parse_span(*text) : std::nullopt;
        if (!span)
            refuse(*node,
                   "'after' is a quoted span of 1 second to ten years; write for example "
                   "\"48h\", \"1d12h\" or \"P2D\"",
                   error_code::bad_field);
        return span.value_or(0);
    }

    void read_step(const toml::table& t) {
        check_keys(t, detail::step_keys, " of a step");
        for (const std::string_view key : {"from", "on", "to"})
            if (t.get(key) == nullptr)
                miss(key, t, R"({ from = "open", on = "cancel", to = "cancelled" })");
        step s;
        s.because = sentence_of(t, "because");
        s.needs = read_facts(t, "when");
        s.forbids = read_facts(t, "unless");
        s.does = read_reactions(t);
        s.after_s = read_after(t);
        const auto on = choice(t, "on", all_events_);
        const auto to = choice(t, "to", state_names_);
        if (on) s.on.n = static_cast<std::uint8_t>(*on);
        if (to) s.to = keys_[*to];
        each_text(t, "from", [&](const toml::node& n) {
            const auto from = index_of(n, "from", state_names_);
            if (!from || !on || !to) return;
            if (steps_.size() == max_steps) {
                if (found_.empty())
                    refuse(n, "a workflow has at most 4,096 steps", error_code::out_of_range);
                return;
            }
            s.from = keys_[*from];
            steps_.push_back(s);
            places_.push_back(place_of(t));
            after_places_.push_back(place_of(t));
        });
    }

    /// A timer is the `after` of steps that stand elsewhere.
    void read_timer(const toml::table& t) {
        check_keys(t, detail::timer_keys, " of a timer");
        for (const std::string_view key : {"from", "on", "after"})
            if (t.get(key) == nullptr)
                miss(key, t, R"({ from = "backordered", on = "cancel", after = "48h" })");
        const std::uint32_t after_s = read_after(t);
        const auto on = choice(t, "on", all_events_);
        each_text(t, "from", [&](const toml::node& n) {
            const auto from = index_of(n, "from", state_names_);
            if (from && on && after_s != 0) set_timer(t, n, *from, *on, after_s);
        });
    }
    void set_timer(const toml::table& t, const toml::node& n, std::size_t from, std::size_t on,
                   std::uint32_t after_s) {
        bool any = false;
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            step& s = steps_[i];
            if (s.from != keys_[from] || s.on.n != on) continue;
            if (s.after_s != 0)
                return refuse(n, "steps from " + quoted(state_names_[from]) + " on " +
                                     quoted(all_events_[on]) +
                                     " have a time already; a timer gives it to all of them");
            s.after_s = after_s;
            after_places_[i] = place_of(t);
            any = true;
        }
        if (!any)
            refuse(n, "no step leads from " + quoted(state_names_[from]) + " on " +
                          quoted(all_events_[on]) + "; a timer takes a step that there is");
    }

    static std::vector<std::string_view> bases() {
        std::vector<std::string_view> out;
        for (std::size_t b = 0; b < unit_states; ++b)
            out.push_back(earmark::name_of(static_cast<unit_state>(b)));
        return out;
    }
    template <class Enum>
    static std::vector<std::string_view> all_names(std::size_t n) {
        std::vector<std::string_view> out;
        for (std::size_t i = 0; i < n; ++i) out.push_back(name_of(static_cast<Enum>(i)));
        return out;
    }

    text::findings& found_;
    const std::vector<std::string_view> base_names_ = bases();
    const std::vector<std::string_view> type_names_ = all_names<order_type>(order_types);
    const std::vector<std::string_view> reaction_names_ = all_names<reaction>(reactions);
    std::vector<std::string_view> state_names_ = bases();  // then own ones
    std::vector<std::string_view> all_events_;             // those of the engine, then own ones
    std::vector<std::string_view> all_facts_ = all_names<guard_fact>(guard_facts);
    std::vector<std::string_view> events_, facts_;
    std::vector<own_state> states_;
    std::vector<text::text_place> state_places_;
    std::vector<state_key> keys_;  // beside state_names_
    std::vector<step> steps_;
    std::vector<text::text_place> places_;        // of steps
    std::vector<text::text_place> after_places_;  // of what gives them their time
};

/// A hostile text has thousands of findings, and nobody reads them.
void keep_readable(std::vector<rejected_row>& all, const std::string& file) {
    if (all.size() <= most_workflow_findings) return;
    const std::size_t more = all.size() - most_workflow_findings;
    all.resize(most_workflow_findings);
    rejected_row& rest = all.emplace_back(all.back());
    rest.text = file + ": and " + std::to_string(more) + " more; mend these first";
}

}  // namespace

parsed_workflow parse_workflow(std::string_view text, std::string_view file) {
    text::findings found{text::shown(file)};
    parsed_workflow out;
    const text::kind_of_text kind{"workflow", "[[step]]", "workflow = \"a_name\"",
                                  error_code::bad_workflow, max_workflow_bytes};
    if (text::is_harmless(text, kind, found)) {
        const toml::parse_result parsed = toml::parse(text);
        if (parsed) {
            out.value = reader{found}.read(parsed.table());
        } else {
            const auto at = parsed.error().source().begin;
            found.add(error_code::bad_workflow, {at.line, at.column},
                      std::string{parsed.error().description()} + "; this is not valid TOML");
        }
        if (out.value && out.value->text().size() > max_workflow_bytes) {
            found.add(error_code::input_too_large, {},
                      "spelt out in full the workflow has " +
                          std::to_string(out.value->text().size()) + " bytes; at most " +
                          std::to_string(max_workflow_bytes) + ": make fewer steps of it");
            out.value.reset();
        }
    }
    out.rejected = found.take();
    keep_readable(out.rejected, text::shown(file));
    return out;
}

}  // namespace earmark::lifecycle
