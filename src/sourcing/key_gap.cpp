#include "key_gap.hpp"

namespace earmark::sourcing::detail {

std::vector<key_term> key_terms(const layout& l, const board& b) {
    const ceilings& most = b.limits();
    const policy_terms& terms = b.terms();
    const std::int64_t extra = terms.extra_parcel;  // counted for the first parcel as well
    std::vector<key_term> out;
    const auto add = [&](bit_span span, plan_term term, std::int64_t base, std::int64_t each) {
        if (span.width != 0) out.push_back({span, term, base, each});
    };
    if (!terms.weights.empty()) {
        const std::int64_t first = weighed_parcel(terms, extra) - weighed_parcel(terms, 0);
        add(l.weighted, plan_term::weighted, -first, most.weighed_low);
        return out;
    }
    for (const criterion c : terms.rank) {
        if (c == criterion::cost) add(l.cost, plan_term::cost, -extra, 0);
        if (c == criterion::parcels) add(l.parcels, plan_term::parcels, 0, 0);
        if (c == criterion::priority) add(l.priority, plan_term::priority, 0, most.priority_low);
        if (c == criterion::score) add(l.score, plan_term::score, 0, most.score_low);
        if (c == criterion::distance) {
            add(l.unknown, plan_term::unknown, 0, 0);
            add(l.metres, plan_term::metres, 0, 0);
        }
        if (!is_column(c) || c == criterion::delivery_date) continue;
        const auto at = static_cast<std::size_t>(column_of(c));
        const auto term = static_cast<plan_term>(static_cast<std::size_t>(plan_term::zone) + at);
        add(l.columns[in_zone + at], term, 0, most.low[in_zone + at]);
    }
    return out;
}

}  // namespace earmark::sourcing::detail
