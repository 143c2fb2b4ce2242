// A REPORT on captured orders as JSON.
#pragma once

#include "earmark/model/capture.hpp"
#include "submit_answer.hpp"

namespace earmark::submission {

[[nodiscard]] answer report_json(const capture_report& r);

}  // namespace earmark::submission
