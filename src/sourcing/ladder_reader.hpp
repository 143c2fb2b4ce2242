// LADDERS, read from TOML.
#pragma once

#include <string>
#include <vector>

#include "toml_reader.hpp"

namespace earmark::sourcing::detail {

class ladder_reader {
public:
    /// `known`: what may be asked of orders and lines.
    ladder_reader(toml_reader& in, std::span<const attribute> known) : in_{in}, known_{known} {}

    /// The policy's `match` and `ladder`.
    void read(const toml::table& root);
    [[nodiscard]] bool is_ladder() const noexcept { return is_ladder_; }
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

    /// What a strategy says it is for: a text for each of names(), empty where it says none.
    std::vector<std::string> wants(const toml::table& strategy);
    /// No two of the same time may say the same: nothing could choose between them.
    void check_equal(const toml::array& list, const std::vector<strategy>& all);

private:
    void read_name(const toml::node& entry);
    void read_want(std::string_view name, const toml::node& value, std::vector<std::string>& into);

    toml_reader& in_;
    std::span<const attribute> known_;
    bool is_ladder_ = false;
    std::vector<std::string> names_;
};

}  // namespace earmark::sourcing::detail
