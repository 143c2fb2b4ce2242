// ORDERS AS TEXT: whole payloads with a report, quarantine, and cancels that come too early. The
// canonical form of an order is docs/formats/order.md; its schema is written from the table that
// reads it.
//
// One order never stops another: each of a payload is read, judged and committed by itself.
// Quarantining, replaying, discarding and parking keep all other commands out for a moment:
// `stock_moving` (transient) while one of those is under way. Questions go on beside them, but for
// those about quarantine and tombstones. Where another thread loads tables, an order is `busy`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/result.hpp"
#include "earmark/model/capture.hpp"
#include "earmark/model/command.hpp"
#include "earmark/model/receipt.hpp"

namespace earmark {

class engine;

/// Captures every order of a payload: a JSON array, or one JSON object a line. Each is placed once
/// under its own key; an order that waits in quarantine and comes again is tried again. O(bytes).
[[nodiscard]] capture_report capture(engine& on, std::string_view payload,
                                     const capture_options& how = {});

/// The same of a CSV file (docs/formats/orders_csv.md), of which each order has its first row's
/// line. A file that cannot be trusted is one malformed order.
[[nodiscard]] capture_report capture_csv(engine& on, std::string_view text,
                                         const capture_options& how = {});

/// Orders in quarantine, by key. stock_moving (transient).
[[nodiscard]] result<std::vector<quarantined_order>> quarantined(const engine& of);

/// Tries an order in quarantine again, or all of them, by key: it is accepted, once, or stays with
/// the reasons of now. A key under which none waits is declined with not_quarantined.
[[nodiscard]] capture_report replay(engine& on, const command& c, std::string_view order = {});

/// An order in quarantine goes, and its key is remembered as declined: order_discarded answers
/// whatever comes under it. not_quarantined.
[[nodiscard]] result<receipt> discard(engine& on, const command& c, std::string_view order,
                                      std::uint8_t reason);

/// Cancels an order that may not be there yet. One that is there is cancelled; else its key gets a
/// tombstone, and a create that comes late is refused with `tombstoned`; one that waits in
/// quarantine goes. `unchanged` where it has a tombstone already, or was declined.
/// tombstones_full, and what cancel() refuses.
[[nodiscard]] result<receipt> park_cancel(engine& on, const command& c, std::string_view order,
                                          std::uint8_t reason);

/// Tombstones, by key. stock_moving (transient).
[[nodiscard]] result<std::vector<tombstone_view>> tombstones(const engine& of);

/// The JSON Schema (draft 2020-12) of a canonical order: docs/formats/order.schema.json.
[[nodiscard]] std::string order_schema();

/// The report as one JSON object.
[[nodiscard]] std::string to_json(const capture_report& r);

}  // namespace earmark
