#include "earmark/engine/queues.hpp"

#include <algorithm>

#include "earmark/engine/engine.hpp"

namespace earmark {

result<std::vector<queue_view>> queues(const engine& of) {
    std::vector<queue_view> out;
    for (std::uint32_t i = 0; i < of.orders(); ++i) {
        const auto order = of.order(order_id{i});
        if (!order && order.error().code == error_code::unknown_order) continue;
        if (!order) return order.error();
        std::vector<std::string_view> seen;
        for (const bucket_view& b : order->buckets) {
            if (b.queue.empty()) continue;
            auto at = std::find_if(out.begin(), out.end(),
                                   [&](const queue_view& q) { return q.name == b.queue; });
            if (at == out.end()) at = out.insert(out.end(), {b.queue, 0, 0});
            ++at->lines;
            if (std::find(seen.begin(), seen.end(), b.queue) != seen.end()) continue;
            seen.push_back(b.queue);
            ++at->orders;
        }
    }
    std::sort(out.begin(), out.end(),
              [](const queue_view& a, const queue_view& b) { return a.name < b.name; });
    return out;
}

}  // namespace earmark
