// HOLDS stop an order, or a line of it, from going on: fraud, credit, payment, an address to check,
// a suspected duplicate, an edit. A hold lies over the units and is never a state of them: what it
// does is to block steps. A step is allowed where no active hold in scope blocks it.
//
// Any number of holds may be active at once. Each is resolved by its own number; resolving one
// leaves the others as they are. Placing an equal one (same type, same scope) while one is active
// places no other one: that one lasts to the later of both deadlines. After it has ended it is a
// new hold with a new number.
//
// Types are rows of a table. Six are known from the start, and rows with their keys change them:
//   fraud      everything after capture      its rejection cancels what still can be
//   credit     release, pick, pack, ship     the same
//   payment    release, pick, pack, ship     the same
//   duplicate  everything after capture      the same
//   address    release, pick, pack, ship     its rejection waits for somebody to act
//   edit       release, pick, pack, ship     the same; when its time is over it is resolved
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/time.hpp"

namespace earmark {

/// What a hold can block: a closed list of guarded steps.
enum class hold_step : std::uint8_t { allocate, release, pick, pack, ship, cancel };
inline constexpr std::size_t hold_step_count = 6;
[[nodiscard]] std::string_view name_of(hold_step s) noexcept;

/// A bit per step.
using hold_steps = std::uint16_t;
[[nodiscard]] constexpr hold_steps bit_of(hold_step s) noexcept {
    return static_cast<hold_steps>(1u << static_cast<unsigned>(s));
}
/// Also of steps that are still to be listed; cancel is blocked only by who says so.
inline constexpr hold_steps everything_after_capture =
    static_cast<hold_steps>(~bit_of(hold_step::cancel));

/// A rejected hold goes on blocking until nothing is left to be done of what its type has for that.
enum class hold_state : std::uint8_t { active, resolved, rejected };
[[nodiscard]] std::string_view name_of(hold_state s) noexcept;

/// What becomes of an active hold at the end of its time. `escalate`: it stays and is marked.
enum class hold_expiry : std::uint8_t { resolve, reject, escalate };
[[nodiscard]] std::string_view name_of(hold_expiry e) noexcept;

/// What a rejection leads to. `cancel`: the units in scope that can be cancelled are, in the same
/// step, and all that was promised for them goes back. Where some are left (picked or packed, kept
/// by another hold, or by their workflow) the hold goes on blocking: it may be rejected again when
/// they came back, or overruled. `wait`: it goes on until somebody overrules it or cancels.
enum class hold_rejection : std::uint8_t { cancel, wait };
[[nodiscard]] std::string_view name_of(hold_rejection r) noexcept;

/// What a hold is on that a type's own condition places.
enum class hold_scope : std::uint8_t { order, line };
[[nodiscard]] std::string_view name_of(hold_scope s) noexcept;

/// A row whose key stands there already changes the type, for the holds that stand, too; their
/// deadlines stay as they are.
struct hold_type_row {
    std::string key;
    /// None: everything after capture. Empty, of a type whose holds time rejects and whose
    /// rejection cancels: an auto-cancel date, which is in nobody's way until it comes.
    std::optional<std::vector<hold_step>> blocks{};
    std::int64_t lasts_s = 0;                  // seconds; 0: until it is answered
    hold_expiry then = hold_expiry::escalate;  // after that time
    hold_rejection rejected = hold_rejection::cancel;
    /// For so many seconds allocated units in scope stay allocated; then they are open again, the
    /// goods are free, and as long as the hold stays it blocks `allocate`, too. 0: they are open
    /// again in the step that places it; where a condition or another hold's end places it, by the
    /// next command. Below 0: as long as it lasts.
    std::int64_t keeps_s = -1;
    hold_scope scope = hold_scope::order;
    std::string apply_when{};    // condition (docs/formats/policy.md) that place_order asks, and an
                                 // amendment that makes it true: of the order, or of each line
                                 // alone; empty: placed by hand
    std::string resolve_when{};  // asked of the order when the hold would stop a step
    std::vector<std::string> after{};    // types whose resolution places one of this, same scope
    std::vector<std::string> answers{};  // actors who may resolve or reject, or say `until` where
                                         // the end of its time does; empty: everybody
    /// Above 0: a suspicion. One is placed on an order that looks like an earlier one of the same
    /// customer, of other key, that was placed no more than so many seconds ago (the last one
    /// counts) and is not cancelled whole; `apply_when` must hold of it, too, where there is one.
    /// It looks the same where type and destination are equal, and of each SKU as many units are
    /// wanted, on whatever lines: both orders as they stand now, without what was cancelled.
    /// place_order asks, and an amendment that makes it look so. The hold names the other order
    /// (hold_view::repeats). Nobody is refused for it. Scope: the order.
    std::int64_t repeats_within_s = 0;
    /// Who the customer is: declared attributes of orders, all of which both orders must have, and
    /// have the same. Of an order that lacks one nothing is suspected.
    std::vector<std::string> repeats_by{};
};

/// Suspicion remembers the newest orders of the widest window: so many in each of 64 parts, which
/// customers share by chance; and looks at so many of one customer, the newest first. Whose orders
/// are more is suspected of the newest alone.
inline constexpr std::size_t max_repeats_kept = 16'384;
inline constexpr std::size_t max_repeats_looked_at = 1'000;
inline constexpr std::size_t max_repeat_attributes = 8;

/// Bounds of one order and of the table. From max_holds on nobody places one by hand, and what
/// types place by themselves is placed on the whole order in place of a line; for that there is
/// room left.
inline constexpr std::size_t max_holds = 1'000;
inline constexpr std::size_t max_hold_types = 1'024;
inline constexpr std::size_t max_holds_in_all = max_holds + max_hold_types;
inline constexpr std::size_t max_hold_actors = 64;
inline constexpr std::int64_t max_hold_seconds = 1'000'000'000;

struct place_hold_request {
    order_id order{};
    hold_type_id type{};
    std::uint32_t line = 0;             // 1, 2, ...; 0: the whole order
    std::uint8_t reason = 0;            // the caller's own
    std::optional<time_point> until{};  // none: as the type says; never: until it is answered.
                                        // not_authorised, see hold_type_row::answers
};

/// Answers one hold. `accept`: what it was placed for is in order.
struct resolve_hold_request {
    order_id order{};
    std::uint32_t hold = 0;  // its number in its order
    bool accept = true;      // false: reject
    std::uint8_t reason = 0;
};

/// A hold of an order, as it stands.
struct hold_view {
    std::uint32_t number = 0;  // in its order, from 1, in the order of placing; never given again
    hold_type_id type{};
    std::uint32_t line = 0;  // 0: the whole order
    hold_state state = hold_state::active;
    bool blocks = true;             // any step? Not where all units in scope have left
    bool escalated = false;         // its time was over, and it stayed
    bool gave_back = false;         // it kept the stock no longer
    bool recalls = false;           // there was work at a node already that it would have stopped
    std::uint8_t reason = 0;        // of placing
    std::uint8_t ended_reason = 0;  // of the answer
    actor_id placed_by{};
    actor_id ended_by{};  // 0 also where time did it
    time_point since;
    time_point until = never;
    time_point ended;                   // of an active one 0
    order_id repeats = none<order_id>;  // the order that this one looks like, of a suspicion
};

}  // namespace earmark
