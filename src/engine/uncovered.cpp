// UNCOVERED: which promises have no goods behind them, and in which order they lose.
#include <algorithm>
#include <tuple>

#include "state_calls.hpp"

namespace earmark {
namespace {

/// Units of one promise in one cell.
struct claim_on {
    cell_id cell{};
    time_point made;
    subject_kind kind = subject_kind::order;
    std::uint32_t index = 0;
    std::uint32_t birth = 0;
    std::uint16_t line = 0;
    unit_state state = unit_state::reserved;
    granules n = 0;
};

/// Who loses first stands first. Every pair differs, so the order is one.
bool loses_before(const claim_on& a, const claim_on& b) noexcept {
    const auto rank = [](const claim_on& x) {
        return std::tuple{x.cell,
                          ~x.made.ns,
                          x.kind == subject_kind::order,
                          ~x.index,
                          static_cast<std::uint16_t>(~x.line),
                          x.state};
    };
    return rank(a) < rank(b);
}

template <class State>
std::vector<claim_on> claims_on(const State& s, std::span<const cell_id> cells) {
    std::vector<claim_on> found;
    lifecycle::image of;
    for (const subject_kind kind : {subject_kind::order, subject_kind::reservation})
        for (std::uint32_t i = 0; i < s.books.ledger.size(kind); ++i) {
            if (s.books.ledger.read(kind, i, of) != error_code::ok || of.version == 0) continue;
            if (kind == subject_kind::reservation && !of.holds()) continue;
            for (const auto& b : of.buckets)
                if (holds_stock(b.state) && std::binary_search(cells.begin(), cells.end(), b.cell))
                    found.push_back({b.cell, of.made, kind, i, of.birth, b.line, b.state, b.n});
        }
    std::sort(found.begin(), found.end(), loses_before);
    return found;
}

}  // namespace

std::vector<uncovered_promise> engine::state::uncovered(std::span<const cell_id> cells) const {
    std::vector<cell_id> at;
    for (const cell_id c : cells)
        if (books.stock.free(c) < 0) at.push_back(c);
    std::vector<uncovered_promise> out;
    if (at.empty()) return out;
    cell_id cell = none<cell_id>;
    granules lack = 0;
    for (const claim_on& claim : claims_on(*this, at)) {
        if (claim.cell != cell) {
            cell = claim.cell;
            lack = std::max(0, -books.stock.free(cell));
        }
        const granules n = std::min(lack, claim.n);
        if (n == 0) continue;
        lack -= n;
        uncovered_promise p;
        p.sku = books.cells.sku_of(cell);
        p.node = books.cells.node_of(cell);
        p.pool = books.cells.pool_of(cell);
        p.section = books.cells.section_of(cell);
        const bool is_order = claim.kind == subject_kind::order;
        if (is_order)
            p.order = order_id{claim.index};
        else
            p.reservation =
                reservation_id{static_cast<std::uint64_t>(claim.birth) << 32 | claim.index};
        p.line = is_order ? claim.line + 1u : 0;
        p.state = claim.state;
        p.made = claim.made;
        p.amount = to_quantity(cell, n);
        out.push_back(p);
    }
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
        return std::pair{a.sku, a.node} < std::pair{b.sku, b.node};
    });
    return out;
}

void engine::state::look_back(const result<receipt>& done,
                              std::vector<uncovered_promise>& into) const {
    into.clear();
    if (!done || done->uncovered == 0) return;
    const cell_id cell{static_cast<std::uint32_t>(done->subject)};
    try {
        into = uncovered({&cell, 1});
    } catch (const std::bad_alloc&) {  // the change stands: the caller must not make it again
        into.clear();
    }
}

result<std::vector<uncovered_promise>> engine::uncovered(sku_id sku, node_id node) const {
    using list = std::vector<uncovered_promise>;
    const state& s = *state_;
    return s.ask<result<list>>([&](const state::visit&) -> result<list> {
        if (sku != none<sku_id> && index_of(sku) >= s.names.sku.size())
            return fail(error_code::unknown_sku, raw(sku));
        if (node != none<node_id> && index_of(node) >= s.names.node.size())
            return fail(error_code::unknown_node, raw(node));
        std::vector<cell_id> cells;
        const auto look = [&](sku_id at) {
            s.books.cells.each(at, [&](cell_id c, node_id n) {
                if (node == none<node_id> || n == node) cells.push_back(c);
            });
            s.books.cells.each_section(at, [&](cell_id c, node_id n, section_id) {
                if (node == none<node_id> || n == node) cells.push_back(c);
            });
        };
        if (sku != none<sku_id>)
            look(sku);
        else
            for (std::uint32_t i = 0; i < s.names.sku.size(); ++i) look(sku_id{i});
        std::sort(cells.begin(), cells.end());
        return s.uncovered(cells);
    });
}

}  // namespace earmark
