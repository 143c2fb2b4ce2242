// VALUES: turns the fields of a line that has the right shape into what the engine takes: handles
// for keys, quantities in the scale of their SKU, money in its currency, instants. What cannot be
// turned is a problem with its path, and a default goes on in its place, so that one pass finds
// everything that is wrong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "earmark/engine/engine.hpp"
#include "submit_forms.hpp"
#include "submit_json.hpp"

namespace earmark::submission {

/// The enumerator of so many that has the name, the last one where none has; where a field's
/// choices were checked, one has.
template <class Enum>
[[nodiscard]] constexpr Enum named(std::string_view name, std::size_t count) noexcept {
    std::size_t i = 0;
    while (i + 1 < count && name_of(static_cast<Enum>(i)) != name) ++i;
    return static_cast<Enum>(i);
}

/// False before the first command that carried a time.
[[nodiscard]] constexpr bool has_begun(time_point t) noexcept { return t.ns != INT64_MIN; }

/// One object of a line (the line itself, or a row in it).
class values {
public:
    values(engine& on, const nlohmann::json& object, std::string path, problems& wrong)
        : on_{on}, object_{object}, path_{std::move(path)}, wrong_{wrong} {}

    [[nodiscard]] bool has(std::string_view name) const { return object_.contains(name); }
    [[nodiscard]] std::string at(std::string_view name) const { return pointer(path_, name); }

    /// Empty where the field is missing; valid as long as the line.
    [[nodiscard]] std::string_view text(std::string_view name) const;
    /// Of a list; empty where the field is missing.
    [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
    [[nodiscard]] std::int64_t whole(std::string_view name, std::int64_t otherwise) const;
    [[nodiscard]] bool flag(std::string_view name, bool otherwise) const;
    [[nodiscard]] time_point time(std::string_view name, time_point otherwise) const;
    [[nodiscard]] quantity amount(std::string_view name, int decimals) const;
    /// The same of a SKU, in its own unit or in the one that `uom` names.
    [[nodiscard]] quantity units_of(std::string_view name, sku_id sku) const;
    [[nodiscard]] std::int64_t minor(std::string_view name, earmark::currency c) const;
    [[nodiscard]] rate rate_of(std::string_view name) const;
    [[nodiscard]] double degrees(std::string_view name) const;
    [[nodiscard]] earmark::currency currency(std::string_view name) const;
    /// `deadline`, or `ttl_seconds` after `now`, or never.
    [[nodiscard]] time_point deadline(time_point now) const;
    [[nodiscard]] reservation_id reservation(std::string_view name) const;

    // Handles; none<Id> where the field is missing or names nothing (then with a problem).
    [[nodiscard]] sku_id sku() const;
    [[nodiscard]] node_id node(std::string_view name = "node") const;
    /// Those of a list of keys, ascending, each once.
    [[nodiscard]] std::vector<node_id> nodes(std::string_view name = "nodes") const;
    [[nodiscard]] place_id ship_to() const;
    [[nodiscard]] channel_id channel() const;
    [[nodiscard]] section_id section(std::string_view name = "section") const;
    [[nodiscard]] attribute_id attribute() const;
    [[nodiscard]] pool_id pool(std::string_view name = "pool") const;
    [[nodiscard]] order_id order() const;
    [[nodiscard]] service_id service(std::string_view name) const;
    /// The date that a time's text begins with; no_day where the field is missing.
    [[nodiscard]] civil_day day(std::string_view name) const;

    void refuse(const error& e, std::string_view name) const;

private:
    /// A decimal's text, whether it stands in quotes or not.
    [[nodiscard]] std::string digits(std::string_view name) const;
    template <class T>
    [[nodiscard]] T value_or_default(const result<T>& got, std::string_view name) const;

    engine& on_;
    const nlohmann::json& object_;
    std::string path_;
    problems& wrong_;
};

[[nodiscard]] problem unknown_order(std::string_view key, std::string path);

/// The scale of a SKU's quantities; the widest there is for none, so that a number next to an
/// unknown SKU is still read.
[[nodiscard]] int decimals_of(const engine& on, sku_id sku);
[[nodiscard]] int decimals_of(const engine& on, pool_id pool);

}  // namespace earmark::submission
