#include "submit_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "earmark/connect/text.hpp"
#include "earmark/core/time_text.hpp"

namespace earmark::submission {

using nlohmann::json;

std::vector<std::string> values::texts(std::string_view name) const {
    std::vector<std::string> out;
    if (has(name))
        for (const auto& text : object_[std::string{name}]) out.push_back(text);
    return out;
}

std::string_view values::text(std::string_view name) const {
    const auto at = object_.find(name);
    return at == object_.end() ? std::string_view{} : at->get_ref<const std::string&>();
}

std::int64_t values::whole(std::string_view name, std::int64_t otherwise) const {
    const auto at = object_.find(name);
    return at == object_.end() ? otherwise : at->get<std::int64_t>();
}

bool values::flag(std::string_view name, bool otherwise) const {
    const auto at = object_.find(name);
    return at == object_.end() ? otherwise : at->get<bool>();
}

std::string values::digits(std::string_view name) const {
    const json& v = object_[std::string{name}];
    return v.is_string() ? v.get<std::string>() : v.dump();
}

void values::refuse(const error& e, std::string_view name) const {
    const auto v = object_.find(name);
    const bool shown = v != object_.end() && !v->is_structured();
    const std::string text = !shown           ? std::string{}
                             : v->is_string() ? v->get<std::string>()
                                              : v->dump();
    wrong_.add(make_problem(e, at(name), text));
}

template <class T>
T values::value_or_default(const result<T>& got, std::string_view name) const {
    if (got) return *got;
    refuse(got.error(), name);
    return T{};
}

time_point values::time(std::string_view name, time_point otherwise) const {
    return has(name) ? value_or_default(parse_time(text(name)), name) : otherwise;
}

quantity values::amount(std::string_view name, int decimals) const {
    return has(name) ? value_or_default(parse_quantity(digits(name), decimals), name) : quantity{};
}

quantity values::units_of(std::string_view name, sku_id sku) const {
    if (!has("uom") || sku == none<sku_id>) return amount(name, decimals_of(on_, sku));
    if (!has(name)) return {};
    const auto unit = on_.unit(sku, text("uom"));
    if (!unit) {
        problem p = make_problem(unit.error(), at("uom"), text("uom"));
        const std::string near = on_.nearest_unit(sku, text("uom"));
        if (!near.empty()) p.hint = fmt::format("did you mean {}?", connect::shown(near));
        wrong_.add(std::move(p));
        return {};
    }
    constexpr std::int64_t whole_unit = 1'000'000'000;  // 10^max_decimals
    const auto n = parse_quantity(digits(name), max_decimals);
    return value_or_default(n ? convert(*n, unit->atoms, whole_unit) : n, name);
}

std::int64_t values::minor(std::string_view name, earmark::currency c) const {
    return value_or_default(parse_money(digits(name), c), name).minor;
}

rate values::rate_of(std::string_view name) const {
    const rate r = value_or_default(parse_rate(digits(name)), name);
    if (r.e4 < 0) refuse(fail(error_code::bad_price, r.e4), name);
    return r;
}

/// Not-a-number and infinity may be written as text; is_valid() refuses them later.
double values::degrees(std::string_view name) const {
    const json& v = object_[std::string{name}];
    if (v.is_number()) return v.get<double>();
    const std::string_view digits = text(name);
    const char* const last = digits.data() + digits.size();
    double value = 0;
    const auto [end, problem] = std::from_chars(digits.data(), last, value);
    if (problem != std::errc{} || end != last)
        refuse(fail(error_code::bad_number, end - digits.data()), name);
    return value;
}

earmark::currency values::currency(std::string_view name) const {
    return value_or_default(earmark::currency::parse(text(name)), name);
}

time_point values::deadline(time_point now) const {
    if (!has("ttl_seconds")) return time("deadline", never);
    if (!has_begun(now))
        wrong_.add(make_problem(error_code::missing_field, at("now"),
                                "engine time has not begun, so nothing can end after it",
                                "give now, or a deadline"));
    return now + seconds(whole("ttl_seconds", 0));
}

reservation_id values::reservation(std::string_view name) const {
    if (!has(name)) return none<reservation_id>;
    const std::string text = digits(name);
    std::uint64_t id = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (problem != std::errc{} || end != text.data() + text.size())
        refuse(fail(error_code::bad_number, end - text.data()), name);
    return reservation_id{id};
}

sku_id values::sku() const {
    const auto id = on_.find_sku(text("sku"));
    if (id) return *id;
    refuse(id.error(), "sku");
    return none<sku_id>;
}

node_id values::node(std::string_view name) const {
    if (!has(name)) return none<node_id>;
    const auto id = on_.find_node(text(name));
    if (id) return *id;
    refuse(id.error(), name);
    return none<node_id>;
}

std::vector<node_id> values::nodes(std::string_view name) const {
    std::vector<node_id> out;
    if (!has(name)) return out;
    const nlohmann::json& list = object_[std::string{name}];
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto id = on_.find_node(list[i].get_ref<const std::string&>());
        if (id)
            out.push_back(*id);
        else
            wrong_.add(make_problem(id.error(), pointer(at(name), i)));
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

attribute_id values::attribute() const {
    if (!has("attribute")) return none<attribute_id>;
    const auto id = on_.find_attribute(text("attribute"));
    if (id) return *id;
    refuse(id.error(), "attribute");
    return none<attribute_id>;
}

channel_id values::channel() const {
    if (!has("channel")) return none<channel_id>;
    const auto id = on_.find_channel(text("channel"));
    if (id) return *id;
    refuse(id.error(), "channel");
    return none<channel_id>;
}

section_id values::section(std::string_view name) const {
    if (!has(name)) return none<section_id>;
    const auto id = on_.find_section(text(name));
    if (id) return *id;
    refuse(id.error(), name);
    return none<section_id>;
}

pool_id values::pool(std::string_view name) const {
    const auto id = on_.find_pool(text(name));
    if (id) return *id;
    refuse(id.error(), name);
    return none<pool_id>;
}

place_id values::ship_to() const {
    if (!has("ship_to")) return none<place_id>;
    const auto id = on_.find_place(text("ship_to"));
    if (id) return *id;
    refuse(id.error(), "ship_to");
    return none<place_id>;
}

service_id values::service(std::string_view name) const {
    if (!has(name)) return none<service_id>;
    const auto id = on_.find_service(text(name));
    if (id) return *id;
    refuse(id.error(), name);
    return none<service_id>;
}

civil_day values::day(std::string_view name) const {
    if (!has(name)) return no_day;
    const auto d = parse_day(text(name));
    if (d) return *d;
    refuse(d.error(), name);
    return no_day;
}

order_id values::order() const {
    const auto id = on_.find_order(text("order"));
    if (!id) wrong_.add(unknown_order(text("order"), at("order")));
    return id ? *id : none<order_id>;
}

problem unknown_order(std::string_view key, std::string path) {
    return make_problem(error_code::unknown_order, std::move(path),
                        fmt::format("there is no order {}", connect::shown(key)),
                        "use the key under which the order was placed");
}

int decimals_of(const engine& on, sku_id sku) {
    return sku == none<sku_id> ? max_decimals : on.sku(sku).decimals;
}

int decimals_of(const engine& on, pool_id pool) {
    const auto view = on.pool(pool);
    return view ? view->decimals : max_decimals;
}

}  // namespace earmark::submission
