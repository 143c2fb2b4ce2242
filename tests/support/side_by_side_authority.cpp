// Who may do what, side by side.
#include "earmark/engine/story.hpp"
#include "earmark/report/order_story.hpp"
#include "side_by_side.hpp"

namespace earmark::streams {

/// Actors are known by the texts of their numbers.
void side_by_side::load_privileges(const step& s) {
    constexpr std::uint32_t all = 3;
    for (std::uint32_t n = 1; n <= all && (s.who != 0 || !s.grants.empty()); ++n)
        if (const auto known = real_->actor(std::to_string(n)); !known || raw(*known) != n)
            differ("an actor has another number");
    if (s.grants.empty()) return;
    const command by_host{{}, actor_id{}, s.now};
    pass_time(by_host);
    for (const rejected_row& r : real_->load(by_host, s.grants).rejected)
        differ("a privilege: " + r.text);
    naive_.load(by_host, s.grants);
    ++tally_["privileges: loaded"];
}

/// Every note about it; of a story that is not whole the last ones.
void side_by_side::compare_denied(const told_story& told) {
    std::vector<std::string> real, naive;
    for (const trail_row& r : told.rows)
        if (r.kind == trail_kind::denied)
            real.push_back(std::to_string(raw(r.actor)) + ' ' + r.what + ' ' + r.after);
    for (const naive::denied_note& n : naive_.denied())
        if (n.order == raw(told.order))
            naive.push_back(std::to_string(raw(n.actor)) + ' ' + std::string{name_of(n.may)} + ' ' +
                            std::to_string(n.times));
    if (!told.whole && naive.size() > real.size())
        naive.erase(naive.begin(), naive.end() - static_cast<std::ptrdiff_t>(real.size()));
    if (real != naive) differ("what was denied of " + told.key + "\n" + report::text_of(told));
}

}  // namespace earmark::streams
