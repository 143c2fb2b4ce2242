// REVISIONS: of which revision of its text an order is. An order whose text never had one is at 0,
// and has nothing of this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "earmark/core/digest.hpp"
#include "earmark/model/command.hpp"

namespace earmark {

/// As it lies in memory, beside an order.
struct revision {
    std::uint64_t number = 0;
    std::uint64_t high = 0, low = 0;  // digest of that text's content

    [[nodiscard]] bool is(std::uint64_t n, digest128 content) const noexcept {
        return number == n && high == content.high && low == content.low;
    }
};

inline constexpr std::size_t max_revisions = 1;  // of one order: the last

[[nodiscard]] inline revision revision_of(std::span<const revision> last) noexcept {
    return last.empty() ? revision{} : last.front();
}

/// The bytes of a note that says so: number, digest. And back: false where they are damaged.
[[nodiscard]] std::vector<std::byte> revision_note(const revision& r);
[[nodiscard]] bool read_revision_note(std::span<const std::byte> bytes, revision& into);

}  // namespace earmark
