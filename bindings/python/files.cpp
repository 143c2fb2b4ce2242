// FILES AND FIGURES: order files as columns that `place_orders` takes, after names have become
// numbers, and the figures of a run of decisions.
#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "columns.hpp"
#include "earmark/connect/input.hpp"
#include "earmark/connect/orders.hpp"
#include "earmark/connect/uci.hpp"
#include "earmark/report/figures.hpp"

namespace earmark::python {

namespace {

/// SKUs in the order of their first line, each with the most decimals that a line of it needs.
struct sku_list {
    explicit sku_list(const std::vector<connect::text_order>& orders) {
        for (const auto& order : orders)
            for (const auto& line : order.lines) {
                const auto [at, fresh] = number.try_emplace(line.sku, keys.size());
                if (fresh) {
                    keys.append(line.sku);
                    decimals.push_back(0);
                }
                auto& most = decimals[at->second];
                most = std::max(most, std::int64_t{line.amount.decimals});
            }
    }
    py::list keys;
    std::vector<std::int64_t> decimals;
    std::unordered_map<std::string_view, std::size_t> number;
};

template <class T>
py::array_t<T> column(const std::vector<T>& v) {
    return py::array_t<T>(static_cast<py::ssize_t>(v.size()), v.data());
}

void put_lines(const std::vector<connect::text_order>& orders, py::dict& out) {
    const sku_list skus{orders};
    std::vector<std::int64_t> offsets{0};
    std::vector<std::int32_t> sku;
    std::vector<std::int64_t> amount;
    std::vector<std::int64_t> price;
    for (const auto& order : orders) {
        for (const auto& line : order.lines) {
            const std::size_t at = skus.number.at(line.sku);
            const auto atoms = rescale(line.amount, static_cast<int>(skus.decimals[at]));
            if (!atoms)
                raise("order " + order.key + ": " + to_string(atoms.error()), atoms.error());
            sku.push_back(static_cast<std::int32_t>(at));
            amount.push_back(atoms->atoms);
            price.push_back(line.unit_price_minor);
        }
        offsets.push_back(static_cast<std::int64_t>(sku.size()));
    }
    out["offsets"] = column(offsets);
    out["sku"] = column(sku);
    out["amount"] = column(amount);
    out["price_minor"] = column(price);
    out["sku_key"] = skus.keys;
    out["decimals"] = column(skus.decimals);
}

template <class File>
py::dict to_columns(const File& file) {
    if (file.failure) raise(file.failure->text, file.failure->why);
    for (const auto& order : file.orders)
        if (!order.own.empty() || !order.method.empty() || order.deliver_by != no_day)
            bad_input("order '" + order.key +
                      "' says by which service, by when, or where a line "
                      "of it goes: `capture` takes that (earmark intake), a simulation does not");
    py::list key;
    py::list ship_to;
    py::list customer;
    py::list money;
    std::vector<std::int64_t> placed;
    std::vector<std::uint8_t> priority;
    for (const auto& order : file.orders) {
        key.append(order.key);
        ship_to.append(order.ship_to);
        customer.append(order.customer);
        money.append(order.currency.text());
        placed.push_back(order.placed.ns);
        priority.push_back(order.priority);
    }
    py::list rejected;
    for (const rejected_row& r : file.rejected)
        rejected.append(py::make_tuple(r.row, name_of(r.why.code), r.text));
    py::list rejected_orders;
    for (const connect::rejected_order& r : file.rejected_orders)
        rejected_orders.append(py::make_tuple(r.key, r.rows, r.first.text));
    py::dict out;
    out["key"] = key;
    put_lines(file.orders, out);
    out["ship_to"] = ship_to;
    out["customer"] = customer;
    out["currency"] = money;
    out["placed"] = column(placed);
    out["priority"] = column(priority);
    out["rejected"] = rejected;
    out["rejected_orders"] = rejected_orders;
    return out;
}

std::string read_text(const std::string& path) {
    connect::input in = [&] {
        const unlocked while_it_is_read;
        return connect::read_input(path);
    }();
    if (in.failure) raise(in.failure->text, in.failure->why);
    return std::move(in.text);
}

py::dict read_canonical(const std::string& text, const std::string& money) {
    connect::order_options options;
    const auto in = currency::parse(money);
    if (!in) raise(to_string(in.error()), in.error());
    options.currency = *in;
    return to_columns(connect::read_orders(text, options));
}

py::dict read_uci(const std::string& text, const std::string& money) {
    connect::uci_options options;
    options.currency = money;
    const connect::uci_file file = connect::read_uci(text, options);
    py::dict out = to_columns(file);
    out["counts"] = connect::to_string(file.counts);
    out["quarantined"] = file.quarantine.size();
    return out;
}

py::dict read_orders(const std::string& path, const std::string& format, const std::string& money) {
    if (format != "canonical" && format != "uci")
        bad_input("format '" + format + "'; the formats are canonical, uci");
    const std::string text = read_text(path);
    return format == "uci" ? read_uci(text, money.empty() ? "GBP" : money)
                           : read_canonical(text, money.empty() ? "USD" : money);
}

constexpr std::int64_t most = std::int64_t{1} << 62;

py::object value(report::share s) {
    if (s.whole == 0) return py::none();  // nothing to divide by is not 0
    return py::float_(static_cast<double>(s.part) / static_cast<double>(s.whole));
}

py::dict figures(const any_table& table) {
    constexpr std::string_view known[] = {"ordered", "allocated", "lines", "parcels",    "cost_e4",
                                          "metres",  "parts",     "exact", "decision_ns"};
    const columns c{table, known};
    const auto ordered = c.integers("ordered", -1, {0, most});
    const auto rows = static_cast<std::ptrdiff_t>(ordered.size());
    const auto column = [&](const char* name) { return c.integers(name, rows, {0, most}); };
    const auto allocated = column("allocated"), lines = column("lines"),
               parcels = column("parcels"), cost = column("cost_e4"), metres = column("metres"),
               parts = column("parts"), exact = column("exact"), ns = column("decision_ns");
    report::tally sums;
    for (std::size_t i = 0; i < ordered.size(); ++i)
        sums.add({ordered[i], allocated[i], static_cast<std::uint32_t>(lines[i]),
                  static_cast<std::int32_t>(parcels[i]), cost[i], metres[i],
                  static_cast<std::int32_t>(parts[i]), exact[i] != 0, ns[i]});
    const report::figures f = sums.result();
    py::dict out;
    out["orders"] = f.orders;
    out["lines"] = f.lines;
    out["ordered"] = f.ordered;
    out["allocated"] = f.allocated;
    out["unit_fill"] = value(f.unit_fill);
    out["order_fill"] = value(f.order_fill);
    out["split_rate"] = value(f.split_rate);
    out["parcels_per_order"] = value(f.parcels_per_order);
    out["cost_e4_per_order"] = value(f.cost_per_order);
    out["metres_per_part"] = value(f.metres_per_part);
    out["exact"] = value(f.exact);
    out["p50_ns"] = f.p50_ns;
    out["p99_ns"] = f.p99_ns;
    return out;
}

}  // namespace

void bind_files(py::module_& m) {
    m.def("read_orders", &read_orders, py::arg("path"), py::arg("format") = "canonical",
          py::kw_only(), py::arg("currency") = "",
          "Reads a CSV file (or .csv.gz) of orders: the columns of place_orders, with sku_key and "
          "decimals per SKU, ship_to, customer and currency per order, and what was rejected, by "
          "row. EarmarkError where the file as a whole cannot be trusted. `currency` is that of "
          "orders that name none (USD; GBP for uci).");
    m.def("figures", &figures, py::arg("columns"),
          "The figures of a run of decisions (include/earmark/report/figures.hpp defines each). "
          "Columns, one row per order: ordered, allocated (at one scale), lines, parcels, cost_e4, "
          "metres and parts of known distance, exact (0 or 1), decision_ns. A figure without a "
          "denominator is None.");
}

}  // namespace earmark::python
