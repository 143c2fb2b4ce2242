#include "earmark/lifecycle/holds.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>

namespace earmark::lifecycle {
namespace {

using enum hold_step;

constexpr hold_steps mask(std::initializer_list<hold_step> steps) {
    unsigned bits = 0;
    for (const hold_step s : steps) bits |= bit_of(s);
    return static_cast<hold_steps>(bits);
}

// The types of the trace.
constexpr hold_type_id fraud{0}, payment{1}, address{2};
constexpr hold_terms table[] = {
    {mask({allocate, release, ship})}, {mask({release, ship})}, {mask({release})}};

hold asked(hold_type_id type, std::uint16_t line = the_order, std::int64_t at = 1) {
    hold h;
    h.type = type;
    h.line = line;
    h.since = {at};
    return h;
}

/// The number of the hold it is; 0 where it was refused.
std::uint32_t put(std::vector<hold>& all, hold_type_id type, std::uint16_t line = the_order) {
    const auto done = place(all, asked(type, line));
    return done ? done->number : 0;
}
error_code answer(std::vector<hold>& all, std::uint32_t number, bool accept = true,
                  hold_table types = table) {
    const error e = may_end(all, number, accept, types);
    if (e.code != error_code::ok) return e.code;
    end(all, number, accept ? hold_event::resolve : hold_event::reject, 0, actor_id{}, {9});
    return e.code;
}

/// Which of allocate and release are open for both lines, as the trace's columns have it.
std::string row(const std::vector<hold>& all) {
    std::string out;
    for (const std::uint16_t line : {std::uint16_t{0}, std::uint16_t{1}})
        for (const hold_step s : {allocate, release})
            out += (blocked(all, table, line) & bit_of(s)) != 0 ? "no " : "yes ";
    return out;
}

TEST_CASE("the trace of holds that combine: FRAUD, PAYMENT, ADDRESS on line 2, and FRAUD again") {
    std::vector<hold> all;
    const auto f = put(all, fraud);
    CHECK(row(all) == "no no no no ");
    const auto p = put(all, payment);
    CHECK(row(all) == "no no no no ");
    const auto a = put(all, address, 1);
    CHECK(row(all) == "no no no no ");
    CHECK(answer(all, f) == error_code::ok);
    CHECK(row(all) == "yes no yes no ");
    const auto f2 = put(all, fraud);  // the card changed
    CHECK(f2 != f);
    CHECK(row(all) == "no no no no ");
    CHECK(answer(all, p) == error_code::ok);
    CHECK(row(all) == "no no no no ");
    CHECK(answer(all, f2) == error_code::ok);
    CHECK(row(all) == "yes yes yes no ");
    CHECK(answer(all, a) == error_code::ok);
    CHECK(row(all) == "yes yes yes yes ");
    CHECK_FALSE(any_stands(all));
    CHECK(unsound(all, 3, 2) == nullptr);
}

TEST_CASE("placing a hold that equals an active one changes nothing") {
    std::vector<hold> all;
    const auto first = place(all, asked(fraud, 3, 10));
    REQUIRE(first);
    CHECK(first->fresh);
    const auto before = all;
    const auto again = place(all, asked(fraud, 3, 20));
    REQUIRE(again);
    CHECK_FALSE(again->fresh);
    CHECK(again->number == first->number);
    CHECK(all == before);
    CHECK(place(all, asked(fraud, 2))->fresh);  // of another line it is another one
    CHECK(place(all, asked(fraud))->fresh);     // and of the order
}

TEST_CASE("placing a hold that equals an active one extends it, and never its stock") {
    hold_terms types[] = {{everything_after_capture, 60, hold_expiry::resolve, {}, 30}};
    const auto at = [](std::int64_t s) { return time_point{} + seconds(s); };
    std::vector<hold> all;
    REQUIRE(place(all, fresh_hold(hold_type_id{0}, 2, {}, at(0), types[0])));
    const auto later = place(all, fresh_hold(hold_type_id{0}, 2, {}, at(40), types[0]));
    CHECK(later->extended);
    CHECK(all.size() == 1);
    CHECK(all[0].until == at(100));
    CHECK(all[0].kept_until == at(30));
    CHECK_FALSE(place(all, fresh_hold(hold_type_id{0}, 2, {}, at(20), types[0]))->extended);
    CHECK(all[0].until == at(100));
    all[0].marks |= hold::gave_back;
    types[0].blocks = bit_of(release);
    CHECK(blocked(all, types, 2) == (bit_of(release) | bit_of(allocate)));
    CHECK(blocker(all, types, 2, allocate) == &all[0]);
    CHECK(blocked(all, types, 1) == 0);
}

TEST_CASE("placing a hold after its like was resolved makes a new one with a new number") {
    std::vector<hold> all;
    CHECK(put(all, fraud) == 1);
    CHECK(answer(all, 1) == error_code::ok);
    CHECK(put(all, fraud) == 2);
    CHECK(all[0].state == hold_state::resolved);
    CHECK(all[1].state == hold_state::active);
}

TEST_CASE("a hold is answered once, by its number: what is over or unknown says so") {
    std::vector<hold> all;
    put(all, payment);
    CHECK(answer(all, 0) == error_code::unknown_hold);
    CHECK(answer(all, 2) == error_code::unknown_hold);
    CHECK(answer(all, 1) == error_code::ok);
    CHECK(answer(all, 1) == error_code::hold_over);
    CHECK(answer(all, 1, false) == error_code::hold_over);
}

TEST_CASE("a new type blocks everything after capture, and never cancel unless it lists it") {
    constexpr hold_terms plain[] = {{}, {mask({cancel})}};
    std::vector<hold> all;
    put(all, hold_type_id{0});
    for (const hold_step s : {allocate, release, pick, pack, ship})
        CHECK((blocked(all, plain, 0) & bit_of(s)) != 0);
    CHECK((blocked(all, plain, 0) & bit_of(cancel)) == 0);
    put(all, hold_type_id{1});
    CHECK((blocked(all, plain, 0) & bit_of(cancel)) != 0);
}

TEST_CASE("a rejected hold stands until all that its type has for that is done") {
    hold_terms types[] = {{}, {}};
    types[1].rejected = hold_rejection::wait;
    std::vector<hold> all;
    const auto reject_on = [&](std::uint32_t number) {
        const error e = may_end(all, number, false, types);
        if (e.code == error_code::ok) end(all, number, hold_event::reject_on, 0, {}, {9});
        return e.code;
    };
    put(all, hold_type_id{0});
    CHECK(reject_on(1) == error_code::ok);
    CHECK(blocked(all, types, 0) == everything_after_capture);
    CHECK(answer(all, 1, false, types) == error_code::ok);  // what came back since
    CHECK(blocked(all, types, 0) == 0);
    CHECK(answer(all, 1, true, types) == error_code::hold_over);

    put(all, hold_type_id{1});
    CHECK(reject_on(2) == error_code::ok);
    CHECK(blocked(all, types, 0) == everything_after_capture);
    CHECK(reject_on(2) == error_code::hold_over);          // it has nothing to do
    CHECK(answer(all, 2, true, types) == error_code::ok);  // overruled
    CHECK(blocked(all, types, 0) == 0);
}

TEST_CASE("at the end of its time a hold does what its type says, the stock before it") {
    hold_terms types[] = {{}, {}, {}};
    types[0] = {everything_after_capture, 60, hold_expiry::reject, hold_rejection::cancel, 60};
    types[1] = {everything_after_capture, 60, hold_expiry::escalate, hold_rejection::cancel, -1};
    types[2] = {everything_after_capture, 50, hold_expiry::resolve, hold_rejection::cancel, -1};
    std::vector<hold> all;
    for (std::uint16_t t = 0; t < 3; ++t)
        REQUIRE(place(all, fresh_hold(hold_type_id{t}, the_order, {}, {}, types[t])));
    const auto at = [](std::int64_t s) { return time_point{} + seconds(s); };
    CHECK(next_deadline(all) == at(50));
    CHECK(first_due(all, types, at(49)).number == 0);
    auto d = first_due(all, types, at(60));
    CHECK(d.number == 3);
    CHECK(d.what == hold_event::resolve);
    end(all, 3, hold_event::resolve, 0, {}, at(50));
    d = first_due(all, types, at(60));
    CHECK(d.number == 1);
    CHECK(d.what == hold_event::give_back);
    all[0].marks |= hold::gave_back;
    d = first_due(all, types, at(60));
    CHECK(d.number == 1);
    CHECK(d.what == hold_event::reject);
    end(all, 1, hold_event::reject, 0, {}, at(60));
    d = first_due(all, types, at(60));
    CHECK(d.number == 2);
    CHECK(d.what == hold_event::escalate);
    all[1].marks |= hold::escalated;
    CHECK(first_due(all, types, at(600)).number == 0);
    CHECK(next_deadline(all) == never);
    CHECK(blocked(all, types, 0) == everything_after_capture);  // escalated, and still there
}

TEST_CASE("types that place each other in a ring are found, and the ring is named") {
    using list = std::vector<hold_type_id>;
    const auto id = [](int n) { return hold_type_id{static_cast<std::uint16_t>(n)}; };
    CHECK(ring_of(std::vector<list>{}).empty());
    CHECK(ring_of(std::vector<list>{{id(1), id(2)}, {id(2)}, {}}).empty());
    CHECK(ring_of(std::vector<list>{{id(0)}}) == list{id(0)});
    CHECK(ring_of(std::vector<list>{{id(3)}, {id(2)}, {id(3)}, {id(1)}}) ==
          list{id(1), id(2), id(3)});
}

TEST_CASE("for random sequences a step is allowed exactly if no active hold blocks it") {
    std::mt19937 random{20261122};
    const auto below = [&](std::uint32_t n) { return static_cast<std::uint16_t>(random() % n); };
    for (int round = 0; round < 300; ++round) {
        std::vector<hold_terms> types(1 + below(6));
        for (hold_terms& t : types) t.blocks = static_cast<hold_steps>(below(64));
        constexpr std::uint16_t lines = 4;
        std::vector<hold> all;
        std::map<std::pair<int, int>, std::uint32_t> active;  // (type, line) -> number
        for (int step = 0; step < 40; ++step) {
            const hold_type_id type{below(static_cast<std::uint32_t>(types.size()))};
            const std::uint16_t line = below(3) == 0 ? the_order : below(lines);
            const std::pair key{static_cast<int>(raw(type)), int{line}};
            if (below(2) == 0) {
                const auto done = place(all, asked(type, line));
                REQUIRE(done);
                CHECK(done->fresh == !active.contains(key));
                if (done->fresh) active[key] = done->number;
            } else if (active.contains(key)) {
                CHECK(answer(all, active[key], below(2) == 0, types) == error_code::ok);
                active.erase(key);
            }
            for (std::uint16_t l = 0; l < lines; ++l)
                for (std::size_t s = 0; s < hold_step_count; ++s) {
                    const auto is_stopped = [&](const auto& a) {
                        const bool in_scope = a.first.second == the_order || a.first.second == l;
                        return in_scope &&
                               (types[static_cast<std::size_t>(a.first.first)].blocks >> s & 1) !=
                                   0;
                    };
                    const bool expected = std::any_of(active.begin(), active.end(), is_stopped);
                    const auto at = static_cast<hold_step>(s);
                    CHECK(((blocked(all, types, l) & bit_of(at)) != 0) == expected);
                    CHECK((blocker(all, types, l, at) != nullptr) == expected);
                }
            CHECK(unsound(all, types.size(), lines) == nullptr);
        }
    }
}

TEST_CASE("the order in which holds are resolved is irrelevant to what is blocked") {
    std::mt19937 random{7};
    for (int round = 0; round < 200; ++round) {
        std::vector<hold> all;
        for (int i = 0; i < 8; ++i)
            put(all, hold_type_id{static_cast<std::uint16_t>(random() % 3)},
                random() % 2 == 0 ? the_order : static_cast<std::uint16_t>(random() % 2));
        std::vector<std::uint32_t> some;
        for (const hold& h : all)
            if (random() % 2 == 0) some.push_back(h.number);
        auto one = all, other = all;
        for (const auto n : some) CHECK(answer(one, n) == error_code::ok);
        std::shuffle(some.begin(), some.end(), random);
        for (const auto n : some) CHECK(answer(other, n) == error_code::ok);
        CHECK(row(one) == row(other));
        CHECK(one == other);
    }
}

}  // namespace
}  // namespace earmark::lifecycle
