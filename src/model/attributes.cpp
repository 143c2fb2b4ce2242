#include "earmark/model/attributes.hpp"

#include <algorithm>

#include "earmark/core/money.hpp"

namespace earmark {

std::string_view name_of(value_type t) noexcept {
    constexpr std::string_view names[] = {"text", "number", "money", "flag"};
    return names[static_cast<std::size_t>(t)];
}

attribute_of owner_of(std::string_view name) noexcept {
    if (name.starts_with("line.")) return attribute_of::line;
    if (name.starts_with("node.")) return attribute_of::node;
    if (name.starts_with("stock.")) return attribute_of::stock;
    return name.starts_with("ship_to.") ? attribute_of::place : attribute_of::order;
}

bool is_attribute_name(std::string_view name) noexcept {
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    if (name.empty() || name.size() > max_attribute_name || name.back() == '.') return false;
    bool begins = true;  // a word
    for (const char c : name) {
        const bool is_letter = c >= 'a' && c <= 'z';
        if (begins ? !is_letter : !fits(c) && c != '_' && c != '.') return false;
        begins = c == '.';
    }
    return true;
}

result<std::int64_t> parse_value(value_type t, std::string_view text) noexcept {
    switch (t) {
        case value_type::text:
            if (text.size() > max_attribute_text)
                return fail(error_code::key_too_long, static_cast<std::int64_t>(text.size()),
                            static_cast<std::int64_t>(max_attribute_text));
            return 0;
        case value_type::flag:
            if (text == "true" || text == "false") return text == "true" ? 1 : 0;
            return fail(error_code::bad_field);
        case value_type::number:
        case value_type::money:
            break;
    }
    const auto n = parse_rate(text);
    if (!n) return n.error();
    return n->e4;
}

std::string value_text(value_type t, std::int64_t n, std::string_view text) {
    if (t == value_type::text) return std::string{text};
    if (t == value_type::flag) return n != 0 ? "true" : "false";
    std::string digits = to_string(rate{n});
    while (digits.back() == '0') digits.pop_back();
    if (digits.back() == '.') digits.pop_back();
    return digits;
}

}  // namespace earmark
