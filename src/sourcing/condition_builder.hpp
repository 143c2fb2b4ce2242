// BUILDING CONDITIONS: what the grammar calls while it reads, term by term.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "earmark/sourcing/condition.hpp"

namespace earmark::sourcing {

/// Grows a tree of terms, leaves first. Each step answers the sentence of what is wrong, or
/// nothing.
class condition_builder {
public:
    using kind = condition::kind;
    using order = condition::order;

    explicit condition_builder(std::span<const attribute> known);

    /// A comparison begins: of which attribute.
    std::string name(std::string_view text);
    void sign(order by) noexcept { by_ = by; }
    /// A value as it was written, without its quotes; then what the attribute makes of it.
    void written(value_type as, std::string text) {
        said_ = as;
        value_ = std::move(text);
    }
    std::string literal();
    /// The comparison is complete.
    std::string leaf(kind k);

    /// A group begins; what was read since then joins to one term, unless it is one already and
    /// may stay alone.
    void open() { opened_.push_back(tree_.size()); }
    void join(kind k, bool always);
    /// any() or every() begins.
    std::string open_lines();
    void join_lines(kind k);

    condition finish();

private:
    struct branch {
        condition::term self;
        std::vector<branch> parts;
    };
    void flatten(const branch& b);

    std::span<const attribute> known_;
    condition made_;
    std::vector<branch> tree_;
    std::vector<std::size_t> opened_;  // where each open group begins
    std::size_t count_ = 0;
    int inside_ = 0;  // any() and every() around
    std::uint16_t named_ = 0;
    std::uint16_t first_ = 0;  // literal of the comparison at hand
    order by_ = order::equal;
    std::string value_;
    value_type said_ = value_type::text;
};

namespace detail {

/// `12.5`, `"150.00"`, `"gold"`, `true`.
[[nodiscard]] std::string literal_text(value_type t, std::int64_t n, std::string_view text);

/// Digits with at most 4 decimals, times 10,000; nothing where it is no such number or too large.
[[nodiscard]] std::optional<std::int64_t> number_e4(std::string_view text) noexcept;

}  // namespace detail
}  // namespace earmark::sourcing
