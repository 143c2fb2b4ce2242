// The commit by itself, on an Env that watches: between owning and letting go nothing may allocate.
#include "earmark/engine/commit.hpp"

#include <doctest/doctest.h>

#include <new>

#include "earmark/journal/record.hpp"
#include "unit/allocations.hpp"

namespace earmark {
namespace {

struct watched_env : std_env {
    static void owned_begin() noexcept { allocations::counting = true; }
    static void owned_end() noexcept { allocations::counting = false; }
};

struct world {
    books<watched_env> b{4, 8, 1024, 64, 64, 1 << 22, 6, 8, 16};
    journal::ring<watched_env> ring{1 << 16};
    committer<watched_env> commits{b, ring};
    std::vector<cell_id> cells;
    lifecycle::image order;
    std::uint32_t index = 0;
    journal::writer record;

    world() {
        b.cells.add_sku();
        for (std::uint16_t n = 0; n < 3; ++n) {
            cells.push_back(*b.cells.make(sku_id{0}, node_id{n}));
            b.cells.add_on_hand(cells.back(), 10);
            b.stock.give(0, cells.back(), 10);
        }
        for (std::uint16_t l = 0; l < 3; ++l) {
            order.lines.push_back({sku_id{0}, 4, 100, 0, 0});
            order.buckets.push_back({none<cell_id>, 4, l, unit_state::open, 0, 0});
        }
        index = b.ledger.conceive(0, subject_kind::order).index;
        std::vector<lifecycle::rewrite> s{rewrite_to(order, 0)};
        work w = job(s);
        REQUIRE(commits.commit(0, w).code == error_code::ok);
    }
    lifecycle::rewrite rewrite_to(const lifecycle::image& next, std::uint32_t version) const {
        lifecycle::rewrite r;
        r.index = index;
        r.version = version;
        r.next = &next;
        return r;
    }
    work job(std::vector<lifecycle::rewrite>& subjects) {
        record.begin(verb::source, {}, {});
        work w{};
        w.subjects = subjects;
        w.record = record.editable();
        return w;
    }
    std::uint32_t version() {
        lifecycle::image seen;
        REQUIRE(b.ledger.read(subject_kind::order, index, seen) == error_code::ok);
        return seen.version;
    }
    int drained() {
        int n = 0;
        ring.drain(1 << 20, [&](std::uint64_t, std::span<const std::byte>) { ++n; });
        return n;
    }
};

TEST_CASE("a commit takes, moves, records and publishes, and allocates nothing while it owns") {
    world w;
    lifecycle::image next = w.order;
    std::vector<take_line> takes;
    for (std::uint16_t l = 0; l < 3; ++l) {
        takes.push_back({w.cells[l], 4, 0});
        REQUIRE(lifecycle::apply(next, {0, l, 4, unit_state::open, unit_state::allocated,
                                        none<cell_id>, w.cells[l], 0}) == error_code::ok);
    }
    std::vector<lifecycle::rewrite> s{w.rewrite_to(next, 1)};
    work job = w.job(s);
    job.takes = takes;
    allocations::counted = 0;
    const committed done = w.commits.commit(0, job);
    CHECK(done.code == error_code::ok);
    CHECK(allocations::counted == 0);
    CHECK(w.version() == 2);
    for (const cell_id c : w.cells) CHECK(w.b.stock.free(c) == 6);
    CHECK(w.drained() == 2);
}

TEST_CASE("the watch works: an allocation while owned is seen") {
    allocations::counted = 0;
    watched_env::owned_begin();
    void* volatile kept = ::operator new(1);  // volatile: or the pair is optimised away
    ::operator delete(kept);
    watched_env::owned_end();
    CHECK(allocations::counted == 1);
}

TEST_CASE("a refused take leaves stock, order and journal as they were") {
    world w;
    std::vector<lifecycle::rewrite> s{w.rewrite_to(w.order, 1)};
    work job = w.job(s);
    const take_line takes[] = {{w.cells[0], 4, 0}, {w.cells[1], 11, 0}};
    const stock_line stock[] = {{w.cells[2], 5, 5}};
    job.takes = takes;
    job.stock = stock;
    const committed done = w.commits.commit(0, job);
    CHECK(done.code == error_code::insufficient);
    CHECK(done.lack.line == 1);
    CHECK(done.lack.free == 10);
    CHECK(w.version() == 1);
    CHECK(w.b.stock.free(w.cells[0]) == 10);
    CHECK(w.b.cells.on_hand(w.cells[2]) == 10);
    CHECK(w.drained() == 1);
}

TEST_CASE("a commit on another version than the one decided on is order_busy and changes nothing") {
    world w;
    std::vector<lifecycle::rewrite> s{w.rewrite_to(w.order, 7)};
    work job = w.job(s);
    const take_line takes[] = {{w.cells[0], 4, 0}};
    job.takes = takes;
    CHECK(w.commits.commit(0, job).code == error_code::order_busy);
    CHECK(w.b.stock.free(w.cells[0]) == 10);
}

TEST_CASE("a full journal refuses before anything is owned or taken") {
    world w;
    w.drained();
    std::vector<std::byte> large(60'000);
    std::vector<lifecycle::rewrite> s{w.rewrite_to(w.order, 1)};
    work job = w.job(s);
    job.record = large;
    const take_line takes[] = {{w.cells[0], 1, 0}};
    job.takes = takes;
    CHECK(w.commits.commit(0, job).code == error_code::ok);
    s = {w.rewrite_to(w.order, 2)};
    job.subjects = s;
    CHECK(w.commits.commit(0, job).code == error_code::journal_full);
    CHECK(w.b.stock.free(w.cells[0]) == 9);
    CHECK(w.version() == 2);
    w.drained();
    s = {w.rewrite_to(w.order, 2)};
    CHECK(w.commits.commit(0, job).code == error_code::ok);
}

TEST_CASE("a physical decrease says in the record itself what it has uncovered") {
    world w;
    w.drained();
    const take_line all[] = {{w.cells[0], 8, 0}};
    std::vector<lifecycle::rewrite> none_touched;
    work taking = w.job(none_touched);
    taking.takes = all;
    REQUIRE(w.commits.commit(0, taking).code == error_code::ok);
    w.drained();
    w.record.begin(verb::adjust, {}, {});
    w.record.intern(journal::intern_key{"k", {}, {}});
    work job{};
    job.record = w.record.editable();
    job.uncovered_at = w.record.uncovered_at();
    const stock_line stock[] = {{w.cells[0], -5, -5}};
    job.stock = stock;
    const committed done = w.commits.commit(0, job);
    CHECK(done.code == error_code::ok);
    CHECK(done.uncovered == 3);
    granules written = 0;
    w.ring.drain(1 << 20, [&](std::uint64_t, std::span<const std::byte> b) {
        std::memcpy(&written, b.data() + job.uncovered_at, 4);
    });
    CHECK(written == 3);
}

TEST_CASE("more than is there cannot get lost, and more than fits cannot come in") {
    world w;
    std::vector<lifecycle::rewrite> none_touched;
    work job = w.job(none_touched);
    const stock_line lost[] = {{w.cells[0], 1, 1}, {w.cells[1], -11, -11}};
    job.stock = lost;
    CHECK(w.commits.commit(0, job).code == error_code::out_of_range);
    CHECK(w.b.cells.on_hand(w.cells[0]) == 10);
    const stock_line flood[] = {{w.cells[1], -1, -1},
                                {w.cells[0], stock::max_on_hand, stock::max_on_hand}};
    job.stock = flood;
    CHECK(w.commits.commit(0, job).code == error_code::stock_overflow);
    CHECK(w.b.cells.on_hand(w.cells[1]) == 10);
    CHECK(w.b.stock.free(w.cells[1]) == 10);
}

}  // namespace
}  // namespace earmark
