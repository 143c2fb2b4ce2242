// SUBMIT: every verb of the engine as one line of JSON, answered as one line of JSON, so that any
// language has all of them from the first day (docs/formats/submit.md). The fields of each verb
// stand in one table (src/engine/submit_forms.cpp); the published schema is written from it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "earmark/fwd.hpp"

namespace earmark {

/// What a line may cost before any of it is believed.
struct submit_limits {
    static constexpr std::size_t line_bytes = std::size_t{16} << 20;
    static constexpr std::size_t depth = 8;           // of nested arrays and objects
    static constexpr std::size_t values = 2'000'000;  // of all kinds
    static constexpr std::size_t violations = 1'000;  // listed in one answer; the rest are counted
};

/// Does what the line says and answers `{"ok":true,...}` or `{"ok":false,"error":{...},...}`,
/// without a line end. Thread-safe as the engine is. Throws nothing for any input; a line that was
/// refused has changed nothing.
[[nodiscard]] std::string submit(engine& e, std::string_view json_line);

/// The JSON Schema (draft 2020-12) of all commands: docs/formats/submit.schema.json.
[[nodiscard]] std::string submit_schema();

}  // namespace earmark
