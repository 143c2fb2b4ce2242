// THE TRAIL of workflows: timers that had their turn, and orders that go by another version.
#include <algorithm>

#include "earmark/core/low_first.hpp"
#include "earmark/lifecycle/standard_workflows.hpp"
#include "earmark/lifecycle/steps.hpp"
#include "earmark/lifecycle/workflow_text.hpp"
#include "migrating.hpp"
#include "timekeeper.hpp"
#include "trail_reader.hpp"

namespace earmark {
namespace {

/// `checked 3`; the standard one of a type has no number.
std::string version_text(const workflow_table& all, std::uint16_t version, order_type type) {
    const auto* const own = all.rules(version);
    std::string out{own != nullptr ? own->name() : lifecycle::standard_of(type).name()};
    if (version != 0) out += ' ' + std::to_string(version);
    return out;
}

}  // namespace

error_code trail_reader::timed_note(std::uint32_t order, std::span<const std::byte> bytes) {
    if (const auto e = look_at(order); e != error_code::ok) return e;
    timed_turn its;
    if (!read_timed_note(bytes, its) || !has_line(its.line)) return error_code::bad_record;
    const lifecycle::workflow* const by = state_.names.workflows.rules(its.workflow);
    const auto timer = by == nullptr ? std::nullopt : timer_of(*by, its.step);
    if (!timer) return error_code::bad_record;
    trail_row& row = add(trail_kind::timed, order);
    set_line(row, its.line, 0);
    row.from = timer->from.base;
    if (timer->from.sub != 0) row.from_label = lifecycle::name_of(*by, timer->from);
    row.what = lifecycle::name_of(*by, timer->on);
    row.before = lifecycle::span_text(timer->after_s);
    if (its.what == lifecycle::turn::told)
        row.after = name_of(its.why);
    else
        row.after = its.what == lifecycle::turn::took_step ? "took_step" : "left_to_another";
    return error_code::ok;
}

/// It went by the former version that ended next after the record, where there is one; those that
/// ended at the record's own instant are told by the notes of their ends.
const lifecycle::workflow& trail_reader::rules_then() {
    if (image_.beside == no_chunk || look_beside(order_) != error_code::ok)
        return lifecycle::rules_of(image_);
    const bool is_its = migrated_ == order_ && migrated_at_ == now_;
    std::size_t passed = is_its ? migrated_times_ : 0;
    for (const former_workflow& f : beside_.formers) {
        if (f.until < now_.ns) continue;
        if (f.until == now_.ns && passed > 0) {
            --passed;
            continue;
        }
        const auto* const own =
            state_.names.workflows.rules(static_cast<std::uint16_t>(f.workflow));
        return own != nullptr ? *own : lifecycle::standard_of(image_.type);
    }
    return lifecycle::rules_of(image_);
}

error_code trail_reader::migrated_note(std::uint32_t order, std::uint32_t version,
                                       std::span<const std::byte> bytes) {
    if (const auto e = look_at(order); e != error_code::ok) return e;
    std::vector<renumbered> all;
    if (version > workflow_table::most || bytes.size() < 2) return error_code::bad_record;
    const auto from = static_cast<std::uint16_t>(take_low_first(bytes, 2));
    if (!read_migrated_note(bytes, all)) return error_code::bad_record;
    const auto to = static_cast<std::uint16_t>(version);
    const auto rules = [&](std::uint16_t v) -> const lifecycle::workflow& {
        const auto* const own = state_.names.workflows.rules(v);
        return own != nullptr ? *own : lifecycle::standard_of(image_.type);
    };
    trail_row& whole = add(trail_kind::migrated, order);
    whole.before = version_text(state_.names.workflows, from, image_.type);
    whole.after = version_text(state_.names.workflows, to, image_.type);
    for (const renumbered& of : all) {
        if (!has_line(of.line)) return error_code::bad_record;
        const auto label = [&](const lifecycle::workflow& by, std::uint8_t sub) {
            const lifecycle::state_key s{of.base, sub};
            return sub == 0 ? std::string_view{} : lifecycle::name_of(by, s);
        };
        const std::string_view before = label(rules(from), of.from);
        const std::string_view after = label(rules(to), of.to);
        if (before == after) continue;
        trail_row& row = add(trail_kind::moved, order);
        set_line(row, of.line, of.n);
        row.from = row.to = of.base;
        row.from_label = before;
        row.to_label = after;
        if (of.cell == none<cell_id>) continue;
        if (!state_.books.cells.exists(of.cell)) return error_code::bad_record;
        set_node(row, state_.books.cells.node_of(of.cell));
        row.from_node = row.node;
        row.from_node_key = row.node_key;
    }
    const bool again = migrated_ == order && migrated_at_ == now_;
    migrated_times_ = again ? migrated_times_ + 1 : 1;
    migrated_ = order;
    migrated_at_ = now_;
    return error_code::ok;
}

}  // namespace earmark
