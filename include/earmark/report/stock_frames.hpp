// WHAT HAPPENED TO STOCK, as frames: feeds, counts, expiries.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "earmark/model/feeds.hpp"
#include "earmark/model/movement.hpp"
#include "earmark/model/pools.hpp"
#include "earmark/model/sections.hpp"
#include "earmark/model/view.hpp"
#include "earmark/report/answers.hpp"
#include "earmark/report/frame.hpp"

namespace earmark::report {

/// Frame `fed`: what a message changed, and the rows that were rejected. `rows`: the message.
[[nodiscard]] frame fed_frame(const feed_report& r, std::span<const feed_row> rows);

/// Frame `counted`: answers of a batch of counts.
class counted_rows {
public:
    explicit counted_rows(std::size_t rows);
    void add(const result<receipt>& r);
    [[nodiscard]] frame finish() { return std::move(rows_).finish(); }

private:
    frame_builder rows_{"counted"};
    numbers<std::int64_t>&record_, &found_, &uncovered_;
    verdict_columns verdict_;
};

[[nodiscard]] frame pools_frame(std::span<const pool_view> of);
/// Frame `sections`: `row_of` says what a section is.
[[nodiscard]] frame sections_frame(std::span<const section_view> of, const vocabulary& node_keys,
                                   const std::function<section_row(section_id)>& row_of);

// `sku_keys` and `node_keys`: the words of the ids. The keys of sections and pools are asked for.
[[nodiscard]] frame counts_frame(std::span<const counted> of, vocabulary sku_keys,
                                 vocabulary node_keys,
                                 const std::function<std::string(section_id)>& section_key);
/// Frame `held`: the parts of one reservation.
[[nodiscard]] frame held_frame(std::span<const bucket_view> of, vocabulary sku_keys,
                               vocabulary node_keys,
                               const std::function<std::string(section_id)>& section_key,
                               const std::function<std::string_view(pool_id)>& pool_key);
[[nodiscard]] frame expiries_frame(std::span<const expiry> of, vocabulary sku_keys,
                                   vocabulary node_keys);

}  // namespace earmark::report
