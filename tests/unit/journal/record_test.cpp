// The vectors are fixed for format v0: a journal that was written once must be readable for ever.
#include "earmark/journal/record.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>

namespace earmark::journal {
namespace {

std::string hex(std::span<const std::byte> bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const std::byte b : bytes) {
        out += digits[static_cast<unsigned>(b) >> 4];
        out += digits[static_cast<unsigned>(b) & 15];
    }
    return out;
}

/// Writes what it reads: a record that comes through unchanged was understood whole.
class echo final : public visitor {
public:
    writer out;
    int ops = 0;
    error_code begin(verb by, time_point now, actor_id actor) override {
        return out.begin(by, now, actor), error_code::ok;
    }
    error_code move(std::uint32_t order, const bucket_move& m) override {
        return out.move(order, m), count();
    }
    error_code cell(const cell_op& c) override { return out.cell(c), count(); }
    error_code post(std::uint32_t order, const post_op& p) override {
        return out.post(order, p), count();
    }
    error_code reservation(const reservation_op& r) override { return out.reservation(r), count(); }
    error_code timer(std::uint32_t r, time_point d, std::uint32_t holder) override {
        return out.timer(r, d, holder), count();
    }
    error_code intern(intern_kind k, const intern_table& t) override {
        return out.intern(k, t), count();
    }
    error_code intern(const intern_order& o) override { return out.intern(o), count(); }
    error_code intern(const intern_key& k) override { return out.intern(k), count(); }
    error_code note(std::uint32_t order, note_kind k, std::uint32_t ref,
                    std::span<const std::byte> b) override {
        return out.note(order, k, ref, b), count();
    }

private:
    error_code count() { return ++ops, error_code::ok; }
};

constexpr time_point noon{1'700'000'000'000'000'000};

std::string written(const std::function<void(writer&)>& ops) {
    writer w;
    w.begin(verb::source, noon, actor_id{300});
    ops(w);
    return hex(w.bytes()).substr(22);  // behind the head, which has a vector of its own
}

/// Every op once, with every flag.
void write_all(writer& w) {
    const std::byte bytes[] = {std::byte{1}, std::byte{0xFF}};
    w.begin(verb::place_order, noon, actor_id{7});
    w.reservation({9, reservation_state::active, true, noon + seconds(900), {{cell_id{5}, 2}}});
    w.reservation({9, reservation_state::active, true, never, {{cell_id{5}, 2, -1}}, 300});
    w.reservation({9, reservation_state::active, false, noon, {{cell_id{5}, 1}, {cell_id{6}, 7}}});
    w.reservation({9, reservation_state::active, false, never, {{cell_id{5}, 1, 3}}, 2});
    w.reservation({9, reservation_state::expired, false, never, {}});
    w.reservation({9, reservation_state::expired, false, noon + duration{-3}, {}, 2});
    w.timer(9, noon + seconds(1));
    w.timer(9, never, 4);
    w.timer(9, never);
    w.intern(intern_order{3,
                          "A-1",
                          {1, 2},
                          outcome::reacquired,
                          place_id{4},
                          840,
                          1,
                          {{sku_id{6}, 2, 1995}, {sku_id{1}, 1, 0}}});
    w.move(3, {0, 0, 2, unit_state::open, unit_state::allocated, none<cell_id>, cell_id{5}, 0});
    w.move(3, {0, 1, 1, unit_state::open, unit_state::cancelled, none<cell_id>, none<cell_id>, 8});
    w.move(4, {0, 0, 1, unit_state::released, unit_state::shipped, cell_id{9}, cell_id{9}, 0});
    w.move(4, {0, 0, 1, unit_state::reserved, unit_state::allocated, none<cell_id>, cell_id{9}, 0,
               0x100, 0x101});
    w.post(4, {2, -1995});
    w.note(4, note_kind::decision, 77, bytes);
    w.cell({cell_id{5}, -2, 0});
    w.cell({cell_id{9}, 0, -1});
    w.cell({cell_id{9}, 1, 1});
    receipt first;
    first.what = outcome::declined;
    first.by = verb::reserve;
    first.lines = 2;
    first.uncovered = 5;
    first.subject = 1ULL << 40;
    first.why = fail(error_code::insufficient, -3, 2, 1, 4);
    w.intern(intern_key{"key", {3, 4}, first});
    const std::int64_t fields[] = {2, -50};
    const std::uint32_t distances[] = {0, 4'000'000, 0xFFFFFFFF};
    w.intern(intern_kind::place, {12, "berlin", fields, distances});
}

TEST_CASE("record v0: the head is the verb, eight bytes of time, and the actor") {
    writer w;
    w.begin(verb::source, noon, actor_id{300});
    CHECK(hex(w.bytes()) ==
          "0a"
          "00002a36fe9c9717"
          "ac02");
}

TEST_CASE("record v0: a move is op, order when it changes, states, line, amount, cell, reason") {
    CHECK(written([](writer& w) {
              w.move(5, {0, 2, 3, unit_state::open, unit_state::allocated, none<cell_id>,
                         cell_id{200}, 0});
          }) ==
          "09"
          "05"
          "30"
          "02"
          "03"
          "c801");
    CHECK(written([](writer& w) {
              w.move(5, {0, 0, 1, unit_state::open, unit_state::cancelled, none<cell_id>,
                         none<cell_id>, 9});
              w.move(5, {0, 1, 1, unit_state::open, unit_state::backordered, none<cell_id>,
                         none<cell_id>, 0});
          }) ==
          "19"
          "05"
          "a0"
          "00"
          "01"
          "09"
          "01"
          "10"
          "01"
          "01");
}

TEST_CASE("record v0: a move tells both cells and refs only where it has to") {
    CHECK(written([](writer& w) {
              w.move(5, {0, 0, 3, unit_state::reserved, unit_state::allocated, none<cell_id>,
                         cell_id{6}, 0, 0x100, 0x100});
          }) ==
          "69"
          "05"
          "32"
          "00"
          "03"
          "00"
          "07"
          "8002"
          "8002");
    const auto is_refused = [](std::string_view flags, std::string_view rest) {
        std::vector<std::byte> bytes(10);  // a head of zeros
        for (const std::string_view part : {flags, rest})
            for (std::size_t i = 0; i < part.size(); i += 2)
                bytes.push_back(
                    static_cast<std::byte>(std::stoi(std::string{part.substr(i, 2)}, nullptr, 16)));
        echo into;
        return read(bytes, into).code == error_code::bad_record;
    };
    CHECK_FALSE(is_refused("49",
                           "0532000300"
                           "07"));
    CHECK(is_refused("49",
                     "0543000306"
                     "06"));                    // one cell, told twice
    CHECK(is_refused("29", "05430003050000"));  // refs of nothing
}

TEST_CASE("record v0: a cell op carries what changed, zig-zagged") {
    CHECK(written([](writer& w) {
              w.cell({cell_id{1}, -3, 0});
          }) ==
          "0a"
          "01"
          "05");
    CHECK(written([](writer& w) {
              w.cell({cell_id{1}, 0, -1});
          }) ==
          "12"
          "01"
          "01");
    CHECK(written([](writer& w) {
              w.cell({cell_id{300}, 4, 4});
          }) ==
          "1a"
          "ac02"
          "08"
          "08");
}

TEST_CASE("record v0: reservations, timers, posts and notes") {
    CHECK(written([](writer& w) {
              w.reservation(
                  {9, reservation_state::active, true, noon + duration{100}, {{cell_id{5}, 2}}});
          }) ==
          "24"
          "09"
          "c801"
          "01"
          "05"
          "02"
          "00");
    CHECK(written([](writer& w) {
              w.reservation({9, reservation_state::consumed, false, never, {}});
          }) ==
          "0c"
          "09");
    CHECK(written([](writer& w) { w.timer(9, never); }) ==
          "46"
          "09");
    CHECK(written([](writer& w) {
              w.post(1, {3, -1});
          }) ==
          "0b"
          "01"
          "03"
          "01");
    CHECK(written([](writer& w) {
              const std::byte b[] = {std::byte{0xAB}};
              w.note(1, note_kind::decision, 2, b);
          }) ==
          "0f"
          "01"
          "01"
          "02"
          "01"
          "ab");
}

TEST_CASE("record v0: what says which holder of a number is meant, and new parts") {
    CHECK(written([](writer& w) { w.timer(9, never, 300); }) ==
          "c6"
          "09"
          "ac02");
    CHECK(written([](writer& w) {
              w.reservation({9, reservation_state::active, false, never, {{cell_id{5}, 2}}});
          }) ==
          "44"
          "09"
          "01"
          "05"
          "02"
          "00");
    CHECK(written([](writer& w) {
              w.reservation({9, reservation_state::expired, false, noon + duration{-1}, {}, 2});
          }) ==
          "dc"
          "09"
          "02"
          "01");
}

TEST_CASE("record v0: an order is born with its key, content, place and lines") {
    CHECK(written([](writer& w) {
              w.intern(intern_order{
                  3, "A", {1, 2}, outcome::done, none<place_id>, 840, 1, {{sku_id{6}, 2, 100}}});
          }) ==
          "05"
          "06"
          "03"
          "0141"
          "0100000000000000"
          "0200000000000000"
          "00"
          "00"
          "c806"
          "01"
          "01"
          "06"
          "02"
          "c801");
}

TEST_CASE("a record that is read and written again has the same bytes") {
    writer w;
    write_all(w);
    echo e;
    CHECK(read(w.bytes(), e).code == error_code::ok);
    CHECK(e.ops == 21);
    CHECK(hex(e.out.bytes()) == hex(w.bytes()));
}

TEST_CASE("a record that is cut anywhere is refused or reads as fewer ops, never as others") {
    writer w;
    write_all(w);
    for (std::size_t n = 0; n < w.bytes().size(); ++n) {
        echo e;
        const error why = read(w.bytes().first(n), e);
        if (why.code == error_code::ok)
            CHECK(hex(w.bytes()).starts_with(hex(e.out.bytes())));
        else
            CHECK(why.code == error_code::bad_record);
    }
}

TEST_CASE("a record with any bit flipped is read without harm") {
    writer w;
    write_all(w);
    std::vector<std::byte> bytes{w.bytes().begin(), w.bytes().end()};
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
        echo e;
        (void)read(bytes, e);
        bytes[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    }
    CHECK(true);  // the sanitizers would have spoken
}

TEST_CASE("a huge count in a small record is refused before anything is allocated for it") {
    writer w;
    w.begin(verb::load, noon, actor_id{});
    std::vector<std::byte> bytes{w.bytes().begin(), w.bytes().end()};
    for (const unsigned b : {0x05u, 0x01u, 0x00u, 0x00u, 0xFFu, 0xFFu, 0xFFu, 0xFFu, 0x0Fu})
        bytes.push_back(static_cast<std::byte>(b));
    echo e;
    CHECK(read(bytes, e).code == error_code::bad_record);
}

}  // namespace
}  // namespace earmark::journal
