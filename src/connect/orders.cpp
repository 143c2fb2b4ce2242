#include "earmark/connect/orders.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "earmark/core/intern.hpp"
#include "earmark/core/time_text.hpp"
#include "earmark/model/command.hpp"
#include "field.hpp"

namespace earmark::connect {
namespace {

enum column : std::size_t {
    order_key,
    sku,
    quantity_column,
    unit_price,
    ship_to,
    line,
    currency_column,
    placed_at,
    priority,
    method,
    deliver_by,
    revision,
    line_ship_to,
    line_method,
    line_deliver_by,
    set_column,
};
constexpr csv_column order_columns[] = {
    {"order_key"},
    {"sku"},
    {"quantity"},
    {"unit_price"},
    {"ship_to"},
    {"line", false},
    {"currency", false},
    {"placed_at", false},
    {"priority", false},
    {"method", false},
    {"deliver_by", false},
    {"revision", false},
    {"line_ship_to", false},
    {"line_method", false},
    {"line_deliver_by", false},
    {"set", false},
};

/// What every row of an order says again, and each must say alike.
struct order_head {
    std::string_view ship_to;
    earmark::currency currency;
    time_point placed;
    std::uint8_t priority = 0;
    std::string_view method;
    civil_day deliver_by = no_day;
    std::uint64_t revision = 0;
};

struct order_row {
    order_head head;
    text_terms own;
    std::uint16_t set = 0;
    std::string_view sku;
    text_quantity amount;
    std::int64_t unit_price_minor = 0;
    std::uint32_t number = 0;
};

struct draft {
    text_order order;
    std::uint32_t rows = 0;
    std::optional<rejected_row> first;  // wrong row
};

class collector {
public:
    collector(csv_reader& in, const order_options& options) : in_{in}, options_{options} {}

    void add_row();
    [[nodiscard]] order_file finish();

private:
    [[nodiscard]] draft* draft_of_row();
    [[nodiscard]] order_row read(std::optional<rejected_row>& wrong) const;
    void read_terms(order_row& r, std::optional<rejected_row>& wrong) const;
    [[nodiscard]] result<text_quantity> positive(std::string_view text) const noexcept;
    [[nodiscard]] result<std::int64_t> price(std::string_view text, currency c) const noexcept;
    [[nodiscard]] result<currency> currency_of_row() const noexcept;
    [[nodiscard]] std::optional<rejected_row> conflict(const text_order& o,
                                                       const order_head& h) const;
    [[nodiscard]] std::optional<rejected_row> repeated_line(const order_row& r);
    void reject(draft* d, rejected_row why);

    csv_reader& in_;
    const order_options& options_;
    key_table keys_;
    std::vector<draft> drafts_;                                     // by the number of the key
    std::unordered_map<std::uint64_t, std::uint32_t> row_of_line_;  // order and line -> row
    std::vector<rejected_row> rejected_;
};

/// The order that a row belongs to, even where the rest of the row is wrong; null where its key is.
draft* collector::draft_of_row() {
    const auto key = detail::parse_key(in_[order_key]);
    if (!key) return nullptr;
    const auto [index, fresh] = keys_.insert(*key);
    if (fresh) drafts_.emplace_back().order.key = *key;
    draft& d = drafts_[index];
    ++d.rows;
    return &d;
}

result<text_quantity> collector::positive(std::string_view text) const noexcept {
    const auto q = parse_text_quantity(text);
    if (q && q->atoms <= 0) return fail(error_code::bad_quantity, q->atoms);
    return q;
}

result<std::int64_t> collector::price(std::string_view text, currency c) const noexcept {
    const auto m = parse_money(text, c);
    if (!m) return m.error();
    if (m->minor < 0) return fail(error_code::bad_price, m->minor);
    return m->minor;
}

result<currency> collector::currency_of_row() const noexcept {
    const std::string_view text = in_[currency_column];
    if (!text.empty()) return currency::parse(text);
    if (options_.currency) return *options_.currency;
    return fail(error_code::bad_currency);
}

/// Where it goes, how and by when: of the order, and of the line.
void collector::read_terms(order_row& r, std::optional<rejected_row>& wrong) const {
    using detail::field_or_default;
    const auto key = [&](column of) -> std::string_view {
        const std::string_view text = in_[of];
        return text.size() <= max_key_bytes
                   ? text
                   : field_or_default(in_, of, detail::parse_key(text), wrong);
    };
    const auto day = [&](column of) {
        return in_[of].empty() ? no_day : field_or_default(in_, of, parse_day(in_[of]), wrong);
    };
    const auto whole = [&](column of, std::int64_t most) {
        return in_[of].empty()
                   ? std::int64_t{0}
                   : field_or_default(in_, of, detail::parse_whole(in_[of], 0, most), wrong);
    };
    r.head.ship_to = key(ship_to);
    r.head.method = key(method);
    r.head.deliver_by = day(deliver_by);
    r.head.revision =
        static_cast<std::uint64_t>(whole(revision, static_cast<std::int64_t>(max_revision)));
    r.own = {std::string{key(line_ship_to)}, std::string{key(line_method)}, day(line_deliver_by)};
    r.set = static_cast<std::uint16_t>(whole(set_column, 65'535));
}

order_row collector::read(std::optional<rejected_row>& wrong) const {
    using detail::field_or_default;
    order_row r;
    r.sku = field_or_default(in_, sku, detail::parse_key(in_[sku]), wrong);
    r.amount = field_or_default(in_, quantity_column, positive(in_[quantity_column]), wrong);
    r.head.currency = field_or_default(in_, currency_column, currency_of_row(), wrong);
    if (wrong) return r;  // a price has no meaning without its currency
    r.unit_price_minor =
        field_or_default(in_, unit_price, price(in_[unit_price], r.head.currency), wrong);
    read_terms(r, wrong);
    r.head.placed = options_.placed;
    if (!in_[placed_at].empty())
        r.head.placed = field_or_default(in_, placed_at, parse_time(in_[placed_at]), wrong);
    if (!in_[priority].empty())
        r.head.priority = static_cast<std::uint8_t>(
            field_or_default(in_, priority, detail::parse_whole(in_[priority], 0, 255), wrong));
    if (in_.has(line))
        r.number = static_cast<std::uint32_t>(
            field_or_default(in_, line, detail::parse_whole(in_[line], 1, 1'000'000'000), wrong));
    return r;
}

std::optional<rejected_row> collector::conflict(const text_order& o, const order_head& h) const {
    constexpr std::string_view words =
        "an earlier row of this order says otherwise; all rows of an order must agree";
    if (o.currency != h.currency)
        return in_.reject(currency_column, fail(error_code::mixed_currency), words);
    if (o.ship_to != h.ship_to) return in_.reject(ship_to, fail(error_code::bad_field), words);
    if (o.placed != h.placed) return in_.reject(placed_at, fail(error_code::bad_field), words);
    if (o.priority != h.priority) return in_.reject(priority, fail(error_code::bad_field), words);
    if (o.method != h.method) return in_.reject(method, fail(error_code::bad_field), words);
    if (o.deliver_by != h.deliver_by)
        return in_.reject(deliver_by, fail(error_code::bad_field), words);
    if (o.revision != h.revision) return in_.reject(revision, fail(error_code::bad_field), words);
    return std::nullopt;
}

/// The number of the row's order must have been made by draft_of_row().
std::optional<rejected_row> collector::repeated_line(const order_row& r) {
    if (!in_.has(line)) return std::nullopt;
    const std::uint64_t order = *keys_.find(in_[order_key]);
    const auto [at, fresh] = row_of_line_.try_emplace(order << 32 | r.number, in_.row());
    if (fresh) return std::nullopt;
    return in_.reject(line, fail(error_code::duplicate_row, at->second));
}

void collector::reject(draft* d, rejected_row why) {
    if (d != nullptr && !d->first) d->first = why;
    if (rejected_.size() >= options_.limits.faults) in_.stop(why);
    rejected_.push_back(std::move(why));
}

void collector::add_row() {
    draft* d = draft_of_row();
    if (const rejected_row* f = in_.fault()) return reject(d, *f);
    if (d == nullptr)
        return reject(d, in_.reject(order_key, detail::parse_key(in_[order_key]).error()));

    std::optional<rejected_row> wrong;
    order_row r = read(wrong);
    text_order& o = d->order;
    if (!wrong && !o.lines.empty()) wrong = conflict(o, r.head);
    if (!wrong) wrong = repeated_line(r);
    if (wrong) return reject(d, *std::move(wrong));

    if (o.lines.empty()) {
        o.ship_to = r.head.ship_to;
        o.currency = r.head.currency;
        o.placed = r.head.placed;
        o.priority = r.head.priority;
        o.method = r.head.method;
        o.deliver_by = r.head.deliver_by;
        o.revision = r.head.revision;
    }
    o.lines.push_back(
        {std::string{r.sku}, r.amount, r.unit_price_minor, in_.row(), r.number, 0, r.set});
    if (r.own == text_terms{}) return;
    if (o.own.empty() || o.own.back() != r.own) o.own.push_back(std::move(r.own));
    o.lines.back().own = static_cast<std::uint32_t>(o.own.size());
}

order_file collector::finish() {
    order_file out;
    out.failure = in_.failure();
    if (out.failure) return out;
    out.rows = in_.row();
    out.rejected = std::move(rejected_);
    for (draft& d : drafts_) {
        if (d.first) {
            out.rejected_orders.push_back({std::move(d.order.key), d.rows, *std::move(d.first)});
            continue;
        }
        if (in_.has(line)) std::ranges::sort(d.order.lines, {}, &text_line::number);
        out.orders.push_back(std::move(d.order));
    }
    return out;
}

}  // namespace

result<text_quantity> parse_text_quantity(std::string_view text) noexcept {
    const std::size_t point = text.find('.');
    std::string_view digits = text;
    if (point != std::string_view::npos)
        while (digits.size() > point + 2 && digits.back() == '0') digits.remove_suffix(1);
    const std::size_t places = point == std::string_view::npos ? 0 : digits.size() - point - 1;
    const int decimals = static_cast<int>(std::min<std::size_t>(places, max_decimals));
    const result<quantity> q = parse_quantity(digits, decimals);
    if (!q) return q.error();
    if (decimals == 1 && q->atoms % 10 == 0) return text_quantity{q->atoms / 10, 0};
    return text_quantity{q->atoms, decimals};
}

result<quantity> rescale(text_quantity q, int decimals) noexcept {
    for (; q.decimals > decimals; --q.decimals) {
        if (q.atoms % 10 != 0) return fail(error_code::too_many_decimals, 0, decimals);
        q.atoms /= 10;
    }
    std::int64_t atoms = q.atoms;
    for (; q.decimals < decimals; ++q.decimals)
        if (__builtin_mul_overflow(atoms, 10, &atoms))  // named as far as it can be told
            return q.atoms < 0 ? fail(error_code::out_of_range, INT64_MIN, -INT64_MAX)
                               : fail(error_code::out_of_range, INT64_MAX, INT64_MAX);
    return quantity{atoms};
}

order_file read_orders(std::string_view text, const order_options& options) {
    csv_reader in{text, order_columns, options.limits};
    collector c{in, options};
    while (in.next()) c.add_row();
    return c.finish();
}

}  // namespace earmark::connect
