#include "fill.hpp"

#include <algorithm>

namespace earmark::sourcing::detail {
namespace {

/// -1, 0, 1 as a / m is less than, equal to or greater than b / n. Requires m, n > 0.
int compare_ratios(std::int64_t a, std::int64_t m, std::int64_t b, std::int64_t n) noexcept {
    const key128 left = key128{static_cast<std::uint64_t>(a)} * static_cast<std::uint64_t>(n);
    const key128 right = key128{static_cast<std::uint64_t>(b)} * static_cast<std::uint64_t>(m);
    return left < right ? -1 : right < left ? 1 : 0;
}

template <class T>
int compare_values(T a, T b) noexcept {
    return a < b ? -1 : b < a ? 1 : 0;
}

int compare_distance(const sourcing_problem& p, std::uint32_t a, std::uint32_t b) noexcept {
    static_assert(unknown_distance == 0xFFFFFFFF, "unknown is farther than every distance");
    return compare_values(p.metres[a], p.metres[b]);
}

}  // namespace

void filler::fill(const board& b, std::vector<plan_part>& parts) {
    const sourcing_problem& problem = b.problem();
    open_.assign(problem.nodes.size(), 0);
    opened_ = 0;
    for (const plan_part& part : parts) {
        opened_ += open_[index_of(part.node)] == 0;
        open_[index_of(part.node)] = 1;
    }
    const std::size_t whole = parts.size();  // in the order of the lines
    std::size_t next = 0;
    for (std::size_t l = 0; l < problem.lines.size(); ++l) {
        if (next < whole && parts[next].wanted == l) {
            ++next;
        } else if (problem.lines[l].may_split && set_of(b.terms(), problem.lines[l]) == 0) {
            fill_line(b, l, problem.lines[l].n, parts);
        }
    }
}

void filler::fill_line(const board& b, std::size_t wanted, std::int64_t rest,
                       std::vector<plan_part>& parts) {
    const auto& lines = b.problem().lines;
    taken_.assign(b.problem().nodes.size(), 0);
    for (const plan_part& part : parts)
        if (same_goods(lines[part.wanted], lines[wanted])) taken_[index_of(part.node)] += part.n;
    while (rest > 0) {
        offer best;
        for (std::uint32_t k = 0; k < b.problem().nodes.size(); ++k) {
            if (!b.allows(k)) continue;
            const offer other = make_offer(b, wanted, k, rest);
            if (other.n > 0 && (best.node == no_node || is_better(b, wanted, other, best)))
                best = other;
        }
        if (best.node == no_node) return;
        parts.push_back({static_cast<std::uint16_t>(wanted), static_cast<node_id>(best.node),
                         static_cast<granules>(best.n)});
        rest -= best.n;
        taken_[best.node] += best.n;
        opened_ += best.opens;
        open_[best.node] = 1;
    }
}

filler::offer filler::make_offer(const board& b, std::size_t wanted, std::uint32_t node,
                                 std::int64_t rest) const {
    const bool opens = open_[node] == 0;
    const auto limit = static_cast<std::size_t>(b.terms().max_parcels);
    if (opens && limit != 0 && opened_ >= limit) return {};
    const std::int64_t n = std::min(b.usable(wanted, node) - taken_[node], rest);
    if (n <= 0) return {};
    const std::int64_t cost = b.part_cost(wanted, node, n) + (opens ? b.opening(node) : 0);
    return {node, n, opens, cost};
}

bool filler::is_better(const board& b, std::size_t wanted, const offer& x, const offer& y) {
    const sourcing_problem& p = b.problem();
    for (const criterion c : b.terms().rank) {
        int order = 0;
        switch (c) {
            case criterion::cost:
                order = compare_ratios(x.cost, x.n, y.cost, y.n);
                break;
            case criterion::parcels:
                order = compare_ratios(x.opens, x.n, y.opens, y.n);
                break;
            case criterion::distance:
                order = compare_distance(p, x.node, y.node);
                break;
            case criterion::priority:
                order = compare_values(p.nodes[x.node].priority, p.nodes[y.node].priority);
                break;
            case criterion::score:
                if (!p.scores.empty()) order = compare_values(p.scores[x.node], p.scores[y.node]);
                break;
            default:
                order = compare_values(p.number(column_of(c), wanted, x.node),
                                       p.number(column_of(c), wanted, y.node));
                break;
        }
        if (order != 0) return order < 0;
    }
    return p.nodes[x.node].sequence < p.nodes[y.node].sequence;
}

}  // namespace earmark::sourcing::detail
