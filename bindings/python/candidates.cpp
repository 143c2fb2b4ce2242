// CANDIDATES: orders and nodes as matrices, for criteria that are written in Python.
#include <algorithm>

#include "columns.hpp"
#include "many.hpp"

namespace earmark::python {
namespace {

bool waits(const bucket_view& b) noexcept {
    return b.state == unit_state::open || b.state == unit_state::backordered;
}

/// Orders x nodes, written row by row.
template <class T>
py::array_t<T> matrix(std::size_t orders, std::size_t nodes) {
    return py::array_t<T>({static_cast<py::ssize_t>(orders), static_cast<py::ssize_t>(nodes)});
}

/// The columns of earmark.Candidates, but for `serves`.
py::dict candidates(const engine& e, const any_column& orders) {
    const auto id = ids(orders, "orders");
    const std::size_t nodes = e.nodes();
    py::array_t<std::int64_t> place(static_cast<py::ssize_t>(id.size())), lines(place.size()),
        amount(place.size());
    auto metres = matrix<std::int64_t>(id.size(), nodes);
    for (std::size_t i = 0; i < id.size(); ++i) {
        const auto row = static_cast<py::ssize_t>(i);
        const auto o = value_or_raise(e, e.order(order_id{static_cast<std::uint64_t>(id[i])}));
        const bool has_place = o.ship_to != none<place_id>;
        place.mutable_at(row) = has_place ? std::int64_t{raw(o.ship_to)} : -1;
        lines.mutable_at(row) = static_cast<std::int64_t>(o.lines.size());
        std::int64_t waiting = 0;
        for (const bucket_view& b : o.buckets) waiting += waits(b) ? b.amount.atoms : 0;
        amount.mutable_at(row) = waiting;
        const auto far = e.distances(o.ship_to);
        for (std::size_t k = 0; k < nodes; ++k)
            metres.mutable_at(row, static_cast<py::ssize_t>(k)) =
                far[k] == unknown_distance ? -1 : std::int64_t{far[k]};
    }
    py::dict out;
    out["place"] = place;
    out["lines"] = lines;
    out["amount"] = amount;
    out["metres"] = metres;
    return out;
}

/// Lines that wait for stock and that a node could serve whole, orders x nodes.
py::array_t<std::int64_t> serves(engine& e, const any_column& orders) {
    const auto id = ids(orders, "orders");
    const std::size_t nodes = e.nodes();
    auto out = matrix<std::int64_t>(id.size(), nodes);
    std::fill_n(out.mutable_data(), out.size(), 0);
    for (std::size_t i = 0; i < id.size(); ++i) {
        const auto o = value_or_raise(e, e.order(order_id{static_cast<std::uint64_t>(id[i])}));
        std::vector<std::int64_t> wanted(o.lines.size());
        for (const bucket_view& b : o.buckets)
            if (waits(b)) wanted[b.line - 1] += b.amount.atoms;
        for (std::size_t l = 0; l < wanted.size(); ++l)
            for (std::size_t k = 0; k < nodes && wanted[l] > 0; ++k) {
                const auto node = static_cast<node_id>(k);
                const auto free = value_or_raise(e, e.available(o.lines[l].sku, node));
                out.mutable_at(static_cast<py::ssize_t>(i), static_cast<py::ssize_t>(k)) +=
                    free.atoms >= wanted[l];
            }
    }
    return out;
}

}  // namespace

void bind_candidates(engine_class& c) {
    const auto orders = py::arg("orders");
    c.def("_candidates", on(&candidates), orders,
          "What earmark.Candidates is made of: place, lines, amount, metres.");
    c.def("_serves", on(&serves), orders,
          "How many of an order's waiting lines each node could serve whole; orders x nodes.");
}

}  // namespace earmark::python
