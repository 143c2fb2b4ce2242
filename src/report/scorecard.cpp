// SCORECARDS: the same stories, counted by node or carrier.
#include <algorithm>
#include <optional>
#include <set>

#include "story.hpp"
#include "tallies.hpp"

namespace earmark::report {
namespace {

using enum fact_kind;
constexpr score_column columns[] = {
    {"requested", &score::requested, bits({requested})},
    {"rejected", &score::rejected, bits({fact_kind::rejected})},
    {"parcels", &score::parcels, bits({handed})},
    {"shipped", &score::shipped, bits({handed, packed})},
    {"first_pass", &score::first_pass, bits({handed, packed, backordered})},
    {"due", &score::due, bits({fact_kind::due})},
    {"shipped_late", &score::shipped_late, bits({fact_kind::due, handed})},
    {"arrivals", &score::arrivals, bits({delivered, promised})},
    {"delivered_late", &score::delivered_late, bits({delivered, promised})},
    {"cost_e4", &score::cost_e4, bits({fact_kind::cost})},
    {"metres", &score::metres, bits({distance})},
    {"measured", &score::measured, bits({distance})},
    {"cases_ordered", &score::cases_ordered, bits({fact_kind::cases_ordered})},
    {"cases_in_window", &score::cases_in_window,
     bits({fact_kind::cases_ordered, fact_kind::cases_received})},
    {"cases_received", &score::cases_received,
     bits({fact_kind::cases_ordered, fact_kind::cases_received})},
};

class cards {
public:
    cards(party by, const kpi_query& q) : by_{by}, in_{q} {}

    void add(const order_story& s);
    void add_cases(const kpi_fact& order, std::int64_t in_window, std::int64_t received);
    [[nodiscard]] std::vector<score> finish(const kpis& of) const;

private:
    [[nodiscard]] std::optional<std::uint32_t> name_of(node_id node, std::uint16_t carrier) const {
        if (by_ == party::carrier)
            return carrier == no_carrier ? std::nullopt : std::optional<std::uint32_t>{carrier};
        return node == none<node_id> ? std::nullopt : std::optional<std::uint32_t>{raw(node)};
    }
    score& of(std::uint32_t party) {
        score& s = scores_[party];
        s.party = party;
        return s;
    }
    void add_parcel(const order_story& s, const parcel_story& p, score& to) const;
    void add_first_pass(const order_story& s);
    void add_costs(const order_story& s);

    party by_;
    period in_;
    std::map<std::uint32_t, score> scores_;
};

void cards::add_parcel(const order_story& s, const parcel_story& p, score& to) const {
    if (p.ship_by != never && p.ship_by <= in_.as_of() && in_.counts(s, p.ship_by)) {
        ++to.due;
        if (!p.is_handed() || p.handed > p.ship_by) ++to.shipped_late;
    }
    if (!p.is_handed()) return;
    if (in_.counts(s, p.handed)) {
        ++to.parcels;
        to.shipped += p.units();
        if (p.metres >= 0) {
            to.metres += p.metres;
            ++to.measured;
        }
    }
    if (!p.is_judged(in_.as_of()) || !in_.counts(s, p.judged_at())) return;
    ++to.arrivals;
    if (!p.on_time()) ++to.delivered_late;
}

/// A line's first-pass units lie in the parcels that left first.
void cards::add_first_pass(const order_story& s) {
    std::vector<const parcel_story*> left;
    for (const auto& [id, p] : s.parcels)
        if (p.is_handed()) left.push_back(&p);
    std::stable_sort(left.begin(), left.end(), [](const parcel_story* a, const parcel_story* b) {
        return a->handed < b->handed;
    });
    for (const auto& [number, l] : s.lines) {
        std::int64_t good = l.first_pass();
        for (const parcel_story* p : left)
            for (const packed_item& i : p->items) {
                if (i.line != number) continue;
                const std::int64_t n = std::min(good, i.units);
                good -= n;
                const auto who = name_of(p->node, p->carrier);
                if (n > 0 && who && in_.counts(s, p->handed)) of(*who).first_pass += n;
            }
    }
}

/// Of each parcel the actual cost, or its estimate where no actual one is known.
void cards::add_costs(const order_story& s) {
    struct both {
        std::int64_t estimate = 0, actual = 0;
        bool has_actual = false;
    };
    std::map<std::uint64_t, both> costs;
    for (const kpi_fact* f : s.others) {
        if (f->kind != fact_kind::cost || f->parcel == 0 || !in_.counts(s, f->at)) continue;
        both& b = costs[f->parcel];
        (f->detail == 0 ? b.estimate : b.actual) += f->value;
        b.has_actual = b.has_actual || f->detail == 1;
    }
    for (const auto& [parcel, b] : costs) {
        const auto p = s.parcels.find(parcel);
        if (p == s.parcels.end()) continue;
        const auto who = name_of(p->second.node, p->second.carrier);
        if (who) of(*who).cost_e4 += b.has_actual ? b.actual : b.estimate;
    }
}

void cards::add(const order_story& s) {
    std::set<std::uint32_t> met;
    for (const auto& [id, p] : s.parcels) {
        const auto who = name_of(p.node, p.carrier);
        if (!who) continue;
        add_parcel(s, p, of(*who));
        if (p.is_handed() && in_.counts(s, p.handed)) met.insert(*who);
    }
    add_first_pass(s);
    add_costs(s);
    for (const kpi_fact* f : s.others) {
        if (f->kind != fact_kind::requested && f->kind != fact_kind::rejected) continue;
        const auto who = name_of(f->node, no_carrier);
        if (!who || !in_.counts(s, f->at)) continue;
        (f->kind == fact_kind::requested ? of(*who).requested : of(*who).rejected) += f->units;
        met.insert(*who);
    }
    for (const std::uint32_t who : met) ++of(who).orders;
}

void cards::add_cases(const kpi_fact& order, std::int64_t in_window, std::int64_t received) {
    const auto who = name_of(order.node, no_carrier);
    if (!who) return;
    score& s = of(*who);
    s.cases_ordered += order.units;
    s.cases_in_window += in_window;
    s.cases_received += received;
}

/// What nobody recorded is no 0.
std::vector<score> cards::finish(const kpis& facts) const {
    std::vector<score> all;
    for (auto [party, s] : scores_) {
        if (s.orders + s.requested + s.parcels + s.due + s.arrivals + s.cases_ordered == 0)
            continue;
        for (const score_column& c : score_columns())
            for (std::size_t k = 0; k < evidence_kinds; ++k)
                if ((c.needs >> k & 1) != 0 && !facts.recorded(static_cast<fact_kind>(k)))
                    s.*c.field = not_recorded;
        all.push_back(s);
    }
    return all;
}

}  // namespace

std::span<const score_column> score_columns() { return columns; }

std::vector<score> kpis::scorecard(party by, const kpi_query& asked) const {
    const kpi_query q = filled(asked);
    cards c{by, q};
    for (const auto& [id, which] : by_order_) {
        const order_story s = tell(facts_, which, q.as_of);
        if (s.exists() && s.of == q.of) c.add(s);
    }
    if (by == party::node)
        for (const auto& [ref, p] : purchases(facts_, of_no_order_, q))
            c.add_cases(*p.ordered, p.in_window, p.received);
    return c.finish(*this);
}

}  // namespace earmark::report
