// THE REPORT AS FRAMES of the column dictionary: what is counted, and what it is counted from.
#pragma once

#include <span>
#include <string_view>

#include "earmark/model/movement.hpp"
#include "earmark/report/ageing.hpp"
#include "earmark/report/frame.hpp"
#include "earmark/report/kpi.hpp"

namespace earmark::report {

/// Frame `kpis`: one row per figure of the list, also those without a value.
[[nodiscard]] frame kpis_frame(const kpi_result& of);

/// Frame `facts`: what bindings/python/earmark/views.sql computes the same figures from.
[[nodiscard]] frame facts_frame(std::span<const kpi_fact> of);

// `sku_keys` and `node_keys`: the words of the ids.
[[nodiscard]] frame movements_frame(std::span<const movement> of, vocabulary sku_keys,
                                    vocabulary node_keys);
[[nodiscard]] frame ageing_frame(std::span<const age_row> of);
[[nodiscard]] frame exceptions_frame(std::span<const exception_row> of, vocabulary sku_keys,
                                     vocabulary node_keys);

/// `name`: node_scorecard, vendor_scorecard or carrier_scorecard. `keys` may be null.
[[nodiscard]] frame scorecard_frame(std::string_view name, std::span<const score> of,
                                    const vocabulary& keys);

}  // namespace earmark::report
