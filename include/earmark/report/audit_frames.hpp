// What audits and thresholds say, as frames of the column dictionary.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "earmark/model/audit.hpp"
#include "earmark/model/thresholds.hpp"
#include "earmark/report/frame.hpp"

namespace earmark::report {

/// Frame `findings`: the lists of a report one behind the other, then a row for each of the
/// auditor's lines that found nothing or could not look. `sku_keys` and `node_keys`: the
/// words of the ids.
[[nodiscard]] frame findings_frame(const audit_report& of, vocabulary sku_keys,
                                   vocabulary node_keys);

/// Names by number, as an engine gives them.
struct crossing_names {
    std::function<std::string_view(std::uint32_t)> threshold;
    std::function<std::string_view(channel_id)> channel;
    std::function<std::string(section_id)> section;
    std::function<std::string_view(pool_id)> pool;
};
/// Frame `crossings`.
[[nodiscard]] frame crossings_frame(std::span<const crossing> of, vocabulary sku_keys,
                                    vocabulary node_keys, const crossing_names& names);

}  // namespace earmark::report
