// THE SCHEMA of policies: every key with its values, as data, as a JSON Schema for editors, and as
// the tables of docs/formats/policy.md. The reader's own lists of keys decide which keys there are.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace earmark::sourcing {

/// Changes where a policy that was good is not any more, or means something else.
inline constexpr int policy_schema_version = 1;

/// A key of one of a policy's tables.
struct policy_key {
    std::string_view table;  // empty: the top; else costs, strategy, filter ...
    std::string_view key;
    std::string_view values;     // what it takes, in words
    std::string_view otherwise;  // where it is left out
    bool required = false;
};
/// By table and, within it, in the order in which people write them.
[[nodiscard]] std::span<const policy_key> policy_keys();

/// JSON Schema, draft 2020-12, of a policy as a TOML reader gives it. It knows shapes, names and
/// bounds; what needs the whole text (a rank without costs) only the reader finds.
[[nodiscard]] std::string policy_schema();

}  // namespace earmark::sourcing
