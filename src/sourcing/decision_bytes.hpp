// BYTES of a decision's compact form, written and read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace earmark::sourcing::detail {

/// Writes into memory that was made large enough before.
class byte_writer {
public:
    explicit byte_writer(std::byte* to) noexcept : to_{to} {}

    void byte(unsigned value) noexcept { *to_++ = static_cast<std::byte>(value); }
    void number(std::uint64_t value) noexcept {
        for (; value >= 128; value >>= 7) byte(static_cast<unsigned>(value & 127) | 128U);
        byte(static_cast<unsigned>(value));
    }
    void word(std::uint64_t value) noexcept {
        for (unsigned shift = 0; shift < 64; shift += 8) byte(value >> shift & 255);
    }
    [[nodiscard]] std::byte* end() const noexcept { return to_; }

private:
    std::byte* to_;
};

/// Reads hostile bytes; after the first wrong one every answer is 0 and good() is false.
class byte_reader {
public:
    explicit byte_reader(std::span<const std::byte> bytes) : bytes_{bytes} {}

    std::uint8_t byte() {
        if (at_ >= bytes_.size()) return refuse();
        return static_cast<std::uint8_t>(bytes_[at_++]);
    }
    /// A number of at most `most`.
    std::uint64_t number(std::uint64_t most) {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint8_t b = byte();
            const std::uint64_t bits = b & 127U;
            if (shift == 63 && bits > 1) return refuse();
            value |= bits << shift;
            if (b < 128) return value <= most ? value : refuse();
        }
        return refuse();
    }
    std::uint64_t word() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 8) value |= std::uint64_t{byte()} << shift;
        return value;
    }
    std::uint8_t refuse() {
        good_ = false;
        return 0;
    }
    [[nodiscard]] bool good() const noexcept { return good_; }
    [[nodiscard]] std::size_t at() const noexcept { return at_; }
    [[nodiscard]] std::size_t left() const noexcept { return bytes_.size() - at_; }

private:
    std::span<const std::byte> bytes_;
    std::size_t at_ = 0;
    bool good_ = true;
};

}  // namespace earmark::sourcing::detail
