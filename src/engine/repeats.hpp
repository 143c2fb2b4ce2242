// THE MEMORY OF REPEATS: which orders of a customer are new enough to be repeated. It finds those
// that may be meant; what they ask for, the ledger says. It can be made anew of the orders and the
// types of holds that ask, which a recovery and a change of those types do.
//
// Who places an order has his customer's shard for himself from the look at the others to the
// commit: of two equal orders at the same moment the one that comes second sees the first. Shards
// are tried and never waited for, in ascending order where several types ask by different facts.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <mutex>
#include <set>
#include <utility>

#include "earmark/core/time.hpp"
#include "earmark/model/holds.hpp"

namespace earmark {

class repeat_memory {
public:
    static constexpr std::uint32_t shard_count = 64;

    /// An order by when it was placed.
    struct entry {
        time_point made;
        std::uint32_t order = 0;
        friend auto operator<=>(const entry&, const entry&) = default;
    };
    /// A digest of what an order says of its customer: two may share one.
    using customer = std::uint64_t;
    /// A bit per shard.
    using shards = std::uint64_t;
    [[nodiscard]] static constexpr shards shard_of(customer c) noexcept {
        return shards{1} << (c % shard_count);
    }

    /// All of them, or none.
    [[nodiscard]] bool try_lock(shards which) noexcept {
        for (shards left = which; left != 0; left &= left - 1) {
            if (first_of(left).lock.try_lock()) continue;
            unlock(which & ~left);
            return false;
        }
        return true;
    }
    void unlock(shards which) noexcept {
        for (; which != 0; which &= which - 1) first_of(which).lock.unlock();
    }

    // ---- require the customer's shard, or the engine -------------------------------------------

    /// May throw std::bad_alloc, and has changed nothing then.
    void add(customer c, entry e) {
        shard& s = of(c);
        if (!s.by_time.insert({e, c}).second) return;
        try {
            s.by_customer.insert({c, e});
        } catch (...) {
            s.by_time.erase({e, c});
            throw;
        }
    }
    void drop(customer c, entry e) noexcept {
        of(c).by_time.erase({e, c});
        of(c).by_customer.erase({c, e});
    }
    /// Forgets what was placed before `oldest`, and beyond max_repeats_kept the oldest of the
    /// shard.
    void trim(customer c, time_point oldest) noexcept {
        shard& s = of(c);
        while (!s.by_time.empty() &&
               (s.by_time.begin()->first.made < oldest || s.by_time.size() > max_repeats_kept)) {
            const auto [e, who] = *s.by_time.begin();
            drop(who, e);
        }
    }
    /// Is it found; or has the shard forgotten it for others?
    [[nodiscard]] bool has(customer c, entry e) const noexcept {
        const shard& s = all_[c % shard_count];
        return s.by_customer.contains({c, e}) || s.by_time.size() >= max_repeats_kept;
    }
    /// Calls f(order) for those placed from `oldest` to before `end`, the newest first, until it
    /// says true; for max_repeats_looked_at at most.
    template <class F>
    void newest_first(customer c, time_point oldest, entry end, F&& f) const {
        const auto& all = all_[c % shard_count].by_customer;
        auto at = all.lower_bound({c, end});
        for (std::size_t n = 0; n < max_repeats_looked_at && at != all.begin(); ++n) {
            --at;
            if (at->first != c || at->second.made < oldest || f(at->second.order)) return;
        }
    }

    // ---- require the engine --------------------------------------------------------------------

    /// Calls f(customer, entry) for all. Requires all shards, too, where others are at work.
    template <class F>
    void each(F&& f) const {
        for (const shard& s : all_)
            for (const auto& [c, e] : s.by_customer) f(c, e);
    }
    void clear() noexcept {
        for (shard& s : all_) {
            s.by_customer.clear();
            s.by_time.clear();
        }
    }
    [[nodiscard]] std::size_t size() const noexcept {
        std::size_t n = 0;
        for (const shard& s : all_) n += s.by_time.size();
        return n;
    }

private:
    struct shard {
        std::mutex lock;
        std::set<std::pair<customer, entry>> by_customer;
        std::set<std::pair<entry, customer>> by_time;
    };
    [[nodiscard]] shard& first_of(shards which) noexcept {
        return all_[static_cast<std::size_t>(std::countr_zero(which))];
    }
    [[nodiscard]] shard& of(customer c) noexcept { return all_[c % shard_count]; }

    std::array<shard, shard_count> all_;
};

}  // namespace earmark
