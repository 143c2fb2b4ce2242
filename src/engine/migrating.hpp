// MIGRATING an order to another version of its workflow: which of its units get which labels, and
// what lies beside it. The live engine and the fold change the order by the same function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "beside.hpp"
#include "earmark/lifecycle/workflow.hpp"

namespace earmark {

/// Units of one bucket get another number below their base, or another name.
struct renumbered {
    std::uint16_t line = 0;
    unit_state base = unit_state::open;
    std::uint8_t from = 0, to = 0;
    cell_id cell = none<cell_id>;
    granules n = 0;
};
[[nodiscard]] std::vector<std::byte> migrated_note(std::span<const renumbered> all);
/// False where the bytes are no such thing.
[[nodiscard]] bool read_migrated_note(std::span<const std::byte> bytes,
                                      std::vector<renumbered>& into);

/// Does a version leave units somewhere to go that stand there?
[[nodiscard]] bool has_state(const lifecycle::workflow& by, lifecycle::state_key s) noexcept;

/// The order goes by `version`, whose rules are `by` (null: its type's standard). How long its
/// units have stood counts on, and timers have their turns anew. False where it does not have such
/// units, or the version no such states.
[[nodiscard]] bool migrate_order(lifecycle::image& of, beside& more, std::uint16_t version,
                                 const lifecycle::workflow* by, std::span<const renumbered> all,
                                 time_point now);

}  // namespace earmark
