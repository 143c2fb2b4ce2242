// ATTRIBUTES of a host's own: tables of them, and the columns of orders that are named like one.
#include "facts.hpp"

#include <algorithm>

#include "earmark/connect/text.hpp"

namespace earmark::python {
namespace {

std::vector<std::string> texts_or_empty(const columns& c, std::string_view name, std::size_t rows) {
    std::vector<std::string> out(rows);
    if (!c.has(name)) return out;
    const auto texts =
        c.texts(name, static_cast<std::ptrdiff_t>(rows), connect::on_null::use_default);
    for (std::size_t i = 0; i < rows; ++i) out[i] = texts.text(i);
    return out;
}

value_type type_of(std::string_view text, std::size_t row) {
    for (const auto t : {value_type::text, value_type::number, value_type::money, value_type::flag})
        if (text == name_of(t)) return t;
    bad_input("column 'type', row " + std::to_string(row + 1) + ": " + connect::shown(text) +
              "; the types are text, number, money, flag");
}

}  // namespace

std::vector<attribute_row> read_attributes(const any_table& table) {
    constexpr std::string_view known[] = {"attribute", "type"};
    const columns c{table, known};
    const auto names = c.texts("attribute");
    const auto types = c.texts("type", static_cast<std::ptrdiff_t>(names.size()));
    std::vector<attribute_row> out(names.size());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = {names.text(i), type_of(types[i], i)};
    return out;
}

std::vector<fact_row> read_facts(const any_table& table) {
    constexpr std::string_view known[] = {"key", "attribute", "value", "node"};
    const columns c{table, known};
    const auto keys = c.texts("key");
    const auto rows = static_cast<std::ptrdiff_t>(keys.size());
    const auto names = c.texts("attribute", rows);
    const auto values = texts_or_empty(c, "value", keys.size());
    std::vector<fact_row> out(keys.size());
    const auto nodes = texts_or_empty(c, "node", keys.size());
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = {keys.text(i), names.text(i), values[i], nodes[i]};
    return out;
}

std::vector<exclusion_row> read_exclusions(const any_table& table) {
    constexpr std::string_view known[] = {"node", "reason", "from", "until"};
    constexpr std::int64_t most = never.ns;
    const columns c{table, known};
    const auto nodes = c.texts("node");
    const auto rows = static_cast<std::ptrdiff_t>(nodes.size());
    const auto reasons = texts_or_empty(c, "reason", nodes.size());
    const auto from = c.integers("from", rows, {INT64_MIN, most, INT64_MIN});
    const auto until = c.integers("until", rows, {INT64_MIN, most, most});
    std::vector<exclusion_row> out(nodes.size());
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = {nodes.text(i), reasons[i], {from[i]}, {until[i]}};
    return out;
}

std::vector<attribute_row> attributes_of(const engine& e) {
    std::vector<attribute_row> out;
    for (std::uint32_t i = 0; i < e.attributes(); ++i)
        out.push_back(e.attribute(attribute_id{static_cast<std::uint16_t>(i)}));
    return out;
}

fact_columns::fact_columns(const columns& c, std::span<const attribute_row> known,
                           std::span<const std::int64_t> offsets) {
    const std::size_t orders = offsets.size() - 1;
    of_order_.resize(orders);
    for (std::size_t a = 0; a < known.size(); ++a) {
        if (!c.has(known[a].name)) continue;
        const attribute_id id{static_cast<std::uint16_t>(a)};
        const bool of_lines = owner_of(known[a].name) == attribute_of::line;
        const std::size_t rows = of_lines ? static_cast<std::size_t>(offsets.back()) : orders;
        values_.push_back(read(c, known[a], rows));
        const auto& values = values_.back();
        for (std::size_t i = 0; i < orders; ++i) {
            const auto first = static_cast<std::size_t>(of_lines ? offsets[i] : 0);
            const auto count = of_lines ? static_cast<std::size_t>(offsets[i + 1]) - first : 0;
            if (!of_lines && !values[i].empty()) of_order_[i].push_back({id, 0, values[i]});
            for (std::size_t l = 0; l < count; ++l)
                if (!values[first + l].empty())
                    of_order_[i].push_back(
                        {id, static_cast<std::uint32_t>(l + 1), values[first + l]});
        }
    }
}

/// As the engine takes them; empty: it has none.
std::vector<std::string> fact_columns::read(const columns& c, const attribute_row& a,
                                            std::size_t rows) {
    if (a.type != value_type::flag) return texts_or_empty(c, a.name, rows);
    const auto flags = c.integers(a.name, static_cast<std::ptrdiff_t>(rows), {-1, 1, -1});
    std::vector<std::string> out(rows);
    for (std::size_t i = 0; i < rows; ++i)
        if (flags[i] >= 0) out[i] = flags[i] == 1 ? "true" : "false";
    return out;
}

}  // namespace earmark::python
