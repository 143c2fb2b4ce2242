// HASHES of what specifications are made of: integers, enums, strings, ranges, pairs, tuples,
// optionals, plain structs without padding, and whatever has a member `hash()`. Fixed for ever and
// equal on every platform with the same byte order; 64 bits.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <ranges>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "earmark/core/digest.hpp"

namespace earmark::explore {

namespace detail {

template <class T>
concept hashes_itself = requires(const T& value) {
    { value.hash() } -> std::convertible_to<std::uint64_t>;
};
template <class T>
concept tuple_like = requires {
    std::tuple_size<T>::value;
};

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};

template <class T>
std::uint64_t hash_bytes(const T& value) noexcept {
    static_assert(std::has_unique_object_representations_v<T>,
                  "give this type a member hash(): its bytes do not say what it holds");
    digest d{sizeof value};
    const auto* at = reinterpret_cast<const unsigned char*>(&value);
    for (std::size_t left = sizeof value; left > 0;) {
        std::uint64_t word = 0;
        const std::size_t n = left < sizeof word ? left : sizeof word;
        std::memcpy(&word, at, n);
        d.add(word);
        at += n;
        left -= n;
    }
    return d.value();
}

}  // namespace detail

template <class T>
std::uint64_t hash_of(const T& value) {
    if constexpr (detail::hashes_itself<T>) {
        return value.hash();
    } else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
        return mix(static_cast<std::uint64_t>(value) + 1);
    } else if constexpr (detail::is_optional<T>::value) {
        return value ? digest{1}.add(hash_of(*value)).value() : digest{0}.value();
    } else if constexpr (std::ranges::input_range<const T>) {
        digest d;
        std::uint64_t count = 0;
        for (const auto& element : value) {
            d.add(hash_of(element));
            ++count;
        }
        return d.add(count).value();
    } else if constexpr (detail::tuple_like<T>) {
        digest d;
        std::apply([&d](const auto&... part) { (d.add(hash_of(part)), ...); }, value);
        return d.value();
    } else {
        return detail::hash_bytes(value);
    }
}

}  // namespace earmark::explore
