// ATTRIBUTES and FILTERS, read from TOML.
#pragma once

#include <string>
#include <vector>

#include "toml_reader.hpp"

namespace earmark::sourcing::detail {

/// A condition under a key: nothing where it is absent or wrong.
std::optional<condition> read_condition(toml_reader& in, const toml::table& from,
                                        std::string_view key, std::span<const attribute> known);

/// What strategies may ask for by name.
class filter_reader {
public:
    explicit filter_reader(toml_reader& in) : in_{in} {}

    void read(const toml::table& root);
    /// The filters that a list under a key names, each once.
    std::vector<std::uint16_t> named(const toml::table& from, std::string_view key);

    [[nodiscard]] std::span<const attribute> of_orders() const noexcept { return of_orders_; }
    [[nodiscard]] std::span<const std::uint16_t> always() const noexcept { return always_; }
    [[nodiscard]] policy_rules take() {
        return {{}, std::move(filters_), std::move(declared_), {}, rejections_};
    }
    [[nodiscard]] bool any() const noexcept { return !filters_.empty(); }

private:
    void read_attributes(const toml::table& root);
    void read_rejections(const toml::table& root);
    void read_attribute(std::string_view name, const toml::node& type);
    void read_filters(const toml::table& root);
    void read_filter(const toml::table& from);
    std::string filter_name(const toml::table& from);
    void add_own_rule(const toml::node& entry);
    std::optional<filter::pair> read_same(const toml::table& from);
    std::optional<std::uint16_t> text_attribute(const toml::node& entry,
                                                std::span<const attribute> known);

    toml_reader& in_;
    std::vector<attribute> declared_, of_orders_, of_nodes_;
    std::vector<filter> filters_;
    std::vector<std::uint16_t> always_;
    rejection_terms rejections_;
};

}  // namespace earmark::sourcing::detail
