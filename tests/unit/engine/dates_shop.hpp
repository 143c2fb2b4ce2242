// A shop with calendars: a warehouse in New York and a store in Berlin, and the tables of the
// specification's vectors (2d).
#pragma once

#include <string>
#include <vector>

#include "earmark/core/time_text.hpp"
#include "kept_books.hpp"

namespace earmark {

inline time_point at(const char* text) { return parse_time(text).value(); }
inline civil_day day(const char* text) { return parse_day(text).value(); }

struct dates_shop : kept_books {
    static constexpr sku_id hat{0}, mug{1};
    static constexpr node_id ny{0}, berlin{1};
    static constexpr place_id home{0}, away{1};
    int number = 0;

    dates_shop() {
        const command c{{}, {}, at("2025-06-01T00:00:00Z")};
        REQUIRE(on.load(c, std::vector<sku_row>{{"hat"}, {"mug"}}).accepted == 2);
        std::vector<node_row> nodes(2);
        nodes[0].key = "ny", nodes[1].key = "berlin";
        REQUIRE(on.load(c, nodes).accepted == 2);
        REQUIRE(on.load(c, std::vector<place_row>{{"home", {}}, {"away", {}}}).accepted == 2);
        REQUIRE(on.load(c, std::vector<stock_row>{{"hat", "ny", {1'000}},
                                                  {"mug", "ny", {1'000}},
                                                  {"hat", "berlin", {1'000}}})
                    .accepted == 3);
        load(std::vector{row("ny", "America/New_York", "14:00"),
                         row("berlin", "Europe/Berlin", "14:00"), row("carrier", "UTC", ""),
                         row("doors", "UTC", "")});
        load(std::vector<calendar_day_row>{{"carrier", "2025-07-04"}, {"doors", "2025-07-01"}});
        load(std::vector<service_row>{
            {"ground", "carrier", {}, 3}, {"air", {}, "doors", 3}, {"nowhere"}});
        load(std::vector<hours_row>{{"ny", {}, "ny"}, {"berlin", {}, "berlin"}});
        REQUIRE(on.activate(c, "policy = \"p\"\ncurrency = \"EUR\"\nrank = [\"priority\"]\n"));
    }
    static calendar_row row(std::string key, std::string zone, std::string cutoff) {
        return {std::move(key),    std::move(zone),   monday_to_friday,
                std::move(cutoff), day("2025-01-01"), day("2025-12-31")};
    }
    template <class Row>
    load_report tried(const std::vector<Row>& rows) {
        return on.load({}, std::span<const Row>{rows});
    }
    template <class Row>
    void load(const std::vector<Row>& rows) {
        const load_report r = tried(rows);
        for (const rejected_row& x : r.rejected) MESSAGE(x.text);
        REQUIRE(r.rejected.empty());
    }
    [[nodiscard]] service_id service(std::string_view key) const { return *on.find_service(key); }

    /// What an order of so many hats would be promised.
    result<promised> ask(const char* when, std::string_view by, std::int64_t hats = 1,
                         bool infinite = false) {
        const std::vector<order_line> lines{{hat, {hats}, 0}};
        promise_request r;
        r.order = {lines, home, *currency::parse("EUR")};
        if (!by.empty()) r.order.method = service(by);
        r.at = at(when);
        r.infinite = infinite;
        return on.promise(r);
    }
    date_chain dates(node_id from, const char* when, std::string_view by, std::int64_t hats = 1) {
        const auto found = ask(when, by, hats);
        REQUIRE(found);
        for (const promise_option& o : found->options) {
            CAPTURE(to_string(o.why));
            if (o.node == from) REQUIRE(o.why.code == error_code::ok);
            if (o.node == from) return o.dates;
        }
        FAIL("the node is no option");
        return {};
    }
};

}  // namespace earmark
