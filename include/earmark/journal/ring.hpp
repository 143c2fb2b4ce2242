// THE RING gives every record its place in the journal's one order: an append is one fetch_add, a
// copy, and one store that makes it readable. Room is secured beforehand (commit step 1), because
// nothing may fail between a take and its record.
//
// A position is the number of 8-byte words before the end of a record, since the journal began; so
// positions grow with the journal and survive a restart.
//
// A small record's credit is a look, not an exchange: there is room if the ring could also take a
// small record of every other caller and all large records that were asked for.
//
// Who may call: credit, refund and append, any thread, at most `callers` at a time between credit
// and append (or refund); drain, one thread at a time.
//
// Invariants
//   (1) Words between what is drained and what is appended never exceed the ring. Looks at tail_
//       and appends stand in the single order S. For an append, let X be the last look before it
//       in S that an append relied on. Whatever is appended from X on was looked for before X or
//       is X's own: one small record a caller, which X leaves room for, or a large one. Of these X
//       counts all: it reads what was asked after its look at tail_, and what was put before.
//   (2) A record's first word is zero until the whole record stands, and again once it is drained.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "earmark/core/env.hpp"
#include "earmark/core/zeroed.hpp"

namespace earmark::journal {

template <class Env = std_env>
class ring {
public:
    /// `bytes` is a power of two, at least 64. Positions go on from `base`. At most a sixteenth of
    /// the ring is kept for small records, so in a ring of few words for each caller all are large.
    explicit ring(std::size_t bytes, std::uint64_t base = 0, std::uint32_t callers = 127)
        : mask_{bytes / 8 - 1},
          words_{bytes / 8},
          small_{std::min<std::uint64_t>(bytes / 8 / 16 / callers, most_small)},
          reserve_{small_ * callers},
          tail_{base},
          drained_{base},
          head_{base} {}

    /// Words that a record of so many bytes takes, with its first word.
    [[nodiscard]] static constexpr std::uint64_t words_for(std::size_t bytes) noexcept {
        return 1 + (bytes + 7) / 8;
    }

    /// Secures room for `words`. False when the ring is full: drain, then try again.
    [[nodiscard]] bool credit(std::uint64_t words) noexcept {
        if (words <= small_) return has_room();
        asked_.fetch_add(words, std::memory_order_seq_cst);  // (d) before our look at tail_
        if (has_room()) return true;
        refund(words);
        return false;
    }
    void refund(std::uint64_t words) noexcept {
        if (words > small_) put_.fetch_add(words, std::memory_order_seq_cst);  // (e) as if put
    }

    /// Puts a record at the end and returns its position. Requires a credit for its words. The
    /// fetch_add is the record's place in the order; it is seq_cst so that what shrinks stock is
    /// recorded after it is applied, and what enlarges it before, in one order with the cells.
    std::uint64_t append(std::span<const std::byte> record) noexcept {
        const std::size_t size = record.size();
        const std::uint64_t count = words_for(size);
        const std::uint64_t at = tail_.fetch_add(count, std::memory_order_seq_cst);
        // (a) Again: the room may be what X of (1) saw drained, after our own look. This load is
        // after X in S, so it reads (b) too, and our words come after the zeros there.
        (void)drained_.load(std::memory_order_seq_cst);
        atomic_word* const words = words_.data();
        const std::uint64_t mask = mask_;
        const std::byte* from = record.data();
        std::uint64_t i = at + 1;
        for (std::size_t left = size; left >= 8; left -= 8, from += 8, ++i)
            words[i & mask].store(word_at(from, 8), std::memory_order_relaxed);  // by (c)
        if (size % 8 != 0)
            words[i & mask].store(word_at(from, size % 8), std::memory_order_relaxed);  // by (c)
        words[at & mask].store(full | size, std::memory_order_release);                 // (c)
        if (count > small_) put_.fetch_add(count, std::memory_order_seq_cst);  // (e) after tail_
        return at + count;
    }

    /// Hands out complete records in order, f(position, bytes), until the first one that is not
    /// complete or f has had `limit` bytes. Returns the position up to which all were handed out.
    /// Before a record leaves the ring, ready(position, size) secures what f will need: where that
    /// throws, the record stays and the next drain begins with it. f must not throw.
    template <class Ready, class F>
    std::uint64_t drain(std::size_t limit, Ready&& ready, F&& f) {
        std::vector<std::byte>& bytes = scratch_;
        std::size_t given = 0;
        emptied_words emptied{*this};
        while (given < limit) {
            auto& first = words_[head_ & mask_];
            const std::uint64_t mark = first.load(std::memory_order_acquire);  // pairs with (c)
            if ((mark & full) == 0) break;
            const std::size_t size = mark & ~full;
            const std::uint64_t count = words_for(size);
            bytes.resize((count - 1) * 8);
            ready(head_ + count, size);
            for (std::uint64_t i = 1; i < count; ++i) {
                auto& w = words_[(head_ + i) & mask_];
                const std::uint64_t value = w.load(std::memory_order_relaxed);  // by (c)
                std::memcpy(bytes.data() + (i - 1) * 8, &value, 8);
                w.store(0, std::memory_order_relaxed);  // by (b)
            }
            first.store(0, std::memory_order_relaxed);  // by (b)
            head_ += count;
            f(head_, std::span<const std::byte>{bytes.data(), size});
            given += size;
            emptied.count += count;
            if (emptied.count > returned_at_once) emptied.give();
        }
        return head_;
    }
    template <class F>
    std::uint64_t drain(std::size_t limit, F&& f) {
        return drain(
            limit, [](std::uint64_t, std::size_t) {}, f);
    }

    /// Position of the last place given. What lies between it and drain() may still be written.
    [[nodiscard]] std::uint64_t tail() const noexcept {
        return tail_.load(std::memory_order_acquire);
    }
    /// A hint that it is time to drain.
    [[nodiscard]] bool half_full() const noexcept {
        const auto used =
            static_cast<std::int64_t>(tail_.load(std::memory_order_relaxed) -
                                      drained_.load(std::memory_order_relaxed));  // or less than 0
        return used * 2 > static_cast<std::int64_t>(mask_ + 1);
    }

private:
    using atomic_word = typename Env::template atomic<std::uint64_t>;
    static constexpr std::uint64_t full = std::uint64_t{1} << 63;
    static std::uint64_t word_at(const std::byte* from, std::size_t bytes) noexcept {
        std::uint64_t w = 0;
        if (bytes == 8) {
            std::memcpy(&w, from, 8);
            return w;
        }
        if ((bytes & 4) != 0) std::memcpy(&w, from, 4);  // in pieces of sizes that are known
        std::size_t at = bytes & 4;
        if ((bytes & 2) != 0) w |= piece<std::uint16_t>(from + at) << 8 * at, at += 2;
        if ((bytes & 1) != 0) w |= piece<std::uint8_t>(from + at) << 8 * at;
        return w;
    }
    template <class T>
    static std::uint64_t piece(const std::byte* from) noexcept {
        T part = 0;
        std::memcpy(&part, from, sizeof part);
        return part;
    }
    static constexpr std::uint64_t most_small = 64;          // words
    static constexpr std::uint64_t returned_at_once = 4096;  // words; an exchange each would cost

    /// Room for one more, whoever else has looked: (1).
    [[nodiscard]] bool has_room() const noexcept {
        const std::uint64_t put = put_.load(std::memory_order_seq_cst);          // (e) first
        const std::uint64_t drained = drained_.load(std::memory_order_seq_cst);  // (a) with (b)
        const std::uint64_t tail = tail_.load(std::memory_order_seq_cst);        // the look
        const std::uint64_t asked = asked_.load(std::memory_order_seq_cst);      // (d) last
        std::uint64_t others = asked - put + reserve_;
        if constexpr (requires { typename Env::canary_no_reserve; }) others = small_;
        return tail - drained + others <= mask_ + 1;
    }

    /// Words that were emptied and whose room is not given back yet.
    struct emptied_words {
        ring& of;
        std::uint64_t count = 0;
        explicit emptied_words(ring& r) noexcept : of{r} {}
        ~emptied_words() { give(); }
        emptied_words(const emptied_words&) = delete;
        emptied_words& operator=(const emptied_words&) = delete;
        void give() noexcept {
            if (count != 0)
                of.drained_.store(of.head_, std::memory_order_seq_cst);  // (b) zeros, to (a) in S
            count = 0;
        }
    };

    std::uint64_t mask_;
    zeroed<Env, atomic_word> words_;
    std::uint64_t small_;    // words of a record whose credit is a look
    std::uint64_t reserve_;  // words for one such record of every caller
    alignas(64) atomic_word tail_{0};
    alignas(64) atomic_word drained_{0};
    atomic_word asked_{0};    // words of large records, ever, at their credit
    atomic_word put_{0};      // the same at their append or refund
    std::uint64_t head_ = 0;  // the drainer's
    std::vector<std::byte> scratch_;
};

}  // namespace earmark::journal
