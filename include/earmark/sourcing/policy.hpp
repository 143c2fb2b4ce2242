// POLICIES say which plan is best. A merchant writes one as a small TOML text; parse_policy checks
// all of it, reports every finding with its line, and compiles it once into plain integers that the
// solver reads. A policy never changes after that, so that any number of threads may share it.
//
//   policy   = "cheapest"
//   currency = "USD"
//   rank     = ["cost", "parcels", "distance"]   # the first difference decides
//   [costs]
//   fixed_per_parcel     = "8.759"                # money is quoted text; a bare 8.759 is refused
//   per_unit             = { dc = "0.35", store = "1.10" }
//   per_unit_per_1000_km = "0.336"
//   [split]
//   max_parcels = 3
//
// A policy may have strategies: ways of sourcing for some orders, tried from top to bottom. The
// first whose conditions hold decides, unless its outcome passes the order on. What a strategy does
// not say it has from the policy; where none serves the order, all of it is back-ordered.
//
//   [[strategy]]
//   name    = "large orders from the DCs"
//   when    = 'goods_value >= "150.00" and lines > 1'     # sourcing/condition.hpp
//   from    = ["dc", "store within 300 km", "any priority 1"]
//   rank    = ["parcels", "cost"]
//   require = ["hazmat"]                      # filters that always hold
//   prefer  = ["own market"]                  # given up, the last first, where not all is served
//   outcome = { partial = "next", none = "next" }
//
// Filters say which nodes may serve which orders, by what a host knows them by. Its attributes are
// declared with their types; [always] names the filters of every strategy.
//
//   attributes = { "line.hazmat" = "flag", "node.hazmat" = "flag" }
//
//   [always]
//   require = ["hazmat"]
//   [[filter]]
//   name  = "hazmat"
//   when  = "any(line.hazmat)"
//   nodes = "node.hazmat"
//   [[filter]]
//   name  = "own market"
//   same  = ["node.market", "ship_to.market"]
//
// In a ladder the most specific strategy serves each line, wherever it stands (policy::ladder()).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/money.hpp"
#include "earmark/core/time.hpp"
#include "earmark/model/sourcing.hpp"
#include "earmark/model/tables.hpp"
#include "earmark/sourcing/condition.hpp"
#include "earmark/sourcing/keep_back.hpp"
#include "earmark/sourcing/unserved.hpp"

namespace earmark::sourcing {

/// What plans are compared by. `distance` compares the number of parts whose distance is unknown,
/// then metres, so that an unknown position always ranks last. `score` is the host's own criterion:
/// a number per node that comes with the problem, smaller is better, summed over parts. From `zone`
/// on they are the columns of the problem (model/sourcing.hpp).
enum class criterion : std::uint8_t {
    cost,
    parcels,
    distance,
    priority,
    score,
    zone,
    load,
    rotation,
    balance,
    cover,
    stock_out,
    delivery_date
};
inline constexpr std::size_t criteria = 12;
[[nodiscard]] constexpr bool is_column(criterion c) noexcept { return c >= criterion::zone; }
/// Requires is_column(c).
[[nodiscard]] constexpr node_column column_of(criterion c) noexcept {
    return static_cast<node_column>(static_cast<int>(c) - static_cast<int>(criterion::zone));
}
[[nodiscard]] std::string_view name_of(criterion c) noexcept;

/// May one line leave from several nodes? `by_quantity`: only where no node has all of it.
enum class line_split : std::uint8_t { whole, by_quantity };
[[nodiscard]] std::string_view name_of(line_split s) noexcept;

/// What happens when not every unit can be served.
enum class on_partial : std::uint8_t { allocate_and_backorder, backorder };
[[nodiscard]] std::string_view name_of(on_partial p) noexcept;

inline constexpr std::size_t node_kinds = 3;
[[nodiscard]] std::string_view name_of(node_kind k) noexcept;

/// Marks a rate that the policy does not have. A node that would need it is not used: a missing
/// price is never taken for a price of nothing.
inline constexpr std::int64_t unpriced = -1;

/// One rate per kind of node, in 1/10,000 of the currency's major unit.
using rate_by_kind = std::array<std::int64_t, node_kinds>;

/// Largest rate that is accepted: a thousand million of the major unit.
inline constexpr std::int64_t max_rate_e4 = 10'000'000'000'000;
inline constexpr std::int64_t max_keep_back = 1'000'000'000;
inline constexpr std::int32_t max_late_days = 365;  // more, and a day that nobody knows, count so
inline constexpr int max_parcel_limit = 1'000;
inline constexpr std::size_t max_policy_bytes = 65'536;
inline constexpr std::size_t max_policy_name = 64;

inline constexpr std::int32_t max_weight = 10'000;
inline constexpr std::uint32_t weighed_km = 1'000'000, weighed_mile = 1'609'344;
inline constexpr std::size_t max_parcel_steps = 64, max_parcel_zones = 32;

/// What a parcel costs beside fixed_per_parcel. A heavier or farther one is never cheaper.
struct parcel_rates {
    bool by_grams = true;              // else by units, rounded up for each part
    std::vector<std::uint32_t> zones;  // metres, ascending; one more is beyond (and unknown)
    std::vector<std::int64_t> up_to;   // ascending; the last step has no end: INT64_MAX
    std::vector<std::int64_t> rates;   // 1/10,000; step by step, one a zone

    [[nodiscard]] bool empty() const noexcept { return up_to.empty(); }
    friend bool operator==(const parcel_rates&, const parcel_rates&) = default;
};

/// A compiled policy as plain data.
struct policy_terms {
    std::string name;
    earmark::currency currency;
    std::vector<criterion> rank;      // at least one, each at most once
    rate_by_kind fixed_per_parcel{};  // a node's own rate goes before it
    rate_by_kind per_unit{};          // likewise
    rate_by_kind per_unit_per_1000_km{};
    std::int64_t extra_parcel = 0;  // for each parcel after the first
    line_split lines = line_split::whole;
    int max_parcels = 0;  // 0: no limit
    on_partial partial = on_partial::allocate_and_backorder;
    unserved rest{};  // what is left over, or held back for what is missing
    unserved none{};  // where no line can be served
    std::array<std::int64_t, node_kinds> keep_back{};  // units that stay at a node, by kind

    /// One for each of `rank`, 1 to max_weight: one sum decides, with cost in 1/10,000 and distance
    /// in whole weighed_mm. Empty: the first difference decides.
    std::vector<std::int32_t> weights{};
    std::uint32_t weighed_mm = weighed_km;
    /// Goods that each shipment is worth, and what is left over as well; 0: no such rule.
    std::int64_t min_shipment_value = 0;
    bool together = false;  // lines of one set leave from one node or not at all
    parcel_rates parcels{};
    bool by_acceptance = false;     // costs are divided by the part of orders that a node accepts
    std::int64_t late_per_day = 0;  // of the plan's last day, each day after the one it is wanted
    std::vector<goods_class> classes{};  // those of the whole policy, ascending
    std::vector<kept_goods> kept{};      // goes before keep_back; the most specific one first
};

/// Units of goods of these classes (bits of `of.classes`) that stay at nodes of a kind.
[[nodiscard]] std::int64_t kept_units(const policy_terms& of, node_kind at,
                                      std::uint64_t classes) noexcept;

/// Nodes of a kind, of a key, within a distance, up to a priority: what fits all that is said.
struct node_selector {
    std::optional<node_kind> kind{};
    std::optional<std::uint32_t> within_metres{};  // a node of unknown distance does not fit
    std::optional<std::int32_t> priority{};        // at most
    bool chosen = false;                           // a node that a line of the order is bound to
    std::string key{};                             // empty: any
    node_id node = none<node_id>;                  // of the key, from name_nodes() on
    friend bool operator==(const node_selector&, const node_selector&) = default;
};

struct strategy;
struct policy_rules;

/// An immutable policy. Cheap to share by const reference.
class policy {
public:
    /// Throws earmark::misuse where `terms` are outside the bounds above, or strategies have no
    /// names of their own.
    explicit policy(policy_terms terms);
    policy(policy_terms terms, policy_rules rules);

    [[nodiscard]] std::string_view name() const noexcept { return terms_.name; }
    [[nodiscard]] earmark::currency currency() const noexcept { return terms_.currency; }
    [[nodiscard]] const policy_terms& terms() const noexcept { return terms_; }

    /// Does it, or one of its strategies, ask what a shipment is worth, or which lines are sets?
    [[nodiscard]] bool judges_shipments() const noexcept { return judges_shipments_; }
    /// Of the policy itself: whether any strategy does, too.
    [[nodiscard]] bool ranks_by(criterion c) const noexcept;
    /// In the order in which they are tried: that of the text, or of the ladder. Empty: the
    /// policy's own terms serve every order.
    [[nodiscard]] std::span<const strategy> strategies() const noexcept;
    /// The attributes by which strategies are chosen for each line, the one that weighs most first,
    /// by index of of_orders(). Of two strategies that fit a line, that which says the first
    /// attribute which only one of them says goes first; so they stand in strategies(). Empty: the
    /// order of the text decides, for the order as a whole.
    [[nodiscard]] std::span<const std::uint16_t> ladder() const noexcept { return ladder_; }
    [[nodiscard]] std::span<const filter> filters() const noexcept { return filters_; }
    [[nodiscard]] const rejection_terms& rejections() const noexcept { return rejections_; }
    /// The names of all queues that outcomes name, ascending.
    [[nodiscard]] std::span<const std::string> queues() const noexcept { return queues_; }
    /// What the policy declares of a host's own, as its text has them.
    [[nodiscard]] std::span<const attribute> declared() const noexcept { return declared_; }
    /// What conditions may ask: order_attributes(), or node_attributes(), and then of the declared
    /// ones those of orders, lines and places, or those of nodes.
    [[nodiscard]] std::span<const attribute> of_orders() const noexcept { return of_orders_; }
    [[nodiscard]] std::span<const attribute> of_nodes() const noexcept { return of_nodes_; }

    /// The canonical text: every value said, one spelling. Parsing it gives an equal policy.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// Of the canonical text; equal digests mean equal decisions.
    [[nodiscard]] std::uint64_t digest() const noexcept { return digest_; }
    /// Finds the nodes that selectors name, among the keys by raw(node_id); others fit none.
    void name_nodes(std::span<const std::string_view> keys);

private:
    policy_terms terms_;
    std::vector<strategy> strategies_;
    std::vector<filter> filters_;
    std::vector<attribute> declared_, of_orders_, of_nodes_;
    std::vector<std::uint16_t> ladder_;
    rejection_terms rejections_;
    std::vector<std::string> queues_;
    std::string text_;
    std::uint64_t digest_ = 0;
    bool judges_shipments_ = false;
};

/// A way of sourcing for some orders.
struct strategy {
    policy by;                        // its own terms, under its own name; has no strategies
    std::optional<condition> when{};  // of order_attributes(); none: every order
    time_point starts{INT64_MIN};     // decisions of instants in [starts, ends)
    time_point ends = never;
    std::vector<node_selector> from{};     // nodes that fit one of them; empty: all
    std::vector<std::uint16_t> require{};  // of policy::filters(), in the order in which they are
                                           // asked
    std::vector<std::uint16_t> prefer{};   // likewise; where not all is served they are given up,
                                           // the last first
    bool next_on_partial = false;          // where it serves a part only, the next one is tried
    bool next_on_none = false;
    /// Of a ladder, by its attributes: the text that a line has to have; empty: any. No two
    /// strategies of one time say the same.
    std::vector<std::string> wants{};
    std::uint16_t written = 0;  // its place in the text
    bool transfers = false;     // no order comes to it: it finds nodes that bring goods

    [[nodiscard]] std::string_view name() const noexcept { return by.name(); }
};
inline std::span<const strategy> policy::strategies() const noexcept { return strategies_; }

/// What a policy has beside its own terms.
struct policy_rules {
    std::vector<strategy> strategies{};
    std::vector<filter> filters{};
    std::vector<attribute> attributes{};  // declared
    std::vector<std::string> ladder{};    // names of texts that orders or lines have
    rejection_terms rejections{};
};

inline constexpr std::size_t max_strategies = 256;
inline constexpr std::size_t max_filters = 64;
inline constexpr std::size_t max_ladder = 16;
inline constexpr std::int32_t max_rejection_days = 3'650;
inline constexpr std::int32_t max_rejection_times = 100;
inline constexpr std::uint16_t no_strategy = 0xFFFF;

/// A bit per node that a strategy may use, into `bits`; `firm`: those that lines of the order are
/// bound to. O(nodes x selectors).
void select_nodes(std::span<const node_selector> from, std::span<const node_facts> nodes,
                  std::span<const std::uint32_t> metres, std::vector<std::uint64_t>& bits,
                  std::span<const node_id> firm = {});

/// `dc`, `store within 300000 m`, `any priority 1`, `supplier:acme`, `node:b`, `chosen_store`.
[[nodiscard]] std::string to_string(const node_selector& s);

/// A policy, or everything that is wrong with the text. `row` is the line of the text; the sentence
/// starts with file:line:column and says what to do.
struct parsed_policy {
    std::optional<policy> value;
    std::vector<rejected_row> rejected;

    explicit operator bool() const noexcept { return value.has_value(); }
};

/// Reads a policy. `file` is only used in sentences. The text is hostile until read: at most
/// max_policy_bytes, nested at most 8 deep, no multi-line strings.
[[nodiscard]] parsed_policy parse_policy(std::string_view text,
                                         std::string_view file = "policy.toml");

}  // namespace earmark::sourcing
