#include "parcel_reader.hpp"

#include "strategy_text.hpp"

namespace earmark::sourcing::detail {

void parcel_reader::read(const toml::table& from, parcel_rates& into) {
    const std::size_t before = in_.found().size();
    into.by_grams = in_.choice(from, "by", content_names) == 0;
    read_zones(from, into);
    const toml::node* node = from.get("steps");
    const std::string example =
        "steps = [ { up_to = 1000, rates = [\"4.10\"] }, { rates = "
        "[\"9.00\"] } ]";
    const toml::array* steps = node == nullptr ? nullptr : node->as_array();
    if (steps == nullptr || steps->empty() || steps->size() > max_parcel_steps) {
        in_.refuse(error_code::bad_field, from,
                   "[costs.parcel] needs 1 to 64 steps; write for example " + example);
        into = {};
        return;
    }
    for (std::size_t i = 0; i < steps->size(); ++i)
        read_step((*steps)[i], i + 1 == steps->size(), into);
    if (in_.found().size() != before) into = {};
}

/// Distances that ascend: whole numbers in the policy's unit, or quoted with theirs.
void parcel_reader::read_zones(const toml::table& from, parcel_rates& into) {
    const toml::node* node = from.get("zones");
    if (node == nullptr) return;
    const toml::array* list = node->as_array();
    if (list == nullptr || list->size() > max_parcel_zones)
        return in_.refuse(error_code::bad_field, *node,
                          "'zones' lists at most 32 distances; write for example [\"300 km\"]");
    for (const toml::node& entry : *list) {
        const auto number = entry.value_exact<std::int64_t>();
        const auto text = entry.value_exact<std::string_view>();
        const std::string digits = number ? std::to_string(*number) : std::string{};
        const std::size_t blank = text ? text->find(' ') : std::string_view::npos;
        const auto metres = number ? metres_of(digits, unit_)
                            : blank != std::string_view::npos
                                ? metres_of(text->substr(0, blank), text->substr(blank + 1))
                                : std::nullopt;
        if (!metres || (!into.zones.empty() && *metres <= into.zones.back()))
            in_.refuse(error_code::bad_field, entry,
                       "zones are distances that ascend; write for example [\"300 km\", "
                       "\"1000 km\"]");
        else
            into.zones.push_back(*metres);
    }
}

void parcel_reader::read_step(const toml::node& node, bool is_last, parcel_rates& into) {
    const toml::table* step = node.as_table();
    const toml::node* list = step == nullptr ? nullptr : step->get("rates");
    const toml::array* rates = list == nullptr ? nullptr : list->as_array();
    if (rates == nullptr || rates->size() != into.zones.size() + 1)
        return in_.refuse(error_code::bad_field, node,
                          "a step is { up_to = 1000, rates = [...] } with a quoted rate for each "
                          "zone and one for what is beyond them");
    in_.check_keys(*step, parcel_step_keys, " in a step");
    const toml::node* up_to = step->get("up_to");
    if ((up_to == nullptr) != is_last)
        return in_.refuse(error_code::bad_field, node,
                          "every step but the last says 'up_to', and the last has no end");
    const std::int64_t end =
        is_last ? INT64_MAX : in_.whole_number(*step, "up_to", 1, 1'000'000'000);
    if (!into.up_to.empty() && end <= into.up_to.back())
        in_.refuse(error_code::bad_field, node, "the steps of 'up_to' ascend");
    into.up_to.push_back(end);
    for (const toml::node& entry : *rates) into.rates.push_back(terms_.rate(entry, "rates"));
    check_rising(node, into);
}

/// Searches count on it that more in a parcel never makes it cheaper.
void parcel_reader::check_rising(const toml::node& step, const parcel_rates& r) {
    const std::size_t zones = r.zones.size() + 1;
    for (std::size_t i = r.rates.size() - zones; i < r.rates.size(); ++i)
        if ((i % zones != 0 && r.rates[i] < r.rates[i - 1]) ||
            (i >= zones && r.rates[i] < r.rates[i - zones]))
            return in_.refuse(error_code::out_of_range, step,
                              "a heavier or farther parcel is never cheaper; these rates fall");
}

}  // namespace earmark::sourcing::detail
