// WORKFLOWS as JSON: a version is made active, and what may be done with an order.
#include <string>
#include <vector>

#include "earmark/core/time_text.hpp"
#include "earmark/engine/workflows.hpp"
#include "submit_answer.hpp"

namespace earmark::submission {

answer run_activate_workflow(const request& r) {
    call c{r};
    if (!c.ready()) return c.refused();
    std::vector<std::string> findings;
    const auto version = activate_workflow(r.on, c.by, c.line.text("workflow"), &findings);
    if (version) {
        answer out = c.done();
        out["workflow"] = *version;
        return out;
    }
    answer out = c.refused(version.error());
    if (!findings.empty()) out["findings"] = findings;
    return out;
}

answer run_allowed(const request& r) {
    call c{r};
    const order_id id = c.line.order();
    if (!c.wrong.empty()) return c.refused();
    const auto all = allowed(r.on, id);
    if (!all) return c.refused(all.error());
    const auto order = r.on.order(id);
    if (!order) return c.refused(order.error());
    answer out = c.done();
    out["order"] = c.line.text("order");
    answer& steps = out["steps"] = answer::array();
    for (const allowed_view& a : *all) {
        answer one = {{"line", a.line},
                      {"state", a.state},
                      {"quantity", quantity_text(r.on, order->lines[a.line - 1].sku, a.amount)},
                      {"event", a.event},
                      {"command", a.command},
                      {"possible", a.possible}};
        if (!a.because.empty()) one["because"] = a.because;
        if (a.acts_at != never) one["acts_at"] = to_string(a.acts_at);
        if (a.told) one["told"] = true;
        if (!a.possible) one["why_not"] = a.why_not;
        steps.push_back(std::move(one));
    }
    return out;
}

}  // namespace earmark::submission
