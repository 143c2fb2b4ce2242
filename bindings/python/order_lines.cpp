// LINES OF ORDERS from tuples and dicts.
#include <string>
#include <vector>

#include "earmark/core/civil_day.hpp"
#include "rows.hpp"

namespace earmark::python {

std::uint16_t set_of(const py::dict& of) {
    if (!of.contains("set") || of["set"].is_none()) return 0;
    if (!py::isinstance<py::int_>(of["set"])) bad_input("a line's set is a whole number");
    const auto set = of["set"].cast<std::int64_t>();
    if (set < 0 || set > UINT16_MAX) bad_input("a line's set is a number from 1 to 65535");
    return static_cast<std::uint16_t>(set);
}

line_terms own_terms(const engine& e, const py::dict& of) {
    line_terms own;
    for (const auto& [name, value] : of) {
        const auto word = name.cast<std::string>();
        if (word == "set") continue;
        const bool is_known = word == "place" || word == "method" || word == "deliver_by";
        if (!is_known || !(value.is_none() || py::isinstance<py::str>(value)))
            bad_input(
                "a line has place, method and deliver_by of its own, each a text, and a set, and "
                "not '" +
                word + "'");
        if (value.is_none()) continue;
        const auto text = value.cast<std::string>();
        if (word == "place") own.ship_to = value_or_raise(e, e.find_place(text));
        if (word == "method") own.method = value_or_raise(e, e.find_service(text));
        if (word == "deliver_by") own.deliver_by = value_or_raise(e, parse_day(text));
    }
    return own;
}
std::vector<order_line> order_lines(const engine& e, const py::iterable& lines) {
    std::vector<order_line> wanted;
    for (const py::handle item : lines) {
        const auto line = py::cast<py::tuple>(item);
        if (line.size() < 2 || line.size() > 5)
            bad_input(
                "a line is (sku key, amount[, price_minor[, key of its firm node[, dict of "
                "its own place, method and deliver_by]]])");
        const sku_id sku = value_or_raise(e, e.find_sku(line[0].cast<std::string>()));
        wanted.push_back({sku,
                          {line[1].cast<std::int64_t>()},
                          line.size() > 2 ? line[2].cast<std::int64_t>() : 0});
        if (line.size() > 3 && !line[3].is_none())
            wanted.back().node = value_or_raise(e, e.find_node(line[3].cast<std::string>()));
        if (line.size() > 4 && !line[4].is_none()) {
            if (!py::isinstance<py::dict>(line[4]))
                bad_input("a line's own terms are a dict: {'place': 'paris'}");
            const auto own = py::reinterpret_borrow<py::dict>(line[4]);
            wanted.back().own = own_terms(e, own);
            wanted.back().set = set_of(own);
        }
    }
    return wanted;
}

}  // namespace earmark::python
