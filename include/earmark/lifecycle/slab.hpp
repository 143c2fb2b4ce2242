// SLABS hold chunks of 64-byte blocks. Memory is type-stable: a block once made stays words for the
// life of the engine, so a reader that comes too late reads old words, never somebody else's
// object; the header word (lifecycle/ledger.hpp) tells it so.
//
// Each caller slot keeps its own lists of freed chunks, up to `keeps` of a size; what is more goes
// to a list that all share, so that what one thread makes and another gives back is used again. A
// chunk of up to 16 blocks fits exactly, a larger one the next of 24, 32, 48, 64, 96,
// ...
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

#include "earmark/core/env.hpp"
#include "earmark/lifecycle/shared_nodes.hpp"

namespace earmark::lifecycle {

struct chunk {
    std::uint32_t at = 0xFFFFFFFF;  // first block
    std::uint32_t blocks = 0;       // room, at least what was asked for
    [[nodiscard]] bool holds() const noexcept { return blocks != 0; }
};

template <class Env = std_env>
class slab {
public:
    using atomic_word = typename Env::template atomic<std::uint64_t>;
    static constexpr std::uint32_t words_per_block = 8;

    slab(std::size_t max_bytes, std::uint32_t slots, std::uint32_t segment_bits = 14)
        : bits_{segment_bits}, segments_((max_bytes >> (segment_bits + 6)) + 1), free_(slots) {}
    ~slab() {
        for (auto& s : segments_) release(s.load(std::memory_order_relaxed));
    }
    slab(const slab&) = delete;
    slab& operator=(const slab&) = delete;

    /// Room for `blocks`, or nothing where the configured size is used up or memory is short.
    [[nodiscard]] chunk take(std::uint32_t slot, std::uint32_t blocks) {
        const std::uint32_t c = class_of(blocks);
        const std::uint32_t room = room_of(c);
        if (c >= classes || room > 1u << bits_) return {};
        std::uint32_t& head = free_[slot].first[c];
        if (head != nil) {
            const chunk reused{head, room};
            head = static_cast<std::uint32_t>(word(head, 0).load(std::memory_order_relaxed));
            --free_[slot].held[c];
            prefetch(head);  // whoever takes it waits for its link
            return reused;
        }
        const std::uint32_t other = shared_[c].pop(link());
        return other != nil ? chunk{other, room} : carve(room);
    }

    /// Back to a list. Touches one word of the chunk; never allocates. Lock-free.
    void give_back(std::uint32_t slot, chunk c) noexcept {
        if (!c.holds()) return;
        const std::uint32_t of = class_of(c.blocks);
        if (free_[slot].held[of] == keeps) return shared_[of].push(c.at, link());
        std::uint32_t& head = free_[slot].first[of];
        word(c.at, 0).store(head, std::memory_order_relaxed);  // a late reader meets (3) of ledger
        head = c.at;
        ++free_[slot].held[of];
    }

    /// The room that take() gives for so many blocks.
    [[nodiscard]] static constexpr std::uint32_t room_for(std::uint32_t blocks) noexcept {
        return room_of(class_of(blocks));
    }

    /// The words from a block on: those of a chunk lie side by side, none crosses a segment.
    [[nodiscard]] atomic_word* words(std::uint32_t block) const noexcept {
        atomic_word* s = segments_[block >> bits_].load(std::memory_order_acquire);  // pairs (a)
        return s + std::size_t{block & ((1u << bits_) - 1)} * words_per_block;
    }
    [[nodiscard]] atomic_word& word(std::uint32_t block, std::size_t i) const noexcept {
        return words(block)[i];
    }
    /// Words that may be read from `block` on without leaving its segment.
    [[nodiscard]] std::size_t readable(std::uint32_t block) const noexcept {
        return ((1u << bits_) - (block & ((1u << bits_) - 1))) * std::size_t{words_per_block};
    }
    // ---- for the auditor
    // ------------------------------------------------------------------------

    /// Blocks that were ever cut off, and how many of them no chunk could use.
    [[nodiscard]] std::uint64_t carved() const noexcept {
        return end_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t wasted() const noexcept {
        return wasted_.load(std::memory_order_relaxed);
    }
    /// Whether `blocks` from `at` on are memory that a chunk may have.
    [[nodiscard]] bool stands(std::uint64_t at, std::uint64_t blocks) const noexcept {
        if (blocks == 0 || at + blocks > carved() || at >> bits_ >= segments_.size()) return false;
        return at >> bits_ == (at + blocks - 1) >> bits_ &&
               segments_[at >> bits_].load(std::memory_order_acquire) != nullptr;
    }
    /// While nobody is inside: f(chunk) for each free one, as long as f answers true.
    template <class F>
    void each_free(F&& f) const {
        for (std::uint32_t c = 0; c < classes; ++c) {
            const auto visit = [&](std::uint32_t block) { return f(chunk{block, room_of(c)}); };
            shared_[c].each(link(), visit);
            for (const lists& own : free_)
                for (std::uint32_t b = own.first[c]; b != nil && visit(b);)
                    b = static_cast<std::uint32_t>(word(b, 0).load(std::memory_order_relaxed));
        }
    }

    /// Nothing under a test's Env: it would be a step that tells nothing.
    void prefetch(std::uint32_t block, std::uint32_t blocks = 1) const noexcept {
        if constexpr (std::is_same_v<Env, std_env>) {
            if (block == nil) return;
            const atomic_word* const from = words(block);
            for (std::uint32_t i = 0; i < blocks; ++i)
                __builtin_prefetch(from + std::size_t{i} * words_per_block, 1);
        }
    }

private:
    static constexpr std::uint32_t nil = 0xFFFFFFFF;
    static constexpr std::uint32_t classes = 40;
    static constexpr std::uint32_t keeps = 256;

    struct alignas(64) lists {
        std::array<std::uint32_t, classes> first;
        std::array<std::uint32_t, classes> held{};
        lists() { first.fill(nil); }
    };

    /// A free chunk's first word is its link.
    [[nodiscard]] auto link() const noexcept {
        return [this](std::uint32_t block) -> atomic_word& { return word(block, 0); };
    }

    static constexpr std::uint32_t room_of(std::uint32_t c) noexcept {
        if (c < 16) return c + 1;
        const std::uint32_t step = c - 16;
        return step % 2 == 0 ? 24u << step / 2 : 32u << step / 2;
    }
    static constexpr std::uint32_t class_of(std::uint32_t blocks) noexcept {
        if (blocks <= 16) return blocks == 0 ? 0 : blocks - 1;
        std::uint32_t c = 16;
        while (c < classes && room_of(c) < blocks) ++c;
        return c;
    }

    chunk carve(std::uint32_t room) {
        for (;;) {
            const std::uint64_t at = end_.fetch_add(room, std::memory_order_relaxed);  // unique
            const std::uint64_t segment = at >> bits_;
            const bool fits = segment < segments_.size() && at + room <= nil;
            const bool straddles = (at + room - 1) >> bits_ != segment;
            if (!fits || straddles || !ensure(segment)) {
                wasted_.fetch_add(room, std::memory_order_relaxed);  // nothing hangs on the number
                if (fits && straddles) continue;                     // leaves a gap
                return {};
            }
            return {static_cast<std::uint32_t>(at), room};
        }
    }
    bool ensure(std::uint64_t i) {
        if (segments_[i].load(std::memory_order_acquire) != nullptr) return true;
        auto* fresh = new (a_line, std::nothrow)
            atomic_word[std::size_t{words_per_block} << bits_]();  // a block is one cache line
        if (fresh == nullptr) return false;
        atomic_word* expected = nullptr;
        if (!segments_[i].compare_exchange_strong(
                expected, fresh,
                std::memory_order_acq_rel,  // (a) publishes the zeroed words
                std::memory_order_acquire))
            release(fresh);
        return true;
    }
    static void release(atomic_word* segment) noexcept {
        static_assert(std::is_trivially_destructible_v<atomic_word>);
        ::operator delete[](segment, a_line);
    }
    static constexpr std::align_val_t a_line{64};

    std::uint32_t bits_;
    typename Env::template atomic<std::uint64_t> end_{0};
    typename Env::template atomic<std::uint64_t> wasted_{0};
    std::vector<typename Env::template atomic<atomic_word*>> segments_;
    std::vector<lists> free_;
    std::array<shared_nodes<Env>, classes> shared_;
};

}  // namespace earmark::lifecycle
