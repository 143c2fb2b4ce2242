// Tables that are loaded in pieces are tables that were loaded at once.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "earmark/core/check.hpp"
#include "earmark/engine/engine.hpp"

namespace earmark {
namespace {

constexpr command at_noon{{}, {}, time_point{1'800'000'000'000'000'000}};

/// Good rows and bad ones: keys that stand there already, now and then several in a row.
std::vector<sku_row> mixed(std::size_t n) {
    std::vector<sku_row> rows;
    for (std::size_t i = 0; i < n; ++i)
        rows.push_back({"sku " + std::to_string(i % 7 < 2 ? i / 2 : i), 0, 1});
    return rows;
}

/// Goes on where each call ended; adds up the reports.
load_report in_pieces(engine& e, std::span<const sku_row> rows, std::size_t records) {
    load_report all;
    while (all.next < rows.size()) {
        const load_report part = e.load(at_noon, rows, {all.next, records});
        REQUIRE(part.next > all.next);
        all.rejected.insert(all.rejected.end(), part.rejected.begin(), part.rejected.end());
        all.accepted += part.accepted;
        all.next = part.next;
    }
    return all;
}

}  // namespace

TEST_CASE("tables loaded some records at a time make the journal of one call") {
    for (const std::size_t n : {0u, 1u, 63u, 64u, 65u, 700u})
        for (const std::size_t records : {1u, 3u}) {
            const auto rows = mixed(n);
            engine whole, pieces;
            const load_report a = whole.load(at_noon, rows);
            const load_report b = in_pieces(pieces, rows, records);
            CHECK(a.next == n);
            CHECK(b.next == n);
            CHECK(a.accepted == b.accepted);
            REQUIRE(a.rejected.size() == b.rejected.size());
            for (std::size_t i = 0; i < a.rejected.size(); ++i)
                CHECK(a.rejected[i].text == b.rejected[i].text);  // with its row
            CHECK(a.accepted + a.rejected.size() == n);
            CHECK(raw(whole.head()) == raw(pieces.head()));
            CHECK(whole.event_digest() == pieces.event_digest());
            CHECK(whole.state_hash() == pieces.state_hash());
        }
}

TEST_CASE("a call ends after as many records as it was given, and none is a misuse") {
    engine e;
    const auto rows = mixed(700);
    const load_report part = e.load(at_noon, rows, {0, 2});
    CHECK(part.accepted == 2 * load_part::rows_per_record);
    CHECK(part.next < rows.size());
    CHECK_THROWS_AS(e.load(at_noon, rows, {0, 0}), misuse);
    CHECK_THROWS_AS(e.load(at_noon, rows, {701, 1}), misuse);
}

}  // namespace earmark
