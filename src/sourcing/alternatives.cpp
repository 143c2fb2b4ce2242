#include "earmark/sourcing/alternatives.hpp"

#include <algorithm>
#include <array>

#include "workshop.hpp"

namespace earmark::sourcing {
namespace {

std::vector<node_id> nodes_of(const plan& p) {
    std::vector<node_id> nodes;
    for (const plan_part& part : p.parts)
        if (std::find(nodes.begin(), nodes.end(), part.node) == nodes.end())
            nodes.push_back(part.node);
    return nodes;
}

bool is_by_whole_lines(const sourcing_problem& problem, const plan& p) {
    return std::all_of(p.parts.begin(), p.parts.end(), [&](const plan_part& part) {
        return part.n == problem.lines[part.wanted].n;
    });
}

/// A part's own terms in the order of the policy's criteria; parcels belong to no single part.
using part_terms = std::array<std::int64_t, criteria + 1>;
part_terms terms_of(const policy& by, const sourcing_problem& problem, const plan_part& part) {
    part_terms out{};
    std::size_t i = 0;
    const std::size_t k = index_of(part.node);
    const bool known = problem.metres[k] != unknown_distance;
    for (const criterion c : by.terms().rank) {
        switch (c) {
            case criterion::cost:
                out[i++] = price_part(by, problem, part);
                break;
            case criterion::priority:
                out[i++] = problem.nodes[k].priority;
                break;
            case criterion::score:
                out[i++] = problem.scores.empty() ? 0 : problem.scores[k];
                break;
            case criterion::parcels:
                break;
            case criterion::distance:
                out[i++] = !known;
                out[i++] = known ? problem.metres[k] : 0;
                break;
        }
    }
    return out;
}

/// A plan with `node` in it, made from `chosen`: every whole line that is better there moves, or if
/// there is none, the one that loses least. None where no line can move.
std::optional<plan> moved(const policy& by, const sourcing_problem& problem, const plan& chosen,
                          node_id node) {
    plan out = chosen;
    std::size_t least = out.parts.size();
    part_terms least_loss{};
    bool any = false;
    for (std::size_t i = 0; i < out.parts.size(); ++i) {
        plan_part& part = out.parts[i];
        if (part.n != problem.lines[part.wanted].n) continue;
        if (usable(by, problem, part.wanted, node) < part.n) continue;
        const part_terms here = terms_of(by, problem, part);
        part_terms loss = terms_of(by, problem, {part.wanted, node, part.n});
        for (std::size_t t = 0; t < loss.size(); ++t) loss[t] -= here[t];
        if (loss < part_terms{}) {
            part.node = node;
            any = true;
        } else if (least == out.parts.size() || loss < least_loss) {
            least = i;
            least_loss = loss;
        }
    }
    if (!any && least == out.parts.size()) return std::nullopt;
    if (!any) out.parts[least].node = node;
    out.proof = quality::heuristic;
    out.cost = price(by, problem, out.parts);
    return out;
}

/// Do lines of one SKU fit together at `node`, and is the plan within the policy's parcels?
bool is_legal(const policy& by, const sourcing_problem& problem, const plan& p, node_id node) {
    if (by.terms().max_parcels != 0 && p.cost.parcels > by.terms().max_parcels) return false;
    for (const plan_part& part : p.parts) {
        if (part.node != node) continue;
        std::int64_t asked = 0;
        for (const plan_part& other : p.parts)
            if (other.node == node &&
                problem.lines[other.wanted].sku == problem.lines[part.wanted].sku)
                asked += other.n;
        if (asked > usable(by, problem, part.wanted, node)) return false;
    }
    return true;
}

class finder {
public:
    finder(const policy& by, const sourcing_problem& problem, const plan& chosen, scratch& s)
        : by_{by}, problem_{problem}, chosen_{chosen}, work_{s.workshop()} {}

    alternatives find() {
        out_.with.resize(problem_.nodes.size());
        if (chosen_.parts.empty()) return std::move(out_);
        used_ = nodes_of(chosen_);
        find_with();
        for (const std::optional<plan>& other : out_.with)
            if (other) consider(*other);
        for (const node_id node : used_) {
            work_.solve(by_, problem_, raw(node));
            if (!work_.answer.parts.empty()) consider(work_.answer);
        }
        out_.second_proof = out_.with_proof;
        if (out_.second && out_.second->parts.size() != chosen_.parts.size())
            out_.second_proof = quality::heuristic;  // fewer lines: others were not compared
        return std::move(out_);
    }

private:
    void find_with() {
        work_.every = true;
        work_.solve(by_, problem_, detail::no_node);
        work_.every = false;
        const bool exact = work_.by_programme() && is_by_whole_lines(problem_, chosen_) &&
                           same(work_.answer, chosen_);
        out_.with_proof = exact ? quality::exact : quality::heuristic;
        for (std::uint32_t k = 0; k < problem_.nodes.size(); ++k) {
            const auto node = static_cast<node_id>(k);
            if (std::find(used_.begin(), used_.end(), node) != used_.end()) continue;
            if (exact) {
                plan with;
                if (work_.best_with(k, with)) out_.with[k] = std::move(with);
            } else if (problem_.nodes[k].active && is_priced(by_, problem_.nodes[k])) {
                auto with = moved(by_, problem_, chosen_, node);
                if (with && is_legal(by_, problem_, *with, node)) out_.with[k] = std::move(with);
            }
        }
    }

    void consider(const plan& other) {
        if (!out_.second || compare(by_, problem_, other, *out_.second).order < 0)
            out_.second = other;
    }

    const policy& by_;
    const sourcing_problem& problem_;
    const plan& chosen_;
    detail::workshop& work_;
    std::vector<node_id> used_;
    alternatives out_;
};

}  // namespace

alternatives find_alternatives(const policy& by, const sourcing_problem& problem,
                               const plan& chosen, scratch& s) {
    return finder{by, problem, plan{chosen}, s}.find();  // a copy: `chosen` may lie in `s`
}

}  // namespace earmark::sourcing
