// THE TIMEKEEPER: timers of workflows. What units have stood long enough for is done by time, in a
// commit of its own, by the same gates that a caller's command goes through; what something stands
// in the way of is told once, in the journal, and left to people.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "earmark/lifecycle/standing.hpp"
#include "engine_door.hpp"

namespace earmark {

/// A timer in a record: of which step of which version, and what became of it.
struct timed_turn {
    std::uint16_t workflow = 0;
    std::uint16_t step = 0;  // of the definition
    std::uint16_t line = 0;  // 0-based
    lifecycle::turn what = lifecycle::turn::took_step;
    error_code why = error_code::ok;  // of one that is told
};
[[nodiscard]] std::vector<std::byte> timed_note(const timed_turn& of);
/// False where the bytes are no such thing.
[[nodiscard]] bool read_timed_note(std::span<const std::byte> bytes, timed_turn& into);
/// The timer that a step is; nothing where there is no such step, or it waits for its event.
[[nodiscard]] std::optional<lifecycle::due_timer> timer_of(const lifecycle::workflow& by,
                                                           std::uint16_t step) noexcept;

class timekeeper {
public:
    using state = engine_door::state;
    explicit timekeeper(state& s) noexcept : s_{s} {}

    /// The desk's order is to be `next`: since when its units stand where they will.
    static void follow(desk& d, const lifecycle::image& next, time_point now);
    /// The same of an order that is being placed, with the moves of its basket.
    static void follow_birth(desk& d, time_point now);

    /// The verb of an order's first timer, where that is due.
    [[nodiscard]] static std::optional<verb> due(const lifecycle::image& of, const beside& more,
                                                 time_point now) noexcept;
    /// Takes the step of the first timer that is due, for all lines whose turn it is. Nothing is
    /// done of one that another verb is for. `refused`: why it could not be done when it was tried;
    /// then the units stay, and that is told.
    [[nodiscard]] error pass_time(desk& d, order_id id, time_point now, verb by,
                                  error_code refused) const;

private:
    struct its_turn {
        timed_turn said;
        granules n = 0;
    };
    [[nodiscard]] std::vector<lifecycle::bucket> standing_at(const lifecycle::image& of,
                                                             std::uint16_t line,
                                                             lifecycle::state_key from) const;
    /// Moves of a line, onto the desk, or why there are none.
    void look_at(desk& d, const lifecycle::due_timer& t, lifecycle::fact_bits known,
                 its_turn& line) const;
    [[nodiscard]] error_code in_the_way(const desk& d, const lifecycle::due_timer& t,
                                        const lifecycle::bucket& b) const;
    /// Lines of which a gate keeps some units stay whole.
    void keep_whole_lines(desk& d, std::vector<its_turn>& lines) const;
    void pass_gates(desk& d, std::vector<its_turn>& lines) const;

    state& s_;
};

}  // namespace earmark
