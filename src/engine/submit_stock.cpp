// AVAILABLE as JSON.
#include "submit_answer.hpp"

namespace earmark::submission {

answer run_available(const request& r) {
    call c{r};
    const sku_id sku = c.line.sku();
    const node_id node = c.line.node();
    const quantity floor = c.line.amount("floor", decimals_of(r.on, sku));
    if (!c.wrong.empty()) return c.refused();
    const auto free = r.on.available(sku, node, floor);
    if (!free) return c.refused(free.error());
    answer out = c.done();
    out["sku"] = c.line.text("sku");
    if (c.line.has("node")) out["node"] = c.line.text("node");
    out["units"] = quantity_text(r.on, sku, *free);
    return out;
}

}  // namespace earmark::submission
