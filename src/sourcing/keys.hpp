// KEYS: a plan's whole objective in one integer. The criteria are fields, the most important one in
// the highest bits, the tie-break in the lowest; each field is as wide as the largest sum that this
// problem can reach, so adding keys never carries from one field into the next. Then the order of
// integers is the lexicographic order of the criteria, and "better" is one comparison.
//
// Almost every problem fits 126 bits (key128). Wide keys are the same for the few that do not.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace earmark::sourcing::detail {

__extension__ typedef unsigned __int128 key128;

/// Unsigned, the least significant word first.
template <std::size_t Words>
struct wide_key {
    std::array<std::uint64_t, Words> word{};

    friend constexpr bool operator==(const wide_key&, const wide_key&) = default;
    friend constexpr bool operator<(const wide_key& a, const wide_key& b) noexcept {
        for (std::size_t i = Words; i-- > 0;)
            if (a.word[i] != b.word[i]) return a.word[i] < b.word[i];
        return false;
    }
    friend constexpr wide_key operator+(const wide_key& a, const wide_key& b) noexcept {
        wide_key sum;
        key128 carry = 0;
        for (std::size_t i = 0; i < Words; ++i) {
            carry += key128{a.word[i]} + b.word[i];
            sum.word[i] = static_cast<std::uint64_t>(carry);
            carry >>= 64;
        }
        return sum;
    }
    /// Requires b <= a.
    friend constexpr wide_key operator-(const wide_key& a, const wide_key& b) noexcept {
        wide_key rest;
        std::uint64_t borrow = 0;
        for (std::size_t i = 0; i < Words; ++i) {
            const key128 less = key128{b.word[i]} + borrow;
            rest.word[i] = static_cast<std::uint64_t>(a.word[i] - less);
            borrow = a.word[i] < less ? 1 : 0;
        }
        return rest;
    }
    friend constexpr wide_key operator/(const wide_key& a, std::uint32_t by) noexcept {
        wide_key quotient;
        key128 rest = 0;
        for (std::size_t i = Words; i-- > 0;) {
            rest = rest << 64 | a.word[i];
            quotient.word[i] = static_cast<std::uint64_t>(rest / by);
            rest %= by;
        }
        return quotient;
    }
};
using key320 = wide_key<5>;
using key1024 = wide_key<16>;  // all criteria at once, each as wide as it can be

/// Bits that a key may use: one is left for `unreachable`, one so that unreachable + key fits.
template <class Key>
inline constexpr unsigned key_bits = sizeof(Key) * 8 - 2;

template <class Key>
struct key_words;
template <>
struct key_words<key128> {
    static constexpr key128 unreachable() noexcept { return key128{1} << 126; }
    static constexpr key128 lifted(std::uint64_t value, unsigned at) noexcept {
        return key128{value} << at;
    }
};
template <std::size_t Words>
struct key_words<wide_key<Words>> {
    static constexpr wide_key<Words> unreachable() noexcept {
        wide_key<Words> k;
        k.word[Words - 1] = std::uint64_t{1} << 62;
        return k;
    }
    static constexpr wide_key<Words> lifted(std::uint64_t value, unsigned at) noexcept {
        wide_key<Words> k;
        if (value == 0) return k;
        const key128 spread = key128{value} << at % 64;
        k.word[at / 64] = static_cast<std::uint64_t>(spread);
        if (spread >> 64 != 0) k.word[at / 64 + 1] = static_cast<std::uint64_t>(spread >> 64);
        return k;
    }
};

/// Larger than every key; stays so when keys are added to it.
template <class Key>
constexpr Key unreachable() noexcept {
    return key_words<Key>::unreachable();
}

/// `value` moved up by `at` bits. Requires that it fits.
template <class Key>
constexpr Key lifted(std::uint64_t value, unsigned at) noexcept {
    return key_words<Key>::lifted(value, at);
}

/// The `width` bits, at most 64, of a key that begin at `at`.
constexpr std::uint64_t field(key128 key, unsigned at, unsigned width) noexcept {
    if (width == 0) return 0;
    return static_cast<std::uint64_t>(key >> at) & (~std::uint64_t{0} >> (64 - width));
}
template <std::size_t Words>
constexpr std::uint64_t field(const wide_key<Words>& key, unsigned at, unsigned width) noexcept {
    if (width == 0) return 0;
    key128 spread = key.word[at / 64];
    if (at / 64 + 1 < Words) spread |= key128{key.word[at / 64 + 1]} << 64;
    return static_cast<std::uint64_t>(spread >> at % 64) & (~std::uint64_t{0} >> (64 - width));
}

}  // namespace earmark::sourcing::detail
