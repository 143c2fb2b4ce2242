#include "earmark/core/money.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "decimal.hpp"
#include "wide.hpp"

namespace earmark {
namespace {

constexpr std::uint16_t pack(std::string_view text) noexcept {
    std::uint16_t code = 0;
    for (const char c : text) code = static_cast<std::uint16_t>(code << 5 | (c - 'A' + 1));
    return code;
}

/// The packed codes of a list such as "EUR GBP ", ascending because the list is.
template <std::size_t Size>
consteval auto pack_all(const char (&list)[Size]) {
    std::array<std::uint16_t, Size / 4> codes{};
    for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = pack({list + 4 * i, 3});
    return codes;
}

// ISO 4217, the active codes. CLF and UYW have four places and are units of account that no order
// is paid in; metals and test codes are absent for the same reason.
constexpr auto no_places =
    pack_all("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF ");
constexpr auto three_places = pack_all("BHD IQD JOD KWD LYD OMR TND ");
constexpr auto two_places = pack_all(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN "
    "BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP "
    "LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR "
    "NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN "
    "SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR "
    "ZMW ZWG ");
static_assert(std::ranges::is_sorted(no_places) && std::ranges::is_sorted(two_places) &&
                  std::ranges::is_sorted(three_places),
              "the lists are searched by halving");

bool is_listed(std::uint16_t code) noexcept {
    return std::ranges::binary_search(two_places, code) ||
           std::ranges::binary_search(no_places, code) ||
           std::ranges::binary_search(three_places, code);
}

}  // namespace

result<currency> currency::parse(std::string_view text) noexcept {
    const bool letters =
        text.size() == 3 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!letters || !is_listed(pack(text))) return fail(error_code::bad_currency);
    return from_code(pack(text));
}

int currency::exponent() const noexcept {
    if (code_ == 0 || std::ranges::binary_search(no_places, code_)) return 0;
    return std::ranges::binary_search(three_places, code_) ? 3 : 2;
}

std::string currency::text() const {
    if (code_ == 0) return {};
    std::string letters;
    for (const int shift : {10, 5, 0}) {
        const int letter = code_ >> shift & 31;
        letters += letter >= 1 && letter <= 26 ? static_cast<char>('A' + letter - 1) : '?';
    }
    return letters;
}

result<money> add(money a, money b) noexcept {
    if (a.currency != b.currency)
        return fail(error_code::mixed_currency, a.currency.code(), b.currency.code());
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a.minor, b.minor, &sum)) return detail::too_wide(a.minor < 0);
    return money{sum, a.currency};
}

result<money> parse_money(std::string_view text, currency c) noexcept {
    const auto minor = detail::parse_decimal(text, c.exponent());
    if (!minor) return minor.error();
    return money{*minor, c};
}

std::string to_string(money m) {
    std::string text = detail::write_decimal(m.minor, m.currency.exponent());
    if (m.currency != currency{}) text += ' ' + m.currency.text();
    return text;
}

error_code split(std::int64_t total, std::span<const std::int64_t> weights,
                 std::span<std::int64_t> shares) {
    using detail::wide_unsigned;
    if (weights.empty() || weights.size() != shares.size()) return error_code::bad_number;
    wide_unsigned sum = 0;
    for (const std::int64_t w : weights) {
        if (w < 0) return error_code::bad_number;
        sum += static_cast<std::uint64_t>(w);
    }
    if (sum == 0) return error_code::bad_number;

    // Magnitudes: the most negative total has no positive twin in 64 signed bits.
    const auto bits = static_cast<std::uint64_t>(total);
    const std::uint64_t magnitude = total < 0 ? 0 - bits : bits;
    std::vector<wide_unsigned> remainders(weights.size());
    std::uint64_t left = magnitude;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const auto exact = wide_unsigned{magnitude} * static_cast<std::uint64_t>(weights[i]);
        remainders[i] = exact % sum;
        const auto whole = static_cast<std::uint64_t>(exact / sum);
        left -= whole;
        shares[i] = static_cast<std::int64_t>(total < 0 ? 0 - whole : whole);
    }
    // `left` is less than the number of remainders above zero, so a weight of 0 never gets a unit.
    std::vector<std::size_t> by_remainder(weights.size());
    std::iota(by_remainder.begin(), by_remainder.end(), std::size_t{0});
    std::ranges::stable_sort(by_remainder, std::ranges::greater{},
                             [&](std::size_t i) { return remainders[i]; });
    for (std::size_t i = 0; i < left; ++i) shares[by_remainder[i]] += total < 0 ? -1 : 1;
    return error_code::ok;
}

result<rate> parse_rate(std::string_view text) noexcept {
    const auto e4 = detail::parse_decimal(text, rate_decimals);
    if (!e4) return e4.error();
    return rate{*e4};
}

std::string to_string(rate r) { return detail::write_decimal(r.e4, rate_decimals); }

}  // namespace earmark
