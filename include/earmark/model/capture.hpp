// CAPTURE: what becomes of orders that come as text, in the canonical form (docs/formats/order.md),
// and of those in quarantine. engine/capture.hpp has the verbs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/money.hpp"
#include "earmark/core/result.hpp"
#include "earmark/core/time.hpp"

namespace earmark {

enum class change_kind : std::uint8_t;  // model/amend.hpp

/// What became of an order of a payload.
enum class capture_state : std::uint8_t {
    accepted,     // it is placed
    repeat,       // it was placed before, as it is
    amended,      // it was placed before, and is as this higher revision of it says now
    unchanged,    // it was placed before, and a higher revision of it says nothing new
    conflict,     // its key is taken by an order of other content, or by a later revision
    quarantined,  // it waits for its master data
    declined,     // it is a canonical order, and cannot be placed
    malformed,    // it is none
    busy,         // transient: send it again
};
inline constexpr std::size_t capture_states = 9;
[[nodiscard]] std::string_view name_of(capture_state s) noexcept;

/// Who has to do something about a violation.
enum class severity : std::uint8_t {
    malformed,    // the sender: it is no canonical order
    wrong,        // the sender: no table would make it right
    master_data,  // whoever keeps the tables: they do not know it yet
    transient,    // nobody: send it again
};
inline constexpr std::size_t severities = 4;
[[nodiscard]] std::string_view name_of(severity s) noexcept;

struct violation {
    error_code code = error_code::ok;
    severity how = severity::wrong;
    std::string path;      // JSON pointer into the order; empty: the whole of it
    std::string sentence;  // what is wrong there
    std::string hint;      // what to do
};

/// What a difference between an order and a higher revision of it became.
enum class compensation : std::uint8_t {
    update,  // a term of the order is another one, or a line is bound to another node
    cancel,  // units were cancelled, or their nodes are asked to agree to it
    add,     // units were added, and are open
};
inline constexpr std::size_t compensations = 3;
[[nodiscard]] std::string_view name_of(compensation c) noexcept;

struct revised_part {
    compensation became{};
    change_kind what{};
    std::uint32_t line = 0;  // of the order, from 1; 0: of the whole order, or a new line
    std::string path;        // JSON pointer into the revision; empty: it is not there any more
    std::string before;      // as the order had it, in the words of its text; empty: nothing
    std::string after;
    bool asks = false;  // nodes have to agree first
};

struct captured {
    std::uint32_t number = 0;  // in the payload, from 1
    std::uint32_t line = 0;    // of the payload, from 1, where it begins
    std::string key;           // empty where it has none that can be read
    capture_state state = capture_state::malformed;
    position at{};                      // of the record that placed, kept or declined it
    std::uint64_t revision = 0;         // that the order under the key is at; 0: none
    std::vector<revised_part> changes;  // of one that is amended, or would be
    std::vector<violation> violations;
    std::size_t left_out = 0;  // violations beyond those in the list
};

struct capture_report {
    std::vector<captured> orders;  // in the order of the payload
    std::array<std::uint32_t, capture_states> totals{};
    bool dry_run = false;

    [[nodiscard]] std::uint32_t total(capture_state s) const noexcept {
        return totals[static_cast<std::size_t>(s)];
    }
    /// All of them stand in the engine: placed now or before.
    [[nodiscard]] bool clean() const noexcept {
        return orders.size() == std::size_t{total(capture_state::accepted)} +
                                    total(capture_state::repeat) + total(capture_state::amended) +
                                    total(capture_state::unchanged);
    }
};

struct capture_options {
    bool dry_run = false;     // look at everything, change nothing
    bool quarantine = false;  // keep what only master data keep from being placed
    bool correct = false;     // an order takes the place of the one in quarantine under its key
    actor_id actor{};
    std::optional<time_point> now{};  // without one engine time; no order is placed later than it
    std::optional<earmark::currency> currency{};  // of orders in CSV that name none
};

/// What a payload may cost. An order beyond is malformed; what comes after the last that is taken
/// is left out, and said to be.
struct capture_limits {
    static constexpr std::size_t order_bytes = std::size_t{1} << 20;
    static constexpr std::size_t orders = 1'000'000;
    static constexpr std::size_t violations = 100;  // listed of one order; the rest are counted
};

/// An order in quarantine.
struct quarantined_order {
    std::string key;
    std::string text;  // the payload in its canonical form
    std::vector<violation> why;
    std::uint32_t reasons = 0;  // of all, also of those that are not kept
    std::uint32_t tries = 0;
    time_point first{}, last{};  // try
    actor_id by{};               // who tried last
};

/// A key that was cancelled before its order came.
struct tombstone_view {
    std::string key;
    std::uint8_t reason = 0;
    time_point since{};
    actor_id by{};
};

}  // namespace earmark
