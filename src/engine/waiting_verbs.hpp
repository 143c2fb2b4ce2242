// THE ENGINE'S SIDE of quarantine and tombstones; what orders look like as text is not known here.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "earmark/intake/waiting.hpp"
#include "earmark/model/capture.hpp"

namespace earmark::waiting {

/// What place_order would say of an order, but for its basket; nothing changes. A key that is
/// remembered is repeat or declined (duplicate_key, or what it was declined for).
[[nodiscard]] placed look(const engine& of, const command& c, const order_request& r);

/// What is known of an order key, whatever the content: ok, order_quarantined, tombstoned,
/// order_discarded, duplicate_key (ref: where it came first), transient codes.
[[nodiscard]] error known(const engine& of, std::string_view key);

/// The order in quarantine under a key; nothing where there is none.
[[nodiscard]] result<std::optional<intake::waiting_order>> find(const engine& of,
                                                                std::string_view key);

enum class try_of : std::uint8_t { payload, correction, replay };

/// Keeps `o` (its text and reasons) under c.key. The same text for the same reasons is `unchanged`,
/// but for a replay. order_quarantined where another text waits and this is no correction; what
/// known() says; quarantine_full.
/// With `over` only in place of what has that text; in_progress (transient) where another came
/// between.
[[nodiscard]] result<receipt> keep(engine& on, const command& c, intake::waiting_order o,
                                   try_of how, std::string_view over = {});

/// Places an order that waits in quarantine under c.key; `over` as above. What is wrong with it is
/// not remembered.
[[nodiscard]] placed place(engine& on, const command& c, const order_request& r,
                           std::string_view over = {});

}  // namespace earmark::waiting
