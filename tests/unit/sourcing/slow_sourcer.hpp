// Slow sourcers for what naive_sourcing.hpp does not know: divided lines, shipments that must be
// worth something, sets, parcel rates, columns and weights. Three ways to try everything, none of
// which knows the solver's searches:
//   best_of_all        every amount of every line from every node; tiny problems
//   best_by_sets       every set of nodes, every division of each line by itself; linear costs
//   best_by_shipments  every way to deal whole lines out to the nodes, one after the other
#pragma once

#include <array>
#include <bit>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "support.hpp"

namespace sourcing_test {

/// The terms of the order, most important first; smaller is better.
using terms_value = std::vector<std::int64_t>;

inline std::string spelled(const terms_value& v) {
    std::string out;
    for (const std::int64_t n : v) out += (out.empty() ? "" : " ") + std::to_string(n);
    return out;
}

class slow_sourcer {
public:
    slow_sourcer(const policy_terms& t, const sourcing_problem& p) : t_{t}, p_{p} {}

    /// Granules by line and node.
    using amounts = std::vector<std::vector<std::int64_t>>;

    [[nodiscard]] amounts none() const {
        return {p_.lines.size(), std::vector<std::int64_t>(p_.nodes.size(), 0)};
    }
    [[nodiscard]] amounts of(const plan& p) const {
        amounts out = none();
        for (const plan_part& part : p.parts) out[part.wanted][index_of(part.node)] += part.n;
        return out;
    }

    /// Empty where the amounts break a rule.
    [[nodiscard]] std::optional<terms_value> value(const amounts& x) const {
        std::vector<std::int64_t> worth(p_.nodes.size()), content(p_.nodes.size());
        std::vector<bool> open(p_.nodes.size());
        terms_value sums(criterion_sums, 0);
        std::int64_t unserved = 0, split = 0, missing = 0, left_value = 0;
        for (std::size_t l = 0; l < p_.lines.size(); ++l) {
            const wanted_line& line = p_.lines[l];
            std::int64_t given = 0;
            bool whole = false;
            for (std::size_t k = 0; k < p_.nodes.size(); ++k) {
                const std::int64_t n = x[l][k];
                if (n == 0) continue;
                if (!usable(k) || n > stock(l, k)) return {};
                given += n;
                whole |= n == line.n;
                open[k] = true;
                worth[k] += line.value_e4 * n / line.n;
                content[k] += t_.parcels.by_grams ? (line.grams * n + line.n - 1) / line.n : n;
                add_part(sums, l, k, n);
            }
            if (given > line.n || (given > 0 && !whole && !may_divide(line))) return {};
            unserved += given < line.n;
            split += !whole;
            missing += line.n - given;
            if (given < line.n) left_value += line.value_e4 * (line.n - given) / line.n;
        }
        if (!keeps_sets(x) || promises_twice(x)) return {};
        std::int64_t parcels = 0;
        for (std::size_t k = 0; k < p_.nodes.size(); ++k) {
            if (!open[k]) continue;
            if (worth[k] < t_.min_shipment_value) return {};
            ++parcels;
            add_parcel(sums, k, content[k], parcels > 1);
        }
        if (t_.max_parcels != 0 && parcels > t_.max_parcels) return {};
        if (unserved > 0 && parcels > 0 && left_value < t_.min_shipment_value) return {};
        sums[in_parcels] = parcels;
        add_late(sums, x);
        return in_order(unserved, split, missing, sums);
    }

    [[nodiscard]] terms_value best_of_all() const {
        terms_value best = *value(none());
        amounts x = none();
        try_amounts(x, 0, 0, best);
        return best;
    }

    /// Requires linear costs and no rule about shipments or sets.
    [[nodiscard]] terms_value best_by_sets() const {
        std::vector<std::vector<option>> options;
        for (std::size_t l = 0; l < p_.lines.size(); ++l) options.push_back(options_of(l));
        const std::size_t nodes = p_.nodes.size();
        terms_value best = *value(none());
        for (std::uint32_t set = 1; set < (1U << nodes); ++set) {
            amounts x = none();
            for (std::size_t l = 0; l < p_.lines.size(); ++l) {
                const option* chosen = nullptr;
                for (const option& o : options[l])
                    if ((o.nodes & ~set) == 0 && (chosen == nullptr || o.value < chosen->value))
                        chosen = &o;
                x[l] = chosen->n;
            }
            const auto v = value(x);
            if (v && *v < best) best = *v;
        }
        return best;
    }

    /// Whole lines only.
    [[nodiscard]] terms_value best_by_shipments() const {
        struct state {
            terms_value value;
            amounts x;
        };
        // Partial plans are compared by their own value, so that rules are left to the end:
        // what a node sends is one set of lines, judged alone, and sums add up.
        const std::size_t lines = p_.lines.size();
        const std::uint32_t all = (1U << lines) - 1;
        std::map<std::pair<std::uint32_t, int>, terms_value> best;  // lines, parcels
        best[{0, 0}] = terms_value(criterion_sums, 0);
        for (std::size_t k = 0; k < p_.nodes.size(); ++k) {
            std::vector<std::pair<std::uint32_t, terms_value>> shipments;
            for (std::uint32_t set = 1; set <= all; ++set)
                if (auto v = shipment(k, set)) shipments.push_back({set, std::move(*v)});
            const auto before = best;
            for (const auto& [at, sums] : before)
                for (const auto& [set, add] : shipments) {
                    if ((at.first & set) != 0) continue;
                    terms_value sum = sums;
                    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += add[i];
                    auto& mine = best[{at.first | set, at.second + 1}];
                    if (mine.empty() || ranked(sum) < ranked(mine)) mine = sum;
                }
        }
        terms_value least = *value(none());
        for (auto& [at, sums] : best) {
            if (t_.max_parcels != 0 && at.second > t_.max_parcels) continue;
            std::int64_t left = 0, left_value = 0, missing = 0;
            for (std::size_t l = 0; l < lines; ++l) {
                if ((at.first >> l & 1) != 0) continue;
                ++left;
                left_value += p_.lines[l].value_e4;
                missing += p_.lines[l].n;
            }
            if (left > 0 && at.first != 0 && left_value < t_.min_shipment_value) continue;
            terms_value whole = sums;
            whole[in_parcels] = at.second;
            if (at.second > 0) take_first_extra(whole);
            const terms_value v = in_order(left, left, missing, whole);
            if (v < least) least = v;
        }
        return least;
    }

private:
    // What the sums hold: cost, parcels, unknown, metres, priority, score, columns, date, weighted.
    static constexpr std::size_t in_cost = 0, in_parcels = 1, in_unknown = 2, in_metres = 3,
                                 in_priority = 4, in_score = 5, in_column = 6,
                                 in_weighted = in_column + node_columns,
                                 criterion_sums = in_weighted + 1;

    [[nodiscard]] std::size_t kind(std::size_t k) const {
        return static_cast<std::size_t>(p_.nodes[k].kind);
    }
    [[nodiscard]] bool usable(std::size_t k) const {
        return p_.nodes[k].active && fixed(k) >= 0 && unit(k) >= 0 &&
               t_.per_unit_per_1000_km[kind(k)] >= 0;
    }
    [[nodiscard]] std::int64_t stock(std::size_t l, std::size_t k) const {
        return p_.free[l * p_.nodes.size() + k] - kept(l, k);
    }
    /// Of all entries that fit, the one that says most of the goods.
    [[nodiscard]] std::int64_t kept(std::size_t l, std::size_t k) const {
        std::int64_t out = t_.keep_back[kind(k)];
        int most = 0;
        for (const kept_goods& entry : t_.kept) {
            const int said = std::popcount(entry.classes);
            if (entry.kind != p_.nodes[k].kind || said <= most) continue;
            if ((entry.classes & p_.lines[l].classes) != entry.classes) continue;
            out = entry.units;
            most = said;
        }
        return out;
    }
    [[nodiscard]] std::int64_t expected(std::int64_t cost, std::size_t k) const {
        if (!t_.by_acceptance || cost < 0) return cost;
        const std::int64_t ppm = p_.nodes[k].accept_ppm;
        return (cost * 1'000'000 + ppm / 2) / ppm;
    }
    [[nodiscard]] std::int64_t fixed(std::size_t k) const {
        const std::int64_t own = p_.nodes[k].fixed_per_parcel.e4;
        return expected(own >= 0 ? own : t_.fixed_per_parcel[kind(k)], k);
    }
    [[nodiscard]] std::int64_t unit(std::size_t k) const {
        const std::int64_t own = p_.nodes[k].per_unit.e4;
        return own >= 0 ? own : t_.per_unit[kind(k)];
    }
    [[nodiscard]] bool may_divide(const wanted_line& line) const {
        return t_.lines == line_split::by_quantity && line.may_split &&
               (line.set == 0 || !t_.together);
    }
    [[nodiscard]] bool keeps_sets(const amounts& x) const {
        for (std::size_t a = 0; a < x.size(); ++a)
            for (std::size_t b = 0; b < a; ++b) {
                if (!t_.together || p_.lines[a].set == 0 || p_.lines[a].set != p_.lines[b].set)
                    continue;
                for (std::size_t k = 0; k < p_.nodes.size(); ++k)
                    if ((x[a][k] > 0) != (x[b][k] > 0)) return false;
            }
        return true;
    }
    /// Lines of one SKU share what a node has.
    [[nodiscard]] bool promises_twice(const amounts& x) const {
        for (std::size_t l = 0; l < x.size(); ++l)
            for (std::size_t k = 0; k < p_.nodes.size(); ++k) {
                std::int64_t sum = 0;
                for (std::size_t m = 0; m < x.size(); ++m)
                    if (p_.lines[m].sku == p_.lines[l].sku) sum += x[m][k];
                if (x[l][k] > 0 && sum > stock(l, k)) return true;
            }
        return false;
    }
    [[nodiscard]] std::uint32_t farthest() const {
        std::uint32_t far = 0;
        for (std::size_t k = 0; k < p_.nodes.size(); ++k)
            if (p_.nodes[k].active && p_.metres[k] != unknown_distance)
                far = std::max(far, p_.metres[k]);
        return far;
    }
    [[nodiscard]] std::int64_t part_cost(std::size_t l, std::size_t k, std::int64_t n) const {
        using wide = __int128_t;
        const std::uint32_t far = p_.metres[k] == unknown_distance ? farthest() : p_.metres[k];
        wide rate = wide{unit(k)} * 1'000'000 + wide{t_.per_unit_per_1000_km[kind(k)]} * far;
        if (t_.by_acceptance) rate = rate * 1'000'000 / p_.nodes[k].accept_ppm;
        const wide scale = wide{1'000'000} * 1'000'000'000;
        return static_cast<std::int64_t>((rate * n * p_.lines[l].granule_e9 + scale / 2) / scale);
    }
    [[nodiscard]] std::int64_t column(std::size_t c, std::size_t l, std::size_t k) const {
        const auto all = p_.numbers[c];
        if (all.empty()) return 0;
        return all.size() == p_.nodes.size() ? all[k] : all[l * p_.nodes.size() + k];
    }
    [[nodiscard]] std::int64_t weight(criterion c) const {
        for (std::size_t i = 0; i < t_.weights.size(); ++i)
            if (t_.rank[i] == c) return t_.weights[i];
        return 0;
    }
    void add_part(terms_value& s, std::size_t l, std::size_t k, std::int64_t n) const {
        const bool known = p_.metres[k] != unknown_distance;
        const std::int64_t cost = part_cost(l, k, n);
        const std::int64_t score = p_.scores.empty() ? 0 : p_.scores[k];
        s[in_cost] += cost;
        s[in_unknown] += !known;
        s[in_metres] += known ? p_.metres[k] : 0;
        s[in_priority] += p_.nodes[k].priority;
        s[in_score] += score;
        std::int64_t weighed = weight(criterion::cost) * cost +
                               weight(criterion::priority) * p_.nodes[k].priority +
                               weight(criterion::score) * score;
        const std::int64_t metres = known ? p_.metres[k] : 20'037'508;
        weighed +=
            weight(criterion::distance) * ((metres * 1'000 + t_.weighed_mm / 2) / t_.weighed_mm);
        for (std::size_t c = 0; c + 1 < node_columns; ++c) {
            s[in_column + c] += column(c, l, k);
            const auto by = static_cast<criterion>(static_cast<std::size_t>(criterion::zone) + c);
            weighed += weight(by) * column(c, l, k);
        }
        const std::size_t date = node_columns - 1;
        s[in_column + date] = std::max(s[in_column + date], column(date, l, k));
        s[in_weighted] += weighed;
    }
    void add_parcel(terms_value& s, std::size_t k, std::int64_t content, bool extra) const {
        std::int64_t cost = fixed(k);
        if (!t_.parcels.up_to.empty()) {
            std::size_t step = 0, zone = 0;
            while (content > t_.parcels.up_to[step]) ++step;
            while (zone < t_.parcels.zones.size() && p_.metres[k] > t_.parcels.zones[zone]) ++zone;
            cost += expected(t_.parcels.rates[step * (t_.parcels.zones.size() + 1) + zone], k);
        }
        s[in_cost] += cost + (extra ? t_.extra_parcel : 0);
        s[in_weighted] +=
            weight(criterion::cost) * (cost + t_.extra_parcel) + weight(criterion::parcels);
    }
    /// Once for the whole plan, by the last of what it ships.
    void add_late(terms_value& s, const amounts& x) const {
        constexpr std::size_t date = node_columns - 1;
        if (p_.due == no_day || p_.numbers[date].empty()) return;
        std::int64_t days = 0;
        for (std::size_t l = 0; l < x.size(); ++l)
            for (std::size_t k = 0; k < x[l].size(); ++k)
                if (x[l][k] > 0) days = std::max(days, column(date, l, k) - p_.due.n);
        const std::int64_t cost = std::min<std::int64_t>(days, 365) * t_.late_per_day;
        s[in_cost] += cost;
        s[in_weighted] += weight(criterion::cost) * cost;
    }
    void take_first_extra(terms_value& s) const { s[in_cost] -= t_.extra_parcel; }

    [[nodiscard]] terms_value ranked(const terms_value& s) const {
        if (!t_.weights.empty()) return {s[in_weighted]};
        terms_value out;
        for (const criterion c : t_.rank) {
            if (c == criterion::cost) out.push_back(s[in_cost]);
            if (c == criterion::parcels) out.push_back(s[in_parcels]);
            if (c == criterion::distance) out.insert(out.end(), {s[in_unknown], s[in_metres]});
            if (c == criterion::priority) out.push_back(s[in_priority]);
            if (c == criterion::score) out.push_back(s[in_score]);
            if (is_column(c)) out.push_back(s[in_column + static_cast<std::size_t>(column_of(c))]);
        }
        return out;
    }
    [[nodiscard]] terms_value in_order(std::int64_t unserved, std::int64_t split,
                                       std::int64_t missing, const terms_value& s) const {
        terms_value out{unserved, split};
        if (t_.lines == line_split::by_quantity) out.push_back(missing);
        const terms_value more = ranked(s);
        out.insert(out.end(), more.begin(), more.end());
        return out;
    }

    void try_amounts(amounts& x, std::size_t l, std::size_t k, terms_value& best) const {
        if (l == p_.lines.size()) {
            const auto v = value(x);
            if (v && *v < best) best = *v;
            return;
        }
        if (k == p_.nodes.size()) return try_amounts(x, l + 1, 0, best);
        std::int64_t given = 0;
        for (const std::int64_t n : x[l]) given += n;
        const std::int64_t most =
            std::max<std::int64_t>(0, std::min(stock(l, k), p_.lines[l].n - given));
        const bool divides = may_divide(p_.lines[l]);
        for (std::int64_t n = 0; n <= most; ++n) {
            if (n > 0 && !divides && n != p_.lines[l].n) continue;
            x[l][k] = n;
            try_amounts(x, l, k + 1, best);
        }
        x[l][k] = 0;
    }

    struct option {
        std::vector<std::int64_t> n;
        std::uint32_t nodes = 0;
        terms_value value;
    };
    [[nodiscard]] std::vector<option> options_of(std::size_t l) const {
        std::vector<option> out;
        option now{std::vector<std::int64_t>(p_.nodes.size(), 0), 0, {}};
        const std::function<void(std::size_t, std::int64_t)> go = [&](std::size_t k,
                                                                      std::int64_t left) {
            if (k == p_.nodes.size()) {
                terms_value s(criterion_sums, 0);
                bool whole = false;
                for (std::size_t i = 0; i < now.n.size(); ++i) {
                    if (now.n[i] > 0) add_part(s, l, i, now.n[i]);
                    whole |= now.n[i] == p_.lines[l].n;
                }
                if (!whole && now.nodes != 0 && !may_divide(p_.lines[l])) return;
                now.value = in_order(left > 0, !whole, left, s);
                out.push_back(now);
                return;
            }
            const std::int64_t most =
                usable(k) ? std::max<std::int64_t>(0, std::min(stock(l, k), left)) : 0;
            for (std::int64_t n = 0; n <= most; ++n) {
                now.n[k] = n;
                if (n > 0) now.nodes |= 1U << k;
                go(k + 1, left - n);
            }
            now.n[k] = 0;
            now.nodes &= ~(1U << k);
        };
        go(0, p_.lines[l].n);
        return out;
    }

    /// What a node adds that sends these lines whole, or nothing where it may not.
    [[nodiscard]] std::optional<terms_value> shipment(std::size_t k, std::uint32_t set) const {
        if (!usable(k)) return {};
        terms_value s(criterion_sums, 0);
        std::int64_t worth = 0, content = 0;
        std::map<std::uint32_t, std::int64_t> taken;
        for (std::size_t l = 0; l < p_.lines.size(); ++l) {
            const wanted_line& line = p_.lines[l];
            for (std::size_t m = 0; m < l; ++m)
                if (t_.together && line.set != 0 && line.set == p_.lines[m].set &&
                    (set >> l & 1) != (set >> m & 1))
                    return {};
            if ((set >> l & 1) == 0) continue;
            std::int64_t& sum = taken[raw(line.sku)];
            sum += line.n;
            if (sum > stock(l, k)) return {};
            worth += line.value_e4;
            content += t_.parcels.by_grams ? line.grams : line.n;
            add_part(s, l, k, line.n);
        }
        if (worth < t_.min_shipment_value) return {};
        add_parcel(s, k, content, true);
        return s;
    }

    const policy_terms& t_;
    const sourcing_problem p_;
};

}  // namespace sourcing_test
