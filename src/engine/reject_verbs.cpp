// RECORD of a rejection: a node gives units back, and the order remembers it.
#include <algorithm>
#include <utility>

#include "asking.hpp"
#include "content.hpp"
#include "earmark/allocation/allot.hpp"
#include "earmark/fulfilment/work.hpp"
#include "earmark/intake/capture.hpp"
#include "gate.hpp"
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
    asker{*this}.cancel_asked(d, f.node);
    allocation::gives_of(d.moves, d.gives);
    return {};
}

/// Of lines of one SKU, which are wanted together, what one node gave back it gave back of all.
void engine::state::note_rejected(desk& d, const sourcing::rejection_terms& by, time_point now) {
    d.again.clear();
    d.rejected.clear();
    if (d.order.beside == no_chunk) return;
    d.rejected = d.beside.rejections;
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

/// The lines of the desk's moves, into the order's memory and the record.
error engine::state::remember_rejection(const visit& v, const fact& f) {
    desk& d = v.desk;
    std::vector<std::uint16_t> lines;
    for (const bucket_move& m : d.moves)
        if (lines.empty() || lines.back() != m.line) lines.push_back(m.line);
    auto& all = d.beside.rejections;
    for (const std::uint16_t l : lines)
        if (!add_rejection(all, l, f.node, f.reason, v.now))
            return fail(error_code::out_of_range, static_cast<std::int64_t>(all.size()) + 1,
                        static_cast<std::int64_t>(max_rejections));
    d.changes_beside = true;
    d.notes.push_back(
        {journal::note_kind::rejection, raw(f.node), rejection_note(f.reason, lines)});
    return {};
}

result<receipt> engine::state::reject(const visit& v, const command& c, const fact& f) {
    const error denied = gate{*this}.pass(v, c, verb::reject, {.order = f.order, .node = f.node});
    if (denied.code != error_code::ok) return denied;
    const auto content =
        content_of(c, verb::reject, raw(f.order), f.line, raw(f.node), f.amount.atoms, f.reason);
    const auto decide = [&](desk& d) -> error {
        const error e = plan_rejection(d, f);
        return e.code == error_code::ok ? remember_rejection(v, f) : e;
    };
    return move_units(v, c, verb::reject, f.order, content, decide);
}

}  // namespace earmark
