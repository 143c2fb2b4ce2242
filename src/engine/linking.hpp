// LINKING: what a command on one order does to the orders that it is linked to, in the same commit.
// An order waits for units that another one brings; when the bringer arrives they lie at their node
// for the one that waits; when it will not bring them they are open again; when nobody waits for
// them any more it brings them for nobody, or does not set out.
#pragma once

#include "desk.hpp"
#include "state.hpp"

namespace earmark {

class engine::state::linking {
public:
    linking(state& s, const visit& v) noexcept : s_{s}, v_{v}, d_{v.desk} {}

    /// What the desk's moves, not made yet, mean to the orders that its order, `id`, is linked to:
    /// onto the desk's `others`, and into its stock lines and gives. order_busy: decide again.
    error follow(order_id id);

    /// Makes the orders that bring what the desk's `brought` says. out_of_memory, key_memory_full,
    /// bad_line_count, out_of_range for an order with too many links; what was made by then is
    /// given back by give_back().
    error make_bringers();

    /// Ops and subjects of the desk's others, behind those of its order.
    void record();
    /// Those that were to be born and were not.
    void give_back() noexcept;
    /// Those that were born answer to their keys from now on.
    void finish(position at) noexcept;

private:
    result<other_order*> other(std::uint32_t index);
    [[nodiscard]] error all_told(granules left, const char* promise) const;
    void move(other_order& of, const bucket_move& m);
    error tell_bringer(const link& l, granules n);
    void remember_rejection(const link& l, other_order& by);
    error tell_waiting(const link& l, granules n, bool has_come);
    void forget(bucket_move& m);
    void come_to(std::uint16_t line, granules n, bool is_for_nobody);
    other_order& bringer(node_id from, node_id to);
    void spread(const brought_part& part, other_order& by);
    error give_birth(other_order& of);
    void record_birth(const other_order& o, digest128 content);

    state& s_;
    const visit& v_;
    desk& d_;
    std::uint32_t own_ = 0;  // number of the desk's order, while its moves are followed
};

}  // namespace earmark
