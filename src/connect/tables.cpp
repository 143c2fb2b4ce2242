#include <algorithm>
#include <charconv>
#include <utility>

#include "earmark/connect/orders.hpp"
#include "field.hpp"

namespace earmark::connect {
namespace {

using detail::field_or_default;

/// Reads every row with `read(reader, wrong) -> Row`; keys are judged by the reader of the row.
template <class Row, class Read>
table_file<Row> read_table(std::string_view text, std::span<const csv_column> columns,
                           csv_limits limits, Read read) {
    csv_reader in{text, columns, limits};
    table_file<Row> out;
    while (in.next()) {
        std::optional<rejected_row> wrong;
        if (const rejected_row* f = in.fault()) wrong = *f;
        Row row{};
        if (!wrong) row = read(in, wrong);
        if (!wrong) {
            out.rows.push_back(std::move(row));
            out.row_of.push_back(in.row());
            continue;
        }
        if (out.rejected.size() >= limits.faults) in.stop(*wrong);
        out.rejected.push_back(*std::move(wrong));
    }
    if (!in.failure()) return out;
    table_file<Row> failed;
    failed.failure = in.failure();
    return failed;
}

/// A key that no earlier row had.
std::string fresh_key(const csv_reader& in, std::size_t column, key_table& keys,
                      std::vector<std::uint32_t>& row_of_key, std::optional<rejected_row>& wrong) {
    const auto key = field_or_default(in, column, detail::parse_key(in[column]), wrong);
    if (wrong) return {};
    const auto [index, fresh] = keys.insert(key);
    if (fresh)
        row_of_key.push_back(in.row());
    else
        wrong = in.reject(column, fail(error_code::duplicate_row, row_of_key[index]));
    return std::string{key};
}

/// A number of degrees. Not-a-number and infinity parse, and is_valid() refuses them.
result<double> parse_degrees(std::string_view text) noexcept {
    double value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size())
        return fail(error_code::bad_number, end - text.data());
    return value;
}

/// Both coordinates or neither.
std::optional<geo_point> read_point(const csv_reader& in, std::size_t latitude,
                                    std::size_t longitude, std::optional<rejected_row>& wrong) {
    if (in[latitude].empty() && in[longitude].empty()) return std::nullopt;
    const geo_point p{field_or_default(in, latitude, parse_degrees(in[latitude]), wrong),
                      field_or_default(in, longitude, parse_degrees(in[longitude]), wrong)};
    if (!wrong && !is_valid(p)) wrong = in.reject(latitude, fail(error_code::bad_position));
    return p;
}

std::optional<rate> read_rate(const csv_reader& in, std::size_t column,
                              std::optional<rejected_row>& wrong) {
    if (in[column].empty()) return std::nullopt;
    const rate r = field_or_default(in, column, parse_rate(in[column]), wrong);
    if (!wrong && r.e4 < 0) wrong = in.reject(column, fail(error_code::bad_price, r.e4));
    return r;
}

node_kind read_kind(const csv_reader& in, std::size_t column, std::optional<rejected_row>& wrong) {
    const std::string_view text = in[column];
    if (text.empty() || text == "dc") return node_kind::dc;
    if (text == "store") return node_kind::store;
    if (text == "vendor") return node_kind::vendor;
    if (!wrong) wrong = in.reject(column, fail(error_code::bad_field), "write dc, store or vendor");
    return node_kind::dc;
}

bool read_flag(const csv_reader& in, std::size_t column, std::optional<rejected_row>& wrong) {
    const std::string_view text = in[column];
    if (text == "false") return false;
    if (!text.empty() && text != "true" && !wrong)
        wrong = in.reject(column, fail(error_code::bad_field), "write true or false");
    return true;
}

std::int64_t read_whole(const csv_reader& in, std::size_t column, std::int64_t otherwise,
                        std::int64_t low, std::int64_t high, std::optional<rejected_row>& wrong) {
    if (in[column].empty()) return otherwise;
    return field_or_default(in, column, detail::parse_whole(in[column], low, high), wrong);
}

}  // namespace

table_file<sku_row> read_skus(std::string_view text, csv_limits limits) {
    enum : std::size_t { sku, decimals, granule };
    constexpr csv_column columns[] = {{"sku"}, {"decimals", false}, {"granule", false}};
    key_table keys;
    std::vector<std::uint32_t> row_of_key;
    return read_table<sku_row>(text, columns, limits, [&](const csv_reader& in, auto& wrong) {
        sku_row r;
        r.decimals = static_cast<int>(read_whole(in, decimals, 0, 0, max_decimals, wrong));
        r.granule = read_whole(in, granule, 1, 1, INT64_MAX, wrong);
        r.key = fresh_key(in, sku, keys, row_of_key, wrong);
        return r;
    });
}

table_file<node_row> read_nodes(std::string_view text, csv_limits limits) {
    enum : std::size_t { node, kind, latitude, longitude, priority, active, fixed, unit };
    constexpr csv_column columns[] = {{"node"},
                                      {"kind", false},
                                      {"latitude", false},
                                      {"longitude", false},
                                      {"priority", false},
                                      {"active", false},
                                      {"fixed_per_parcel", false},
                                      {"per_unit", false}};
    key_table keys;
    std::vector<std::uint32_t> row_of_key;
    return read_table<node_row>(text, columns, limits, [&](const csv_reader& in, auto& wrong) {
        node_row r;
        r.kind = read_kind(in, kind, wrong);
        r.at = read_point(in, latitude, longitude, wrong);
        r.priority =
            static_cast<std::int32_t>(read_whole(in, priority, 0, INT32_MIN, INT32_MAX, wrong));
        r.active = read_flag(in, active, wrong);
        r.fixed_per_parcel = read_rate(in, fixed, wrong);
        r.per_unit = read_rate(in, unit, wrong);
        r.key = fresh_key(in, node, keys, row_of_key, wrong);
        return r;
    });
}

table_file<place_row> read_places(std::string_view text, csv_limits limits) {
    enum : std::size_t { place, latitude, longitude };
    constexpr csv_column columns[] = {{"place"}, {"latitude", false}, {"longitude", false}};
    key_table keys;
    std::vector<std::uint32_t> row_of_key;
    return read_table<place_row>(text, columns, limits, [&](const csv_reader& in, auto& wrong) {
        place_row r;
        r.at = read_point(in, latitude, longitude, wrong);
        r.key = fresh_key(in, place, keys, row_of_key, wrong);
        return r;
    });
}

table_file<distance_row> read_distances(std::string_view text, csv_limits limits) {
    enum : std::size_t { place, node, metres };
    constexpr csv_column columns[] = {{"place"}, {"node"}, {"metres"}};
    return read_table<distance_row>(text, columns, limits, [&](const csv_reader& in, auto& wrong) {
        distance_row r;
        r.place = field_or_default(in, place, detail::parse_key(in[place]), wrong);
        r.node = field_or_default(in, node, detail::parse_key(in[node]), wrong);
        r.metres =
            field_or_default(in, metres, detail::parse_whole(in[metres], 0, max_metres), wrong);
        return r;
    });
}

table_file<stock_row> read_stock(std::string_view text, std::span<const sku_row> skus,
                                 csv_limits limits) {
    enum : std::size_t { sku, node, on_hand, uom };
    constexpr csv_column columns[] = {{"sku"}, {"node"}, {"on_hand"}, {"uom", false}};
    key_table keys;
    std::vector<int> decimals;
    for (const sku_row& s : skus)
        if (keys.insert(s.key).fresh) decimals.push_back(s.decimals);
    return read_table<stock_row>(text, columns, limits, [&](const csv_reader& in, auto& wrong) {
        stock_row r;
        r.sku = field_or_default(in, sku, detail::parse_key(in[sku]), wrong);
        r.node = field_or_default(in, node, detail::parse_key(in[node]), wrong);
        const auto known = keys.find(r.sku);
        if (!wrong && !known) wrong = in.reject(sku, fail(error_code::unknown_sku));
        if (wrong) return r;
        if (!in[uom].empty()) r.unit = field_or_default(in, uom, detail::parse_key(in[uom]), wrong);
        const int places = r.unit.empty() ? decimals[*known] : 0;
        r.on_hand = field_or_default(in, on_hand, parse_quantity(in[on_hand], places), wrong);
        return r;
    });
}

}  // namespace earmark::connect
