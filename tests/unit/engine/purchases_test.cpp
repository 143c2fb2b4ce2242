// Purchases that a vendor has accepted: neither side gets out of them alone.
#include "transfers_shop.hpp"

namespace earmark::bringing {
namespace {

/// An order for seven mugs that the vendor brings, and has accepted.
struct bought : shop {
    order_id o = order({{mug, {7}, 500}});
    order_id p = source(o).brought.at(0).by;

    bought() {
        REQUIRE(on.release(now(), p));
        REQUIRE(says("accept"));
    }
    result<receipt> says(std::string_view event, std::int64_t n = 0) {
        return on.record(now(),
                         {fact_kind::mark, p, n == 0 ? 0u : 1u, none<node_id>, {n}, 0, event});
    }
    /// State, label and amount of each of the purchase's buckets.
    [[nodiscard]] std::string units() const {
        std::string out;
        const auto view = on.order(p);
        for (const bucket_view& b : view->buckets) {
            out += std::string{name_of(b.state)} + '/' + std::string{b.label};
            out += ' ' + std::to_string(b.amount.atoms) + ", ";
        }
        return out;
    }
};

}  // namespace

TEST_CASE("a vendor who takes back what he accepted leaves no purchase open for nobody") {
    bought s;
    REQUIRE(s.tell(s.p, fact_kind::reject, {2}, acme));
    CHECK(s.units() == "released/accepted 5, cancelled/ 2, ");
    CHECK(s.where(s.o) == "1 open - 2, 1 reserved - 5, ");
    CHECK(s.free(mug, acme) == 45);
    REQUIRE(s.on.order(s.o)->rejections.size() == 1);
    CHECK(s.on.order(s.o)->rejections[0].node == acme);
    REQUIRE(s.tell(s.p, fact_kind::reject, {}, acme));
    CHECK(s.units() == "cancelled/ 7, ");
    CHECK(s.where(s.o) == "1 open - 7, ");
}

TEST_CASE("an order that is cancelled asks the vendor to stop, and he says whether he does") {
    bought s;
    REQUIRE(s.on.cancel(s.now(), {s.o, 1, {4}, 0}));
    CHECK(s.where(s.o) == "1 reserved - 3, 1 cancelled - 4, ");
    CHECK(s.units() == "released/asked_to_stop 4, released/accepted 3, ");
    CHECK(s.free(mug, acme) == 43);  // it is not free until he agrees
    REQUIRE(s.says("refuse_to_stop", 1));
    CHECK(s.on.cancel(s.now(), {s.p, 1, {3}, 0}));  // he agreed
    CHECK(s.free(mug, acme) == 46);
    CHECK(s.where(s.o) == "1 reserved - 3, 1 cancelled - 4, ");
    REQUIRE(s.tell(s.p, fact_kind::ship));
    REQUIRE(s.tell(s.p, fact_kind::deliver));
    CHECK(s.where(s.o) == "1 allocated north 3, 1 cancelled - 4, ");
    CHECK(s.free(mug, north) == 1);
}

TEST_CASE("what was asked to stop already is let go first, and is not taken for agreed") {
    bought s;
    REQUIRE(s.says("ask_to_stop", 2));
    REQUIRE(s.on.cancel(s.now(), {s.o, 1, {3}, 0}));
    CHECK(s.units() == "released/asked_to_stop 3, released/accepted 4, ");
    CHECK(s.where(s.o) == "1 reserved - 4, 1 cancelled - 3, ");
    REQUIRE(s.on.cancel(s.now(), {s.p, 0, {}, 0}));
    CHECK(s.units() == "released/accepted 4, cancelled/ 3, ");
    CHECK(s.where(s.o) == "1 reserved - 4, 1 cancelled - 3, ");
}

TEST_CASE("before the vendor says yes an order that is cancelled takes the purchase with it") {
    shop s;
    const order_id o = s.order({{mug, {7}, 500}});
    const order_id p = s.source(o).brought.at(0).by;
    REQUIRE(s.on.release(s.now(), p));
    REQUIRE(s.on.cancel(s.now(), {o, 0, {}, 0}));
    CHECK(s.where(p) == "1 cancelled - 7, ");
    CHECK(s.free(mug, acme) == 50);
}

}  // namespace earmark::bringing
