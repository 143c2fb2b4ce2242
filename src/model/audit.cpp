// THE AUDITOR'S LINES: one per check, in the order of the list.
#include "earmark/model/audit.hpp"

#include <array>

namespace earmark {
namespace {

constexpr std::string_view book_it =
    "count the shelf and book it with count(); keep the journal, it tells since when";
constexpr std::string_view fold_it =
    "stop the engine and recover it from the journal, whose fold is the truth";
constexpr std::string_view report_it =
    "recover from the journal and report it with the journal: this is a defect of Earmark";

using enum audit_check;
constexpr std::array<audit_line, audit_checks> lines{{
    {balance, "balance", false, false, book_it},
    {orphan, "orphan", false, false, book_it},
    {flow, "flow", false, false, fold_it},
    {bounds, "bounds", false, false, fold_it},
    {row, "row", false, false, fold_it},
    {lease, "lease", false, false, fold_it},
    {partition, "partition", false, false, fold_it},
    {facts, "facts", false, false, report_it},
    {key, "key", false, false, report_it},
    {decision, "decision", false, false,
     "source the order again; explain() cannot speak of it until then"},
    {timer, "timer", false, false,
     "unreserve it, or change its deadline to an earlier one, which gives it a timer"},
    {made, "made", false, false, fold_it},
    {names, "names", false, false, fold_it},
    {floors, "floors", false, false, "load the floor rules again; recover if that does not help"},
    {policy, "policy", false, false, "activate the policy again"},
    {entry, "entry", false, false, report_it},
    {feeds, "feeds", false, false, fold_it},
    {level, "level", false, false, fold_it},
    {waiting, "waiting", false, false, fold_it},
    {denials, "denials", false, false, fold_it},
    {repeats, "repeats", false, false, "load the types of holds again"},
    {chunk, "chunk", false, true, report_it},
    {number, "number", false, true, report_it},
    {overdue, "overdue", true, false,
     "advance() to now, or any other command, gives its units back"},
    {claim, "claim", true, false,
     "the next caller at the cell finishes it; a thread was ended inside a call, do not do that"},
    {owner, "owner", true, true,
     "a thread was ended inside a call: recover from the journal, and do not end threads there"},
    {pending, "pending", true, true,
     "a thread was ended inside a call: recover from the journal, and do not end threads there"},
    {dead_chunk, "dead_chunk", true, true,
     "harmless until ledger_bytes is used up; recovery frees it"},
    {dead_number, "dead_number", true, true,
     "harmless until max_reservations is used up; recovery frees them"},
    {stopped, "stopped", true, false,
     "a long batch, or a thread that was ended inside a call; audit again, and recover if it "
     "stays"},
    {idle_lease, "idle_lease", true, false,
     "nothing: they are counted, and come home when they are wanted"},
}};
static_assert([] {
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (static_cast<std::size_t>(lines[i].check) != i) return false;
    return true;
}());

}  // namespace

std::span<const audit_line> audit_lines() noexcept { return lines; }
std::string_view name_of(audit_check c) noexcept { return lines[static_cast<std::size_t>(c)].name; }

}  // namespace earmark
