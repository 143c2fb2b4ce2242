// THE IDEMPOTENCY MAP: for every key that was ever given, the first answer. A repeated key with the
// same content is answered from here; with other content it is a conflict.
//
// An entry is one word: fingerprint:30 | state:2 | block:32. The block is a chunk with the full
// key, a 128-bit digest of the content, and the receipt; both are compared, a fingerprint only
// saves the walk. Open addressing, linear probing, one compare-and-swap to claim; an entry never
// moves and is never removed, so two callers with one key always meet at the same entry.
//
// States: pending (its caller is at work: others hear in_progress), done, and vacant (the command
// was refused and is to be evaluated again; only the same key can claim it).
//
// Invariants
//   (1) An entry's block is fixed when it is claimed first; its key never changes after that.
//   (2) Digest and receipt are written only by the caller that holds the entry pending.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "earmark/core/digest.hpp"
#include "earmark/core/env.hpp"
#include "earmark/core/intern.hpp"
#include "earmark/core/zeroed.hpp"
#include "earmark/lifecycle/slab.hpp"
#include "earmark/model/receipt.hpp"

namespace earmark::intake {

/// Order keys and the idempotency keys of other commands do not meet.
enum class key_space : std::uint8_t { order, command };

enum class claim_state : std::uint8_t {
    fresh,     // yours: finish or forget it
    repeat,    // `first` is the answer
    conflict,  // the key came before with other content
    pending,   // transient: another caller is working on it
    full,      // the map or its memory is at the configured size
};
struct claim {
    claim_state state = claim_state::full;
    std::uint32_t entry = 0;
    std::uint32_t block = 0;
    receipt first;
};

template <class Env = std_env>
class key_map {
public:
    /// Remembers at most `max_keys` keys (rounded up to a power of two).
    key_map(lifecycle::slab<Env>& chunks, std::uint32_t max_keys)
        : chunks_{chunks},
          limit_{std::bit_ceil(std::max(max_keys, 4u))},
          mask_{limit_ * 2 - 1},
          entries_{std::size_t{limit_} * 2} {}

    /// Claims a key, or says what is known of it. Requires 1 to 255 bytes. Allocates at most the
    /// key's chunk. Lock-free.
    [[nodiscard]] claim begin(std::uint32_t slot, key_space space, std::string_view key,
                              digest128 content) {
        const std::uint64_t hash = hash_of(space, key);
        lifecycle::chunk mine;
        for (std::uint32_t i = 0; i <= mask_; ++i) {
            const auto at = static_cast<std::uint32_t>(hash + i) & mask_;
            std::uint64_t seen = entries_[at].load(std::memory_order_acquire);  // (a) with (b), (c)
            if (seen == 0) {
                if (!mine.holds() && !make_room(slot, space, key, content, mine)) return {};
                if (entries_[at].compare_exchange_strong(
                        seen, pack(hash, pending, mine.at),
                        std::memory_order_acq_rel,  // (b) publishes key and digest
                        std::memory_order_acquire))
                    return {claim_state::fresh, at, mine.at, {}};
            }
            if (!names(seen, hash, space, key)) continue;
            release(slot, mine);
            return known(at, seen, content);
        }
        release(slot, mine);
        return {};
    }

    /// The command happened: its receipt is the answer from now on. Neither allocates nor throws.
    void finish(const claim& c, const receipt& first) noexcept {
        std::uint64_t w[receipt_words] = {};
        std::memcpy(w, &first, sizeof first);
        auto* const to = chunks_.words(c.block) + 3;
        for (std::size_t i = 0; i < receipt_words; ++i)
            to[i].store(w[i], std::memory_order_relaxed);  // by (c)
        set(c, done);
    }
    /// The command did not happen: the same key may try again.
    void forget(const claim& c) noexcept { set(c, vacant); }

    /// What begin() would say, without claiming: fresh, repeat, conflict or pending.
    [[nodiscard]] claim peek(key_space space, std::string_view key, digest128 content) const {
        const std::uint64_t hash = hash_of(space, key);
        for (std::uint32_t i = 0; i <= mask_; ++i) {
            const auto at = static_cast<std::uint32_t>(hash + i) & mask_;
            const std::uint64_t seen = entries_[at].load(std::memory_order_acquire);  // (a)
            if (seen == 0) break;
            if (!names(seen, hash, space, key)) continue;
            const std::uint32_t block = block_of(seen);
            if (state_of(seen) == vacant) break;
            if (state_of(seen) == pending) return {claim_state::pending, at, block, {}};
            const bool same = word(block, 1) == content.high && word(block, 2) == content.low;
            return {same ? claim_state::repeat : claim_state::conflict, at, block,
                    read_receipt(block)};
        }
        return {claim_state::fresh, 0, 0, {}};
    }

    /// The receipt under a key, where it is done.
    [[nodiscard]] bool find(key_space space, std::string_view key, receipt& first) const {
        const std::uint64_t hash = hash_of(space, key);
        for (std::uint32_t i = 0; i <= mask_; ++i) {
            const std::uint64_t seen = entries_[static_cast<std::uint32_t>(hash + i) & mask_].load(
                std::memory_order_acquire);  // (a)
            if (seen == 0) return false;
            if (!names(seen, hash, space, key)) continue;
            if (state_of(seen) != done) return false;
            first = read_receipt(block_of(seen));
            return true;
        }
        return false;
    }

    /// The key in a block that begin() gave out.
    [[nodiscard]] std::string key_of(std::uint32_t block) const {
        const std::size_t size = length_of(block);
        std::string key(size, '\0');
        for (std::size_t i = 0; i < size; i += 8) {
            const std::uint64_t w = word(block, key_at + i / 8);
            std::memcpy(key.data() + i, &w, std::min<std::size_t>(8, size - i));
        }
        return key;
    }
    [[nodiscard]] std::uint32_t size() const noexcept {
        return used_.load(std::memory_order_relaxed);
    }
    void prefetch(key_space space, std::string_view key) const noexcept {
        __builtin_prefetch(&entries_[static_cast<std::uint32_t>(hash_of(space, key)) & mask_]);
    }

    // ---- for the auditor
    // ------------------------------------------------------------------------

    struct seen_entry {
        bool used = false;
        bool pending = false;
        bool leads_home = false;  // its key is in memory of ours, and is found here
        std::uint32_t block = 0;
        std::uint32_t blocks = 0;
        std::uint64_t bits = 0;
    };
    [[nodiscard]] std::uint32_t entries() const noexcept { return mask_ + 1; }
    [[nodiscard]] seen_entry entry(std::uint32_t i) const {
        const std::uint64_t seen = entries_[i].load(std::memory_order_acquire);  // (a)
        seen_entry e{seen != 0, state_of(seen) == pending, false, block_of(seen), 0, seen};
        if (!e.used || !chunks_.stands(e.block, 1)) return e;
        const std::size_t size = length_of(e.block);
        e.blocks = blocks_for(size);
        if (size == 0 || size > max_key_bytes || !chunks_.stands(e.block, e.blocks)) return e;
        const auto space = static_cast<key_space>(word(e.block, 0) >> 16 & 1);
        const std::string key = key_of(e.block);
        const std::uint64_t hash = hash_of(space, key);
        for (std::uint32_t k = 0; k <= mask_; ++k) {
            const std::uint32_t at = static_cast<std::uint32_t>(hash + k) & mask_;
            const std::uint64_t there = entries_[at].load(std::memory_order_acquire);  // (a)
            if (at == i || there == 0) {
                e.leads_home = at == i && state_of(seen) != 0 && names(seen, hash, space, key);
                return e;
            }
            if (chunks_.stands(block_of(there), 1) && names(there, hash, space, key)) return e;
        }
        return e;
    }

private:
    using atomic_word = typename Env::template atomic<std::uint64_t>;
    enum entry_state : unsigned { pending = 1, done = 2, vacant = 3 };
    static constexpr std::size_t receipt_words = (sizeof(receipt) + 7) / 8;
    static constexpr std::size_t key_at = 3 + receipt_words;  // words before the key's bytes

    static constexpr std::uint32_t blocks_for(std::size_t key_bytes) noexcept {
        return static_cast<std::uint32_t>((key_at + (key_bytes + 7) / 8 + 7) / 8);
    }
    static std::uint64_t hash_of(key_space space, std::string_view key) noexcept {
        const digest128 d = content_digest(key);
        return mix(d.high ^ (d.low + static_cast<std::uint64_t>(space)));
    }
    static constexpr std::uint64_t pack(std::uint64_t hash, entry_state s,
                                        std::uint32_t block) noexcept {
        return (hash >> 34) << 34 | static_cast<std::uint64_t>(s) << 32 | block;
    }
    static constexpr unsigned state_of(std::uint64_t e) noexcept { return e >> 32 & 3; }
    static constexpr std::uint32_t block_of(std::uint64_t e) noexcept {
        return static_cast<std::uint32_t>(e);
    }
    [[nodiscard]] std::uint64_t word(std::uint32_t block, std::size_t i) const noexcept {
        return chunks_.word(block, i).load(std::memory_order_relaxed);  // by (a)
    }
    [[nodiscard]] std::size_t length_of(std::uint32_t block) const noexcept {
        return word(block, 0) & 0xFFFF;
    }

    bool make_room(std::uint32_t slot, key_space space, std::string_view key, digest128 content,
                   lifecycle::chunk& mine) {
        if (used_.fetch_add(1, std::memory_order_relaxed) >= limit_) {
            used_.fetch_sub(1, std::memory_order_relaxed);
            return false;
        }
        mine = chunks_.take(slot, blocks_for(key.size()));
        if (!mine.holds()) {
            used_.fetch_sub(1, std::memory_order_relaxed);
            return false;
        }
        put(mine.at, 0, key.size() | static_cast<std::uint64_t>(space) << 16);
        write_content(mine.at, content);
        auto* const to = chunks_.words(mine.at) + key_at;
        for (std::size_t i = 0; i < key.size(); i += 8) {
            std::uint64_t w = 0;
            std::memcpy(&w, key.data() + i, std::min<std::size_t>(8, key.size() - i));
            to[i / 8].store(w, std::memory_order_relaxed);  // by (b)
        }
        return true;
    }
    void release(std::uint32_t slot, lifecycle::chunk c) noexcept {
        if (!c.holds()) return;
        chunks_.give_back(slot, c);
        used_.fetch_sub(1, std::memory_order_relaxed);
    }
    void put(std::uint32_t block, std::size_t i, std::uint64_t w) noexcept {
        chunks_.word(block, i).store(w, std::memory_order_relaxed);  // by (b), (c)
    }
    void write_content(std::uint32_t block, digest128 content) noexcept {
        put(block, 1, content.high);
        put(block, 2, content.low);
    }

    [[nodiscard]] bool names(std::uint64_t e, std::uint64_t hash, key_space space,
                             std::string_view key) const noexcept {
        if (e >> 34 != hash >> 34) return false;
        const std::uint32_t block = block_of(e);
        if (word(block, 0) != (key.size() | static_cast<std::uint64_t>(space) << 16)) return false;
        for (std::size_t i = 0; i < key.size(); i += 8) {
            std::uint64_t w = 0;
            std::memcpy(&w, key.data() + i, std::min<std::size_t>(8, key.size() - i));
            if (word(block, key_at + i / 8) != w) return false;
        }
        return true;
    }
    claim known(std::uint32_t at, std::uint64_t seen, digest128 content) {
        const std::uint32_t block = block_of(seen);
        if (state_of(seen) == pending) return {claim_state::pending, at, block, {}};
        if (state_of(seen) == vacant) {
            const std::uint64_t mine =
                (seen & ~(std::uint64_t{3} << 32)) | static_cast<std::uint64_t>(pending) << 32;
            if (!entries_[at].compare_exchange_strong(seen, mine, std::memory_order_acq_rel,  // (b)
                                                      std::memory_order_acquire))
                return {claim_state::pending, at, block, {}};
            write_content(block, content);
            return {claim_state::fresh, at, block, {}};
        }
        if (word(block, 1) != content.high || word(block, 2) != content.low)
            return {claim_state::conflict, at, block, read_receipt(block)};
        return {claim_state::repeat, at, block, read_receipt(block)};
    }
    [[nodiscard]] receipt read_receipt(std::uint32_t block) const noexcept {
        std::uint64_t w[receipt_words];
        for (std::size_t i = 0; i < receipt_words; ++i) w[i] = word(block, 3 + i);
        receipt r;
        static_assert(std::is_trivially_copyable_v<receipt>);
        std::memcpy(&r, w, sizeof r);
        return r;
    }
    void set(const claim& c, entry_state s) noexcept {
        auto& e = entries_[c.entry];
        const std::uint64_t now = e.load(std::memory_order_relaxed);  // ours while pending (2)
        e.store((now & ~(std::uint64_t{3} << 32)) | static_cast<std::uint64_t>(s) << 32,
                std::memory_order_release);  // (c) publishes the receipt
    }

    lifecycle::slab<Env>& chunks_;
    std::uint32_t limit_;
    std::uint32_t mask_;
    zeroed<Env, atomic_word> entries_;
    typename Env::template atomic<std::uint32_t> used_{0};
};

}  // namespace earmark::intake
