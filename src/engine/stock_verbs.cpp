// ADJUST: what happens to goods, whatever was promised.
#include "content.hpp"
#include "earmark/intake/capture.hpp"
#include "gate.hpp"
#include "state_calls.hpp"

namespace earmark {
namespace {

/// A change of either sign; what is wrong with it is said with its own sign.
result<granules> to_delta(quantity q, const sku_facts& of) {
    if (q.atoms >= 0) return intake::to_granules(q, of);
    if (q.atoms == INT64_MIN)  // has no positive twin
        return fail(error_code::out_of_range, q.atoms, -stock::max_amount * of.granule);
    const auto n = intake::to_granules(-q, of);
    if (n) return -*n;
    error e = n.error();
    e.refs[0] = q.atoms;
    if (e.code == error_code::out_of_range) e.refs[1] = -e.refs[1];
    return e;
}

}  // namespace

result<receipt> engine::state::adjust(const visit& v, const command& c, const adjust_request& r) {
    const error denied = gate{*this}.pass(v, c, verb::adjust, {.sku = r.sku, .node = r.node});
    if (denied.code != error_code::ok) return denied;
    if (r.pool != none<pool_id>) return adjust_pool(v, c, r);
    if (index_of(r.sku) >= names.sku.size()) return fail(error_code::unknown_sku, raw(r.sku));
    if (index_of(r.node) >= names.node.size()) return fail(error_code::unknown_node, raw(r.node));
    if (r.section != none<section_id> && !names.sections.exists(r.section))
        return fail(error_code::unknown_section, raw(r.section));
    const auto cell = books.cells.find(r.sku, r.node, r.section);
    if (!cell) return fail(error_code::no_cell, raw(r.sku), raw(r.node));
    const auto reason = static_cast<std::uint64_t>(r.reason);
    if (r.section != none<section_id>)
        return adjust_cell(v, c, *cell, r.delta,
                           content_of(c, verb::adjust, raw(r.sku), raw(r.node), raw(r.section),
                                      r.delta.atoms, reason));
    return adjust_cell(v, c, *cell, r.delta,
                       content_of(c, verb::adjust, raw(r.sku), raw(r.node), r.delta.atoms, reason));
}

result<receipt> engine::state::adjust_pool(const visit& v, const command& c,
                                           const adjust_request& r) {
    if (!names.pools.exists(r.pool)) return fail(error_code::unknown_pool, raw(r.pool));
    return adjust_cell(v, c, names.pools[r.pool].cell, r.delta,
                       content_of(c, verb::adjust, raw(r.pool), r.delta.atoms,
                                  static_cast<std::uint64_t>(r.reason)));
}

result<receipt> engine::state::adjust_cell(const visit& v, const command& c, cell_id cell,
                                           quantity by, digest128 content) {
    const auto n = to_delta(by, scale_of(cell));
    if (!n) return n.error();
    return once(v, c, content, [&]() -> result<receipt> {
        desk& d = v.desk;
        d.clear();
        receipt done;
        done.by = verb::adjust;
        done.lines = 1;
        done.subject = raw(cell);
        d.stock.push_back({cell, *n, *n});
        d.record.begin(verb::adjust, v.now, c.actor);
        remember(d, c, content, done);
        record_cells(d);
        const committed answer = commit(v);
        if (answer.code != error_code::ok) {  // refs of stock_overflow and of out_of_range
            const auto there = to_quantity(cell, books.cells.on_hand(cell));
            return fail(answer.code, by.atoms, (*n < 0 ? -there : there).atoms);
        }
        done.uncovered = answer.uncovered;
        done.at = position{answer.position};
        return done;
    });
}

// ---- the door ----------------------------------------------------------------------------------

result<receipt> engine::adjust(const command& c, const adjust_request& r,
                               std::vector<uncovered_promise>* left_uncovered) {
    return state_->stay<result<receipt>>(c, [&](const state::visit& v) {
        const auto done = state_->adjust(v, c, r);
        if (left_uncovered != nullptr) state_->look_back(done, *left_uncovered);
        return done;
    });
}

}  // namespace earmark
