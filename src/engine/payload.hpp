// A PAYLOAD of many orders, cut into the text of each before any of it is believed.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace earmark {

/// An order's text and the line of the payload, from 1, in which it begins.
struct payload_part {
    std::string_view text;
    std::uint32_t line = 1;
};

/// Calls f(part) for each element of a JSON array, or for each line that is not blank where the
/// payload does not begin with one, until f answers false.
///
/// An element that is broken ends where the array seems to go on: a closing brace or bracket closes
/// whatever was left open within it; a line end closes a text, and the element where a brace
/// follows. So one poison order mostly costs itself; between lines it always does. O(bytes).
void cut_payload(std::string_view payload, const std::function<bool(const payload_part&)>& f);

}  // namespace earmark
