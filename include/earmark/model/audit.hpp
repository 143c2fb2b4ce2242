// WHAT AN AUDIT SAYS: its checks, and what it found. docs/derived.md has a line for each check;
// engine/audit.hpp is how an audit is made.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/time.hpp"

namespace earmark {

enum class audit_check : std::uint8_t {
    // units, by cell
    balance,  // more is promised or free than is there
    orphan,   // units that neither an order nor a live reservation holds, and that are not free
    flow,     // the counters are not the sums of what the journal says of them
    bounds,   // a counter is outside of what it may be
    row,      // the cell is not found where its SKU and node say
    lease,    // units lie in lease words that nobody counts
    // orders and reservations
    partition,  // buckets do not add up to their line, or name what does not exist
    facts,      // the cached facts of the header are not those of the buckets
    key,        // an order's key does not lead back to it
    decision,   // the record of its last decision cannot be read
    timer,      // nothing will wake a reservation at its deadline
    made,       // made after engine time
    // tables and memories
    names,    // keys do not lead back to their rows, or ranks are not those of the keys
    floors,   // the compiled floor rules are not those of their rows
    policy,   // the policy in force is not the last one of the journal
    entry,    // an idempotency entry does not lead to its key
    feeds,    // what feeds are reckoned from is not in order
    level,    // what a threshold watches is not the sum over its cells
    waiting,  // an order in quarantine, or a tombstone, whose key is remembered; or their sum
    denials,  // how often who was denied what is not what was noted, or privileges are unguarded
    repeats,  // what finds the orders of a customer is not in line with the orders
    chunk,    // memory with two owners; exact audits only
    number,   // a number that lives is given out again; exact audits only
    // what somebody has left behind: leaks
    overdue,      // a basket whose deadline has passed and that nobody has swept
    claim,        // a cell that is claimed by a take whose caller has left
    owner,        // an order or reservation owned by a caller who has left; exact audits only
    pending,      // a key that nobody is working on any more; exact audits only
    dead_chunk,   // memory that nobody holds and nobody can get; exact audits only
    dead_number,  // reservation numbers of that kind; exact audits only
    stopped,      // a caller that stays inside
    idle_lease,   // units in lease words of slots that nobody has borrowed: counted, not lost
};
inline constexpr std::size_t audit_checks = 31;

/// The auditor's line for a check: the one spelling of its name, and what to do about a finding.
struct audit_line {
    audit_check check;
    std::string_view name;
    bool leak;        // what somebody left behind, rather than a number that is wrong
    bool exact_only;  // found only when the engine is held still
    std::string_view advice;
};
/// All of them, in the order of the list.
[[nodiscard]] std::span<const audit_line> audit_lines() noexcept;
[[nodiscard]] std::string_view name_of(audit_check c) noexcept;

/// One difference, with its place. `stored` and `recomputed` are granules of the SKU where the
/// finding is about units, else what the sentence says of them.
struct finding {
    audit_check check{};
    sku_id sku = none<sku_id>;
    node_id node = none<node_id>;
    order_id order = none<order_id>;
    reservation_id reservation = none<reservation_id>;
    pool_id pool = none<pool_id>;
    std::int64_t stored = 0;
    std::int64_t recomputed = 0;
    std::string text;  // what, where, what to do
};

struct audit_report {
    bool complete = false;  // false: go on with the same run
    bool exact = false;     // the engine was held still
    time_point now{};       // engine time and head of the journal when the audit began
    position at{};
    std::vector<finding> wrong;   // confirmed
    std::vector<finding> leaks;   // confirmed
    std::vector<finding> moving;  // what did not hold still, and callers that stay; audit again
    std::vector<finding> idle;    // idle leases: no fault, their units come home when wanted
    std::uint64_t left_out = 0;   // findings beyond most_findings in one of the lists
    std::vector<audit_check> unchecked;  // what could not be looked at this time
    // How much was looked at.
    std::uint64_t cells = 0, orders = 0, reservations = 0, keys = 0, timers = 0;
    std::uint32_t rounds = 0;  // over what did not add up at first sight

    [[nodiscard]] bool clean() const noexcept { return wrong.empty() && leaks.empty(); }
};
inline constexpr std::size_t most_findings = 1'000;  // in each list

}  // namespace earmark
