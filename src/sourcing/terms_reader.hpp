// What plans are compared by and bound to, read from TOML: of a policy, or of one of its
// strategies.
#pragma once

#include "keep_back_reader.hpp"
#include "toml_reader.hpp"

namespace earmark::sourcing::detail {

class terms_reader {
public:
    /// Where a policy has strategies, it need not rank by itself.
    terms_reader(toml_reader& in, bool has_strategies)
        : in_{in}, kept_{in}, has_strategies_{has_strategies} {}

    /// Of the whole policy, before the rest.
    void find_classes(const toml::table& root) { kept_.collect(root); }

    /// `rank`, or `weights` in its place; `unit` is that of a distance which is weighed.
    void read_rank(const toml::table& from, std::string_view unit, policy_terms& into);
    void read_split(const toml::table& from, policy_terms& into);
    void read_keep_back(const toml::table& from, policy_terms& into) { kept_.read(from, into); }
    /// What becomes of what is not served; true where it goes to the next strategy, which may be
    /// said only where `may_pass`.
    bool read_partial(const toml::table& outcome, bool may_pass, policy_terms& into);
    bool read_none(const toml::table& outcome, bool may_pass, policy_terms& into);
    /// After read_rank().
    void read_costs(const toml::table& root, std::string_view unit, policy_terms& into);
    [[nodiscard]] bool has_costs() const noexcept { return has_costs_; }

    /// Quoted money, 0 to 1,000,000,000, in 1/10,000.
    std::int64_t rate(const toml::node& node, std::string_view name);

private:
    void read_weights(const toml::table& from, std::string_view unit, policy_terms& into);
    void read_together(const toml::table& split, policy_terms& into);
    rate_by_kind rates(const toml::table& costs, std::string_view name);

    toml_reader& in_;
    keep_back_reader kept_;
    bool has_strategies_;
    bool has_costs_ = false;
};

}  // namespace earmark::sourcing::detail
