// THE PICTURE of stock that a decision is made on: what each node has of each wanted line. Cells
// that are marked as empty are passed over (stock/marks.hpp), and those that are found empty are
// marked.
#include <bit>

#include "state_calls.hpp"

namespace earmark {

/// Looks at every cell.
void engine::state::see_cells(desk& d, std::size_t wanted) const {
    const std::size_t nodes = names.node.size();
    granules* const free = d.free.data() + wanted * nodes;
    cell_id* const cells = d.cells.data() + wanted * nodes;
    books.stock.each_free(d.wanted[wanted].sku, [&](cell_id cell, node_id at, granules n) {
        free[index_of(at)] = n;
        cells[index_of(at)] = cell;
    });
}

/// The same picture of what can be taken. Costs a few instructions for eight marked cells.
void engine::state::see_unmarked(desk& d, std::size_t wanted) {
    const std::size_t nodes = names.node.size();
    granules* const free = d.free.data() + wanted * nodes;
    cell_id* const cells = d.cells.data() + wanted * nodes;
    const auto look = [&](node_id at, cell_id cell) {
        const granules n = books.stock.free(cell);
        if (n > 0) {
            free[index_of(at)] = n;
            cells[index_of(at)] = cell;
        } else if (!books.cells.leases().ever()) {  // a lease may have units that no word shows
            books.marks.mark(
                cell, [&] { return books.stock.free(cell) <= 0 && !books.cells.leases().ever(); });
        }
    };
    books.cells.each_block(d.wanted[wanted].sku, [&](const auto& b, cell_id first, unsigned used) {
        const std::uint32_t marked = books.marks.of_block(raw(first) / stock::block_cells);
        d.passed_over |= marked != 0;
        for (std::uint32_t left = ~marked & ((1u << used) - 1); left != 0; left &= left - 1) {
            const auto k = static_cast<std::uint32_t>(std::countr_zero(left));
            look(b.nodes[k], cell_id{raw(first) + k});
        }
    });
}

/// Before an order is told that there is not enough: has a cell that was passed over units after
/// all? Then its mark is taken away. O(cells of the order's SKUs).
bool engine::state::finds_hidden(const desk& d) {
    bool found = false;
    if (!d.passed_over) return found;
    for (const wanted_line& w : d.wanted)
        books.stock.each_free(w.sku, [&](cell_id cell, node_id, granules n) {
            if (n <= 0 || !books.marks.is_marked(cell)) return;
            books.marks.take_away(cell);
            found = true;
        });
    return found;
}

}  // namespace earmark
