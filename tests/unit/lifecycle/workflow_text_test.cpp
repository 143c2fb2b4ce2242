#include "earmark/lifecycle/workflow_text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>

#include "earmark/lifecycle/standard_workflows.hpp"
#include "support/source_file.hpp"

namespace earmark::lifecycle {
namespace {

constexpr std::string_view assembled = R"(workflow = "assembled"
type     = "sales"
events   = ["check", "pass"]

[[state]]
name = "checking"
base = "allocated"

[[step]]
from = "open"
on   = "allocate"
to   = "allocated"

[[step]]
from    = "allocated"
on      = "check"
to      = "checking"
after   = "PT2H"
because = "a person looks at it"

[[step]]
from   = ["allocated", "checking"]
on     = "release"
to     = "released"
when   = "whole_order"
unless = ["order.blocked"]
does   = "tell_node"

[[step]]
from = ["open", "allocated", "checking", "released"]
on   = "cancel"
to   = "cancelled"

[[step]]
from = "checking"
on   = "pass"
to   = "allocated"

[[step]]
from = "released"
on   = "ship"
to   = "shipped"

[[step]]
from = "shipped"
on   = "deliver"
to   = "delivered"
)";

std::string first_finding(std::string_view text) {
    const auto parsed = parse_workflow(text, "w.toml");
    return parsed.rejected.empty() ? std::string{} : parsed.rejected.front().text;
}
bool contains(const std::string& text, std::string_view what) {
    return text.find(what) != std::string::npos;
}
std::string replaced(std::string_view in, std::string_view what, std::string_view by) {
    std::string out{in};
    const auto at = out.find(what);
    REQUIRE(at != std::string::npos);
    return out.replace(at, what.size(), by);
}

TEST_CASE("a workflow is read from text, with states, guards, reasons and spans") {
    const auto parsed = parse_workflow(assembled);
    for (const auto& r : parsed.rejected) MESSAGE(r.text);
    REQUIRE(parsed);
    const workflow& of = parsed.value->view();
    const state_key checking = *find_state(of, "checking");
    CHECK(checking == state_key{unit_state::allocated, 1});
    const fact_bits whole = bit(guard_fact::whole_order);
    CHECK(of.next(checking, unit_event::release, whole) == state_key{unit_state::released});
    const answer a = of.ask(checking, unit_event::release, 1u << guard_facts);
    CHECK(a.is == verdict::guard);
    CHECK(names_of(of, a.missing) == std::vector<std::string_view>{"whole_order"});
    CHECK(names_of(of, a.in_the_way) == std::vector<std::string_view>{"order.blocked"});
    const row* const timed = of.find(unit_state::allocated, *find_event(of, "check"));
    REQUIRE(timed != nullptr);
    CHECK(timed->after_s == 7'200);
    CHECK(of.because(*timed) == "a person looks at it");
}

TEST_CASE("the exported text of each standard workflow, loaded again, gives the same answers") {
    std::mt19937_64 dice{11};
    for (const workflow* w : standard_workflows()) {
        const std::string text = text_of(w->written(), order_type::sales);
        const auto parsed = parse_workflow(text);
        for (const auto& r : parsed.rejected) MESSAGE(r.text);
        REQUIRE(parsed);
        CHECK(parsed.value->text() == text);
        const workflow& again = parsed.value->view();
        REQUIRE(again.states() == w->states());
        REQUIRE(again.events() == w->events());
        for (std::size_t i = 0; i < w->states(); ++i)
            for (std::size_t e = 0; e < w->events(); ++e)
                for (std::uint32_t facts = 0; facts < 256; ++facts) {
                    event_key on;
                    on.n = static_cast<std::uint8_t>(e);
                    const auto bits = static_cast<fact_bits>(facts);
                    const answer a = w->ask(w->state(i), on, bits);
                    const answer b = again.ask(w->state(i), on, bits);
                    REQUIRE(a.is == b.is);
                    if (a.is == verdict::possible) REQUIRE(a.by->to == b.by->to);
                    REQUIRE(w->state(i) == again.state(i));
                }
        for (int stream = 0; stream < 200; ++stream) {
            state_key a, b;
            for (int i = 0; i < 40; ++i) {
                event_key on;
                on.n = static_cast<std::uint8_t>(dice() % w->events());
                const auto facts = static_cast<fact_bits>(dice());
                a = w->next(a, on, facts).value_or(a);
                b = again.next(b, on, facts).value_or(b);
                REQUIRE(a == b);
            }
        }
    }
}

TEST_CASE("what is wrong is refused with its place and with what to write") {
    using namespace std::string_view_literals;
    struct wrong {
        std::string_view what, by, says;
    };
    const wrong cases[] = {
        {"on   = \"ship\"", "on   = \"shup\"",
         "w.toml:41:8: unknown on 'shup'; did you mean 'ship'?"},
        {"to   = \"shipped\"", "to   = \"packed\"", "ship only leads from released to shipped"},
        {"base = \"allocated\"", "base = \"alocated\"", "did you mean 'allocated'?"},
        {"because =", "becuase =", "unknown key 'becuase' of a step; did you mean 'because'?"},
        {"\"PT2H\"", "\"2hours\"", "'after' is a quoted span"},
        {"\"PT2H\"", "\"0s\"", "'after' is a quoted span of 1 second to ten years"},
        {"\"PT2H\"", "\"3661d\"", "'after' is a quoted span of 1 second to ten years"},
        {"when   = \"whole_order\"", "when   = \"whole_lin\"", "did you mean 'whole_line'?"},
        {"\"order.blocked\"", "\"line.blocked\"", "unknown fact 'line.blocked'"},
        {"type     = \"sales\"", "type     = \"sale\"", "did you mean 'sales'?"},
        {"events   = [\"check\"", "events   = [\"cancel\"", "the event 'cancel' is there already"},
        {"name = \"checking\"", "name = \"picked\"", "the state 'picked' is there already"},
        {"does   = \"tell_node\"", "does   = \"tell\"", "unknown does 'tell'"},
        {"workflow = \"assembled\"\n", "", "'workflow' is missing"},
        {"to   = \"delivered\"", "to   = 4", "'to' takes quoted text"},
    };
    for (const wrong& w : cases) {
        CAPTURE(w.by);
        const auto parsed = parse_workflow(replaced(assembled, w.what, w.by), "w.toml");
        CHECK_FALSE(parsed);
        REQUIRE_FALSE(parsed.rejected.empty());
        std::string all;
        for (const auto& r : parsed.rejected) all += r.text + '\n';
        CAPTURE(all);
        CHECK(contains(all, w.says));
        for (const auto& r : parsed.rejected) CHECK(contains(r.text, "w.toml"));
    }
}

TEST_CASE("what only the whole table shows is refused with its place, too") {
    const auto without = [](std::string_view step) { return replaced(assembled, step, ""); };
    CHECK(contains(first_finding(without("[[step]]\nfrom = \"shipped\"\non   = \"deliver\"\nto   = "
                                         "\"delivered\"\n")),
                   "from the state 'shipped' no steps lead to delivered, lost or cancelled"));
    CHECK(contains(first_finding(without("[[step]]\nfrom    = \"allocated\"\non      = "
                                         "\"check\"\nto      = \"checking\"\nafter   = "
                                         "\"PT2H\"\nbecause = \"a person looks at it\"\n")),
                   "w.toml:5:1: no steps lead from 'open' to the state 'checking'"));
    CHECK(
        contains(first_finding(replaced(assembled, "on   = \"pass\"\nto   = \"allocated\"",
                                        "on   = \"pass\"\nto   = \"allocated\"\nafter = \"P1D\"")),
                 "steps with 'after' lead into a ring of them"));
    CHECK(contains(first_finding(replaced(assembled, "from = \"shipped\"\n",
                                          "from = \"shipped\"\nunless = [\"urgent\", \"dated\"]\n"
                                          "when = \"order.seen\"\n")),
                   "cancelled for orders without order.seen; units would stay for ever"));
    const std::string twice =
        std::string{assembled} +
        "[[step]]\nfrom = \"released\"\non = \"ship\"\nto = \"shipped\"\nwhen = \"firm\"\n";
    CHECK(contains(first_finding(twice), "can hold together with"));
}

TEST_CASE("a timer is the time of steps that there are, and is refused with its place") {
    const std::string tail =
        "[[timer]]\nfrom = [\"checking\", \"allocated\"]\non = \"release\"\nafter = \"1d12h\"\n";
    const std::string text = std::string{assembled} + tail;
    const auto parsed = parse_workflow(text, "w.toml");
    for (const auto& r : parsed.rejected) MESSAGE(r.text);
    REQUIRE(parsed);
    const workflow& of = parsed.value->view();
    CHECK(of.has_timers());
    for (const row& r : of.rows(*find_state(of, "checking"), unit_event::release))
        CHECK(r.after_s == 129'600);
    CHECK(contains(parsed.value->text(), "after = \"P1DT12H\""));
    const auto again = parse_workflow(parsed.value->text());
    REQUIRE(again);
    CHECK(again.value->text() == parsed.value->text());

    const auto wrong = [&](std::string_view what, std::string_view by) {
        return first_finding(std::string{assembled} + replaced(tail, what, by));
    };
    CHECK(
        contains(wrong("\"release\"", "\"deliver\""),
                 "no step leads from 'checking' on 'deliver'; a timer takes a step that there is"));
    CHECK(contains(wrong("\"release\"", "\"check\""), "no step leads from 'checking' on 'check'"));
    CHECK(contains(
        wrong("[\"checking\", \"allocated\"]\non = \"release\"", "\"allocated\"\non = \"check\""),
        "steps from 'allocated' on 'check' have a time already"));
    CHECK(contains(wrong("\"1d12h\"", "\"2h\""), "comes after the same time as"));
    CHECK(contains(wrong("\"1d12h\"", "\"2h\""), "w.toml:"));
    CHECK(contains(wrong("on = ", "at = \"x\"\non = "), "unknown key 'at' of a timer"));
    CHECK(contains(wrong("after = \"1d12h\"\n", ""), "'after' is missing"));
    CHECK(contains(first_finding(std::string{assembled} +
                                 "[[timer]]\nfrom = \"released\"\non = \"ship\"\nafter = \"1h\"\n"),
                   "has a time, and only somebody can bring it"));
}

TEST_CASE("hostile texts are refused, bounded, and never crash the reader") {
    CHECK(contains(first_finding(""), "is empty"));
    CHECK(contains(first_finding("workflow = \"a\"\nstep = 5\n"), "'step' is a list of tables"));
    CHECK(contains(first_finding("workflow = \"a\"\nstep = []\n"), "'step' is a list of tables"));
    CHECK(contains(first_finding("workflow = \"a\"\n"), "'step' is missing"));
    CHECK(contains(first_finding(std::string(max_workflow_bytes + 1, ' ')), "at most 65536"));
    CHECK(contains(first_finding("workflow = \"\x01\"\n"), "control character"));
    std::string wide = "workflow = \"wide\"\nstep = [\n";
    for (int i = 0; i < 40; ++i) {
        wide += "{ on = \"cancel\", to = \"cancelled\", from = [";
        for (int k = 0; k < 110; ++k) wide += k == 0 ? "\"open\"" : ",\"open\"";
        wide += "] },\n";
    }
    const auto many = parse_workflow(wide + "]\n");
    CHECK_FALSE(many);
    REQUIRE_FALSE(many.rejected.empty());
    CHECK(contains(many.rejected.front().text, "at most 4,096 steps"));
}

TEST_CASE("of thousands of findings a hundred are told, and how many more there are") {
    std::string text = "workflow = \"a\"\nstep = [\n";
    for (int i = 0; i < 3'000; ++i) text += "{ frm = 1 },\n";
    const auto parsed = parse_workflow(text + "]\n", "w.toml");
    CHECK_FALSE(parsed);
    REQUIRE(parsed.rejected.size() == most_workflow_findings + 1);
    CHECK(parsed.rejected.back().text == "w.toml: and 11900 more; mend these first");
}

TEST_CASE("a text that asks for all facts that there may be is checked within bounds") {
    std::string text = "workflow = \"a\"\nstep = [\n";
    for (const char* fact : {"firm", "together", "dated", "urgent"})
        text += std::string{"{ from = 'open', on = 'fulfil', to = 'delivered', when = ['"} + fact +
                "'] },\n";
    std::string froms;
    for (int i = 0; i < 4'000; ++i) froms += "'open',";
    for (int i = 0; i < 8; ++i)
        text += "{ from = 'allocated', on = 'cancel', to = 'cancelled', unless = 'order.f" +
                std::to_string(i) + "' },\n";
    text += "{ from = [" + froms + "], on = 'allocate', to = 'allocated' } ]\n";
    const auto parsed = parse_workflow(text);
    CHECK_FALSE(parsed);
    CHECK(parsed.rejected.size() == most_workflow_findings + 1);
}

TEST_CASE("a mutated text is read or refused, and what is read is sound and reads back") {
    std::mt19937_64 dice{3};
    const std::string base = text_of(purchase_workflow.written(), order_type::purchase);
    std::size_t good = 0;
    for (int round = 0; round < 3'000; ++round) {
        std::string text = round % 2 == 0 ? base : std::string{assembled};
        for (std::size_t cuts = 1 + dice() % 3; cuts > 0; --cuts) {
            const auto at = static_cast<std::size_t>(dice() % text.size());
            const auto n = static_cast<std::size_t>(dice() % 12);
            switch (dice() % 4) {
                case 0:
                    text.erase(at, n);
                    break;
                case 1:
                    text.insert(at, text.substr(dice() % text.size(), n));
                    break;
                case 2:
                    text[at] = static_cast<char>(dice() % 128);
                    break;
                default:
                    text[at] = "\"[]{}=,.\n"[dice() % 9];
            }
        }
        const auto parsed = parse_workflow(text, "w.toml");
        REQUIRE(static_cast<bool>(parsed) == parsed.rejected.empty());
        if (!parsed) continue;
        ++good;
        CHECK(is_sound(parsed.value->view()));
        const auto again = parse_workflow(parsed.value->text());
        REQUIRE(again);
        CHECK(again.value->text() == parsed.value->text());
        CHECK(again.value->digest() == parsed.value->digest());
    }
    CHECK(good > 0);
}

TEST_CASE("spans of time are read and written") {
    for (const auto& [text, seconds] : std::initializer_list<std::pair<const char*, std::uint32_t>>{
             {"PT2H", 7'200}, {"P3D", 259'200}, {"P1DT12H", 129'600}, {"PT1M30S", 90}}) {
        CHECK(parse_span(text) == seconds);
        CHECK(span_text(seconds) == text);
    }
    CHECK(parse_span("PT90M") == 5'400u);
    for (const char* bad : {"", "P", "PT", "2H", "P2H", "PT2D", "PT0S", "P1M", "PT2", "P-1D",
                            "P99999999999D", "PTH", "PT1S1H", "P1DT", "PT1H1H"})
        CHECK_MESSAGE(!parse_span(bad).has_value(), bad);
}

TEST_CASE("the published picture of each standard workflow is drawn from its table") {
    for (const workflow* w : standard_workflows()) {
        const std::string drawn = svg_of(*w);
        CHECK(drawn == svg_of(*w));
        CHECK_MESSAGE(
            drawn == test::source_file("docs/pictures/workflow_" + std::string{w->name()} + ".svg"),
            w->name());
        for (const row& r : w->rows())
            CHECK(contains(drawn, '>' + std::string{name_of(*w, r.on)} + "</text>"));
        for (std::size_t i = 0; i < w->states(); ++i) {
            const bool named = std::any_of(w->rows().begin(), w->rows().end(), [&](const row& r) {
                return r.from == w->state(i) || r.to == w->state(i);
            });
            const std::string box = '>' + std::string{name_of(*w, w->state(i))} + "</text>";
            CHECK(contains(drawn, box) == named);
        }
    }
}

TEST_CASE("a picture says guards and spans, and what stands in it is safe in a page") {
    const auto parsed = parse_workflow(replaced(assembled, "a person", "a <b>&person"));
    REQUIRE(parsed);
    const std::string drawn = svg_of(parsed.value->view());
    CHECK(contains(drawn, ">release [whole_order, not order.blocked]</text>"));
    CHECK(contains(drawn, ">check after PT2H</text>"));
    CHECK(contains(drawn, "<title>a &lt;b&gt;&amp;person looks at it</title>"));
}

TEST_CASE(
    "every key that the reader of workflows knows is described, and the schema is published") {
    const std::string published = test::source_file("docs/formats/workflow.schema.json");
    const std::string page = test::source_file("docs/formats/workflow.md");
    REQUIRE_FALSE(published.empty());
    CHECK(published == workflow_schema());
    for (const workflow_key& k : workflow_keys()) {
        std::string row = "| `" + std::string{k.key} + "` | ";
        row += std::string{k.values} + " | ";
        row += k.otherwise.empty() ? "required" : std::string{k.otherwise};
        CHECK_MESSAGE(contains(page, row + " |\n"), row);
        CHECK(contains(published, '"' + std::string{k.key} + "\": {"));
    }
}

}  // namespace
}  // namespace earmark::lifecycle
