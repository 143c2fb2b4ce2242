// WHAT LIES BESIDE AN ORDER and changes with it: which nodes gave its lines back, which orders it
// is linked to, its holds, what nodes were asked about it, the revision that it is at, how long its
// units have stood where a timer is. Orders that have none of it pay nothing.
// It lies in one chunk as sections of entries, and is replaced as a whole by the commit that
// changes it.
//
// A new kind of entry is a trivially copyable struct of whole words, a member of `beside`, and a
// line in each_section().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "earmark/engine/fold.hpp"
#include "earmark/lifecycle/asked.hpp"
#include "earmark/lifecycle/holds.hpp"
#include "earmark/lifecycle/image.hpp"
#include "earmark/lifecycle/standing.hpp"
#include "links.hpp"
#include "rejections.hpp"
#include "revisions.hpp"

namespace earmark {

inline constexpr std::uint32_t no_chunk = 0xFFFFFFFF;

/// A version that an order went by until it was migrated.
struct former_workflow {
    std::int64_t until = 0;  // ns
    std::uint64_t workflow = 0;
};
inline constexpr std::size_t max_formers = 1'024;

struct beside {
    std::vector<rejection> rejections;          // by line, then by node
    std::vector<link> links;                    // in the order of their numbers, from 1
    std::vector<lifecycle::hold> holds;         // the same
    std::vector<lifecycle::asked> asked;        // of nodes, and not answered yet
    std::vector<revision> revisions;            // the one that it is at, where its text has any
    std::vector<former_workflow> formers;       // by which it went before, oldest first
    std::vector<lifecycle::standing> standing;  // where timers of its workflow are

    void clear() {
        rejections.clear();
        links.clear();
        holds.clear();
        asked.clear();
        revisions.clear();
        standing.clear();
        formers.clear();
    }
};

/// Calls f(vector, most) for each of them, in the order in which they lie in a chunk.
template <class Beside, class F>
void each_section(Beside& of, F&& f) {
    f(of.rejections, max_rejections);
    f(of.links, max_links);
    f(of.holds, max_holds_in_all);
    f(of.asked, lifecycle::max_asked);
    f(of.revisions, max_revisions);
    f(of.standing, lifecycle::max_standing);
    f(of.formers, max_formers);
}
inline constexpr std::size_t beside_sections = 7;

/// The bytes of its chunk; none where there is nothing. First each section's number of entries, 4
/// bytes each.
[[nodiscard]] std::vector<std::byte> bytes_of(const beside& of);
/// How many bytes a chunk has that begins so.
[[nodiscard]] std::uint64_t beside_bytes(std::span<const std::byte> counts) noexcept;
/// False where the bytes are no such thing.
[[nodiscard]] bool read_beside(std::span<const std::byte> bytes, beside& into);

inline constexpr std::size_t beside_head = (beside_sections * 4 + 7) / 8 * 8;

/// How long a chunk says that it is; 0 where it lies outside of the memory, or says what cannot be.
template <class Env>
std::uint32_t beside_size(const lifecycle::slab<Env>& chunks, std::uint32_t at) noexcept {
    if (!chunks.stands(at, 1)) return 0;
    std::array<std::byte, beside_head> head;
    read_cold(chunks, at, head);
    const std::uint64_t size = beside_bytes(head);
    const bool fits = size <= UINT32_MAX && chunks.stands(at, (size + 63) / 64);
    return fits ? static_cast<std::uint32_t>(size) : 0;
}
/// What lies beside an order. Where another caller may be at the order, look at its version again:
/// the chunk may have become somebody else's. False: it cannot be read.
template <class Env>
bool load_beside(const lifecycle::slab<Env>& chunks, std::uint32_t at, beside& into) {
    into.clear();
    if (at == no_chunk) return true;
    const std::uint32_t size = beside_size(chunks, at);
    return size != 0 && read_beside(load_cold(chunks, at, size), into);
}
/// A chunk for it, into `at`; no_chunk where there is nothing to keep. False: no room.
template <class Env>
bool store_beside(lifecycle::slab<Env>& chunks, std::uint32_t slot, const beside& of,
                  std::uint32_t& at) {
    const auto bytes = bytes_of(of);
    at = bytes.empty() ? no_chunk : store_cold(chunks, slot, bytes);
    return bytes.empty() || at != no_chunk;
}
template <class Env>
void drop_beside(lifecycle::slab<Env>& chunks, std::uint32_t slot, std::uint32_t at) noexcept {
    if (at != no_chunk) drop_cold(chunks, slot, at, beside_size(chunks, at));
}

}  // namespace earmark
