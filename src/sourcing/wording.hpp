// WORDING: numbers and names as a merchant reads them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "earmark/sourcing/explain.hpp"

namespace earmark::sourcing::detail {

/// 2.5 for 5 granules of half a unit: exact, no trailing zeros.
[[nodiscard]] std::string units_text(std::int64_t n, std::int64_t granule_e9);
/// `0.4 km`, `12 km`, `distance unknown`.
[[nodiscard]] std::string distance_text(std::int64_t metres);
/// `1 parcel`, `2 parcels`.
[[nodiscard]] std::string counted(std::int64_t n, std::string_view one);
/// `a`, `a and b`, `a, b and c`.
[[nodiscard]] std::string joined(const std::vector<std::string>& words);

class teller {
public:
    teller(const policy& by, const sourcing_problem& problem, const explain_names& names)
        : by_{by}, problem_{problem}, names_{names} {}

    [[nodiscard]] std::string node(node_id n) const;
    [[nodiscard]] std::string line(std::size_t wanted) const;
    /// `2 x A`.
    [[nodiscard]] std::string goods(std::size_t wanted, std::int64_t n) const;
    /// `N1 ships 2 x A and 1 x C`.
    [[nodiscard]] std::string shipment(const plan& p, node_id n) const;
    /// `N1 ships 2 x A; N3 ships 1 x B`.
    [[nodiscard]] std::string shipments(const plan& p) const;
    [[nodiscard]] std::string cost(std::int64_t e4) const { return cost_text(e4, by_.currency()); }
    /// `12.50 USD`, `17.50 USD, 5.00 USD of it for 1 day late`.
    [[nodiscard]] std::string cost_of(const plan& p) const;
    /// What the other plan loses by: `costs 0.50 USD more`.
    [[nodiscard]] std::string gap(const comparison& c) const;

private:
    const policy& by_;
    const sourcing_problem& problem_;
    const explain_names& names_;
};

/// The nodes of a plan, in the order of its parts, each once.
[[nodiscard]] std::vector<node_id> nodes_of(const plan& p);

}  // namespace earmark::sourcing::detail
