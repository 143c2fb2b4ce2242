// WHO DECIDED, by name: of a decision under a policy with strategies.
#pragma once

#include <string_view>
#include <vector>

#include "earmark/sourcing/decision.hpp"

namespace earmark {

/// The strategy that decided, and those that passed the order on, by their names in `whole`. Both
/// stay as they are for a policy without strategies.
void name_strategies(const sourcing::policy& whole, const sourcing::decision& d,
                     std::string_view& decided, std::vector<std::string_view>& passed_on);

}  // namespace earmark
