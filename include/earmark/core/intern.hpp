// INTERNING turns an opaque external key into a dense number, once, at the edge. Keys are compared
// byte for byte: no prefix, separator or case has any meaning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace earmark {

/// A growing set of strings, numbered 0, 1, 2, ... in the order of arrival. Look-ups may run beside
/// each other; an insert may not run beside anything (the engine loads its tables exclusively).
class key_table {
public:
    key_table();
    ~key_table();
    key_table(key_table&&) noexcept;
    key_table& operator=(key_table&&) noexcept;

    struct added {
        std::uint32_t index;
        bool fresh;  // false: the key stood there before
    };
    added insert(std::string_view key);  // O(1) amortised; may throw std::bad_alloc, then unchanged
    [[nodiscard]] std::optional<std::uint32_t> find(std::string_view key) const noexcept;  // O(1)
    [[nodiscard]] std::string_view key(std::uint32_t index) const noexcept;  // index < size()
    [[nodiscard]] std::uint32_t size() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

inline constexpr std::size_t max_key_bytes = 255;

}  // namespace earmark
