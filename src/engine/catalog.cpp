#include "earmark/engine/catalog.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "earmark/core/digest.hpp"
#include "earmark/promise/tables.hpp"
#include "repeats.hpp"

namespace earmark {

catalog::catalog()
    : dates_{std::make_unique<date_tables>()},
      denials_{std::make_unique<denial_memory>()},
      repeats_{std::make_unique<repeat_memory>()} {
    actors.insert("host");  // actor 0
}
catalog::~catalog() = default;
catalog::catalog(catalog&&) noexcept = default;
catalog& catalog::operator=(catalog&&) noexcept = default;

std::span<const std::uint32_t> catalog::metres(place_id p) const noexcept {
    return index_of(p) < metres_.size() ? std::span{metres_[index_of(p)]} : std::span{unknown_};
}

sku_id catalog::add_sku(std::string_view key, const sku_facts& f) {
    const sku_id id{skus.insert(key).index};
    sku.push_back(f);
    return id;
}

node_id catalog::add_node(std::string_view key, const node_facts& f, const coordinates& at,
                          std::span<const std::uint32_t> to_places) {
    const node_id id{static_cast<std::uint16_t>(nodes.insert(key).index)};
    node.push_back(f);
    if (!f.active) ++inactive_nodes_;
    node_at.push_back(at);
    unknown_.push_back(unknown_distance);
    for (std::size_t p = 0; p < metres_.size(); ++p)
        metres_[p].push_back(p < to_places.size() ? to_places[p] : unknown_distance);
    return id;
}

place_id catalog::add_place(std::string_view key, const coordinates& at,
                            std::span<const std::uint32_t> to_nodes) {
    const place_id id{places.insert(key).index};
    place_at.push_back(at);
    metres_.emplace_back(to_nodes.begin(), to_nodes.end());
    metres_.back().resize(node.size(), unknown_distance);
    return id;
}

bool catalog::give_distance(place_id p, node_id n, std::int64_t metres) {
    if (index_of(p) >= metres_.size() || index_of(n) >= node.size()) return false;
    if (metres < 0 || metres > max_metres) return false;
    if (given_.size() <= index_of(p)) given_.resize(index_of(p) + 1);
    auto& to = given_[index_of(p)];
    const auto at = std::lower_bound(to.begin(), to.end(), n);
    if (at != to.end() && *at == n) return false;
    to.insert(at, n);
    metres_[index_of(p)][index_of(n)] = static_cast<std::uint32_t>(metres);
    return true;
}

std::vector<std::uint32_t> catalog::measure(const coordinates& from,
                                            std::span<const coordinates> to) {
    const auto point = [](const coordinates& c) {
        return geo_point{c.latitude_e7 / 1e7, c.longitude_e7 / 1e7};
    };
    std::vector<std::uint32_t> metres;
    metres.reserve(to.size());
    for (const coordinates& t : to)
        metres.push_back(from.known && t.known ? distance_metres(point(from), point(t))
                                               : unknown_distance);
    return metres;
}

void catalog::rank_nodes() {
    std::vector<std::uint16_t> order(node.size());
    std::iota(order.begin(), order.end(), std::uint16_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::uint16_t a, std::uint16_t b) { return nodes.key(a) < nodes.key(b); });
    for (std::size_t rank = 0; rank < order.size(); ++rank)
        node[order[rank]].sequence = static_cast<std::uint16_t>(rank);
}

bool catalog::add_unit(sku_id s, std::string_view name, std::int64_t atoms) {
    if (index_of(s) >= sku.size() || name.empty() || atoms < 1) return false;
    for (const unit_facts& u : units(s))
        if (u.name == name) return false;
    if (index_of(s) >= units_.size()) units_.resize(index_of(s) + 1);
    units_[index_of(s)].push_back({std::string{name}, atoms});
    return true;
}

std::uint32_t catalog::set_threshold(std::string_view key, const threshold& t) {
    const std::uint32_t number = threshold_keys.insert(key).index;
    if (number == thresholds.size()) thresholds.emplace_back();
    thresholds[number] = t;
    return number;
}

std::uint64_t catalog::digest_of_tables() const {
    digest d;
    for (std::uint32_t i = 0; i < sku.size(); ++i)
        d.add(skus.key(i))
            .add(static_cast<std::uint64_t>(sku[i].decimals))
            .add(static_cast<std::uint64_t>(sku[i].granule));
    for (std::uint32_t i = 0; i < node.size(); ++i) {
        const node_facts& f = node[i];
        d.add(nodes.key(i)).add(static_cast<std::uint64_t>(f.kind)).add(f.active);
        d.add(static_cast<std::uint64_t>(f.priority)).add(f.sequence);
        d.add(static_cast<std::uint64_t>(f.fixed_per_parcel.e4))
            .add(static_cast<std::uint64_t>(f.per_unit.e4));
    }
    for (std::uint32_t i = 0; i < metres_.size(); ++i) {
        d.add(places.key(i));
        for (const std::uint32_t m : metres_[i]) d.add(m);
    }
    for (std::uint32_t i = 0; i < given_.size(); ++i)
        for (const node_id n : given_[i]) d.add(i).add(raw(n));
    for (std::uint32_t i = 0; i < actors.size(); ++i) d.add(actors.key(i));
    for (const std::string& p : policies) d.add(p);
    if (workflows.size() != 0) d.add(workflows.digest());
    for (std::uint32_t i = 0; i < units_.size(); ++i)
        for (const unit_facts& u : units_[i])
            d.add(i).add(u.name).add(static_cast<std::uint64_t>(u.atoms));
    if (!floors.empty() || floors.channels.size() != 0) d.add(floors.digest_of_rules());
    if (!pools.empty()) d.add(pools.digest_of_pools());
    if (!facts.empty()) d.add(facts.digest_of_facts());
    for (std::uint32_t i = 0; i < thresholds.size(); ++i) {
        const threshold& t = thresholds[i];
        d.add(threshold_keys.key(i)).add(raw(t.sku)).add(raw(t.node)).add(raw(t.channel));
        d.add(t.kind ? static_cast<std::uint64_t>(*t.kind) : 255).add(t.active);
        d.add(static_cast<std::uint64_t>(t.low)).add(static_cast<std::uint64_t>(t.high));
        if (t.section != none<section_id> || t.pool != none<pool_id>)
            d.add(raw(t.section)).add(raw(t.pool));
    }
    if (!sections.empty() || sections.segment_count() > 0) d.add(sections.digest_of_sections());
    if (const std::uint64_t types = holds.digest_of_types(); types != 0) d.add(types);
    if (const std::uint64_t fields = amends.digest_of_fields(); fields != 0) d.add(fields);
    if (!waiting.empty()) d.add(waiting.digest());
    if (const std::uint64_t rows = answers.digest_of_rows(); rows != 0) d.add(rows);
    if (const std::uint64_t rows = authority.digest_of_rows(); rows != 0) d.add(rows);
    if (const std::uint64_t rows = restrictions.digest_of_rows(); rows != 0) d.add(rows);
    if (const std::uint64_t noted = denials().digest(); noted != 0) d.add(noted);
    if (dates().has_rows()) d.add(dates().digest_of_dates());
    return d.value();
}

result<std::int64_t> catalog::granule_e9(sku_id s) const noexcept {
    static constexpr auto power_of_ten = [] {
        std::array<std::int64_t, max_decimals + 1> powers{1};
        for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
        return powers;
    }();
    const sku_facts& of = sku[index_of(s)];
    std::int64_t e9 = 0;
    const auto digits = static_cast<std::size_t>(max_decimals - of.decimals);
    if (__builtin_mul_overflow(of.granule, power_of_ten[digits], &e9))
        return fail(error_code::out_of_range, of.granule, most_granule(of.decimals));
    return e9;
}

}  // namespace earmark
