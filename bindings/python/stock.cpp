// STOCK: reservations, physical changes, and what is free.
#include <pybind11/stl.h>

#include <limits>
#include <optional>

#include "binding.hpp"

namespace earmark::python {

namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

std::vector<reserve_line> read_lines(const columns& c) {
    const auto sku = c.integers("sku", 0, std::numeric_limits<std::uint32_t>::max());
    const auto n = static_cast<std::ptrdiff_t>(sku.size());
    const auto node = c.integers("node", n, 0, std::numeric_limits<std::uint16_t>::max());
    const auto amount = c.integers("amount", n, -most, most);
    const auto floor = c.integers("floor", n, -most, most, 0);
    std::vector<reserve_line> lines(sku.size());
    for (std::size_t i = 0; i < lines.size(); ++i)
        lines[i] = {sku_id{static_cast<std::uint32_t>(sku[i])},
                    node_id{static_cast<std::uint16_t>(node[i])},
                    {amount[i]},
                    {floor[i]}};
    return lines;
}

py::dict reserve(engine& e, const py::dict& table, std::optional<std::int64_t> deadline,
                 std::int64_t now) {
    const columns c{table, {"offsets", "sku", "node", "amount", "floor"}};
    const auto lines = read_lines(c);
    const auto offsets = c.offsets(lines.size());
    const std::size_t n = offsets.size() - 1;
    std::vector<reserve_request> requests(n);
    for (std::size_t i = 0; i < n; ++i) {
        const auto first = static_cast<std::size_t>(offsets[i]);
        const auto count = static_cast<std::size_t>(offsets[i + 1]) - first;
        requests[i].lines = std::span{lines}.subspan(first, count);
        if (deadline) requests[i].deadline = {*deadline};
    }
    std::vector<result<receipt>> answers(n, result<receipt>{receipt{}});
    const command by = at(now);
    {
        const py::gil_scoped_release let_go;
        e.reserve(by, requests, answers);
        for (std::size_t i = 0; i < n; ++i)
            if (answers[i].error().code == error_code::journal_full)
                answers[i] = with_room(
                    e, [&] { return e.reserve(by, requests[i]); },
                    [](const result<receipt>& r) { return r.error().code; });
    }
    verdicts v{n};
    py::array_t<std::uint64_t> reservation(static_cast<py::ssize_t>(n));
    for (std::size_t i = 0; i < n; ++i) {
        v.set(i, answers[i]);
        reservation.mutable_data()[i] =
            answers[i] ? answers[i]->subject : raw(none<reservation_id>);
    }
    py::dict out;
    out["reservation"] = reservation;
    v.put_into(out);
    return out;
}

void unreserve(engine& e, std::uint64_t reservation, std::int64_t now) {
    static_cast<void>(value_or_raise(e, e.unreserve(at(now), reservation_id{reservation})));
}

py::array_t<std::int64_t> available(engine& e, const py::object& skus, const py::object& nodes,
                                    std::int64_t floor) {
    const auto sku = ids(skus, "skus");
    const auto node = nodes.is_none() ? std::vector<std::int64_t>{} : ids(nodes, "nodes");
    if (!nodes.is_none() && node.size() != sku.size())
        throw py::value_error("'nodes' has " + std::to_string(node.size()) +
                              " rows where 'skus' has " + std::to_string(sku.size()));
    py::array_t<std::int64_t> out(static_cast<py::ssize_t>(sku.size()));
    std::int64_t* const units = out.mutable_data();
    std::optional<error> refused;
    {
        const py::gil_scoped_release let_go;
        for (std::size_t i = 0; i < sku.size() && !refused; ++i) {
            const auto place =
                node.empty() ? none<node_id> : node_id{static_cast<std::uint16_t>(node[i])};
            const auto free =
                e.available(sku_id{static_cast<std::uint32_t>(sku[i])}, place, {floor});
            if (free)
                units[i] = free->atoms;
            else
                refused = free.error();
        }
    }
    if (refused) raise(e, *refused);
    return out;
}

adjust_reason reason_of(const std::string& text) {
    constexpr const char* names[] = {"receipt", "count", "damage", "theft", "correction"};
    for (std::size_t i = 0; i < 5; ++i)
        if (text == names[i]) return static_cast<adjust_reason>(i);
    throw py::value_error("reason '" + text +
                          "'; the reasons are receipt, count, damage, theft, correction");
}

std::int32_t adjust(engine& e, const std::string& sku, const std::string& node, std::int64_t delta,
                    const std::string& reason, std::int64_t now) {
    const adjust_request request{value_or_raise(e, e.find_sku(sku)),
                                 value_or_raise(e, e.find_node(node)),
                                 {delta},
                                 reason_of(reason)};
    return value_or_raise(e, e.adjust(at(now), request)).uncovered;
}

}  // namespace

void bind_stock(engine_class& c) {
    const auto now = py::arg("now") = 0;
    c.def("reserve", &reserve, py::arg("columns"), py::kw_only(),
          py::arg("deadline") = std::nullopt, now,
          "Columns: offsets, sku, node, amount, floor; each reservation is all or nothing. Answers "
          "the columns reservation, outcome and error.");
    c.def("unreserve", &unreserve, py::arg("reservation"), py::kw_only(), now);
    c.def("available", &available, py::arg("skus"), py::arg("nodes") = py::none(), py::kw_only(),
          py::arg("floor") = 0, "Units free per SKU, at a node each or (None) over all nodes.");
    c.def("adjust", &adjust, py::arg("sku"), py::arg("node"), py::arg("delta"), py::kw_only(),
          py::arg("reason") = "correction", now,
          "A physical change; returns how many granules of promises it uncovered.");
}

}  // namespace earmark::python
