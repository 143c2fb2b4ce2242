// ORDERS: capture, cancel, release, ship, deliver, and the view of one order.
#include <pybind11/stl.h>

#include <limits>
#include <optional>

#include "binding.hpp"

namespace earmark::python {

namespace {

currency currency_of(const engine& e, const std::string& code) {
    return value_or_raise(e, currency::parse(code));
}

place_id place_of(std::int64_t value) {
    return value < 0 ? none<place_id> : place_id{static_cast<std::uint32_t>(value)};
}

error_code code_of(const placed& p) { return p.first.why.code; }

/// A batch of orders, its memory behind it.
struct order_batch {
    std::vector<std::string> keys;
    std::vector<order_line> lines;
    std::vector<command> commands;
    std::vector<order_request> requests;
};

void read_lines(const columns& c, order_batch& b) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const auto sku = c.integers("sku", 0, std::numeric_limits<std::uint32_t>::max());
    const auto n = static_cast<std::ptrdiff_t>(sku.size());
    const auto amount = c.integers("amount", n, -most, most);
    const auto price = c.integers("price_minor", n, -most, most, 0);
    b.lines.resize(sku.size());
    for (std::size_t i = 0; i < b.lines.size(); ++i)
        b.lines[i] = {sku_id{static_cast<std::uint32_t>(sku[i])}, {amount[i]}, price[i]};
}

order_batch read_batch(const engine& e, const py::dict& table, const std::string& money,
                       std::int64_t now) {
    const columns c{table,
                    {"key", "offsets", "sku", "amount", "price_minor", "place", "priority", "now"}};
    order_batch b;
    read_lines(c, b);
    b.keys = c.texts("key");
    const auto n = static_cast<std::ptrdiff_t>(b.keys.size());
    const auto offsets = c.offsets(b.lines.size());
    if (offsets.size() != b.keys.size() + 1)
        throw py::value_error("column 'offsets' has " + std::to_string(offsets.size()) +
                              " rows; give one more than there are keys, " +
                              std::to_string(b.keys.size() + 1));
    const auto place = c.integers("place", n, -1, std::numeric_limits<std::uint32_t>::max(), -1);
    const auto priority = c.integers("priority", n, 0, 255, 0);
    const auto at = c.integers("now", n, std::numeric_limits<std::int64_t>::min(),
                               std::numeric_limits<std::int64_t>::max(), now);
    const currency in = currency_of(e, money);
    for (std::size_t i = 0; i < b.keys.size(); ++i) {
        const auto first = static_cast<std::size_t>(offsets[i]);
        const auto count = static_cast<std::size_t>(offsets[i + 1]) - first;
        b.commands.push_back({b.keys[i], actor_id{}, {at[i]}});
        b.requests.push_back({std::span{b.lines}.subspan(first, count), place_of(place[i]), in,
                              static_cast<std::uint8_t>(priority[i]), none<reservation_id>});
    }
    return b;
}

/// Captures all orders; where the journal's ring is full, flushes and goes on.
std::vector<placed> place_all(engine& e, const order_batch& b) {
    constexpr std::size_t at_once = 1024;
    std::vector<placed> out(b.commands.size());
    for (std::size_t i = 0; i < out.size(); i += at_once) {
        const std::size_t n = std::min(at_once, out.size() - i);
        e.place_order(std::span{b.commands}.subspan(i, n), std::span{b.requests}.subspan(i, n),
                      std::span{out}.subspan(i, n));
        for (std::size_t k = i; k < i + n; ++k)
            if (code_of(out[k]) == error_code::journal_full)
                out[k] = with_room(
                    e, [&] { return e.place_order(b.commands[k], b.requests[k]); }, code_of);
    }
    return out;
}

py::dict place_orders(engine& e, const py::dict& table, const std::string& money,
                      std::int64_t now) {
    const order_batch b = read_batch(e, table, money, now);
    std::vector<placed> answers;
    {
        const py::gil_scoped_release let_go;
        answers = place_all(e, b);
    }
    verdicts v{answers.size()};
    py::array_t<std::uint64_t> order(static_cast<py::ssize_t>(answers.size()));
    py::list violations;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        v.set(i, answers[i].first);
        order.mutable_data()[i] = answers[i].first.subject;
        for (const error& why : answers[i].violations)
            violations.append(py::make_tuple(i, std::string{name_of(why.code)}, e.describe(why)));
    }
    py::dict out;
    out["order"] = order;
    v.put_into(out);
    out["violations"] = violations;
    return out;
}

std::uint64_t place_order(engine& e, const std::string& key, const py::iterable& lines,
                          const std::optional<std::string>& place, const std::string& money,
                          std::int64_t now) {
    std::vector<order_line> wanted;
    for (const py::handle item : lines) {
        const auto line = py::cast<py::tuple>(item);
        if (line.size() < 2 || line.size() > 3)
            throw py::value_error("a line is (sku key, amount) or (sku key, amount, price_minor)");
        const sku_id sku = value_or_raise(e, e.find_sku(line[0].cast<std::string>()));
        wanted.push_back({sku,
                          {line[1].cast<std::int64_t>()},
                          line.size() == 3 ? line[2].cast<std::int64_t>() : 0});
    }
    const order_request request{wanted,
                                place ? value_or_raise(e, e.find_place(*place)) : none<place_id>,
                                currency_of(e, money)};
    const placed answer = with_room(
        e,
        [&] {
            return e.place_order({key, {}, {now}}, request);
        },
        code_of);
    if (answer.first.why.code == error_code::ok) return answer.first.subject;
    std::vector<std::string> sentences;
    for (const error& why : answer.violations) sentences.push_back(e.describe(why));
    raise(e, answer.first.why, sentences);
}

/// Applies `verb(order)` to each and answers outcome and error columns.
template <class Verb>
py::dict for_each_order(engine& e, const py::object& orders, Verb&& verb) {
    const auto id = ids(orders, "orders");
    verdicts v{id.size()};
    {
        const py::gil_scoped_release let_go;
        for (std::size_t i = 0; i < id.size(); ++i) {
            const order_id order{static_cast<std::uint64_t>(id[i])};
            v.set(i, with_room(
                         e, [&] { return verb(order); },
                         [](const result<receipt>& r) { return r.error().code; }));
        }
    }
    py::dict out;
    v.put_into(out);
    return out;
}

py::dict record_all(engine& e, const py::object& orders, fact_kind kind, std::int64_t now) {
    return for_each_order(e, orders, [&](order_id order) {
        return e.record(at(now), fact{.kind = kind, .order = order});
    });
}

std::string outcome_or_raise(engine& e, const result<receipt>& r) {
    const receipt answer = value_or_raise(e, r);
    if (answer.why.code != error_code::ok) raise(e, answer.why);
    return std::string{name_of(answer.what)};
}

std::string cancel(engine& e, std::uint64_t order, std::uint32_t line, std::int64_t amount,
                   std::int64_t now) {
    const cancel_request request{order_id{order}, line, {amount}, 0};
    return outcome_or_raise(e, e.cancel(at(now), request));
}

py::dict to_dict(const engine& e, const order_view& v) {
    py::list lines;
    for (const line_view& l : v.lines)
        lines.append(py::make_tuple(e.sku(l.sku).key, l.ordered.atoms, name_of(l.lowest),
                                    name_of(l.highest)));
    py::list buckets;
    for (const bucket_view& b : v.buckets)
        buckets.append(py::make_tuple(
            b.line, name_of(b.state),
            b.node == none<node_id> ? py::object(py::none()) : py::cast(e.node(b.node).key),
            b.amount.atoms));
    py::dict out;
    out["key"] = v.key;
    out["version"] = v.version;
    out["placed"] = v.placed.ns;
    out["lowest"] = name_of(v.lowest);
    out["highest"] = name_of(v.highest);
    out["lines"] = lines;      // (sku, ordered, lowest, highest)
    out["buckets"] = buckets;  // (line from 1, state, node or None, amount)
    return out;
}

}  // namespace

void bind_orders(engine_class& c) {
    const auto now = py::arg("now") = 0;
    const auto money = py::arg("currency") = "USD";
    c.def("place_orders", &place_orders, py::arg("columns"), py::kw_only(), money, now,
          "Columns: key, offsets (lines of order i: offsets[i] to offsets[i+1]), sku, amount "
          "(atoms), price_minor, place (-1: unknown), priority, now. Answers the columns order, "
          "outcome and error, and a list of violations (row, code, sentence).");
    c.def("place_order", &place_order, py::arg("key"), py::arg("lines"), py::kw_only(),
          py::arg("place") = std::nullopt, money, now,
          "One order with lines (sku key, amount[, price_minor]); its id, or EarmarkError.");
    c.def("cancel", &cancel, py::arg("order"), py::arg("line") = 0, py::arg("amount") = 0,
          py::kw_only(), now, "Cancels what can be: of a line from 1, or (0) of the whole order.");
    c.def(
        "release",
        [](engine& e, const py::object& orders, std::int64_t t) {
            return for_each_order(e, orders,
                                  [&](order_id order) { return e.release(at(t), order); });
        },
        py::arg("orders"), py::kw_only(), now, "Tells the nodes; columns outcome and error.");
    c.def(
        "ship",
        [](engine& e, const py::object& orders, std::int64_t t) {
            return record_all(e, orders, fact_kind::ship, t);
        },
        py::arg("orders"), py::kw_only(), now, "Records that all released units were shipped.");
    c.def(
        "deliver",
        [](engine& e, const py::object& orders, std::int64_t t) {
            return record_all(e, orders, fact_kind::deliver, t);
        },
        py::arg("orders"), py::kw_only(), now, "Records that all shipped units were delivered.");
    c.def("order", [](const engine& e, std::uint64_t id) {
        return to_dict(e, value_or_raise(e, e.order(order_id{id})));
    });
}

}  // namespace earmark::python
