// RECORD of a rejection: a node gives units back, and the order remembers it.
#include <algorithm>
#include <utility>

#include "content.hpp"
#include "earmark/allocation/allot.hpp"
#include "earmark/fulfilment/work.hpp"
#include "earmark/intake/capture.hpp"
#include "rejections.hpp"
#include "state_calls.hpp"

namespace earmark {

/// The moves of a rejection, and what they give back, onto the desk.
error engine::state::plan_rejection(desk& d, const fact& f) const {
    if (index_of(f.node) >= names.node.size()) return fail(error_code::unknown_node, raw(f.node));
    const auto lines = static_cast<std::int64_t>(d.order.lines.size());
    const bool of_no_line = f.line == 0 && f.amount.atoms != 0;
    if (of_no_line || f.line > d.order.lines.size())
        return fail(error_code::unknown_line, f.line, lines);
    granules wanted = 0;
    if (f.amount.atoms != 0) {
        const auto n =
            intake::to_granules(f.amount, names.sku[index_of(d.order.lines[f.line - 1].sku)]);
        if (!n) return n.error();
        wanted = *n;
    }
    const error e = fulfilment::reject(d.order, static_cast<std::int64_t>(f.line) - 1, f.node,
                                       wanted, nodes_of_cells(), d.moves);
    if (e.code != error_code::ok) return e;
    for (bucket_move& m : d.moves) m.reason = 0;
    allocation::gives_of(d.moves, d.gives);
    return {};
}

/// order_busy where the order was changed meanwhile.
result<std::vector<rejection>> engine::state::rejections_of(order_id id,
                                                            const lifecycle::image& of) const {
    auto all = load_rejections(books.ledger.chunks(), of);
    const auto index = static_cast<std::uint32_t>(raw(id));
    if (of.rejections != 0xFFFFFFFF &&
        books.ledger.at(subject_kind::order, index).version != of.version)
        return fail(error_code::order_busy, static_cast<std::int64_t>(raw(id)));
    return all;
}

/// Of lines of one SKU, which are wanted together, what one node gave back it gave back of all.
error engine::state::note_rejected(desk& d, order_id id, const sourcing::rejection_terms& by,
                                   time_point now) const {
    d.again.clear();
    d.rejected.clear();
    if (d.order.rejections == 0xFFFFFFFF) return {};
    auto all = rejections_of(id, d.order);
    if (!all) return all.error();
    d.rejected = std::move(*all);
    constexpr std::int64_t day_ns = 86'400'000'000'000;
    for (const rejection& r : d.rejected) {
        const bool is_over = by.days != 0 && now.ns - r.at.ns >= by.days * day_ns;
        const auto m = std::find_if(d.members.begin(), d.members.end(),
                                    [&](const member& x) { return x.line == r.line; });
        if (!is_over && m != d.members.end()) d.again.emplace_back(m->wanted, r.node);
    }
    for (const member& m : d.members) {
        std::int64_t times = 0;
        for (const rejection& r : d.rejected) times += r.line == m.line ? r.times : 0;
        if (by.most != 0 && times >= by.most) d.over.push_back(m.wanted);
    }
    std::sort(d.again.begin(), d.again.end());
    d.again.erase(std::unique(d.again.begin(), d.again.end()), d.again.end());
    return {};
}

/// Nodes that gave back all that is wanted are not asked; of the others it is taken off what they
/// have of the line.
void engine::state::keep_unrejected(desk& d, std::vector<std::uint64_t>& bits) const {
    d.not_again = true;
    for (const auto& [w, node] : d.again) {
        const auto is_its = [&](const auto& x) { return x.second == node; };
        const auto lines = std::count_if(d.again.begin(), d.again.end(), is_its);
        if (static_cast<std::size_t>(lines) == d.wanted.size())
            bits[index_of(node) / 64] &= ~(std::uint64_t{1} << index_of(node) % 64);
    }
}

/// The lines of the desk's moves, and the order's memory with them.
error engine::state::remember_rejection(const visit& v, const fact& f,
                                        std::vector<std::uint16_t>& lines,
                                        std::vector<rejection>& all) const {
    const desk& d = v.desk;
    for (const bucket_move& m : d.moves)
        if (lines.empty() || lines.back() != m.line) lines.push_back(m.line);
    auto known = rejections_of(f.order, d.order);
    if (!known) return known.error();
    all = std::move(*known);
    for (const std::uint16_t l : lines)
        if (!add_rejection(all, l, f.node, f.reason, v.now))
            return fail(error_code::out_of_range, static_cast<std::int64_t>(all.size()) + 1,
                        static_cast<std::int64_t>(max_rejections));
    return {};
}

/// One attempt. order_busy: decide again.
error engine::state::try_reject(const visit& v, const command& c, const fact& f, digest128 content,
                                receipt& done) {
    desk& d = v.desk;
    auto& chunks = books.ledger.chunks();
    d.clear();
    if (const error e = read_order(f.order, d.order); e.code != error_code::ok) return e;
    if (const error e = plan_rejection(d, f); e.code != error_code::ok) return e;
    const auto settles = settle_pools(v);
    if (!settles) return fail(error_code::order_busy);
    for (const bucket_move& m : d.moves)
        EARMARK_INVARIANT(lifecycle::apply(d.order, m) == error_code::ok,
                          "a room moves only units that are there, along the workflow");
    std::vector<std::uint16_t> lines;
    std::vector<rejection> all;
    if (const error e = remember_rejection(v, f, lines, all); e.code != error_code::ok) return e;
    const auto made = store_rejections(chunks, v.slot, all);
    if (made == 0xFFFFFFFF) return fail(error_code::out_of_memory);
    const auto old = std::exchange(d.order.rejections, made);
    const auto old_count =
        old == 0xFFFFFFFF ? 0 : chunks.words(old)[0].load(std::memory_order_acquire);
    const auto give_back = [&] { drop_rejections(chunks, v.slot, made, all.size()); };
    const auto draft_and_commit = [&] {
        done.by = verb::reject;
        done.subject = raw(f.order);
        done.lines = static_cast<std::uint16_t>(d.moves.size());
        const auto index = static_cast<std::uint32_t>(raw(f.order));
        d.record.begin(verb::reject, v.now, c.actor);
        remember(d, c, content, done);
        if (*settles) keep(d, static_cast<std::uint32_t>(raw(d.order.pools)));
        for (const bucket_move& m : d.moves) d.record.move(index, m);
        d.record.note(index, journal::note_kind::rejection, raw(f.node),
                      rejection_note(f.reason, lines));
        record_cells(d);
        subject(d, subject_kind::order, index, d.order, d.order);
        return commit(v);
    };
    const committed answer = or_give_back(draft_and_commit, give_back);
    if (answer.code != error_code::ok) {
        give_back();
        return fail(answer.code);
    }
    drop_rejections(chunks, v.slot, old, old_count);
    done.at = position{answer.position};
    return {};
}

result<receipt> engine::state::reject(const visit& v, const command& c, const fact& f) {
    const auto content =
        content_of(c, verb::reject, raw(f.order), f.line, raw(f.node), f.amount.atoms, f.reason);
    return once(v, c, content, [&]() -> result<receipt> {
        for (std::uint32_t attempt = 0; attempt <= settings.decide_again; ++attempt) {
            receipt done;
            const error e = try_reject(v, c, f, content, done);
            if (e.code == error_code::ok) return done;
            if (e.code != error_code::order_busy) return e;
            counters::bump(counts[v.slot].conflicts);
        }
        return fail(error_code::order_busy, static_cast<std::int64_t>(raw(f.order)));
    });
}

}  // namespace earmark
