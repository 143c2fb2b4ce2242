// Quarantine where memory is refused at any allocation, and where other threads are at work: what
// was asked has happened or not, and the journal knows which.
#include <atomic>
#include <functional>
#include <new>
#include <thread>

#include "capture_shop.hpp"
#include "earmark/engine/worklist.hpp"
#include "unit/allocations.hpp"
#include "waiting_verbs.hpp"  // src/engine

namespace earmark::capturing_orders {
namespace {

using verb_of_waiting = std::function<error(shop&)>;

intake::waiting_order text_of(const std::string& sku) {
    intake::waiting_order o;
    o.text = order("kept", sku);
    o.why = {{unknown_sku, "/lines/0/sku", "the SKU is not in the table of SKUs"}};
    o.reasons = 1;
    return o;
}

error keep(shop& s, const char* key, const std::string& sku, waiting::try_of how) {
    return waiting::keep(s.on, s.at(key), text_of(sku), how).error();
}

TEST_CASE("memory that is refused anywhere leaves an order where it was, or where it was to go") {
    const order_line line{sku_id{0}, {1}, 250};
    order_request wanted;
    wanted.lines = {&line, 1};
    wanted.currency = currency::parse("GBP").value();
    const verb_of_waiting verbs[] = {
        [](shop& s) { return keep(s, "new", "jug", waiting::try_of::payload); },
        [](shop& s) { return keep(s, "kept", "vase", waiting::try_of::correction); },
        [](shop& s) { return keep(s, "kept", "jug", waiting::try_of::replay); },
        [&](shop& s) { return waiting::place(s.on, s.at("kept"), wanted).first.why; },
        [](shop& s) { return discard(s.on, s.at("k"), "kept", 1).error(); },
        [](shop& s) { return park_cancel(s.on, s.at("k"), "kept", 1).error(); },
        [](shop& s) { return park_cancel(s.on, s.at(), "late", 1).error(); },
    };
    std::int64_t in_all = 0;
    for (std::size_t i = 0; i < std::size(verbs); ++i) {
        CAPTURE(i);
        std::int64_t refused = 0;
        for (bool fails = true; fails; ++refused) {
            shop s;  // whose end compares it with its journal
            REQUIRE(keep(s, "kept", "jug", waiting::try_of::payload).code == ok);
            const auto before = s.on.state_hash();
            error why;
            try {
                fails = allocations::fail_one(refused, [&] { why = verbs[i](s); });
            } catch (const std::bad_alloc&) {  // outside of the engine: nothing was asked yet
                why = fail(out_of_memory);
            }
            const bool is_refused = why.code == out_of_memory || why.code == key_memory_full;
            CHECK((fails ? is_refused : why.code == ok));
            CHECK(s.on.halted().empty());
            if (!fails) break;
            CHECK(s.on.state_hash() == before);
            CHECK(verbs[i](s).code == ok);
        }
        in_all += refused;
    }
    CHECK(in_all > 10);  // some verbs need hardly any
}

TEST_CASE("threads that send, place, replay and park at once lose no order and place none twice") {
    shop s;
    constexpr int most = 60;
    const auto until = [](auto&& call) {
        while (call() == busy) {
        }
    };
    const auto send = [&](int first) {
        for (int i = first; i < most; i += 2)
            until([&] {
                const auto sku = i % 3 == 0 ? "jug" : "mug";
                return capture(s.on, order("k" + std::to_string(i), sku), s.keeping())
                    .orders.at(0)
                    .state;
            });
    };
    const auto place = [&] {
        const order_line line{sku_id{0}, {1}, 250};
        order_request r;
        r.lines = {&line, 1};
        r.currency = currency::parse("GBP").value();
        for (int i = 0; i < most; ++i)
            until([&] {
                const auto p = s.on.place_order(s.at("p" + std::to_string(i)), r);
                return is_transient(p.first.why.code) ? busy : accepted;
            });
    };
    const auto park = [&] {
        for (int i = 0; i < 20; ++i)
            until([&] {
                const auto done = park_cancel(s.on, s.at(), "late" + std::to_string(i), 1);
                return !done && is_transient(done.error().code) ? busy : accepted;
            });
        (void)replay(s.on, s.at());
    };
    {
        std::jthread a{[&] { send(0); }}, b{[&] { send(1); }}, c{place}, d{park};
    }
    CHECK(s.waiting().size() == most / 3);
    CHECK(s.on.orders() == most - most / 3 + most);
    CHECK(tombstones(s.on)->size() == 20);
    s.know("jug");
    CHECK(replay(s.on, s.at()).clean());
    CHECK(s.waiting().empty());
}

TEST_CASE("names and orders are read while another thread has the waiting room to itself") {
    shop s;
    REQUIRE(capture(s.on, order("there", "mug"), s.keeping()).clean());
    std::atomic<bool> goes_on{true};
    std::atomic<int> looks{0};
    const order_id there = *s.on.find_order("there");
    std::jthread keeper{[&] {
        for (int i = 0; i < 200 || (i < 20'000 && looks < 100); ++i) {  // keys are remembered
            const std::string key = "k" + std::to_string(i);
            (void)capture(s.on, order(key, "jug"), s.keeping());
            (void)discard(s.on, s.at(), key, 1);
        }
        goes_on = false;
    }};
    while (goes_on) {
        CHECK(s.on.sku(sku_id{0}).key == "mug");
        CHECK(s.on.find_sku("mug"));
        CHECK(s.on.order(there));
        ++looks;
    }
    CHECK(looks > 0);
}

TEST_CASE(
    "whoever submits or captures while tables are loaded hears of it, and nothing is thrown") {
    shop s;
    std::atomic<bool> goes_on{true};
    std::jthread loader{[&] {
        for (int i = 0; i < 300; ++i) {
            const std::vector<sku_row> rows{{"more" + std::to_string(i)}};
            while (s.on.load(s.at(), rows).accepted == 0) std::this_thread::yield();
        }
        goes_on = false;
    }};
    int busy_ones = 0, done = 0;
    for (int i = 0; goes_on || done == 0; ++i) {
        const std::string key = std::to_string(i);
        const auto taken = capture(s.on, order("c" + key, "mug")).orders.at(0).state;
        CHECK((taken == accepted || taken == repeat || taken == busy));
        busy_ones += taken == busy;
        const std::string said = s.on.submit(R"({"verb":"available","sku":"mug","floor":"1"})");
        const bool is_done = said.find("\"ok\":true") != std::string::npos;
        CHECK((is_done || said.find("\"transient\":true") != std::string::npos));
        done += is_done;
        const auto stuck = worklist(s.on);
        CHECK((stuck || is_transient(stuck.error().code)));
    }
    MESSAGE(done, " done, ", busy_ones, " busy");
}

}  // namespace
}  // namespace earmark::capturing_orders
