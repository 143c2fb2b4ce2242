#include "earmark/connect/uci.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "earmark/connect/input.hpp"
#include "earmark/core/time_text.hpp"

namespace earmark::connect {
namespace {

constexpr std::string_view header =
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

/// Rows of invoice, code, quantity, price, customer; one minute apart is not needed.
struct row {
    std::string_view invoice, code;
    int quantity;
    std::string_view price, customer;
};

uci_file read(std::initializer_list<row> rows) {
    std::string text{header};
    for (const row& r : rows) {
        text.append(r.invoice).append(",").append(r.code).append(",\"A, B\",");
        text.append(std::to_string(r.quantity)).append(",2010-12-01 08:26:00,").append(r.price);
        text.append(",").append(r.customer).append(",France\n");
    }
    return read_uci(text);
}

/// Units of the order's lines, as text.
std::string units_of(const uci_file& f, std::string_view key) {
    std::string out;
    for (const text_order& o : f.orders)
        if (o.key == key)
            for (const text_line& l : o.lines) out += std::to_string(l.amount.atoms) + ' ';
    return out;
}

TEST_CASE("an invoice becomes an order that ships to its country, for its customer") {
    const uci_file f = read({{"1", "85123A", 6, "2.55", "17850.0"},
                             {"1", "85123a", 2, "3", "17850.0"},
                             {"1", "85123A", 1, "2.55", "17850.0"}});
    REQUIRE_FALSE(f.failure);
    REQUIRE(f.orders.size() == 1);
    const text_order& o = f.orders[0];
    CHECK(o.key == "1");
    CHECK(o.ship_to == "France");
    CHECK(o.customer == "17850");
    CHECK(o.currency.text() == "GBP");
    CHECK(to_string(o.placed) == "2010-12-01T08:26:00Z");
    REQUIRE(o.lines.size() == 3);  // a SKU twice stays two lines
    CHECK(o.lines[0].unit_price_minor == 255);
    CHECK(o.lines[1].sku == "85123a");  // another code than 85123A
    CHECK(f.counts.orders_with_repeated_sku == 1);
}

TEST_CASE("a cancellation reduces the customer's latest earlier purchases of the code") {
    const uci_file f = read({{"1", "A", 5, "1", "c1"},
                             {"2", "A", 3, "1", "c1"},
                             {"3", "A", 9, "1", "c2"},    // another customer
                             {"4", "a", 9, "1", "c1"},    // another code
                             {"C5", "A", -4, "1", "c1"},  // 3 of invoice 2, 1 of invoice 1
                             {"6", "A", 7, "1", "c1"}});  // later: not touched
    CHECK(units_of(f, "1") == "4 ");
    CHECK(units_of(f, "2").empty());
    CHECK(units_of(f, "3") == "9 ");
    CHECK(units_of(f, "4") == "9 ");
    CHECK(units_of(f, "6") == "7 ");
    CHECK(f.counts.cancelled_whole == 1);
    CHECK(f.counts.orders_emptied == 1);
    CHECK(f.counts.units_taken_back == 4);
    CHECK(f.quarantine.empty());
}

TEST_CASE("what a cancellation does not find is set aside with its reason") {
    const uci_file f = read({{"1", "A", 5, "1", "c1"},
                             {"C2", "A", -8, "1", "c1"},   // 5 found
                             {"C3", "A", -1, "1", "c1"},   // all used up
                             {"C4", "B1", -1, "1", "c1"},  // bought later only
                             {"5", "B1", 1, "1", "c1"},
                             {"C6", "Z", -1, "1", "c1"},  // never
                             {"C7", "A", -1, "1", ""},    // by nobody
                             {"C8", "POST", -1, "1", "c1"}});
    REQUIRE(f.quarantine.size() == 6);
    const unmatched expected[] = {unmatched::partly,      unmatched::used_up,
                                  unmatched::used_up,     unmatched::never_bought,
                                  unmatched::no_customer, unmatched::no_goods};
    for (std::size_t i = 0; i < 6; ++i) CHECK(f.quarantine[i].why == expected[i]);
    CHECK(f.quarantine[0].units == 8);
    CHECK(f.quarantine[0].matched == 5);
    CHECK(f.quarantine[0].row == 2);
    CHECK(f.quarantine[0].customer == "c1");
    CHECK(f.orders.size() == 1);
}

TEST_CASE("fees, corrections of stock and found goods are counted and are no orders") {
    const uci_file f = read({{"1", "A", 2, "1", "c1"},
                             {"1", "POST", 1, "18", "c1"},
                             {"1", "PADS", 1, "0.001", "c1"},  // finer than a penny, and no goods
                             {"2", "m", 1, "5", "c1"},         // nothing but a fee
                             {"3", "A", -10, "0", ""},         // damaged
                             {"4", "A", 10, "0", ""},          // found
                             {"5", "A", 1, "0", "c1"},         // a gift to a customer
                             {"6", "A", 1, "0", ""},           // part of a priced sale
                             {"6", "B1", 1, "4", ""}});
    CHECK(f.counts.service == 3);
    CHECK(f.counts.adjustments_down == 1);
    CHECK(f.counts.adjustments_up == 1);
    CHECK(f.counts.goods == 4);
    CHECK(f.counts.free_goods == 2);
    CHECK(f.counts.without_customer == 3);
    CHECK(f.counts.invoices_without_goods == 3);
    CHECK(f.orders.size() == 3);
    CHECK(f.rejected.empty());
}

TEST_CASE("an invoice with a wrong row is left out whole, and nothing can be taken back from it") {
    const uci_file f = read({{"1", "A", 5, "1", "c1"},
                             {"2", "A", 5, "1", "c1"},
                             {"2", "B1", 5, "1.005", "c1"},
                             {"2", "C", 0, "1", "c1"},
                             {"C3", "A", -6, "1", "c1"},
                             {"C4", "A", 1, "1", "c1"},
                             {"5", "A", 1, "-1", "c1"},
                             {"6", "A", 1, "1", "c1"},
                             {"6", "A", 1, "1", "c9"}});
    REQUIRE(f.rejected.size() == 5);
    CHECK(f.rejected[0].why.code == error_code::too_many_decimals);
    CHECK(f.rejected[1].why.code == error_code::bad_quantity);
    CHECK(f.rejected[2].why.code == error_code::bad_quantity);
    CHECK(f.rejected[3].why.code == error_code::bad_price);
    CHECK(f.rejected[4].why.code == error_code::bad_field);
    CHECK(f.rejected_orders.size() == 4);
    CHECK(f.counts.rejected == 7);
    CHECK(f.orders.empty());  // invoice 1 was taken back whole
    REQUIRE(f.quarantine.size() == 1);
    CHECK(f.quarantine[0].matched == 5);
}

TEST_CASE("dates are read as the archive and as spreadsheets write them, and nothing is guessed") {
    CHECK(to_string(*parse_uci_time("2010-12-01 08:26:00")) == "2010-12-01T08:26:00Z");
    CHECK(to_string(*parse_uci_time("12/1/2010 8:26")) == "2010-12-01T08:26:00Z");
    CHECK(to_string(*parse_uci_time("2010-12-01T08:26:00+01:00")) == "2010-12-01T07:26:00Z");
    for (const char* text : {"", "13/1/2010 8:26", "1/12/10", "2/30/2011 8:00", "12/1/2010 8:26x",
                             "-1/1/2010 8:26", "2010-13-01 08:26:00", "12/1/2010 24:00"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_uci_time(text));
    }
}

TEST_CASE("a currency that is none is refused before the file is read") {
    const uci_file f = read_uci(header, {.currency = "XXY"});
    REQUIRE(f.failure);
    CHECK(f.failure->why.code == error_code::bad_currency);
}

/// Every row, unit and invoice is in exactly one place.
void check_sums(const uci_counts& n) {
    CHECK(n.rows == n.rejected + n.cancellations + n.adjustments_down + n.adjustments_up +
                        n.service + n.goods);
    CHECK(n.cancellations == n.cancelled_whole + n.cancelled_partly + n.cancelled_used_up +
                                 n.cancelled_never_bought + n.cancelled_no_customer +
                                 n.cancelled_no_goods);
    CHECK(n.units_ordered == n.units_kept + n.units_taken_back);
    CHECK(n.goods == n.lines + n.lines_emptied);
    CHECK(n.invoices == n.orders + n.orders_emptied + n.invoices_rejected +
                            n.invoices_of_cancellations + n.invoices_without_goods);
}

TEST_CASE("the whole UCI file gives the counts that are measured in its specification") {
    const char* shared = std::getenv("EARMARK_SHARED");
    if (shared == nullptr) {
        MESSAGE("skipped: EARMARK_SHARED does not name the folder with data/uci-online-retail");
        return;
    }
    const input in =
        read_input(std::string{shared} + "/data/uci-online-retail/online_retail.csv.gz");
    if (in.failure) {
        MESSAGE("skipped: " << in.failure->text);
        return;
    }
    const uci_file f = read_uci(in.text);
    REQUIRE_FALSE(f.failure);
    const uci_counts& n = f.counts;
    check_sums(n);
    CHECK(n.rows == 541'909);
    CHECK(n.invoices == 25'900);
    CHECK(n.rejected == 0);
    CHECK(n.cancellations == 9'288);
    CHECK(n.cancelled_whole == 7'432);
    CHECK(n.cancelled_partly == 51);
    CHECK(n.cancelled_used_up + n.cancelled_never_bought == 1'056);
    CHECK(n.cancelled_no_customer + n.cancelled_no_goods == 749);
    CHECK(n.adjustments_down == 1'336);
    CHECK(n.without_customer == 133'361);
    CHECK(n.invoices_of_cancellations == 3'836);
    CHECK(n.cancelled_used_up == 363);
    CHECK(n.cancelled_no_customer == 383);
    CHECK(n.service == 2'366);
    CHECK(n.adjustments_up == 762);
    CHECK(n.goods == 528'157);
    CHECK(n.free_goods == 399);
    CHECK(n.lines == 525'345);
    CHECK(n.units_kept == 5'341'571);
    CHECK(n.units_taken_back == 250'677);
    CHECK(n.orders == 19'651);
    CHECK(n.orders_emptied == 134);
    CHECK(n.orders_with_repeated_sku == 2'758);
    CHECK(f.quarantine.size() == 1'856);
    CHECK(f.orders.size() == n.orders);
}

}  // namespace
}  // namespace earmark::connect
