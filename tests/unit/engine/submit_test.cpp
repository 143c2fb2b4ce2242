#include "earmark/engine/submit.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "support/source_file.hpp"

namespace earmark {
namespace {

using nlohmann::json;

/// An engine with two SKUs, a node and a place, and the answers of its submit() as JSON.
class shop {
public:
    shop() {
        ok(R"({"verb":"load","now":"2026-11-21T08:00:00Z","table":"skus",
               "rows":[{"sku":"mug"},{"sku":"cable","decimals":2,"granule":50}]})");
        ok(R"({"verb":"load","table":"nodes","rows":[{"node":"leeds"}]})");
        ok(R"({"verb":"load","table":"places","rows":[{"place":"london"}]})");
        ok(R"({"verb":"load","table":"stock","rows":[{"sku":"mug","node":"leeds","on_hand":9},
               {"sku":"cable","node":"leeds","on_hand":"10.00"}]})");
        ok(R"({"verb":"activate",
               "policy":"policy = \"p\"\ncurrency = \"GBP\"\nrank = [\"parcels\"]"})");
    }
    json submit(std::string_view line) { return json::parse(on.submit(line)); }
    json ok(std::string_view line) {
        json a = submit(line);
        CAPTURE(line);
        CHECK_MESSAGE(a["ok"] == true, a.dump());
        return a;
    }
    /// The error of a line that must be refused and must change nothing.
    json error_of(std::string_view line) {
        const position before = on.head();
        const json a = submit(line);
        CAPTURE(line);
        CHECK(a["ok"] == false);
        CHECK(on.head() == before);
        REQUIRE(a.contains("error"));
        return a["error"];
    }
    engine on;
};

using test::source_file;

struct example {
    std::string line;
    std::string answer;
};

/// The examples of docs/formats/submit.md: `> ` begins a line, `< ` its answer, two blanks go on.
std::vector<example> examples_of(const std::string& page) {
    std::vector<example> all;
    std::istringstream in{page};
    bool inside = false;
    for (std::string l; std::getline(in, l);) {
        if (l.starts_with("```")) inside = l == "```text";
        if (!inside || l.starts_with("```")) continue;
        if (l.starts_with("> "))
            all.push_back({l.substr(2), {}});
        else if (l.starts_with("< "))
            all.back().answer = l.substr(2);
        else
            (all.back().answer.empty() ? all.back().line : all.back().answer) += l.substr(2);
    }
    return all;
}

/// Equal, but for values that the page leaves open and for wording.
bool agrees(const json& page, const json& real) {
    if (page == "...") return true;
    if (page.type() != real.type() || page.size() != real.size()) return page == real;
    if (page.is_array()) {
        for (std::size_t i = 0; i < page.size(); ++i)
            if (!agrees(page[i], real[i])) return false;
        return true;
    }
    if (!page.is_object()) return page == real;
    for (const auto& [name, value] : page.items()) {
        if (!real.contains(name)) return false;
        const bool words = name == "sentence" || name == "hint" || name == "words" ||
                           name == "reason" || name == "findings";
        if (!words && !agrees(value, real[name])) return false;
    }
    return true;
}

TEST_CASE("every example of the documentation is answered as it says") {
    const std::string page = source_file("docs/formats/submit.md");
    if (page.empty()) {
        MESSAGE("skipped: docs/formats/submit.md is not above the working directory");
        return;
    }
    engine on;
    const auto examples = examples_of(page);
    CHECK(examples.size() > 25);
    for (const example& e : examples) {
        CAPTURE(e.line);
        CAPTURE(e.answer);
        const std::string real = on.submit(e.line);
        CAPTURE(real);
        CHECK(agrees(json::parse(e.answer), json::parse(real)));
    }
}

TEST_CASE("the documentation has an example for every verb of the schema") {
    const std::string page = source_file("docs/formats/submit.md");
    if (page.empty()) return;
    const json schema = json::parse(submit_schema());
    for (const json& one : schema["$defs"]) {
        const std::string verb = one["properties"]["verb"]["const"];
        CAPTURE(verb);
        CHECK(page.find("\n> {\"verb\":\"" + verb + '"') != std::string::npos);
    }
}

TEST_CASE("the published schema is the one that the table of fields gives") {
    const std::string published = source_file("docs/formats/submit.schema.json");
    if (published.empty()) {
        MESSAGE("skipped: docs/formats/submit.schema.json is not above the working directory");
        return;
    }
    CHECK(published == submit_schema());
}

TEST_CASE("every verb of the engine can be submitted") {
    const json schema = json::parse(submit_schema());
    std::istringstream verbs{
        "capture quarantined replay discard tombstones "
        "load_skus load_nodes load_places load_stock activate advance adjust reserve "
        "change unreserve place_order cancel source release record available order "
        "explain poll movements flush status load_floors explain_available move "
        "snapshot delta count uncovered counts load_units expiries audit crossings "
        "available_together load_thresholds load_distances load_hold_types place_hold "
        "amend load_amend_rules "
        "resolve_hold"};
    for (std::string verb; verbs >> verb;) CHECK(schema["$defs"].contains(verb));
}

TEST_CASE("a line that is no command is refused with its code, and changes nothing") {
    shop s;
    struct row {
        std::string line;
        const char* code;
    };
    const row rows[] = {
        {"", "empty_input"},
        {" \t\r\n", "empty_input"},
        {"{", "bad_json"},
        {"[]", "bad_json"},
        {"null", "bad_json"},
        {"{}", "missing_field"},
        {R"({"verb":7})", "bad_field"},
        {R"({"verb":"status"} x)", "bad_json"},
        {R"({"verb":"status"}{"verb":"status"})", "bad_json"},
        {R"({"verb":"available","sku":NaN})", "bad_json"},
        {R"({"verb":"advance","now":Infinity})", "bad_json"},
        {R"({'verb':'status'})", "bad_json"},
        {R"({"verb":"status",})", "bad_json"},
        {R"({"verb":"status","verb":"status"})", "bad_json"},
        {R"({"verb":"reserve","lines":[{"sku":"mug","sku":"mug"}]})", "bad_json"},
        {std::string{"{\"verb\":\"sta\0tus\"}", 18}, "bad_json"},
        {"{\"verb\":\"\xFF\"}", "bad_utf8"},
        {"{\"verb\":\"\xED\xA0\x80\"}", "bad_utf8"},
        {R"({"verb":"\ud800"})", "bad_json"},
        {"\xEF\xBB\xBF{\"verb\":\"launch\"}", "unknown_verb"},
        {std::string(100'000, '['), "input_too_large"},
        {R"({"verb":)" + std::string(9, '[') + std::string(9, ']') + "}", "input_too_large"},
        {std::string((16u << 20) + 1, ' '), "input_too_large"},
        {R"({"verb":"source","orders":[)" + std::string(5'000'000, '0').replace(1, 1, ",") + "]}",
         "bad_json"},
    };
    for (const row& r : rows) CHECK(s.error_of(r.line)["code"] == r.code);
    std::string many = R"({"verb":"source","orders":[0)";
    for (int i = 0; i < 2'000'000; ++i) many += ",0";
    CHECK(s.error_of(many + "]}")["code"] == "input_too_large");
}

TEST_CASE("an unknown name is an error that shows where it stands and what is nearest") {
    shop s;
    struct row {
        const char* line;
        const char* code;
        const char* path;
        const char* hint;
    };
    const row rows[] = {
        {R"({"verb":"reserv"})", "unknown_verb", "/verb", "\"reserve\""},
        {R"({"verb":"load","table":"sku","rows":[]})", "bad_field", "/table", "\"skus\""},
        {R"({"verb":"available","sku":"mug","nod":"leeds"})", "unknown_field", "/nod", "\"node\""},
        {R"({"verb":"status","key":"k"})", "unknown_field", "/key", "verb"},
        {R"({"verb":"flush","level":"disc"})", "bad_field", "/level", "\"disk\""},
        {R"({"verb":"reserve","lines":[{"sku":"mug","node":"leeds","quantity":1,"a/b~":2}]})",
         "unknown_field", "/lines/0/a~1b~0", "quantity"},
        {R"({"verb":"adjust","sku":"mug","node":"leeds","delta":1,"reason":"thefts"})", "bad_field",
         "/reason", "\"theft\""},
    };
    for (const row& r : rows) {
        const json e = s.error_of(r.line);
        CAPTURE(e.dump());
        CHECK(e["code"] == r.code);
        CHECK(e["path"] == r.path);
        CHECK(e["hint"].get<std::string>().find(r.hint) != std::string::npos);
    }
}

TEST_CASE("each wrong value is refused with its path") {
    shop s;
    struct row {
        const char* line;
        const char* code;
        const char* path;
    };
    const row rows[] = {
        {R"({"verb":"available"})", "missing_field", "/sku"},
        {R"({"verb":"available","sku":""})", "empty_key", "/sku"},
        {R"({"verb":"available","sku":"MUG"})", "unknown_sku", "/sku"},
        {R"({"verb":"available","sku":"mug","node":"york"})", "unknown_node", "/node"},
        {R"({"verb":"available","sku":"mug","floor":0.5})", "bad_field", "/floor"},
        {R"({"verb":"available","sku":"mug","floor":"0.5"})", "too_many_decimals", "/floor"},
        {R"({"verb":"available","sku":"mug","floor":"NaN"})", "bad_number", "/floor"},
        {R"({"verb":"available","sku":"mug","floor":"9223372036854775808"})", "out_of_range",
         "/floor"},
        {R"({"verb":"available","sku":"mug","floor":9223372036854775808})", "out_of_range",
         "/floor"},
        {R"({"verb":"available","sku":"mug","floor":null})", "bad_field", "/floor"},
        {R"({"verb":"adjust","sku":"mug","node":"leeds","delta":1e3})", "bad_field", "/delta"},
        {R"({"verb":"adjust","sku":"mug","node":"leeds","delta":"+ 3"})", "bad_number", "/delta"},
        {R"({"verb":"advance","now":"21.11.2026"})", "bad_time", "/now"},
        {R"({"verb":"advance","now":1795420800})", "bad_field", "/now"},
        {R"({"verb":"poll","limit":0})", "out_of_range", "/limit"},
        {R"({"verb":"poll","limit":10.5})", "bad_field", "/limit"},
        {R"({"verb":"poll","cursor":18446744073709551615})", "out_of_range", "/cursor"},
        {R"({"verb":"source","orders":[]})", "bad_line_count", "/orders"},
        {R"({"verb":"source","orders":["a",7]})", "bad_field", "/orders/1"},
        {R"({"verb":"source","orders":["a"],"dry_run":"yes"})", "bad_field", "/dry_run"},
        {R"({"verb":"release","orders":["a","b"],"key":"k"})", "bad_field", "/key"},
        {R"({"verb":"unreserve","reservation":-1})", "bad_number", "/reservation"},
        {R"({"verb":"unreserve","reservation":"1x"})", "bad_number", "/reservation"},
        {R"({"verb":"unreserve","reservation":"99999999999999999999"})", "bad_number",
         "/reservation"},
        {R"({"verb":"unreserve","reservation":12345})", "unknown_reservation", "/reservation"},
        {R"({"verb":"change","reservation":0,"deadline":"2027-01-01","ttl_seconds":5})",
         "bad_field", "/ttl_seconds"},
        {R"({"verb":"cancel","order":"none"})", "unknown_order", "/order"},
        {R"({"verb":"record","fact":"eat","order":"none"})", "bad_field", "/fact"},
        {R"({"verb":"reserve","lines":[{"sku":"mug","node":"leeds","quantity":1},"mug"]})",
         "bad_field", "/lines/1"},
        {R"({"verb":"reserve","lines":{"sku":"mug"}})", "bad_field", "/lines"},
        {R"({"verb":"place_order","currency":"GBP",
             "lines":[{"sku":"mug","quantity":1,"unit_price":1}]})",
         "missing_field", "/key"},
    };
    for (const row& r : rows) {
        const json e = s.error_of(r.line);
        CAPTURE(e.dump());
        CHECK(e["code"] == r.code);
        CHECK(e["path"] == r.path);
        CHECK_FALSE(e["hint"].get<std::string>().empty());
        CHECK(e["transient"] == false);
    }
}

TEST_CASE("a key of more than 255 bytes is refused before the engine sees it") {
    shop s;
    const json e = s.error_of(R"({"verb":"advance","key":")" + std::string(256, 'k') + R"("})");
    CHECK(e["code"] == "key_too_long");
    CHECK(e["path"] == "/key");
}

TEST_CASE("coordinates that are no numbers or out of bounds reject their row alone") {
    shop s;
    const json a = s.submit(R"({"verb":"load","table":"places","rows":[
        {"place":"a","latitude":"NaN","longitude":"0"}, {"place":"b","latitude":91,"longitude":0},
        {"place":"c","latitude":45.5,"longitude":"-180"}, {"place":"d","latitude":1},
        {"place":"e","latitude":"inf","longitude":0}, {"place":"f","latitude":"1N","longitude":0},
        {"place":"london"}]})");
    CHECK(a["ok"] == false);
    CHECK(a["accepted"] == 1);
    REQUIRE(a["rejected"].size() == 6);
    const char* codes[] = {"bad_position", "bad_position", "bad_position",
                           "bad_position", "bad_number",   "duplicate_row"};
    const int rows[] = {1, 2, 4, 5, 6, 7};
    for (std::size_t i = 0; i < 6; ++i) {
        CHECK(a["rejected"][i]["code"] == codes[i]);
        CHECK(a["rejected"][i]["row"] == rows[i]);
    }
    CHECK(a["rejected"][3]["path"] == "/rows/4/latitude");
    CHECK(s.ok(R"({"verb":"status"})")["tables"]["places"] == 2);
}

TEST_CASE("a declined order lists every violation, in the order of its lines") {
    shop s;
    const json a = s.submit(R"({"verb":"place_order","key":"o","currency":"GBX","ship_to":"oslo",
        "lines":[{"sku":"mug","quantity":"-1","unit_price":"1"},
                 {"sku":"hat","quantity":"1.5x","unit_price":"1"},
                 {"sku":"mug","quantity":"1.5","unit_price":"1"},
                 {"sku":"cable","quantity":"0.20","unit_price":"1"}]})");
    CHECK(a["ok"] == false);
    CHECK(a["error"]["code"] == "order_declined");
    CHECK(a["outcome"] == "declined");
    std::string found;
    for (const json& v : a["violations"])
        found += v["code"].get<std::string>() + ' ' + v["path"].get<std::string>() + '\n';
    CHECK(found ==
          "bad_currency /currency\n"
          "unknown_place /ship_to\n"
          "bad_quantity /lines/0/quantity\n"
          "unknown_sku /lines/1/sku\n"
          "bad_number /lines/1/quantity\n"
          "too_many_decimals /lines/2/quantity\n"
          "not_a_multiple /lines/3/quantity\n");
}

TEST_CASE("an order that could not be formed is not remembered; one that was declined is") {
    shop s;
    const std::string line =
        R"({"verb":"place_order","key":"o","currency":"GBP",
            "lines":[{"sku":"hat","quantity":1,"unit_price":"1.00"}]})";
    CHECK(s.error_of(line)["code"] == "unknown_sku");
    s.ok(R"({"verb":"load","table":"skus","rows":[{"sku":"hat"}]})");
    CHECK(s.ok(line)["outcome"] == "done");
    CHECK(s.ok(line)["outcome"] == "repeat");
    const std::string zero =
        R"({"verb":"place_order","key":"p","currency":"GBP",
            "lines":[{"sku":"hat","quantity":0,"unit_price":"1.00"}]})";
    CHECK(s.submit(zero)["error"]["code"] == "bad_quantity");
    const position before = s.on.head();
    CHECK(s.submit(zero)["error"]["code"] == "bad_quantity");
    CHECK(s.on.head() == before);
}

TEST_CASE("the same key with other content is a conflict") {
    shop s;
    s.ok(R"({"verb":"adjust","key":"a","sku":"mug","node":"leeds","delta":1})");
    CHECK(
        s.ok(R"({"verb":"adjust","key":"a","sku":"mug","node":"leeds","delta":"1"})")["outcome"] ==
        "repeat");
    CHECK(
        s.error_of(R"({"verb":"adjust","key":"a","sku":"mug","node":"leeds","delta":2})")["code"] ==
        "duplicate_key");
    CHECK(s.ok(R"({"verb":"available","sku":"mug"})")["units"] == "10");
}

TEST_CASE("a refused line makes no actor, and a good one does so once") {
    shop s;
    s.error_of(R"({"verb":"adjust","actor":"eve","sku":"mug","node":"york","delta":1})");
    s.ok(R"({"verb":"advance","actor":"anna"})");
    const position before = s.on.head();
    s.ok(R"({"verb":"advance","actor":"anna"})");
    CHECK(s.on.head() == before);
}

TEST_CASE("a basket goes from reserve to order, node and customer by keys alone") {
    shop s;
    const std::string basket = s.ok(R"({"verb":"reserve","ttl_seconds":60,
        "lines":[{"sku":"cable","node":"leeds","quantity":"2.50"}]})")["reservation"];
    CHECK(s.ok(R"({"verb":"available","sku":"cable"})")["units"] == "7.50");
    s.ok(R"({"verb":"place_order","key":"o/1 \"x\"","currency":"GBP","reservation":")" + basket +
         R"(","lines":[{"sku":"cable","quantity":"2.50","unit_price":"1.25"},
                       {"sku":"mug","quantity":2,"unit_price":7}]})");
    const json sourced = s.ok(R"({"verb":"source","orders":["o/1 \"x\""]})")["results"][0];
    CHECK(sourced["plan"]["parts"][0] ==
          json{{"sku", "mug"}, {"node", "leeds"}, {"quantity", "2"}});
    s.ok(R"({"verb":"release","orders":["o/1 \"x\""]})");
    s.ok(R"({"verb":"record","fact":"ship","order":"o/1 \"x\"","line":1,"quantity":"1.00"})");
    const json o = s.ok(R"({"verb":"order","order":"o/1 \"x\""})");
    CHECK(o["order"] == "o/1 \"x\"");
    CHECK(o["lines"][0]["unit_price"] == "1.25");
    CHECK(o["lowest"] == "released");
    CHECK(o["highest"] == "shipped");
    CHECK(s.ok(R"({"verb":"available","sku":"mug"})")["units"] == "7");
}

TEST_CASE("a quantity of zero never means all") {
    shop s;
    s.ok(R"({"verb":"place_order","key":"o","currency":"GBP",
             "lines":[{"sku":"mug","quantity":3,"unit_price":1}]})");
    CHECK(s.error_of(R"({"verb":"cancel","order":"o","line":1,"quantity":0})")["code"] ==
          "bad_quantity");
    CHECK(s.error_of(R"({"verb":"cancel","order":"o","quantity":1})")["path"] == "/line");
    CHECK(s.error_of(R"({"verb":"cancel","order":"o","line":2})")["code"] == "unknown_line");
    CHECK(s.error_of(
              R"({"verb":"record","fact":"ship","order":"o","line":1,"quantity":"-1"})")["code"] ==
          "bad_quantity");
    s.ok(R"({"verb":"cancel","order":"o","line":1,"quantity":1})");
    CHECK(s.ok(R"({"verb":"order","order":"o"})")["lowest"] == "open");
}

TEST_CASE("of many orders in one line each has its own result") {
    shop s;
    s.ok(R"({"verb":"place_order","key":"o","currency":"GBP",
             "lines":[{"sku":"mug","quantity":3,"unit_price":1}]})");
    const json a = s.submit(R"({"verb":"source","orders":["x","o","y"]})");
    CHECK(a["ok"] == false);
    CHECK(a["error"]["path"] == "/orders/0");
    REQUIRE(a["results"].size() == 3);
    CHECK(a["results"][1]["ok"] == true);
    CHECK(a["results"][2]["error"]["code"] == "unknown_order");
}

TEST_CASE("a key with an unknown order, or with several, is answered and not thrown") {
    shop s;
    for (const char* verb : {"source", "release"}) {
        const std::string head = R"({"verb":")" + std::string{verb} + R"(","key":"k","orders":)";
        CHECK(s.error_of(head + R"(["nobody"]})")["code"] == "unknown_order");
        CHECK(s.error_of(head + R"(["o-1","o-2"]})")["code"] == "bad_field");
    }
}

TEST_CASE("a time to live needs a time to begin") {
    engine on;
    const json a = json::parse(on.submit(R"({"verb":"change","reservation":0,"ttl_seconds":5})"));
    CHECK(a["error"]["path"] == "/now");
    CHECK_FALSE(json::parse(on.submit(R"({"verb":"status"})")).contains("now"));
}

TEST_CASE("events carry the keys of their orders") {
    shop s;
    const std::uint64_t from = s.ok(R"({"verb":"status"})")["head"];
    s.ok(R"({"verb":"place_order","key":"o","currency":"GBP",
             "lines":[{"sku":"mug","quantity":3,"unit_price":1}]})");
    s.ok(R"({"verb":"source","orders":["o"]})");
    const json a = s.ok(R"({"verb":"poll","cursor":)" + std::to_string(from) + "}");
    REQUIRE(a["events"].size() == 2);
    CHECK(a["events"][0]["verb"] == "place_order");
    CHECK(a["events"][0]["order"] == "o");
    CHECK(a["events"][1]["verb"] == "source");
    CHECK(a["events"][1]["granules"] == 3);
    CHECK(s.ok(R"({"verb":"poll","cursor":)" + a["next"].dump() + "}")["events"].empty());
}

TEST_CASE("movements carry keys, quantities and states, and end where the journal ends") {
    shop s;
    const std::uint64_t from = s.ok(R"({"verb":"status"})")["head"];
    s.ok(R"({"verb":"place_order","key":"o","currency":"GBP",
             "lines":[{"sku":"mug","quantity":3,"unit_price":1}]})");
    s.ok(R"({"verb":"source","orders":["o"]})");
    s.ok(R"({"verb":"cancel","order":"o","quantity":1,"line":1,"reason":7})");
    const json a = s.ok(R"({"verb":"movements","cursor":)" + std::to_string(from) + "}");
    REQUIRE(a["movements"].size() == 3);
    const json &born = a["movements"][0], &taken = a["movements"][1], &gone = a["movements"][2];
    CHECK(born["order"] == "o");
    CHECK(born["quantity"] == "3");
    CHECK_FALSE(born.contains("from"));
    CHECK(taken["from"] == "open");
    CHECK(taken["to"] == "allocated");
    CHECK(taken.contains("node"));
    CHECK(gone["from"] == "allocated");
    CHECK(gone["to"] == "cancelled");
    CHECK(gone["reason"] == 7);
    const json end = s.ok(R"({"verb":"movements","cursor":)" + a["next"].dump() + "}");
    CHECK(end["movements"].empty());
    CHECK(end["next"] == a["next"]);
}

TEST_CASE("too many violations are counted, not listed") {
    shop s;
    std::string line = R"({"verb":"load","table":"skus","rows":[{})";
    for (int i = 0; i < 2'999; ++i) line += ",{}";
    const json a = s.submit(line + "]}");
    CHECK(a["violations"].size() == submit_limits::violations);
    CHECK(a["violations_left_out"] == 3'000 - submit_limits::violations);
}

TEST_CASE("whatever is cut off or bent, the answer is one line of JSON and nothing breaks") {
    shop s;
    const std::string line =
        R"({"verb":"reserve","key":"k\u00e9","now":"2026-11-21T08:00:00Z","lines":[{"sku":"mug",)"
        R"("node":"leeds","quantity":"1.0","floor":-2}],"ttl_seconds":60})";
    const auto answered = [&](const std::string& text) {
        const std::string a = s.on.submit(text);
        CAPTURE(text);
        CHECK(a.find('\n') == std::string::npos);
        CHECK(json::parse(a).contains("ok"));
    };
    for (std::size_t n = 0; n < line.size(); ++n) CHECK_FALSE(s.submit(line.substr(0, n))["ok"]);
    std::uint64_t seed = 1;
    for (int i = 0; i < 3'000; ++i) {
        std::string bent = line;
        for (int k = 0; k < 2; ++k) {
            seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
            bent[(seed >> 33) % bent.size()] = static_cast<char>(seed >> 56);
        }
        answered(bent);
    }
    CHECK(s.on.check_invariants().empty());
}

}  // namespace
}  // namespace earmark
