// IS A PLAN LEGAL? Which plan is best is judged elsewhere (by brute force); here only whether it
// may be at all: units are there, nothing above what is wanted, the policy's limits, the coverage
// that it claims, and that nothing stays back-ordered which could have been served.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "earmark/model/sourcing.hpp"

namespace earmark::naive {

/// What the oracle has to know of a policy.
struct rules {
    bool split_lines = true;
    bool all_or_nothing = false;                       // nothing is allocated where not all can be
    std::uint32_t max_parcels = 0;                     // 0: any number
    std::map<node_kind, std::int64_t> keep_back = {};  // whole units that stay at a node
    std::map<std::pair<node_kind, std::string>, std::int64_t> keep_back_of = {};  // of one SKU
};

struct sourcing_picture {
    std::vector<std::pair<sku_id, std::int64_t>> wanted;      // per unsourced line, granules
    std::map<std::pair<sku_id, node_id>, std::int64_t> free;  // of active nodes, above what stays
    rules by;
    std::vector<node_id> firm = {};  // of each of `wanted`; none: it may come from anywhere
    std::set<std::pair<std::size_t, node_id>> barred = {};  // a wanted line, and where it may not
                                                            // leave from
    std::vector<std::uint32_t> way = {};  // of each of `wanted`: limits hold for those of one way
};

/// What is wrong with a plan, or nothing.
[[nodiscard]] std::string find_fault(const sourcing_picture& seen, const plan& chosen);

}  // namespace earmark::naive
