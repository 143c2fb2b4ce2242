// AN AMENDMENT is what changes an order itself, beside the moves of its units: units that a line
// has more of, lines that are new, and what the order says. It only ever adds units; those that are
// no longer wanted are moved to cancelled.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "earmark/lifecycle/image.hpp"
#include "earmark/model/amend.hpp"

namespace earmark::lifecycle {

/// Granules that a line may have in all, those that were cancelled with it: two demands, so that
/// its amount in the smallest unit of its SKU is still a number.
inline constexpr std::int64_t most_of_a_line = (std::int64_t{1} << 23) - 1;

struct amendment {
    struct growth {
        std::uint16_t line = 0;  // 0-based, as all lines here
        granules n = 0;          // open units, beside those that there are
    };
    struct binding {
        std::uint16_t line = 0;
        node_id firm = none<node_id>;
    };
    struct sending {
        std::uint16_t line = 0;  // one that there was, or that is added
        line_terms own{};
    };
    std::vector<growth> more;
    std::vector<binding> bound;
    std::vector<sending> sent;
    std::vector<line> added;  // behind the last line; all their units are open
    std::uint16_t first = 0;  // of them: so many lines there were
    std::optional<place_id> ship_to;
    std::optional<service_id> method;
    std::optional<civil_day> deliver_by;
    std::optional<std::uint8_t> priority;

    /// Was the last decision about an order that went elsewhere, or that was bound otherwise? Then
    /// it is not this one's any more.
    [[nodiscard]] bool ends_decision() const noexcept {
        return ship_to || method || !bound.empty() || (!sent.empty() && sent.front().line < first);
    }
    [[nodiscard]] bool empty() const noexcept {
        return more.empty() && bound.empty() && added.empty() && !ship_to && !method &&
               !deliver_by && !priority && sent.empty();
    }
};

/// Does it name lines that the order has, each once, and amounts that fit?
[[nodiscard]] bool fits(const image& of, const amendment& a);
/// Requires that it fits. A decision that it ends is not the image's any more; its chunk is the
/// caller's to give back. May allocate.
void amend(image& of, const amendment& a);

/// As the journal keeps it. Reading answers nothing where the bytes are damaged.
[[nodiscard]] std::vector<std::byte> bytes_of(const amendment& a);
[[nodiscard]] std::optional<amendment> read_amendment(std::span<const std::byte> bytes);

/// What may be changed (model/amend.hpp), a field for each change and state.
class amend_table {
public:
    amend_table() noexcept;
    [[nodiscard]] permission of(change_kind k, unit_state s) const noexcept {
        return fields_[static_cast<std::size_t>(k)][static_cast<std::size_t>(s)];
    }
    void set(const amend_rule_row& r) noexcept;
    /// 0 where nothing was set.
    [[nodiscard]] std::uint64_t digest_of_fields() const noexcept;

    /// May the order (line -1), or one of its lines, be changed so? not_amendable (refs: change,
    /// line from 1 or 0, the state that forbids it or the lowest).
    [[nodiscard]] error judge(const image& of, change_kind k, std::int64_t line) const noexcept;

private:
    permission fields_[change_kinds][unit_states];
    bool changed_ = false;
};

}  // namespace earmark::lifecycle
