// READING TOML without trusting it: every question names what was expected where the answer is
// another. A finding never ends the reading, so that a merchant gets the whole list at once.
#pragma once

#define TOML_EXCEPTIONS 0
#define TOML_MAX_NESTED_VALUES 16
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "earmark/core/time.hpp"
#include "policy_keys.hpp"
#include "policy_text.hpp"

namespace earmark::sourcing::detail {

[[nodiscard]] text_place place_of(const toml::source_region& s);

/// 'text', safe to print.
[[nodiscard]] std::string quoted(std::string_view text);

class toml_reader {
public:
    explicit toml_reader(findings& found) : found_{found} {}

    [[nodiscard]] findings& found() noexcept { return found_; }
    void refuse(error_code code, const toml::node& at, const std::string& sentence);
    void miss(std::string_view name, const std::string& example);
    void check_keys(const toml::table& table, names known, const std::string& where);

    /// The table under a key, its keys checked; null where it is absent or none.
    const toml::table* section(const toml::table& root, std::string_view name, names known);
    /// The index of a text among `known`; 0 where it is absent or wrong.
    std::size_t choice(const toml::table& table, std::string_view name, names known);
    std::optional<std::size_t> index_of(const toml::node& node, std::string_view name, names known);
    /// 0 where it is absent or wrong.
    std::int64_t whole_number(const toml::table& table, std::string_view name, std::int64_t least,
                              std::int64_t most);
    time_point instant(const toml::table& from, std::string_view name, time_point otherwise);

private:
    findings& found_;
};

}  // namespace earmark::sourcing::detail
