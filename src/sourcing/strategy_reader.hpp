// STRATEGIES, read from TOML.
#pragma once

#include <vector>

#include "filter_reader.hpp"
#include "ladder_reader.hpp"
#include "terms_reader.hpp"

namespace earmark::sourcing::detail {

class strategy_reader {
public:
    /// `usual`: the policy's own terms. `unit`: of distances that name none.
    strategy_reader(toml_reader& in, terms_reader& terms, filter_reader& filters,
                    ladder_reader& ladder, const policy_terms& usual, std::string_view unit)
        : in_{in}, terms_{terms}, filters_{filters}, ladder_{ladder}, usual_{usual}, unit_{unit} {}

    /// Those of the policy. Empty where anything is wrong.
    std::vector<strategy> read(const toml::table& root, bool are_terms_good);

private:
    void read_strategy(const toml::table& from, bool are_terms_good, std::vector<strategy>& all);
    std::string strategy_name(const toml::table& from, const std::vector<strategy>& all);
    void read_steps(const toml::table& from, policy_terms& terms, bool& next_on_partial,
                    bool& next_on_none);
    std::vector<std::uint16_t> read_required(const toml::table& from);
    std::vector<node_selector> read_from(const toml::table& from);
    bool read_transfers(const toml::table& from);
    void check_transfers(const toml::array& list, const std::vector<strategy>& all);
    void check_reached(const toml::table& from, const std::vector<strategy>& all, std::size_t i);

    toml_reader& in_;
    terms_reader& terms_;
    filter_reader& filters_;
    ladder_reader& ladder_;
    const policy_terms& usual_;
    std::string_view unit_;
};

}  // namespace earmark::sourcing::detail
