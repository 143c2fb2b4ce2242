// FACTS, compiled: which attributes are declared, what SKUs, nodes and places have of them, what an
// order keeps of its own, and which nodes are excluded for a time. Read by every decision whose
// policy asks; written only while the engine is taken.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "earmark/core/intern.hpp"
#include "earmark/core/time.hpp"
#include "earmark/model/attributes.hpp"
#include "earmark/model/command.hpp"
#include "earmark/sourcing/condition.hpp"

namespace earmark {

/// A value as it is kept: text is a number of `fact_table::texts`.
struct kept_value {
    bool given = false;
    std::int64_t n = 0;
};

struct exclusion {
    node_id node{};
    time_point from{INT64_MIN};
    time_point until = never;
    std::uint32_t reason = 0;  // of `texts`
};

/// One of an order's own facts, in its bytes.
struct order_value {
    attribute_id attribute{};
    std::uint32_t line = 0;
    std::int64_t n = 0;
    std::string_view text{};
};

class fact_table {
public:
    key_table names;  // by attribute_id
    key_table texts;  // that tables have

    [[nodiscard]] std::size_t size() const noexcept { return types_.size(); }
    [[nodiscard]] value_type type(attribute_id a) const noexcept { return types_[index_of(a)]; }
    [[nodiscard]] attribute_of owner(attribute_id a) const noexcept { return owners_[index_of(a)]; }
    [[nodiscard]] std::optional<attribute_id> find(std::string_view name) const noexcept;

    /// Requires a fresh and sound name. May throw std::bad_alloc, then unchanged.
    attribute_id declare(std::string_view name, value_type type);
    /// What a row of a table has; `of` is the number of the SKU, node or place.
    void set(attribute_id a, std::uint32_t of, const kept_value& v);
    /// What a SKU at a node has. O(log of the nodes that have any for it), set() O(them).
    void set(attribute_id a, sku_id sku, node_id node, const kept_value& v);
    [[nodiscard]] kept_value get(attribute_id a, sku_id sku, node_id node) const noexcept;
    [[nodiscard]] kept_value get(attribute_id a, std::uint32_t of) const noexcept {
        const auto& all = values_[index_of(a)];
        return of < all.size() ? all[of] : kept_value{};
    }

    /// The same for a condition; its text lives as long as the table.
    [[nodiscard]] sourcing::attribute_value value(attribute_id a, std::uint32_t of) const noexcept {
        const kept_value v = get(a, of);
        const bool is_text = v.given && type(a) == value_type::text;
        return {v.given, is_text ? 0 : v.n,
                is_text ? texts.key(static_cast<std::uint32_t>(v.n)) : std::string_view{}};
    }

    /// Puts it in place of the one of its node and beginning; one that ends where it begins only
    /// takes that one away, and is refused where there is none.
    bool exclude(const exclusion& e);
    /// The last to end is the first.
    [[nodiscard]] std::span<const exclusion> exclusions() const noexcept { return exclusions_; }

    /// Another number after every change: what was computed from the table is of that number.
    [[nodiscard]] std::uint64_t version() const noexcept { return version_; }
    [[nodiscard]] bool empty() const noexcept { return types_.empty() && exclusions_.empty(); }
    [[nodiscard]] std::uint64_t digest_of_facts() const;

private:
    std::vector<value_type> types_;
    std::vector<attribute_of> owners_;
    struct kept_at {
        node_id node{};
        kept_value value;
    };
    std::vector<std::vector<kept_value>> values_;            // by attribute, then by row
    std::vector<std::vector<std::vector<kept_at>>> stocks_;  // by attribute, SKU, node ascending
    std::vector<exclusion> exclusions_;
    std::uint64_t version_ = 0;
};

/// The order's facts as bytes, ascending by line and then by attribute; none for none. Violations,
/// each with its line: unknown_attribute and bad_attribute (refs: the attribute; it is not of
/// orders), unknown_line, duplicate_row, and those of parse_value().
void keep_facts(std::span<const order_fact> facts, std::size_t lines, const fact_table& known,
                std::vector<std::byte>& into, std::vector<error>& violations);

/// Reads them back. False where the bytes are damaged or name what is not known.
[[nodiscard]] bool read_facts(std::span<const std::byte> bytes, std::size_t lines,
                              const fact_table& known, std::vector<order_value>& into);

}  // namespace earmark
