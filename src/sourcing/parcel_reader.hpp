// [costs.parcel]: what a parcel costs by its content and its zone.
#pragma once

#include "terms_reader.hpp"

namespace earmark::sourcing::detail {

class parcel_reader {
public:
    /// `unit` is that of zones without one.
    parcel_reader(toml_reader& in, terms_reader& terms, std::string_view unit)
        : in_{in}, terms_{terms}, unit_{unit} {}

    void read(const toml::table& from, parcel_rates& into);

private:
    void read_zones(const toml::table& from, parcel_rates& into);
    void read_step(const toml::node& node, bool is_last, parcel_rates& into);
    void check_rising(const toml::node& step, const parcel_rates& rates);

    toml_reader& in_;
    terms_reader& terms_;
    std::string_view unit_;
};

}  // namespace earmark::sourcing::detail
