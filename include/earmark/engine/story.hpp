// THE STORY of an order, and the audit trail: the journal read again, for people.
//
// Both read the whole journal: the newest records from memory (config::retained_bytes), those from
// before, or from before a restart, back from the sink; without one they are gone. There is no
// index from orders to records: a story reads those between the order's birth and its last change,
// or the last attempt to change it that was denied, whoever they are about; the trail reads all
// that are behind its cursor.
#pragma once

#include <cstddef>
#include <string_view>

#include "earmark/core/result.hpp"
#include "earmark/model/movement.hpp"
#include "earmark/model/trail.hpp"

namespace earmark {

class engine;

/// What happened to an order up to the version that it has now. Where its beginning is in memory no
/// longer, the rest of it, and `whole` says so: what the trail would answer cursor_too_old for.
/// unknown_order; order_busy (transient: it keeps changing); stock_moving (transient: somebody is
/// being denied something at this moment). O(records since its birth).
[[nodiscard]] result<told_story> story(const engine& of, order_id id);

/// At most so many records are looked at in one call of trail().
inline constexpr std::size_t trail_records = 65'536;

/// Rows behind a cursor that fit the query, oldest first: whole records, as many as it takes for
/// `limit` rows or more. `next` is the cursor to go on with, and equal to `cursor` at the end; a
/// page without rows is not the end yet. What was refused has changed nothing and is not in the
/// journal, but for what was declined and is remembered, and what an actor may not do.
/// cursor_too_old (refs: cursor, oldest), order_busy (transient), unknown_order, unknown_sku,
/// unknown_node. O(records looked at).
[[nodiscard]] result<page_of<trail_row>> trail(const engine& of, const trail_query& q,
                                               position cursor = {}, std::size_t limit = 1'000);

/// Who has the name, of those that were ever given by engine::actor(); unknown_actor.
[[nodiscard]] result<actor_id> find_actor(const engine& of, std::string_view name);

}  // namespace earmark
