// THE ORDER in which a sweep wakes what is due: by deadline, then by number.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include "earmark/core/time.hpp"

namespace earmark::lifecycle {

struct waiting_timer {
    time_point deadline;
    std::uint64_t subject;
    std::uint32_t block, place;  // where it hangs

    friend bool operator<(const waiting_timer& a, const waiting_timer& b) noexcept {
        return a.deadline != b.deadline ? a.deadline < b.deadline : a.subject < b.subject;
    }
};

/// What a sweep has gathered. Memory that it once needed stays for the next one.
class wake_order {
public:
    /// Room for so many more; false where memory is short.
    [[nodiscard]] bool reserve(std::size_t more) noexcept {
        return count_ + more <= all_.size() || grow(all_, std::max(few, 2 * (count_ + more)));
    }
    /// Where the next ones go. Requires reserve(); `until` is behind the last of them.
    [[nodiscard]] waiting_timer* begin_adding() noexcept { return all_.data() + count_; }
    void added(const waiting_timer* until) noexcept {
        count_ = static_cast<std::size_t>(until - all_.data());
    }
    [[nodiscard]] std::span<waiting_timer> all() noexcept { return {all_.data(), count_}; }
    /// Forgets all but the first.
    void keep(std::size_t first) noexcept { count_ = first; }

    /// f(timer) for each, in order, which f must leave alone. One pass over buckets of time brings
    /// each near its place, and insertion to it; where many crowd in a bucket, or memory is short,
    /// std::sort does. O(n) for deadlines that are spread or came in order, O(n log n) at worst.
    template <class F>
    void each_in_order(F&& f) {
        const auto these = all();
        if (std::is_sorted(these.rbegin(), these.rend())) {  // a list's newest come first
            for (std::size_t i = count_; i-- > 0;) f(std::as_const(these[i]));
        } else if (count_ >= few && count_ < most && spread(these)) {
            for (std::size_t i = 0; i < count_; ++i) f(std::as_const(these[keys_[i] % most]));
        } else {
            std::sort(these.begin(), these.end());
            for (const waiting_timer& w : these) f(w);
        }
    }

private:
    static constexpr std::size_t few = 16, most_buckets = 4096, most = 1u << 20;
    static constexpr std::uint32_t crowd = 16;

    /// The order as keys: time since the first deadline, and which of `these` it is. False where
    /// that is no use.
    [[nodiscard]] bool spread(std::span<const waiting_timer> these) {
        std::int64_t first = never.ns, last = these.front().deadline.ns;
        for (const waiting_timer& w : these) {
            first = std::min(first, w.deadline.ns);
            last = std::max(last, w.deadline.ns);
        }
        // Cannot overflow without a sign.
        const auto base = static_cast<std::uint64_t>(first);
        const std::uint64_t width = static_cast<std::uint64_t>(last) - base;
        const auto buckets = std::min(most_buckets, std::bit_ceil(these.size()) * 2);
        const int shift =
            std::max(0, static_cast<int>(std::bit_width(width)) - std::countr_zero(buckets));
        if (width >= ~std::uint64_t{0} / most || !grow(keys_, all_.size()) ||
            !grow(begins_, most_buckets))
            return false;
        std::uint32_t* const begins = begins_.data();
        std::fill_n(begins, buckets, 0u);
        const auto after = [base](const waiting_timer& w) {
            return static_cast<std::uint64_t>(w.deadline.ns) - base;
        };
        for (const waiting_timer& w : these) ++begins[after(w) >> shift];
        std::uint32_t at = 0, fullest = 0;
        for (std::size_t b = 0; b < buckets; ++b) {
            fullest = std::max(fullest, begins[b]);
            at += std::exchange(begins[b], at);
        }
        if (fullest > crowd) return false;
        std::uint64_t* const keys = keys_.data();
        for (std::size_t i = 0; i < these.size(); ++i) {
            const std::uint64_t time = after(these[i]);
            keys[begins[time >> shift]++] = time * most + i;
        }
        insert(these);
        return true;
    }
    /// Keys that are nearly sorted.
    void insert(std::span<const waiting_timer> these) noexcept {
        std::uint64_t* const keys = keys_.data();
        const auto less = [&](std::uint64_t a, std::uint64_t b) {
            if (a / most != b / most) return a < b;
            return these[a % most].subject < these[b % most].subject;
        };
        for (std::size_t i = 1; i < these.size(); ++i) {
            const std::uint64_t key = keys[i];
            if (!less(key, keys[i - 1])) continue;
            std::size_t to = i;
            for (; to > 0 && less(key, keys[to - 1]); --to) keys[to] = keys[to - 1];
            keys[to] = key;
        }
    }
    template <class T>
    [[nodiscard]] static bool grow(std::vector<T>& v, std::size_t size) noexcept {
        try {
            if (v.size() < size) v.resize(size);
            return true;
        } catch (const std::bad_alloc&) {
            return false;
        }
    }

    std::size_t count_ = 0;
    std::vector<waiting_timer> all_;     // of which the first count_ count, as of the keys
    std::vector<std::uint64_t> keys_;    // time since the first deadline:44 | index:20
    std::vector<std::uint32_t> begins_;  // of the buckets
};

}  // namespace earmark::lifecycle
