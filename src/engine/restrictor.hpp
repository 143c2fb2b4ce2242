// THE RESTRICTOR: what restrictions say of the order on the desk. Which rows are about a place, a
// SKU and which nodes is computed when it is first asked and kept on the desk as long as the tables
// stand; of the orders that no row is about nothing else is looked at. Without rows in force
// everything here is a look at one word.
#pragma once

#include "state_calls.hpp"

namespace earmark {

class engine::state::restrictor {
public:
    restrictor(const state& s, desk& d) noexcept : s_{s}, d_{d} {}

    /// As long as it lives, the facts of the desk's order are those that lie on the desk.
    class placing {
    public:
        explicit placing(desk& d) noexcept : d_{d} { d_.placing = true; }
        ~placing() { d_.placing = false; }
        placing(const placing&) = delete;
        placing& operator=(const placing&) = delete;

    private:
        desk& d_;
    };

    /// Is there anything to ask?
    [[nodiscard]] bool hold() const noexcept { return !s_.names.restrictions.empty(); }

    /// After the desk's picture of stock: nodes have nothing of the wanted lines that may not leave
    /// from there, and `restricted` says so.
    void bar() const;
    /// Does the desk's `restricted` keep the wanted line from a node?
    [[nodiscard]] static bool is_barred(const desk& d, std::size_t wanted, node_id node) noexcept;

    /// The desk's order as it is captured: appends each line that may leave from no node, or not
    /// from its own. shipping_restricted (refs: row, line, its node or -1; row: the line).
    void refuse_lines(std::vector<error>& violations) const;
    /// The lines that the desk's moves bring to a node; the first that may not leave from there.
    [[nodiscard]] error may_leave(std::span<const bucket_move> moves) const;
    /// The desk's moves of units to be released, without those that may not leave from where they
    /// are. The error of the first of them where none is left.
    [[nodiscard]] error keep_allowed() const;
    /// What an amendment of the desk's order, with the desk's moves, would make of it.
    [[nodiscard]] error may_become(const lifecycle::amendment& what) const;

private:
    /// Which rows the order on the desk has to fear, by the way of a line: into the desk's memory.
    /// Anew, for an order that may be another one.
    void read(std::size_t line) const;
    /// The same, of a line of the order that was read: each way is worked out once.
    void go(std::size_t line) const;
    /// Of the rows of the memory's place, those that hold for the order as it is seen.
    void find_rows_of_order() const;
    void ready() const;
    [[nodiscard]] std::vector<std::uint64_t> nodes_of(const restriction& r,
                                                      const asked_attributes& asked) const;
    void keep_place(restriction_memory::of_place& p, place_id place) const;
    [[nodiscard]] std::span<const std::uint16_t> goods_rows(sku_id sku) const;
    void add_own_rows(std::size_t line) const;
    void keep_same(const restriction& r, place_id place, std::span<std::uint64_t> row) const;
    /// The rows that hold for a line, of those that hold for the order: into the memory's `line`.
    void read_line(std::size_t line) const;
    [[nodiscard]] std::span<const std::uint64_t> nodes_at(std::uint16_t row) const;
    /// The first of the line's rows that keeps it from a node, or from all of them. Requires
    /// read_line().
    [[nodiscard]] std::optional<std::uint16_t> first_at(node_id node) const;
    [[nodiscard]] std::optional<std::uint16_t> first_everywhere() const;
    [[nodiscard]] error check(std::size_t line, node_id node) const;
    [[nodiscard]] error check_any(std::size_t line) const;

    const state& s_;
    desk& d_;
};

}  // namespace earmark
