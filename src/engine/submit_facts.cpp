// ATTRIBUTES, FACTS, EXCLUSIONS and RESTRICTIONS as JSON.
#include "submit_load.hpp"

namespace earmark::submission {
namespace {

value_type type_of(std::string_view name) noexcept {
    for (const auto t : {value_type::number, value_type::money, value_type::flag})
        if (name == name_of(t)) return t;
    return value_type::text;
}

}  // namespace

answer run_load_attributes(const request& r) {
    return load<attribute_row>(r, [](const values& v) {
        return attribute_row{std::string{v.text("attribute")}, type_of(v.text("type"))};
    });
}

answer run_load_facts(const request& r) {
    return load<fact_row>(r, [](const values& v) {
        return fact_row{std::string{v.text("key")}, std::string{v.text("attribute")},
                        std::string{v.text("value")}, std::string{v.text("node")}};
    });
}

answer run_load_exclusions(const request& r) {
    return load<exclusion_row>(r, [](const values& v) {
        return exclusion_row{std::string{v.text("node")}, std::string{v.text("reason")},
                             v.time("from", {INT64_MIN}), v.time("until", never)};
    });
}

answer run_load_restrictions(const request& r) {
    return load<restriction_row>(r, [](const values& v) {
        const auto text = [&](std::string_view of) { return std::string{v.text(of)}; };
        restriction_row out{text("restriction"), text("reason"),      text("item"),
                            text("origin"),      text("destination"), text("order")};
        out.services = v.texts("services");
        out.unless_same = v.texts("unless_same");
        out.active = v.flag("active", true);
        return out;
    });
}

}  // namespace earmark::submission
