// SOURCING: decide and take, with the time of each decision, and the reasons in words.
#include <chrono>

#include "binding.hpp"

namespace earmark::python {

namespace {

/// One column per figure of a decision, and one row per part of a plan.
struct answer {
    explicit answer(std::size_t n)
        : verdict{n},
          parcels(size(n)),
          cost_e4(size(n)),
          metres(size(n)),
          unknown(size(n)),
          allocated(size(n)),
          exact(size(n)),
          decision_ns(size(n)) {}

    void set(std::size_t i, const result<sourced>& r, std::int64_t ns) {
        const plan chosen = r ? r->chosen : plan{};
        r ? verdict.set(i, r->first) : verdict.set(i, r.error());
        std::int64_t units = 0;
        for (const plan_part& p : r ? r->by_line : chosen.parts) {
            units += p.n;
            part_row.push_back(static_cast<std::int64_t>(i));
            part_line.push_back(p.wanted);
            part_node.push_back(raw(p.node));
            part_granules.push_back(p.n);
        }
        parcels.mutable_data()[i] = chosen.cost.parcels;
        cost_e4.mutable_data()[i] = chosen.cost.e4;
        metres.mutable_data()[i] = chosen.cost.metres;
        unknown.mutable_data()[i] = chosen.cost.unknown;
        allocated.mutable_data()[i] = units;
        exact.mutable_data()[i] = chosen.proof == quality::exact;
        decision_ns.mutable_data()[i] = ns;
    }

    [[nodiscard]] py::dict to_dict() const {
        py::dict out;
        verdict.put_into(out);
        out["parcels"] = parcels;
        out["cost_e4"] = cost_e4;
        out["metres"] = metres;
        out["unknown"] = unknown;
        out["allocated"] = allocated;
        out["exact"] = exact;
        out["decision_ns"] = decision_ns;
        out["part_row"] = column(part_row);
        out["part_line"] = column(part_line);
        out["part_node"] = column(part_node);
        out["part_granules"] = column(part_granules);
        return out;
    }

private:
    static py::ssize_t size(std::size_t n) { return static_cast<py::ssize_t>(n); }
    template <class T>
    static py::array_t<T> column(const std::vector<T>& v) {
        return py::array_t<T>(size(v.size()), v.data());
    }

    verdicts verdict;
    py::array_t<std::int32_t> parcels;
    py::array_t<std::int64_t> cost_e4;
    py::array_t<std::int64_t> metres;
    py::array_t<std::int32_t> unknown;
    py::array_t<std::int64_t> allocated;  // granules
    py::array_t<bool> exact;
    py::array_t<std::int64_t> decision_ns;
    std::vector<std::int64_t> part_row;
    std::vector<std::uint16_t> part_line;
    std::vector<std::uint16_t> part_node;
    std::vector<granules> part_granules;
};

std::int64_t steady_ns() {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

py::dict source(engine& e, const py::object& orders, bool dry_run, std::int64_t now) {
    const auto id = ids(orders, "orders");
    const command by = at(now);
    answer out{id.size()};
    {
        const py::gil_scoped_release let_go;
        for (std::size_t i = 0; i < id.size(); ++i) {
            const order_id order{static_cast<std::uint64_t>(id[i])};
            std::int64_t ns = 0;
            const auto decided = with_room(
                e,
                [&] {
                    const std::int64_t before = steady_ns();
                    auto r = e.source(by, order, dry_run);
                    ns = steady_ns() - before;
                    return r;
                },
                [](const result<sourced>& r) { return r.error().code; });
            out.set(i, decided, ns);
        }
    }
    return out.to_dict();
}

py::list explain_rows(const engine& e, std::uint64_t order) {
    py::list out;
    for (const explanation::row& r : value_or_raise(e, e.explain(order_id{order})).rows)
        out.append(py::make_tuple(e.node(r.node).key, r.verdict, r.reason));
    return out;
}

}  // namespace

void bind_sourcing(engine_class& c) {
    const auto now = py::arg("now") = 0;
    c.def("source", &source, py::arg("orders"), py::kw_only(), py::arg("dry_run") = false, now,
          "Decides and takes, order by order. Columns: outcome, error, parcels, cost_e4, metres, "
          "unknown, allocated (granules), exact, decision_ns (of the engine's call alone), and the "
          "parts of the plans: part_row (into `orders`), part_line (of the order, from 0), "
          "part_node, "
          "part_granules.");
    c.def(
        "explain",
        [](const engine& e, std::uint64_t order) {
            return value_or_raise(e, e.explain(order_id{order})).words;
        },
        py::arg("order"), "Why the units of an order go where they go, in words.");
    c.def("explain_rows", &explain_rows, py::arg("order"),
          "The same as a table: (node, verdict, reason), one row per node.");
}

}  // namespace earmark::python
