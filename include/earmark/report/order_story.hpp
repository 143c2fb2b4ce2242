// The trail and the story of an order, for people: as sentences, as a picture, and as a frame.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "earmark/model/trail.hpp"
#include "earmark/report/frame.hpp"

namespace earmark::report {

/// Who gave the command of a record: an actor's key, or `time` where a timer of a workflow did.
[[nodiscard]] std::string_view giver_of(std::span<const trail_row> rows) noexcept;

/// One sentence, without a line's end, of rows that are of one record and about one order, or none.
/// Of very many rows it tells the first ones and says how many more there are. Empty of none.
[[nodiscard]] std::string sentence_of(std::span<const trail_row> rows);

/// A line for each record and order among them, in their order.
[[nodiscard]] std::string text_of(std::span<const trail_row> rows);
/// The same behind a line that says which order it is, and, where its beginning is in memory no
/// longer, another that says so.
[[nodiscard]] std::string text_of(const told_story& of);

/// Bounds of a picture; what is beyond them is counted in words.
inline constexpr std::size_t drawn_lines = 40, drawn_holds = 20, drawn_steps = 120;

/// An SVG: time goes from left to right, a column for each record; above are the holds, a bar each;
/// below a row for each line, state and node that units stood in, with how many they were. Texts do
/// not overlap. The same story gives the same bytes.
[[nodiscard]] std::string svg_of(const told_story& of);

/// Frame `trail`. `sku_keys` and `node_keys`: the words of the ids.
[[nodiscard]] frame trail_frame(std::span<const trail_row> rows, vocabulary sku_keys,
                                vocabulary node_keys);

}  // namespace earmark::report
