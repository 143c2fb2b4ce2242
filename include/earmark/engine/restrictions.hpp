// RESTRICTIONS, compiled. Read by every decision; written only while the engine is taken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/intern.hpp"
#include "earmark/core/result.hpp"
#include "earmark/model/restrictions.hpp"
#include "earmark/sourcing/condition.hpp"

namespace earmark {

class engine;
class fact_table;

struct restriction {
    std::optional<sourcing::condition> item{}, origin{}, destination{}, order{};
    std::vector<service_id> services{};                                  // ascending; empty: all
    std::optional<std::pair<attribute_id, attribute_id>> unless_same{};  // a node's, a place's
    std::string reason{};
    bool active = true;
};

class restriction_table {
public:
    key_table keys;  // by number

    [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
    [[nodiscard]] const restriction& operator[](std::size_t number) const noexcept {
        return rows_[number];
    }
    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
    /// Another number after every change.
    [[nodiscard]] std::uint64_t version() const noexcept { return version_; }
    /// May throw std::bad_alloc; the rows are then of no use.
    void set(std::string_view key, restriction r);
    /// 0 where there are none.
    [[nodiscard]] std::uint64_t digest_of_rows() const;

private:
    std::vector<restriction> rows_;
    std::uint64_t version_ = 0;
};

/// What a condition may ask, and which of it is declared: the last ones. Of one kind of thing it
/// only ever grows at its end.
struct asked_attributes {
    std::vector<sourcing::attribute> all;
    std::vector<attribute_id> declared;
};
/// Of goods: line.sku, then what is declared of lines.
[[nodiscard]] asked_attributes asked_of_goods(const fact_table& facts);
[[nodiscard]] asked_attributes asked_of_nodes(const fact_table& facts);
/// Of places: ship_to, then what is declared of them.
[[nodiscard]] asked_attributes asked_of_places(const fact_table& facts);
[[nodiscard]] asked_attributes asked_of_whole_orders(const fact_table& facts);

/// All rows, in the order of their numbers, with conditions in their one spelling. Error:
/// stock_moving (transient) while a table is loaded.
[[nodiscard]] result<std::vector<restriction_row>> restrictions(const engine& of);

}  // namespace earmark
