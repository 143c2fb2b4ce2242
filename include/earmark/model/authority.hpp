// WHO MAY DO WHAT. A table of privileges says which actors may give which commands.
//
//   no row of a privilege       everybody may use it, as if there were no table
//   any row of it               the host (actor 0) may, and actors with a row that allows it;
//                               all others are denied: not_authorised
//
// Of holds a row may be about one type. A type that has rows of its own goes by these alone, all
// other types by the rows without a type. (What a type says itself of who answers it holds, too.)
//
// An attempt that is denied changes nothing, and its key is not remembered. It is in the trail:
// when an actor is denied a privilege for the 1st, 2nd, 4th, 8th ... time there is a record of it
// that says how often it was by then, so that nobody fills the journal by asking.
//
// Earmark asks nobody who he is: that an actor is who he says is the host's part. Not guarded are
// what customers do (place_order, reserve and what follows a basket), time, and questions.
// (Capabilities AU-01b, LC-05, HO-04; invariant I48.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "earmark/core/ids.hpp"
#include "earmark/model/kinds.hpp"

namespace earmark {

/// A closed list; part of the journal.
enum class privilege : std::uint8_t {
    cancel,        // also of an order that has not come yet
    amend,         // but not a preview
    place_hold,    // may be of one type
    resolve_hold,  // the same; also by an amendment that ends an edit
    source,        // but not a dry run
    release,
    record,    // all facts: what nodes and carriers report, and people in their place
    adjust,    // the books: adjust, transfer, count, snapshot, delta
    load,      // tables, this one with them
    activate,  // policies and workflows
    discard,   // an order out of quarantine
};
inline constexpr std::size_t privileges = 11;
[[nodiscard]] std::string_view name_of(privilege p) noexcept;

/// What a command needs; nothing where everybody may give it.
[[nodiscard]] std::optional<privilege> privilege_of(verb v) noexcept;

/// `drop` takes the row away again; with its last row a privilege is everybody's.
enum class grant : std::uint8_t { allow, deny, drop };
inline constexpr std::size_t grants = 3;
[[nodiscard]] std::string_view name_of(grant g) noexcept;

inline constexpr std::size_t max_privilege_rows = 65'536;

/// A row of the table of privileges. It replaces that of its actor, privilege and type.
struct privilege_row {
    std::string actor;  // a name that is new is made; the host needs none, and gets none
    privilege may{};
    std::string hold_type{};  // of place_hold and resolve_hold alone; empty: without a type
    grant does = grant::allow;
};

}  // namespace earmark
