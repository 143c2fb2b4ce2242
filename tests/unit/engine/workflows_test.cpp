// Workflows in the engine: versions, guards, labels, what may be done, and the steps between the
// shelf and the parcel. After each command the fold of the journal is the live state (kept_books).
#include "earmark/engine/workflows.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "earmark/lifecycle/standard_workflows.hpp"
#include "earmark/lifecycle/workflow_text.hpp"
#include "kept_books.hpp"
#include "support/engine_inside.hpp"

namespace earmark {
namespace {

constexpr time_point monday{1'800'000'000'000'000'000};
constexpr sku_id hat{0};
constexpr node_id north{0};

const std::string checked = R"(workflow = "checked"
events = ["check"]
state = [ { name = "looked_at", base = "open" } ]
step = [
  { from = "open", on = "check", to = "looked_at", unless = "order.blocked", because = "a person" },
  { from = "looked_at", on = "allocate", to = "allocated" },
  { from = ["open", "looked_at"], on = "cancel", to = "cancelled" },
  { from = "allocated", on = "unallocate", to = "looked_at" },
  { from = "allocated", on = "cancel", to = "cancelled" },
  { from = "allocated", on = "release", to = "released", when = "whole_order" },
  { from = "released", on = "ship", to = "shipped" },
  { from = "shipped", on = "deliver", to = "delivered" },
]
)";

struct shop : kept_books {
    int number = 0;

    shop() {
        REQUIRE(on.load(at(), std::vector<sku_row>{{"hat"}}).accepted == 1);
        std::vector<node_row> nodes(1);
        nodes[0].key = "north";
        REQUIRE(on.load(at(), nodes).accepted == 1);
        REQUIRE(on.load(at(), std::vector<stock_row>{{"hat", "north", {9}}}).accepted == 1);
        REQUIRE(on.load(at(), std::vector<attribute_row>{{"order.blocked", value_type::flag}})
                    .accepted == 1);
        REQUIRE(on.activate(at(), "policy = \"p\"\ncurrency = \"USD\"\nrank = [\"parcels\"]\n"));
    }
    static command at(std::string_view key = {}) { return {key, {}, monday}; }
    order_id order(std::vector<order_line> lines, const char* blocked = nullptr) {
        const std::string key = "o" + std::to_string(++number);
        order_request r{lines, none<place_id>, currency::parse("USD").value(), 0};
        const std::vector<order_fact> facts{{attribute_id{0}, 0, blocked ? blocked : ""}};
        if (blocked != nullptr) r.facts = facts;
        const auto p = on.place_order(at(key), r);
        REQUIRE(p.first.what == outcome::done);
        return order_id{p.first.subject};
    }
    error_code did(fact_kind kind, order_id o, std::int64_t n = 0, node_id node = none<node_id>,
                   std::string_view event = {}) {
        const auto r = on.record(at(), {kind, o, n == 0 ? 0u : 1u, node, {n}, 0, event});
        return r.error().code;
    }
    /// `state n` of each bucket, with its label.
    std::string units(order_id o) {
        std::string out;
        const auto view = on.order(o);
        REQUIRE(view);
        for (const bucket_view& b : view->buckets) {
            out += (out.empty() ? "" : " ") + std::string{name_of(b.state)};
            if (!b.label.empty()) out += "/" + std::string{b.label};
            out += ' ' + std::to_string(b.amount.atoms);
        }
        return out;
    }
    bool may(order_id o, std::string_view event) {
        const auto all = allowed(on, o);
        REQUIRE(all);
        for (const allowed_view& a : *all)
            if (a.event == event && a.possible) return true;
        return false;
    }
    std::string why_not(order_id o, std::string_view event) {
        const auto all = allowed(on, o);
        REQUIRE(all);
        for (const allowed_view& a : *all)
            if (a.event == event) return a.why_not;
        return "no such event";
    }
};

TEST_CASE("goods go from the shelf into a parcel and back, and on-hand falls when they are gone") {
    shop s;
    const order_id o = s.order({{hat, {6}}});
    REQUIRE(s.on.source(s.at(), o));
    CHECK(s.did(fact_kind::pick, o) == error_code::not_allowed);
    REQUIRE(s.on.release(s.at(), o));
    CHECK(s.did(fact_kind::pick, o, 4) == error_code::ok);
    CHECK(s.did(fact_kind::pack, o, 2) == error_code::ok);
    CHECK(s.units(o) == "released 2 picked 2 packed 2");
    CHECK(s.on.balance_report().on_hand == 9);
    CHECK(s.on.balance_report().earmarked == 6);
    CHECK(s.did(fact_kind::unpick, o, 1) == error_code::ok);
    CHECK(s.units(o) == "released 3 picked 2 packed 1");
    CHECK(s.did(fact_kind::lose, o, 1, north) == error_code::ok);
    CHECK(s.units(o) == "released 3 picked 2 lost 1");
    CHECK(s.on.balance_report().on_hand == 8);
    CHECK(s.on.cancel(s.at(), {o, 1, {3}, 0}));
    CHECK(s.did(fact_kind::ship, o) == error_code::ok);
    CHECK(s.units(o) == "shipped 2 lost 1 cancelled 3");
    CHECK(s.did(fact_kind::lose, o, 1) == error_code::ok);
    CHECK(s.did(fact_kind::deliver, o) == error_code::ok);
    CHECK(s.units(o) == "delivered 1 lost 2 cancelled 3");
    const balance b = s.on.balance_report();
    CHECK(b.on_hand == 6);
    CHECK(b.free == 6);
    CHECK(b.lost == 2);
}

TEST_CASE("what is picked is not cancelled until it is back on the shelf") {
    shop s;
    const order_id o = s.order({{hat, {2}}});
    REQUIRE(s.on.source(s.at(), o));
    REQUIRE(s.on.release(s.at(), o));
    REQUIRE(s.did(fact_kind::pick, o) == error_code::ok);
    CHECK(s.on.cancel(s.at(), {o, 0, {}, 0}).error().code == error_code::not_allowed);
    REQUIRE(s.did(fact_kind::unpick, o) == error_code::ok);
    CHECK(s.on.cancel(s.at(), {o, 0, {}, 0}));
    CHECK(s.on.available(hat, north)->atoms == 9);
}

TEST_CASE("new orders get the active version of their type, and those that stand keep theirs") {
    shop s;
    const order_id before = s.order({{hat, {1}}});
    const auto version = activate_workflow(s.on, s.at(), checked);
    REQUIRE(version);
    CHECK(*version == 1);
    const order_id after = s.order({{hat, {1}}});
    CHECK(s.on.order(before)->workflow == 0);
    CHECK(s.on.order(after)->workflow == 1);
    CHECK(s.on.source(s.at(), before)->first.what == outcome::done);
    CHECK(s.on.source(s.at(), after).error().code == error_code::not_allowed);
    const std::string standard =
        lifecycle::text_of(lifecycle::sales_workflow.written(), order_type::sales);
    REQUIRE(activate_workflow(s.on, s.at(), standard));
    CHECK(s.on.order(after)->workflow == 1);
    CHECK(s.on.source(s.at(), after).error().code == error_code::not_allowed);
    CHECK(s.on.source(s.at(), s.order({{hat, {1}}}))->first.what == outcome::done);
    CHECK(*workflow_text(s.on, 2) == standard);
    CHECK(workflow_text(s.on, 3).error().code == error_code::unknown_workflow);
}

TEST_CASE("an order goes by its own workflow: labels, guards, and the way back") {
    shop s;
    REQUIRE(activate_workflow(s.on, s.at(), checked));
    const order_id o = s.order({{hat, {4}}});
    CHECK(s.did(fact_kind::mark, o, 0, none<node_id>, "chek") == error_code::unknown_event);
    CHECK(s.did(fact_kind::mark, o, 0, none<node_id>, "cancel") == error_code::unknown_event);
    CHECK(s.did(fact_kind::mark, o, 3, none<node_id>, "check") == error_code::ok);
    CHECK(s.units(o) == "open 1 open/looked_at 3");
    const auto some = s.on.source(s.at(), o);
    REQUIRE(some);
    CHECK(s.units(o) == "open 1 allocated 3");
    CHECK(s.on.release(s.at(), o).error().code == error_code::guard_not_met);
    CHECK(s.why_not(o, "ship") == "no step from open");
    CHECK(s.did(fact_kind::reject, o, 0, north) == error_code::ok);
    CHECK(s.units(o) == "open 1 open/looked_at 3");
    CHECK(s.did(fact_kind::mark, o, 0, none<node_id>, "check") == error_code::ok);
    REQUIRE(s.on.source(s.at(), o));
    CHECK(s.may(o, "release"));
    REQUIRE(s.on.release(s.at(), o));
    CHECK(s.did(fact_kind::pick, o) == error_code::not_allowed);
    CHECK(s.on.cancel(s.at(), {o, 0, {}, 0}).error().code == error_code::not_allowed);
    CHECK(s.did(fact_kind::ship, o) == error_code::ok);
    CHECK(s.did(fact_kind::deliver, o) == error_code::ok);
    CHECK(s.units(o) == "delivered 4");
}

TEST_CASE("a guard asks what the order says of itself, and allowed() says which fact it is") {
    shop s;
    REQUIRE(activate_workflow(s.on, s.at(), checked));
    const order_id stopped = s.order({{hat, {1}}}, "true");
    const auto refused =
        s.on.record(s.at(), {fact_kind::mark, stopped, 0, none<node_id>, {}, 0, "check"});
    CHECK(refused.error().code == error_code::guard_not_met);
    CHECK(s.why_not(stopped, "check") == "not while order.blocked");
    CHECK(s.may(stopped, "cancel"));
    const order_id free = s.order({{hat, {1}}}, "false");
    CHECK(s.may(free, "check"));
    CHECK(s.did(fact_kind::mark, free, 0, none<node_id>, "check") == error_code::ok);
    CHECK(s.units(free) == "open/looked_at 1");
}

TEST_CASE("a workflow that asks for what no engine does yet is refused, and says what it is") {
    shop s;
    const auto refused = [&](std::string_view what, std::string_view by) {
        std::vector<std::string> findings;
        std::string text = checked;
        text.replace(text.find(what), what.size(), by);
        CHECK(activate_workflow(s.on, s.at(), text, &findings).error().code ==
              error_code::bad_workflow);
        return findings.empty() ? std::string{} : findings.front();
    };
    CHECK(refused("when = \"whole_order\"", "when = \"together\"").find("'together' never holds") !=
          std::string::npos);
    CHECK(
        refused("unless = \"order.blocked\"", "unless = \"linked\"").find("'linked' never holds") !=
        std::string::npos);
    CHECK(refused("to = \"shipped\"", "to = \"shipped\", after = \"1h\"").find("only somebody") !=
          std::string::npos);
    CHECK(workflow_text(s.on, 1).error().code == error_code::unknown_workflow);
}

TEST_CASE("an engine has at most 65,535 versions of workflows") {
    shop s;
    REQUIRE(activate_workflow(s.on, s.at(), checked));
    engine full{config{}};
    auto& names = engine_inside::of(full).names;
    const auto parsed = lifecycle::parse_workflow(
        lifecycle::text_of(lifecycle::sales_workflow.written(), order_type::sales));
    REQUIRE(parsed);
    while (names.workflows.size() < workflow_table::most)
        names.workflows.add(parsed.value, names.facts);
    const auto one_more = activate_workflow(full, s.at(), parsed.value->text());
    CHECK(one_more.error().code == error_code::out_of_range);
    CHECK(one_more.error().refs[0] == 65'536);
    CHECK(one_more.error().refs[1] == 65'535);
    CHECK(full.halted() == "");
}

TEST_CASE("what needs no goods is done without any: its units go from open to delivered") {
    shop s;
    REQUIRE(activate_workflow(s.on, s.at(), R"(workflow = "by_mail"
state = [ { name = "mailed", base = "delivered" } ]
step = [
  { from = "open", on = "fulfil", to = "mailed" },
  { from = "open", on = "allocate", to = "allocated" },
  { from = ["open", "allocated"], on = "cancel", to = "cancelled" },
]
)"));
    const order_id o = s.order({{hat, {5}}});
    CHECK(s.did(fact_kind::fulfil, o, 2) == error_code::ok);
    CHECK(s.units(o) == "open 3 delivered/mailed 2");
    CHECK(s.did(fact_kind::fulfil, o, 4) == error_code::too_few_units);
    CHECK(s.did(fact_kind::deliver, o) == error_code::not_allowed);
    REQUIRE(s.on.source(s.at(), o));
    CHECK(s.units(o) == "allocated 3 delivered/mailed 2");
    CHECK(s.did(fact_kind::fulfil, o) == error_code::not_allowed);
    CHECK(s.on.cancel(s.at(), {o, 0, {}, 0}));
    CHECK(s.units(o) == "delivered/mailed 2 cancelled 3");
    const balance b = s.on.balance_report();
    CHECK(b.on_hand == 9);
    CHECK(b.free == 9);
    REQUIRE(activate_workflow(
        s.on, s.at(), lifecycle::text_of(lifecycle::sales_workflow.written(), order_type::sales)));
    CHECK(s.did(fact_kind::fulfil, s.order({{hat, {1}}})) == error_code::not_allowed);
}

TEST_CASE("a fact says nothing that is not of its kind: a mark alone has an event") {
    shop s;
    const order_id o = s.order({{hat, {2}}});
    REQUIRE(s.on.source(s.at(), o));
    REQUIRE(s.on.release(s.at(), o));
    CHECK(s.did(fact_kind::ship, o, 0, none<node_id>, "sent") == error_code::bad_field);
    CHECK(s.on.record(s.at(), {fact_kind::ship, o, 0, none<node_id>, {}, 4}).error().code ==
          error_code::bad_field);
    const auto says = [&](std::string_view line, std::string_view part) {
        const std::string answer = s.on.submit(line);
        CAPTURE(answer);
        CHECK(answer.find(part) != std::string::npos);
    };
    says(R"({"verb":"record","fact":"ship","order":"o1","event":"sent"})",
         "only a mark has an event");
    says(R"({"verb":"record","fact":"ship","order":"o1","reason":4})",
         "only a rejection has a reason");
    says(R"({"verb":"record","fact":"mark","order":"o1","event":"sent"})", "unknown_event");
    CHECK(s.units(o) == "released 2");
}

TEST_CASE("allowed() says possible only of what a verb does") {
    shop s;
    const order_id usual = s.order({{hat, {2}}});
    CHECK(s.why_not(usual, "reserve") == "the line is bound to no node");
    REQUIRE(s.on.source(s.at(), usual));
    REQUIRE(s.on.release(s.at(), usual));
    REQUIRE(s.did(fact_kind::pick, usual) == error_code::ok);
    const auto loses = [&] {
        const auto all = allowed(s.on, usual);
        for (const allowed_view& a : *all)
            if (a.event == "lose") return a.possible ? std::string{a.command} : a.why_not;
        return std::string{"no such event"};
    };
    CHECK(loses() == "record(lose) with a node");
    CHECK(s.did(fact_kind::lose, usual) == error_code::not_allowed);
    CHECK(s.did(fact_kind::ship, usual) == error_code::ok);
    CHECK(loses() == "record(lose)");
    REQUIRE(activate_workflow(
        s.on, s.at(), lifecycle::text_of(lifecycle::sales_workflow.written(), order_type::sales)));
    const order_id own = s.order({{hat, {2}, 100, north}});
    CHECK(s.why_not(own, "reserve") == "nothing is brought to an order of a workflow of its own");
    REQUIRE(activate_workflow(s.on, s.at(), R"(workflow = "idle"
step = [
  { from = "open", on = "backorder", to = "backordered" },
  { from = ["open", "backordered"], on = "cancel", to = "cancelled" },
]
)"));
    const order_id idle = s.order({{hat, {2}}});
    CHECK(s.why_not(idle, "backorder") == "only what may be allocated is sourced");
    CHECK(s.on.source(s.at(), idle).error().code == error_code::not_allowed);
}

TEST_CASE("a workflow that is wrong is refused with findings, and nothing changes") {
    shop s;
    const auto head = s.on.head();
    std::vector<std::string> findings;
    const auto bad = activate_workflow(s.on, s.at(), checked + "[[step]]\n", &findings);
    CHECK(bad.error().code == error_code::bad_workflow);
    CHECK_FALSE(findings.empty());
    findings.clear();
    std::string other = checked;
    other.replace(other.find("order.blocked"), 13, "order.unheard");
    CHECK(activate_workflow(s.on, s.at(), other, &findings).error().code ==
          error_code::bad_workflow);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].find("order.unheard") != std::string::npos);
    CHECK(s.on.head() == head);
    CHECK(s.on.order(s.order({{hat, {1}}}))->workflow == 0);
}

TEST_CASE("a workflow without back-orders leaves open what it finds no stock for") {
    shop s;
    const std::string bare = R"(workflow = "bare"
step = [
  { from = "open", on = "allocate", to = "allocated" },
  { from = ["open", "allocated"], on = "cancel", to = "cancelled" },
]
)";
    REQUIRE(activate_workflow(s.on, s.at(), bare));
    REQUIRE(s.on.activate(s.at(),
                          "policy = 'q'\ncurrency = 'USD'\nrank = ['parcels']\n"
                          "[split]\nlines = 'by_quantity'\n"));
    const order_id o = s.order({{hat, {12}}});
    CHECK(s.on.source(s.at(), o));
    CHECK(s.units(o) == "open 3 allocated 9");
    const auto nothing = s.on.source(s.at(), o, true);
    REQUIRE(nothing);
    CHECK(nothing->first.what == outcome::unchanged);
    CHECK(s.on.source(s.at(), o)->first.what == outcome::unchanged);
    CHECK(s.on.release(s.at(), o)->what == outcome::unchanged);
    CHECK(s.on.cancel(s.at(), {o, 0, {}, 0}));
    CHECK(s.units(o) == "cancelled 12");
    CHECK(s.on.halted() == "");
}

const std::string chasing = R"(workflow = "chasing"
events = ["chase"]
state = [ { name = "chased", base = "backordered" } ]
step = [
  { from = "open", on = "allocate", to = "allocated" },
  { from = "open", on = "backorder", to = "backordered" },
  { from = "backordered", on = "chase", to = "chased" },
  { from = "backordered", on = "backorder", to = "backordered" },
  { from = "chased", on = "backorder", to = "chased" },
  { from = ["backordered", "chased"], on = "allocate", to = "allocated" },
  { from = ["open", "backordered", "chased", "allocated"], on = "cancel", to = "cancelled" },
]
)";

TEST_CASE("units that wait are relabelled, and keep their label from queue to queue") {
    shop s;
    REQUIRE(activate_workflow(s.on, s.at(), chasing));
    const auto use = [&](std::string_view outcome) {
        const std::string head = "policy = 'q'\ncurrency = 'USD'\nrank = ['parcels']\n";
        s.go_by(s.at(), head + std::string{outcome});
    };
    const auto queues_of = [&](order_id o) {
        std::string out;
        const auto view = s.on.order(o);
        for (const bucket_view& b : view->buckets) out += std::string{b.queue} + ';';
        return out;
    };
    const order_id o = s.order({{hat, {20}}});
    CHECK(s.on.source(s.at(), o)->first.what == outcome::backordered);
    CHECK(s.did(fact_kind::mark, o, 8, none<node_id>, "chase") == error_code::ok);
    CHECK(s.units(o) == "backordered 12 backordered/chased 8");
    use("[outcome]\nnone = 'queue:late'\n");
    CHECK(s.on.source(s.at(), o)->first.what == outcome::backordered);
    CHECK(s.units(o) == "backordered 12 backordered/chased 8");
    CHECK(queues_of(o) == "late;late;");
    const auto head = s.on.head();
    CHECK(s.on.source(s.at(), o)->first.what == outcome::backordered);
    CHECK(s.on.head() == head);  // they wait as they did
    use("[outcome]\nnone = 'queue:very late'\n");
    CHECK(s.on.source(s.at(), o));
    CHECK(queues_of(o) == "very late;very late;");
    use("");
    CHECK(s.on.source(s.at(), o));
    CHECK(queues_of(o) == ";;");
    CHECK(s.on.halted() == "");
}

}  // namespace
}  // namespace earmark
