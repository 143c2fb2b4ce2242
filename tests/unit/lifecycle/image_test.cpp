#include "earmark/lifecycle/image.hpp"

#include <doctest/doctest.h>

#include "earmark/lifecycle/amendment.hpp"
#include "earmark/lifecycle/image_words.hpp"
#include "earmark/lifecycle/standard_workflows.hpp"
#include "earmark/lifecycle/workflow_text.hpp"
#include "images.hpp"

namespace earmark::lifecycle {
namespace {

TEST_CASE("a move splits a bucket, an equal move merges with it, and the line still sums up") {
    image o = order_of({10});
    CHECK(apply(o, allocate(0, 4, 7)) == error_code::ok);
    CHECK(apply(o, allocate(0, 3, 7)) == error_code::ok);
    CHECK(o.buckets.size() == 2);
    CHECK(units_in(o, 0, unit_state::allocated) == 7);
    CHECK(units_in(o, 0, unit_state::open) == 3);
    CHECK(unsound(o) == nullptr);
}

TEST_CASE("a bucket that is left empty goes") {
    image o = order_of({10});
    CHECK(apply(o, allocate(0, 10, 7)) == error_code::ok);
    CHECK(o.buckets.size() == 1);
}

TEST_CASE("a move of more units than there are leaves the image as it was") {
    image o = order_of({10});
    const auto before = digest_of(o, 0);
    CHECK(apply(o, allocate(0, 11, 7)) == error_code::too_few_units);
    CHECK(apply(o, allocate(1, 1, 7)) == error_code::unknown_line);
    CHECK(digest_of(o, 0) == before);
}

TEST_CASE("the workflow refuses what its table does not list") {
    image o = order_of({10});
    const bucket_move jump{0,          0, 1, unit_state::open, unit_state::shipped, none<cell_id>,
                           cell_id{1}, 0};
    CHECK(apply(o, jump) == error_code::not_allowed);
}

TEST_CASE("equal images have equal bytes, whatever order their moves had") {
    image a = order_of({5, 5}), b = order_of({5, 5});
    CHECK(apply(a, allocate(0, 2, 3)) == error_code::ok);
    CHECK(apply(a, allocate(1, 5, 1)) == error_code::ok);
    CHECK(apply(b, allocate(1, 5, 1)) == error_code::ok);
    CHECK(apply(b, allocate(0, 1, 3)) == error_code::ok);
    CHECK(apply(b, allocate(0, 1, 3)) == error_code::ok);
    CHECK(digest_of(a, 9) == digest_of(b, 9));
    CHECK(digest_of(a, 9) != digest_of(a, 8));
}

TEST_CASE("an image survives its way through a chunk's words") {
    image o = order_of({3, 4});
    o.kind = subject_kind::order;
    o.priority = 9;
    o.currency = 1234;
    o.ship_to = place_id{77};
    o.decided_by = policy_id{5};
    o.made = {-5};
    o.method = service_id{300};
    o.deliver_by = {-12'345};
    o.birth = 1;
    o.type = order_type::transfer;
    o.workflow = 40'000;
    o.beside = 0xFEDCBA98;
    o.remembered = 44;
    o.cold = 3;
    o.cold_bytes = 21;
    CHECK(apply(o, allocate(1, 2, 0xFFFFFFFE)) == error_code::ok);
    std::vector<std::uint64_t> words(words_of(o));
    std::size_t written = 0;
    to_words(o, false, [&](std::size_t i, std::uint64_t w) {
        words.at(i) = w;
        ++written;
    });
    CHECK(written == words.size());
    CHECK(words_behind(words[0]) == words.size());
    image back;
    from_words(
        words[0], [&](std::size_t i) { return words.at(i); }, back);
    CHECK(digest_of(back, 1) == digest_of(o, 1));
    CHECK(back.method == service_id{300});
    CHECK(back.deliver_by == civil_day{-12'345});
    CHECK(back.deadline == never);
    CHECK(back.birth == 1);
    CHECK(back.type == order_type::transfer);
    CHECK(back.workflow == 40'000);
    CHECK(back.beside == 0xFEDCBA98);
    CHECK(back.remembered == 44);
    CHECK(back.cold == 3);
    CHECK(back.cold_bytes == 21);
    CHECK(unsound(back) == nullptr);
}

TEST_CASE("terms of lines lie behind them, each once, and stay where only units move") {
    image o = order_of({3, 4, 5});
    const line_terms away{place_id{7}, none<service_id>, civil_day{-3}};
    const line_terms fast{none<place_id>, service_id{2}, no_day};
    const auto digest = digest_of(o, 1);
    CHECK(set_own_terms(o, std::vector{fast, away, fast}));
    CHECK(o.own == std::vector{fast, away});
    CHECK(digest_of(o, 1) != digest);
    CHECK(words_of(o) * 8 == 64 + 3 * 32 + 2 * 16 + 3 * 16);
    o.ship_to = place_id{1};
    CHECK(terms_of(o, 0) == line_terms{place_id{1}, service_id{2}, no_day});
    CHECK(terms_of(o, 1) == line_terms{place_id{7}, none<service_id>, civil_day{-3}});
    std::vector<std::uint64_t> words(words_of(o));
    to_words(o, false, [&](std::size_t i, std::uint64_t w) { words.at(i) = w; });
    CHECK(words_behind(words[0]) == words.size());
    CHECK(apply(o, allocate(1, 4, 9)) == error_code::ok);
    std::size_t written = 0;
    to_words(o, true, [&](std::size_t i, std::uint64_t w) {
        words.at(i) = w;
        ++written;
    });
    CHECK(written == 8 + 3 * 2);
    image back;
    from_words(
        words[0], [&](std::size_t i) { return words.at(i); }, back);
    CHECK(digest_of(back, 1) == digest_of(o, 1));
    CHECK(own_terms(back) == std::vector{fast, away, fast});
    CHECK(set_own_terms(back, std::vector<line_terms>(3)));
    CHECK(back.own.empty());
}

TEST_CASE("an amendment that sends lines elsewhere is read as it was written, or not at all") {
    image o = order_of({3, 4});
    amendment a;
    a.first = 2;
    a.added.push_back({sku_id{1}, 2, 5});
    a.sent = {{1, {place_id{7}, none<service_id>, no_day}}, {2, {{}, service_id{3}, {-9}}}};
    CHECK(fits(o, a));
    const auto bytes = bytes_of(a);
    const auto read = read_amendment(bytes);
    REQUIRE(read);
    CHECK(bytes_of(*read) == bytes);
    amend(o, *read);
    CHECK(o.own == std::vector{a.sent[0].own, a.sent[1].own});
    for (std::size_t n = 0; n < bytes.size(); ++n)
        CHECK_FALSE(read_amendment(std::span{bytes}.first(n)));
    a.sent = {{3, a.sent[0].own}};
    CHECK_FALSE(fits(order_of({3, 4}), a));
    a.sent = {{1, {}}, {1, {}}};
    CHECK_FALSE(fits(order_of({3, 4}), a));
}

TEST_CASE("a three-line order with a bucket a line lies in 320 bytes or less") {
    image o = order_of({1, 1, 1});
    CHECK(words_of(o) * 8 <= 320);
    CHECK(words_of(o) * 8 == 64 + 3 * 32 + 3 * 16);
}

TEST_CASE(
    "derived status: lowest and highest, and cancelled units count only if there are no others") {
    image o = order_of({4});
    CHECK(apply(o, allocate(0, 1, 2)) == error_code::ok);
    CHECK(status_of(o).lowest == unit_state::open);
    CHECK(status_of(o).highest == unit_state::allocated);
    const bucket_move rest{
        0, 0, 3, unit_state::open, unit_state::cancelled, none<cell_id>, none<cell_id>, 0};
    CHECK(apply(o, rest) == error_code::ok);
    CHECK(status_of(o).lowest == unit_state::allocated);
    const bucket_move last{
        0, 0, 1, unit_state::allocated, unit_state::cancelled, cell_id{2}, none<cell_id>, 0};
    CHECK(apply(o, last) == error_code::ok);
    CHECK(status_of(o).lowest == unit_state::cancelled);
    CHECK(facts_of(o) != 0);
}

TEST_CASE("drawing takes units by ascending node, and only from the node that was named") {
    image o = order_of({6});
    for (const std::uint32_t c : {5u, 2u, 9u}) CHECK(apply(o, allocate(0, 2, c)) == error_code::ok);
    std::vector<bucket_move> moves;
    CHECK(draw(o, 0, unit_state::allocated, unit_state::released, 3, nodes_are_cells(),
               none<node_id>, true, moves) == 3);
    REQUIRE(moves.size() == 2);
    CHECK(moves[0].from_cell == cell_id{2});
    CHECK(moves[1].from_cell == cell_id{5});
    CHECK(moves[1].n == 1);
    moves.clear();
    CHECK(draw(o, 0, unit_state::allocated, unit_state::released, -1, nodes_are_cells(), node_id{9},
               true, moves) == 2);
    CHECK(moves.size() == 1);
}

TEST_CASE("units keep their link as long as they keep their cell, and their sub-state in no move") {
    const auto labelled = parse_workflow(R"(workflow = "labelled"
state = [ { name = "checked", base = "allocated" } ]
step = [
  { from = "open", on = "allocate", to = "checked", when = "firm" },
  { from = "open", on = "allocate", to = "allocated", unless = "firm" },
  { from = ["allocated", "checked"], on = "release", to = "released" },
  { from = "released", on = "unallocate", to = "open" },
  { from = "open", on = "cancel", to = "cancelled" },
]
)");
    REQUIRE(labelled);
    image o = order_of({6});
    o.rules = &labelled.value->view();
    bucket_move comes = allocate(0, 2, 5);
    comes.to_ref = ref_of(1, 7);
    CHECK(apply(o, comes) == error_code::ok);
    CHECK(apply(o, allocate(0, 2, 5)) == error_code::ok);
    REQUIRE(o.buckets.size() == 3);  // the same cell, but not by the same link
    CHECK(unsound(o) == nullptr);
    std::vector<bucket_move> moves;
    CHECK(draw(o, 0, unit_state::allocated, unit_state::released, -1, nodes_are_cells(),
               none<node_id>, true, moves) == 4);
    REQUIRE(moves.size() == 2);
    CHECK(moves[1].from_ref == ref_of(1, 7));
    CHECK(moves[1].to_ref == ref_of(0, 7));
    for (const bucket_move& m : moves) CHECK(apply(o, m) == error_code::ok);
    moves.clear();
    CHECK(draw(o, 0, unit_state::released, unit_state::open, -1, nodes_are_cells(), none<node_id>,
               false, moves) == 4);
    for (const bucket_move& m : moves) CHECK(apply(o, m) == error_code::ok);
    CHECK(o.buckets.size() == 1);
    CHECK(o.buckets[0].ref == 0);
}

TEST_CASE("units that go to where they stand stay there, for another reason, and are one bucket") {
    image o = order_of({6});
    bucket_move waits{
        0, 0, 6, unit_state::open, unit_state::backordered, none<cell_id>, none<cell_id>, 1};
    REQUIRE(apply(o, waits) == error_code::ok);
    waits.from = unit_state::backordered;
    waits.reason = 2;
    waits.n = 2;  // a part of the bucket
    CHECK(apply(o, waits) == error_code::ok);
    CHECK(unsound(o) == nullptr);
    REQUIRE(o.buckets.size() == 1);
    CHECK(o.buckets[0].n == 6);
    CHECK(o.buckets[0].reason == 2);
    waits.n = 7;
    CHECK(apply(o, waits) == error_code::too_few_units);
}

TEST_CASE("reserved units may wait for a link in place of a cell, and no others") {
    image o = order_of({2});
    o.buckets[0].state = unit_state::reserved;
    CHECK(std::string{unsound(o)} ==
          "a bucket names a cell exactly if its units are or were in one");
    o.buckets[0].ref = ref_of(0, 1);
    CHECK(unsound(o) == nullptr);
    o.buckets[0].state = unit_state::allocated;
    CHECK(unsound(o) != nullptr);
}

TEST_CASE("an image that breaks a promise is named by the sentence of that promise") {
    image short_line = order_of({5});
    short_line.buckets[0].n = 4;
    CHECK(std::string_view{unsound(short_line)} ==
          "the buckets of a line sum to its ordered quantity");
    image no_cell = order_of({5});
    no_cell.buckets[0].state = unit_state::allocated;
    CHECK(std::string_view{unsound(no_cell)}.find("names a cell") != std::string_view::npos);
    image stranger = order_of({5});
    stranger.buckets.push_back({none<cell_id>, 1, 3, unit_state::open, 0, 0});
    CHECK(unsound(stranger) != nullptr);
    image unsorted = order_of({5, 5});
    std::swap(unsorted.buckets[0], unsorted.buckets[1]);
    CHECK(unsound(unsorted) != nullptr);
}

}  // namespace
}  // namespace earmark::lifecycle
