// REVISING: the text of an order that is placed comes again, with a higher revision. What it says
// otherwise is amended in one commit, or nothing is, and the order is at that revision then.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk.hpp"
#include "earmark/engine/engine.hpp"
#include "earmark/intake/revise.hpp"
#include "earmark/model/capture.hpp"

namespace earmark {

/// The desk's order is at this revision from its commit on.
void keep_revision(desk& d, std::uint64_t number, digest128 content);

namespace revising {

/// An order that stands under a key.
struct standing {
    order_id id{};
    position at{};               // where it was placed
    std::uint64_t revision = 0;  // that it is at
    bool is_first = false;       // the text is the one that was placed
    bool is_last = false;        // it is that of this revision
};
/// Nothing where no order was placed under the key. `content` (intake::content_of) may be missing
/// where the text cannot be turned into an order. stock_moving, no_slot, order_busy (transient).
[[nodiscard]] result<std::optional<standing>> find(const engine& of, std::string_view key,
                                                   std::optional<digest128> content);

/// Something that stands in the way, and where in the text. Without a path it is wrong with the
/// text itself, whose line the error's row is.
struct obstacle {
    error why;
    std::optional<std::string> path;
};
/// `what` is done, asked, unchanged, repeat (it was at this revision already) or declined.
struct revised {
    outcome what = outcome::declined;
    position at{};
    std::vector<revised_part> changes;  // also of one that is declined: what it would change
    std::vector<obstacle> violations;
};
/// O(n log n) of lines and units. `looks_only`: what would become of it; nothing is changed.
[[nodiscard]] revised revise(engine& on, const command& c, order_id id, const order_request& text,
                             bool looks_only);

}  // namespace revising

}  // namespace earmark
