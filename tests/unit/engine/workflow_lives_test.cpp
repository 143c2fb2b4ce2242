// Random lives of orders by a workflow with labels in every state and guards of every kind. What
// allowed() says before a command is what the command then finds.
#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/engine/workflows.hpp"
#include "kept_books.hpp"

namespace earmark {
namespace {

constexpr time_point monday{1'800'000'000'000'000'000};
constexpr sku_id hat{0}, mug{1};
constexpr node_id north{0}, south{1};

const std::string labelled = R"(workflow = "labelled"
events = ["up", "down", "on"]
state = [
  { name = "seen", base = "open" },        { name = "chased", base = "backordered" },
  { name = "kept", base = "allocated" },   { name = "told", base = "released" },
  { name = "held_up", base = "picked" },   { name = "wrapped", base = "packed" },
  { name = "by_air", base = "shipped" },   { name = "dropped", base = "cancelled" },
  { name = "insured", base = "lost" },     { name = "signed_for", base = "delivered" },
]
step = [
  { from = "open", on = "up", to = "seen" },
  { from = "seen", on = "down", to = "open", unless = "urgent" },
  { from = "open", on = "allocate", to = "allocated" },
  { from = "seen", on = "allocate", to = "kept" },
  { from = "open", on = "fulfil", to = "signed_for", when = "urgent" },
  { from = ["open", "seen", "allocated"], on = "cancel", to = "cancelled" },
  { from = "kept", on = "cancel", to = "dropped", when = "whole_line" },
  { from = "open", on = "backorder", to = "backordered" },
  { from = "seen", on = "backorder", to = "chased" },
  { from = "backordered", on = "up", to = "chased" },
  { from = "chased", on = "down", to = "backordered", unless = "order.quiet" },
  { from = ["backordered", "chased"], on = "backorder", to = "chased" },
  { from = ["backordered", "chased"], on = "allocate", to = "kept" },
  { from = ["backordered", "chased"], on = "cancel", to = "cancelled" },
  { from = "allocated", on = "unallocate", to = "open" },
  { from = "kept", on = "unallocate", to = "seen", unless = "rejected" },
  { from = "kept", on = "unallocate", to = "open", when = "rejected" },
  { from = "allocated", on = "up", to = "kept", when = "order.quiet" },
  { from = "kept", on = "down", to = "allocated" },
  { from = "allocated", on = "release", to = "released" },
  { from = "kept", on = "release", to = "told", when = "whole_order" },
  { from = "released", on = "unallocate", to = "seen" },
  { from = "released", on = "pick", to = "picked" },
  { from = "told", on = "pick", to = "held_up" },
  { from = ["released", "told"], on = "ship", to = "shipped" },
  { from = "told", on = "cancel", to = "dropped" },
  { from = "released", on = "pack", to = "wrapped" },
  { from = "picked", on = "pack", to = "packed" },
  { from = "held_up", on = "pack", to = "wrapped" },
  { from = "held_up", on = "on", to = "picked" },
  { from = ["picked", "held_up"], on = "unpick", to = "released" },
  { from = "packed", on = "unpick", to = "told" },
  { from = "wrapped", on = "unpick", to = "released" },
  { from = ["picked", "held_up"], on = "lose", to = "lost" },
  { from = "wrapped", on = "lose", to = "insured" },
  { from = "packed", on = "ship", to = "shipped" },
  { from = "wrapped", on = "ship", to = "by_air", unless = "firm" },
  { from = "shipped", on = "on", to = "by_air" },
  { from = "shipped", on = "deliver", to = "delivered" },
  { from = "by_air", on = "deliver", to = "signed_for" },
  { from = ["shipped", "by_air"], on = "lose", to = "insured" },
]
)";

constexpr std::array policies = {
    std::string_view{"[outcome]\nnone = 'queue:late'\npartial = 'allocate_and_backorder'\n"},
    std::string_view{"[outcome]\nnone = 'queue:very late'\npartial = 'allocate_and_queue:late'\n"},
    std::string_view{"[outcome]\nnone = 'cancel'\n"}, std::string_view{""}};

/// Numbers that are the same everywhere.
struct dice {
    std::uint64_t state;
    std::uint32_t operator()(std::uint32_t n) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return static_cast<std::uint32_t>((state >> 33) % n);
    }
};

struct life : kept_books {
    dice roll;
    std::vector<order_id> orders;
    std::map<std::string, int>& did;

    life(std::uint64_t seed, std::map<std::string, int>& tally)
        : roll{seed * 0x9E3779B97F4A7C15u}, did{tally} {
        stock_up(now(), {{"hat"}, {"mug"}}, {node("north"), node("south", 1)},
                 {{"hat", "north", {9}}, {"hat", "south", {3}}, {"mug", "north", {9}}});
        REQUIRE(on.load(now(), std::vector<attribute_row>{{"order.quiet", value_type::flag}})
                    .accepted == 1);
        std::vector<std::string> findings;
        const auto version = activate_workflow(on, now(), labelled, &findings);
        for (const std::string& f : findings) MESSAGE(f);
        REQUIRE(version);
        use(0);
        for (int i = 0; i < 3; ++i) place(i);
    }
    static command now(std::string_view key = {}) { return {key, {}, monday}; }
    void use(std::size_t policy) {
        std::string text = "policy = 'p'\ncurrency = 'USD'\nrank = ['parcels']\n";
        text += "[split]\nlines = 'by_quantity'\n";
        go_by(now(), text += policies[policy]);
    }
    void place(int i) {
        const std::vector<order_line> lines{{hat, {5}},
                                            {mug, {3}, 0, i == 1 ? north : none<node_id>}};
        order_request r{lines, none<place_id>, *currency::parse("USD")};
        r.priority = static_cast<std::uint8_t>(roll(2));
        const std::vector<order_fact> facts{{attribute_id{0}, 0, "true"}};
        if (roll(2) == 0) r.facts = facts;
        const auto placed = on.place_order(now("o" + std::to_string(i)), r);
        REQUIRE(placed.first.what == outcome::done);
        orders.push_back(order_id{placed.first.subject});
    }
    /// What allowed() says of an event on a line, or on any: is it possible, does a guard stop it?
    struct outlook {
        bool possible = false, guarded = false;
        std::int64_t units = 0;  // of which it is possible
    };
    outlook look(order_id o, std::uint32_t line, std::string_view event) {
        outlook out;
        const auto all = allowed(on, o);
        REQUIRE(all);
        for (const allowed_view& a : *all) {
            if (a.event != event || (line != 0 && a.line != line)) continue;
            out.possible = out.possible || a.possible;
            if (a.possible) out.units += a.amount.atoms;
            out.guarded = out.guarded || (!a.possible && !a.why_not.starts_with("no step"));
        }
        return out;
    }
    template <class Answer>
    void count(std::string_view what, const Answer& r) {
        if (r && r->what != outcome::unchanged) ++did[std::string{what}];
    }
    void record(order_id o, fact_kind kind, std::string_view event) {
        const std::uint32_t line = roll(3);
        const quantity n{line == 0 ? 0 : roll(4)};
        const outlook before = look(o, line, event);
        const auto r = on.record(now(), {kind, o, line, none<node_id>, n, 0,
                                         kind == fact_kind::mark ? event : std::string_view{}});
        foretold(event, before, r.error().code);
        if (r && kind == fact_kind::mark)  // no label is one of those that its event leads from
            CHECK(look(o, line, event).units == (n.atoms == 0 ? 0 : before.units - n.atoms));
        count(event, r);
    }
    void foretold(std::string_view event, outlook before, error_code code) {
        CAPTURE(event);
        CAPTURE(name_of(code));
        if (code == error_code::guard_not_met) {
            CHECK(before.guarded);
        } else {
            const bool did_it = code == error_code::ok || code == error_code::too_few_units;
            CHECK(before.possible == did_it);
        }
    }
    void cancel(order_id o) {
        const std::uint32_t line = roll(3);
        const outlook before = look(o, line, "cancel");
        const auto r = on.cancel(now(), {o, line, {line == 0 ? 0 : roll(3)}, 0});
        foretold("cancel", before, r.error().code);
        count("cancel", r);
    }
    void at_a_node(order_id o, fact_kind kind) {
        const node_id at = roll(3) == 0 ? south : north;
        const auto r = on.record(now(), {kind, o, 0, at, {}, 0, {}});
        count(name_of(kind), r);
    }
    void step() {
        constexpr std::array<std::string_view, 3> own = {"up", "down", "on"};
        constexpr std::array shelf = {fact_kind::pick, fact_kind::pack,    fact_kind::unpick,
                                      fact_kind::ship, fact_kind::deliver, fact_kind::fulfil};
        const order_id o = orders[roll(3)];
        const auto what = roll(16);
        if (what < 2) {
            if (const auto r = on.source(now(), o))
                ++did["source " + std::string{name_of(r->first.what)}];
        } else if (what < 4) {
            count("release", on.release(now(), o));
        } else if (what < 7) {
            record(o, fact_kind::mark, own[roll(3)]);
        } else if (what < 12) {
            const fact_kind kind = shelf[roll(6)];
            record(o, kind, name_of(kind));
        } else if (what == 12) {
            cancel(o);
        } else if (what == 13) {
            at_a_node(o, fact_kind::lose);
        } else if (what == 14) {
            at_a_node(o, fact_kind::reject);
        } else if (roll(3) == 0) {
            use(roll(static_cast<std::uint32_t>(policies.size())));
        }
        REQUIRE(on.halted() == "");
        REQUIRE(on.check_invariants() == std::vector<std::string>{});
    }
};

}  // namespace

TEST_CASE("random lives by a workflow of its own: what allowed() says is what commands then find") {
    std::map<std::string, int> did;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        life of{seed, did};
        for (int i = 0; i < 70; ++i) of.step();
    }
    for (const char* what :
         {"source done", "source partial", "source backordered", "release", "pick", "pack",
          "unpick", "ship", "deliver", "fulfil", "up", "down", "on", "cancel", "lose", "reject"}) {
        INFO(what);
        CHECK(did[what] > 10);
    }
}

}  // namespace earmark
