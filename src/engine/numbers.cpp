// NUMBERS that a policy ranks by, for the order on the desk (sourcing/numbers.hpp): from the
// tables, from facts that the host loaded, from pools, dates and earlier decisions.
#include "earmark/sourcing/numbers.hpp"

#include "dating.hpp"
#include "earmark/engine/fold.hpp"
#include "earmark/sourcing/solve.hpp"
#include "state_calls.hpp"

namespace earmark {
namespace {

/// Of facts of SKUs at nodes, as numbers of an attribute; below 0: not known.
class stock_facts {
public:
    stock_facts(const fact_table& in, const sourcing::number_source& s)
        : in_{in}, id_{in.find(s.name)} {
        if (id_ && in.type(*id_) != s.type) id_.reset();
    }
    [[nodiscard]] kept_value of(sku_id sku, std::size_t node) const noexcept {
        return id_ ? in_.get(*id_, sku, node_id{static_cast<std::uint16_t>(node)}) : kept_value{};
    }

private:
    const fact_table& in_;
    std::optional<attribute_id> id_;
};

std::int64_t known_or(const kept_value& v, std::int64_t otherwise) noexcept {
    return v.given ? v.n : otherwise;
}

/// Into lines x nodes what f(line, node) says.
template <class F>
void each_of_stock(const sourcing_problem& p, std::vector<std::int32_t>& into, F&& f) {
    const std::size_t nodes = p.nodes.size();
    into.resize(p.lines.size() * nodes);
    for (std::size_t w = 0; w < p.lines.size(); ++w)
        for (std::size_t k = 0; k < nodes; ++k) into[w * nodes + k] = f(w, k);
}

/// How much of the room that its pools had on a day is taken, in 1/1000 of the fullest one.
template <class State>
std::int32_t load_of(const State& s, node_id n, civil_day on) {
    std::int32_t most = 0;
    s.names.pools.each_dated(n, on, [&](pool_id p) {
        const pool_facts& pool = s.names.pools[p];
        const std::int64_t all = s.books.cells.on_hand(pool.cell);
        const std::int64_t left = s.books.stock.free(pool.cell);
        if (pool.node != n || pool.kind != pool_kind::capacity) return;
        most = std::max(most, all <= 0 ? 1'000
                                       : static_cast<std::int32_t>(std::clamp<std::int64_t>(
                                             (all - left) * 1'000 / all, 0, 1'000)));
    });
    return most;
}

}  // namespace

/// Each part's own day, beside what the order has taken; how its parts share a day's room is known
/// when they are taken.
void engine::state::number_days(const visit& v, const sourcing_problem& p,
                                std::vector<std::int32_t>& into) const {
    const dating by = dating_of(v);
    const std::size_t nodes = p.nodes.size();
    const bool by_line = names.pools.has_dated();
    into.assign(by_line ? p.lines.size() * nodes : nodes, no_day.n);
    for (std::size_t w = 0; w < p.lines.size(); ++w)
        for (std::size_t k = 0; k < nodes; ++k) {
            std::int32_t& day = into[by_line ? w * nodes + k : k];
            const granules has = std::min(p.free[w * nodes + k], p.lines[w].n);
            if (has <= 0 || day != no_day.n) continue;
            const dating_goods goods{p.lines[w].sku, has};
            const auto found = by.dates(node_id{static_cast<std::uint16_t>(k)}, {&goods, 1});
            if (found) day = found->delivery.n;
        }
}

/// Of the day on which a node would do the work, or of today.
void engine::state::number_loads(const visit& v, const sourcing_problem& p,
                                 std::vector<std::int32_t>& into) const {
    const dating by = dating_of(v);
    into.assign(p.nodes.size(), 0);
    if (!names.pools.has_dated()) return;
    for (std::size_t k = 0; k < into.size(); ++k) {
        const node_id n{static_cast<std::uint16_t>(k)};
        const auto found = by.dates(n, {});
        into[k] = load_of(*this, n, found ? found->work : by.today());
    }
}

void engine::state::number_stock(const sourcing_problem& p, node_column c,
                                 std::vector<std::int32_t>& into) const {
    const auto left = [&p](std::size_t w, std::size_t k) {
        return std::int64_t{p.free[w * p.nodes.size() + k]} - p.lines[w].n;
    };
    const bool is_balance = c == node_column::balance, is_cover = c == node_column::cover;
    const stock_facts facts{names.facts, is_balance ? sourcing::stock_target
                                         : is_cover ? sourcing::stock_per_day
                                                    : sourcing::stock_worth};
    each_of_stock(p, into, [&](std::size_t w, std::size_t k) {
        const wanted_line& line = p.lines[w];
        const kept_value known = facts.of(line.sku, k);
        if (is_balance)
            return sourcing::balance_of(left(w, k), line.granule_e9, known_or(known, 0));
        if (is_cover) return sourcing::cover_of(left(w, k), line.granule_e9, known_or(known, -1));
        return sourcing::worth_of(line.n, line.granule_e9, known_or(known, 0));
    });
}

void engine::state::fill_numbers(const visit& v, const sourcing::policy& whole,
                                 sourcing_problem& p) const {
    const auto& zones = whole.terms().parcels.zones;
    for (std::size_t i = 0; i < node_columns; ++i) {
        const auto c = static_cast<node_column>(i);
        const bool is_due = c == node_column::delivery_date && whole.terms().late_per_day > 0 &&
                            v.desk.order.deliver_by != no_day &&
                            v.desk.bring_to == none<node_id>;  // else it is not at the door then
        if (!is_due && !whole.ranks_by(sourcing::criterion_of(c))) continue;
        if (is_due) p.due = v.desk.order.deliver_by;
        auto& into = v.desk.numbers[i];
        switch (c) {
            case node_column::zone:
                into.resize(p.nodes.size());
                for (std::size_t k = 0; k < into.size(); ++k)
                    into[k] = sourcing::zone_of(zones, p.metres[k]);
                break;
            case node_column::load:
                number_loads(v, p, into);
                break;
            case node_column::rotation:
                into.resize(p.nodes.size());
                books.turns.turns(into);
                break;
            case node_column::delivery_date:
                number_days(v, p, into);
                break;
            default:
                number_stock(p, c, into);
        }
        p.numbers[i] = into;
    }
}

/// Of which of the policy's classes a SKU is, a bit for each.
void engine::state::add_classes(desk& d, const sourcing::policy& by, const binding& asked) const {
    const auto& classes = by.terms().classes;
    for (wanted_line& w : d.wanted)
        for (std::size_t c = 0; c < classes.size(); ++c) {
            const std::string_view has = asked.classes[c]
                                             ? names.facts.value(*asked.classes[c], raw(w.sku)).text
                                             : names.skus.key(raw(w.sku));
            w.classes |= std::uint64_t{has == classes[c].value} << c;
        }
}

/// What the order says of a line, else what its SKU has.
void engine::state::add_line_facts(desk& d, const binding& asked) const {
    d.asked_bytes = load_facts(books.ledger.chunks(), d.order.facts);
    const bool is_sound = read_facts(d.asked_bytes, d.order.lines.size(), names.facts, d.values);
    EARMARK_INVARIANT(is_sound, "an order's facts are read as they were kept");
    const auto known = [&](std::optional<attribute_id> id, std::uint32_t line) {
        EARMARK_INVARIANT(id, "a policy has declared what it asks of lines");
        for (const order_value& v : d.values)
            if (v.attribute == *id && v.line == line + 1) return kept_value{true, v.n};
        return names.facts.get(*id, raw(d.order.lines[line].sku));
    };
    const auto grams = names.facts.find(sourcing::line_grams.name);
    for (wanted_line& w : d.wanted)
        if (asked.weighs)
            w.grams = sourcing::grams_of(w.n, w.granule_e9, known_or(known(grams, w.line), -1));
    const auto whole = names.facts.find(sourcing::line_never_split.name);
    for (const member& m : d.members)
        if (asked.keeps_whole && known_or(known(whole, m.line), 0) != 0)
            d.wanted[m.wanted].may_split = false;
}

/// The nodes with what they accept, as the desk keeps them for the facts of this version.
std::span<const node_facts> engine::state::accepting(desk& d) const {
    if (d.accepting_of == names.facts.version() && d.accepting.size() == names.node.size())
        return d.accepting;
    const auto id = names.facts.find(sourcing::node_accepts.name);
    EARMARK_INVARIANT(id, "a policy that divides costs by acceptance has declared node.accepts");
    d.accepting.assign(names.node.begin(), names.node.end());
    for (std::uint32_t k = 0; k < d.accepting.size(); ++k)
        if (const kept_value v = names.facts.get(*id, k); v.given)
            d.accepting[k].accept_ppm = sourcing::accept_ppm_of(v.n);
    d.accepting_of = names.facts.version();
    return d.accepting;
}

}  // namespace earmark
