// The shop of held orders, whose orders are amended, too.
#pragma once

#include "holds_shop.hpp"

namespace earmark::amending {

using holding::hat, holding::mug, holding::north, holding::south, holding::monday;
using enum error_code;
using enum fact_kind;

/// What stands in the way: codes, and positions in the request.
inline std::string codes(const amended& a) {
    std::string out;
    for (const error& e : a.violations)
        out += std::string{name_of(e.code)} + ' ' + std::to_string(e.row) + ", ";
    return out;
}

struct shop : holding::shop {
    shop() { REQUIRE(on.load(at(), std::vector<place_row>{{"home"}, {"work"}}).accepted == 2); }
    /// An order, allocated.
    order_id sourced(std::vector<order_line> lines) {
        const order_id o = order(std::move(lines));
        REQUIRE(on.source(at(), o));
        return o;
    }
    void records(order_id o, fact_kind kind, std::int64_t n = 0, std::uint32_t line = 1) {
        const auto done = on.record(at(), {.kind = kind, .order = o, .line = line, .amount = {n}});
        CHECK(name_of(done.error().code) == name_of(ok));
    }
    amended amends(order_id o, std::vector<line_change> lines, bool preview = false,
                   std::uint32_t base = 0) {
        amend_request r;
        r.order = o;
        r.lines = lines;
        r.preview = preview;
        r.base_version = base;
        return on.amend(at(), r);
    }
    /// One line to so many.
    amended amends(order_id o, std::uint32_t line, std::int64_t n) {
        return amends(o, {{line, quantity{n}}});
    }
    [[nodiscard]] std::uint32_t version(order_id o) const { return on.order(o)->version; }
};

}  // namespace earmark::amending
