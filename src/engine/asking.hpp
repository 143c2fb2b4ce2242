// THE ASKER: what verbs do with what nodes are asked about the order on a desk (model/asked.hpp).
// Rooms put requests that are to be made onto the desk's `asks`, and what becomes of those that
// there are onto its `answers`; settle() does both, in the commit of what the desk is about.
#pragma once

#include "earmark/intake/cancel.hpp"
#include "state_calls.hpp"

namespace earmark {

class engine::state::asker {
public:
    explicit asker(const state& s) noexcept : s_{s} {}

    /// By which nodes a cancellation of the desk's order needs.
    [[nodiscard]] intake::consent consent(desk& d) const {
        return {s_.names.answers, d.beside.asked, d.asks};
    }
    /// Would the order's workflow let the units go that are to be asked about?
    [[nodiscard]] error route(const desk& d, const lifecycle::asked& a,
                              lifecycle::fact_bits known) const;

    /// Nodes that the desk's moves release work to, onto its `asks`.
    void ask_for_work(desk& d) const;
    /// What a node answers, onto the desk: units that it gives back are cancelled.
    [[nodiscard]] error answer(desk& d, const fact& f, granules wanted) const;
    /// Units that the desk's moves take from a node, and that it was asked to give back, are
    /// cancelled and not open.
    void cancel_asked(desk& d, node_id node) const;

    /// Onto the order: answers, new requests, and the end of those whose units are not there any
    /// more. Requires that the desk's moves are made. out_of_range where there are too many.
    [[nodiscard]] error settle(desk& d, actor_id by, time_point now) const;
    /// The last of it, of another order.
    void end_overtaken(other_order& of) const;

    /// Nobody has answered the first request that is due. Nothing is done of one that another verb
    /// is for; not `in_earnest`, the request ends and the units stay.
    [[nodiscard]] error pass_time(const visit& v, verb by, bool in_earnest) const;
    /// Under which verb it is done.
    [[nodiscard]] static verb verb_of(const lifecycle::asked& a) noexcept;

private:
    [[nodiscard]] std::vector<lifecycle::asked_change> overtaken(const lifecycle::image& of,
                                                                 beside& more) const;

    const state& s_;
};

}  // namespace earmark
