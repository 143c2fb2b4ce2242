// DIGESTS. `mix` and `digest` are for our own state: fast, fixed for ever, equal on every platform.
// `content_digest` is for text from outside, where two different inputs must not collide.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace earmark {

struct digest128 {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend constexpr auto operator<=>(digest128, digest128) = default;
};

/// XXH3 with 128 bits. Not for secrets or against an attacker who chooses both sides.
[[nodiscard]] digest128 content_digest(std::span<const std::byte> bytes) noexcept;
[[nodiscard]] inline digest128 content_digest(std::string_view text) noexcept {
    return content_digest(std::as_bytes(std::span{text.data(), text.size()}));
}

/// A bijection of 64 bits that spreads every input bit (the finaliser of MurmurHash3).
constexpr std::uint64_t mix(std::uint64_t x) noexcept {
    x ^= x >> 33;
    x *= 0xFF51AFD7ED558CCDULL;
    x ^= x >> 33;
    x *= 0xC4CEB9FE1A85EC53ULL;
    x ^= x >> 33;
    return x;
}

/// Folds numbers into 64 bits, in order. A sum of finished digests is the digest of a set.
class digest {
public:
    explicit constexpr digest(std::uint64_t seed = 0) noexcept : state_{mix(seed + golden)} {}

    constexpr digest& add(std::uint64_t value) noexcept {
        state_ = mix(state_ ^ mix(value + golden)) + golden;
        return *this;
    }
    constexpr digest& add(std::string_view text) noexcept {
        add(text.size());
        for (const char c : text) add(static_cast<unsigned char>(c));
        return *this;
    }
    [[nodiscard]] constexpr std::uint64_t value() const noexcept { return mix(state_); }

private:
    static constexpr std::uint64_t golden = 0x9E3779B97F4A7C15ULL;
    std::uint64_t state_;
};

/// Sixteen hexadecimal digits.
[[nodiscard]] std::string to_hex(std::uint64_t value);

}  // namespace earmark
