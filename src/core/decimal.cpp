#include "decimal.hpp"

#include <fmt/format.h>

namespace earmark::detail {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// A text that has passed the grammar, cut at its sign and point.
struct pieces {
    bool negative = false;
    std::string_view whole;
    std::string_view fraction;    // without trailing zeros
    std::size_t fraction_at = 0;  // its offset in the text
};

error wrong_byte(std::size_t offset) noexcept {
    return fail(error_code::bad_number, static_cast<std::int64_t>(offset));
}

std::size_t skip_digits(std::string_view text, std::size_t at) noexcept {
    while (at < text.size() && is_digit(text[at])) ++at;
    return at;
}

result<pieces> cut(std::string_view text) noexcept {
    pieces p;
    std::size_t at = 0;
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
        p.negative = text[0] == '-';
        at = 1;
    }
    const std::size_t whole_end = skip_digits(text, at);
    if (whole_end == at) return wrong_byte(at);
    p.whole = text.substr(at, whole_end - at);
    if (whole_end == text.size()) return p;
    if (text[whole_end] != '.') return wrong_byte(whole_end);

    p.fraction_at = whole_end + 1;
    const std::size_t end = skip_digits(text, p.fraction_at);
    if (end == p.fraction_at || end != text.size()) return wrong_byte(end);
    p.fraction = text.substr(p.fraction_at);
    while (!p.fraction.empty() && p.fraction.back() == '0') p.fraction.remove_suffix(1);
    return p;
}

/// False where the next digit does not fit.
bool push_digit(std::int64_t& value, char c) noexcept {
    return !__builtin_mul_overflow(value, std::int64_t{10}, &value) &&
           !__builtin_add_overflow(value, std::int64_t{c - '0'}, &value);
}

}  // namespace

result<std::int64_t> parse_decimal(std::string_view text, int decimals) noexcept {
    const auto parsed = cut(text);
    if (!parsed) return parsed.error();
    const pieces& p = *parsed;
    const auto places = static_cast<std::size_t>(decimals);
    if (p.fraction.size() > places) {
        return fail(error_code::too_many_decimals,
                    static_cast<std::int64_t>(p.fraction_at + places), decimals);
    }
    std::int64_t value = 0;
    for (const char c : p.whole)
        if (!push_digit(value, c)) return too_wide(p.negative);
    for (std::size_t i = 0; i < places; ++i)
        if (!push_digit(value, i < p.fraction.size() ? p.fraction[i] : '0'))
            return too_wide(p.negative);
    return p.negative ? -value : value;
}

std::string write_decimal(std::int64_t value, int decimals) {
    // Unsigned, because the most negative value has no positive twin.
    const bool negative = value < 0;
    const auto bits = static_cast<std::uint64_t>(value);
    std::string digits = fmt::format("{:0>{}}", negative ? 0 - bits : bits, decimals + 1);
    if (decimals > 0) digits.insert(digits.size() - static_cast<std::size_t>(decimals), 1, '.');
    return negative ? '-' + digits : digits;
}

}  // namespace earmark::detail
