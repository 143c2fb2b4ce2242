// Records that were changed by somebody who made their checksums anew: what a fold lets in may be
// wrong, and is then refused, found or halted at; it is never read behind its end. Mostly for the
// sanitizers.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "earmark/journal/batch.hpp"
#include "earmark/journal/record.hpp"
#include "kept_books.hpp"

namespace earmark {
namespace {

/// Orders that wait for each other, are held, amended, picked, rejected, cancelled.
constexpr const char* life[] = {
    R"({"verb":"load","table":"skus","rows":[{"sku":"lamp"},{"sku":"mug"}]})",
    R"({"verb":"load","table":"nodes","rows":[{"node":"hub"},{"node":"a","kind":"store",
        "priority":1},{"node":"v","kind":"vendor","priority":2}]})",
    R"({"verb":"load","table":"stock","rows":[{"sku":"lamp","node":"hub","on_hand":9},
        {"sku":"lamp","node":"a","on_hand":1},{"sku":"mug","node":"a","on_hand":0},
        {"sku":"mug","node":"v","on_hand":50}]})",
    R"({"verb":"load","table":"hold_types","rows":[{"hold_type":"large","apply_when":"units > 7",
        "lasts_seconds":60,"after":["fraud"],"answers":["kim"]}]})",
    R"({"verb":"activate","policy":"policy='p'\ncurrency='EUR'\nrank=['priority']\n[split]
lines='by_quantity'\n[[strategy]]\nname='x'\nwhen='has(ship_to) or units > 0'
from=['chosen_store']\noutcome={partial='transfer_rest',none='transfer'}\n[[strategy]]
name='t'\ntransfers=true\n"})",
    R"({"verb":"place_order","key":"o1","currency":"EUR","node":"a","lines":[{"sku":"lamp",
        "quantity":4,"unit_price":"5"},{"sku":"mug","quantity":2,"unit_price":"1"}]})",
    R"({"verb":"place_order","key":"o2","currency":"EUR","node":"a","lines":[{"sku":"lamp",
        "quantity":3,"unit_price":"5"}]})",
    R"({"verb":"source","orders":["o1","o2"]})",
    R"({"verb":"place_hold","order":"o1","type":"fraud"})",
    R"({"verb":"load","table":"answers","rows":[{"request":"cancel","within_s":600},
        {"node":"hub","request":"work","within_s":60,"reason":3}]})",
    R"({"verb":"release","orders":["transfer 0/1","purchase 0/1","transfer 1/1"]})",
    R"({"verb":"cancel","order":"transfer 1/1","line":1,"quantity":1,"reason":2})",
    R"({"verb":"record","fact":"pick","order":"transfer 0/1"})",
    R"({"verb":"record","fact":"mark","event":"accept","order":"purchase 0/1"})",
    R"({"verb":"record","fact":"ship","order":"transfer 0/1"})",
    R"({"verb":"record","fact":"deliver","order":"transfer 0/1","line":1,"quantity":1})",
    R"({"verb":"record","fact":"reject","order":"transfer 1/1","node":"hub"})",
    R"({"verb":"resolve_hold","order":"o1","hold":1,"answer":"accept"})",
    R"({"verb":"amend","order":"o1","changes":[{"line":1,"quantity":6},{"sku":"mug","quantity":2,
        "unit_price":"1","node":"v"}],"priority":4})",
    R"({"verb":"load","table":"amend_rules","rows":[{"change":"ship_to","state":"released",
        "does":"allow"}]})",
    R"({"verb":"amend","order":"o2","changes":[{"line":1,"anywhere":true}],
        "deliver_by":"2027-01-01"})",
    R"({"verb":"capture","quarantine":true,"orders":[{"key":"q1","currency":"EUR","lines":[{"sku":
        "vase","quantity":1,"unit_price":"1"}]},{"key":"q2","currency":"EUR","lines":[{"sku":
        "vase","quantity":1,"unit_price":"1"}]}]})",
    R"({"verb":"replay"})",
    R"({"verb":"discard","order":"q1","reason":2})",
    R"({"verb":"load","table":"privileges","rows":[{"actor":"boss","may":"release"},
        {"actor":"kim","may":"resolve_hold","hold_type":"fraud","does":"deny"}]})",
    R"({"verb":"release","orders":["o1","o2"],"actor":"kim"})",
    R"({"verb":"load","table":"privileges","rows":[{"actor":"boss","may":"release",
        "does":"drop"}]})",
    R"({"verb":"load","table":"restrictions","rows":[{"restriction":"far",
        "item":"line.sku != \"hat\"","origin":"node.kind == \"vendor\"",
        "order":"priority == 9","reason":"too far"}]})",
    R"({"verb":"cancel","order":"late","park":true})",
    R"({"verb":"cancel","order":"o1","line":2})",
    R"({"verb":"source","orders":["o1","o2"]})",
    R"({"verb":"activate_workflow","now":"2026-11-21T09:00:00Z","workflow":"workflow='w'\n
type='sample'\nevents=['look']\nstate=[{name='seen',base='open'}]\nstep=[
{from='open',on='look',to='seen',after='1h'},
{from='seen',on='cancel',to='cancelled',after='1d'},
{from='open',on='cancel',to='cancelled'}]\n"})",
    R"({"verb":"load","table":"hold_types","rows":[{"hold_type":"keep","blocks":["cancel"]}]})",
    R"({"verb":"place_order","key":"s1","currency":"EUR","type":"sample","lines":[{"sku":"lamp",
        "quantity":4,"unit_price":"0"}]})",
    R"({"verb":"advance","now":"2026-11-21T10:00:00Z"})",
    R"({"verb":"place_hold","order":"s1","type":"keep"})",
    R"({"verb":"advance","now":"2026-11-22T10:00:00Z"})",
    R"({"verb":"migrate","orders":["s1"],"workflow":0,"states":[{"from":"seen","to":"open"}]})"};

/// What is asked of an engine that was recovered from it.
constexpr const char* after[] = {
    R"({"verb":"record","fact":"refuse_cancel","order":"transfer 1/1","node":"hub"})",
    R"({"verb":"source","orders":["o1","o2"]})",
    R"({"verb":"explain","order":"o1"})",
    R"({"verb":"order","order":"o1"})",
    R"({"verb":"allowed","order":"o2"})",
    R"({"verb":"quarantined"})",
    R"({"verb":"tombstones"})",
    R"({"verb":"replay"})",
    R"({"verb":"cancel","order":"q2","park":true})",
    R"({"verb":"amend","order":"o2","changes":[{"line":1,"quantity":5},{"sku":"lamp","quantity":1,
        "unit_price":"1"}]})",
    R"({"verb":"release","orders":["o1","o2","transfer 0/1","purchase 0/1"]})",
    R"({"verb":"record","fact":"ship","order":"transfer 0/1"})",
    R"({"verb":"record","fact":"deliver","order":"transfer 0/1"})",
    R"({"verb":"cancel","order":"o1"})",
    R"({"verb":"cancel","order":"purchase 0/1"})",
    R"({"verb":"cancel","order":"o2"})"};

/// A raw string's own line breaks are none of JSON's.
std::string one_line(const char* text) {
    std::string out;
    for (; *text != 0; ++text) {
        if (*text != '\n')
            out += *text;
        else if (out.find("\"policy\":") != std::string::npos)
            out += "\\n";
    }
    return out;
}

struct kept_record {
    std::uint64_t at = 0;
    std::vector<std::byte> bytes;
};

config settings(const std::shared_ptr<journal::memory_sink>& sink) {
    config c;
    c.max_orders = c.max_keys = c.max_reservations = 256;
    c.max_cells = 256;
    c.ledger_bytes = std::size_t{1} << 20;
    c.sink = sink;
    return c;
}

std::vector<kept_record> lived() {
    const auto sink = std::make_shared<journal::memory_sink>();
    {
        engine e{settings(sink)};
        for (const char* line : life) {
            const std::string answer = e.submit(one_line(line));
            INFO(answer);
            const bool is_denied = answer.find("not_authorised") != std::string::npos;
            REQUIRE((is_denied || answer.find("\"ok\":true") != std::string::npos));
        }
        REQUIRE(e.flush(journal::durability::memory));
    }
    std::vector<kept_record> all;
    journal::batch_info before;
    bool has_one = false;
    for (const auto& batch : sink->batches()) {
        const auto read =
            journal::read_batch(batch, has_one ? &before : nullptr,
                                [&](std::uint64_t at, std::span<const std::byte> bytes) {
                                    all.push_back({at, {bytes.begin(), bytes.end()}});
                                    return error{};
                                });
        REQUIRE(read);
        before = *read;
        has_one = true;
    }
    return all;
}

/// The same everywhere.
struct dice {
    std::uint64_t state;
    std::uint64_t roll(std::uint64_t sides) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        return state % sides;
    }
};

void change(std::vector<std::byte>& bytes, dice& d) {
    constexpr std::size_t head = 10;  // verb, time and actor may be anything
    for (auto n = 1 + d.roll(2); n > 0; --n) {
        std::byte& b = bytes[head + d.roll(bytes.size() - head)];
        const auto kind = d.roll(3);
        b = kind == 0   ? b ^ static_cast<std::byte>(1u << d.roll(8))
            : kind == 1 ? static_cast<std::byte>(d.roll(16))
                        : static_cast<std::byte>(d.roll(256));
    }
}

}  // namespace

TEST_CASE(
    "changed records with checksums made anew are refused, found or halted at, never trusted") {
    const std::vector<kept_record> all = lived();
    dice d{0x9E3779B97F4A7C15};
    int refused = 0, found = 0, sound = 0;
    for (int round = 0; round < 300; ++round) {
        CAPTURE(round);
        auto changed = all;
        change(changed[d.roll(changed.size())].bytes, d);
        const auto sink = std::make_shared<journal::memory_sink>();
        journal::batch_builder b;
        b.begin(1, 0, 0);
        for (const kept_record& r : changed) {
            b.make_room(r.bytes.size());
            b.add(r.at, r.bytes);
        }
        REQUIRE(sink->append(1, b.finish()));
        engine e{settings(sink)};
        if (!e.halted().empty()) {
            ++refused;
            continue;
        }
        e.check_invariants().empty() ? ++sound : ++found;
        for (const char* line : after) (void)e.submit(one_line(line));
        (void)e.audit(audit_how::exact);
        (void)e.movements({}, 1'000);
    }
    MESSAGE(refused, " refused, ", found, " found, ", sound, " sound");
    CHECK(refused > 150);
    CHECK(found > 0);
}

TEST_CASE("a journal whose nodes or places nobody can have loaded is refused") {
    using journal::intern_kind;
    const auto halts = [](intern_kind kind, std::vector<std::int64_t> fields) {
        const auto sink = std::make_shared<journal::memory_sink>();
        journal::writer w;
        w.begin(verb::load, time_point{1'800'000'000'000'000'000}, actor_id{});
        w.intern(kind, {0, "x", fields, {}});
        journal::batch_builder b;
        b.begin(1, 0, 0);
        b.make_room(w.bytes().size());
        b.add(1 + (w.bytes().size() + 7) / 8, w.bytes());
        REQUIRE(sink->append(1, b.finish()));
        return engine{settings(sink)}.halted().starts_with("recovery: bad_record");
    };
    const auto node = [&](std::size_t at, std::int64_t n) {
        std::vector<std::int64_t> fields = {2, 1, 7, -1, 0, 1, 900'000'000, -1'800'000'000};
        fields[at] = n;
        return halts(intern_kind::node, fields);
    };
    CHECK(!node(0, 2));
    CHECK(node(0, 3));  // no such kind
    CHECK(node(0, -1));
    CHECK(node(1, 2));
    CHECK(node(2, INT64_C(1) << 32));
    CHECK(node(3, -2));
    CHECK(node(4, -2));
    CHECK(node(5, 2));
    CHECK(node(6, 900'000'001));
    CHECK(node(7, 1'800'000'001));
    CHECK(!halts(intern_kind::place, {1, -900'000'000, 0}));
    CHECK(halts(intern_kind::place, {1, -900'000'001, 0}));
}

}  // namespace earmark
