// What if: each answer is tried again here, by changing the problem itself.
#include "earmark/sourcing/what_if.hpp"

#include "support.hpp"

namespace {

using namespace sourcing_test;

const std::string rates =
    "currency = 'USD'\n[costs]\nfixed_per_parcel = '5'\nper_unit = '1'\n"
    "per_unit_per_1000_km = '2'\n";

bool uses(const plan& p, node_id node) {
    return std::any_of(p.parts.begin(), p.parts.end(),
                       [node](const plan_part& part) { return part.node == node; });
}

const win* find(const what_if_answer& a, lever by, std::uint16_t wanted = all_lines) {
    for (const win& w : a.wins)
        if (w.by == by && w.wanted == wanted) return &w;
    return nullptr;
}

/// Does the node win with the lever at `value`?
bool wins_with(const policy& by, owned_problem p, node_id node, const win& w, std::int64_t value) {
    const std::size_t k = raw(node);
    policy_terms terms = by.terms();
    switch (w.by) {
        case lever::active:
            p.nodes[k].active = true;
            break;
        case lever::stock:
            for (std::size_t l = 0; l < p.lines.size(); ++l)
                if (w.wanted == l || w.wanted == all_lines) {
                    const std::int64_t n = w.wanted == all_lines ? p.lines[l].n : value;
                    auto& free = p.free[l * p.nodes.size() + k];
                    free = static_cast<granules>(
                        std::max<std::int64_t>(free, n + kept_back(by, p.nodes[k], p.lines[l])));
                }
            break;
        case lever::parcel_rate:
            p.nodes[k].fixed_per_parcel.e4 = value;
            break;
        case lever::unit_rate:
            p.nodes[k].per_unit.e4 = value;
            break;
        case lever::distance:
            p.metres[k] = static_cast<std::uint32_t>(value);
            break;
        case lever::priority:
            p.nodes[k].priority = static_cast<std::int32_t>(value);
            break;
        case lever::keep_back:
            terms.keep_back[static_cast<std::size_t>(p.nodes[k].kind)] = value;
            break;
        default:
            break;
    }
    scratch s;
    return uses(solve(policy{terms}, p.view(), s), node);
}

}  // namespace

TEST_CASE("what if: worked by hand, two nodes and one line") {
    const policy by = policy_of("policy = 'p'\nrank = ['cost', 'distance']\n" + rates);
    owned_problem p;
    p.want({2});
    p.node({9}, 100'000);  // 5 + 2 * (1 + 0.2) = 7.40
    p.node({1}, 300'000);  // 5 + 2 * (1 + 0.6) = 8.20, and one unit short
    scratch s;
    const auto short_of = what_if(by, p.view(), node_id{1}, {}, true, s);
    CHECK_FALSE(short_of.ships);
    REQUIRE(find(short_of, lever::stock, 0) != nullptr);
    CHECK_FALSE(find(short_of, lever::stock, 0)->enough);  // it is dearer, too
    CHECK_FALSE(find(short_of, lever::parcel_rate)->enough);

    p.free[1] = 2;
    const auto dear = what_if(by, p.view(), node_id{1}, {}, true, s);
    CHECK(find(dear, lever::stock, 0) == nullptr);
    // 4.20 for the parcel would be a tie by cost, and it is further away.
    CHECK(find(dear, lever::parcel_rate)->needed == 41'999);
    CHECK(find(dear, lever::unit_rate)->needed == 5'999);
    CHECK(find(dear, lever::distance)->needed == 99'999);
    CHECK(find(dear, lever::parcel_rate)->cost_e4 == 73'999);
    CHECK(what_if(by, p.view(), node_id{0}, {}, true, s).ships);
}

TEST_CASE("what if: a node that is closed, not named or without a rate is opened first") {
    const policy by = policy_of(
        "policy = 'p'\nrank = ['cost']\ncurrency = 'USD'\n"
        "[costs]\nper_unit = { dc = '2', store = '1' }\n");
    owned_problem p;
    p.want({1});
    p.node({5}, 50'000);
    p.node({5}, 10'000, {.kind = node_kind::store, .active = false});
    scratch s;
    auto a = what_if(by, p.view(), node_id{1}, {}, true, s);
    REQUIRE(a.wins.size() == 1);
    CHECK((a.wins[0].by == lever::active && a.wins[0].enough));

    p.nodes[1].active = true;
    sourcing_problem asked = p.view();
    const std::vector<node_selector> from{{node_kind::dc, {}, {}}, {node_kind::store, 9'000, {}}};
    std::vector<std::uint64_t> bits;
    select_nodes(from, p.nodes, p.metres, bits);
    asked.selected = bits;
    a = what_if(by, asked, node_id{1}, from, true, s);
    REQUIRE(find(a, lever::selected) != nullptr);
    CHECK(find(a, lever::selected)->enough);
    REQUIRE(find(a, lever::distance) != nullptr);
    CHECK(find(a, lever::distance)->needed == 9'000);  // the ring, to the metre
    CHECK(find(a, lever::distance)->alone);

    p.nodes[1].kind = node_kind::vendor;
    a = what_if(by, p.view(), node_id{1}, {}, true, s);
    REQUIRE(a.wins.size() == 1);
    CHECK((a.wins[0].by == lever::rate && a.wins[0].enough));
}

TEST_CASE("what if: what is kept back, and a priority") {
    const policy by =
        policy_of("policy = 'p'\nrank = ['priority']\ncurrency = 'USD'\n[keep_back]\nstore = 4\n");
    owned_problem p;
    p.want({2});
    p.node({9}, 100, {.priority = 3});
    p.node({5}, 100, {.kind = node_kind::store, .priority = 1});
    scratch s;
    const auto a = what_if(by, p.view(), node_id{1}, {}, true, s);
    CHECK(find(a, lever::keep_back)->needed == 3);
    CHECK(find(a, lever::stock, 0)->now == 1);
    CHECK(find(a, lever::stock, 0)->needed == 2);
    CHECK(find(what_if(by, p.view(), node_id{1}, {}, false, s), lever::keep_back) == nullptr);
    p.nodes[1] = {.kind = node_kind::dc, .priority = 7, .sequence = 1};
    CHECK(find(what_if(by, p.view(), node_id{1}, {}, true, s), lever::priority)->needed == 2);
}

TEST_CASE("what if: every answer of random problems does it, and one step less does not") {
    dice d{31};
    scratch s;
    int tried = 0, with_stock = 0;
    const std::vector<std::string> ranks{"'cost'", "'distance', 'cost'", "'parcels', 'cost'",
                                         "'priority', 'cost'", "'cost', 'priority'"};
    for (int round = 0; round < 300; ++round) {
        const std::string split = d.chance(30) ? "[split]\nlines = 'by_quantity'\n" : "";
        const policy by = policy_of("policy = 'p'\nrank = [" + ranks[d.roll(5)] + "]\n" + rates +
                                    split + "[keep_back]\nstore = 1\n");
        const owned_problem p =
            random_problem(d, {1 + d.roll(3), 2 + d.roll(5), 30 + d.roll(60), false, false});
        const auto node = static_cast<node_id>(d.roll(static_cast<std::uint32_t>(p.nodes.size())));
        const auto a = what_if(by, p.view(), node, {}, true, s);
        CHECK(a.ships == uses(solve(by, p.view(), s), node));
        bool is_opened = false;
        for (const win& w : a.wins) {
            is_opened |= w.by == lever::active || w.by == lever::rate;
            if (is_opened || w.proof != quality::exact) continue;  // on top of another change
            ++tried;
            with_stock += w.by == lever::stock && w.enough;
            INFO(name_of(w.by));
            INFO(w.now);
            INFO(w.needed);
            CHECK(wins_with(by, p, node, w, w.needed) == w.enough);
            const std::int64_t step = w.by == lever::stock ? -1 : 1;
            if (w.enough && w.wanted != all_lines)
                CHECK_FALSE(wins_with(by, p, node, w, w.needed + step));
            if (w.enough && w.by != lever::stock && w.needed + 1 != w.now)
                CHECK_FALSE(wins_with(by, p, node, w, w.needed + 1));
        }
    }
    CHECK(tried > 300);
    CHECK(with_stock > 20);
}
