// SEEN FROM A LINE: an order goes where its line goes, by its method and its day, as long as this
// lives. Lines that go another way are not to be looked at meanwhile.
#pragma once

#include <algorithm>

#include "earmark/lifecycle/image.hpp"

namespace earmark {

class seen_from {
public:
    seen_from(lifecycle::image& order, std::size_t line) noexcept
        : order_{order}, had_{order.ship_to, order.method, order.deliver_by} {
        if (order.lines[line].own != 0) set(terms_of(order, line));
    }
    ~seen_from() { set(had_); }
    seen_from(const seen_from&) = delete;
    seen_from& operator=(const seen_from&) = delete;

private:
    void set(const line_terms& to) noexcept {
        order_.ship_to = to.ship_to;
        order_.method = to.method;
        order_.deliver_by = to.deliver_by;
    }

    lifecycle::image& order_;
    const line_terms had_;
};

/// Calls f(own) for the terms of lines that the order has, and for the order's own (0) where lines
/// go by these, each time with the order seen from such a line, until f says false. False where it
/// did.
template <class F>
bool each_way(lifecycle::image& order, F&& f) {
    if (order.own.empty()) return f(std::uint16_t{0});
    for (std::size_t own = 0; own <= order.own.size(); ++own) {
        const auto is_its = [&](const lifecycle::line& l) { return l.own == own; };
        const auto first = std::find_if(order.lines.begin(), order.lines.end(), is_its);
        if (first == order.lines.end()) continue;
        const seen_from there{order, static_cast<std::size_t>(first - order.lines.begin())};
        if (!f(static_cast<std::uint16_t>(own))) return false;
    }
    return true;
}

}  // namespace earmark
