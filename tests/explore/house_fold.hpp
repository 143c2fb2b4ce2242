// What a recovery would believe of a house after each record: the fold that an explored journal is
// cut with.
#pragma once

#include <array>
#include <map>

#include "earmark/journal/record.hpp"
#include "explore/house_spec.hpp"
#include "support/explore/failure.hpp"

namespace earmark::explore {

class house_fold final : public journal::deaf_visitor {
public:
    house_fold(const std::array<cell_id, house_cells>& cells, const amounts& on_hand,
               const std::array<amounts, holds>&, const amounts& free)
        : cells_{cells}, free_{free}, on_hand_{on_hand} {}

    /// No cell is below what physical truth made of it, and nothing else is.
    void expect_legal() const {
        for (std::size_t c = 0; c < house_cells; ++c)
            expect(free_[c] >= -gone_[c], "a crash here would recover negative stock");
    }
    [[nodiscard]] granules free(std::size_t c) const { return free_[c]; }
    [[nodiscard]] granules on_hand(std::size_t c) const { return on_hand_[c]; }
    [[nodiscard]] reservation_state life(std::uint32_t r) const {
        const auto found = ended_.find(r);
        return found == ended_.end() ? reservation_state::active : found->second;
    }

    error_code begin(verb by, time_point, actor_id) override {
        physical_ = by == verb::adjust;
        return error_code::ok;
    }
    error_code cell(const journal::cell_op& op) override {
        for (std::size_t c = 0; c < house_cells; ++c) {
            if (cells_[c] != op.cell) continue;
            free_[c] += op.free;
            on_hand_[c] += op.on_hand;
            if (physical_ && op.free < 0) gone_[c] -= op.free;
        }
        return error_code::ok;
    }
    error_code reservation(const journal::reservation_op& op) override {
        if (op.birth) {
            expect(ended_.erase(op.index) == 1 || born_.emplace(op.index, true).second,
                   "a number is born again after its end only");
            return error_code::ok;
        }
        expect(ended_.emplace(op.index, op.life).second, "a journal ends a reservation once");
        return error_code::ok;
    }

private:
    std::array<cell_id, house_cells> cells_;
    amounts free_, on_hand_, gone_{};
    std::map<std::uint32_t, reservation_state> ended_;
    std::map<std::uint32_t, bool> born_;
    bool physical_ = false;
};

}  // namespace earmark::explore
