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
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/money.hpp"
#include "earmark/model/tables.hpp"

namespace earmark::sourcing {

/// What plans are compared by. `distance` compares the number of parts whose distance is unknown,
/// then metres, so that an unknown position always ranks last. `score` is the host's own criterion:
/// a number per node that comes with the problem, smaller is better, summed over parts.
enum class criterion : std::uint8_t { cost, parcels, distance, priority, score };
inline constexpr std::size_t criteria = 5;
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
inline constexpr int max_parcel_limit = 1'000;
inline constexpr std::size_t max_policy_bytes = 65'536;
inline constexpr std::size_t max_policy_name = 64;

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
    std::array<std::int64_t, node_kinds> keep_back{};  // units that stay at a node, by kind
};

/// An immutable policy. Cheap to share by const reference.
class policy {
public:
    /// Throws earmark::misuse where `terms` are outside the bounds above.
    explicit policy(policy_terms terms);

    [[nodiscard]] std::string_view name() const noexcept { return terms_.name; }
    [[nodiscard]] earmark::currency currency() const noexcept { return terms_.currency; }
    [[nodiscard]] const policy_terms& terms() const noexcept { return terms_; }

    [[nodiscard]] bool ranks_by(criterion c) const noexcept;

    /// The canonical text: every value said, one spelling. Parsing it gives an equal policy.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// Of the canonical text; equal digests mean equal decisions.
    [[nodiscard]] std::uint64_t digest() const noexcept { return digest_; }

private:
    policy_terms terms_;
    std::string text_;
    std::uint64_t digest_ = 0;
};

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
