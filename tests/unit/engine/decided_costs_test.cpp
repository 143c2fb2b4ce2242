// What a decision cost, read back from the journal, is what its plan cost when it was decided.
#include <string>
#include <vector>

#include "dates_shop.hpp"

namespace earmark {
namespace {

struct costs_shop : dates_shop {
    command c{{}, {}, at("2025-06-01T00:00:00Z")};

    explicit costs_shop(const std::string& policy) {
        using enum value_type;
        REQUIRE(
            on.load(c, std::vector<attribute_row>{{"line.grams", number}, {"node.accepts", number}})
                .accepted == 2);
        REQUIRE(on.load(c, std::vector<fact_row>{{"hat", "line.grams", "700"},
                                                 {"mug", "line.grams", "2500"},
                                                 {"ny", "node.accepts", "0.5"},
                                                 {"berlin", "node.accepts", "0.8"}})
                    .accepted == 4);
        REQUIRE(on.load(c, std::vector<distance_row>{{"home", "ny", 5'000},
                                                     {"home", "berlin", 900'000},
                                                     {"away", "ny", 700'000},
                                                     {"away", "berlin", 3'000}})
                    .accepted == 4);
        go_by(c, "policy = 'p'\ncurrency = 'EUR'\n" + policy);
    }
    /// What its plan cost: hats and a mug to home, and perhaps a hat elsewhere.
    plan_cost cost(place_id second) {
        std::vector<order_line> lines{{hat, {3}, 500}, {mug, {1}, 900}, {hat, {1}, 500}};
        lines.back().own.ship_to = second;
        order_request r{lines, home, *currency::parse("EUR")};
        r.method = dates_shop::service("ground");
        r.deliver_by = day("2025-06-25");
        const time_point now = at("2025-06-23T10:00:00Z");
        const placed p = on.place_order({"o" + std::to_string(++number), {}, now}, r);
        REQUIRE(p.first.what == outcome::done);
        const auto s = on.source({{}, {}, now}, order_id{p.first.subject});
        REQUIRE(s);
        CHECK(s->first.what == outcome::done);
        return s->chosen.cost;
    }
};

}  // namespace

TEST_CASE("a decision's row has the plan's cost, whatever its policy counts") {
    const std::string policies[] = {
        "rank = ['cost']\n[costs]\nfixed_per_parcel = '4'\nlate_per_day = '5.00'\n",
        "rank = ['cost']\n[costs]\nper_unit = '0.01'\n[costs.parcel]\nby = 'grams'\n"
        "zones = ['100 km']\nsteps = [{ up_to = 1000, rates = ['3', '4'] }, "
        "{ rates = ['9', '9.5'] }]\n[attributes]\n'line.grams' = 'number'\n",
        "rank = ['cost']\n[costs]\nfixed_per_parcel = '4'\nby_acceptance = true\n"
        "[attributes]\n'node.accepts' = 'number'\n",
        "rank = ['delivery_date', 'cost']\n[costs]\nfixed_per_parcel = '4'\n",
        "rank = ['distance', 'parcels']\n"};
    for (const std::string& policy : policies)
        for (const place_id second : {none<place_id>, dates_shop::away}) {
            CAPTURE(policy);
            costs_shop s{policy};
            const plan_cost whole = s.cost(second);
            const auto rows = s.on.decisions({}, 100);
            REQUIRE(rows);
            std::int64_t e4 = 0, metres = 0;
            std::int32_t late = 0;
            for (const decided& d : rows->rows) {
                e4 += d.cost.e4;
                metres += d.cost.metres;
                late = std::max(late, d.cost.late_days);
            }
            CHECK(rows->rows.size() == (second == none<place_id> ? 1 : 2));
            CHECK(e4 == whole.e4);
            CHECK(metres == whole.metres);
            CHECK(late == whole.late_days);
            if (rows->rows.size() == 1) CHECK(rows->rows[0].cost == whole);
            CHECK((whole.late_days > 0) == (policy.find("late") != std::string::npos));
        }
}

}  // namespace earmark
