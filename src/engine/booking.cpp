// BOOKING a decision: takes, moves, the record of the decision beside its order, and the orders
// that bring what is to be brought, in one commit.
#include <utility>

#include "earmark/engine/fold.hpp"
#include "earmark/sourcing/decision.hpp"
#include "holder.hpp"
#include "linking.hpp"
#include "state_calls.hpp"
#include "timekeeper.hpp"

namespace earmark {

/// What the plan means to the order's lines.
void engine::state::tell_parts(const desk& d, sourced& into) const {
    for (const bucket_move& m : d.moves)
        if (m.to == unit_state::allocated)
            into.by_line.push_back({m.line, books.cells.node_of(m.to_cell), m.n});
    for (const brought_part& b : d.brought)
        into.brought.push_back({d.beside.links[b.link - 1].line + 1u, books.cells.sku_of(b.cell),
                                b.from, b.to, to_quantity(b.cell, b.n), b.n});
}

void engine::state::tell_bringers(const desk& d, sourced& into) {
    for (std::size_t i = 0; i < d.brought.size(); ++i)
        into.brought[i].by = order_id{d.beside.links[d.brought[i].link - 1].order};
}

committed engine::state::draft_decision(const visit& v, const command& c, digest128 content,
                                        const receipt& first, linking& links) {
    desk& d = v.desk;
    const auto index = static_cast<std::uint32_t>(first.subject);
    d.record.begin(verb::source, v.now, c.actor);
    remember(d, c, content, first);
    const auto settles = settle_rest(v);
    if (!settles) return committed{error_code::order_busy, {}, 0, 0};
    if (!d.dated.empty()) {
        if (const auto e = keep_days(v, *settles); e != error_code::ok)
            return committed{e, {}, 0, 0};
    } else if (*settles) {
        keep(d, static_cast<std::uint32_t>(raw(d.order.pools)));
    }
    for (const bucket_move& m : d.moves) d.record.move(index, m);
    if (d.keeper.exists()) record_keeper(d, index);
    d.record.note(index, journal::note_kind::decision, raw(d.decided.by), d.decision);
    for (const order_note& n : d.notes) d.record.note(index, n.kind, n.ref, n.bytes);
    record_cells(d);
    subject(d, subject_kind::order, index, d.order, d.order);
    links.record();
    return commit(v);
}

/// Commits the decision on the desk: takes, moves, and the decision record beside the order.
committed engine::state::book(const visit& v, const command& c, digest128 content,
                              const receipt& first) {
    desk& d = v.desk;
    const auto version = raw(d.decided.by);
    d.decision.clear();
    if (d.decided_groups.empty())
        sourcing::encode(d.decided, d.decision);
    else
        sourcing::encode_all(d.decided_groups, d.decision);
    const auto at = store_cold(books.ledger.chunks(), v.slot, d.decision);
    committed done;
    done.code = error_code::out_of_memory;
    if (at == 0xFFFFFFFF) return done;
    const auto size = static_cast<std::uint32_t>(d.decision.size());
    const auto old = std::exchange(d.order.cold, at);
    const auto old_size = std::exchange(d.order.cold_bytes, size);
    d.keeper = {};
    linking links{*this, v};
    const auto give_back = [&] {
        links.give_back();
        drop_cold(books.ledger.chunks(), v.slot, at, size);
        books.ledger.abandon(v.slot, subject_kind::reservation, d.keeper);
    };
    d.order.decided_by = policy_id{version};
    const auto make_all = [&]() -> committed {
        if (!d.brought.empty())
            if (const error e = links.make_bringers(); e.code != error_code::ok)
                return {e.code, {}, 0, 0};
        const time_point due = next_deadline(d.order, d.beside);
        timekeeper::follow(d, d.order, v.now);
        return holder{*this}.alarmed(v, static_cast<std::uint32_t>(first.subject), due,
                                     [&] { return draft_decision(v, c, content, first, links); });
    };
    done = or_give_back(make_all, give_back);
    if (done.code != error_code::ok) return give_back(), done;
    links.finish(position{done.position});
    drop_cold(books.ledger.chunks(), v.slot, old, old_size);
    const auto turn = [&](std::span<const bucket_move> moves) {  // as the fold reads them
        for (const bucket_move& m : moves)
            if (m.to == unit_state::allocated)
                books.turns.choose(books.cells.node_of(m.to_cell), done.position);
    };
    turn(d.moves);
    for (const other_order& o : d.others) turn(o.moves);
    return done;
}

}  // namespace earmark
