#include "earmark/sourcing/decision.hpp"

#include <algorithm>

#include "earmark/core/check.hpp"
#include "workshop.hpp"

namespace earmark::sourcing {
namespace {

/// All that the lines of one SKU want together: more stock than this never decides anything.
std::int64_t demand_of(const sourcing_problem& problem, sku_id sku) noexcept {
    std::int64_t sum = 0;
    for (const wanted_line& line : problem.lines) sum += line.sku == sku ? line.n : 0;
    return sum;
}

void record_stock(const policy& by, const sourcing_problem& problem, decision& out) {
    const std::size_t nodes = problem.nodes.size();
    for (std::size_t l = 0; l < problem.lines.size(); ++l) {
        const wanted_line& line = problem.lines[l];
        const std::int64_t most =
            out.amounts ? std::min<std::int64_t>(demand_of(problem, line.sku), INT32_MAX) : line.n;
        const std::int64_t least = out.amounts ? 1 : line.n;
        for (std::size_t k = 0; k < nodes; ++k) {
            const std::int64_t n = usable(by, problem, l, static_cast<node_id>(k));
            if (n >= least)
                out.seen.push_back({static_cast<std::uint32_t>(l * nodes + k),
                                    static_cast<granules>(std::min(n, most))});
        }
    }
}

}  // namespace

const plan& decide(const policy& by, const decision_versions& versions,
                   const sourcing_problem& problem, scratch& s, decision& out) {
    const plan& found = solve(by, problem, s);
    out.by = versions.policy;
    out.policy_digest = by.digest();
    out.tables = versions.tables;
    out.nodes = static_cast<std::uint16_t>(problem.nodes.size());
    out.amounts = s.workshop().used_quantities;
    out.covers = found.covers;
    out.proof = found.proof;
    out.wanted.clear();
    for (const wanted_line& line : problem.lines) out.wanted.push_back({line.line, line.n});
    out.seen.clear();
    record_stock(by, problem, out);
    out.parts.assign(found.parts.begin(), found.parts.end());
    return found;
}

recorded_problem::recorded_problem(const policy& by, const decision& d, const decision_facts& facts)
    : nodes_{facts.nodes}, metres_{facts.metres} {
    EARMARK_CHECK(facts.nodes.size() == d.nodes && facts.metres.size() == d.nodes,
                  "the tables do not have the nodes of the decision; give those of its version");
    for (const decided_line& line : d.wanted) {
        EARMARK_CHECK(line.line < facts.lines.size(),
                      "the order does not have a line of the decision");
        wanted_line again = facts.lines[line.line];
        again.line = line.line;
        again.n = line.n;
        lines_.push_back(again);
    }
    free_.assign(lines_.size() * nodes_.size(), 0);
    for (const seen_stock& seen : d.seen) {
        EARMARK_CHECK(seen.at < free_.size(), "a decision saw stock outside of its own table");
        // What is kept back was taken off before it was recorded, and comes off again.
        const node_facts& node = nodes_[seen.at % nodes_.size()];
        const std::int64_t kept =
            detail::kept_granules(by.terms().keep_back[static_cast<std::size_t>(node.kind)],
                                  lines_[seen.at / nodes_.size()].granule_e9);
        free_[seen.at] = static_cast<granules>(std::min<std::int64_t>(seen.n + kept, INT32_MAX));
    }
}

result<plan> replay(const policy& by, const decision& d, const decision_facts& facts, scratch& s) {
    if (by.digest() != d.policy_digest) return fail(error_code::bad_record, raw(d.by));
    const recorded_problem problem{by, d, facts};
    return solve(by, problem.view(), s);
}

}  // namespace earmark::sourcing
