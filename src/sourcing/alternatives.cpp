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
    const policy_terms& terms = by.terms();
    const std::size_t k = index_of(part.node);
    const detail::part_measures m = detail::measure_part(
        {terms, problem, detail::farthest_known(problem.nodes, problem.metres)}, part.wanted, k,
        part.n);
    part_terms out{};
    if (!terms.weights.empty()) {
        out[0] = detail::weighed_part(terms, m);
        return out;
    }
    std::size_t i = 0;
    for (const criterion c : terms.rank) {
        if (c == criterion::cost) out[i++] = m[detail::in_cost];
        if (c == criterion::priority) out[i++] = m[detail::in_priority];
        if (c == criterion::score) out[i++] = m[detail::in_score];
        if (c == criterion::distance) {
            out[i++] = m[detail::in_unknown];
            out[i++] = m[detail::in_metres];
        }
        if (c == criterion::delivery_date)
            out[i++] = problem.number(node_column::delivery_date, part.wanted, k);
        else if (is_column(c))
            out[i++] = m[detail::in_zone + static_cast<std::size_t>(column_of(c))];
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
        const bool divides =
            by_.terms().lines == line_split::by_quantity && chosen_.covers != coverage::full;
        const bool exact = work_.by_programme() && !divides &&
                           is_by_whole_lines(problem_, chosen_) && same(work_.answer, chosen_);
        out_.with_proof = exact ? quality::exact : quality::heuristic;
        for (std::uint32_t k = 0; k < problem_.nodes.size(); ++k) {
            const auto node = static_cast<node_id>(k);
            if (std::find(used_.begin(), used_.end(), node) != used_.end()) continue;
            if (exact) {
                plan with;
                if (work_.best_with(k, with)) out_.with[k] = std::move(with);
            } else if (problem_.nodes[k].active && is_priced(by_, problem_.nodes[k])) {
                auto with = moved(by_, problem_, chosen_, node);
                if (with && detail::keeps_rules(by_.terms(), problem_, with->parts))
                    out_.with[k] = std::move(with);
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
