// THE LEDGER holds every order and every reservation as a chunk of words behind a header word:
//
//   version:32 | owner:8 | facts:24        (owner 0: nobody; else slot + 1)
//
// Rooms read an image at version v and decide without owning anything. A commit owns all its
// subjects at their versions, or none, for steps 2 to 7 only, and publishes version + 1. A second
// caller finds another version or an owner, and decides again: nobody waits.
//
// Who may call: reading, any thread; the rest, the borrower of `slot`, in the order of the commit's
// steps (prepare, own, write, publish; or disown and abandon).
//
// Invariants
//   (1) An entry's words and place change only while its header word names an owner.
//   (2) Versions only grow, also when a reservation's entry is used again.
//   (3) A copy is of one version if the header word is the same, unowned, before and after it.
#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include "earmark/core/env.hpp"
#include "earmark/lifecycle/image_words.hpp"
#include "earmark/lifecycle/numbers.hpp"
#include "earmark/lifecycle/slab.hpp"

namespace earmark::lifecycle {

struct header_word {
    std::uint32_t version = 0;
    std::uint32_t owner = 0;
    std::uint32_t facts = 0;

    [[nodiscard]] constexpr std::uint64_t bits() const noexcept {
        return static_cast<std::uint64_t>(version) << 32 |
               static_cast<std::uint64_t>(owner & 0xFF) << 24 | (facts & 0xFFFFFF);
    }
    [[nodiscard]] static constexpr header_word of(std::uint64_t b) noexcept {
        return {static_cast<std::uint32_t>(b >> 32), static_cast<std::uint32_t>(b >> 24 & 0xFF),
                static_cast<std::uint32_t>(b & 0xFFFFFF)};
    }
};

/// What a commit wants of one subject: its next image, and the room that step 1 found for it.
struct rewrite {
    subject_kind kind = subject_kind::order;
    std::uint32_t index = 0;
    std::uint32_t version = 0;  // as read; the entry's last version for a birth
    bool birth = false;
    bool last = false;            // a reservation ends: its entry may be used again
    bool lines_stand = false;     // the lines are those of `version`, so only buckets are written
    const image* next = nullptr;  // outlives the commit
    void* home = nullptr;         // its entry, as step 1 found it
    chunk room;                   // new chunk, where the old one is too small
    chunk old;                    // what `publish` gives back
    std::uint64_t before = 0;     // the header word that step 2 replaced
};

template <class Env = std_env>
class ledger {
public:
    ledger(std::uint32_t max_orders, std::uint32_t max_reservations, std::size_t max_bytes,
           std::uint32_t slots, std::uint32_t segment_bits = 14)
        : slab_{max_bytes, slots, segment_bits},
          dirs_{directory{max_orders}, directory{max_reservations}},
          spares_{{max_orders, slots}, {max_reservations, slots}} {}

    // ---- any thread
    // ------------------------------------------------------------------------------

    /// Copies one subject. unknown_order / unknown_reservation; order_busy / reservation_busy where
    /// it was in another caller's hand at every look (bounded). May allocate for `into`.
    [[nodiscard]] error_code read(subject_kind kind, std::uint32_t index, image& into) const {
        const entry* e = dir(kind).find(index);
        if (e == nullptr) return unknown(kind);
        for (int look = 0; look < looks; ++look) {
            const std::uint64_t seen =
                e->word.load(std::memory_order_acquire);  // (a) pairs with (d)
            const header_word h = header_word::of(seen);
            if (h.version == 0 && h.owner == 0) return unknown(kind);
            if (h.owner == 0 && copy(*e, into) &&
                e->word.load(std::memory_order_relaxed) == seen) {  // after the acquire loads (b)
                into.version = h.version;
                return error_code::ok;
            }
            Env::pause();
        }
        return kind == subject_kind::order ? error_code::order_busy : error_code::reservation_busy;
    }

    /// One past the highest index ever given. Indexes below may be unknown (abandoned births).
    [[nodiscard]] std::uint32_t size(subject_kind kind) const noexcept {
        return dir(kind).size.load(std::memory_order_acquire);
    }
    /// A subject's header word, with its cached fact bits, and its chunk as it is at the moment.
    /// Require index < size(kind).
    [[nodiscard]] header_word header(subject_kind kind, std::uint32_t index) const noexcept {
        return header_word::of(dir(kind).find(index)->word.load(std::memory_order_acquire));
    }
    [[nodiscard]] chunk place(subject_kind kind, std::uint32_t index) const noexcept {
        return chunk_of(dir(kind).find(index)->place.load(std::memory_order_acquire));
    }
    void prefetch(subject_kind kind, std::uint32_t index) const noexcept {
        if (const entry* e = dir(kind).find(index)) __builtin_prefetch(e);
    }

    // ---- births
    // ----------------------------------------------------------------------------------

    struct newborn {
        std::uint32_t index = 0xFFFFFFFF;
        std::uint32_t version = 0;  // of the entry before; the newborn's first version is one more
        [[nodiscard]] bool exists() const noexcept { return index != 0xFFFFFFFF; }
    };
    /// An index for a new subject, or none at the configured capacity. May allocate.
    [[nodiscard]] newborn conceive(std::uint32_t slot, subject_kind kind) {
        if (const auto n = spares_of(kind).take(slot, resting(kind))) return at(kind, *n);
        directory& d = dir(kind);
        std::uint32_t fresh = d.size.load(std::memory_order_acquire);
        while (fresh < d.capacity && d.ensure(fresh))  // it is there before anybody can see it
            if (d.size.compare_exchange_weak(fresh, fresh + 1, std::memory_order_acq_rel,
                                             std::memory_order_acquire))
                return at(kind, fresh);
        const auto n = spares_of(kind).take_any(slot);
        return n ? at(kind, *n) : newborn{};
    }
    /// Gives an index back that never became anything.
    void abandon(std::uint32_t slot, subject_kind kind, newborn n) noexcept {
        if (n.exists()) spares_of(kind).put_unused(slot, n.index);
    }
    /// For the fold: a number whose subject has ended, or never was. One thread only.
    void spare(subject_kind kind, std::uint32_t index) noexcept {
        spares_of(kind).put_ended(0, index);
    }
    /// For the fold: makes sure that `index` exists. One thread only.
    [[nodiscard]] bool adopt(subject_kind kind, std::uint32_t index) {
        directory& d = dir(kind);
        if (index >= d.capacity || !d.ensure(index)) return false;
        if (index >= d.size.load(std::memory_order_relaxed))
            d.size.store(index + 1, std::memory_order_release);
        return true;
    }
    [[nodiscard]] newborn at(subject_kind kind, std::uint32_t index) const noexcept {
        const entry* e = dir(kind).find(index);
        return {index, header_word::of(e->word.load(std::memory_order_acquire)).version};
    }

    // ---- the steps of a commit
    // -------------------------------------------------------------------

    /// Step 1. Finds room for the next image; the last thing that may fail for memory.
    [[nodiscard]] bool prepare(std::uint32_t slot, rewrite& r) {
        if (r.next->buckets.size() > max_buckets) return false;  // its first word counts them
        const auto need = static_cast<std::uint32_t>((words_of(*r.next) + 7) / 8);
        entry* const e = dir(r.kind).find(r.index);
        r.home = e;
        r.old = chunk_of(e->place.load(std::memory_order_acquire));
        r.room = {};
        if (r.old.holds() && need <= r.old.blocks && need * 2 >= r.old.blocks) return true;
        r.room = slab_.take(slot, need);
        if (!r.room.holds()) return false;
        return true;
    }
    /// Undoes step 1.
    void unprepare(std::uint32_t slot, rewrite& r) noexcept {
        slab_.give_back(slot, r.room);
        r.room = {};
    }

    /// Step 2. False when the version has changed or somebody owns it.
    [[nodiscard]] bool own(std::uint32_t slot, rewrite& r) noexcept {
        entry& e = home_of(r);
        std::uint64_t seen = e.word.load(std::memory_order_relaxed);  // decided by the exchange
        const header_word h = header_word::of(seen);
        if (h.version != r.version || h.owner != 0) return false;
        r.before = seen;
        return e.word.compare_exchange_strong(
            seen, header_word{h.version, slot + 1, h.facts}.bits(),
            std::memory_order_acq_rel,   // (c) acquires the last owner's words (d); readers that
                                         //     see our words see this first (b)
            std::memory_order_relaxed);  //     a lost race: the caller decides again
    }
    void disown(const rewrite& r) noexcept {
        home_of(r).word.store(r.before, std::memory_order_release);  // (d)
    }

    /// Step 4. Writes the next image; neither allocates nor throws.
    void write(rewrite& r) noexcept {
        const bool moves = r.room.holds();  // to a chunk that has no lines yet
        if (moves)
            home_of(r).place.store(static_cast<std::uint64_t>(r.room.at) << 32 | r.room.blocks,
                                   std::memory_order_release);
        auto* const words = slab_.words(moves ? r.room.at : r.old.at);
        to_words(*r.next, r.lines_stand && !moves, [words](std::size_t i, std::uint64_t w) {
            words[i].store(w, std::memory_order_release);  // (b) pairs with copy()
        });
    }
    /// Step 7. Publishes version + 1, gives the old chunk back, and lets go.
    void publish(std::uint32_t slot, const rewrite& r) noexcept {
        home_of(r).word.store(header_word{r.version + 1, 0, facts_of(*r.next)}.bits(),
                              std::memory_order_release);  // (d) pairs with (a) and (c)
        if (r.room.holds()) slab_.give_back(slot, r.old);
    }
    /// After the commit: the number of a subject that has ended may be used again, by any slot.
    void recycle(std::uint32_t slot, const rewrite& r) noexcept {
        if (r.last) spares_of(r.kind).put_ended(slot, r.index);
    }

    /// Numbers that may be given again. Quiet engine only.
    [[nodiscard]] const numbers<Env>& spares(subject_kind k) const noexcept {
        return spares_[static_cast<int>(k)];
    }
    /// The chunks, for what else hangs on a subject (timers, decision records).
    [[nodiscard]] slab<Env>& chunks() noexcept { return slab_; }
    [[nodiscard]] const slab<Env>& chunks() const noexcept { return slab_; }

private:
    template <class T>
    using atomic = typename Env::template atomic<T>;
    static constexpr int looks = 64;
    static constexpr std::size_t quarantine = 1024;
    static constexpr std::uint32_t entry_bits = [] {
        if constexpr (requires { Env::ledger_entry_bits; }) return Env::ledger_entry_bits;
        return std::uint32_t{12};  // a test's Env makes a ledger for every schedule: small ones
    }();

    struct entry {
        atomic<std::uint64_t> word{0};
        atomic<std::uint64_t> place{0};  // block:32 | blocks:32
    };
    struct directory {
        explicit directory(std::uint32_t max)
            : capacity{max}, segments((std::size_t{max} >> entry_bits) + 1) {}
        directory(directory&& o) noexcept : capacity{o.capacity}, segments(o.segments.size()) {}
        ~directory() {
            for (auto& s : segments) delete[] s.load(std::memory_order_relaxed);
        }
        [[nodiscard]] entry* find(std::uint32_t i) const noexcept {
            if (i >= capacity) return nullptr;
            entry* s = segments[i >> entry_bits].load(std::memory_order_acquire);
            return s == nullptr ? nullptr : s + (i & ((1u << entry_bits) - 1));
        }
        [[nodiscard]] bool ensure(std::uint32_t i) {
            auto& at = segments[i >> entry_bits];
            if (at.load(std::memory_order_acquire) != nullptr) return true;
            auto* fresh = new (std::nothrow) entry[1u << entry_bits];
            if (fresh == nullptr) return false;
            entry* expected = nullptr;
            if (!at.compare_exchange_strong(expected, fresh, std::memory_order_acq_rel,
                                            std::memory_order_acquire))
                delete[] fresh;
            return true;
        }
        std::uint32_t capacity;
        atomic<std::uint32_t> size{0};
        std::vector<atomic<entry*>> segments;
    };
    static error_code unknown(subject_kind k) noexcept {
        return k == subject_kind::order ? error_code::unknown_order
                                        : error_code::unknown_reservation;
    }
    static entry& home_of(const rewrite& r) noexcept { return *static_cast<entry*>(r.home); }
    static chunk chunk_of(std::uint64_t place) noexcept {
        return {static_cast<std::uint32_t>(place >> 32), static_cast<std::uint32_t>(place)};
    }
    [[nodiscard]] numbers<Env>& spares_of(subject_kind k) noexcept {
        return spares_[static_cast<int>(k)];
    }
    /// The end of a reservation can be asked for until so many more have ended.
    [[nodiscard]] static constexpr std::size_t resting(subject_kind k) noexcept {
        return k == subject_kind::order ? 0 : quarantine;
    }
    [[nodiscard]] directory& dir(subject_kind k) noexcept { return dirs_[static_cast<int>(k)]; }
    [[nodiscard]] const directory& dir(subject_kind k) const noexcept {
        return dirs_[static_cast<int>(k)];
    }
    /// (b) Each word is loaded with acquire: one that an owner has just written brings that owner's
    /// claim on the header word with it, and the second look at the header word sees it.
    [[nodiscard]] bool copy(const entry& e, image& into) const {
        const chunk c = chunk_of(e.place.load(std::memory_order_acquire));
        if (!c.holds()) return false;
        const std::size_t room = std::size_t{c.blocks} * block_words;
        const auto* const words = slab_.words(c.at);
        const std::uint64_t first = words[0].load(std::memory_order_acquire);
        if (words_behind(first) > room) return false;  // torn: a later look finds another version
        from_words(
            first, [words](std::size_t i) { return words[i].load(std::memory_order_acquire); },
            into);
        return true;
    }

    slab<Env> slab_;
    directory dirs_[2];
    numbers<Env> spares_[2];
};

}  // namespace earmark::lifecycle
