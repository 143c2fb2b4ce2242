#include "worth.hpp"

namespace earmark::sourcing::detail {

std::vector<plan_term> terms_of(const policy_terms& terms) {
    std::vector<plan_term> out{plan_term::unserved, plan_term::split};
    if (terms.lines == line_split::by_quantity) out.push_back(plan_term::missing);
    if (!terms.weights.empty()) {
        out.push_back(plan_term::weighted);
        return out;
    }
    for (const criterion c : terms.rank) {
        if (c == criterion::cost) out.push_back(plan_term::cost);
        if (c == criterion::parcels) out.push_back(plan_term::parcels);
        if (c == criterion::priority) out.push_back(plan_term::priority);
        if (c == criterion::score) out.push_back(plan_term::score);
        if (c == criterion::distance)
            out.insert(out.end(), {plan_term::unknown, plan_term::metres});
        if (is_column(c) && c != criterion::delivery_date)
            out.push_back(static_cast<plan_term>(static_cast<int>(plan_term::zone) +
                                                 static_cast<int>(column_of(c))));
    }
    return out;
}

std::int64_t part_term(const policy_terms& terms, const part_measures& m, plan_term term) noexcept {
    using enum plan_term;
    if (term == weighted) return weighed_part(terms, m);
    if (term == cost) return m[in_cost];
    if (term == unknown) return m[in_unknown];
    if (term == metres) return m[in_metres];
    if (term == priority) return m[in_priority];
    if (term == score) return m[in_score];
    if (term >= zone && term <= stock_out)
        return m[in_zone + static_cast<std::size_t>(term) - static_cast<std::size_t>(zone)];
    return 0;
}

}  // namespace earmark::sourcing::detail
