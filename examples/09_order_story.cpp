// What happened to an order, from the click to the door: in sentences, and as a picture in a file.
#include <cstdio>
#include <fstream>

#include "earmark/earmark.hpp"
#include "earmark/engine/story.hpp"
#include "earmark/report/order_story.hpp"

using namespace earmark;

int main(int count, char** words) {
    engine e;
    e.load({}, std::vector<sku_row>{{"mug"}, {"bowl"}});
    e.load({}, std::vector<node_row>{{"leeds"}, {"bath"}});
    e.load({}, std::vector<stock_row>{{"mug", "leeds", {9}}, {"bowl", "bath", {1}}});
    bool ok = !!e.activate({}, "policy = \"p\"\ncurrency = \"GBP\"\nrank = [\"parcels\"]\n");
    time_point now{1'800'000'000'000'000'000};
    const auto by = [&](const char* who = "host", const char* key = "") {
        now = now + minutes(95);
        return command{key, *e.actor(who), now};
    };
    const order_line lines[] = {{sku_id{0}, {5}, 800}, {sku_id{1}, {3}, 1200}};
    const order_request asked{lines, none<place_id>, *currency::parse("GBP")};
    const order_id o{e.place_order(by("host", "web-7"), asked).first.subject};
    const line_change more[] = {{1, quantity{6}}};
    ok &= e.place_hold(by("risk"), {o, *e.find_hold_type("fraud"), 0, 0, {}}) &&
          e.place_hold(by("risk"), {o, *e.find_hold_type("address"), 1, 0, {}}) &&
          e.resolve_hold(by("risk"), {o, 1}) && e.source(by(), o) &&
          e.amend(by("ann"), {.order = o, .lines = more}).violations.empty() &&
          e.resolve_hold(by("ann"), {o, 2}) && e.release(by(), o) &&
          e.record(by(), {.order = o, .line = 1, .amount = {3}}) && e.cancel(by(), {o, 2, {1}}) &&
          e.adjust(by(), {sku_id{1}, node_id{1}, {4}}) && e.source(by(), o) && e.release(by(), o) &&
          e.record(by(), {.order = o}) && e.record(by(), {fact_kind::deliver, o});
    const auto told = story(e, o);
    if (!ok || !told) return 1;
    const std::string picture = report::svg_of(*told);
    std::printf("%s%zu bytes of picture\n", report::text_of(*told).c_str(), picture.size());
    if (count > 1) std::ofstream{words[1]} << picture;
}
