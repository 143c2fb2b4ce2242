#include "demand.hpp"

#include <algorithm>
#include <tuple>

namespace earmark::sourcing::detail {
namespace {

signed128 size_of(std::int64_t v) noexcept { return v < 0 ? -signed128{v} : signed128{v}; }

}  // namespace

void demand::look(const board& b) {
    board_ = &b;
    find_units();
    find_nodes();
    place_fields();
}

void demand::find_units() {
    const auto& lines = problem().lines;
    const bool may_divide = terms().lines == line_split::by_quantity;
    units_.clear();
    for (std::size_t l = 0; l < lines.size(); ++l) {
        const wanted_line& line = lines[l];
        const auto is_mine = [&](const demand_unit& u) {
            return set_of(terms(), line) != 0 && lines[u.lines.front()].set == line.set;
        };
        const auto at = std::find_if(units_.begin(), units_.end(), is_mine);
        demand_unit& unit = at != units_.end() ? *at : units_.emplace_back();
        unit.lines.push_back(static_cast<std::uint16_t>(l));
        unit.n += line.n;
        unit.divisible = may_divide && line.may_split && set_of(terms(), line) == 0;
    }
}

void demand::find_nodes() {
    const auto& p = problem();
    nodes_.clear();
    some_.clear();
    rates_.clear();
    for (std::uint32_t k = 0; k < p.nodes.size(); ++k)
        if (board_->allows(k)) nodes_.push_back(k);
    std::sort(nodes_.begin(), nodes_.end(), [&](std::uint32_t a, std::uint32_t b) {
        return p.nodes[a].sequence < p.nodes[b].sequence;
    });
    std::vector<std::uint32_t> useful;
    for (const std::uint32_t k : nodes_) {
        bool any = false;
        for (const demand_unit& unit : units_) {
            std::int64_t n = 0;
            for (const std::uint16_t l : unit.lines)
                n += std::clamp<std::int64_t>(board_->usable(l, k), 0, p.lines[l].n);
            if (!unit.divisible && n != unit.n) n = 0;
            some_.push_back(n);
            any |= n > 0;
        }
        if (any) {
            useful.push_back(k);
            const std::uint32_t far = p.metres[k];
            rates_.push_back(
                rate_at(terms(), p.nodes[k], far == unknown_distance ? board_->farthest() : far));
        } else {
            some_.resize(some_.size() - units_.size());
        }
    }
    nodes_ = std::move(useful);
}

void demand::keep(std::span<const std::uint32_t> which) {
    const std::size_t n = units_.size();
    for (std::size_t i = 0; i < which.size(); ++i) {
        nodes_[i] = nodes_[which[i]];
        rates_[i] = rates_[which[i]];
        for (std::size_t u = 0; u < n; ++u) some_[i * n + u] = some_[which[i] * n + u];
    }
    nodes_.resize(which.size());
    rates_.resize(which.size());
    some_.resize(which.size() * n);
}

/// How large the sums can become: all parts at the largest measure, all nodes open.
void demand::place_fields() {
    const auto& p = problem();
    const std::size_t lines = p.lines.size();
    std::array<signed128, static_cast<std::size_t>(plan_term::sequence)> most{};
    const auto at = [&most](plan_term t) -> signed128& {
        return most[static_cast<std::size_t>(t)];
    };
    const std::vector<plan_term> order = terms_of(terms());
    signed128 parts = 0;
    for (std::size_t c = 0; c < nodes_.size(); ++c) {
        const node_facts& node = p.nodes[nodes_[c]];
        const std::int64_t opening =
            this->opening(c) + rate_of_parcel(terms(), node, p.metres[nodes_[c]], INT64_MAX);
        at(plan_term::parcels) += 1;
        at(plan_term::cost) += opening;
        at(plan_term::weighted) += weighed_parcel(terms(), opening);
        for (std::size_t u = 0; u < units_.size(); ++u) {
            if (some(c, u) == 0) continue;
            for (const std::uint16_t l : units_[u].lines) {
                const part_measures m = measure_part(context(), l, nodes_[c], p.lines[l].n);
                ++parts;
                for (const plan_term t : order) at(t) += size_of(part_term(terms(), m, t));
            }
        }
    }
    at(plan_term::unserved) = at(plan_term::split) = static_cast<signed128>(lines);
    for (const demand_unit& unit : units_) at(plan_term::missing) += unit.n;
    at(plan_term::cost) += parts;  // each part is rounded by itself
    at(plan_term::weighted) += parts * max_weight;
    fields_.place(terms(), at);
}

void sort_parts(const sourcing_problem& problem, std::vector<plan_part>& parts) {
    const auto rank = [&](const plan_part& part) {
        return std::tuple{part.wanted, problem.nodes[index_of(part.node)].sequence};
    };
    std::sort(parts.begin(), parts.end(),
              [&](const plan_part& a, const plan_part& b) { return rank(a) < rank(b); });
}

bool comes_before(const sourcing_problem& problem, std::span<const plan_part> a,
                  std::span<const plan_part> b) {
    const auto rank = [&](const plan_part& part) {
        return std::tuple{part.wanted, problem.nodes[index_of(part.node)].sequence, part.n};
    };
    return std::lexicographical_compare(
        a.begin(), a.end(), b.begin(), b.end(),
        [&](const plan_part& x, const plan_part& y) { return rank(x) < rank(y); });
}

}  // namespace earmark::sourcing::detail
