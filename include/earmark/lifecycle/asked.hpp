// REQUESTS that nodes have not answered yet: how they lie beside an order, how they grow and end,
// and the table of which nodes are asked.
//
// Invariants (checked by `unsound`)
//   (1) entries stand in ascending (kind, line, node, until, by, reason, then), no two alike, each
//       of some units;
//   (2) at no node more units of a line are asked for than stand released there, of each kind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "earmark/lifecycle/image.hpp"
#include "earmark/model/asked.hpp"

namespace earmark::lifecycle {

struct asked {
    time_point until;
    granules n = 0;
    std::uint32_t by = 0;    // the actor's number
    std::uint16_t line = 0;  // 0-based
    node_id node{};
    request_kind kind{};
    std::uint8_t reason = 0;
    silence then{};
    std::uint8_t spare = 0;
};
static_assert(sizeof(asked) == 24);

inline constexpr std::size_t max_asked = 50'000;  // of one order

/// Units of a line (0-based) that a node is asked about.
[[nodiscard]] granules asked_of(std::span<const asked> all, request_kind k, std::uint16_t line,
                                node_id node) noexcept;
/// The same of all nodes.
[[nodiscard]] granules asked_of(std::span<const asked> all, request_kind k,
                                std::uint16_t line) noexcept;

/// Adds one; an equal one grows. False where there are too many.
[[nodiscard]] bool ask(std::vector<asked>& all, const asked& a);
/// Takes up to n units off, of the requests with the earliest deadlines. Answers how many.
granules take_off(std::vector<asked>& all, request_kind k, std::uint16_t line, node_id node,
                  granules n);

/// The first that is due by then, or nullptr.
[[nodiscard]] const asked* first_due(std::span<const asked> all, time_point by) noexcept;
[[nodiscard]] time_point next_deadline(std::span<const asked> all) noexcept;

/// What one note of a record says of requests.
enum class asked_event : std::uint8_t { asked, accepted, refused, unanswered, overtaken };
struct asked_change {
    asked_event what{};
    asked of;  // of those that end: kind, line, node, n
};
/// As the journal has it; reading answers false where the bytes are damaged. `by` is the record's
/// actor.
[[nodiscard]] std::vector<std::byte> bytes_of(std::span<const asked_change> all);
[[nodiscard]] bool read_changes(std::span<const std::byte> bytes, std::vector<asked_change>& into);
/// False where it cannot be.
[[nodiscard]] bool change(std::vector<asked>& all, const asked_change& c);

/// The first broken invariant as a sentence, or nullptr.
[[nodiscard]] const char* unsound(std::span<const asked> all, const image& of,
                                  const cell_nodes& at);

/// Which nodes are asked what, and how long they have.
class answer_table {
public:
    struct terms {
        std::int64_t within_s = 0;  // 0: it is not asked
        silence then = silence::refuses;
        std::uint8_t reason = 0;
    };
    /// Of a node, or of all that have no terms of their own (none).
    void set(node_id node, request_kind k, const terms& t);
    [[nodiscard]] terms of(node_id node, request_kind k) const noexcept;
    [[nodiscard]] bool asks(node_id node, request_kind k) const noexcept {
        return !rows_.empty() && of(node, k).within_s != 0;
    }
    [[nodiscard]] bool asks_any(request_kind k) const noexcept;
    /// 0 where nothing was set.
    [[nodiscard]] std::uint64_t digest_of_rows() const noexcept;

private:
    struct row {
        node_id node{};
        request_kind kind{};
        terms is{};
    };
    std::vector<row> rows_;  // ascending (node, kind)
};

}  // namespace earmark::lifecycle
