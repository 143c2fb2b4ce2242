// KEYS: a plan's whole objective in one integer. The criteria are fields, the most important one in
// the highest bits, the tie-break in the lowest; each field is as wide as the largest sum that this
// problem can reach, so adding keys never carries from one field into the next. Then the order of
// integers is the lexicographic order of the criteria, and "better" is one comparison.
//
// Almost every problem fits 126 bits (key128). key320 is the same for the few that do not.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace earmark::sourcing::detail {

__extension__ typedef unsigned __int128 key128;

/// Unsigned, five words, the least significant first.
struct key320 {
    std::array<std::uint64_t, 5> word{};

    friend constexpr bool operator==(const key320&, const key320&) = default;
    friend constexpr bool operator<(const key320& a, const key320& b) noexcept {
        for (std::size_t i = 5; i-- > 0;)
            if (a.word[i] != b.word[i]) return a.word[i] < b.word[i];
        return false;
    }
    friend constexpr key320 operator+(const key320& a, const key320& b) noexcept {
        key320 sum;
        key128 carry = 0;
        for (std::size_t i = 0; i < 5; ++i) {
            carry += key128{a.word[i]} + b.word[i];
            sum.word[i] = static_cast<std::uint64_t>(carry);
            carry >>= 64;
        }
        return sum;
    }
    friend constexpr key320 operator/(const key320& a, std::uint32_t by) noexcept {
        key320 quotient;
        key128 rest = 0;
        for (std::size_t i = 5; i-- > 0;) {
            rest = rest << 64 | a.word[i];
            quotient.word[i] = static_cast<std::uint64_t>(rest / by);
            rest %= by;
        }
        return quotient;
    }
};

/// Bits that a key may use: one is left for `unreachable`, one so that unreachable + key fits.
template <class Key>
inline constexpr unsigned key_bits = sizeof(Key) * 8 - 2;

/// Larger than every key; stays so when keys are added to it.
template <class Key>
constexpr Key unreachable() noexcept;
template <>
constexpr key128 unreachable<key128>() noexcept {
    return key128{1} << 126;
}
template <>
constexpr key320 unreachable<key320>() noexcept {
    return {{0, 0, 0, 0, std::uint64_t{1} << 62}};
}

/// `value` moved up by `at` bits. Requires that it fits, and at < 128 (320).
template <class Key>
constexpr Key lifted(std::uint64_t value, unsigned at) noexcept;
template <>
constexpr key128 lifted<key128>(std::uint64_t value, unsigned at) noexcept {
    return key128{value} << at;
}
template <>
constexpr key320 lifted<key320>(std::uint64_t value, unsigned at) noexcept {
    key320 k;
    if (value == 0) return k;
    const key128 spread = key128{value} << at % 64;
    k.word[at / 64] = static_cast<std::uint64_t>(spread);
    if (spread >> 64 != 0) k.word[at / 64 + 1] = static_cast<std::uint64_t>(spread >> 64);
    return k;
}

/// The `width` bits of a key that begin at `at`.
constexpr std::uint64_t field(key128 key, unsigned at, unsigned width) noexcept {
    if (width == 0) return 0;
    return static_cast<std::uint64_t>(key >> at) & (~std::uint64_t{0} >> (64 - width));
}
constexpr std::uint64_t field(const key320& key, unsigned at, unsigned width) noexcept {
    if (width == 0) return 0;
    key128 spread = key.word[at / 64];
    if (at / 64 + 1 < 5) spread |= key128{key.word[at / 64 + 1]} << 64;
    return static_cast<std::uint64_t>(spread >> at % 64) & (~std::uint64_t{0} >> (64 - width));
}

}  // namespace earmark::sourcing::detail
