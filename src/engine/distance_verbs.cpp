// GIVEN DISTANCES: a table of them in place of great circles.
#include <algorithm>

#include "earmark/engine/fold.hpp"
#include "earmark/sourcing/decision.hpp"
#include "loader.hpp"

namespace earmark {
namespace {

/// By place, how many nodes its orders have seen: those of a decision, or up to the last at which
/// units are held. The engine is taken, so that nothing moves.
template <class State>
std::vector<std::uint32_t> nodes_seen(const State& s) {
    std::vector<std::uint32_t> seen(s.names.places.size());
    lifecycle::image of;
    const auto& ledger = s.books.ledger;
    for (std::uint32_t i = 0; i < ledger.size(subject_kind::order); ++i) {
        if (ledger.read(subject_kind::order, i, of) != error_code::ok || of.version == 0) continue;
        std::uint32_t most = 0;
        for (const auto& b : of.buckets)
            if (b.cell != none<cell_id>)
                most = std::max(most, raw(s.books.cells.node_of(b.cell)) + 1u);
        const auto note = [&](place_id p) {
            if (index_of(p) < seen.size()) seen[index_of(p)] = std::max(seen[index_of(p)], most);
        };
        const auto note_all = [&] {
            note(of.ship_to);
            for (const line_terms& own : of.own) note(own.ship_to);
        };
        note_all();
        if (raw(of.decided_by) == 0) continue;
        const auto all = sourcing::decode_all(load_cold(ledger.chunks(), of.cold, of.cold_bytes));
        if (!all) most = static_cast<std::uint32_t>(s.names.node.size());
        for (std::size_t k = 0; all && k < all->size(); ++k)
            most = std::max<std::uint32_t>(most, (*all)[k].nodes);
        note_all();
    }
    return seen;
}

}  // namespace

load_report engine::load(const command& c, std::span<const distance_row> rows,
                         const load_part& part) {
    state& s = *state_;
    std::vector<std::uint32_t> seen;
    return fill(s, c, rows, part, [&](loader& l, desk& d, const distance_row& r, std::size_t i) {
        if (seen.empty()) seen = nodes_seen(s);
        const auto refuse = [&](error e) {
            l.reject(i, e, "distance of '" + r.place + "' from '" + r.node + "'");
            return true;
        };
        const auto place = s.names.places.find(r.place);
        const auto node = s.names.nodes.find(r.node);
        if (!place) return refuse(fail(error_code::unknown_place));
        if (!node) return refuse(fail(error_code::unknown_node));
        if (r.metres < 0 || r.metres > max_metres)
            return refuse(fail(error_code::out_of_range, r.metres, r.metres < 0 ? 0 : max_metres));
        if (*node < seen[*place]) return refuse(fail(error_code::distance_used));
        const auto at = node_id{static_cast<std::uint16_t>(*node)};
        if (!s.names.give_distance(place_id{*place}, at, r.metres))
            return refuse(fail(error_code::duplicate_row));
        const std::int64_t fields[] = {*node, r.metres};
        d.record.intern(journal::intern_kind::distance, {*place, {}, fields, {}});
        return l.accept();
    });
}

}  // namespace earmark
