// CONDITIONS say which orders a strategy is for. Typed, without code and without regular
// expressions: what does not fit is refused while a policy is loaded, with the place.
//
//   method == "pickup"
//   customer.tier in ["gold", "platinum"] and goods_value >= "150.00"
//   any(hazmat) or not every(category == "outerwear")
//
// `or` binds less than `and`, and that less than `not`; parentheses group. Text is compared with ==
// and !=, numbers and money also with < <= > >=; `in` is one of a list; a flag stands for itself;
// has(x) asks whether x was given at all. any(...) holds where some line fits, every(...) where no
// line does not and there is one. Outside of them lines have no names.
//
// What was not given compares with nothing: every comparison with it is false, != too.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/model/attributes.hpp"

namespace earmark::sourcing {

namespace detail {
class case_maker;
}

/// Something that orders, or their lines, are known by.
struct attribute {
    std::string name;  // customer.tier: small letters, digits, _ and dots between words
    value_type type = value_type::text;
    bool of_line = false;
};

/// What an order or a line has of an attribute.
struct attribute_value {
    bool given = false;
    std::int64_t n = 0;       // number, money: times 10,000; flag: 0 or 1
    std::string_view text{};  // text
};

/// What a condition is asked of. Values stand at the attributes' indexes; short spans give no more.
struct order_facts {
    std::span<const attribute_value> order;
    std::span<const std::span<const attribute_value>> lines{};
};

/// Immutable; any number of threads may share it.
class condition {
public:
    /// O(terms x lines). Neither allocates nor throws.
    [[nodiscard]] bool holds(const order_facts& of) const noexcept;
    /// One spelling for all texts that mean the same, term by term; parsing it gives an equal one.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// Indexes of the attributes that it looks at, ascending.
    [[nodiscard]] std::span<const std::uint16_t> uses() const noexcept { return uses_; }

private:
    friend class condition_builder;
    friend class detail::case_maker;
    enum class kind : std::uint8_t { all, some, neither, any, every, compare, one_of, flag, has };
    enum class order : std::uint8_t { equal, other, less, most, more, least };
    struct literal {
        std::int64_t n = 0;
        std::string text;
    };
    /// A term and, behind it, what it joins: `size` terms with itself.
    struct term {
        kind is = kind::all;
        order by = order::equal;
        std::uint16_t attribute = 0;
        std::uint16_t first = 0, count = 0;  // literals
        std::uint16_t size = 1;
    };
    using values = std::span<const attribute_value>;

    [[nodiscard]] bool holds(std::size_t at, values own, values line,
                             const order_facts& of) const noexcept;
    [[nodiscard]] bool joins(std::size_t at, values own, values line,
                             const order_facts& of) const noexcept;
    [[nodiscard]] bool fits(const term& t, const attribute_value& v) const noexcept;
    [[nodiscard]] std::string words(std::size_t at, std::span<const attribute> known) const;

    std::vector<term> terms_;
    std::vector<literal> literals_;
    std::vector<bool> of_line_;  // by attribute
    std::vector<value_type> type_;
    std::string text_;
    std::vector<std::uint16_t> uses_;
};

inline constexpr std::size_t max_condition_bytes = 4'096;
inline constexpr std::size_t max_condition_depth = 32;  // parentheses
inline constexpr std::size_t max_condition_terms = 512;

/// A condition, or what is wrong with the text: a sentence that says what to do, and the offset of
/// the first byte that does not fit.
struct parsed_condition {
    std::optional<condition> value;
    std::size_t at = 0;
    std::string problem;

    explicit operator bool() const noexcept { return value.has_value(); }
};

/// The text is hostile until read. O(bytes).
[[nodiscard]] parsed_condition parse_condition(std::string_view text,
                                               std::span<const attribute> known);

// ---- what is asked ----------------------------------------------------------------------------

/// What conditions may ask of an order, by index. Money is in the policy's currency; of an order in
/// another one it is not given.
enum class order_attribute : std::uint8_t {
    goods_value,
    units,
    lines,
    priority,
    currency,
    ship_to,
    method,
    line_sku,
    line_units,
    line_unit_price,
    line_value
};
[[nodiscard]] std::span<const attribute> order_attributes();

/// What filters may ask of a node, by index.
enum class node_attribute : std::uint8_t { key, kind, priority };
[[nodiscard]] std::span<const attribute> node_attributes();

/// `built_in`, and of the declared ones those of nodes, or the others.
[[nodiscard]] std::vector<attribute> known_attributes(std::span<const attribute> built_in,
                                                      std::span<const attribute> declared,
                                                      bool of_nodes);

/// What a filter may ask of the dates that a node would keep (room promise), at the instant of the
/// decision: does it take the order for today's work; would it be at the door on the order's last
/// day, or before it? An order without a last day is in time wherever it is promised any.
enum class date_rule : std::uint8_t { open_calendar, delivers_by_promise };
[[nodiscard]] std::string_view name_of(date_rule r) noexcept;

/// Which nodes may serve an order. Where `same` is said, those whose text is that of the order;
/// none where the order does not give it.
struct filter {
    std::string name;
    std::optional<condition> when{};   // of orders, by policy::of_orders(); none: every order
    std::optional<condition> nodes{};  // that may serve it, by policy::of_nodes()
    struct pair {
        std::uint16_t node = 0;   // of policy::of_nodes()
        std::uint16_t order = 0;  // of policy::of_orders(); not of lines
    };
    std::optional<pair> same{};
    std::optional<date_rule> dates{};
    bool not_rejected = false;  // no node for a line that it gave back (policy::rejections())
};

}  // namespace earmark::sourcing
