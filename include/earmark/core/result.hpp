// RESULTS: a refusal is a value. `result<T>` holds a T or an `error` of 32 bytes that allocates
// nothing; the sentence for people is made in src/core/errors.cpp, only when somebody asks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "earmark/core/errors.hpp"

namespace earmark {

/// What was wrong and the numbers involved. `row` is the line of the input or of the order that it
/// concerns, counted from 1 (0 when it concerns the whole); what each ref means stands beside the
/// code in docs/errors.md. Trivially copyable, so that batches can return columns of it.
struct [[nodiscard]] error {
    error_code code = error_code::ok;
    std::uint16_t field = 0;
    std::uint32_t row = 0;
    std::int64_t refs[3] = {0, 0, 0};

    friend constexpr bool operator==(const error&, const error&) = default;
};
static_assert(sizeof(error) == 32);

constexpr error fail(error_code code, std::int64_t a = 0, std::int64_t b = 0, std::int64_t c = 0,
                     std::uint32_t row = 0) noexcept {
    return {code, 0, row, {a, b, c}};
}

/// One sentence: what was wrong, where, what to do. Ids appear as numbers; an engine's own
/// `describe(error)` puts the external keys in their place.
[[nodiscard]] std::string to_string(const error& e);

/// Shaped like std::expected, which g++ 12 does not have in C++20.
template <class T>
class [[nodiscard]] result {
public:
    result(T value) : held_{std::in_place_index<0>, std::move(value)} {}  // NOLINT: implicit
    result(earmark::error e) : held_{std::in_place_index<1>, e} {}        // NOLINT: implicit

    [[nodiscard]] bool has_value() const noexcept { return held_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    /// Requires has_value(), or the call throws std::bad_variant_access.
    [[nodiscard]] T& value() & { return std::get<0>(held_); }
    [[nodiscard]] const T& value() const& { return std::get<0>(held_); }
    [[nodiscard]] T&& value() && { return std::get<0>(std::move(held_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    /// The error, or code `ok` where there is a value.
    [[nodiscard]] earmark::error error() const noexcept {
        const auto* e = std::get_if<1>(&held_);
        return e ? *e : earmark::error{};
    }

private:
    std::variant<T, earmark::error> held_;
};

}  // namespace earmark
