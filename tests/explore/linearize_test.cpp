// The linearizability checker on histories that were written by hand, and on long ones.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "explore/toys.hpp"
#include "support/explore/linearize.hpp"

using namespace earmark::explore;
using namespace earmark::explore::toys;

namespace {

using op = operation<counter_spec>;

verdict judge(int free, std::vector<op> history, real_time rule = real_time::kept) {
    return linearize<counter_spec>(free, history, rule);
}

// A register: read (empty) or write (a value); a read returns what it saw.
struct register_spec {
    using state = int;
    using op = std::optional<int>;
    using ret = int;
    static bool apply(state& value, const op& write, const ret& seen) {
        if (write) value = *write;
        return write.has_value() || seen == value;
    }
};

struct tiny_random {
    std::uint64_t state;
    std::uint32_t below(std::uint32_t n) {
        state += 0x9E3779B97F4A7C15ULL;
        return static_cast<std::uint32_t>((earmark::mix(state) >> 33) % n);
    }
};

// Operations of several clients on a counter that is correct: each takes effect at one instant
// between its call and its return.
std::vector<op> simulated(unsigned clients, unsigned operations, std::uint64_t seed) {
    struct client {
        bool inside = false;
        bool acted = false;
        op now;
    };
    tiny_random random{seed};
    std::vector<client> all(clients);
    std::vector<op> history;
    int free = 3;
    for (std::uint64_t clock = 1; history.size() < operations; ++clock) {
        const unsigned who = random.below(clients);
        client& c = all[who];
        if (!c.inside) {
            const int units = random.below(2) == 0 ? 1 + static_cast<int>(random.below(3)) : -1;
            c = {true, false, {who, units, std::nullopt, clock, never}};
        } else if (!c.acted) {
            c.acted = true;
            c.now.result = free >= c.now.what;
            if (*c.now.result) free -= c.now.what;
        } else {
            c.now.ret = clock;
            history.push_back(c.now);
            c.inside = false;
        }
    }
    for (client& c : all)
        if (c.inside)
            history.push_back({c.now.thread, c.now.what, std::nullopt, c.now.call, never});
    return history;
}

}  // namespace

TEST_CASE("linearize: operations that overlap may take effect in either order") {
    const std::vector<op> race = {{0, 1, true, 1, 4}, {1, 1, false, 2, 3}};
    CHECK(judge(1, race).explained);
    CHECK(judge(1, race).order == std::vector<std::size_t>{0, 1});
    CHECK_FALSE(judge(2, race).explained);
    CHECK_FALSE(judge(0, race).explained);
}

TEST_CASE("linearize: what returned before another was called comes first") {
    const std::vector<op> stale = {{0, 1, true, 1, 2}, {1, 1, true, 3, 4}};
    CHECK(judge(2, stale).explained);
    CHECK_FALSE(judge(1, stale).explained);
    // A give that had returned must be seen by a later take.
    const std::vector<op> late = {{0, -1, true, 1, 2}, {1, 1, false, 3, 4}};
    CHECK_FALSE(judge(0, late).explained);
    CHECK(judge(0, late, real_time::ignored).explained);
    // Equal stamps overlap.
    const std::vector<op> touching = {{0, -1, true, 1, 2}, {1, 1, false, 2, 4}};
    CHECK(judge(0, touching).explained);
}

TEST_CASE("linearize: one thread's own order holds even where real time is ignored") {
    const std::vector<op> own = {{0, -1, true, 1, 2}, {0, 1, false, 3, 4}};
    CHECK_FALSE(judge(0, own, real_time::ignored).explained);
}

TEST_CASE("linearize: a refusal of the roll-back counter has no explanation") {
    CHECK_FALSE(judge(1, {{0, 2, false, 1, 6}, {1, 1, false, 2, 4}}).explained);
}

TEST_CASE("linearize: a pending operation may have happened, or not") {
    const op pending_take{0, 1, std::nullopt, 1, never};
    const op pending_give{0, -1, std::nullopt, 1, never};
    CHECK(judge(1, {pending_take, {1, 1, true, 2, 3}}).explained);
    CHECK(judge(1, {pending_take, {1, 1, false, 2, 3}}).explained);
    CHECK(judge(0, {pending_give, {1, 1, true, 2, 3}}).explained);
    CHECK(judge(0, {pending_give, {1, 1, false, 2, 3}}).explained);
    CHECK_FALSE(judge(0, {pending_give, {1, 2, true, 2, 3}}).explained);
    // Not before it was called.
    CHECK_FALSE(judge(0, {{0, -1, std::nullopt, 5, never}, {1, 1, true, 2, 3}}).explained);
}

TEST_CASE("linearize: the search goes back on choices that turn out wrong") {
    // All writes overlap; reads afterwards fix that 2 was the last, and in the middle that 1 was
    // before 3.
    using rop = operation<register_spec>;
    std::vector<rop> history = {{0, 1, 0, 1, 10},
                                {1, 2, 0, 2, 20},
                                {2, 3, 0, 3, 11},
                                {3, std::nullopt, 1, 4, 9},
                                {3, std::nullopt, 3, 12, 13},
                                {3, std::nullopt, 2, 21, 22}};
    const verdict v = linearize<register_spec>(0, history);
    CHECK(v.explained);
    CHECK(v.order == std::vector<std::size_t>{0, 3, 2, 4, 1, 5});
    history[5].result = 3;
    history[4].result = 2;  // now 3 is overwritten by 2 at instant 13, and seen at 22
    CHECK_FALSE(linearize<register_spec>(0, history).explained);
}

TEST_CASE("linearize: an empty history is explained, a thread that overlaps itself is refused") {
    CHECK(judge(0, {}).explained);
    CHECK_THROWS_WITH((void)judge(5, {{2, 1, true, 1, 5}, {2, 1, true, 3, 6}}),
                      "history: the operations of thread 2 overlap each other");
    CHECK_THROWS_AS((void)judge(5, {{2, 1, std::nullopt, 1, never}, {2, 1, true, 3, 6}}),
                    std::invalid_argument);
    CHECK_THROWS_AS((void)judge(5, {{0, 1, true, 4, 2}}), std::invalid_argument);
}

TEST_CASE("linearize: long histories of a correct counter are explained, a forged one is not") {
    std::uint64_t most = 0;
    for (unsigned seed = 1; seed <= 20; ++seed) {
        std::vector<op> history = simulated(2 + seed % 5, 2'000, seed);
        const verdict right = judge(3, history);
        CHECK(right.explained);
        // An operation after all others that no state can have answered so.
        const std::uint64_t end = history.back().call + 1'000'000;
        history.push_back({99, 1'000'000, true, end, end + 1});
        const verdict forged = judge(3, history);
        CHECK_FALSE(forged.explained);
        most = std::max({most, right.visited, forged.visited});
    }
    MESSAGE("pairs visited at most: " << most);
    CHECK(most < 100'000);
}

TEST_CASE("hash: parts, order, presence and length all count") {
    using text = std::string;
    CHECK(hash_of(text{"ab"}) == hash_of(text{"ab"}));
    CHECK(hash_of(text{"ab"}) != hash_of(text{"ba"}));
    CHECK(hash_of(std::vector<int>{}) != hash_of(std::vector<int>{0}));
    CHECK(hash_of(std::optional<int>{}) != hash_of(std::optional<int>{0}));
    CHECK(hash_of(std::pair{1, 2}) != hash_of(std::pair{2, 1}));
    CHECK(hash_of(std::tuple{1, text{"a"}}) != hash_of(std::tuple{1, text{"b"}}));
    CHECK(hash_of(std::map<int, int>{{1, 2}}) != hash_of(std::map<int, int>{{2, 1}}));
    struct plain {
        std::int32_t a;
        std::int32_t b;
    };
    CHECK(hash_of(plain{1, 2}) != hash_of(plain{2, 1}));
    struct own {
        double value;
        [[nodiscard]] std::uint64_t hash() const { return value > 0 ? 1 : 0; }
    };
    CHECK(hash_of(own{1.5}) == 1);
}
