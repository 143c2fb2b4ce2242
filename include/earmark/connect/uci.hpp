// THE UCI "ONLINE RETAIL" FORMAT (docs/formats/uci.md): one row per invoice line of a real shop,
// with cancellations, corrections of stock and fees among them. This reader sorts the rows out,
// applies the cancellations to the purchases that they take back, and counts everything, so that
// the sums can be held against the file.
//
// Every row is exactly one of: rejected, cancellation, adjustment, service, goods.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/connect/orders.hpp"

namespace earmark::connect {

/// Why a cancellation, or the rest of it, found no purchase to reduce.
enum class unmatched : std::uint8_t {
    partly,        // the earlier purchases hold fewer units than it takes back
    used_up,       // there are purchases, but later ones only or ones that are cancelled already
    never_bought,  // the file has no purchase of this code by this customer
    no_customer,   // nothing to match by
    no_goods,      // it takes back a fee or a discount
};
[[nodiscard]] std::string_view name_of(unmatched why) noexcept;

/// A cancellation that waits for a person.
struct uci_cancellation {
    std::uint32_t row = 0;
    std::string invoice;
    std::string code;
    std::string customer;
    std::int64_t units = 0;    // that the row takes back, > 0
    std::int64_t matched = 0;  // of these, < units
    unmatched why = unmatched::partly;
};

struct uci_counts {
    // rows = rejected + cancellations + adjustments_down + adjustments_up + service + goods
    std::uint32_t rows = 0;
    std::uint32_t rejected = 0;          // all rows of invoices with a wrong row
    std::uint32_t cancellations = 0;     // InvoiceNo begins with C
    std::uint32_t adjustments_down = 0;  // negative quantity and no cancellation
    std::uint32_t adjustments_up = 0;    // no customer, and nothing on the invoice has a price
    std::uint32_t service = 0;           // codes that are no goods
    std::uint32_t goods = 0;
    // among positive rows
    std::uint32_t without_customer = 0;  // goods, service and adjustments_up
    std::uint32_t free_goods = 0;        // goods at a price of zero, kept
    // cancellations = whole + partly + used_up + never_bought + no_customer + no_goods
    std::uint32_t cancelled_whole = 0;
    std::uint32_t cancelled_partly = 0;
    std::uint32_t cancelled_used_up = 0;
    std::uint32_t cancelled_never_bought = 0;
    std::uint32_t cancelled_no_customer = 0;
    std::uint32_t cancelled_no_goods = 0;
    // units of goods: ordered = kept + taken_back
    std::int64_t units_ordered = 0;
    std::int64_t units_taken_back = 0;
    std::int64_t units_kept = 0;
    // goods = lines + lines_emptied
    std::uint32_t lines = 0;
    std::uint32_t lines_emptied = 0;  // by cancellations
    // invoices = orders + the others
    std::uint32_t invoices = 0;
    std::uint32_t orders = 0;
    std::uint32_t orders_emptied = 0;  // by cancellations
    std::uint32_t invoices_rejected = 0;
    std::uint32_t invoices_of_cancellations = 0;
    std::uint32_t invoices_without_goods = 0;    // service and adjustments only
    std::uint32_t orders_with_repeated_sku = 0;  // among `orders`
};

/// `ship_to` of an order is the row's country; a city within it is the caller's to draw, by
/// `customer` or, where that is empty, by the order's key.
struct uci_file {
    std::vector<text_order> orders;
    std::vector<rejected_row> rejected;
    std::vector<rejected_order> rejected_orders;
    std::vector<uci_cancellation> quarantine;  // ascending by row
    uci_counts counts;
    std::optional<rejected_row> failure;  // then all else is empty
};

struct uci_options {
    std::string_view currency = "GBP";
    csv_limits limits{};
};

/// Columns InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID,
/// Country. O(rows).
[[nodiscard]] uci_file read_uci(std::string_view text, const uci_options& options = {});

/// The codes that are no goods, each compared byte for byte.
[[nodiscard]] std::span<const std::string_view> uci_service_codes() noexcept;

/// `2010-12-01 08:26:00` or, as spreadsheets write it, `12/1/2010 8:26` (month first). The file
/// names no zone; its times are taken as UTC.
[[nodiscard]] result<time_point> parse_uci_time(std::string_view text);

/// The counts as lines of text, for people.
[[nodiscard]] std::string to_string(const uci_counts& counts);

}  // namespace earmark::connect
