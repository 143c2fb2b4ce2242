// WHAT NODES ARE ASKED, and answer. A node that is listed in the table of answers is asked before
// released units are taken back from it, and has a time to say whether it does the work at all.
// What it was asked lies beside the order until it is answered; the units stay where they are.
//
//   request   asked by                       answered by                      nobody answers in
//   time work      release                        accept, reject; or the work is   refuses: as
//   `reject`
//                                            done (pick, pack, ship)          accepts: as `accept`
//   cancel    cancel, amend, a hold that     confirm_cancel, refuse_cancel,   refuses: they stay
//             is rejected                    reject; or they are shipped      accepts: cancelled
//
// A node without a row for a request is not asked: it has accepted, and units are taken back at
// once. (Capabilities AM-07 and RL-04; semantics 2g.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "earmark/core/ids.hpp"
#include "earmark/core/quantity.hpp"
#include "earmark/core/time.hpp"

namespace earmark {

enum class request_kind : std::uint8_t { work, cancel };
inline constexpr std::size_t request_kinds = 2;
[[nodiscard]] std::string_view name_of(request_kind k) noexcept;

/// What it means that no answer came in time.
enum class silence : std::uint8_t { refuses, accepts };
inline constexpr std::size_t silences = 2;
[[nodiscard]] std::string_view name_of(silence s) noexcept;

inline constexpr std::int64_t max_answer_seconds = 100'000'000;

/// A field of the table of answers. A row replaces that of its node and request; requests that were
/// made before keep their time and what silence means.
struct answer_row {
    std::string node;  // its key; empty: every node that has no row of its own
    request_kind request{};
    std::int64_t within_s = 0;  // up to max_answer_seconds; 0: it is not asked
    silence then = silence::refuses;
    std::uint8_t reason = 0;  // of a rejection that is silence, as an order's rejections show it
};

/// Units that a node was asked about and has not answered for. `reason` is that of who asked.
struct request_view {
    request_kind request{};
    std::uint32_t line = 0;  // 1, 2, ...
    node_id node{};
    quantity amount;
    time_point until;
    silence then{};
    std::uint8_t reason = 0;
    actor_id by{};
};

}  // namespace earmark
