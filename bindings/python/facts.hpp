// ATTRIBUTES of a host's own, from tables and columns of the caller.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "columns.hpp"
#include "earmark/model/attributes.hpp"
#include "earmark/model/command.hpp"

namespace earmark::python {

[[nodiscard]] std::vector<attribute_row> read_attributes(const any_table& table);
[[nodiscard]] std::vector<fact_row> read_facts(const any_table& table);
[[nodiscard]] std::vector<exclusion_row> read_exclusions(const any_table& table);

/// Those that are declared, by id.
[[nodiscard]] std::vector<attribute_row> attributes_of(const engine& e);

/// The columns of a table of orders that are named like attributes: texts, and whole numbers for
/// flags; a null or an empty text says nothing. Those of lines have a row per line.
class fact_columns {
public:
    fact_columns(const columns& c, std::span<const attribute_row> known,
                 std::span<const std::int64_t> offsets);

    /// Of an order; valid as long as this is.
    [[nodiscard]] std::span<const order_fact> of(std::size_t order) const noexcept {
        return of_order_[order];
    }

private:
    static std::vector<std::string> read(const columns& c, const attribute_row& a,
                                         std::size_t rows);

    std::vector<std::vector<std::string>> values_;
    std::vector<std::vector<order_fact>> of_order_;
};

}  // namespace earmark::python
