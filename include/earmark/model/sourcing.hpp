// SOURCING, as data: the problem that a policy is asked to solve, and the plan that comes back.
// The solver is a pure function between the two (room sourcing); nothing here knows stock cells.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "earmark/core/civil_day.hpp"
#include "earmark/core/ids.hpp"
#include "earmark/core/money.hpp"
#include "earmark/core/quantity.hpp"
#include "earmark/model/kinds.hpp"

namespace earmark {

/// What a policy may know of a node. `sequence` is the rank of the node's key among all keys in
/// byte order: the last tie-break, independent of the order in which nodes were loaded.
struct node_facts {
    node_kind kind = node_kind::dc;
    bool active = true;
    std::int32_t priority = 0;
    std::uint16_t sequence = 0;
    rate fixed_per_parcel{-1};  // negative: the policy's rate card
    rate per_unit{-1};
    std::uint32_t accept_ppm = 1'000'000;  // of what is sent there, so much is not rejected; not 0
};

/// What is wanted of one SKU: the engine makes one of all lines of an order that have the same SKU,
/// the same firm node if any, and units left to source. So there are at most as many as lines, and
/// they are counted apart.
struct wanted_line {
    std::uint16_t line = 0;  // of the order, 0-based; the first of its lines with this SKU
    sku_id sku{};
    granules n = 0;                           // still to be sourced
    std::int64_t granule_e9 = 1'000'000'000;  // one granule in units of the SKU, times 10^9
    std::int64_t value_e4 = 0;     // of all n: goods before tax, 1/10,000 of the policy's currency
    std::int64_t grams = 0;        // of all n
    std::uint16_t set = 0;         // lines of one number, not 0, are a set
    bool may_split = true;         // false: from one node, whatever the policy says
    node_id firm = none<node_id>;  // `free` has nothing of any other node
    std::uint16_t own = 0;         // lines that go elsewhere than the order have another number
    std::uint64_t classes = 0;     // of its goods, as the policy numbers them (keep_back.hpp)
};

/// Do they want the same units? What lines of a SKU that are bound to different nodes want is told
/// apart: where a node cannot serve them both, whoever made the problem lowers `free` of the one.
[[nodiscard]] constexpr bool same_goods(const wanted_line& a, const wanted_line& b) noexcept {
    return a.sku == b.sku && a.firm == b.firm;
}

/// Numbers that a policy may rank by beside what it knows of nodes: smaller is better. Each is one
/// number a node, or one a wanted line and node. `delivery_date` is a day, and the latest of a
/// plan's parts counts; the others are summed over parts.
enum class node_column : std::uint8_t {
    zone,           // of a carrier, from the node to the place
    load,           // work that waits at the node
    rotation,       // when the node was last chosen
    balance,        // how far below its share of stock the node is
    cover,          // how short its stock lasts
    stock_out,      // what a unit is worth there, in money of 1/10,000
    delivery_date,  // days since 1970-01-01
};
inline constexpr std::size_t node_columns = 7;

/// One order against one picture of stock. All spans outlive the call. `free` is lines x nodes, row
/// by row: granules above the floor, 0 or less where nothing can be taken.
struct sourcing_problem {
    std::span<const wanted_line> lines;
    std::span<const node_facts> nodes;      // index is raw(node_id)
    std::span<const std::uint32_t> metres;  // to the place; unknown_distance where unknown
    std::span<const granules> free;
    /// A name for `nodes` and `metres`: whoever gives one scratch two problems of one name, not 0,
    /// promises that both spans hold the same. Saves time only; 0 makes no promise.
    std::uint64_t view = 0;
    /// What the host's own criterion says of each node, smaller is better. Empty: 0 for all.
    std::span<const std::int32_t> scores{};
    /// A bit per node, the lowest of the first word for node 0: those that may be used. Empty: all.
    std::span<const std::uint64_t> selected{};
    /// A bit for each line x node: the line may not leave from there, and `free` has nothing of it.
    /// Only who explains asks. Empty: none.
    std::span<const std::uint64_t> barred{};
    /// By node_column: empty (0 for all), one number a node, or lines x nodes as `free`.
    std::array<std::span<const std::int32_t>, node_columns> numbers{};
    /// The last day of delivery that was asked for. Where the problem has a column of delivery
    /// dates, a policy may make each later day cost money.
    civil_day due = no_day;

    [[nodiscard]] std::span<const std::int32_t> of(node_column c) const noexcept {
        return numbers[static_cast<std::size_t>(c)];
    }
    /// What a column says of a wanted line at a node.
    [[nodiscard]] std::int32_t number(node_column c, std::size_t wanted,
                                      std::size_t node) const noexcept {
        const auto all = of(c);
        return all.empty()                  ? 0
               : all.size() == nodes.size() ? all[node]
                                            : all[wanted * nodes.size() + node];
    }
    [[nodiscard]] bool bars(std::size_t wanted, node_id n) const noexcept {
        const std::size_t at = wanted * nodes.size() + index_of(n);
        return !barred.empty() && (barred[at / 64] >> at % 64 & 1) != 0;
    }
    [[nodiscard]] bool selects(node_id n) const noexcept {
        return selected.empty() || (selected[index_of(n) / 64] >> index_of(n) % 64 & 1) != 0;
    }
};

/// `n` granules from a node. In a plan, `wanted` is an index into sourcing_problem::lines: it
/// counts the distinct SKUs that still want units, in the order of their first lines, and not the
/// order's lines. `sourced::by_line` (model/view.hpp) has the same parts by order line, from 0.
struct plan_part {
    std::uint16_t wanted = 0;
    node_id node{};
    granules n = 0;
};

struct plan_cost {
    std::int64_t e4 = 0;  // planned cost, 1/10,000 of the currency's major unit
    std::int32_t parcels = 0;
    std::int64_t metres = 0;    // sum over parts; parts of unknown distance are counted apart
    std::int32_t unknown = 0;   // parts whose distance is unknown
    std::int64_t priority = 0;  // sum over parts of the node's priority
    std::int64_t score = 0;     // sum over parts of the node's score, where it ranks
    std::int64_t weighted = 0;  // the one sum of a policy with weights
    /// Sums over parts of the columns that rank; of delivery_date the latest.
    std::array<std::int64_t, node_columns> columns{};
    std::int32_t late_days = 0;  // of the last part, where late days cost; `e4` has their money
    friend constexpr bool operator==(const plan_cost&, const plan_cost&) = default;
};

/// What plans are compared in, the most important first but for the criteria, which a policy ranks.
enum class plan_term : std::uint8_t {
    same,
    unserved,  // lines that are not served in full
    split,     // lines that are not served whole from one node
    missing,   // granules, where lines may be split
    cost,
    parcels,
    unknown,
    metres,
    priority,
    score,
    zone,
    load,
    rotation,
    balance,
    cover,
    stock_out,
    delivery_date,
    weighted,
    sequence
};

/// How far a plan may be from the best one: it has `value` in the term `in`, and no plan that is
/// equal in all terms before has less than `at_least`. `sequence`: none is better by any other
/// term. `same`: nothing is known.
struct plan_gap {
    plan_term in = plan_term::same;
    std::int64_t value = 0;
    std::int64_t at_least = 0;
    friend constexpr bool operator==(const plan_gap&, const plan_gap&) = default;
};

enum class quality : std::uint8_t { exact, heuristic };
enum class coverage : std::uint8_t { full, partial, none };

struct plan {
    coverage covers = coverage::none;
    quality proof = quality::exact;
    std::vector<plan_part> parts;  // ascending by wanted, then by the node's sequence
    plan_cost cost;
    plan_gap gap;  // of a heuristic plan
};

}  // namespace earmark
