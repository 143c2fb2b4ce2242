#include "earmark/core/quantity.hpp"

#include "decimal.hpp"
#include "wide.hpp"

namespace earmark {
namespace {

result<quantity> narrow(detail::wide atoms) noexcept {
    if (atoms > detail::max_decimal || atoms < -detail::max_decimal)
        return detail::too_wide(atoms < 0);
    return quantity{static_cast<std::int64_t>(atoms)};
}

}  // namespace

result<quantity> add(quantity a, quantity b) noexcept {
    return narrow(detail::wide{a.atoms} + b.atoms);
}

result<quantity> subtract(quantity a, quantity b) noexcept {
    return narrow(detail::wide{a.atoms} - b.atoms);
}

result<quantity> convert(quantity a, std::int64_t numerator, std::int64_t denominator) noexcept {
    if (denominator <= 0) return fail(error_code::out_of_range, denominator, 1);
    const detail::wide product = detail::wide{a.atoms} * numerator;
    if (product % denominator != 0) return fail(error_code::not_a_multiple, a.atoms, denominator);
    return narrow(product / denominator);
}

result<quantity> parse_quantity(std::string_view text, int decimals) noexcept {
    if (decimals < 0 || decimals > max_decimals)
        return fail(error_code::out_of_range, decimals, decimals < 0 ? 0 : max_decimals);
    const auto value = detail::parse_decimal(text, decimals);
    if (!value) return value.error();
    return quantity{*value};
}

std::string to_string(quantity q, int decimals) { return detail::write_decimal(q.atoms, decimals); }

}  // namespace earmark
