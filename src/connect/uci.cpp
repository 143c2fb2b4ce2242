// Two passes. The first reads every row and learns what only the whole invoice tells: has it a
// wrong row, has anything on it a price? The second walks the rows in file order, so that "earlier"
// means earlier in the file, and keeps a stack of purchases per customer and code: a cancellation
// takes from the latest one down, and what is used up is never looked at again.
#include "earmark/connect/uci.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "earmark/core/intern.hpp"
#include "field.hpp"

namespace earmark::connect {
namespace {

enum column : std::size_t {
    invoice_no,
    stock_code,
    description,
    quantity_column,
    invoice_date,
    unit_price,
    customer_id,
    country,
};
constexpr csv_column uci_columns[] = {
    {"InvoiceNo"},   {"StockCode"}, {"Description", false}, {"Quantity"},
    {"InvoiceDate"}, {"UnitPrice"}, {"CustomerID"},         {"Country"},
};

// clang-format off
constexpr std::string_view service_codes[] = {
    "POST", "DOT", "C2",                 // postage and carriage
    "M", "m", "D", "S", "B", "PADS",     // manual entry, discount, samples, bad debt, a note
    "BANK CHARGES", "AMAZONFEE", "CRUK", // fees, and a charity's share
    "gift_0001_10", "gift_0001_20", "gift_0001_30", "gift_0001_40", "gift_0001_50",  // vouchers
};
// clang-format on

constexpr std::uint32_t nobody = 0xFFFFFFFF;
constexpr std::int64_t most_units = 1'000'000'000;  // of a row, so that no sum can overflow

struct entry {
    std::uint32_t row = 0;
    std::uint32_t invoice = 0;
    std::uint32_t code = 0;
    std::int64_t units = 0;
    std::int64_t price_minor = 0;
};

struct invoice {
    std::uint32_t rows = 0;
    std::uint32_t customer = nobody;
    std::uint32_t order = nobody;  // in the result
    bool cancels = false;
    bool priced = false;  // some row has a price
    std::string country;
    time_point placed = never;
    std::optional<rejected_row> first;  // wrong row
};

struct line {
    std::uint32_t entry = 0;
    std::uint32_t below = nobody;  // the purchase before, of the same customer and code
    std::int64_t left = 0;
};

/// Spreadsheets that hold the customers as numbers write 17850 as 17850.0.
std::string_view customer_key(std::string_view text) noexcept {
    return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

class uci_reader {
public:
    uci_reader(std::string_view text, const uci_options& options, currency c)
        : in_{text, uci_columns, options.limits},
          fault_limit_{options.limits.faults},
          currency_{c} {
        for (const std::string_view code : service_codes) codes_.insert(code);
    }

    [[nodiscard]] uci_file read();

private:
    // first pass
    void read_row();
    [[nodiscard]] std::uint32_t invoice_of_row();
    void read_head(invoice& i, std::optional<rejected_row>& wrong);
    void read_values(entry& e, invoice& i, std::optional<rejected_row>& wrong);
    [[nodiscard]] result<time_point> time_of_row();
    void reject(invoice* i, rejected_row why);

    // second pass
    void sort_out(std::uint32_t index);
    void buy(std::uint32_t index, const invoice& i);
    void cancel(const entry& e, const invoice& i);
    void set_aside(const entry& e, const invoice& i, std::int64_t matched, unmatched why);
    [[nodiscard]] bool is_service(const entry& e) const noexcept {
        return e.code < std::size(service_codes);
    }
    [[nodiscard]] static std::uint64_t pair_of(const entry& e, const invoice& i) noexcept {
        return std::uint64_t{i.customer} << 32 | e.code;
    }

    // results
    void judge_quarantine();
    void make_orders();
    void count_invoices();

    csv_reader in_;
    std::size_t fault_limit_;
    currency currency_;
    key_table invoice_keys_;
    key_table codes_;  // the service codes come first
    key_table customers_;
    std::vector<invoice> invoices_;
    std::vector<entry> entries_;
    std::string last_date_;
    time_point last_time_;
    std::vector<line> lines_;
    std::unordered_map<std::uint64_t, std::uint32_t> top_;  // customer and code -> latest purchase
    std::vector<std::uint64_t> pair_of_aside_;              // beside quarantine
    uci_file out_;
};

std::uint32_t uci_reader::invoice_of_row() {
    const std::string_view key = in_[invoice_no];
    if (!entries_.empty() && invoice_keys_.key(entries_.back().invoice) == key)
        return entries_.back().invoice;
    if (!detail::parse_key(key)) return nobody;
    const auto [index, fresh] = invoice_keys_.insert(key);
    if (fresh) invoices_.emplace_back().cancels = key.front() == 'C' || key.front() == 'c';
    return index;
}

result<time_point> uci_reader::time_of_row() {
    if (in_[invoice_date] == last_date_) return last_time_;
    const auto t = parse_uci_time(in_[invoice_date]);
    if (t) {
        last_date_ = in_[invoice_date];
        last_time_ = *t;
    }
    return t;
}

/// What all rows of an invoice must say alike; the earliest time counts.
void uci_reader::read_head(invoice& i, std::optional<rejected_row>& wrong) {
    constexpr std::string_view words =
        "an earlier row of this invoice says otherwise; all rows of an invoice must agree";
    const std::string_view customer = customer_key(in_[customer_id]);
    const std::string_view from = in_[country];
    const time_point t = detail::field_or_default(in_, invoice_date, time_of_row(), wrong);
    if (wrong) return;
    if (i.placed == never) {
        i.country = from;
        if (!customer.empty()) i.customer = customers_.insert(customer).index;
    }
    i.placed = std::min(i.placed, t);
    const std::string_view known =
        i.customer == nobody ? std::string_view{} : customers_.key(i.customer);
    if (customer != known)
        wrong = in_.reject(customer_id, fail(error_code::bad_field), words);
    else if (from != i.country)
        wrong = in_.reject(country, fail(error_code::bad_field), words);
}

void uci_reader::read_values(entry& e, invoice& i, std::optional<rejected_row>& wrong) {
    using detail::field_or_default;
    const auto code = field_or_default(in_, stock_code, detail::parse_key(in_[stock_code]), wrong);
    const auto units =
        field_or_default(in_, quantity_column,
                         detail::parse_whole(in_[quantity_column], -most_units, most_units), wrong);
    const auto price =
        field_or_default(in_, unit_price, parse_text_quantity(in_[unit_price]), wrong);
    if (wrong) return;
    e.code = codes_.insert(code).index;
    e.units = units;
    i.priced = i.priced || price.atoms != 0;
    if (e.units == 0 || (i.cancels && e.units > 0)) {
        wrong = in_.reject(quantity_column, fail(error_code::bad_quantity, e.units),
                           i.cancels ? "an invoice that begins with C takes back: its quantities "
                                       "are negative"
                                     : "zero is neither a sale nor a correction");
        return;
    }
    if (e.units < 0 || is_service(e)) return;  // the price of what is no sale of goods is not used
    e.price_minor =
        field_or_default(in_, unit_price, rescale(price, currency_.exponent()), wrong).atoms;
    if (!wrong && e.price_minor < 0)
        wrong = in_.reject(unit_price, fail(error_code::bad_price, e.price_minor));
}

void uci_reader::reject(invoice* i, rejected_row why) {
    if (i != nullptr && !i->first) i->first = why;
    if (i == nullptr) ++out_.counts.rejected;
    if (out_.rejected.size() >= fault_limit_) in_.stop(why);
    out_.rejected.push_back(std::move(why));
}

void uci_reader::read_row() {
    const std::uint32_t index = invoice_of_row();
    invoice* i = index == nobody ? nullptr : &invoices_[index];
    if (i != nullptr) ++i->rows;
    if (const rejected_row* f = in_.fault()) return reject(i, *f);
    if (i == nullptr)
        return reject(i, in_.reject(invoice_no, detail::parse_key(in_[invoice_no]).error()));
    entry e{in_.row(), index, 0, 0, 0};
    std::optional<rejected_row> wrong;
    read_head(*i, wrong);
    if (!wrong) read_values(e, *i, wrong);
    if (wrong) return reject(i, *std::move(wrong));
    entries_.push_back(e);
}

/// Decides what a row is. The order of the questions is that of docs/formats/uci.md.
void uci_reader::sort_out(std::uint32_t index) {
    const entry& e = entries_[index];
    const invoice& i = invoices_[e.invoice];
    uci_counts& n = out_.counts;
    if (i.first) return;  // counted by invoice
    if (e.units > 0 && i.customer == nobody) ++n.without_customer;
    if (i.cancels) return cancel(e, i);
    if (e.units < 0)
        ++n.adjustments_down;
    else if (is_service(e))
        ++n.service;
    else if (i.customer == nobody && !i.priced)
        ++n.adjustments_up;
    else
        buy(index, i);
}

void uci_reader::buy(std::uint32_t index, const invoice& i) {
    const entry& e = entries_[index];
    uci_counts& n = out_.counts;
    ++n.goods;
    n.units_ordered += e.units;
    if (e.price_minor == 0) ++n.free_goods;
    line l{index, nobody, e.units};
    const auto at = static_cast<std::uint32_t>(lines_.size());
    if (i.customer != nobody) {
        const auto [top, fresh] = top_.try_emplace(pair_of(e, i), nobody);
        l.below = std::exchange(top->second, at);
    }
    lines_.push_back(l);
}

void uci_reader::cancel(const entry& e, const invoice& i) {
    uci_counts& n = out_.counts;
    ++n.cancellations;
    if (i.customer == nobody) return set_aside(e, i, 0, unmatched::no_customer);
    if (is_service(e)) return set_aside(e, i, 0, unmatched::no_goods);
    std::int64_t matched = 0;
    const std::int64_t wanted = -e.units;
    if (const auto top = top_.find(pair_of(e, i)); top != top_.end()) {
        while (matched < wanted && top->second != nobody) {
            line& l = lines_[top->second];
            const std::int64_t taken = std::min(l.left, wanted - matched);
            l.left -= taken;
            matched += taken;
            if (l.left == 0) top->second = l.below;
        }
    }
    n.units_taken_back += matched;
    if (matched == wanted)
        ++n.cancelled_whole;
    else
        set_aside(e, i, matched, matched > 0 ? unmatched::partly : unmatched::used_up);
}

void uci_reader::set_aside(const entry& e, const invoice& i, std::int64_t matched, unmatched why) {
    std::string customer;
    if (i.customer != nobody) customer = customers_.key(i.customer);
    out_.quarantine.push_back({e.row, std::string{invoice_keys_.key(e.invoice)},
                               std::string{codes_.key(e.code)}, std::move(customer), -e.units,
                               matched, why});
    pair_of_aside_.push_back(pair_of(e, i));
}

/// Only now it is known who never bought a code anywhere in the file.
void uci_reader::judge_quarantine() {
    uci_counts& n = out_.counts;
    for (std::size_t k = 0; k < out_.quarantine.size(); ++k) {
        unmatched& why = out_.quarantine[k].why;
        if (why == unmatched::used_up && !top_.contains(pair_of_aside_[k]))
            why = unmatched::never_bought;
        switch (why) {
            case unmatched::partly:
                ++n.cancelled_partly;
                break;
            case unmatched::used_up:
                ++n.cancelled_used_up;
                break;
            case unmatched::never_bought:
                ++n.cancelled_never_bought;
                break;
            case unmatched::no_customer:
                ++n.cancelled_no_customer;
                break;
            case unmatched::no_goods:
                ++n.cancelled_no_goods;
                break;
        }
    }
}

void uci_reader::make_orders() {
    std::vector<text_order> drafts;
    for (const line& l : lines_) {
        const entry& e = entries_[l.entry];
        invoice& i = invoices_[e.invoice];
        if (i.order == nobody) {
            i.order = static_cast<std::uint32_t>(drafts.size());
            text_order& o = drafts.emplace_back();
            o.key = invoice_keys_.key(e.invoice);
            o.ship_to = std::move(i.country);
            if (i.customer != nobody) o.customer = customers_.key(i.customer);
            o.placed = i.placed;
            o.currency = currency_;
        }
        if (l.left == 0) {
            ++out_.counts.lines_emptied;
            continue;
        }
        out_.counts.units_kept += l.left;
        ++out_.counts.lines;
        drafts[i.order].lines.push_back(
            {std::string{codes_.key(e.code)}, {l.left, 0}, e.price_minor, e.row, 0});
    }
    for (text_order& o : drafts) {
        if (o.lines.empty())
            ++out_.counts.orders_emptied;
        else
            out_.orders.push_back(std::move(o));
    }
}

bool repeats_a_sku(const text_order& o, std::vector<std::string_view>& skus) {
    skus.clear();
    for (const text_line& l : o.lines) skus.push_back(l.sku);
    std::ranges::sort(skus);
    return std::ranges::adjacent_find(skus) != skus.end();
}

void uci_reader::count_invoices() {
    uci_counts& n = out_.counts;
    n.rows = in_.row();
    n.invoices = static_cast<std::uint32_t>(invoices_.size());
    n.orders = static_cast<std::uint32_t>(out_.orders.size());
    for (std::uint32_t k = 0; k < n.invoices; ++k) {
        invoice& i = invoices_[k];
        if (i.first) {
            ++n.invoices_rejected;
            n.rejected += i.rows;
            out_.rejected_orders.push_back(
                {std::string{invoice_keys_.key(k)}, i.rows, *std::move(i.first)});
        } else if (i.cancels) {
            ++n.invoices_of_cancellations;
        } else if (i.order == nobody) {
            ++n.invoices_without_goods;
        }
    }
    std::vector<std::string_view> skus;
    for (const text_order& o : out_.orders)
        if (repeats_a_sku(o, skus)) ++n.orders_with_repeated_sku;
}

uci_file uci_reader::read() {
    while (in_.next()) read_row();
    if (in_.failure()) {
        uci_file failed;
        failed.failure = in_.failure();
        return failed;
    }
    lines_.reserve(entries_.size());
    top_.reserve(entries_.size() / 2);
    for (std::uint32_t k = 0; k < entries_.size(); ++k) sort_out(k);
    judge_quarantine();
    make_orders();
    count_invoices();
    return std::move(out_);
}

}  // namespace

uci_file read_uci(std::string_view text, const uci_options& options) {
    const auto c = currency::parse(options.currency);
    if (!c) {
        uci_file failed;
        failed.failure = rejected_row{0, c.error(), to_string(c.error())};
        return failed;
    }
    return uci_reader{text, options, *c}.read();
}

std::span<const std::string_view> uci_service_codes() noexcept { return service_codes; }

}  // namespace earmark::connect
