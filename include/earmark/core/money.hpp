// MONEY is integer minor units and a currency. There is no arithmetic between currencies, no
// rounding, and no floating point. Rates finer than a minor unit are `rate` (1/10,000 of a unit).
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "earmark/core/result.hpp"

namespace earmark {

/// An ISO 4217 code. Packed letters, 5 bits each; 0 is no currency.
class currency {
public:
    constexpr currency() noexcept = default;

    /// Three upper-case letters of the list in src/core/money.cpp, or bad_currency.
    [[nodiscard]] static result<currency> parse(std::string_view text) noexcept;
    [[nodiscard]] static constexpr currency from_code(std::uint16_t code) noexcept {
        currency c;
        c.code_ = code;
        return c;
    }

    [[nodiscard]] constexpr std::uint16_t code() const noexcept { return code_; }
    [[nodiscard]] int exponent() const noexcept;  // 0 for JPY, 2 for USD, 3 for KWD
    [[nodiscard]] std::string text() const;

    friend constexpr auto operator<=>(currency, currency) = default;

private:
    std::uint16_t code_ = 0;
};

struct money {
    std::int64_t minor = 0;
    earmark::currency currency;
    friend constexpr bool operator==(const money&, const money&) = default;
};

/// mixed_currency, or out_of_range where the sum does not fit.
[[nodiscard]] result<money> add(money a, money b) noexcept;

/// Reads `12.50` in the currency's exponent, as strictly as parse_quantity.
[[nodiscard]] result<money> parse_money(std::string_view text, currency c) noexcept;
[[nodiscard]] std::string to_string(money m);

/// Shares of `total` in proportion to `weights`, by largest remainder, ties to the lower index; the
/// shares sum to `total` exactly. `shares` and `weights` have one length >= 1; weights are >= 0 and
/// not all zero (else bad_number); the sign of `total` is kept. O(n log n), 128-bit inside.
[[nodiscard]] error_code split(std::int64_t total, std::span<const std::int64_t> weights,
                               std::span<std::int64_t> shares);

/// A price finer than a cent: 1/10,000 of the currency's major unit. Costs of plans are sums of it.
struct rate {
    std::int64_t e4 = 0;
    friend constexpr auto operator<=>(rate, rate) = default;
};

inline constexpr int rate_decimals = 4;
[[nodiscard]] result<rate> parse_rate(std::string_view text) noexcept;
[[nodiscard]] std::string to_string(rate r);

}  // namespace earmark
