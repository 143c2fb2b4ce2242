// WHAT STAYS AT NODES, read from TOML.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "toml_reader.hpp"

namespace earmark::sourcing::detail {

/// `store + category:outerwear`, taken apart; the classes ascend.
struct kept_key {
    node_kind kind = node_kind::dc;
    std::vector<goods_class> classes;
};

class keep_back_reader {
public:
    explicit keep_back_reader(toml_reader& in) : in_{in} {}

    /// All classes that a policy names, in [keep_back] and in those of its strategies. Before any
    /// is read.
    void collect(const toml::table& root);
    /// `keep_back` of a policy or of a strategy, where it is said: a table, a number, or "none".
    void read(const toml::table& from, policy_terms& into) const;

private:
    void collect_from(const toml::table& from, const toml::table& root);
    void check_class(const toml::node& at, std::string_view key, const goods_class& of,
                     const toml::table& root);
    void read_entry(const toml::table& kept, const toml::key& name, policy_terms& into) const;
    void check_clear(const toml::node& at, const policy_terms& terms) const;
    [[nodiscard]] std::uint64_t bits_of(const std::vector<goods_class>& of) const;

    toml_reader& in_;
    std::vector<goods_class> all_;  // ascending
};

/// Nothing where it is no kind, or what follows it is no class.
[[nodiscard]] std::optional<kept_key> read_kept_key(std::string_view key);

/// `store + category:outerwear`.
[[nodiscard]] std::string kept_text(const policy_terms& of, const kept_goods& entry);

/// The entries of a policy's canonical text: each a key, ` = `, and units.
[[nodiscard]] std::vector<std::string> keep_back_entries(const policy_terms& of);

/// The most specific first, in one order for every order of the text.
void sort_kept(std::vector<kept_goods>& all);

}  // namespace earmark::sourcing::detail
