// CALLER SLOTS. Whoever works on cells borrows one of up to 127 slots for the length of a call or a
// batch; it is never bound to a thread, so a thousand host threads work, 127 at a time. A slot
// holds the descriptor of its multi-line take, where others can finish it, and an epoch for grace
// periods.
//
// Invariants
//   (1) `epoch` is odd while the slot is borrowed; only the borrower changes it, and `sequence`.
//   (2) `sequence` never goes back, across borrowers: every attempt has a tag of its own.
//   (3) A descriptor's fields belong to the sequence in `status` if that is read equal before and
//       after them, and is not `preparing`.
//   (4) A borrower cleans every cell of a take before it prepares the next one.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "earmark/core/env.hpp"
#include "earmark/core/ids.hpp"
#include "earmark/core/zeroed.hpp"
#include "earmark/stock/word.hpp"

namespace earmark::stock {

/// The floor of a line that is to leave exactly `free` units in its word, no more and no fewer.
/// Above every true floor, so that the check of plain lines fails and needs to know nothing of it.
inline constexpr granules least_exact = 1 << 27;
constexpr granules exactly(granules free) noexcept { return 2 * least_exact + free; }
/// The floor of a line that adds units: it is never short.
inline constexpr granules lowest_floor = -least_exact;

/// One line of a published take.
template <class Env>
struct published_line {
    typename Env::template atomic<std::uint64_t> target;  // cell:32 | n:32
    typename Env::template atomic<std::int32_t> floor;
};

inline constexpr std::uint32_t nobody_met = 0xFFFFFFFF;

template <class Env>
struct alignas(128) slot {
    typename Env::template atomic<std::uint32_t> epoch{0};
    std::uint32_t sequence = 0;  // the borrower's; handed on by the epoch
    typename Env::template atomic<std::uint64_t> status{0};
    typename Env::template atomic<std::uint32_t> count{0};
    std::uint64_t helps = 0;               // counters of the borrower, read when quiet or as a hint
    std::uint64_t last_word = 0;           // what the borrower's last single take left, unclaimed,
    std::uint32_t last_cell = 0xFFFFFFFF;  // for this cell, in its own word or a lease word of it:
    typename Env::template atomic<std::uint64_t>* last_at = nullptr;  // its next guess there
    published_line<Env>* lines = nullptr;

    /// Swaps that were lost to others on a cell since a sequence: what makes it hot.
    struct loss {
        std::uint32_t cell, since, count;
    };
    std::array<loss, 4> losses{};
    std::uint32_t met = nobody_met;  // the cell at which a basket of ours met another caller
    std::uint32_t lonely = 0;        // refills of a lease in a row between which nobody else came

    /// A test's Env may ask for tags of one bit, to show that the tests would notice.
    [[nodiscard]] std::uint32_t fresh() noexcept {
        if constexpr (requires { typename Env::canary_narrow_tags; })
            return sequence = (sequence + 1) % 2;
        return ++sequence;
    }
    void remember(cell_id cell, typename Env::template atomic<std::uint64_t>& at,
                  word left) noexcept {
        last_cell = raw(cell);
        last_at = &at;
        last_word = left.bits();
    }
    /// The borrower has left another word where it guesses next. A guess is never claimed.
    void remember_again(const typename Env::template atomic<std::uint64_t>& at,
                        word left) noexcept {
        if (last_at == &at && !left.claimed()) last_word = left.bits();
    }
};

template <class Env = std_env>
class slot_table {
public:
    /// Requires 1 <= slots <= 127 and 2 <= take_limit <= 8,192. Allocates all that takes ever need.
    slot_table(std::uint32_t slots, std::uint32_t take_limit)
        : count_{slots},
          take_limit_{take_limit},
          slots_{std::make_unique<slot<Env>[]>(slots)},
          lines_{std::size_t{slots} * lines_of_a_slot(slots, take_limit)} {
        for (std::uint32_t i = 0; i < slots; ++i)
            slots_[i].lines = lines_.data() + std::size_t{i} * lines_of_a_slot(slots, take_limit);
    }

    [[nodiscard]] std::uint32_t size() const noexcept { return count_; }
    [[nodiscard]] std::uint32_t take_limit() const noexcept { return take_limit_; }
    /// Lines that a slot can publish at a time.
    [[nodiscard]] std::uint32_t lines() const noexcept {
        return lines_of_a_slot(count_, take_limit_);
    }
    [[nodiscard]] slot<Env>& operator[](std::uint32_t i) noexcept { return slots_[i]; }

    /// A free slot's number, or `nobody` after every slot was seen in use. Lock-free.
    [[nodiscard]] std::uint32_t borrow() noexcept {
        const std::uint32_t start = Env::slot_hint();
        for (std::uint32_t i = 0; i < count_; ++i) {
            const std::uint32_t at = (start + i) % count_;
            std::uint32_t epoch = slots_[at].epoch.load(std::memory_order_relaxed);  // a guess
            if (epoch % 2 == 0 &&
                slots_[at].epoch.compare_exchange_strong(
                    epoch, epoch + 1,
                    std::memory_order_seq_cst,  // (a) acquire from (b): the last
                                                // borrower's sequence. seq_cst with
                                                // inside(): one of us sees the other
                    std::memory_order_relaxed))
                return at;
        }
        return nobody;
    }
    void give_back(std::uint32_t i) noexcept {
        const std::uint32_t epoch = slots_[i].epoch.load(std::memory_order_relaxed);  // ours (1)
        slots_[i].epoch.store(epoch + 1, std::memory_order_release);  // (b) pairs with (a), (c)
    }

    /// A picture of who is inside but for `self`; `passed` once each of them has left at least
    /// once.
    using ticket = std::vector<std::uint32_t>;
    [[nodiscard]] ticket inside(std::uint32_t self = nobody) const {
        ticket t(count_);
        for (std::uint32_t i = 0; i < count_; ++i)
            t[i] = i == self ? 0 : slots_[i].epoch.load(std::memory_order_seq_cst);
        return t;
    }
    [[nodiscard]] bool passed(const ticket& t) const noexcept {
        for (std::uint32_t i = 0; i < count_; ++i)
            if (t[i] % 2 == 1 &&
                slots_[i].epoch.load(std::memory_order_acquire) == t[i])  // (c) pairs with (b)
                return false;
        return true;
    }

private:
    /// The longest change is a take, or bringing home a leased cell: its own word and the lease
    /// word of each slot.
    static std::uint32_t lines_of_a_slot(std::uint32_t slots, std::uint32_t take_limit) noexcept {
        return std::max(take_limit, slots + 1);
    }

    std::uint32_t count_;
    std::uint32_t take_limit_;
    std::unique_ptr<slot<Env>[]> slots_;
    zeroed<Env, published_line<Env>> lines_;
};

/// Borrows for a scope. `ok()` is false when all slots were in use (transient no_slot).
template <class Env = std_env>
class slot_guard {
public:
    explicit slot_guard(slot_table<Env>& t) noexcept : table_{t}, at_{t.borrow()} {}
    ~slot_guard() {
        if (ok()) table_.give_back(at_);
    }
    slot_guard(const slot_guard&) = delete;
    slot_guard& operator=(const slot_guard&) = delete;

    [[nodiscard]] bool ok() const noexcept { return at_ != nobody; }
    [[nodiscard]] std::uint32_t index() const noexcept { return at_; }

private:
    slot_table<Env>& table_;
    std::uint32_t at_;
};

}  // namespace earmark::stock
