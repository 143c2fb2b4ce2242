// A LINE OF JSON, read within bounds: size, UTF-8, depth, count of values, and no key twice in one
// object (a reader that keeps the first or the last of two would do what nobody meant).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "submit_problem.hpp"

namespace earmark::submission {

struct parsed_line {
    nlohmann::json value;  // an object, where there is no problem
    std::optional<problem> wrong;
};

[[nodiscard]] parsed_line parse_line(std::string_view line);
/// The same of any object; what to say of JSON that is none.
[[nodiscard]] parsed_line parse_object(std::string_view line, const char* otherwise,
                                       const char* hint);

/// `parent` with one more token, escaped as RFC 6901 wants it.
[[nodiscard]] std::string pointer(std::string_view parent, std::string_view token);
[[nodiscard]] std::string pointer(std::string_view parent, std::size_t index);

}  // namespace earmark::submission
