// Memory is refused at any allocation of a script of stock verbs: what was asked has happened or
// not, nothing is lost, and it can be asked again.
#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "earmark/engine/capture.hpp"
#include "earmark/engine/engine.hpp"
#include "earmark/engine/workflows.hpp"
#include "earmark/journal/sink.hpp"
#include "unit/allocations.hpp"

namespace earmark {
namespace {

constexpr time_point noon{1'800'000'000'000'000'000};
constexpr sku_id hat{0}, mug{1};
constexpr node_id dc{0}, store{1};

struct shop {
    std::shared_ptr<journal::memory_sink> sink = std::make_shared<journal::memory_sink>();
    engine e;
    std::vector<reservation_id> baskets;
    order_id last{};         // that was placed
    actor_id clerk{};        // who may not discard
    position opened{};       // the last event of the set-up
    std::int64_t left = -1;  // allocations of the engine that succeed before one fails

    static config settings(std::shared_ptr<journal::sink> to) {
        config c;
        c.max_orders = c.max_keys = 1u << 14;
        c.max_reservations = 1024;
        c.max_cells = 2048;
        c.ledger_bytes = 1;  // as little as there can be
        c.ring_bytes = c.retained_bytes = std::size_t{1} << 16;
        c.sink = std::move(to);
        return c;
    }
    explicit shop(std::size_t nodes = 2) : e{settings(sink)} {
        const sku_row skus[] = {{"hat", 0, 1}, {"mug", 0, 1}};
        std::vector<node_row> rows;
        std::vector<stock_row> stock;
        for (std::size_t i = 0; i < nodes; ++i) {
            rows.push_back({"n" + std::to_string(i), node_kind::dc, {}, 0, true, {}, {}});
            stock.push_back({"hat", rows.back().key, {20}});
        }
        stock.push_back({"mug", "n0", {20}});
        stock.push_back({"mug", "n1", {1}});
        REQUIRE(e.load(now(), skus).rejected.empty());
        REQUIRE(e.load(now(), rows).rejected.empty());
        REQUIRE(e.load(now(), stock).rejected.empty());
        REQUIRE(e.activate(now(),
                           "policy = \"p\"\ncurrency = \"EUR\"\nrank = [\"parcels\"]\n"
                           "[split]\nlines = \"by_quantity\"\n"
                           "[[strategy]]\nname = \"bound\"\nwhen = \"priority == 9\"\n"
                           "from = [\"chosen_store\"]\n"
                           "outcome = { partial = \"transfer_rest\", none = \"transfer\" }\n"
                           "[[strategy]]\nname = \"bring\"\ntransfers = true\n"
                           "[[strategy]]\nname = \"others\"\n"));
        // What is picked at n0 takes from a pool, too, and what is paid later from another one.
        std::vector<pool_row> pools(2);
        pools[0].key = "picks";
        pools[0].node = "n0";
        pools[0].per_unit = {1};
        pools[1].key = "credit";
        pools[1].kind = pool_kind::credit;
        for (pool_row& p : pools) p.amount = {40};
        REQUIRE(e.load(now(), pools).rejected.empty());
        const std::vector<answer_row> asked{{"", request_kind::cancel, 600, silence::accepts}};
        REQUIRE(e.load(now(), asked).rejected.empty());
        const std::vector<privilege_row> rights{{"boss", privilege::discard, {}}};
        REQUIRE(e.load(now(), rights).rejected.empty());
        clerk = *e.actor("clerk");
        opened = e.head();
    }
    /// A call of the engine, where memory may be refused; the test's own is not.
    template <class F>
    auto ask(F&& f) {
        allocations::until_failure = left;
        auto answer = f();
        left = std::exchange(allocations::until_failure, -1);
        return answer;
    }
    static command now(std::string_view key = {}) { return {key, {}, noon}; }

    error_code reserve(const std::string& key, std::vector<reserve_line> lines, time_point deadline,
                       reservation_id old = none<reservation_id>) {
        const auto r = ask([&] { return e.reserve(now(key), {lines, deadline, old}); });
        if (r) baskets.push_back(reservation_id{r->subject});
        return r.error().code;
    }
    error_code place(const std::string& key, reservation_id from = none<reservation_id>) {
        const order_line l{hat, {2}, 100};
        const currency euro = *currency::parse("EUR");
        const auto placed = ask([&] {
            return e.place_order(now(key), {{&l, 1}, none<place_id>, euro, 0, from});
        });
        if (placed.first.why.code == error_code::ok) last = order_id{placed.first.subject};
        return placed.first.why.code;
    }
};

template <class R>
error_code code_of(const R& r) {
    return r.error().code;
}
/// A message that was booked says so, though memory was short for the rest of its report.
error_code code_of(const feed_report& r) {
    if (r.at != position{}) return error_code::ok;
    return r.rejected.empty() ? r.why.code : r.rejected.front().why.code;
}

using step = std::function<error_code(shop&, const std::string& key)>;

std::vector<step> supply_steps() {
    return {
        [](shop& s, const std::string& key) {
            return code_of(s.ask([&] { return s.e.adjust(s.now(key), {hat, dc, {5}}); }));
        },
        [](shop& s, const std::string&) {
            const feed_row rows[] = {{hat, dc, {30}}, {mug, store, {7}}};
            return code_of(s.ask([&] {
                return s.e.snapshot(s.now(),
                                    {"wms", 1, s.opened, feed_basis::on_hand, false, rows});
            }));
        },
        [](shop& s, const std::string&) {
            const feed_row row{mug, store, {-3}};
            return code_of(s.ask([&] { return s.e.delta(s.now(), {"till", 1, {&row, 1}}); }));
        },
        [](shop& s, const std::string& key) {
            std::vector<uncovered_promise> left;
            return code_of(s.ask([&] { return s.e.count(s.now(key), {hat, store, {9}}, &left); }));
        },
        [](shop& s, const std::string&) { return code_of(s.ask([&] { return s.e.uncovered(); })); },
        [](shop& s, const std::string&) { return code_of(s.ask([&] { return s.e.stock(); })); }};
}
std::vector<step> basket_steps() {
    return {[](shop& s, const std::string& key) {
                return s.reserve(key, {{hat, dc, {2}, {}}, {mug, dc, {1}, {}}}, noon + minutes(5));
            },
            [](shop& s, const std::string& key) {
                return s.reserve(key, {{hat, dc, {3}, {}}, {hat, store, {1}, {}}},
                                 noon + minutes(6), s.baskets.at(0));
            },
            [](shop& s, const std::string& key) {
                const reserve_line lines[] = {{hat, dc, {1}, {}}, {mug, dc, {4}, {}}};
                return code_of(s.ask([&] {
                    return s.e.change(s.now(key), {s.baskets.at(1), noon + minutes(3), lines});
                }));
            },
            [](shop& s, const std::string& key) {
                return code_of(s.ask([&] {
                    return s.e.move(s.now(key), {s.baskets.at(1), dc, store, hat});
                }));
            },
            [](shop& s, const std::string& key) {
                const pool_id credit = *s.e.find_pool("credit");
                return s.reserve(key, {{hat, dc, {4}, {}}, {{}, {}, {30}, {}, credit}}, never);
            },
            [](shop& s, const std::string& key) {
                return code_of(s.ask([&] { return s.e.unreserve(s.now(key), s.baskets.at(2)); }));
            },
            [](shop& s, const std::string& key) {
                return s.reserve(key, {{hat, dc, {2}, {}}}, never);
            },
            [](shop& s, const std::string& key) { return s.place(key, s.baskets.at(3)); },
            [](shop& s, const std::string&) {
                return code_of(s.ask([&] { return s.e.available(hat); }));
            },
            [](shop& s, const std::string&) {
                return code_of(s.ask([&] { return s.e.explain_available({hat}); }));
            },
            [](shop& s, const std::string& key) {
                return code_of(s.ask([&] { return s.e.advance({key, {}, noon + minutes(4)}); }));
            }};
}
std::vector<step> order_steps() {
    const order_id second{1};
    return {[](shop& s, const std::string& key) { return s.place(key); },
            [=](shop& s, const std::string& key) {
                return code_of(s.ask([&] { return s.e.source(s.now(key), second); }));
            },
            [=](shop& s, const std::string& key) {
                return code_of(s.ask([&] { return s.e.release(s.now(key), second); }));
            },
            [=](shop& s, const std::string& key) {
                return code_of(s.ask([&] {
                    return s.e.record(s.now(key), {fact_kind::ship, second, 1, none<node_id>, {1}});
                }));
            },
            [=](shop& s, const std::string& key) {
                return code_of(s.ask([&] { return s.e.cancel(s.now(key), {second, 0, {}, 0}); }));
            },
            [=](shop& s, const std::string& key) {  // of what the node was asked
                const node_id at = s.e.order(second)->requests.front().node;
                const fact agrees{fact_kind::confirm_cancel, second, 1, at, {1}};
                return code_of(s.ask([&] { return s.e.record(s.now(key), agrees); }));
            },
            [](shop& s, const std::string& key) {  // what is denied is recorded
                const command c{key, s.clerk, noon};
                const auto no = code_of(s.ask([&] { return discard(s.e, c, "nothing", 0); }));
                return no == error_code::not_authorised ? error_code::ok : no;
            },
            [](shop& s, const std::string& key) {  // nobody says anything of the rest
                return code_of(s.ask([&] { return s.e.advance({key, {}, noon + minutes(30)}); }));
            }};
}
/// An order waits for goods that a transfer brings, is held, loses the transfer, and is amended.
std::vector<step> linked_steps() {
    const order_id third{2}, transfer{3};
    return {[](shop& s, const std::string& key) {
                const order_line l{hat, {12}, 100};
                order_request r{{&l, 1}, none<place_id>, *currency::parse("EUR"), 9};
                r.node = store;
                r.revision = 3;
                const auto placed = s.ask([&] { return s.e.place_order(s.now(key), r); });
                return placed.first.why.code;
            },
            [=](shop& s, const std::string& key) {
                return code_of(s.ask([&] { return s.e.source(s.now(key), third); }));
            },
            [=](shop& s, const std::string& key) {
                const hold_type_id fraud = *s.e.find_hold_type("fraud");
                return code_of(s.ask([&] { return s.e.place_hold(s.now(key), {third, fraud}); }));
            },
            [=](shop& s, const std::string& key) {
                return code_of(s.ask([&] { return s.e.release(s.now(key), transfer); }));
            },
            [=](shop& s, const std::string& key) {
                return code_of(s.ask([&] {
                    return s.e.record(s.now(key), {fact_kind::reject, transfer, 0, dc});
                }));
            },
            [=](shop& s, const std::string& key) {
                return code_of(s.ask([&] {
                    return s.e.resolve_hold(s.now(key), {third, 1, true, 0});
                }));
            },
            [=](shop& s, const std::string& key) {
                return code_of(s.ask([&] { return s.e.source(s.now(key), third); }));
            },
            [=](shop& s, const std::string& key) {
                const line_change changes[] = {{1, quantity{7}, {}, none<sku_id>, 0},
                                               {0, quantity{1}, {}, hat, 100}};
                amend_request r;
                r.order = third;
                r.lines = changes;
                return s.ask([&] { return s.e.amend(s.now(key), r); }).first.why.code;
            },
            [=](shop& s, const std::string& key) {
                return code_of(s.ask([&] { return s.e.cancel(s.now(key), {third, 0, {}, 0}); }));
            }};
}
std::string looked(std::string_view label, std::string_view after) {
    std::string out = "workflow = 'looked'\nevents = ['look']\nstate = [{ name = '";
    out += label;
    out += "', base = 'open' }]\nstep = [\n{ from = 'open', on = 'look', to = '";
    out += label;
    out += "'";
    out += after;
    out += " },\n{ from = 'open', on = 'cancel', to = 'cancelled' },\n{ from = '";
    out += label;
    return out += "', on = 'cancel', to = 'cancelled' },\n]\n";
}
/// Time labels an order, and it goes by another version, which calls the label otherwise.
std::vector<step> timed_steps() {
    const auto activate = [](std::string_view label, std::string_view after) {
        return [=](shop& s, const std::string&) {
            const std::string text = looked(label, after);
            return code_of(activate_workflow(s.e, s.now(), text));
        };
    };
    return {activate("seen", ", after = '1m'"),
            [](shop& s, const std::string& key) { return s.place(key); },
            [](shop& s, const std::string& key) {
                return code_of(s.ask([&] { return s.e.advance({key, {}, noon + minutes(31)}); }));
            },
            activate("checked", ""),
            [](shop& s, const std::string& key) {
                const state_mapping map[] = {{"seen", "checked"}};
                return code_of(s.ask([&] { return migrate(s.e, s.now(key), {s.last, 2, map}); }));
            }};
}
/// Goods come, baskets live and die, an order goes out, another one waits for a third.
std::vector<step> script() {
    std::vector<step> all;
    for (const auto& part :
         {supply_steps(), basket_steps(), order_steps(), linked_steps(), timed_steps()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}
/// The state after each step where memory is never short.
std::vector<std::uint64_t> undisturbed(const std::vector<step>& steps) {
    shop s;
    std::vector<std::uint64_t> after;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        CAPTURE(i);
        REQUIRE(steps[i](s, "k" + std::to_string(i)) == error_code::ok);
        after.push_back(s.e.state_hash());
    }
    return after;
}
void folds_to_the_same(shop& s) {
    REQUIRE(s.e.halted() == "");
    CHECK(s.e.check_invariants().empty());
    REQUIRE(s.e.flush(journal::durability::memory));
    const engine folded{shop::settings(s.sink)};
    CHECK(folded.halted() == "");
    CHECK(folded.state_hash() == s.e.state_hash());
}

TEST_CASE("memory refused at any allocation of a script leaves the state before or after a verb") {
    const std::vector<step> steps = script();
    const std::vector<std::uint64_t> after = undisturbed(steps);
    int refused = 0, done_all_the_same = 0;
    bool failed = true;
    for (std::int64_t n = 0; failed; ++n) {
        CAPTURE(n);
        REQUIRE(n < 2'000);
        shop s;
        s.left = n;
        failed = false;
        for (std::size_t i = 0; i < steps.size(); ++i) {
            CAPTURE(i);
            const std::string key = "k" + std::to_string(i);
            const std::uint64_t before = s.e.state_hash();
            const error_code why = steps[i](s, key);
            if (!failed && s.left < 0) {
                failed = true;
                const bool is_told =
                    why == error_code::out_of_memory || why == error_code::key_memory_full;
                CHECK((is_told || why == error_code::ok));
                const std::uint64_t now = s.e.state_hash();
                CHECK((now == before || now == after[i]));
                if (why == error_code::ok) {
                    ++done_all_the_same;
                    continue;
                }
                ++refused;
                REQUIRE(steps[i](s, key) == error_code::ok);
            } else {
                REQUIRE(why == error_code::ok);
            }
            CHECK(s.e.state_hash() == after[i]);
        }
        folds_to_the_same(s);
    }
    MESSAGE(refused << " refused, " << done_all_the_same << " done all the same");
    CHECK(refused > 50);
}

TEST_CASE("a feed that makes cells without memory is asked again, and nothing of it was booked") {
    section_row vip;
    vip.key = "vip";
    std::vector<feed_row> rows{{mug, node_id{2}, {7}}, {hat, dc, {30}}};
    for (std::uint16_t n = 0; n < 70; ++n) rows.push_back({mug, node_id{n}, {3}, section_id{0}});
    const auto say = [&](engine& e, position as_of) {
        return e.snapshot(shop::now(), {"wms", 1, as_of, feed_basis::on_hand, false, rows});
    };
    int refused = 0;
    bool failed = true;
    for (std::int64_t n = 0; failed; ++n) {
        CAPTURE(n);
        REQUIRE(n < 1'000);
        shop s{70};
        REQUIRE(s.e.load(shop::now(), std::span{&vip, 1}).accepted == 1);
        feed_report r;
        // By a caller of its own, whose working memory is not warm yet.
        std::thread{[&] {
            failed = allocations::fail_one(n, [&] { r = say(s.e, s.opened); });
        }}.join();
        REQUIRE(s.e.halted() == "");
        if (r.at == position{}) {
            ++refused;
            CHECK(r.why.code == error_code::out_of_memory);
            CHECK(s.e.available(hat, dc)->atoms == 20);
            r = say(s.e, s.opened);
        }
        CHECK(r.why.code == error_code::ok);
        CHECK(s.e.available(mug, node_id{2})->atoms == 10);
        CHECK(s.e.available(hat, dc)->atoms == 30);
        folds_to_the_same(s);
    }
    CHECK(refused > 10);
}

TEST_CASE("an expired basket with pools is taken anew, or not at all, where memory is refused") {
    bool failed = true;
    for (std::int64_t n = 0; failed; ++n) {
        CAPTURE(n);
        REQUIRE(n < 500);
        shop s;
        REQUIRE(s.reserve("r", {{hat, dc, {2}, {}}}, noon + minutes(1)) == error_code::ok);
        REQUIRE(s.e.advance({{}, {}, noon + minutes(2)}));
        const pool_id picks = *s.e.find_pool("picks");
        error_code why{};
        std::thread{[&] {
            s.left = n;
            why = s.place("o", s.baskets.at(0));
            failed = std::exchange(s.left, -1) < 0;
        }}.join();
        if (why != error_code::ok) {
            CHECK((why == error_code::out_of_memory || why == error_code::key_memory_full));
            CHECK(s.e.pool(picks)->free.atoms == 40);
            CHECK(s.e.available(hat, dc)->atoms == 20);
            REQUIRE(s.place("o", s.baskets.at(0)) == error_code::ok);
        }
        CHECK(s.e.pool(picks)->free.atoms == 38);
        folds_to_the_same(s);
    }
}

/// Orders that still find room after one was sourced with memory refused at each of its
/// allocations in turn, or at none.
std::size_t room_left(bool refuse) {
    shop s{1'000};
    REQUIRE(s.e.activate(s.now(), "policy = \"s\"\ncurrency = \"EUR\"\nrank = [\"score\"]\n"));
    REQUIRE(s.place("first") == error_code::ok);
    const order_id first{0};
    const std::vector<std::int32_t> scores(1'000, 7);  // the decision keeps them: it is large
    const auto source = [&](std::int64_t n) {
        result<sourced> answer = fail(error_code::ok);
        s.left = n;
        s.ask([&] { return s.e.source(s.now(), {{&first, 1}, false, scores}, {&answer, 1}), 0; });
        s.left = -1;
        return answer.error().code;
    };
    // By a caller of its own, whose working memory is not warm yet.
    std::thread{[&] {
        for (std::int64_t n = refuse ? 0 : -1; source(n) == error_code::out_of_memory;) ++n;
    }}.join();
    REQUIRE(s.e.decision(first));
    std::size_t placed = 0;
    while (s.place("o" + std::to_string(placed)) == error_code::ok) ++placed;
    return placed;
}

TEST_CASE("a decision that memory is refused for gives back the room that it had taken") {
    const std::size_t whole = room_left(false);
    CHECK(whole > 1'000);
    CHECK(room_left(true) == whole);
}

TEST_CASE("an activation that memory is refused for declares all attributes, or none that count") {
    const std::string text =
        "policy = \"a\"\ncurrency = \"EUR\"\nrank = [\"rotation\"]\n[attributes]\n"
        "\"customer.loyalty_programme\" = \"text\"\n\"line.dangerous_goods_class\" = \"text\"\n"
        "\"node.carrier_of_dangerous_goods\" = \"flag\"\n";
    int refused = 0;
    bool failed = true;
    for (std::int64_t n = 0; failed; ++n) {
        CAPTURE(n);
        REQUIRE(n < 2'000);
        shop s;
        error_code why{};
        try {
            s.left = n;
            why = code_of(s.ask([&] { return s.e.activate(s.now(), text); }));
            failed = s.left < 0;
        } catch (const std::bad_alloc&) {  // while it was read
            s.left = -1;
            why = error_code::out_of_memory;
        }
        if (why != error_code::ok) ++refused;
        if (!s.e.halted().empty()) {
            CHECK(why == error_code::halted);
        } else if (why != error_code::ok) {
            CHECK(why == error_code::out_of_memory);
            CHECK((s.e.attributes() == 0 || s.e.attributes() == 3));
            const std::string other = "policy = \"b\"\ncurrency = \"EUR\"\nrank = [\"parcels\"]\n";
            REQUIRE(s.e.activate(s.now(), other));  // its attributes are not the first one's
            REQUIRE(s.place("o") == error_code::ok);
            REQUIRE(s.e.source(s.now(), order_id{0}));
            folds_to_the_same(s);  // nobody counts turns for a policy that is not in force
            REQUIRE(s.e.activate(s.now(), text));
            REQUIRE(s.place("p") == error_code::ok);
            REQUIRE(s.e.source(s.now(), order_id{1}));
            folds_to_the_same(s);
        }
        REQUIRE(s.e.flush(journal::durability::memory));
        const engine again{shop::settings(s.sink)};
        CHECK(again.halted() == "");
    }
    CHECK(refused > 10);
}

}  // namespace
}  // namespace earmark
