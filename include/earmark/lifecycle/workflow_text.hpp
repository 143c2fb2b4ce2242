// WORKFLOWS AS TEXT: read from TOML (docs/formats/workflow.md), written as canonical text, drawn.
// What the text says wrong is refused with its place, all of it at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/lifecycle/workflow.hpp"
#include "earmark/lifecycle/workflow_check.hpp"
#include "earmark/model/kinds.hpp"
#include "earmark/model/tables.hpp"

namespace earmark::lifecycle {

inline constexpr std::size_t max_workflow_bytes = 65'536;
/// Where a text has more, one more says how many.
inline constexpr std::size_t most_workflow_findings = 100;
/// Changes where a workflow that was good is not any more, or means something else.
inline constexpr int workflow_schema_version = 1;

/// A workflow with all that its view points to. Immutable; shared by pointer.
class loaded_workflow {
public:
    /// Requires that steps name states and events that there are. Copies all texts.
    loaded_workflow(const definition& of, order_type type);
    loaded_workflow(const loaded_workflow&) = delete;
    loaded_workflow& operator=(const loaded_workflow&) = delete;

    [[nodiscard]] const workflow& view() const noexcept { return view_; }
    /// Which orders go by it.
    [[nodiscard]] order_type type() const noexcept { return type_; }
    /// The canonical text. Reading it gives an equal workflow.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// Of the canonical text.
    [[nodiscard]] std::uint64_t digest() const noexcept;

private:
    std::string_view keep(std::string_view text);

    std::vector<std::unique_ptr<std::string>> texts_;
    std::vector<own_state> states_;
    std::vector<std::string_view> events_, facts_;
    std::vector<step> steps_;
    std::vector<row> rows_;
    std::vector<std::uint32_t> cells_;
    definition definition_;
    workflow view_;
    order_type type_;
    std::string text_;
};

/// A workflow, or everything that is wrong with the text. `row` is the line of the text; the
/// sentence starts with file:line:column and says what to do.
struct parsed_workflow {
    std::shared_ptr<const loaded_workflow> value;
    std::vector<rejected_row> rejected;

    explicit operator bool() const noexcept { return value != nullptr; }
};

/// Reads and checks a workflow. `file` is only used in sentences. The text is hostile until read:
/// at most max_workflow_bytes, nested at most 8 deep, no multi-line strings.
[[nodiscard]] parsed_workflow parse_workflow(std::string_view text,
                                             std::string_view file = "workflow.toml");

/// One spelling for each workflow: a step a line, everything said that is not the default.
[[nodiscard]] std::string text_of(const definition& of, order_type type);

/// The state's own name, else that of its base.
[[nodiscard]] std::string_view name_of(const workflow& of, state_key s) noexcept;
[[nodiscard]] std::string_view name_of(const workflow& of, event_key e) noexcept;
/// By name; nothing where there is none.
[[nodiscard]] std::optional<state_key> find_state(const workflow& of,
                                                  std::string_view name) noexcept;
[[nodiscard]] std::optional<event_key> find_event(const workflow& of,
                                                  std::string_view name) noexcept;
/// The names of facts, the lowest bit first.
[[nodiscard]] std::vector<std::string_view> names_of(const workflow& of, fact_bits facts);
/// What is wrong, and what to do about it.
[[nodiscard]] std::string to_string(const workflow& of, const flaw& f);
/// `PT2H`, `P1DT30M`: ISO 8601 without years and months. 0 is no text.
[[nodiscard]] std::string span_text(std::uint32_t seconds);
/// Also `2h`, `1d30m`; of 1 second to ten years.
[[nodiscard]] std::optional<std::uint32_t> parse_span(std::string_view text) noexcept;

/// JSON Schema, draft 2020-12, of a workflow as a TOML reader gives it.
[[nodiscard]] std::string workflow_schema();

/// A key of one of a workflow's tables, as docs/formats/workflow.md shows it.
struct workflow_key {
    std::string_view table{};  // empty: the top; else state, step, timer
    std::string_view key{};
    std::string_view values{};     // what it takes, in words
    std::string_view otherwise{};  // where it is left out; empty: it is required
};
[[nodiscard]] std::span<const workflow_key> workflow_keys();

/// A picture: states by their base from left to right, steps as arrows. The same bytes for the same
/// workflow. O(steps x states).
[[nodiscard]] std::string svg_of(const workflow& of);

}  // namespace earmark::lifecycle
