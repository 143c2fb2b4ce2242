// Where an order's units stand, as a text.
#pragma once

#include <string>

#include "earmark/engine/engine.hpp"

namespace earmark {

/// `open 1 open/seen 3`: states, with the workflow's own names of them, and how many.
inline std::string units_text(const engine& on, order_id o) {
    std::string out;
    const auto view = on.order(o);
    for (const bucket_view& b : view->buckets) {
        out += (out.empty() ? "" : " ") + std::string{name_of(b.state)};
        if (!b.label.empty()) out += "/" + std::string{b.label};
        out += ' ' + std::to_string(b.amount.atoms);
    }
    return out;
}

}  // namespace earmark
