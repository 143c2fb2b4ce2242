// CASES of a vendor: what was received of each purchase line, and in its window.
#include <algorithm>

#include "tallies.hpp"

namespace earmark::report {

/// Receipts fill the ordered cases in the order of their dates; more than ordered is ignored.
std::map<std::uint64_t, purchase> purchases(std::span<const kpi_fact> all,
                                            std::span<const std::uint32_t> which,
                                            const kpi_query& q) {
    std::map<std::uint64_t, purchase> lines;
    std::vector<const kpi_fact*> receipts;
    const period in{q};
    for (const std::uint32_t i : which) {
        const kpi_fact& f = all[i];
        // A line is judged once its window has closed.
        if (f.kind == fact_kind::cases_ordered && f.until <= q.as_of && in.has(f.until))
            lines[f.ref].ordered = &f;
        if (f.kind == fact_kind::cases_received && f.at <= q.as_of) receipts.push_back(&f);
    }
    std::stable_sort(receipts.begin(), receipts.end(),
                     [](const kpi_fact* a, const kpi_fact* b) { return a->at < b->at; });
    for (const kpi_fact* f : receipts) {
        const auto to = lines.find(f->ref);
        if (to == lines.end()) continue;
        purchase& p = to->second;
        const std::int64_t n = std::min(f->units, p.ordered->units - p.received);
        p.received += n;
        if (f->at >= p.ordered->at && f->at <= p.ordered->until) p.in_window += n;
    }
    return lines;
}

}  // namespace earmark::report
