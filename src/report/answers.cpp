#include "earmark/report/answers.hpp"

#include <algorithm>

#include "earmark/core/errors.hpp"

namespace earmark::report {
namespace {

template <class Enum>
vocabulary names_of_first(std::size_t n) {
    auto words = std::make_shared<texts>();
    for (std::size_t i = 0; i < n; ++i) words->add(name_of(static_cast<Enum>(i)));
    return words;
}

/// The id of an order that exists now; declined orders and calls have none.
bool has_subject(const receipt& r) noexcept { return r.what != outcome::declined; }

}  // namespace

std::int32_t word_of(error_code code) noexcept {
    const auto rows = error_rows();
    const auto at = std::lower_bound(rows.begin(), rows.end(), code,
                                     [](const error_row& r, error_code c) { return r.code < c; });
    return static_cast<std::int32_t>(at - rows.begin());
}

std::string joined(std::span<const std::string_view> names) {
    std::string out;
    for (const std::string_view name : names) out.append(out.empty() ? "" : ", ").append(name);
    return out;
}

std::string joined(std::span<const line_group> groups) {
    std::vector<std::string_view> names;
    for (const line_group& g : groups)
        if (!g.strategy.empty()) names.push_back(g.strategy);
    return joined(names);
}

const vocabulary& outcome_words() {
    static const vocabulary words =
        names_of_first<outcome>(static_cast<std::size_t>(outcome::asked) + 1);
    return words;
}
const vocabulary& state_words() {
    static const vocabulary words = names_of_first<unit_state>(unit_states);
    return words;
}
const vocabulary& type_words() {
    static const vocabulary words = names_of_first<order_type>(order_types);
    return words;
}
const vocabulary& verb_words() {
    static const vocabulary words = names_of_first<verb>(verbs);
    return words;
}
const vocabulary& error_words() {
    static const vocabulary words = [] {
        auto made = std::make_shared<texts>();
        for (const error_row& row : error_rows()) made->add(row.name);
        return made;
    }();
    return words;
}
const vocabulary& kind_words() {
    static constexpr std::string_view kinds[] = {"dc", "store", "vendor"};
    static const vocabulary words = make_vocabulary(kinds);
    return words;
}

verdict_columns::verdict_columns(frame_builder& of)
    : outcome_{of.codes("outcome", outcome_words())},
      error_{of.small_ints("error")},
      reason_{of.codes("reason", error_words())} {}

void verdict_columns::reserve(std::size_t rows) {
    outcome_.reserve(rows);
    error_.reserve(rows);
    reason_.reserve(rows);
}

void verdict_columns::add(outcome what, error_code why) {
    outcome_.add(static_cast<std::int32_t>(what));
    error_.add(static_cast<std::int32_t>(why));
    why == error_code::ok ? reason_.add_null() : reason_.add(word_of(why));
}

void verdict_columns::add_done(std::size_t rows) {
    const auto outcomes = outcome_.extend(rows);
    std::fill(outcomes.begin(), outcomes.end(), static_cast<std::int32_t>(outcome::done));
    static_assert(static_cast<int>(error_code::ok) == 0);
    static_cast<void>(error_.extend(rows));
    reason_.add_nulls(rows);
}

placed_rows::placed_rows(std::size_t rows) : order_{placed_.ints("order")}, verdict_{placed_} {
    order_.reserve(rows);
    verdict_.reserve(rows);
}

void placed_rows::add(const placed& p) {
    has_subject(p.first) && p.first.why.code == error_code::ok
        ? order_.add(static_cast<std::int64_t>(p.first.subject))
        : order_.add_null();
    verdict_.add(p.first);
}

void placed_rows::add_violation(std::int64_t row, error_code why, std::string_view sentence) {
    violations_.ints("row").add(row);
    violations_.small_ints("error").add(static_cast<std::int32_t>(why));
    violations_.codes("reason", error_words()).add(word_of(why));
    violations_.strings("sentence").add(sentence);
}

reserved_rows::reserved_rows(std::size_t rows)
    : reservation_{rows_.ints("reservation")}, verdict_{rows_} {
    reservation_.reserve(rows);
    verdict_.reserve(rows);
}

void reserved_rows::add(const result<receipt>& r) {
    r&& has_subject(*r) ? reservation_.add(static_cast<std::int64_t>(r->subject))
                        : reservation_.add_null();
    verdict_.add(r);
}

void reserved_rows::add(std::span<const result<receipt>> all) {
    const bool all_done = std::all_of(all.begin(), all.end(), [](const result<receipt>& r) {
        return r && r->what == outcome::done && r->why.code == error_code::ok;
    });
    if (!all_done) {
        for (const auto& r : all) add(r);
        return;
    }
    const auto ids = reservation_.extend(all.size());
    std::transform(all.begin(), all.end(), ids.begin(),
                   [](const result<receipt>& r) { return static_cast<std::int64_t>(r->subject); });
    verdict_.add_done(all.size());
}

frame terms_frame(std::span<const available_terms> terms, const vocabulary& node_keys,
                  const std::function<std::string(section_id)>& section_key) {
    frame_builder b{"available_terms"};
    auto& node = b.codes("node", node_keys);
    auto &rule = b.strings("rule"), &section = b.strings("section");
    for (const available_terms& t : terms) {
        node.add(raw(t.node));
        b.ints("on_hand").add(t.on_hand.atoms);
        b.ints("free").add(t.free.atoms);
        b.ints("reserved").add(t.reserved.atoms);
        b.ints("allocated").add(t.allocated.atoms);
        b.ints("released").add(t.released.atoms);
        b.ints("floor").add(t.floor.atoms);
        t.rule.empty() ? rule.add_null() : rule.add(t.rule);
        b.truths("excluded").add(t.excluded);
        b.truths("active").add(t.active);
        b.ints("available").add(t.available.atoms);
        t.section == none<section_id> ? section.add_null() : section.add(section_key(t.section));
        b.truths("drawn").add(t.drawn);
    }
    return std::move(b).finish();
}

receipt_rows::receipt_rows(std::size_t rows) : order_{rows_.ints("order")}, verdict_{rows_} {
    order_.reserve(rows);
    verdict_.reserve(rows);
}

void receipt_rows::add(order_id order, const result<receipt>& r) {
    order_.add(static_cast<std::int64_t>(raw(order)));
    verdict_.add(r);
}

decision_rows::decision_rows(std::size_t rows)
    : order_{decisions_.ints("order")},
      verdict_{decisions_},
      parcels_{decisions_.small_ints("parcels")},
      unknown_{decisions_.small_ints("unknown")},
      late_days_{decisions_.small_ints("late_days")},
      cost_e4_{decisions_.ints("cost_e4")},
      metres_{decisions_.ints("metres")},
      allocated_{decisions_.ints("allocated")},
      decision_ns_{decisions_.ints("decision_ns")},
      exact_{decisions_.truths("exact")},
      strategy_{decisions_.codes("strategy", strategies_)},
      passed_on_{decisions_.strings("passed_on")},
      part_row_{parts_.ints("row")},
      part_order_{parts_.ints("order")},
      part_granules_{parts_.ints("granules")},
      part_line_{parts_.small_ints("line")},
      part_node_{parts_.codes("node", nullptr)},
      part_to_{parts_.codes("to", nullptr)},
      part_by_{parts_.ints("brought_by")} {
    for (auto* const c : {&order_, &cost_e4_, &metres_, &allocated_, &decision_ns_})
        c->reserve(rows);
    parcels_.reserve(rows);
    unknown_.reserve(rows);
    late_days_.reserve(rows);
    verdict_.reserve(rows);
}

void decision_rows::add(order_id order, const result<sourced>& r, std::int64_t ns) {
    static const sourced none;
    const sourced& s = r ? *r : none;
    order_.add(static_cast<std::int64_t>(raw(order)));
    r ? verdict_.add(r->first) : verdict_.add(outcome::declined, r.error().code);
    parcels_.add(s.chosen.cost.parcels);
    unknown_.add(s.chosen.cost.unknown);
    late_days_.add(s.chosen.cost.late_days);
    cost_e4_.add(s.chosen.cost.e4);
    metres_.add(s.chosen.cost.metres);
    exact_.add(r && s.chosen.proof == quality::exact);
    ns < 0 ? decision_ns_.add_null() : decision_ns_.add(ns);
    add_strategies(s);
    add_parts(order, s);
    ++row_;
}

void decision_rows::add_strategies(const sourced& s) {
    std::string of_groups;
    if (s.groups.size() > 1) of_groups = joined(s.groups);
    const std::string_view name = of_groups.empty() ? s.strategy : of_groups;
    if (name.empty()) {
        strategy_.add_null();
    } else {
        std::size_t code = 0;
        while (code < strategies_->size() && (*strategies_)[code] != name) ++code;
        if (code == strategies_->size()) strategies_->add(name);
        strategy_.add(static_cast<std::int32_t>(code));
    }
    s.passed_on.empty() ? passed_on_.add_null() : passed_on_.add(joined(s.passed_on));
}

void decision_rows::add_parts(order_id order, const sourced& s) {
    std::int64_t units = 0;
    for (const plan_part& p : s.by_line) {
        units += p.n;
        part_row_.add(row_);
        part_order_.add(static_cast<std::int64_t>(raw(order)));
        part_line_.add(p.wanted + 1);
        part_node_.add(raw(p.node));
        part_granules_.add(p.n);
        part_to_.add_null();
        part_by_.add_null();
    }
    for (const brought_view& b : s.brought) {
        units += b.n;
        part_row_.add(row_);
        part_order_.add(static_cast<std::int64_t>(raw(order)));
        part_line_.add(static_cast<std::int32_t>(b.line));
        part_node_.add(raw(b.from));
        part_granules_.add(b.n);
        part_to_.add(raw(b.to));
        b.by == none<order_id> ? part_by_.add_null()
                               : part_by_.add(static_cast<std::int64_t>(raw(b.by)));
    }
    allocated_.add(units);
}

frame decision_rows::finish_parts(vocabulary node_keys) {
    parts_.codes("node", node_keys);
    parts_.codes("to", std::move(node_keys));
    return std::move(parts_).finish();
}

void rejected_rows::add(std::string_view table, const load_report& report) {
    const auto code = static_cast<std::int32_t>(tables_->size());
    tables_->add(table);
    auto& tables = rows_.codes("table", tables_);
    for (const rejected_row& r : report.rejected) {
        tables.add(code);
        rows_.ints("row").add(r.row);
        rows_.small_ints("error").add(static_cast<std::int32_t>(r.why.code));
        rows_.codes("reason", error_words()).add(word_of(r.why.code));
        rows_.strings("sentence").add(r.text);
    }
}

frame rejected_rows::finish() && { return std::move(rows_).finish(); }

frame dictionary_frame() {
    frame_builder b{"columns"};
    for (const frame_schema& f : frame_schemas())
        for (const column& c : f.columns) {
            b.strings("frame").add(f.name);
            b.strings("column").add(c.name);
            b.strings("type").add(name_of(c.type));
            b.strings("unit").add(c.unit);
            b.truths("nullable").add(c.nullable);
            b.strings("doc").add(c.doc);
        }
    return std::move(b).finish();
}

}  // namespace earmark::report
