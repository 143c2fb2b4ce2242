#include "earmark/report/figure_frames.hpp"

#include <utility>

#include "earmark/report/answers.hpp"

namespace earmark::report {
namespace {

template <class Enum>
const vocabulary& words_of_first(std::size_t n) {
    static const vocabulary words = [&] {
        auto made = std::make_shared<texts>();
        for (std::size_t i = 0; i < n; ++i) made->add(name_of(static_cast<Enum>(i)));
        return made;
    }();
    return words;
}
const vocabulary& kind_of_fact() { return words_of_first<fact_kind>(evidence_kinds); }
const vocabulary& waits() { return words_of_first<wait_reason>(wait_reasons); }
const vocabulary& kpi_words() {
    static const vocabulary words = [] {
        auto made = std::make_shared<texts>();
        for (const kpi_entry& e : kpi_list()) made->add(e.name);
        return made;
    }();
    return words;
}

template <class Enum>
std::int32_t code(Enum e) noexcept {
    return static_cast<std::int32_t>(e);
}
template <class Column, class T>
void add_or_null(Column& c, bool there, T value) {
    there ? c.add(value) : c.add_null();
}
std::int64_t id_of(std::uint64_t n) noexcept { return static_cast<std::int64_t>(n); }

}  // namespace

frame kpis_frame(const kpi_result& of) {
    frame_builder b{"kpis"};
    auto& name = b.codes("kpi", kpi_words());
    auto& unit = b.codes("unit", words_of_first<figure_unit>(5));
    auto& by = b.codes("population", words_of_first<population>(2));
    auto& cls = b.codes("class", words_of_first<order_class>(order_classes));
    auto& state = b.codes("state", words_of_first<figure_state>(4));
    auto& missing = b.codes("missing", kind_of_fact());
    auto &part = b.ints("part"), &whole = b.ints("whole");
    auto& value = b.reals("value");
    auto &from = b.times("from"), &to = b.times("to"), &as_of = b.times("as_of");
    const kpi_query& q = of.asked;
    for (std::size_t i = 0; i < of.figures.size(); ++i) {
        const figure& f = of.figures[i];
        const bool has = f.state == figure_state::value;
        name.add(static_cast<std::int32_t>(i));
        unit.add(code(f.of->unit));
        by.add(code(q.by));
        cls.add(code(q.of));
        state.add(code(f.state));
        add_or_null(part, has, f.part);
        add_or_null(whole, has, f.whole);
        const double shown = has ? static_cast<double>(f.part) / static_cast<double>(f.whole) : 0;
        add_or_null(value, has, shown);
        add_or_null(missing, f.state == figure_state::facts_missing, code(f.missing));
        add_or_null(from, q.from.ns != INT64_MIN, q.from.ns);
        add_or_null(to, q.to != never, q.to.ns);
        add_or_null(as_of, q.as_of.ns != INT64_MIN, q.as_of.ns);
    }
    return std::move(b).finish();
}

frame facts_frame(std::span<const kpi_fact> of) {
    frame_builder b{"facts"};
    auto& kind = b.codes("kind", kind_of_fact());
    auto &at = b.times("at"), &until = b.times("until");
    auto &order = b.ints("order"), &parcel = b.ints("parcel"), &units = b.ints("units"),
         &other = b.ints("other"), &value = b.ints("value"), &count = b.ints("count"),
         &ref = b.ints("ref"), &seq = b.ints("seq");
    auto &line = b.small_ints("line"), &sku = b.small_ints("sku"), &node = b.small_ints("node"),
         &carrier = b.small_ints("carrier"), &detail = b.small_ints("detail"),
         &reason = b.small_ints("reason");
    for (const kpi_fact& f : of) {
        seq.add(static_cast<std::int64_t>(seq.size()));
        kind.add(code(f.kind));
        at.add(f.at.ns);
        add_or_null(order, f.order != no_order, id_of(f.order));
        line.add(static_cast<std::int32_t>(f.line));
        parcel.add(id_of(f.parcel));
        add_or_null(sku, f.sku != none<sku_id>, static_cast<std::int32_t>(raw(f.sku)));
        add_or_null(node, f.node != none<node_id>, std::int32_t{raw(f.node)});
        add_or_null(carrier, f.carrier != no_carrier, std::int32_t{f.carrier});
        units.add(f.units);
        other.add(f.other);
        value.add(f.value);
        count.add(f.count);
        ref.add(id_of(f.ref));
        add_or_null(until, f.until != never, f.until.ns);
        detail.add(f.detail);
        reason.add(f.reason);
    }
    return std::move(b).finish();
}

frame movements_frame(std::span<const movement> of, vocabulary sku_keys, vocabulary node_keys) {
    frame_builder b{"movements"};
    auto &at = b.ints("at"), &order = b.ints("order"), &amount = b.ints("amount"),
         &price = b.ints("price_minor"), &metres = b.ints("metres");
    auto& now = b.times("now");
    auto& verb = b.codes("verb", verb_words());
    auto &from = b.codes("from", state_words()), &to = b.codes("to", state_words());
    auto& type = b.codes("type", type_words());
    auto& sku = b.codes("sku", std::move(sku_keys));
    auto& node = b.codes("node", std::move(node_keys));
    auto &actor = b.small_ints("actor"), &line = b.small_ints("line"),
         &reason = b.small_ints("reason"), &move = b.small_ints("move");
    position last{};
    std::int32_t place = 0;
    for (const movement& m : of) {
        place = m.at == last ? place + 1 : 1;
        last = m.at;
        at.add(id_of(raw(m.at)));
        move.add(place);
        now.add(m.now.ns);
        verb.add(code(m.by));
        actor.add(static_cast<std::int32_t>(raw(m.actor)));
        order.add(id_of(raw(m.order)));
        line.add(static_cast<std::int32_t>(m.line));
        sku.add(static_cast<std::int32_t>(raw(m.sku)));
        amount.add(m.amount.atoms);
        add_or_null(from, !m.born, code(m.from));
        to.add(code(m.to));
        add_or_null(node, m.node != none<node_id>, std::int32_t{raw(m.node)});
        reason.add(m.reason);
        add_or_null(price, m.born, m.unit_price_minor);
        add_or_null(metres, m.metres != unknown_distance, std::int64_t{m.metres});
        type.add(code(m.type));
    }
    return std::move(b).finish();
}

frame ageing_frame(std::span<const age_row> of) {
    frame_builder b{"ageing"};
    auto& state = b.codes("state", state_words());
    auto& reason = b.codes("reason", waits());
    for (const age_row& r : of) {
        state.add(code(r.state));
        reason.add(code(r.reason));
        b.ints("age_from").add(r.from.ns);
        add_or_null(b.ints("age_to"), r.to.ns != INT64_MAX, r.to.ns);
        b.ints("units").add(r.units);
        b.ints("orders").add(r.orders);
        b.times("oldest").add(r.oldest.ns);
    }
    return std::move(b).finish();
}

frame exceptions_frame(std::span<const exception_row> of, vocabulary sku_keys,
                       vocabulary node_keys) {
    frame_builder b{"exceptions"};
    auto& reason = b.codes("reason", waits());
    auto& state = b.codes("state", state_words());
    auto& verb = b.codes("verb", verb_words());
    auto& sku = b.codes("sku", std::move(sku_keys));
    auto& node = b.codes("node", std::move(node_keys));
    for (const exception_row& r : of) {
        reason.add(code(r.reason));
        state.add(code(r.state));
        b.ints("order").add(id_of(raw(r.order)));
        b.small_ints("line").add(static_cast<std::int32_t>(r.line));
        sku.add(static_cast<std::int32_t>(raw(r.sku)));
        add_or_null(node, r.node != none<node_id>, std::int32_t{raw(r.node)});
        b.ints("units").add(r.units);
        b.times("since").add(r.since.ns);
        b.ints("age").add(r.age.ns);
        verb.add(code(r.by));
        b.small_ints("actor").add(static_cast<std::int32_t>(raw(r.actor)));
    }
    return std::move(b).finish();
}

frame scorecard_frame(std::string_view name, std::span<const score> of, const vocabulary& keys) {
    frame_builder b{name};
    for (const score& s : of) {
        b.small_ints("party").add(static_cast<std::int32_t>(s.party));
        auto& key = b.strings("key");
        keys != nullptr&& s.party < keys->size() ? key.add((*keys)[s.party]) : key.add_null();
        b.ints("orders").add(s.orders);
        for (const score_column& c : score_columns())
            add_or_null(b.ints(c.name), s.*c.field != not_recorded, s.*c.field);
    }
    return std::move(b).finish();
}

}  // namespace earmark::report
