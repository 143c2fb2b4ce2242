#include "earmark/allocation/allot.hpp"

#include <algorithm>

namespace earmark::allocation {
namespace {

constexpr granules most = (1 << 22) - 1;

bool by_cell(const auto& a, const auto& b) { return a.cell < b.cell; }

}  // namespace

error merge(std::vector<take_line>& takes) {
    std::sort(takes.begin(), takes.end(), by_cell<take_line, take_line>);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < takes.size(); ++i) {
        if (kept == 0 || takes[kept - 1].cell != takes[i].cell) {
            takes[kept++] = takes[i];
            continue;
        }
        take_line& into = takes[kept - 1];
        if (takes[i].n > most - into.n)
            return fail(error_code::out_of_range, std::int64_t{into.n} + takes[i].n, most,
                        raw(into.cell));
        into.n += takes[i].n;
        into.floor = std::max(into.floor, takes[i].floor);
    }
    takes.resize(kept);
    return {};
}

void merge(std::vector<give_line>& gives) {
    std::sort(gives.begin(), gives.end(), by_cell<give_line, give_line>);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < gives.size(); ++i) {
        if (kept != 0 && gives[kept - 1].cell == gives[i].cell)
            gives[kept - 1].n += gives[i].n;
        else
            gives[kept++] = gives[i];
    }
    gives.resize(kept);
}

void net(std::vector<take_line>& takes, std::vector<give_line>& gives) {
    for (take_line& t : takes) {
        const auto g = std::lower_bound(gives.begin(), gives.end(), give_line{t.cell, 0},
                                        by_cell<give_line, give_line>);
        if (g == gives.end() || g->cell != t.cell) continue;
        const granules both = std::min(t.n, g->n);
        t.n -= both;
        g->n -= both;
        if (both > 0 && t.n == 0) t.cell = none<cell_id>;  // not a line that only keeps a floor
    }
    std::erase_if(takes, [](const take_line& t) { return t.cell == none<cell_id>; });
    std::erase_if(gives, [](const give_line& g) { return g.n == 0; });
}

void set_part(std::vector<lifecycle::bucket>& parts, const take_line& t) {
    const auto at =
        std::lower_bound(parts.begin(), parts.end(), t.cell,
                         [](const lifecycle::bucket& b, cell_id cell) { return b.cell < cell; });
    const bool there = at != parts.end() && at->cell == t.cell;
    const lifecycle::bucket part{
        t.cell, t.n, 0, unit_state::reserved, 0, static_cast<std::uint32_t>(t.floor)};
    if (there && t.n == 0)
        parts.erase(at);
    else if (there)
        *at = part;
    else if (t.n > 0)
        parts.insert(at, part);
}

void differences(std::span<const lifecycle::bucket> from, std::span<const lifecycle::bucket> to,
                 std::vector<take_line>& takes, std::vector<give_line>& gives) {
    auto a = from.begin();
    auto b = to.begin();
    while (a != from.end() || b != to.end()) {
        if (b == to.end() || (a != from.end() && a->cell < b->cell)) {
            gives.push_back({a->cell, a->n});
            ++a;
            continue;
        }
        const bool both = a != from.end() && a->cell == b->cell;
        const granules more = both ? b->n - a->n : b->n;
        if (more > 0) takes.push_back({b->cell, more, static_cast<granules>(b->ref)});
        if (more < 0) gives.push_back({b->cell, -more});
        if (both) ++a;
        ++b;
    }
}

void hand_over(std::span<const lifecycle::bucket> basket, std::span<const sku_id> sku_of,
               const lifecycle::image& order, std::vector<bucket_move>& moves,
               std::vector<give_line>& left_over) {
    std::vector<granules> wanted(order.lines.size());
    for (std::size_t l = 0; l < wanted.size(); ++l) wanted[l] = order.lines[l].ordered;
    for (std::size_t p = 0; p < basket.size(); ++p) {
        granules left = basket[p].n;
        for (std::size_t l = 0; l < wanted.size() && left > 0; ++l) {
            if (order.lines[l].sku != sku_of[p] || wanted[l] == 0) continue;
            const granules n = std::min(left, wanted[l]);
            wanted[l] -= n;
            left -= n;
            moves.push_back({0, static_cast<std::uint16_t>(l), n, unit_state::open,
                             unit_state::allocated, none<cell_id>, basket[p].cell, 0});
        }
        if (left > 0) left_over.push_back({basket[p].cell, left});
    }
}

void gives_of(std::span<const bucket_move> moves, std::vector<give_line>& gives) {
    for (const bucket_move& m : moves)
        if (holds_stock(m.from) && m.from_cell != none<cell_id> && m.to_cell == none<cell_id>)
            gives.push_back({m.from_cell, m.n});
    merge(gives);
}

}  // namespace earmark::allocation
