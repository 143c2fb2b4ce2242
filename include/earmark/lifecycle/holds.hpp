// HOLDS of an order, without its units: what is placed, what is answered, what is blocked, what is
// due. Pure functions over the holds of one order, which lie beside it by ascending number.
//
// Invariants
//   (1) numbers ascend from 1 without a gap; a hold keeps its number for ever;
//   (2) of a type and a scope at most one is active;
//   (3) a step of a line is blocked exactly if some hold that stands, on the line or on the whole
//       order, lists it or gave its stock back (`allocate`): the order of placing and resolving
//       does not matter.
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/result.hpp"
#include "earmark/core/time.hpp"
#include "earmark/model/holds.hpp"

namespace earmark::lifecycle {

inline constexpr std::uint16_t the_order = 0xFFFF;

/// As it lies in memory.
struct hold {
    static constexpr std::uint8_t escalated = 1, gave_back = 2, recalls = 4, carried_out = 8;

    std::uint32_t number = 0;
    hold_type_id type{};
    std::uint16_t line = the_order;  // from 0
    hold_state state = hold_state::active;
    std::uint8_t reason = 0, ended_reason = 0;
    std::uint8_t marks = 0;
    std::uint32_t repeats = 0;  // the number of the order that its own looks like, plus one
    actor_id placed_by{}, ended_by{};
    time_point since;
    time_point until = never;       // of an active one; what is due then, its type says
    time_point kept_until = never;  // the same of the stock
    time_point ended;

    [[nodiscard]] bool is(std::uint8_t mark) const noexcept { return (marks & mark) != 0; }
    /// Does it go on? Rejected ones do until all that their type has for that is done.
    [[nodiscard]] bool stands() const noexcept {
        return state == hold_state::active || (state == hold_state::rejected && !is(carried_out));
    }
    [[nodiscard]] bool covers(std::uint16_t l) const noexcept {
        return line == the_order || line == l;
    }
    friend bool operator==(const hold&, const hold&) = default;
};
static_assert(std::has_unique_object_representations_v<hold>);

/// What a type means to its holds.
struct hold_terms {
    hold_steps blocks = everything_after_capture;
    std::int64_t lasts_s = 0;
    hold_expiry then = hold_expiry::escalate;
    hold_rejection rejected = hold_rejection::cancel;
    std::int64_t keeps_s = -1;
};
/// By type.
using hold_table = std::span<const hold_terms>;

/// What becomes of a hold. `reject`: rejected, and nothing is left to be done for that;
/// `reject_on`: rejected, and it stands; `extend`: an equal one was placed whose deadline is later.
enum class hold_event : std::uint8_t { resolve, reject, escalate, give_back, reject_on, extend };

/// Which hold it is now, and whether it was placed, or one that was there lasts longer.
struct placing {
    std::uint32_t number = 0;
    bool fresh = false;
    bool extended = false;
};
/// A hold that is to be placed, with the deadlines of its type.
[[nodiscard]] hold fresh_hold(hold_type_id type, std::uint16_t line, actor_id by, time_point at,
                              const hold_terms& terms) noexcept;
/// Adds `asked`, whose number is given here; where an equal one is active, that one is extended.
/// out_of_range (refs: asked, most).
[[nodiscard]] result<placing> place(std::vector<hold>& all, hold asked,
                                    std::size_t most = max_holds_in_all);

/// It is active until then, and no longer marked as escalated; nothing where that is no later. The
/// stock is kept no longer for it.
bool extend(hold& of, time_point until) noexcept;

/// Whether a hold can be answered so. unknown_hold (refs: number, how many there are); hold_over
/// (refs: number, its state). One that was rejected and still stands may yet be accepted, or
/// rejected again where its type cancels: for what has become possible since.
[[nodiscard]] error may_end(std::span<const hold> all, std::uint32_t number, bool accept,
                            hold_table types) noexcept;
/// An answer: `resolve`, `reject` or `reject_on`. Requires may_end().
void end(std::vector<hold>& all, std::uint32_t number, hold_event what, std::uint8_t reason,
         actor_id by, time_point at) noexcept;

/// Steps of a line (from 0; the_order: only holds on the order itself count) that are blocked.
[[nodiscard]] hold_steps blocked(std::span<const hold> all, hold_table types,
                                 std::uint16_t line) noexcept;
/// The first hold that blocks a step of a line, or null.
[[nodiscard]] const hold* blocker(std::span<const hold> all, hold_table types, std::uint16_t line,
                                  hold_step step) noexcept;
/// Is there one that stands?
[[nodiscard]] bool any_stands(std::span<const hold> all) noexcept;

struct due_hold {
    std::uint32_t number = 0;
    hold_event what = hold_event::escalate;
    time_point at;
};
/// The first deadline among them; never: none.
[[nodiscard]] time_point next_deadline(std::span<const hold> all) noexcept;
/// The first that is due by `now`: by deadline, then by number; of one hold the stock goes back
/// before it ends. Number 0: none is.
[[nodiscard]] due_hold first_due(std::span<const hold> all, hold_table types,
                                 time_point now) noexcept;

/// Of types, by number, those that the resolution of each places: a ring of them as the types on
/// it, from the smallest on; empty where there is none. O(types + entries).
[[nodiscard]] std::vector<hold_type_id> ring_of(std::span<const std::vector<hold_type_id>> places);

/// The first broken invariant as a sentence, or nullptr.
[[nodiscard]] const char* unsound(std::span<const hold> all, std::size_t types,
                                  std::size_t lines) noexcept;

}  // namespace earmark::lifecycle
