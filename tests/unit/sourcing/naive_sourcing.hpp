// The slow sourcer: tries every way to serve every line, with no idea of the real solver's. It is
// the specification of what the real one must answer.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "support.hpp"

namespace sourcing_test {

__extension__ typedef __int128 wide_int;

/// Smaller is better, lexicographically.
using objective = std::vector<std::int64_t>;

class naive_sourcer {
public:
    naive_sourcer(const policy_terms& t, const sourcing_problem& p) : t_{t}, p_{p} {}

    struct answer {
        objective value;
        std::vector<int> node_of;  // by line, -1: unserved
    };

    [[nodiscard]] std::int64_t usable(std::size_t l, std::size_t k) const {
        const wide_int units = t_.keep_back[kind(k)];
        const wide_int granule = p_.lines[l].granule_e9;
        const wide_int kept = (units * 1'000'000'000 + granule - 1) / granule;
        return p_.free[l * p_.nodes.size() + k] - static_cast<std::int64_t>(kept);
    }

    [[nodiscard]] bool fits(const std::vector<int>& node_of) const {
        std::map<std::pair<std::uint32_t, int>, std::int64_t> asked;
        std::set<int> open;
        for (std::size_t l = 0; l < node_of.size(); ++l) {
            if (node_of[l] < 0) continue;
            const auto k = static_cast<std::size_t>(node_of[l]);
            const node_facts& node = p_.nodes[k];
            if (!node.active || fixed(k) < 0 || unit(k) < 0 || t_.per_unit_per_1000_km[kind(k)] < 0)
                return false;
            open.insert(node_of[l]);
            std::int64_t& sum = asked[{raw(p_.lines[l].sku), node_of[l]}];
            sum += p_.lines[l].n;
            if (sum > usable(l, k)) return false;
        }
        return t_.max_parcels == 0 || open.size() <= static_cast<std::size_t>(t_.max_parcels);
    }

    [[nodiscard]] objective value(const std::vector<int>& node_of) const {
        std::int64_t unserved = 0, cost = 0, unknown = 0, metres = 0, priority = 0, score = 0;
        std::set<int> open;
        objective digits;
        for (std::size_t l = 0; l < node_of.size(); ++l) {
            if (node_of[l] < 0) {
                ++unserved;
                digits.push_back(1'000'000);
                continue;
            }
            const auto k = static_cast<std::size_t>(node_of[l]);
            open.insert(node_of[l]);
            cost += part_cost(l, k);
            const bool known = p_.metres[k] != unknown_distance;
            unknown += !known;
            metres += known ? p_.metres[k] : 0;
            priority += p_.nodes[k].priority;
            score += p_.scores.empty() ? 0 : p_.scores[k];
            digits.push_back(p_.nodes[k].sequence);
        }
        for (const int k : open) cost += fixed(static_cast<std::size_t>(k));
        if (!open.empty()) cost += t_.extra_parcel * (static_cast<std::int64_t>(open.size()) - 1);
        objective out{unserved};
        for (const criterion c : t_.rank) {
            if (c == criterion::cost) out.push_back(cost);
            if (c == criterion::parcels) out.push_back(static_cast<std::int64_t>(open.size()));
            if (c == criterion::priority) out.push_back(priority);
            if (c == criterion::score) out.push_back(score);
            if (c == criterion::distance) out.insert(out.end(), {unknown, metres});
        }
        out.insert(out.end(), digits.begin(), digits.end());
        return out;
    }

    /// The best of all assignments that `allowed` likes.
    [[nodiscard]] std::optional<answer> best(
        const std::function<bool(const std::vector<int>&)>& allowed = {}) const {
        std::optional<answer> found;
        std::vector<int> node_of(p_.lines.size(), -1);
        walk(node_of, 0, [&] {
            if (!fits(node_of) || (allowed && !allowed(node_of))) return;
            objective v = value(node_of);
            if (!found || v < found->value) found = answer{std::move(v), node_of};
        });
        return found;
    }

    /// For many lines of different SKUs: tries every set of open nodes, each line at its best.
    [[nodiscard]] answer best_by_sets() const {
        const std::size_t nodes = p_.nodes.size();
        std::optional<answer> found;
        for (std::uint32_t set = 0; set < (1U << nodes); ++set) {
            std::vector<int> node_of;
            for (std::size_t l = 0; l < p_.lines.size(); ++l) node_of.push_back(best_of(l, set));
            if (!fits(node_of)) continue;
            objective v = value(node_of);
            if (!found || v < found->value) found = answer{std::move(v), node_of};
        }
        return *found;
    }

    /// What a plan by whole lines says, in the same shape.
    [[nodiscard]] std::vector<int> assignment(const plan& p) const {
        std::vector<int> node_of(p_.lines.size(), -1);
        for (const plan_part& part : p.parts) node_of[part.wanted] = raw(part.node);
        return node_of;
    }

private:
    [[nodiscard]] std::size_t kind(std::size_t k) const {
        return static_cast<std::size_t>(p_.nodes[k].kind);
    }
    [[nodiscard]] std::int64_t fixed(std::size_t k) const {
        const std::int64_t own = p_.nodes[k].fixed_per_parcel.e4;
        return own >= 0 ? own : t_.fixed_per_parcel[kind(k)];
    }
    [[nodiscard]] std::int64_t unit(std::size_t k) const {
        const std::int64_t own = p_.nodes[k].per_unit.e4;
        return own >= 0 ? own : t_.per_unit[kind(k)];
    }
    [[nodiscard]] std::int64_t part_cost(std::size_t l, std::size_t k) const {
        std::uint32_t far = p_.metres[k];
        if (far == unknown_distance) {
            far = 0;
            for (std::size_t other = 0; other < p_.nodes.size(); ++other)
                if (p_.nodes[other].active && p_.metres[other] != unknown_distance)
                    far = std::max(far, p_.metres[other]);
        }
        const wide_int rate =
            wide_int{unit(k)} * 1'000'000 + wide_int{t_.per_unit_per_1000_km[kind(k)]} * far;
        const wide_int exact = wide_int{p_.lines[l].n} * p_.lines[l].granule_e9 * rate;
        const wide_int scale = wide_int{1'000'000} * 1'000'000'000;
        return static_cast<std::int64_t>((exact + scale / 2) / scale);
    }
    template <class Visit>
    void walk(std::vector<int>& node_of, std::size_t l, const Visit& visit) const {
        if (l == node_of.size()) return visit();
        for (int k = -1; k < static_cast<int>(p_.nodes.size()); ++k) {
            if (k >= 0 && usable(l, static_cast<std::size_t>(k)) < p_.lines[l].n) continue;
            node_of[l] = k;
            walk(node_of, l + 1, visit);
        }
        node_of[l] = -1;
    }
    [[nodiscard]] int best_of(std::size_t l, std::uint32_t set) const {
        int best = -1;
        objective least;
        for (std::size_t k = 0; k < p_.nodes.size(); ++k) {
            std::vector<int> only(p_.lines.size(), -1);
            only[l] = static_cast<int>(k);
            if ((set >> k & 1) == 0 || usable(l, k) < p_.lines[l].n || !fits(only)) continue;
            // Its parcel is paid by the set, not by this line: compare as if it were open.
            objective v;
            for (const criterion c : t_.rank) {
                const bool known = p_.metres[k] != unknown_distance;
                if (c == criterion::cost) v.push_back(part_cost(l, k));
                if (c == criterion::priority) v.push_back(p_.nodes[k].priority);
                if (c == criterion::score) v.push_back(p_.scores.empty() ? 0 : p_.scores[k]);
                if (c == criterion::distance) v.insert(v.end(), {!known, known ? p_.metres[k] : 0});
            }
            v.push_back(p_.nodes[k].sequence);
            if (best < 0 || v < least) {
                best = static_cast<int>(k);
                least = v;
            }
        }
        return best;
    }

    const policy_terms& t_;
    const sourcing_problem p_;
};

}  // namespace sourcing_test
