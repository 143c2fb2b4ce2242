// TRANSITIONS: 512 orders, all in L1, take an event each from a stream; what has come to an end
// begins anew. Ours asks the workflow of the order's type, a loaded one of as many steps with
// guards and own states, and a loaded one that is plain. The rivals know the same table: a switch
// that is generated from it, and a map from `state event` to state, both texts.
#include <array>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "earmark/lifecycle/standard_workflows.hpp"
#include "earmark/lifecycle/workflow_text.hpp"
#include "shelves.hpp"
#include "suites.hpp"

namespace earmark::bench {
namespace {

namespace flow = lifecycle;

constexpr std::size_t orders = 512, steps = 1u << 12, asked = 1u << 15;

constexpr unsigned pair(unit_state s, unit_event e) noexcept {
    return static_cast<unsigned>(s) * 16 + static_cast<unsigned>(e);
}
constexpr unit_state no_state{0xFF};

/// A switch that is generated from the table of sales: the compiler makes one of the chain.
template <std::size_t... I>
unit_state chosen(unsigned at, std::index_sequence<I...>) noexcept {
    constexpr auto& written = flow::detail::sales_steps;
    unit_state to = no_state;
    (void)((at == pair(written[I].from.base, static_cast<unit_event>(written[I].on.n)) &&
            (to = written[I].to.base, true)) ||
           ...);
    return to;
}
unit_state by_switch(unit_state from, unit_event on) noexcept {
    return chosen(pair(from, on), std::make_index_sequence<std::size(flow::detail::sales_steps)>{});
}

class transitions final : public suite {
public:
    transitions() {
        const auto& sales = flow::sales_workflow;
        loaded_ = flow::parse_workflow(flow::text_of(sales.written(), order_type::sales)).value;
        const auto& purchase = flow::purchase_workflow;
        labelled_ =
            flow::parse_workflow(flow::text_of(purchase.written(), order_type::purchase)).value;
        demand(loaded_ != nullptr && labelled_ != nullptr, "an exported workflow is read again");
        for (std::size_t s = 0; s < unit_states; ++s)
            for (std::size_t e = 0; e < unit_events; ++e) compare(s, e);
        events_.resize(asked);
        for (std::size_t i = 0; i < asked; ++i)
            events_[i] = static_cast<unit_event>(draw(71, i, unit_events));
    }
    void enter(contest& c) override {
        const auto& sales = flow::sales_workflow;
        c.enter({"order.transition.l1", steps, [this, &sales] { walk(sales); }});
        c.enter({"order.transition.loaded.l1", steps, [this] { walk(loaded_->view()); }});
        c.enter({"order.transition.labelled.l1", steps, [this] { walk(labelled_->view()); }});
        c.enter({"rival.switch.transition", steps, [this] { walk_switch(); }});
        c.enter({"rival.string_map.transition", steps, [this] { walk_strings(); }});
    }
    void rows(const contest& c, report& r) override {
        demand(moved_ != 0, "some of the events lead somewhere");
        const auto& one = c.of("order.transition.l1");
        r.rows.push_back(timed("order.transition.l1", one, r.f(), goal::ratio_at_most(2)));
        for (const char* name : {"order.transition.loaded.l1", "order.transition.labelled.l1"})
            r.rows.push_back(timed(name, c.of(name), r.f(), goal::ratio_at_most(2)));
        const yardstick ours{"transition", one.least};
        for (const char* name : {"rival.switch.transition", "rival.string_map.transition"})
            r.rows.push_back(timed(name, c.of(name), ours));
    }

private:
    void compare(std::size_t s, std::size_t e) {
        const auto from = static_cast<unit_state>(s);
        const auto on = static_cast<unit_event>(e);
        const auto to = flow::sales_workflow.next(from, on);
        const unit_state other = by_switch(from, on);
        demand(other == (to ? to->base : no_state), "the switch is generated from the table");
        if (to) by_text_[key_of(from, on)] = std::string{name_of(to->base)};
    }
    static std::string key_of(unit_state s, unit_event e) {
        std::string key{name_of(s)};
        key += ' ';
        return key += name_of(e);
    }
    const unit_event* next() { return events_.data() + (at_ = (at_ + steps) % asked); }

    void walk(const flow::workflow& by) {
        const unit_event* const on = next();
        for (std::size_t i = 0; i < steps; ++i) {
            flow::state_key& s = states_[i % orders];
            const flow::row* const r = by.find(s, on[i]);
            if (r == nullptr) continue;
            s = is_final(r->to.base) ? flow::state_key{} : r->to;
            ++moved_;
        }
    }
    void walk_switch() {
        const unit_event* const on = next();
        for (std::size_t i = 0; i < steps; ++i) {
            flow::state_key& s = states_[i % orders];
            const unit_state to = by_switch(s.base, on[i]);
            if (to == no_state) continue;
            s = is_final(to) ? flow::state_key{} : flow::state_key{to};
            ++moved_;
        }
    }
    void walk_strings() {
        const unit_event* const on = next();
        for (std::size_t i = 0; i < steps; ++i) {
            std::string& s = text_states_[i % orders];
            std::string key = s;
            key += ' ';
            key += name_of(on[i]);
            const auto to = by_text_.find(key);
            if (to == by_text_.end()) continue;
            const bool ends =
                to->second == "delivered" || to->second == "lost" || to->second == "cancelled";
            s = ends ? "open" : to->second;
            ++moved_;
        }
    }

    std::shared_ptr<const flow::loaded_workflow> loaded_, labelled_;
    std::vector<unit_event> events_;
    std::array<flow::state_key, orders> states_{};
    std::vector<std::string> text_states_ = std::vector<std::string>(orders, "open");
    std::unordered_map<std::string, std::string> by_text_;
    std::size_t at_ = 0;
    std::uint64_t moved_ = 0;
};

}  // namespace

std::unique_ptr<suite> transition_suite() { return std::make_unique<transitions>(); }

}  // namespace earmark::bench
