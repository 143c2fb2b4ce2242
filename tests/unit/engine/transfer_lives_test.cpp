// Orders and the transfers that bring for them, whatever happens to either.
#include <iterator>
#include <span>

#include "transfers_shop.hpp"

namespace earmark::bringing {
namespace {

/// Numbers that are the same everywhere.
struct dice {
    std::uint64_t state;
    std::uint64_t operator()(std::uint64_t n) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return (state >> 33) % n;
    }
};

/// What nodes, carriers and people may say of an order, whether it can be or not.
void hear_of(shop& s, order_id o, dice& roll) {
    constexpr std::string_view events[] = {"accept", "ask_to_stop", "refuse_to_stop"};
    constexpr fact_kind kinds[] = {fact_kind::ship, fact_kind::ship,   fact_kind::deliver,
                                   fact_kind::pick, fact_kind::unpick, fact_kind::lose,
                                   fact_kind::mark, fact_kind::reject, fact_kind::pack};
    const fact_kind kind = kinds[roll(std::size(kinds))];
    const quantity n{kind == fact_kind::mark ? 0 : static_cast<std::int64_t>(roll(3))};
    const bool is_there = kind == fact_kind::reject || (kind == fact_kind::lose && roll(2) == 0);
    const node_id at = is_there ? node_id{static_cast<std::uint16_t>(roll(4))} : none<node_id>;
    (void)s.on.record(s.now(), {kind, o, n.atoms == 0 ? 0u : 1u, at, n, 0, events[roll(3)]});
}

}  // namespace

TEST_CASE("random lives of orders and their transfers leave every unit accounted for") {
    for (std::uint32_t seed = 1; seed <= 40; ++seed) {
        shop s;
        std::vector<order_id> all;
        dice roll{seed * 0x9E3779B97F4A7C15u};
        const auto keep = [&](std::span<const brought_view> more) {
            for (const brought_view& b : more) all.push_back(b.by);
        };
        for (int step = 0; step < 150; ++step) {
            const auto kind = roll(12);
            if (all.empty() || kind == 0)
                all.push_back(s.order({{hat, {1 + static_cast<int>(roll(6))}, 100},
                                       {mug, {1 + static_cast<int>(roll(3))}, 100}},
                                      roll(2) == 0 ? north : south));
            const order_id o = all[roll(all.size())];
            if (kind <= 2) {
                if (const auto done = s.on.source(s.now(), o)) keep(done->brought);
            } else if (kind <= 4) {
                (void)s.on.release(s.now(), o);
            } else if (kind == 5) {
                (void)s.on.cancel(s.now(), {o, 1, {static_cast<std::int64_t>(roll(3))}, 0});
            } else if (kind == 6) {
                result<sourced> out = fail(error_code::order_busy);
                s.on.source(s.now(), {{&o, 1}, false, {}, dc}, {&out, 1});
                if (out) keep(out->brought);
            } else {
                hear_of(s, o, roll);
            }
            REQUIRE(s.on.check_invariants() == std::vector<std::string>{});
        }
    }
}

}  // namespace earmark::bringing
