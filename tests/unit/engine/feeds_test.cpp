// Feeds: the vector of snapshots against deltas (2k) number by number, and what else a source may
// say: too early, too late, twice, about unknown things, or about goods that have long been
// shipped.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "earmark/engine/engine.hpp"

using namespace earmark;

namespace {

constexpr quantity units(std::int64_t n) { return {n}; }
constexpr time_point midnight{1'800'000'000'000'000'000};

/// SKUs `shirt` (single) and `tile` (boxes of 6) at `store` and `depot`.
class shop {
public:
    explicit shop(std::int64_t on_hand, config settings = {}, bool is_stored = true)
        : sink{std::make_shared<journal::memory_sink>()} {
        if (is_stored) settings.sink = sink;
        e = std::make_unique<engine>(settings);
        const sku_row skus[] = {{"shirt", 0, 1}, {"tile", 0, 6}};
        const node_row nodes[] = {
            {"store", node_kind::store, geo_point{48.1, 11.6}, 0, true, {}, {}},
            {"depot", node_kind::dc, geo_point{50.1, 8.6}, 0, true, {}, {}}};
        const place_row home{"home", geo_point{48.2, 11.5}};
        const stock_row opening{"shirt", "store", units(on_hand)};
        REQUIRE(e->load(now, skus).rejected.empty());
        REQUIRE(e->load(now, nodes).rejected.empty());
        REQUIRE(e->load(now, std::span{&home, 1}).rejected.empty());
        REQUIRE(e->load(now, std::span{&opening, 1}).rejected.empty());
        REQUIRE(e->activate(now,
                            "policy = \"nearest\"\ncurrency = \"EUR\"\nrank = [\"distance\"]\n"
                            "[split]\nlines = \"by_quantity\"\n"));
    }

    /// An order whose units are taken from the store and released to it.
    order_id order(std::string_view key, std::int64_t n) {
        const order_line line{shirt, units(n), 500};
        const placed p = e->place_order({key, {}, now.now}, {{&line, 1},
                                                             e->find_place("home").value(),
                                                             currency::parse("EUR").value(),
                                                             0,
                                                             none<reservation_id>});
        REQUIRE(p.first.what == outcome::done);
        const order_id o{p.first.subject};
        REQUIRE(e->source(now, o));
        REQUIRE(e->release(now, o));
        return o;
    }
    void ship(order_id o, std::int64_t n) {
        REQUIRE(e->record(now, {fact_kind::ship, o, 1, store, units(n)}));
    }
    feed_report says(std::uint64_t sequence, position as_of, std::int64_t figure,
                     feed_basis basis = feed_basis::on_hand) {
        const feed_row row{shirt, store, units(figure)};
        return e->snapshot(now, {"wms", sequence, as_of, basis, false, {&row, 1}});
    }
    feed_report changes(std::uint64_t sequence, std::int64_t by) {
        const feed_row row{shirt, store, units(by)};
        return e->delta(now, {"wms", sequence, {&row, 1}});
    }
    std::int64_t ats() { return e->available(shirt, store).value().atoms; }
    stock_view books(sku_id sku, node_id node) {
        const std::vector<stock_view> all = e->stock().value();
        for (const stock_view& v : all)
            if (v.sku == sku && v.node == node) return v;
        return {};
    }
    std::int64_t on_hand() { return books(shirt, store).on_hand.atoms; }
    std::int64_t free() { return books(shirt, store).free.atoms; }

    /// The journal, folded into an engine of its own, has the live state.
    void folds() {
        CHECK(e->check_invariants().empty());
        REQUIRE(e->flush(journal::durability::memory));
        const auto copy = std::make_shared<journal::memory_sink>();
        std::uint64_t number = 0;
        for (const auto& batch : sink->batches()) REQUIRE(copy->append(++number, batch));
        config settings;
        settings.sink = copy;
        const engine folded{settings};
        CHECK(folded.halted() == "");
        CHECK(folded.state_hash() == e->state_hash());
    }

    std::shared_ptr<journal::memory_sink> sink;
    std::unique_ptr<engine> e;
    command now{{}, {}, midnight};
    sku_id shirt{0}, tile{1};
    node_id store{0}, depot{1};
};

/// The state of the vector: on hand 10, reserved 4, three of them shipped in event 101.
struct vector_of_2k : shop {
    vector_of_2k() : shop{10} {
        o1 = order("O1", 4);
        at_100 = e->head();
        REQUIRE(ats() == 6);
        ship(o1, 3);
        at_101 = e->head();
    }
    order_id o1{};
    position at_100{}, at_101{};
};

}  // namespace

TEST_CASE("on hand 10, reserved 4: shipping 3 leaves on hand 7, reserved 1, ATS 6 (2k)") {
    vector_of_2k s;
    CHECK(s.on_hand() == 7);
    CHECK(s.books(s.shirt, s.store).released == units(1));
    CHECK(s.ats() == 6);
}

TEST_CASE("a snapshot as of 100 that says 10 does not bring three shipped units back (2k)") {
    vector_of_2k s;
    const feed_report r = s.says(1, s.at_100, 10);
    CHECK(r.why.code == error_code::ok);
    CHECK(r.accepted == 1);
    CHECK(r.changes.empty());
    CHECK(s.on_hand() == 7);
    CHECK(s.ats() == 6);
    s.folds();
}

TEST_CASE("a snapshot as of 101 that says 9 gives on hand 9, ATS 8, adjustment +2 (2k)") {
    vector_of_2k s;
    const feed_report r = s.says(1, s.at_101, 9);
    REQUIRE(r.changes.size() == 1);
    CHECK(r.changes[0].adjustment == units(2));
    CHECK(r.changes[0].shortfall == units(0));
    CHECK(s.on_hand() == 9);
    CHECK(s.ats() == 8);
    const auto events = s.e->poll(s.at_101, 10).value();
    REQUIRE(events.size() == 1);
    CHECK(events[0].by == verb::snapshot);
    CHECK(events[0].units == 2);
    s.folds();
}

TEST_CASE("a snapshot as of 99 after one as of 101 is stale: ignored and counted (2k)") {
    vector_of_2k s;
    REQUIRE(s.says(1, s.at_101, 9).accepted == 1);
    const feed_report r = s.says(2, position{raw(s.at_100) - 1}, 3);
    CHECK(r.why.code == error_code::ok);
    CHECK(r.accepted == 0);
    CHECK(r.stale == 1);
    CHECK(s.on_hand() == 9);
    s.folds();
}

TEST_CASE("a newer snapshot as of 101 that says 0: ATS 0, shortfall 1, uncovered O1 with 1 (2k)") {
    vector_of_2k s;
    REQUIRE(s.says(1, s.at_101, 9).accepted == 1);
    const feed_report r = s.says(2, s.at_101, 0);
    CHECK(r.accepted == 1);
    CHECK(s.ats() == 0);
    CHECK(s.on_hand() == 0);
    REQUIRE(r.changes.size() == 1);
    CHECK(r.changes[0].adjustment == units(-9));
    CHECK(r.changes[0].shortfall == units(1));
    REQUIRE(r.uncovered.size() == 1);
    CHECK(r.uncovered[0].order == s.o1);
    CHECK(r.uncovered[0].line == 1);
    CHECK(r.uncovered[0].amount == units(1));
    CHECK(r.uncovered[0].state == unit_state::released);
    CHECK(s.e->uncovered(s.shirt, s.store).value().size() == 1);
    s.folds();
}

TEST_CASE("the same message again changes nothing: each row is stale") {
    vector_of_2k s;
    REQUIRE(s.says(5, s.at_101, 9).accepted == 1);
    const std::uint64_t before = s.e->state_hash();
    const feed_report r = s.says(5, s.at_101, 2);
    CHECK(r.stale == 1);
    CHECK(s.e->state_hash() == before);
}

TEST_CASE("an older source sequence is stale though its as_of is newer") {
    vector_of_2k s;
    REQUIRE(s.says(5, s.at_100, 10).accepted == 1);
    CHECK(s.says(4, s.at_101, 9).stale == 1);
    CHECK(s.on_hand() == 7);
}

TEST_CASE("a net feed says what is available: promises after as_of are taken off, shipments not") {
    shop s{10};
    const position at_start = s.e->head();
    const order_id o = s.order("O1", 4);
    const position at_take = s.e->head();
    s.ship(o, 3);
    CHECK(s.says(1, at_start, 10, feed_basis::available).changes.empty());
    CHECK(s.ats() == 6);
    CHECK(s.says(2, at_take, 5, feed_basis::available).changes.size() == 1);
    CHECK(s.ats() == 5);
    CHECK(s.on_hand() == 6);
    CHECK(s.says(3, at_take, -2, feed_basis::available).uncovered.size() == 1);
    CHECK(s.free() == -2);
    s.folds();
}

TEST_CASE("an absent SKU is zero only in a complete snapshot, and only at the nodes it covers") {
    shop s{10};
    const feed_row tiles[] = {{s.tile, s.store, units(12)}, {s.tile, s.depot, units(18)}};
    const position head = s.e->head();
    const feed_report partial =
        s.e->snapshot(s.now, {"wms", 1, head, feed_basis::on_hand, false, tiles});
    CHECK(partial.zeroed == 0);
    CHECK(partial.accepted == 2);
    CHECK(s.on_hand() == 10);
    CHECK(s.books(s.tile, s.depot).on_hand == units(18));

    const feed_report other = s.e->snapshot(
        s.now, {"wms", 2, s.e->head(), feed_basis::on_hand, true, std::span{tiles}.last(1)});
    CHECK(other.zeroed == 0);
    CHECK(s.on_hand() == 10);

    const feed_report whole = s.e->snapshot(
        s.now, {"wms", 3, s.e->head(), feed_basis::on_hand, true, std::span{tiles}.first(1)});
    CHECK(whole.zeroed == 1);
    REQUIRE(whole.changes.size() == 1);
    CHECK(whole.changes[0].row == 0);
    CHECK(whole.changes[0].adjustment == units(-10));
    CHECK(s.on_hand() == 0);

    const feed_report empty =
        s.e->snapshot(s.now, {"wms", 4, s.e->head(), feed_basis::on_hand, true, {}, {&s.depot, 1}});
    CHECK(empty.zeroed == 1);
    CHECK(s.books(s.tile, s.depot).on_hand == units(0));
    CHECK(s.books(s.tile, s.store).on_hand == units(12));
    s.folds();
}

TEST_CASE("receipts and adjustments after as_of are added to a snapshot's figure") {
    shop s{10};
    const position before = s.e->head();
    REQUIRE(s.e->adjust(s.now, {s.shirt, s.store, units(5), adjust_reason::receipt}));
    REQUIRE(s.e->adjust(s.now, {s.shirt, s.store, units(-2), adjust_reason::damage}));
    CHECK(s.says(1, before, 8).accepted == 1);
    CHECK(s.on_hand() == 11);
}

TEST_CASE("deltas add up; one that comes late is rejected by name; a snapshot heals it") {
    shop s{10};
    CHECK(s.changes(1, 5).accepted == 1);
    CHECK(s.changes(3, -2).accepted == 1);
    CHECK(s.on_hand() == 13);
    const feed_report late = s.changes(2, 100);
    REQUIRE(late.rejected.size() == 1);
    CHECK(late.rejected[0].why.code == error_code::late_delta);
    CHECK(late.rejected[0].text.find("'shirt' at 'store'") != std::string::npos);
    CHECK(s.changes(3, -2).rejected.size() == 1);
    CHECK(s.on_hand() == 13);
    const position head = s.e->head();
    CHECK(s.says(3, head, 99).stale == 1);
    CHECK(s.says(4, head, 20).accepted == 1);
    CHECK(s.on_hand() == 20);
    CHECK(s.changes(5, 1).accepted == 1);
    CHECK(s.says(6, head, 20).accepted == 1);  // a source knows its own deltas
    CHECK(s.on_hand() == 20);
    s.folds();
}

TEST_CASE("each row is taken or not: the report names the others and says why") {
    shop s{10};
    const feed_row rows[] = {{s.shirt, s.store, units(8)},    {sku_id{9}, s.store, units(1)},
                             {s.shirt, node_id{9}, units(1)}, {s.tile, s.store, units(7)},
                             {s.tile, s.depot, units(-6)},    {s.shirt, s.store, units(3)},
                             {s.tile, s.store, units(6)},     {s.shirt, s.depot, {1LL << 40}}};
    const feed_report r =
        s.e->snapshot(s.now, {"wms", 1, s.e->head(), feed_basis::on_hand, false, rows});
    CHECK(r.accepted == 1);
    REQUIRE(r.rejected.size() == 7);
    const error_code why[] = {error_code::unknown_sku,    error_code::unknown_node,
                              error_code::not_a_multiple, error_code::bad_quantity,
                              error_code::duplicate_row,  error_code::duplicate_row,
                              error_code::out_of_range};
    for (std::size_t i = 0; i < 7; ++i) {
        CHECK(r.rejected[i].row == i + 2);
        CHECK(r.rejected[i].why.code == why[i]);
    }
    CHECK(s.on_hand() == 8);
    s.folds();
}

TEST_CASE("one row that does not fit takes no other row of its record with it") {
    shop s{10};
    std::vector<feed_row> rows = {{s.shirt, s.store, units(4'194'303)},
                                  {s.tile, s.store, units(6)}};
    const feed_report r = s.e->delta(s.now, {"wms", 1, rows});
    CHECK(r.accepted == 1);
    REQUIRE(r.rejected.size() == 1);
    CHECK(r.rejected[0].row == 1);
    CHECK(r.rejected[0].why.code == error_code::stock_overflow);
    CHECK(s.on_hand() == 10);
    CHECK(s.books(s.tile, s.store).on_hand == units(6));
    CHECK(s.changes(2, 1).accepted == 1);  // the row left no mark
    s.folds();
}

TEST_CASE("a whole message that cannot be is refused with nothing taken") {
    shop s{10};
    const position head = s.e->head();
    const feed_row row{s.shirt, s.store, units(1)};
    const auto why = [&](snapshot_request r) { return s.e->snapshot(s.now, r).why.code; };
    CHECK(why({"", 1, head, {}, false, {&row, 1}}) == error_code::empty_key);
    const std::string long_name(256, 'x');
    CHECK(why({long_name, 1, head, {}, false, {&row, 1}}) == error_code::key_too_long);
    CHECK(why({"wms", 0, head, {}, false, {&row, 1}}) == error_code::out_of_range);
    CHECK(why({"wms", 1, position{raw(head) + 1}, {}, false, {&row, 1}}) ==
          error_code::out_of_range);
    const node_id nowhere{77};
    CHECK(why({"wms", 1, head, {}, true, {&row, 1}, {&nowhere, 1}}) == error_code::unknown_node);
    CHECK(s.on_hand() == 10);
    CHECK(s.e->head() == head);
}

TEST_CASE("an as_of whose later events are gone is an error that says so, never a guess") {
    config small;
    small.feed_events = 4;
    shop s{10, small};
    const position early = s.e->head();
    for (int i = 0; i < 5; ++i)
        REQUIRE(s.e->adjust(s.now, {s.shirt, s.store, units(1), adjust_reason::receipt}));
    const feed_report r = s.says(1, early, 10);
    CHECK(r.why.code == error_code::feed_too_old);
    CHECK(s.on_hand() == 15);
    CHECK(s.says(1, s.e->head(), 9).accepted == 1);
    CHECK(s.on_hand() == 9);
}

TEST_CASE("records that the log gave up before a feed came are read back from the sink") {
    config small;
    small.retained_bytes = 1;
    small.ring_bytes = 1u << 16;
    shop s{10, small};
    const position early = s.e->head();
    for (int i = 0; i < 3'000; ++i)
        REQUIRE(s.e->adjust(s.now, {s.shirt, s.store, units(1), adjust_reason::receipt}));
    CHECK(s.says(1, early, 10).accepted == 1);
    CHECK(s.on_hand() == 3'010);
    s.folds();
}

TEST_CASE("records that nobody has any more before a feed came: the books go on from here") {
    config small;
    small.retained_bytes = 1;
    small.ring_bytes = 1u << 16;
    shop s{10, small, false};
    const position early = s.e->head();
    for (int i = 0; i < 3'000; ++i)
        REQUIRE(s.e->adjust(s.now, {s.shirt, s.store, units(1), adjust_reason::receipt}));
    CHECK(s.says(1, early, 10).why.code == error_code::feed_too_old);
    const position later = s.e->head();
    REQUIRE(s.e->adjust(s.now, {s.shirt, s.store, units(1), adjust_reason::receipt}));
    CHECK(s.says(1, later, 10).accepted == 1);
    CHECK(s.on_hand() == 11);
    CHECK(s.e->check_invariants().empty());
}

TEST_CASE("what sources have said survives a recovery") {
    vector_of_2k s;
    REQUIRE(s.says(7, s.at_101, 9).accepted == 1);
    REQUIRE(s.e->flush(journal::durability::memory));
    config settings;
    settings.sink = s.sink;
    s.e = std::make_unique<engine>(settings);
    CHECK(s.says(7, s.at_101, 2).stale == 1);
    CHECK(s.says(8, s.at_100, 2).stale == 1);
    s.ship(s.o1, 1);
    CHECK(s.says(8, s.at_101, 9).accepted == 1);
    CHECK(s.on_hand() == 8);
    s.folds();
}

TEST_CASE("two sources are told apart") {
    shop s{10};
    const position head = s.e->head();
    const feed_row row{s.shirt, s.store, units(7)};
    CHECK(s.e->snapshot(s.now, {"wms", 9, head, {}, false, {&row, 1}}).accepted == 1);
    CHECK(s.e->snapshot(s.now, {"till", 1, head, {}, false, {&row, 1}}).accepted == 1);
    CHECK(s.e->snapshot(s.now, {"wms", 9, head, {}, false, {&row, 1}}).stale == 1);
    s.folds();
}
