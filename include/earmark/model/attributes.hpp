// ATTRIBUTES of a host's own: what orders, lines, SKUs, nodes and places are known by beside what
// Earmark has names for. Each has one name and one type, declared before it is used, so that a
// misspelt one is refused where it comes in. Policies ask for them (sourcing/condition.hpp).
//
//   customer.tier   text     of an order
//   line.hazmat     flag     of an order's line; else of its SKU
//   node.market     text     of a node
//   stock.target    number   of a SKU at a node
//   ship_to.market  text     of the place that an order goes to
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "earmark/core/ids.hpp"
#include "earmark/core/result.hpp"
#include "earmark/core/time.hpp"

namespace earmark {

/// Numbers and money are counts of 1/10,000; money is of the order's currency.
enum class value_type : std::uint8_t { text, number, money, flag };
[[nodiscard]] std::string_view name_of(value_type t) noexcept;
inline constexpr std::size_t value_types = 4;

/// What an attribute is of: said by the first word of its name.
enum class attribute_of : std::uint8_t { order, line, node, place, stock };
[[nodiscard]] attribute_of owner_of(std::string_view name) noexcept;

/// 1 to 64 bytes: words of small letters, digits and _, with dots between them.
[[nodiscard]] bool is_attribute_name(std::string_view name) noexcept;
inline constexpr std::size_t max_attributes = 256;
inline constexpr std::size_t max_attribute_name = 64;
inline constexpr std::size_t max_attribute_text = 255;  // bytes of a value

/// Declares one. The same again changes nothing; with another type it is refused.
struct attribute_row {
    std::string name;
    value_type type = value_type::text;
};

/// What something of a table has of an attribute: `line.` ones of SKUs, `node.` ones of nodes,
/// `ship_to.` ones of places, `stock.` ones of a SKU at a node. The latest row holds, for every
/// decision from then on.
struct fact_row {
    std::string key;  // the SKU's, node's or place's
    std::string attribute;
    std::string value;   // gold, 12.5, 150.00, true or false; empty: it has none any more
    std::string node{};  // of `stock.` ones, else empty
};

/// What an order, or a line of it, has of an attribute. Each at most once; all of an order's take
/// at most max_fact_bytes: 5 and the text of each, or 12.
inline constexpr std::size_t max_fact_bytes = 65'536;
struct order_fact {
    attribute_id attribute{};
    std::uint32_t line = 0;  // 1, 2, ... for `line.` ones; else 0
    std::string_view value;  // as in fact_row, never empty
};

/// A node that nothing is sourced from for a time. Its stock and its promises stay. The node and
/// `from` name the row: the same again changes the reason and `until`; an `until` that is `from`
/// takes it back.
struct exclusion_row {
    std::string node;
    std::string reason;  // for people; at most max_attribute_text bytes
    time_point from{INT64_MIN};
    time_point until = never;
};

/// What a text says as a value of a type, in 1/10,000 or 0 and 1; 0 for text. bad_number,
/// too_many_decimals, out_of_range, bad_field (a flag is true or false), key_too_long (a text of
/// more than max_attribute_text bytes).
[[nodiscard]] result<std::int64_t> parse_value(value_type t, std::string_view text) noexcept;

/// The other way round: 12.5, 150, true; `text` for one.
[[nodiscard]] std::string value_text(value_type t, std::int64_t n, std::string_view text);

}  // namespace earmark
