// ROWS from columns: what a table of the caller is to mean. A column that may be left out has its
// default; a value that cannot be is refused with its column and row.
#include "rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "earmark/connect/text.hpp"
#include "earmark/report/answers.hpp"

namespace earmark::python {

columns read(const py::object& table, std::initializer_list<std::string_view> known) {
    return {table, std::span{known.begin(), known.size()}};
}

std::vector<std::string> optional_texts(const columns& c, std::string_view name, std::size_t n) {
    std::vector<std::string> out(n);
    if (!c.has(name)) return out;
    const auto texts = c.texts(name, static_cast<std::ptrdiff_t>(n));
    for (std::size_t i = 0; i < n; ++i) out[i] = texts.text(i);
    return out;
}

std::vector<std::string> words_between_commas(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(','), text.size());
        const std::string_view word = text.substr(0, end);
        const std::size_t first = word.find_first_not_of(' ');
        if (first != std::string_view::npos)
            out.emplace_back(word.substr(first, word.find_last_not_of(' ') + 1 - first));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

namespace {

/// Positions; unknown where both coordinates are null or NaN. One alone is left to the engine to
/// refuse, row by row.
std::vector<std::optional<geo_point>> positions(const columns& c, std::size_t n) {
    std::vector<std::optional<geo_point>> out(n);
    if (!c.has("latitude") && !c.has("longitude")) return out;
    const auto latitude = c.reals("latitude", static_cast<std::ptrdiff_t>(n));
    const auto longitude = c.reals("longitude", static_cast<std::ptrdiff_t>(n));
    for (std::size_t i = 0; i < n; ++i)
        if (!std::isnan(latitude[i]) || !std::isnan(longitude[i]))
            out[i] = geo_point{latitude[i], longitude[i]};
    return out;
}

node_kind kind_of(std::string_view text, std::size_t row) {
    const auto& kinds = *report::kind_words();
    for (std::size_t i = 0; i < kinds.size(); ++i)
        if (text == kinds[i]) return static_cast<node_kind>(i);
    bad_input("column 'kind', row " + std::to_string(row + 1) + ": " + connect::shown(text) +
              "; the kinds are dc, store, vendor");
}

std::vector<node_kind> kinds_of(const columns& c, std::size_t n) {
    std::vector<node_kind> out(n, node_kind::dc);
    if (!c.has("kind")) return out;
    const auto texts = c.texts("kind", static_cast<std::ptrdiff_t>(n));
    for (std::size_t i = 0; i < n; ++i) out[i] = kind_of(texts[i], i);
    return out;
}

/// Metres from a column of metres, kilometres or miles, of which a table has one.
std::vector<std::int64_t> metres_of(const columns& c, std::ptrdiff_t n) {
    struct measure {
        std::string_view name;
        double metres;
    };
    constexpr measure measures[] = {{"metres", 1}, {"km", 1'000}, {"miles", 1'609.344}};
    const measure* given = nullptr;
    for (const measure& m : measures) {
        if (!c.has(m.name)) continue;
        if (given != nullptr)
            bad_input("columns '" + std::string{given->name} + "' and '" + std::string{m.name} +
                      "' say the same; give one of them");
        given = &m;
    }
    if (given == nullptr) bad_input("a column 'metres', 'km' or 'miles' is missing");
    const auto far = c.reals(given->name, n);
    std::vector<std::int64_t> out(far.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
        const double metres = far[i] * given->metres;
        if (!(metres >= 0 && metres <= double{max_metres}))
            bad_input("column '" + std::string{given->name} + "', row " + std::to_string(i + 1) +
                      (std::isnan(metres) ? ": it is null or NaN; leave the row out where the "
                                            "distance is not known"
                                          : ": a distance is from 0 to 100,000 km"));
        out[i] = std::llround(metres);
    }
    return out;
}

floor_use use_of(std::string_view text, std::size_t row) {
    if (text.empty() || text == "both") return floor_use::both;
    if (text == "selling") return floor_use::selling;
    if (text == "sourcing") return floor_use::sourcing;
    bad_input("column 'use', row " + std::to_string(row + 1) + ": " + connect::shown(text) +
              "; the uses are both, selling, sourcing");
}

/// One of three words that name_of() has, the first where there is none.
template <class Enum>
std::vector<Enum> words_of(const columns& c, std::string_view name, std::size_t rows) {
    const auto texts = optional_texts(c, name, rows);
    std::vector<Enum> out(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        std::string known;
        bool found = texts[i].empty();
        for (const Enum e : {Enum{0}, Enum{1}, Enum{2}}) {
            known.append(known.empty() ? "" : ", ").append(name_of(e));
            if (texts[i] != name_of(e)) continue;
            out[i] = e;
            found = true;
        }
        if (!found)
            bad_input("column '" + std::string{name} + "', row " + std::to_string(i + 1) + ": " +
                      connect::shown(texts[i]) + "; use one of " + known);
    }
    return out;
}

constexpr pool_kind pool_kinds[] = {pool_kind::quota, pool_kind::capacity, pool_kind::limit,
                                    pool_kind::credit};

pool_kind pool_kind_of(std::string_view text, std::size_t row) {
    if (text.empty()) return pool_kind::quota;
    for (const pool_kind k : pool_kinds)
        if (text == name_of(k)) return k;
    bad_input("column 'kind', row " + std::to_string(row + 1) + ": " + connect::shown(text) +
              "; the kinds are quota, capacity, limit, credit");
}

}  // namespace

std::vector<sku_row> read_skus(const any_table& table) {
    const columns c = read(table, {"key", "decimals", "granule"});
    const auto keys = c.texts("key");
    const auto n = static_cast<std::ptrdiff_t>(keys.size());
    const auto decimals = c.integers("decimals", n, {0, max_decimals, 0});
    const auto granule = c.integers("granule", n, {1, std::numeric_limits<std::int64_t>::max(), 1});
    std::vector<sku_row> rows(keys.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = {keys.text(i), static_cast<int>(decimals[i]), granule[i]};
    return rows;
}

std::vector<node_row> read_nodes(const any_table& table) {
    const columns c = read(table, {"key", "kind", "latitude", "longitude", "priority", "active"});
    const auto keys = c.texts("key");
    const auto n = static_cast<std::ptrdiff_t>(keys.size());
    const auto at = positions(c, keys.size());
    const auto kinds = kinds_of(c, keys.size());
    const auto priority = c.integers(
        "priority", n,
        {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max(), 0});
    const auto active = c.integers("active", n, {0, 1, 1});
    std::vector<node_row> rows(keys.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].key = keys.text(i);
        rows[i].kind = kinds[i];
        rows[i].at = at[i];
        rows[i].priority = static_cast<std::int32_t>(priority[i]);
        rows[i].active = active[i] != 0;
    }
    return rows;
}

std::vector<place_row> read_places(const any_table& table) {
    const columns c = read(table, {"key", "latitude", "longitude"});
    const auto keys = c.texts("key");
    const auto at = positions(c, keys.size());
    std::vector<place_row> rows(keys.size());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = {keys.text(i), at[i]};
    return rows;
}

std::vector<distance_row> read_distances(const any_table& table) {
    const columns c = read(table, {"place", "node", "metres", "km", "miles"});
    const auto places = c.texts("place");
    const auto n = static_cast<std::ptrdiff_t>(places.size());
    const auto nodes = c.texts("node", n);
    const auto metres = metres_of(c, n);
    std::vector<distance_row> rows(places.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = {places.text(i), nodes.text(i), metres[i]};
    return rows;
}

std::vector<stock_row> read_stock(const any_table& table) {
    const columns c = read(table, {"sku", "node", "on_hand", "uom", "section"});
    const auto skus = c.texts("sku");
    const auto n = static_cast<std::ptrdiff_t>(skus.size());
    const auto nodes = c.texts("node", n);
    const auto on_hand = c.integers(
        "on_hand", n,
        {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()});
    std::vector<stock_row> rows(skus.size());
    auto units = optional_texts(c, "uom", skus.size());
    auto sections = optional_texts(c, "section", skus.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = {
            skus.text(i), nodes.text(i), {on_hand[i]}, std::move(units[i]), std::move(sections[i])};
    return rows;
}

std::vector<floor_row> read_floors(const any_table& table) {
    const columns c = read(table, {"rule", "sku", "node", "kind", "channel", "use", "units",
                                   "exclude", "active", "freeze"});
    const auto keys = c.texts("rule");
    const std::size_t rows = keys.size();
    const auto n = static_cast<std::ptrdiff_t>(rows);
    const auto skus = optional_texts(c, "sku", rows), nodes = optional_texts(c, "node", rows),
               kinds = optional_texts(c, "kind", rows),
               channels = optional_texts(c, "channel", rows), uses = optional_texts(c, "use", rows);
    const auto units = c.integers("units", n, {-max_floor_units, max_floor_units, 0});
    const auto exclude = c.integers("exclude", n, {0, 1, 0});
    const auto active = c.integers("active", n, {0, 1, 1});
    const auto freeze = c.integers("freeze", n, {0, 1, 0});
    std::vector<floor_row> out(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        out[i] = {keys.text(i),       skus[i],  nodes[i],        channels[i],   {},
                  use_of(uses[i], i), units[i], exclude[i] != 0, active[i] != 0};
        if (!kinds[i].empty()) out[i].kind = kind_of(kinds[i], i);
        out[i].freeze = freeze[i] != 0;
    }
    return out;
}

std::vector<threshold_row> read_thresholds(const any_table& table) {
    const columns c = read(table, {"threshold", "sku", "node", "kind", "channel", "low", "high",
                                   "active", "section", "pool"});
    const auto keys = c.texts("threshold");
    const std::size_t rows = keys.size();
    const auto n = static_cast<std::ptrdiff_t>(rows);
    const auto skus = optional_texts(c, "sku", rows), nodes = optional_texts(c, "node", rows),
               kinds = optional_texts(c, "kind", rows),
               channels = optional_texts(c, "channel", rows),
               sections = optional_texts(c, "section", rows),
               pools = optional_texts(c, "pool", rows);
    const auto low = c.integers("low", n, {1, max_floor_units, 1});
    const auto high = c.integers("high", n, {0, max_floor_units, 0});  // 0: as low
    const auto active = c.integers("active", n, {0, 1, 1});
    std::vector<threshold_row> out(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        out[i] = {keys.text(i),
                  skus[i],
                  nodes[i],
                  channels[i],
                  {},
                  low[i],
                  high[i] == 0 ? low[i] : high[i],
                  active[i] != 0,
                  sections[i],
                  pools[i]};
        if (!kinds[i].empty()) out[i].kind = kind_of(kinds[i], i);
    }
    return out;
}

std::vector<unit_row> read_units(const any_table& table) {
    const columns c = read(table, {"sku", "unit", "holds"});
    const auto skus = c.texts("sku");
    const auto n = static_cast<std::ptrdiff_t>(skus.size());
    const auto units = c.texts("unit", n);
    const auto holds = c.integers(
        "holds", n,
        {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()});
    std::vector<unit_row> rows(skus.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = {skus.text(i), units.text(i), {holds[i]}};
    return rows;
}

std::vector<pool_row> read_pools(const any_table& table) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const columns c =
        read(table, {"pool", "kind", "decimals", "granule", "amount", "per_unit", "named", "sku",
                     "node", "channel", "from", "until", "day", "counts", "service"});
    const auto keys = c.texts("pool");
    const std::size_t rows = keys.size();
    const auto n = static_cast<std::ptrdiff_t>(rows);
    const auto kinds = optional_texts(c, "kind", rows), skus = optional_texts(c, "sku", rows),
               nodes = optional_texts(c, "node", rows),
               channels = optional_texts(c, "channel", rows),
               services = optional_texts(c, "service", rows);
    const auto days = words_of<pool_day>(c, "day", rows);
    const auto counts = words_of<pool_count>(c, "counts", rows);
    const auto decimals = c.integers("decimals", n, {0, max_decimals, 0});
    const auto granule = c.integers("granule", n, {1, most, 1});
    const auto amount = c.integers("amount", n, {-most, most});
    const auto per_unit = c.integers("per_unit", n, {-most, most, 0});
    const auto named = c.integers("named", n, {0, 1, 0});
    const auto from = c.integers("from", n, {INT64_MIN, most, INT64_MIN});
    const auto until = c.integers("until", n, {INT64_MIN, most, never.ns});
    std::vector<pool_row> out(rows);
    for (std::size_t i = 0; i < rows; ++i)
        out[i] = {keys.text(i),
                  pool_kind_of(kinds[i], i),
                  static_cast<int>(decimals[i]),
                  granule[i],
                  {amount[i]},
                  {per_unit[i]},
                  named[i] != 0,
                  skus[i],
                  nodes[i],
                  channels[i],
                  time_point{from[i]},
                  time_point{until[i]},
                  days[i],
                  counts[i],
                  services[i]};
    return out;
}

std::vector<segment_row> read_segments(const any_table& table) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const columns c = read(table, {"segment", "channel", "overflow", "overflow_2", "overflow_3",
                                   "overflow_to_all", "released"});
    const auto keys = c.texts("segment");
    const std::size_t rows = keys.size();
    const auto n = static_cast<std::ptrdiff_t>(rows);
    const auto channels = optional_texts(c, "channel", rows);
    const auto to_all = c.integers("overflow_to_all", n, {0, 1, 0});
    const auto released = c.integers("released", n, {INT64_MIN, most, never.ns});
    std::vector<segment_row> out(rows);
    for (std::size_t i = 0; i < rows; ++i)
        out[i] = {keys.text(i), channels[i], {}, time_point{released[i]}};
    for (const std::string_view name : {"overflow", "overflow_2", "overflow_3"}) {
        auto next = optional_texts(c, name, rows);
        for (std::size_t i = 0; i < rows; ++i)
            if (!next[i].empty()) out[i].overflow.push_back(std::move(next[i]));
    }
    for (std::size_t i = 0; i < rows; ++i)
        if (to_all[i] != 0) out[i].overflow.emplace_back();
    return out;
}

std::vector<section_row> read_sections(const any_table& table) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const columns c =
        read(table, {"section", "segment", "condition", "lot", "owner", "expires", "frozen"});
    const auto keys = c.texts("section");
    const std::size_t rows = keys.size();
    const auto n = static_cast<std::ptrdiff_t>(rows);
    const auto segments = optional_texts(c, "segment", rows),
               conditions = optional_texts(c, "condition", rows),
               lots = optional_texts(c, "lot", rows), owners = optional_texts(c, "owner", rows);
    const auto expires = c.integers("expires", n, {INT64_MIN, most, never.ns});
    const auto frozen = c.integers("frozen", n, {0, 1, 0});
    std::vector<section_row> out(rows);
    for (std::size_t i = 0; i < rows; ++i)
        out[i] = {keys.text(i),           segments[i],   conditions[i], lots[i], owners[i],
                  time_point{expires[i]}, frozen[i] != 0};
    return out;
}

}  // namespace earmark::python
