// REJECTIONS: which nodes gave which lines of an order back, and when. They lie in a chunk beside
// the order that is replaced as a whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/time.hpp"
#include "earmark/engine/fold.hpp"
#include "earmark/lifecycle/image.hpp"

namespace earmark {

/// A line and a node, once; as it lies in memory.
struct rejection {
    std::uint16_t line = 0;  // from 0
    node_id node{};
    std::uint8_t times = 0;  // stays at 255
    std::uint8_t reason = 0;
    std::uint16_t spare = 0;
    time_point at;  // the last time
};
static_assert(sizeof(rejection) == 16);

inline constexpr std::size_t max_rejections = 50'000;  // of one order

/// Notes one more. False where there are too many.
[[nodiscard]] bool add_rejection(std::vector<rejection>& all, std::uint16_t line, node_id node,
                                 std::uint8_t reason, time_point at);

/// The bytes of a note: the reason, and each line (2, low byte first), ascending. And back: false
/// where they are damaged, or say a line that the order does not have.
[[nodiscard]] std::vector<std::byte> rejection_note(std::uint8_t reason,
                                                    std::span<const std::uint16_t> lines);
[[nodiscard]] bool read_rejection_note(std::span<const std::byte> bytes, std::size_t lines,
                                       std::uint8_t& reason, std::vector<std::uint16_t>& into);

/// How many bytes the chunk has whose first word it is.
[[nodiscard]] constexpr std::uint32_t rejection_bytes(std::uint64_t first_word) noexcept {
    return 8 + static_cast<std::uint32_t>(first_word) * std::uint32_t{sizeof(rejection)};
}

/// A chunk of rejections: their number (8 bytes) and then they. 0xFFFFFFFF where there is no room.
template <class Env>
std::uint32_t store_rejections(lifecycle::slab<Env>& chunks, std::uint32_t slot,
                               std::span<const rejection> all) {
    std::vector<std::byte> bytes(rejection_bytes(all.size()));
    const std::uint64_t count = all.size();
    std::memcpy(bytes.data(), &count, sizeof count);
    std::memcpy(bytes.data() + sizeof count, all.data(), all.size_bytes());
    return store_cold(chunks, slot, bytes);
}
template <class Env>
void drop_rejections(lifecycle::slab<Env>& chunks, std::uint32_t slot, std::uint32_t at,
                     std::size_t count) noexcept {
    drop_cold(chunks, slot, at, rejection_bytes(count));
}

/// An order's rejections, by line and then by node. Where another caller may be at the order, look
/// at its version again: the chunk may have become somebody else's.
template <class Env>
std::vector<rejection> load_rejections(const lifecycle::slab<Env>& chunks,
                                       const lifecycle::image& of) {
    if (of.rejections == 0xFFFFFFFF || !chunks.stands(of.rejections, 1)) return {};
    const std::uint64_t count = chunks.words(of.rejections)[0].load(std::memory_order_acquire);
    const std::uint64_t blocks = (8 + count * sizeof(rejection) + 63) / 64;
    if (count > max_rejections || !chunks.stands(of.rejections, blocks)) return {};
    std::vector<rejection> all(count);
    const auto bytes = load_cold(chunks, of.rejections, rejection_bytes(count));
    std::memcpy(all.data(), bytes.data() + 8, count * sizeof(rejection));
    return all;
}

}  // namespace earmark
