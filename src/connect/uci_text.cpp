// What the UCI reader says and how it reads a date: words, apart from the sorting in uci.cpp.
#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "earmark/connect/uci.hpp"
#include "earmark/core/time_text.hpp"

namespace earmark::connect {
namespace {

/// Reads one to `width` digits and the separator behind them, if one is asked for.
std::optional<int> number(std::string_view& rest, std::size_t width, char separator) {
    int value = 0;
    const auto [end, problem] =
        std::from_chars(rest.data(), rest.data() + std::min(width, rest.size()), value);
    if (problem != std::errc{} || value < 0) return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (separator == '\0') return value;
    if (rest.empty() || rest.front() != separator) return std::nullopt;
    rest.remove_prefix(1);
    return value;
}

/// `12/1/2010 8:26`, month first, as the canonical text; nothing where it is not that.
std::optional<std::string> from_spreadsheet(std::string_view text) {
    const auto month = number(text, 2, '/');
    const auto day = month ? number(text, 2, '/') : std::nullopt;
    const auto year = day ? number(text, 4, ' ') : std::nullopt;
    const auto hour = year ? number(text, 2, ':') : std::nullopt;
    const auto minute = hour ? number(text, 2, '\0') : std::nullopt;
    if (!minute || !text.empty()) return std::nullopt;
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:00Z", *year, *month, *day, *hour, *minute);
}

}  // namespace

result<time_point> parse_uci_time(std::string_view text) {
    if (text.find('/') != std::string_view::npos) {
        const auto canonical = from_spreadsheet(text);
        return canonical ? parse_time(*canonical) : fail(error_code::bad_time);
    }
    constexpr std::string_view without_zone = "2010-12-01 08:26:00";
    if (text.size() != without_zone.size()) return parse_time(text);
    return parse_time(std::string{text} + 'Z');
}

std::string_view name_of(unmatched why) noexcept {
    switch (why) {
        case unmatched::partly:
            return "partly";
        case unmatched::used_up:
            return "used_up";
        case unmatched::never_bought:
            return "never_bought";
        case unmatched::no_customer:
            return "no_customer";
        case unmatched::no_goods:
            return "no_goods";
    }
    return "?";
}

std::string to_string(const uci_counts& n) {
    return fmt::format(
        "rows {} = goods {} + service {} + adjustments down {} up {} + cancellations {} + rejected "
        "{}\n"
        "goods: {} lines kept, {} emptied; {} free of charge; {} positive rows without customer\n"
        "cancellations: {} whole, {} partly, {} used up, {} never bought, {} without customer, {} "
        "no goods\n"
        "units {} = kept {} + taken back {}\n"
        "invoices {} = orders {} + emptied {} + cancellations {} + without goods {} + rejected {}\n"
        "orders that hold a SKU twice: {}\n",
        n.rows, n.goods, n.service, n.adjustments_down, n.adjustments_up, n.cancellations,
        n.rejected, n.lines, n.lines_emptied, n.free_goods, n.without_customer, n.cancelled_whole,
        n.cancelled_partly, n.cancelled_used_up, n.cancelled_never_bought, n.cancelled_no_customer,
        n.cancelled_no_goods, n.units_ordered, n.units_kept, n.units_taken_back, n.invoices,
        n.orders, n.orders_emptied, n.invoices_of_cancellations, n.invoices_without_goods,
        n.invoices_rejected, n.orders_with_repeated_sku);
}

}  // namespace earmark::connect
