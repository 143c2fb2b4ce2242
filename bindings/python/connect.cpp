// CONNECTORS: order files as columns that `place_orders` takes, after names have become numbers.
#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "binding.hpp"
#include "earmark/connect/input.hpp"
#include "earmark/connect/orders.hpp"
#include "earmark/connect/uci.hpp"

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
    const py::gil_scoped_release let_go;
    connect::input in = connect::read_input(path);
    const py::gil_scoped_acquire again;
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
        throw py::value_error("format '" + format + "'; the formats are canonical, uci");
    const std::string text = read_text(path);
    return format == "uci" ? read_uci(text, money.empty() ? "GBP" : money)
                           : read_canonical(text, money.empty() ? "USD" : money);
}

}  // namespace

void bind_connect(py::module_& m) {
    m.def("read_orders", &read_orders, py::arg("path"), py::arg("format") = "canonical",
          py::kw_only(), py::arg("currency") = "",
          "Reads a CSV file (or .csv.gz) of orders: the columns of place_orders, with sku_key and "
          "decimals per SKU, ship_to, customer and currency per order, and what was rejected, by "
          "row. EarmarkError where the file as a whole cannot be trusted. `currency` is that of "
          "orders that name none (USD; GBP for uci).");
}

}  // namespace earmark::python
