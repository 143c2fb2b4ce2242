#include "earmark/report/fact_maker.hpp"

#include <algorithm>

#include "earmark/core/check.hpp"
#include "rescale.hpp"

namespace earmark::report {
namespace {

/// What every fact of a movement says.
kpi_fact fact_of(const movement& m, fact_kind kind, std::int64_t units) {
    kpi_fact f;
    f.kind = kind;
    f.at = m.now;
    f.order = raw(m.order);
    f.line = m.line;
    f.sku = m.sku;
    f.node = m.node;
    f.units = units;
    return f;
}

}  // namespace

fact_maker::fact_maker(kpis& into, int decimals, std::span<const int> sku_decimals,
                       std::span<const cancel_meaning> reasons)
    : into_{into},
      decimals_{decimals},
      sku_decimals_{sku_decimals.begin(), sku_decimals.end()},
      reasons_{reasons.begin(), reasons.end()} {
    EARMARK_CHECK(decimals >= 0 && decimals <= max_decimals, "figures: 0 to 9 decimals");
    using enum fact_kind;
    for (const fact_kind k : {placed, ordered, authorised, packed, handed, delivered, cancelled,
                              backordered, resumed, requested, decided})
        into_.declare(k);
}

error fact_maker::put(const movement& m, fact_kind kind, std::int64_t units) {
    return into_.add(fact_of(m, kind, units));
}

error fact_maker::born(const movement& m, std::int64_t units) {
    if (raw(m.order) != last_order_ && m.by != verb::amend) {  // units more are no other order
        last_order_ = raw(m.order);
        for (const fact_kind k : {fact_kind::placed, fact_kind::authorised}) {
            kpi_fact f;
            f.kind = k;
            f.at = m.now;
            f.order = raw(m.order);
            if (const error e = into_.add(f); e.code != error_code::ok) return e;
        }
    }
    kpi_fact f = fact_of(m, fact_kind::ordered, units);
    f.node = none<node_id>;  // where it is wanted from is not known yet
    f.detail = m.by == verb::amend ? 1 : 0;
    // The price is of one whole unit, the amount in parts of one; half up.
    const std::int64_t scale = power_of_ten(sku_decimals_[index_of(m.sku)]);
    std::int64_t product = 0;
    if (__builtin_mul_overflow(m.amount.atoms, m.unit_price_minor, &product) ||
        __builtin_add_overflow(product, scale / 2, &product))
        return fail(error_code::out_of_range, m.unit_price_minor);
    f.value = product / scale;
    return into_.add(f);
}

error fact_maker::ship(const movement& m, std::int64_t units) {
    if (m.at != shipping_) {
        shipping_ = m.at;
        open_parcels_.clear();
    }
    std::uint64_t& parcel = open_parcels_[{m.order, m.node}];
    const bool opens = parcel == 0;
    if (opens) parcel = ++parcels_;
    if (opens) {
        kpi_fact f;
        f.kind = fact_kind::handed;
        f.at = m.now;
        f.order = raw(m.order);
        f.parcel = parcel;
        f.node = m.node;
        f.value = m.metres == unknown_distance ? -1 : std::int64_t{m.metres};
        if (const error e = into_.add(f); e.code != error_code::ok) return e;
    }
    kpi_fact f = fact_of(m, fact_kind::packed, units);
    f.parcel = parcel;
    in_transit_[{m.order, m.line, m.node}].push_back({parcel, units});
    return into_.add(f);
}

error fact_maker::deliver(const movement& m, std::int64_t units) {
    const auto there = in_transit_.find({m.order, m.line, m.node});
    while (units > 0) {
        if (there == in_transit_.end() || there->second.empty())
            return fail(error_code::bad_record, static_cast<std::int64_t>(raw(m.at)));
        in_transit& first = there->second.front();
        kpi_fact f = fact_of(m, fact_kind::delivered, std::min(units, first.units));
        f.parcel = first.parcel;
        units -= f.units;
        first.units -= f.units;
        if (first.units == 0) there->second.erase(there->second.begin());
        if (const error e = into_.add(f); e.code != error_code::ok) return e;
    }
    if (there != in_transit_.end() && there->second.empty()) in_transit_.erase(there);
    return {};
}

error fact_maker::withdraw(const movement& m, std::int64_t units) {
    kpi_fact f = fact_of(m, fact_kind::cancelled, units);
    for (const cancel_meaning& known : reasons_)
        if (known.reason == m.reason) {
            f.detail = static_cast<std::uint8_t>(known.who);
            f.reason = known.shortage ? 1 : 0;
        }
    return into_.add(f);
}

error fact_maker::add(const movement& m) {
    if (index_of(m.sku) >= sku_decimals_.size()) return fail(error_code::unknown_sku, raw(m.sku));
    // What goes from node to node is nobody's order.
    if (m.type == order_type::transfer || m.type == order_type::purchase) return {};
    std::int64_t units = 0;
    if (error e = rescale(m.amount.atoms, sku_decimals_[index_of(m.sku)], decimals_, units);
        e.code != error_code::ok)
        return fail(e.code, raw(m.sku));
    if (m.born) return born(m, units);
    if (m.from == m.to) return {};  // from queue to queue: it waits as it did
    if (m.from == unit_state::backordered)
        if (const error e = put(m, fact_kind::resumed, units); e.code != error_code::ok) return e;
    switch (m.to) {
        case unit_state::backordered:
            return put(m, fact_kind::backordered, units);
        case unit_state::allocated:
            return put(m, fact_kind::requested, units);
        case unit_state::shipped:
            return ship(m, units);
        case unit_state::delivered:
            return deliver(m, units);
        case unit_state::cancelled:
            return withdraw(m, units);
        default:
            return {};
    }
}

error fact_maker::add(const decided& d) {
    kpi_fact f;
    f.kind = fact_kind::decided;
    f.at = d.now;
    f.order = raw(d.order);
    f.value = d.cost.e4;
    f.count = d.cost.parcels;
    if (error e = rescale(d.allocated_e9, max_decimals, decimals_, f.units);
        e.code != error_code::ok)
        return e;
    if (error e = rescale(d.wanted_e9, max_decimals, decimals_, f.other); e.code != error_code::ok)
        return e;
    return into_.add(f);
}

error fact_maker::add(const earmark::counted& c) {
    if (index_of(c.sku) >= sku_decimals_.size()) return fail(error_code::unknown_sku, raw(c.sku));
    kpi_fact f;
    f.kind = fact_kind::counted;
    f.at = c.now;
    f.sku = c.sku;
    f.node = c.node;
    const int scale = sku_decimals_[index_of(c.sku)];
    for (const auto& [from, to] : {std::pair{c.found.atoms, &f.units},
                                   std::pair{std::max<std::int64_t>(0, c.record.atoms), &f.other}})
        if (const error e = rescale(from, scale, decimals_, *to); e.code != error_code::ok)
            return fail(e.code, raw(c.sku));
    return into_.add(f);
}

}  // namespace earmark::report
