// AN ORDER AS TEXT, turned into what the engine takes.
#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include "submit_answer.hpp"

namespace earmark::submission {

/// Of the field `type`.
[[nodiscard]] order_type type_of(const values& line);

/// An order of a line, or a canonical one, that has the right shape. `order` points into it.
struct order_text {
    order_request order;
    std::vector<order_line> lines;
    std::vector<order_fact> facts;
    problems all;  // what keeps it from being formed, which the call has, too, and what the engine
                   // would find besides, line by line

    order_text() = default;
    order_text(const order_text&) = delete;
    order_text& operator=(const order_text&) = delete;

    void read(call& c, const nlohmann::json& line);
};

}  // namespace earmark::submission
