// DECIDE AND TAKE: whole decisions through the public verb `source`, in batches: the picture of the
// stock, the plan, its take in one step, the journal's record and the decision record (there is no
// way to leave it out). SKUs are known to every node; dense: 60 % of them have plenty, sparse: 5 %,
// the others have sold out. Orders of one size, or `mixed`: one to five lines, each size as often
// as the others (spec/sourcing.md 6.1), of 1 to 3 units each. Policy and places as in shop.hpp.
// Placing orders and draining the journal is not timed. `policy.*`: what it takes to compile a
// policy of ten strategies, and to make it the one in force of an engine of 500 nodes.
#include <fmt/format.h>

#include <stdexcept>

#include "earmark/engine/engine.hpp"
#include "earmark/sourcing/policy.hpp"
#include "shelves.hpp"
#include "suites.hpp"

namespace earmark::bench {
namespace {

constexpr std::size_t places = 40, skus = 32, at_once = 64;

constexpr std::string_view cheapest = R"(policy   = "cheapest"
currency = "USD"
rank     = ["cost", "parcels", "distance"]
[costs]
fixed_per_parcel     = { dc = "6.00", store = "4.50", vendor = "9.00" }
per_unit             = { dc = "0.35", store = "1.10", vendor = "1.00" }
per_unit_per_1000_km = "0.336"
)";

std::string ten_strategies() {
    std::string text{cheapest};
    for (int i = 0; i < 10; ++i) {
        const auto when = i < 9 ? fmt::format("when = 'units > {}'\n", 90 - i) : "";
        text += fmt::format("[[strategy]]\nname = 's{}'\nfrom = ['dc', 'store within {}']\n{}", i,
                            100 + 50 * i, when);
    }
    return text;
}

enum stream : std::uint64_t { where = 300, stocked, wanted, units, sizes, target };

/// An engine, and orders for it.
class market {
public:
    /// `lines` of 0: one to five.
    market(std::size_t lines, std::size_t nodes, std::uint64_t percent)
        : lines_{lines}, engine_{settings()} {
        load(nodes, percent);
        answers_.assign(at_once, fail(error_code::ok));
        for (std::size_t i = 0; i < 4; ++i) {  // places are known, memory is there
            prepare();
            source();
        }
    }
    [[nodiscard]] engine& core() { return engine_; }

    void prepare() {
        demand(static_cast<bool>(engine_.flush(journal::durability::memory)), "the journal");
        ids_.clear();
        for (std::size_t i = 0; i < at_once; ++i, ++next_) {
            std::vector<order_line> all;
            const std::size_t n = lines_ == 0 ? 1 + draw(sizes, next_, 5) : lines_;
            const std::uint64_t first = draw(wanted, next_, skus);
            for (std::size_t l = 0; l < n; ++l)
                all.push_back({static_cast<sku_id>((first + l) % skus),
                               {1 + static_cast<std::int64_t>(draw(units, next_ * 16 + l, 3))},
                               1'999});
            const std::string key = fmt::format("o{}", next_);
            const auto made = engine_.place_order(
                {key, {}, now_}, {all, static_cast<place_id>(draw(target, next_, places)),
                                  currency::parse("USD").value(), 0, none<reservation_id>});
            demand(made.first.what == outcome::done, "placed");
            ids_.push_back(order_id{made.first.subject});
        }
    }
    void source() {
        engine_.source(command{{}, {}, now_}, {ids_, false}, answers_);
        for (const auto& a : answers_) demand(a && !a->chosen.parts.empty(), "sourced");
    }

private:
    static config settings() {
        config c;
        c.max_keys = 1u << 17;
        c.max_orders = 1u << 17;
        return c;
    }
    static geo_point somewhere(std::uint64_t i) {
        return {25.0 + static_cast<double>(draw(where, 2 * i, 2'400)) / 100,
                -124.0 + static_cast<double>(draw(where, 2 * i + 1, 5'700)) / 100};
    }
    template <class Row>
    void load(const std::vector<Row>& rows) {
        demand(engine_.load(command{{}, {}, now_}, rows).rejected.empty(), "rows are good");
    }
    void load(std::size_t nodes, std::uint64_t percent) {
        std::vector<node_row> n;
        for (std::size_t k = 0; k < nodes; ++k)
            n.push_back({fmt::format("node-{:04}", k),
                         k % 5 == 0 ? node_kind::dc : node_kind::store,
                         somewhere(k),
                         0,
                         true,
                         {},
                         {}});
        std::vector<place_row> p;
        for (std::size_t i = 0; i < places; ++i)
            p.push_back({fmt::format("place-{}", i), somewhere(10'000 + i)});
        std::vector<sku_row> s;
        for (std::size_t i = 0; i < skus; ++i) s.push_back({fmt::format("sku-{}", i), 0, 1});
        load(n);
        load(p);
        load(s);
        std::vector<stock_row> rows;
        for (std::size_t i = 0; i < skus; ++i)
            for (std::size_t k = 0; k < nodes; ++k) {
                // One node at least has each: an order that waits is another kind of work.
                const bool has = k == i % nodes || draw(stocked, i * nodes + k, 100) < percent;
                rows.push_back({s[i].key, n[k].key, {has ? 4'000'000 : 0}});
            }
        load(rows);
        demand(static_cast<bool>(engine_.activate(command{{}, {}, now_}, cheapest)), "policy");
    }

    std::size_t lines_;
    time_point now_{1'000'000'000};
    engine engine_;
    std::vector<order_id> ids_;
    std::vector<result<sourced>> answers_;
    std::size_t next_ = 0;
};

/// A row, and its market from its first burst on.
struct stall {
    std::string name;
    std::size_t lines, nodes;
    std::uint64_t percent;
    std::optional<goal> aim{};
    std::unique_ptr<market> open{};

    [[nodiscard]] market& its() {
        if (!open) open = std::make_unique<market>(lines, nodes, percent);
        return *open;
    }
};

class decisions final : public suite {
public:
    decisions() {
        for (const std::size_t lines : {1, 3, 10})
            for (const std::size_t nodes : {10, 100, 500, 5'000})
                for (const std::uint64_t percent : {60, 5})
                    stalls_.push_back({fmt::format("engine.decide.lines{}.nodes{}.{}", lines, nodes,
                                                   percent == 60 ? "dense" : "sparse"),
                                       lines, nodes, percent});
        const auto speed = [&](const char* name, std::size_t lines, std::size_t nodes, double aim) {
            stalls_.push_back({name, lines, nodes, 60, goal::value_at_least(aim)});
        };
        speed("engine.decide.speed.lines1.nodes10", 1, 10, 1'000'000);
        speed("engine.decide.speed.mixed.nodes20", 0, 20, 500'000);
        speed("engine.decide.speed.mixed.nodes50", 0, 50, 200'000);
    }
    void enter(contest& c) override {
        for (stall& s : stalls_)
            c.enter({s.name, at_once, [&s] { s.its().source(); }, [&s] { s.its().prepare(); },
                     clock_kind::cpu, 4});
        c.enter({"policy.compile", 1,
                 [this] { demand(sourcing::parse_policy(text_).value.has_value(), "a policy"); }});
        c.enter({"policy.activate", 1,
                 [this] {
                     const auto& text = ++turns_ % 2 == 0 ? text_ : other_;
                     demand(static_cast<bool>(swapped_.its().core().activate({}, text)), "active");
                 },
                 [this] { (void)swapped_.its(); }});
    }
    void rows(const contest& c, report& r) override {
        for (const stall& s : stalls_) {
            const timing& t = c.of(s.name);
            if (!s.aim) {
                r.rows.push_back(timed(s.name, t, r.f()));
                continue;
            }
            row speed{s.name, 1e9 / t.least, "orders/s", 1e9 / t.quarter, {}, s.aim};
            for (const double ns : t.bursts) speed.bursts.push_back(1e9 / ns);
            r.rows.push_back(std::move(speed));
        }
        for (const char* name : {"policy.compile", "policy.activate"})
            r.rows.push_back(timed(name, c.of(name), r.f()));
    }

private:
    std::vector<stall> stalls_;
    std::string text_ = ten_strategies(), other_ = text_ + "# the same, and not the same text\n";
    stall swapped_{"", 1, 500, 60};
    std::size_t turns_ = 0;
};

}  // namespace

std::unique_ptr<suite> decision_suite() { return std::make_unique<decisions>(); }

}  // namespace earmark::bench
