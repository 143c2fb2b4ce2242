// What captures say, and what waits, as frames of the column dictionary.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "earmark/model/capture.hpp"
#include "earmark/report/frame.hpp"

namespace earmark::report {

/// The name of an actor, of this engine.
using actor_names = std::function<std::string_view(actor_id)>;

/// Frame `captured`.
[[nodiscard]] frame captured_frame(const capture_report& of);
/// Frame `capture_violations`.
[[nodiscard]] frame capture_violations_frame(const capture_report& of);
/// Frame `capture_changes`.
[[nodiscard]] frame capture_changes_frame(const capture_report& of);
/// Frame `quarantined`.
[[nodiscard]] frame quarantined_frame(std::span<const quarantined_order> of,
                                      const actor_names& names);
/// Frame `tombstones`.
[[nodiscard]] frame tombstones_frame(std::span<const tombstone_view> of, const actor_names& names);

}  // namespace earmark::report
