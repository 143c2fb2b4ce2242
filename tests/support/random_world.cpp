// The worlds of random streams: tables, a policy, pools, sections.
#include "earmark/lifecycle/standard_workflows.hpp"
#include "earmark/lifecycle/workflow_text.hpp"
#include "naive_timers.hpp"
#include "random_stream.hpp"

namespace earmark::streams {
namespace {

void set_policy(world& w, std::uint64_t kind) {
    w.policy = "policy = \"of a random stream\"\ncurrency = \"EUR\"\n";
    switch (kind) {
        case 0:
            w.policy += "rank = [\"distance\"]\n[split]\nlines = \"by_quantity\"\n";
            break;
        case 1:
            w.policy +=
                "rank = [\"cost\", \"distance\"]\n"
                "[costs]\nfixed_per_parcel = \"4.90\"\nper_unit = \"0.35\"\n"
                "per_unit_per_1000_km = \"1.20\"\nlate_per_day = \"2.50\"\n[split]\nlines = "
                "\"whole\"\n";
            w.rules.split_lines = false;
            break;
        case 2:
            w.policy +=
                "rank = [\"parcels\", \"distance\"]\n"
                "[split]\nlines = \"by_quantity\"\nmax_parcels = 2\n";
            w.rules.max_parcels = 2;
            break;
        case 3:
            w.policy +=
                "rank = [\"distance\"]\n[split]\nlines = \"by_quantity\"\n"
                "[keep_back]\ndc = 1\nstore = 2\n'store + sku:s1' = 4\n'store + sku:s4' = 1\n"
                "'dc + sku:s2' = 0\n'vendor + sku:s3' = 1\n";
            w.rules.keep_back = {{node_kind::dc, 1}, {node_kind::store, 2}};
            w.rules.keep_back_of = {{{node_kind::store, "s1"}, 4},
                                    {{node_kind::store, "s4"}, 1},
                                    {{node_kind::dc, "s2"}, 0},
                                    {{node_kind::vendor, "s3"}, 1}};
            break;
        case 4:
            w.policy +=
                "rank = [\"parcels\", \"priority\"]\n[split]\nlines = \"whole\"\n"
                "[keep_back]\nvendor = 1\n";
            w.rules.split_lines = false;
            w.rules.keep_back = {{node_kind::vendor, 1}};
            break;
        default:
            w.policy +=
                "rank = [\"priority\", \"parcels\"]\n"
                "[split]\nlines = \"by_quantity\"\n[outcome]\npartial = \"backorder\"\n";
            w.rules.all_or_nothing = true;
    }
}

pool_row pool(const char* key, std::int64_t amount, std::int64_t per_unit) {
    pool_row r;
    r.key = key;
    r.amount = {amount};
    r.per_unit = {per_unit};
    return r;
}

/// Pools 0 to 6: capacity of a node, quotas of a channel in two windows, limits by name (of one
/// SKU, of all), a flat one, a volume with a scale of its own.
std::vector<pool_row> some_pools() {
    std::vector<pool_row> p{pool("dock", 6, 1),       pool("web early", 12, 1),
                            pool("web late", 8, 1),   pool("kim: s0", 3, 1),
                            pool("lee: all", 9, 1),   pool("credit", 30, 0),
                            pool("volume", 1'000, 12)};
    p[0].node = "n0";
    p[1].channel = p[2].channel = "web";
    p[1].until = p[2].from = {start.ns + 600 * second};
    p[2].until = {start.ns + 1'800 * second};
    p[3].sku = "s0";
    p[3].named = p[4].named = true;
    p[6].decimals = 1;
    p[6].granule = 5;
    p[6].sku = "s4";
    return p;
}

/// Beside the six that are known: what ends by itself, gives stock back, blocks cancel, comes after
/// another, is placed by a condition, is lifted by one, a date on which to cancel, and what
/// suspects a repeat.
std::vector<hold_type_row> hold_types() {
    using enum hold_step;
    std::vector<hold_type_row> out(9);
    const auto name = [&](std::size_t i, const char* key) -> hold_type_row& {
        out[i].key = key;
        return out[i];
    };
    hold_type_row& brief = name(0, "brief");
    brief.lasts_s = 60;
    brief.then = hold_expiry::reject;
    hold_type_row& look = name(1, "look");
    look.lasts_s = 20;
    look.keeps_s = 30;
    hold_type_row& locked = name(2, "locked");
    locked.blocks = {{cancel, release}};
    locked.lasts_s = 90;
    locked.then = hold_expiry::resolve;
    hold_type_row& next = name(3, "second look");
    next.blocks = {{release}};
    next.after = {"fraud", "locked"};
    next.lasts_s = 200;
    next.then = hold_expiry::resolve;
    hold_type_row& big = name(4, "big");
    big.blocks = {{allocate}};
    big.apply_when = "lines >= 4";
    big.lasts_s = 120;
    big.then = hold_expiry::resolve;
    hold_type_row& keeps_nothing = name(5, "keeps nothing");
    keeps_nothing.blocks = {{release}};
    keeps_nothing.keeps_s = 0;
    hold_type_row& minor = name(6, "minor");
    minor.blocks = {{allocate, release, pick, cancel}};
    minor.resolve_when = "lines < 3";
    hold_type_row& cancel_date = name(7, "cancel date");
    cancel_date.blocks.emplace();
    cancel_date.lasts_s = 45;
    cancel_date.then = hold_expiry::reject;
    hold_type_row& again = name(8, "again");
    again.blocks = {{allocate, release}};
    again.lasts_s = 40;
    again.then = hold_expiry::resolve;
    again.repeats_within_s = repeats_within_s;
    again.repeats_by = {"customer"};
    return out;
}

/// What the standard one of sales says, a label for what waits, and the timers of naive_timers.hpp.
/// The second version has another label before it, which nobody gives, and other times.
std::string chasing_workflow(int version) {
    using lifecycle::step;
    using enum unit_state;
    using enum unit_event;
    const bool is_second = version == 2;
    const lifecycle::state_key chased{backordered, is_second ? std::uint8_t{2} : std::uint8_t{1}};
    constexpr lifecycle::state_key hushed{backordered, 1};
    constexpr lifecycle::own_state states[] = {{backordered, "hushed"}, {backordered, "chased"}};
    constexpr std::string_view events[] = {"chase", "hush"};
    const auto standard = lifecycle::sales_workflow.written().steps;
    std::vector<step> steps{standard.begin(), standard.end()};
    std::vector<lifecycle::state_key> labels{chased};
    if (is_second) labels.push_back(hushed);
    for (const step& s : standard)
        for (const lifecycle::state_key label : labels) {
            if (s.from != lifecycle::state_key{backordered}) continue;
            steps.push_back(s);
            steps.back().from = label;
            if (s.to == s.from) steps.back().to = label;
        }
    steps.push_back({backordered, lifecycle::event_key::own(0), chased});
    if (is_second) steps.push_back({backordered, lifecycle::event_key::own(1), hushed});
    for (step& s : steps)
        for (const naive::timer& t : naive::timers) {
            const lifecycle::state_key from = t.chased ? chased : lifecycle::state_key{t.state};
            const bool is_its = t.state == t.to ? s.on == lifecycle::event_key::own(0)
                                                : !s.on.is_own() && s.to.base == t.to;
            if (s.from == from && is_its)
                s.after_s = static_cast<std::uint32_t>(naive::after_s(t, version));
        }
    const std::span all{states};
    return lifecycle::text_of({"chasing", {}, is_second ? all : all.subspan(1), events, {}, steps},
                              order_type::sales);
}

}  // namespace

world make_world(std::uint64_t seed) {
    dice d{seed ^ 0x5EED};
    world w;
    for (std::uint32_t s = 0; s < granule_of.size(); ++s)
        w.skus.push_back({"s" + std::to_string(s), s == 4 ? 2 : 0, granule_of[s]});
    w.nodes = {{"n0", node_kind::dc, geo_point{48.14, 11.58}, 2, true, {}, {}},
               {"n1", node_kind::store, geo_point{52.52, 13.40}, 1, true, {}, {}},
               {"n2", node_kind::store, std::nullopt, 3, true, {}, {}},
               {"n3", node_kind::vendor, geo_point{50.11, 8.68}, 1, true, {}, {}},
               {"n4", node_kind::store, geo_point{53.55, 9.99}, 0, false, {}, {}}};
    for (std::uint32_t n = 5; n < node_count(seed); ++n)
        w.nodes.push_back({"n" + std::to_string(n),
                           static_cast<node_kind>(n % 3),
                           geo_point{47.0 + n, 20.0 - n},
                           static_cast<std::int32_t>(n % 4),
                           true,
                           {},
                           {}});
    w.places = {{"p0", geo_point{48.78, 9.18}},
                {"p1", geo_point{51.34, 12.37}},
                {"p2", std::nullopt},
                {"p3", geo_point{53.08, 8.80}}};
    for (std::uint32_t s = 0; s < sku_count; ++s)
        for (std::uint32_t n = 0; n < w.nodes.size(); ++n)
            if (d.chance(70))
                w.stock.push_back(
                    {w.skus[s].key, w.nodes[n].key, {d.between(0, 6) * granule_of[s]}});
    w.stock.push_back({"nowhere", "n0", {1}});
    w.stock.push_back({"s0", "nowhere", {1}});
    w.stock.push_back({"s4", "n0", {25}});
    w.stock.push_back({"s1", "n0", {-1}});
    set_policy(w, seed % 6);
    w.holds = hold_types();
    if (asks_nodes(seed))
        w.answers = {{"n0", request_kind::cancel, 900},
                     {"", request_kind::cancel, 600, silence::accepts},
                     {"n1", request_kind::work, 90, silence::refuses, 3},
                     {"n2", request_kind::cancel, 0},
                     {"n3", request_kind::work, 50, silence::accepts}};
    w.restricts = has_restrictions(seed);
    if (has_labels(seed)) w.workflows = {chasing_workflow(1), chasing_workflow(2)};
    if (seed % 2 == 1) w.pools = some_pools();
    if (seed % 3 == 1) {
        w.sections = {{"kept", "nobody's"}, {"bad", {}, "damaged"}};
        for (const char* const in : {"kept", "bad", ""})
            w.stock.push_back(
                {"s6", "n0", {d.between(0, 6) * granule_of[index_of(sectioned)]}, {}, in});
    }
    return w;
}

}  // namespace earmark::streams
