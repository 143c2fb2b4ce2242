#include "earmark/report/frame.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "earmark/core/check.hpp"

using namespace earmark;
using namespace earmark::report;

TEST_CASE("the column dictionary names every frame and column once, each with a sentence") {
    std::set<std::string_view> frames;
    for (const frame_schema& f : frame_schemas()) {
        CAPTURE(f.name);
        CHECK(frames.insert(f.name).second);
        CHECK(find_frame(f.name) == &f);
        CHECK_FALSE(f.row.empty());
        std::set<std::string_view> columns;
        for (const column& c : f.columns) {
            CAPTURE(c.name);
            CHECK(columns.insert(c.name).second);
            CHECK(f.find(c.name) == &c);
            CHECK(c.doc.ends_with("."));
            const bool counts = c.type == column_type::timestamp || c.type == column_type::float64;
            CHECK((!counts || !c.unit.empty()));
        }
    }
    CHECK(find_frame("order") == nullptr);
}

TEST_CASE("a frame gives back what its builder was given, nulls included") {
    frame_builder b{"placed"};
    const std::string_view outcomes[] = {"done", "declined"};
    const std::string_view reasons[] = {"bad_price"};
    auto& order = b.ints("order");
    auto& outcome = b.codes("outcome", make_vocabulary(outcomes));
    auto& error = b.small_ints("error");
    auto& reason = b.codes("reason", make_vocabulary(reasons));
    for (int i = 0; i < 20; ++i) {
        const bool declined = i == 9 || i == 17;
        declined ? order.add_null() : order.add(i);
        outcome.add(declined);
        error.add(declined ? 2011 : 0);
        declined ? reason.add(0) : reason.add_null();
    }
    const frame f = std::move(b).finish();
    CHECK(f.rows() == 20);
    CHECK(f.find("order")->valid().nulls() == 2);
    for (std::size_t i = 0; i < 20; ++i) {
        const bool declined = i == 9 || i == 17;
        CHECK(f.find("order")->valid()[i] == !declined);
        CHECK(f.ints("order")[i] == (declined ? 0 : static_cast<std::int64_t>(i)));
        CHECK(f.word("outcome", i) == (declined ? "declined" : "done"));
        CHECK(f.word("reason", i) == (declined ? "bad_price" : ""));
    }
    CHECK(f.find("outcome")->valid().bits().empty());
}

TEST_CASE("values and nulls of many rows are those of one row at a time") {
    for (std::size_t before = 0; before < 18; ++before)
        for (std::size_t rows = 0; rows < 20; ++rows)
            for (const bool null : {false, true}) {
                numbers<std::int64_t> one, many;
                for (auto* of : {&one, &many})
                    for (std::size_t i = 0; i < before; ++i)
                        i % 5 == 1 ? of->add_null() : of->add(7);
                for (std::size_t i = 0; i < rows; ++i) null ? one.add_null() : one.add(0);
                if (null)
                    many.add_nulls(rows);
                else
                    CHECK(many.extend(rows).size() == rows);
                one.add(3);
                many.add(3);
                REQUIRE(many.size() == one.size());
                CHECK(many.valid().nulls() == one.valid().nulls());
                for (std::size_t i = 0; i < one.size(); ++i) {
                    CHECK(many.values()[i] == one.values()[i]);
                    CHECK(many.valid()[i] == one.valid()[i]);
                }
                CHECK(std::ranges::equal(many.valid().bits(), one.valid().bits()));
            }
}

TEST_CASE("texts and truth values keep their bits over byte borders") {
    frame_builder b{"columns"};
    for (int i = 0; i < 17; ++i) {
        for (const char* name : {"frame", "column", "type", "unit", "doc"})
            b.strings(name).add(std::string(static_cast<std::size_t>(i), 'x'));
        b.truths("nullable").add(i % 3 == 0);
    }
    const frame f = std::move(b).finish();
    for (std::size_t i = 0; i < 17; ++i) {
        CHECK(f.strings("doc")[i].size() == i);
        CHECK(f.truths("nullable")[i] == (i % 3 == 0));
    }
}

TEST_CASE("what the column dictionary does not have cannot be built") {
    CHECK_THROWS_AS(frame_builder{"order"}, misuse);
    frame_builder b{"skus"};
    CHECK_THROWS_AS(static_cast<void>(b.ints("weight")), misuse);
    CHECK_THROWS_AS(static_cast<void>(b.ints("key")), misuse);
    CHECK_THROWS_AS(static_cast<void>(b.small_ints("granule")), misuse);
}

TEST_CASE("columns of different length, forbidden nulls and codes without words are misuse") {
    frame_builder shorter{"skus"};
    shorter.small_ints("sku").add(0);
    CHECK_THROWS_WITH_AS(static_cast<void>(std::move(shorter).finish()),
                         "frame skus, column key: 0 rows where the first column has 1", misuse);

    frame_builder null{"columns"};
    null.strings("frame").add_null();
    for (const char* name : {"column", "type", "unit", "doc"}) null.strings(name).add("x");
    null.truths("nullable").add(false);
    CHECK_THROWS_WITH_AS(static_cast<void>(std::move(null).finish()),
                         "frame columns, column frame: a null, where the dictionary allows none",
                         misuse);

    for (const std::int32_t code : {-1, 1}) {
        frame_builder b{"receipts"};
        const std::string_view words[] = {"done"};
        b.ints("order").add(0);
        b.codes("outcome", make_vocabulary(words)).add(code);
        b.small_ints("error").add(0);
        b.codes("reason", make_vocabulary(words)).add_null();
        CHECK_THROWS_WITH_AS(static_cast<void>(std::move(b).finish()),
                             "frame receipts, column outcome: a code without a word", misuse);
    }
}

TEST_CASE("the columns of a finished frame are read by their type only") {
    const frame f = frame_builder{"skus"}.finish();
    CHECK(f.rows() == 0);
    CHECK(f.small_ints("sku").empty());
    CHECK_THROWS_AS(static_cast<void>(f.ints("sku")), misuse);
    CHECK_THROWS_AS(static_cast<void>(f.ints("weight")), misuse);
    CHECK_THROWS_AS(static_cast<void>(f.word("sku", 0)), misuse);
}
