// What may not be shipped, side by side.
#include "side_by_side.hpp"

namespace earmark::streams {

/// What restrictions ask.
void side_by_side::load_countries(const world& w) {
    if (!w.restricts) return;
    const std::vector<attribute_row> attributes{{"line.hazmat", value_type::flag},
                                                {"node.country", value_type::text},
                                                {"ship_to.country", value_type::text}};
    std::vector<fact_row> facts;
    for (std::uint32_t s = 0; s < w.skus.size(); ++s)
        if (naive::is_hazmat(sku_id{s})) facts.push_back({w.skus[s].key, "line.hazmat", "true"});
    for (std::uint16_t n = 0; n < w.nodes.size(); ++n)
        facts.push_back({w.nodes[n].key, "node.country", naive::country_of(node_id{n})});
    for (std::uint32_t p = 0; p < w.places.size(); ++p)
        facts.push_back({w.places[p].key, "ship_to.country", naive::country_of(place_id{p})});
    if (!real_->load({}, attributes).rejected.empty() || !real_->load({}, facts).rejected.empty())
        differ("the facts that restrictions ask");
}

void side_by_side::load_restrictions(const step& s) {
    if (s.restricts.empty()) return;
    const command by_host{{}, {}, s.now};
    pass_time(by_host);
    for (const naive::restriction& r : s.restricts) {
        const std::vector<restriction_row> row{naive::row_of(r)};
        for (const rejected_row& bad : real_->load(by_host, row).rejected)
            differ("a restriction: " + bad.text);
        naive_.load(by_host, r);
        ++tally_["restrictions: loaded"];
    }
}

}  // namespace earmark::streams
