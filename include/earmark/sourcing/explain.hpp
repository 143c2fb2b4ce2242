// EXPLAIN a plan in words and as a table: what was chosen and what it costs, the next best plan and
// its gap, and for every other node the first reason why it was not used. The words come from the
// same solver that decided, run again on the same picture.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/sourcing/solve.hpp"

namespace earmark::sourcing {

struct decision;

/// Names as the merchant knows them; this room knows numbers only. All views outlive the call.
/// Where a name is missing or empty, the number stands for it.
struct explain_names {
    std::string_view order;
    std::span<const std::string_view> nodes;              // by raw(node_id)
    std::span<const std::string_view> lines;              // by wanted line: the SKU's key
    std::string_view policy{};                            // where `by` is a strategy of it
    std::span<const std::string_view> filters = {};       // by node: the filter that took it away
    std::span<const std::string_view> exclusions = {};    // by node: why it was excluded; not empty
    std::span<const std::string_view> capacity = {};      // by node: what is used up there
    std::span<const std::string_view> bound = {};         // by node: not empty where every line is
                                                          // bound to other nodes
    std::span<const std::string_view> restrictions = {};  // lines x nodes: why the line may not
                                                          // leave from there, or empty
};

/// Why a node is, or is not, in the plan. The first that holds, from the top.
enum class verdict : std::uint8_t {
    chosen,
    inactive,
    excluded,      // by the host, for that time
    restricted,    // no line that it could serve may leave from there
    bound,         // every line is bound to other nodes
    filtered,      // a filter of the strategy does not let it through
    no_capacity,   // on none of its days have its pools room for it
    not_selected,  // the strategy's `from` does not name it
    no_rate,       // the policy has none for its kind
    no_stock,      // no wanted line is there in full
    kept_back,     // it would be, but for what the policy keeps back
    no_such_plan,  // no plan that serves as many lines may use it (max_parcels, shared stock)
    worse,         // its best plan loses by a criterion
    later,         // its best plan is equal; the sequence of the nodes decided
    better,        // only beside a heuristic plan: a better one was found while explaining
};
[[nodiscard]] std::string_view name_of(verdict v) noexcept;

struct node_verdict {
    node_id node{};
    verdict why = verdict::chosen;
    comparison against;  // worse, later, better: the chosen plan against the best with this node
    std::string text;    // one sentence
};

struct part_row {
    plan_part part;
    std::int64_t cost_e4 = 0;  // without its parcel
    std::uint32_t metres = 0;  // unknown_distance where unknown
};

struct explanation {
    std::string words;                // a paragraph
    std::vector<part_row> parts;      // of the chosen plan
    std::vector<node_verdict> nodes;  // every node, by sequence
    std::optional<plan> second;       // the next best plan with another set of nodes
    comparison second_gap;            // the chosen plan against it
    quality second_proof = quality::exact;
};

/// How much of stock is known: `amounts` of a live problem, or only `enough` (yes or no) of a
/// decision that was kept without amounts. Words never claim more than that.
enum class picture : std::uint8_t { amounts, enough };

/// Explains `chosen`, the plan that `by` gave for `problem`. O(nodes) solves at worst; allocates.
[[nodiscard]] explanation explain(const policy& by, const sourcing_problem& problem,
                                  const plan& chosen, const explain_names& names, scratch& s,
                                  picture known = picture::amounts);

/// Which strategies had the order before, and what became of it, in sentences that end with a
/// blank. Empty for a policy without strategies.
[[nodiscard]] std::string strategies_told(const policy& whole, const decision& d);
/// Is it about who brings goods to a node, by a strategy of transfers?
[[nodiscard]] bool is_bringing(const policy& whole, const decision& d) noexcept;

/// `13.20 USD`: rounded half up to the currency's minor unit; amounts that would read as zero are
/// written in full.
[[nodiscard]] std::string cost_text(std::int64_t e4, currency c);

}  // namespace earmark::sourcing
