#include "terms_text.hpp"

#include <algorithm>

namespace earmark::sourcing::detail {
namespace {

std::string quoted(std::string_view text) { return '"' + std::string{text} + '"'; }

std::string filled(std::string key, std::size_t width) {
    key.resize(std::max(key.size(), width), ' ');
    return key;
}

/// In the order of the criteria, since the order of weights says nothing.
std::string weights_text(const policy_terms& t, std::size_t width) {
    std::string out = filled("weights", width) + "= {";
    bool first = true;
    for (std::size_t c = 0; c < criteria; ++c) {
        const auto by = static_cast<criterion>(c);
        const auto at = std::find(t.rank.begin(), t.rank.end(), by) - t.rank.begin();
        if (at == static_cast<std::ptrdiff_t>(t.rank.size())) continue;
        out += (first ? " " : ", ") + std::string{name_of(by)} + " = " +
               std::to_string(t.weights[static_cast<std::size_t>(at)]);
        first = false;
    }
    out += " }\n";
    const bool has_distance =
        std::find(t.rank.begin(), t.rank.end(), criterion::distance) != t.rank.end();
    if (has_distance && t.weighed_mm == weighed_mile)
        out += filled("weighed", width) + "= \"mi\"\n";
    return out;
}

}  // namespace

std::string rate_text(std::int64_t e4) {
    std::string text = std::to_string(e4 / 10'000);
    std::string places = std::to_string(10'000 + e4 % 10'000).substr(1);
    while (!places.empty() && places.back() == '0') places.pop_back();
    return places.empty() ? text : text + '.' + places;
}

std::string rank_text(const policy_terms& t, std::size_t width) {
    if (!t.weights.empty()) return weights_text(t, width);
    std::string out = filled("rank", width) + "= [";
    for (std::size_t i = 0; i < t.rank.size(); ++i)
        out += (i == 0 ? "" : ", ") + quoted(name_of(t.rank[i]));
    return out + "]\n";
}

std::string partial_text(const policy_terms& t) {
    const bool takes_some = t.partial == on_partial::allocate_and_backorder;
    if (takes_some && t.rest.does == unserved::deed::transfer) return "transfer_rest";
    return (takes_some ? "allocate_and_" : "") + to_string(t.rest);
}

std::string more_costs_text(const policy_terms& t) {
    std::string out;
    if (t.late_per_day != 0) {
        out += "late_per_day         = " + quoted(rate_text(t.late_per_day));
        out += '\n';
    }
    if (t.by_acceptance) out += "by_acceptance        = true\n";
    const parcel_rates& r = t.parcels;
    if (r.empty()) return out;
    out += "\n[costs.parcel]\nby    = " + quoted(r.by_grams ? "grams" : "units") + '\n';
    std::string zones;
    for (const std::uint32_t metres : r.zones)
        zones += (zones.empty() ? "" : ", ") + quoted(std::to_string(metres) + " m");
    if (!zones.empty()) out += "zones = [" + zones + "]\n";
    out += "steps = [\n";
    for (std::size_t i = 0; i < r.up_to.size(); ++i) {
        std::string rates;
        for (std::size_t z = 0; z <= r.zones.size(); ++z)
            rates += (rates.empty() ? "" : ", ") +
                     quoted(rate_text(r.rates[i * (r.zones.size() + 1) + z]));
        out += "  { ";
        if (i + 1 < r.up_to.size()) out += "up_to = " + std::to_string(r.up_to[i]) + ", ";
        out += "rates = [" + rates + "] },\n";
    }
    return out + "]\n";
}

std::vector<std::string> split_rules(const policy_terms& t) {
    std::vector<std::string> out;
    if (t.max_parcels != 0) out.push_back("max_parcels = " + std::to_string(t.max_parcels));
    if (t.min_shipment_value != 0)
        out.push_back("min_shipment_value = " + quoted(rate_text(t.min_shipment_value)));
    if (t.together) out.push_back("together = [\"set\"]");
    return out;
}

}  // namespace earmark::sourcing::detail
