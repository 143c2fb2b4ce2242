#include "plan_oracle.hpp"

#include <algorithm>
#include <set>

namespace earmark::naive {

namespace {

std::uint32_t way_of(const sourcing_picture& p, std::size_t wanted) {
    return p.way.empty() ? 0 : p.way[wanted];
}

/// What goes one way is a plan of its own.
std::string find_fault_of_ways(const sourcing_picture& seen, const sourcing_picture& left,
                               const plan& chosen) {
    std::map<std::uint32_t, std::set<node_id>> parcels;
    std::map<std::uint32_t, std::int64_t> missing;
    for (std::size_t w = 0; w < left.wanted.size(); ++w)
        missing[way_of(seen, w)] += left.wanted[w].second;
    for (const plan_part& p : chosen.parts) parcels[way_of(seen, p.wanted)].insert(p.node);
    for (const auto& [way, nodes] : parcels) {
        if (seen.by.max_parcels != 0 && nodes.size() > seen.by.max_parcels)
            return "the plan has too many parcels";
        if (seen.by.all_or_nothing && missing.at(way) != 0) return "only a part is served";
    }
    return {};
}

/// Could more have been served? Asked only where no other rule can forbid it.
bool is_idle(const sourcing_picture& left) {
    if (left.by.max_parcels != 0) return false;
    std::map<sku_id, std::int64_t> wants;
    std::map<sku_id, std::int64_t> has;
    bool one_node_could = false;
    for (const auto& [sku, n] : left.wanted) wants[sku] += n;
    bool any_firm = false;
    for (const auto& [at, free] : left.free) {
        has[at.first] += std::max<std::int64_t>(0, free);
        for (std::size_t w = 0; w < left.wanted.size(); ++w) {
            const auto& [sku, n] = left.wanted[w];
            const node_id firm = left.firm[w];
            any_firm |= firm != none<node_id>;
            const bool may = (firm == none<node_id> || firm == at.second) &&
                             !left.barred.contains({w, at.second});
            one_node_could |= may && n > 0 && sku == at.first && free >= n;
        }
    }
    const bool goes_apart = std::ranges::any_of(left.way, [](auto way) { return way != 0; });
    if (any_firm || goes_apart || !left.barred.empty())
        return one_node_could && !left.by.all_or_nothing;
    if (!left.by.split_lines) return one_node_could;
    bool all = true;
    bool any = false;
    for (const auto& [sku, n] : wants) {
        all &= has[sku] >= n;
        any |= n > 0 && has[sku] > 0;
    }
    return left.by.all_or_nothing ? any && all : any;
}

}  // namespace

std::string find_fault(const sourcing_picture& seen, const plan& chosen) {
    sourcing_picture left = seen;
    for (const plan_part& p : chosen.parts) {
        if (p.wanted >= left.wanted.size()) return "a part serves a line that wants nothing";
        if (p.n <= 0) return "a part has no units";
        const node_id firm = left.firm[p.wanted];
        if (firm != none<node_id> && firm != p.node) return "a line leaves its firm node";
        if (left.barred.contains({p.wanted, p.node})) return "a line may not leave from there";
        auto& [sku, n] = left.wanted[p.wanted];
        if (!seen.by.split_lines && p.n != n) return "a line that is to stay whole is split";
        const auto at = left.free.find({sku, p.node});
        if (at == left.free.end()) return "a part takes from a node that cannot have the SKU";
        if ((at->second -= p.n) < 0) return "the parts take more than is free";
        if ((n -= p.n) < 0) return "the parts give more than is wanted";
    }
    if (std::string fault = find_fault_of_ways(seen, left, chosen); !fault.empty()) return fault;
    std::int64_t missing = 0;
    for (const auto& [sku, n] : left.wanted) missing += n;
    const coverage truly = missing == 0           ? coverage::full
                           : chosen.parts.empty() ? coverage::none
                                                  : coverage::partial;
    if (truly != chosen.covers) return "the plan does not cover what it says";
    return is_idle(left) ? "units stay back-ordered although they could be served" : "";
}

}  // namespace earmark::naive
