// Floor rules as the naive engine has them: look at every rule, every time.
#include "naive_engine.hpp"

namespace earmark::naive {

namespace {

bool fits(const std::string& asked, const std::string& selector) {
    return selector.empty() || selector == asked;
}

bool holds_for(const floor_row& r, floor_use use) {
    return r.active && (r.use == floor_use::both || r.use == use);
}

bool same_selectors(const floor_row& a, const floor_row& b) {
    return a.sku == b.sku && a.node == b.node && a.channel == b.channel && a.kind == b.kind &&
           a.exclude == b.exclude;
}

/// Rule 1 to 4 of model/floors.hpp: the larger tuple holds.
auto rank_of(const floor_row& r) {
    return std::tuple{r.exclude, !r.sku.empty(),
                      !r.node.empty() ? 2
                      : r.kind        ? 1
                                      : 0,
                      !r.channel.empty()};
}

}  // namespace

refused_rows engine::load(const command& c, std::span<const floor_row> rows) {
    if (const auto no = ask(c, privilege::load); no != error_code::ok) return {{0, no}};
    tick(c.now);
    refused_rows refused;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (const error_code bad = add_floor(rows[i]); bad != error_code::ok)
            refused.emplace_back(static_cast<std::uint32_t>(i + 1), bad);
    watch();
    return refused;
}

error_code engine::add_floor(const floor_row& row) {
    if (!row.sku.empty() && !sku_keys_.contains(row.sku)) return error_code::unknown_sku;
    if (!row.node.empty() && !node_keys_.contains(row.node)) return error_code::unknown_node;
    for (const auto& [key, other] : floors_)
        for (const floor_use use : {floor_use::selling, floor_use::sourcing})
            if (key != row.key && same_selectors(row, other) && holds_for(row, use) &&
                holds_for(other, use))
                return error_code::twin_rule;
    floors_[row.key] = row;
    if (!row.channel.empty()) channels_.insert(row.channel);
    return error_code::ok;
}

const floor_row* engine::floor_rule_of(const cell_key& at, const std::string& channel,
                                       floor_use use) const {
    const floor_row* best = nullptr;
    for (const auto& [key, r] : floors_) {
        if (!holds_for(r, use) || flaw_ == flaw::forgets_floor_rules) continue;
        if (!fits(skus_.at(at.first).key, r.sku) || !fits(nodes_.at(at.second).key, r.node) ||
            !fits(channel, r.channel) || (r.kind && *r.kind != nodes_.at(at.second).kind))
            continue;
        if (best == nullptr || rank_of(r) > rank_of(*best)) best = &r;
    }
    return best;
}

/// What must stay is rounded up to granules, what may be owed is rounded down.
std::int64_t engine::granules_of(sku_id s, std::int64_t units) const {
    std::int64_t atoms = units;
    for (int d = 0; d < skus_.at(s).decimals; ++d) atoms *= 10;
    const std::int64_t granule = skus_.at(s).granule;
    return atoms > 0 ? (atoms + granule - 1) / granule : atoms / granule;
}

std::optional<std::int64_t> engine::floor_of(const cell_key& at, const std::string& channel,
                                             std::int64_t own) const {
    if (!nodes_.at(at.second).active) return std::nullopt;
    const floor_row* const r = floor_rule_of(at, channel, floor_use::selling);
    if (r == nullptr) return own;
    if (r->exclude) return std::nullopt;
    const std::int64_t floor = granules_of(at.first, r->units);
    return own == 0 ? floor : std::max(own, floor);
}

// ---- thresholds --------------------------------------------------------------------------------

refused_rows engine::load(const command& c, std::span<const threshold_row> rows) {
    tick(c.now);
    refused_rows refused;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const threshold_row& t = rows[i];
        const bool has_node = t.node.empty() || node_keys_.contains(t.node);
        if (!sku_keys_.contains(t.sku) || !has_node) {
            const auto code = has_node ? error_code::unknown_sku : error_code::unknown_node;
            refused.emplace_back(static_cast<std::uint32_t>(i + 1), code);
            continue;
        }
        if (!t.channel.empty()) channels_.insert(t.channel);
        watched& w = thresholds_[t.key];
        const bool goes_on = w.row.active && t.active && w.row.sku == t.sku &&
                             w.row.node == t.node && w.row.channel == t.channel &&
                             w.row.kind == t.kind && w.row.section == t.section;
        w = {t, goes_on && w.below};
    }
    watch();
    return refused;
}

std::int64_t engine::level_of(const threshold_row& t) const {
    std::int64_t sum = 0;
    const sku_id sku = sku_keys_.at(t.sku);
    for (const auto& [id, at] : nodes_) {
        if ((!t.node.empty() && t.node != at.key) || (t.kind && *t.kind != at.kind)) continue;
        const auto in = t.section.empty() ? std::nullopt : section(sku, id, section_of(t.section));
        if (t.section.empty())
            sum += available(sku, id, 0, t.channel);
        else if (in && at.active)
            sum += std::max<std::int64_t>(0, in->second);
    }
    return sum;
}

void engine::watch() {
    follow_time();
    for (auto& [key, w] : thresholds_) {
        if (!w.row.active) continue;
        std::int64_t bound = w.below ? w.row.high : w.row.low;
        for (int d = 0; d < skus_.at(sku_keys_.at(w.row.sku)).decimals; ++d) bound *= 10;
        const std::int64_t level = level_of(w.row);
        if ((level < bound) == w.below) continue;
        w.below = !w.below;
        crossings_.push_back({key, w.below, level});
    }
}

}  // namespace earmark::naive
