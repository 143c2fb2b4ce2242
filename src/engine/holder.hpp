// THE HOLDER: what verbs do with the holds of the order on a desk. Each change is one of the desk's
// `beside` and a note of its record, so that it is in the same commit as what it goes with.
#pragma once

#include <optional>
#include <vector>

#include "alarm.hpp"
#include "hold_notes.hpp"
#include "hold_scope.hpp"
#include "order_timers.hpp"
#include "state_calls.hpp"

namespace earmark {

class suspecting;

class engine::state::holder {
public:
    explicit holder(state& s) noexcept : s_{s} {}

    // ---- verbs (hold_verbs.cpp) ----------------------------------------------------------------

    result<receipt> place(const visit& v, const command& c, const place_hold_request& r);
    result<receipt> resolve(const visit& v, const command& c, const resolve_hold_request& r);
    /// Resolves a hold in the commit of what the desk is about: an edit's, which must be active.
    [[nodiscard]] error may_end_edit(const desk& d, const command& c,
                                     const resolve_hold_request& r) const;
    [[nodiscard]] error end_edit(desk& d, const command& c, const resolve_hold_request& r,
                                 time_point now) const;
    /// Resolves, in a commit of its own, the holds of an order that block the step and whose own
    /// condition says that they are over. Before the verb that makes the step.
    void lift(const visit& v, order_id id, hold_step step);
    /// The same in the commit of what the desk is about.
    [[nodiscard]] error lift_on_desk(desk& d, hold_step step, actor_id by, time_point now) const;
    /// The same on the desk alone, for a question.
    void pretend_to_lift(desk& d, hold_step step, time_point now) const;

    /// As replacing_beside(), with a timer for the order where something is to happen to it before
    /// it was `due`.
    template <class F>
    committed alarmed(const visit& v, std::uint32_t order, time_point due, F&& f) {
        const desk& d = v.desk;
        const time_point next = next_deadline(d.order, d.beside);
        alarm sooner{s_.books.timers, v.slot, next < due};
        if (!sooner.is_ready()) return committed{error_code::out_of_memory, {}, 0, 0};
        sooner.announce(order_timer_bit | order, next);
        const committed done = s_.replacing_beside(v, f);
        if (done.code == error_code::ok) sooner.hang_up();
        return done;
    }

    // ---- what is blocked (holder.cpp) ----------------------------------------------------------

    /// The desk's moves that no hold blocks stay. `held` (refs: hold, line or 0, type) where none
    /// is left, or where all of them were to be made and one cannot.
    [[nodiscard]] error keep_unheld(desk& d, hold_step step, bool all) const;
    /// The desk's moves of goods that no freeze keeps where they are. `excluded` where none is
    /// left.
    [[nodiscard]] error keep_unfrozen(desk& d) const;
    /// Lines of the desk's order that may not be sourced, into its `on_hold`.
    void note_held(desk& d) const;
    /// By line of the desk's order, as commands would find it.
    [[nodiscard]] std::vector<stopped_steps> stopped(desk& d, time_point now) const;
    /// `held`, where units of the desk's order would be sourced but for a hold.
    [[nodiscard]] error waits_for(const desk& d) const noexcept;

    // ---- what the order's own facts say (holder.cpp) -------------------------------------------

    /// The holds that types place by themselves, of the order on the desk that is being placed.
    [[nodiscard]] error apply(desk& d, const suspecting& of, actor_id by, time_point now) const;
    /// The same of one that is to be another: those that are to be of `next` and were not before.
    [[nodiscard]] error apply_anew(desk& d, order_id id, lifecycle::image next, actor_id by,
                                   time_point now) const;
    [[nodiscard]] bool is_over(desk& d, const lifecycle::hold& h) const;

    // ---- time (order_timers.cpp) ---------------------------------------------------------------

    /// As state::due_at() and state::expire(), of an order. Read beside the one on the desk.
    time_point due_at(std::uint32_t slot, time_point now, std::uint32_t order) const;
    time_point expire(std::uint32_t slot, time_point now, std::uint32_t order,
                      std::uint32_t& expired);

private:
    /// A type, what a hold of it is on, and the order that is repeated, plus one.
    struct scope {
        hold_type_id type{};
        std::uint16_t line = 0;
        std::uint32_t repeats = 0;
        friend bool operator==(const scope&, const scope&) = default;
    };
    /// For which the conditions hold of the desk's order, and what else types ask.
    [[nodiscard]] result<std::vector<scope>> applying(desk& d, const suspecting& of) const;
    [[nodiscard]] error put_by_itself(desk& d, const scope& s, actor_id by, time_point now) const;
    struct passing {
        verb by = verb::resolve_hold;
        bool is_timer = false;  // of the order's workflow
    };
    [[nodiscard]] passing first_to_pass(std::uint32_t slot, time_point now,
                                        std::uint32_t order) const;
    /// The first that is due of the desk's order by `now`. Not `in_earnest`: it is only marked as
    /// escalated, or as having given its stock back.
    error pass_time(desk& d, time_point now, bool in_earnest) const;
    struct answer {
        std::uint32_t number;
        lifecycle::hold_event what;
        std::uint8_t reason;
        actor_id by;
        time_point at;
    };
    [[nodiscard]] lifecycle::hold_table types() const noexcept { return s_.names.holds.terms(); }
    [[nodiscard]] error held_by(const lifecycle::hold& h) const noexcept;
    [[nodiscard]] sourcing::order_facts ask(desk& d) const;
    using one_line = std::span<const sourcing::attribute_value>;
    [[nodiscard]] static std::vector<one_line> lines_of_way(const desk& d,
                                                            const sourcing::order_facts& facts,
                                                            std::uint16_t own);
    void apply_by_way(desk& d, std::uint16_t own, std::vector<scope>& out) const;
    /// Places it on the desk's order, which has room for so many, with its note. Answers its
    /// number, and whether it is new.
    [[nodiscard]] result<lifecycle::placing> put(desk& d, lifecycle::hold h,
                                                 std::size_t most) const;
    /// As put(), of one that a type places by itself: what is not placed for want of room would not
    /// be stopped.
    [[nodiscard]] result<lifecycle::placing> put_by_itself(desk& d, lifecycle::hold h) const;
    /// Ends or marks one, with its note; and what goes with it: holds that come after it, units
    /// that are cancelled, units that lose their stock. Requires that nothing else moves units.
    [[nodiscard]] error settle(desk& d, const answer& a) const;
    [[nodiscard]] error note_end(desk& d, const answer& a) const;
    void keep_possible(desk& d) const;
    void cancel_scope(desk& d, const lifecycle::hold& h, std::uint8_t reason) const;
    /// Does what a hold's type has for its rejection: `reject`, or `reject_on` where something is
    /// left to be done.
    [[nodiscard]] lifecycle::hold_event carry_out_rejection(desk& d, const answer& a) const;
    /// In scope and not shipped yet, once the desk's moves are made.
    [[nodiscard]] static std::int64_t units_on_their_way(const desk& d, const lifecycle::hold& h);
    void unallocate_scope(desk& d, const lifecycle::hold& h) const;
    [[nodiscard]] error plan_placing(desk& d, const command& c, const place_hold_request& r,
                                     time_point now) const;
    [[nodiscard]] bool may_time(const command& c, hold_type_id type) const;
    [[nodiscard]] error may_answer(const desk& d, const command& c,
                                   const resolve_hold_request& r) const;

    state& s_;
};

}  // namespace earmark
