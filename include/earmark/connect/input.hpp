// INPUT: the bytes of a file, bounded before they are read and again while they are expanded. Two
// magic bytes decide whether a file is gzip; its name decides nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "earmark/model/tables.hpp"

namespace earmark::connect {

struct input_limits {
    std::size_t file_bytes = std::size_t{256} << 20;  // as stored
    std::size_t text_bytes = std::size_t{1} << 30;    // as expanded: a small bomb stays small
};

/// A text, or why there is none (then the text is empty). Rows do not matter here: row is 0.
struct input {
    std::string text;
    std::optional<rejected_row> failure;
};

/// Reads a file, gzip or plain. The only function of this room that touches the file system.
[[nodiscard]] input read_input(const std::string& path, input_limits limits = {});

/// The same for bytes in memory. `name` stands in messages.
[[nodiscard]] input expand(std::string bytes, std::string_view name, input_limits limits = {});

}  // namespace earmark::connect
