// THE AMENDER: one amend command, from the order that it reads to the answer.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "earmark/intake/amend.hpp"
#include "state_calls.hpp"

namespace earmark {

class engine::state::amender {
public:
    /// Says what is asked of the desk's order, each time that it is read: it rewrites the request,
    /// and appends what is in the way.
    using drafting = std::function<void(desk&, std::vector<error>&)>;

    amender(state& s, const visit& v, const command& c, const amend_request& r, drafting draft = {})
        : s_{s}, v_{v}, c_{c}, r_{r}, draft_{std::move(draft)} {}

    amended run();

private:
    /// What is to be done of the desk's order, onto the desk. Decides from the start each time.
    error plan(desk& d);
    /// Lines that are bound to another node than their units are allocated at take them along:
    /// taken there and free here in one step.
    error follow_nodes(desk& d);
    [[nodiscard]] result<bool> keeps_pools(desk& d) const;
    error follow(desk& d, const lifecycle::bucket& b, node_id node, bool keeps_pools);
    [[nodiscard]] error may_follow(const desk& d, const lifecycle::bucket& b, node_id at,
                                   node_id to, bool keeps_pools) const;
    [[nodiscard]] bool is_excluded(node_id n) const;
    [[nodiscard]] error may_ask(const desk& d) const;
    error within_holds(desk& d);
    /// What comes to an order's node must find its place there.
    void check_places();
    error screen(desk& d);
    error preview();
    void tell(const desk& d);
    [[nodiscard]] amended declined(error why);

    state& s_;
    const visit& v_;
    const command& c_;
    const amend_request& r_;
    const drafting draft_;
    lifecycle::amendment what_;
    std::uint32_t cold_ = 0xFFFFFFFF, cold_bytes_ = 0;  // of a decision that it ends
    amended answer_;
};

}  // namespace earmark
