// The idempotency map under every interleaving of two callers that come with one key.
#include <doctest/doctest.h>

#include "explore/key_desk.hpp"

namespace earmark::explore {
namespace {

template <class A, class B, class Check>
void complete(const std::string& what, A a, B b, Check check) {
    const scenario s{[] { return map_world{}; }, {a, b}, check};
    const result r = s.run({.preemptions = 2});
    CHECK_MESSAGE(r.passed(), r.report());
    CHECK(r.complete);
    MESSAGE(what << ": " << r.executions << " executions");
}

TEST_CASE("one key, one content, two callers: one does it, the other hears of it or waits") {
    complete(
        "same content", [](map_world& w) { w.call(0, "A", 1); },
        [](map_world& w) { w.call(1, "A", 1); },
        [](map_world& w) {
            expect(w.fresh() == 1, "exactly one caller does the command");
            for (int i = 0; i < 2; ++i)
                if (w.answer[i] == claim_state::repeat)
                    expect(w.heard[i] == w.heard[1 - i], "a repetition hears the first receipt");
            receipt r;
            expect(w.keys.find(key_space::order, "A", r), "the key is known afterwards");
            expect(w.keys.size() == 1, "one key is one entry");
        });
}

TEST_CASE("one key, two contents: one does it, the other is a conflict or waits") {
    complete(
        "other content", [](map_world& w) { w.call(0, "A", 1); },
        [](map_world& w) { w.call(1, "A", 2); },
        [](map_world& w) {
            expect(w.fresh() == 1, "exactly one caller does the command");
            for (const claim_state s : w.answer)
                expect(s != claim_state::repeat, "other content is never a repetition");
        });
}

TEST_CASE("a caller that fails leaves the key to the other") {
    complete(
        "failing", [](map_world& w) { w.call(0, "A", 1, false); },
        [](map_world& w) { w.call(1, "A", 2); },
        [](map_world& w) {
            receipt r;
            const bool known = w.keys.find(key_space::order, "A", r);
            expect(known == (w.answer[1] == claim_state::fresh), "known if it was done");
            if (known) expect(r.subject == 101, "the receipt is the one of who did it");
            expect(w.keys.begin(2, key_space::order, "A", {0, 2}).state ==
                       (known ? claim_state::repeat : claim_state::fresh),
                   "a third caller finds the map in order");
        });
}

TEST_CASE("two keys of one neighbourhood do not disturb each other") {
    complete(
        "two keys", [](map_world& w) { w.call(0, "A", 1); },
        [](map_world& w) { w.call(1, "B", 1); },
        [](map_world& w) {
            receipt a, b;
            expect(w.fresh() == 2, "both do their command");
            expect(w.keys.find(key_space::order, "A", a) && w.keys.find(key_space::order, "B", b),
                   "both are known");
            expect(a.subject == 100 && b.subject == 101, "each under its own key");
        });
}

TEST_CASE("wherever a caller stops for ever, another caller of the same key still gets an answer") {
    const scenario s{
        [] { return map_world{}; },
        {[](map_world& w) { w.call(0, "A", 1); }, [](map_world& w) { w.call(1, "A", 1); }},
        [](map_world&) {}};
    const freeze_result r = s.freeze({.preemptions = 1});
    CHECK_MESSAGE(r.lock_free(), r.report());
}

}  // namespace
}  // namespace earmark::explore
