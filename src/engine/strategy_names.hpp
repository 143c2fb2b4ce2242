// WHO DECIDED, by name: of a decision under a policy with strategies.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "earmark/model/view.hpp"
#include "earmark/sourcing/decision.hpp"

namespace earmark {

/// The strategy that decided, and those that passed the order on, by their names in `whole`. Both
/// stay as they are for a policy without strategies.
void name_strategies(const sourcing::policy& whole, const sourcing::decision& d,
                     std::string_view& decided, std::vector<std::string_view>& passed_on);

/// Who decided about which lines: of a decision by a ladder.
[[nodiscard]] line_group group_of(const sourcing::policy& whole, const sourcing::decision& d);

/// A group's plan as a part of that of the whole order, whose wanted lines are `all`.
void join_plans(plan& into, const plan& group, std::span<const wanted_line> all,
                std::span<const wanted_line> of_group, std::span<const node_facts> nodes,
                bool is_first);

/// How much of lines that say what they want (`n`) a plan serves.
template <class Line>
coverage covered(std::span<const Line> wanted, const plan& by) noexcept {
    std::int64_t left = 0;
    for (const Line& w : wanted) left += w.n;
    for (const plan_part& p : by.parts) left -= p.n;
    return left == 0 ? coverage::full : by.parts.empty() ? coverage::none : coverage::partial;
}

}  // namespace earmark
