// Steps that must be refused: each carries exactly one defect, so that the two engines need not
// agree on which of several they name.
#include "random_stream.hpp"

namespace earmark::streams {

namespace {

constexpr auto no_sku = static_cast<sku_id>(77);
constexpr auto no_node = static_cast<node_id>(77);

std::int64_t granule_of(sku_id s) { return index_of(s) == 4 ? 50 : index_of(s) == 5 ? 6 : 1; }

/// One defect of an amount. Only some SKUs are counted in steps; the caller passes one of them.
quantity bad_amount(dice& d, sku_id& sku) {
    switch (d.below(3)) {
        case 0:
            return {0};
        case 1:
            return {-granule_of(sku)};
        default:
            sku = static_cast<sku_id>(d.chance(50) ? 4 : 5);
            return {d.between(1, 5)};
    }
}

struct spoiler {
    dice& d;

    void operator()(advance_step&) const {}
    void operator()(restart_step&) const {}
    void operator()(stock_step& s) const { s.rows[0].sku = "nowhere"; }
    void operator()(floor_step& s) const {
        (d.chance(50) ? s.rows[0].sku : s.rows[0].node) = "nowhere";
        s.rows[0].kind.reset();
    }
    void operator()(adjust_request& r) const {
        if (d.chance(30)) {
            r.sku = no_sku;
        } else if (d.chance(30)) {
            r.node = no_node;
        } else if (d.chance(30)) {
            r.sku = static_cast<sku_id>(4);
            r.delta = {d.chance(50) ? 25 : -75};
        } else {
            r.sku = static_cast<sku_id>(0);
            r.delta = {d.chance(50) ? 4'194'304 : d.chance(50) ? 4'194'303 : -4'194'303};
        }
    }
    void operator()(count_request& r) const {
        if (d.chance(30))
            r.sku = no_sku;
        else if (d.chance(30))
            r.node = no_node;
        else
            r.found = {d.chance(50) ? -300 : 300 * 4'194'304};
    }
    void operator()(feed_step& s) const {
        feed_row& r = s.rows.back();
        switch (d.below(4)) {
            case 0:
                r.sku = no_sku;
                break;
            case 1:
                r.node = no_node;
                break;
            case 2:
                s.rows.push_back(s.rows.front());
                break;
            default:
                r.figure = {300 * (d.chance(50) ? 4'194'304 : -4'194'304)};
        }
    }
    void operator()(reserve_step& s) const {
        basket& b = s.baskets[0];
        reserve_line& l = b.lines.back();
        if (l.pool != none<pool_id>) {  // its SKU is not looked at
            l.pool = pool_id{99};
            return;
        }
        switch (d.below(5)) {
            case 0:
                l.sku = no_sku;
                break;
            case 1:
                l.node = no_node;
                break;
            case 3:  // each line may be, both together may not
                b.lines = {{l.sku, l.node, {granule_of(l.sku) * 4'194'303}, {}},
                           {l.sku, l.node, {granule_of(l.sku)}, {}}};
                break;
            case 2:
                l.amount = bad_amount(d, l.sku);
                l.floor = {};
                break;
            default:
                b.lines.clear();
                break;
        }
    }
    void operator()(change_step& s) const {
        if (s.lines.empty() || d.chance(30)) {
            s.reservation = unknown;
        } else if (s.lines.back().pool != none<pool_id>) {
            s.lines.back().pool = pool_id{99};
        } else if (d.chance(50)) {
            s.lines.back().sku = no_sku;
        } else {
            s.lines.clear();
            s.deadline.reset();
        }
    }
    void operator()(move_step& s) const {
        switch (d.below(3)) {
            case 0:
                s.reservation = unknown;
                break;
            case 1:
                s.to = no_node;
                break;
            default:
                s.sku = no_sku;
        }
    }
    void operator()(unreserve_step& s) const { s.reservation = unknown; }
    void operator()(place_step& s) const {
        new_order& o = s.orders[0];
        order_line& l = o.lines.back();
        switch (d.below(7)) {
            case 0:
                l.sku = no_sku;
                break;
            case 1:
                l.amount = bad_amount(d, l.sku);
                break;
            case 2:
                l.unit_price_minor = -1;
                break;
            case 3:
                o.ship_to = static_cast<place_id>(77);
                break;
            case 4:
                o.lines.clear();
                break;
            case 5:
                o.lines = {{l.sku, {granule_of(l.sku) * 4'194'303}, 0}, {l.sku, l.amount, 0}};
                break;
            default:
                o.currency = {};
                break;
        }
        if (d.chance(30)) o.priority = 9;
        if (d.chance(20) && !o.lines.empty()) o.lines[0].unit_price_minor = -5;  // two violations
    }
    void operator()(cancel_step& s) const { no_line(s); }
    void operator()(amend_step& s) const {
        line_change l;
        l.line = d.chance(50) ? 77 : 0;
        l.sku = no_sku;
        l.amount = quantity{-1};
        s.lines.push_back(l);
        if (d.chance(20)) s.ship_to = static_cast<place_id>(77);
        if (d.chance(20)) s.lines.front().node = no_node;
    }
    void operator()(text_step& s) const { s.lines.back().amount = {0}; }
    void operator()(source_step& s) const { s.orders[0] = unknown; }
    void operator()(release_step& s) const {
        if (d.chance(30))
            s.node = no_node;
        else
            s.orders[0] = unknown;
    }
    void operator()(held_step& s) const { s.line = 77; }
    void operator()(answer_step& s) const { s.hold = d.chance(50) ? 0 : 77; }
    void operator()(fact_step& s) const {
        if (d.chance(30))
            s.node = no_node;
        else
            no_line(s);
    }

private:
    /// A line that the order does not have, or an amount of the whole order: of which SKU?
    void no_line(auto& s) const {
        s.line = d.chance(50) ? 77 : 0;
        if (s.line == 0) s.amount = {1};
    }
};

}  // namespace

void random_stream::spoil(step& s) {
    const bool takes_no_key =
        std::holds_alternative<advance_step>(s.what) ||
        std::holds_alternative<stock_step>(s.what) || std::holds_alternative<feed_step>(s.what) ||
        std::holds_alternative<floor_step>(s.what) || std::holds_alternative<text_step>(s.what);
    if (!takes_no_key && dice_.chance(5)) {
        const std::string long_key(256, 'k');
        if (auto* p = std::get_if<place_step>(&s.what))
            p->orders[0].key = dice_.chance(50) ? long_key : "";
        else
            s.key = long_key;
        return;
    }
    std::visit(spoiler{dice_}, s.what);
}

}  // namespace earmark::streams
