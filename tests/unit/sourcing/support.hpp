// What the sourcing tests share: a problem that owns its columns, random ones, and the shipped
// policies.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "earmark/sourcing/policy.hpp"
#include "earmark/sourcing/solve.hpp"
#include "support/source_file.hpp"

namespace sourcing_test {

using namespace earmark;
using namespace earmark::sourcing;

/// splitmix64: the same sequence on every platform.
class dice {
public:
    explicit dice(std::uint64_t seed) : state_{seed} {}
    std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15ULL;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }
    /// 0 to below - 1.
    std::uint32_t roll(std::uint32_t below) { return static_cast<std::uint32_t>(next() % below); }
    bool chance(std::uint32_t percent) { return roll(100) < percent; }

private:
    std::uint64_t state_;
};

struct owned_problem {
    std::vector<wanted_line> lines;
    std::vector<node_facts> nodes;
    std::vector<std::uint32_t> metres;
    std::vector<granules> free;
    std::vector<std::int32_t> scores;  // empty, or one a node

    [[nodiscard]] sourcing_problem view() const { return {lines, nodes, metres, free, 0, scores}; }

    /// Lines of these amounts, each its own SKU.
    void want(const std::vector<granules>& amounts) {
        for (const granules n : amounts) {
            const auto line = static_cast<std::uint16_t>(lines.size());
            lines.push_back({line, sku_id{line + 100U}, n, 1'000'000'000});
        }
    }
    /// A node with a stock per line; its sequence is its place.
    void node(const std::vector<granules>& stock, std::uint32_t far, node_facts facts = {}) {
        facts.sequence = static_cast<std::uint16_t>(nodes.size());
        const std::size_t k = nodes.size();
        nodes.push_back(facts);
        metres.push_back(far);
        std::vector<granules> wider;
        for (std::size_t l = 0; l < lines.size(); ++l) {
            for (std::size_t old = 0; old < k; ++old) wider.push_back(free[l * k + old]);
            wider.push_back(stock.at(l));
        }
        free = std::move(wider);
    }
    [[nodiscard]] granules& stock(std::size_t line, std::size_t node) {
        return free.at(line * nodes.size() + node);
    }
    /// The same problem with the nodes in another order of memory; sequences travel along.
    [[nodiscard]] owned_problem permuted(const std::vector<std::size_t>& order) const {
        owned_problem out{lines, {}, {}, {}, {}};
        for (const std::size_t k : order) {
            out.nodes.push_back(nodes[k]);
            out.metres.push_back(metres[k]);
            if (!scores.empty()) out.scores.push_back(scores[k]);
        }
        for (std::size_t l = 0; l < lines.size(); ++l)
            for (const std::size_t k : order) out.free.push_back(free[l * nodes.size() + k]);
        return out;
    }
};

struct shape {
    std::uint32_t lines = 3;
    std::uint32_t nodes = 6;
    std::uint32_t stocked_percent = 55;
    bool shared_skus = false;
    bool odd_granules = false;
};

/// Small numbers on purpose: ties in every criterion must be frequent.
inline owned_problem random_problem(dice& d, const shape& s) {
    owned_problem p;
    for (std::uint32_t l = 0; l < s.lines; ++l) {
        const std::uint32_t sku = s.shared_skus ? d.roll(1 + s.lines / 2) : l;
        std::int64_t granule = s.odd_granules ? 1 + d.roll(2'000'000'000) : 1'000'000'000;
        for (const wanted_line& other : p.lines)
            if (raw(other.sku) == sku) granule = other.granule_e9;
        p.lines.push_back({static_cast<std::uint16_t>(l), sku_id{sku},
                           static_cast<granules>(1 + d.roll(3)), granule});
    }
    for (std::uint32_t k = 0; k < s.nodes; ++k) {
        node_facts f;
        f.kind = static_cast<node_kind>(d.roll(3));
        f.active = !d.chance(8);
        f.priority = static_cast<std::int32_t>(d.roll(4)) - 1;
        f.sequence = static_cast<std::uint16_t>(k * 3 + 1);
        if (d.chance(30)) f.fixed_per_parcel.e4 = d.roll(4) * 10'000;
        if (d.chance(30)) f.per_unit.e4 = d.roll(3) * 5'000;
        p.nodes.push_back(f);
        p.metres.push_back(d.chance(15) ? unknown_distance : d.roll(4) * 500'000);
    }
    for (std::uint32_t l = 0; l < s.lines; ++l) {
        for (std::uint32_t k = 0; k < s.nodes; ++k) {
            auto stock = d.chance(s.stocked_percent) ? static_cast<granules>(1 + d.roll(6)) : 0;
            for (std::uint32_t m = 0; m < l; ++m)  // lines of one SKU see one stock
                if (p.lines[m].sku == p.lines[l].sku) stock = p.free[m * s.nodes + k];
            p.free.push_back(stock);
        }
    }
    return p;
}

/// What a host's own criterion may say.
inline void add_scores(dice& d, owned_problem& p) {
    p.scores.clear();
    for (std::size_t k = 0; k < p.nodes.size(); ++k)
        p.scores.push_back(static_cast<std::int32_t>(d.roll(4)) - 2);
}

inline std::vector<std::size_t> random_order(dice& d, std::size_t n) {
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = n; i > 1; --i)
        std::swap(order[i - 1], order[d.roll(static_cast<std::uint32_t>(i))]);
    return order;
}

/// A plan with other node ids, as the permuted problem would name them.
inline plan renamed(plan p, const std::vector<std::size_t>& order) {
    for (plan_part& part : p.parts) {
        const auto at = std::find(order.begin(), order.end(), index_of(part.node));
        part.node = static_cast<node_id>(at - order.begin());
    }
    return p;
}

inline std::string policy_text(const std::string& name) {
    return test::source_file("examples/policies/" + name + ".toml");
}

/// A policy from a text that must be right.
inline policy policy_of(const std::string& text) {
    parsed_policy p = parse_policy(text, "test");
    for (const rejected_row& row : p.rejected) MESSAGE(row.text);
    REQUIRE(p);
    return *p.value;
}

inline policy shipped(const std::string& name) { return policy_of(policy_text(name)); }

inline const std::vector<std::string> shipped_names = {"nearest", "cheapest", "fewest_packages",
                                                       "priority"};

}  // namespace sourcing_test
