// UNIT VALUES: what each unit is worth from each node, and what opening a node takes, as worths;
// and the bound that follows from them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "demand.hpp"
#include "dual_ascent.hpp"

namespace earmark::sourcing::detail {

template <std::size_t Words>
class unit_values {
public:
    using value = worth<Words>;

    /// Of all units and nodes of `d`; then drops the nodes of `d` that others dominate.
    void read(demand& d);
    /// Keeps the nodes at these places, here and in the demand.
    void keep(std::span<const std::uint32_t> which);

    /// Of a parcel, as if it were not the first.
    [[nodiscard]] const value& opening(std::size_t c) const noexcept { return openings_[c]; }
    /// What that counts too much for the first.
    [[nodiscard]] const value& extra() const noexcept { return extra_; }
    /// Of all of a unit; unreachable where the node does not have it.
    [[nodiscard]] const value& whole(std::size_t c, std::size_t u) const noexcept {
        return whole_[c * units() + u];
    }
    [[nodiscard]] static value unreachable() noexcept {
        value out{};
        out.word[0] = signed128{1} << 125;
        return out;
    }
    [[nodiscard]] value unserved(std::size_t u) const;
    /// Of `n` granules of a divisible unit, but for what its line counts as a line.
    [[nodiscard]] value part(std::size_t c, std::size_t u, std::int64_t n) const;
    /// Of a plan's parts.
    [[nodiscard]] value of(std::span<const plan_part> parts) const;
    [[nodiscard]] value in(plan_term term, signed128 v) const {
        return in_field<Words>(demand_->fields(), term, v);
    }

    /// No plan is worth less, each parcel as if it were not the first: parcels at their cheapest,
    /// shipments of any value, any number of them. Units that are served whole by dual ascent,
    /// divided ones as if all nodes were open.
    [[nodiscard]] value bound();

private:
    void drop_dominated();
    [[nodiscard]] bool dominates(std::size_t a, std::size_t b) const;
    [[nodiscard]] value bound_of_divided(std::size_t u) const;
    [[nodiscard]] value parcel(std::int64_t cost) const {
        return in(plan_term::cost, cost) + in(plan_term::parcels, 1) +
               in(plan_term::weighted, weighed_parcel(demand_->terms(), cost));
    }
    [[nodiscard]] std::size_t units() const noexcept { return demand_->units().size(); }

    demand* demand_ = nullptr;
    value cost_one_, extra_;
    std::vector<value> openings_, whole_, base_;  // by candidate; and unit
    dual_ascent<value> ascent_;
};

template <std::size_t Words>
void unit_values<Words>::read(demand& d) {
    demand_ = &d;
    const worth_fields& f = d.fields();
    const policy_terms& terms = d.terms();
    const auto field = [&](plan_term t, signed128 v) { return in_field<Words>(f, t, v); };
    const std::int64_t weight = weighed_parcel(terms, 1) - weighed_parcel(terms, 0);
    cost_one_ = field(plan_term::cost, 1) + field(plan_term::weighted, weight);
    const std::int64_t extra = terms.extra_parcel;
    extra_ = field(plan_term::cost, extra) +
             field(plan_term::weighted, weighed_parcel(terms, extra) - weighed_parcel(terms, 0));
    openings_.clear();
    whole_.assign(d.nodes().size() * units(), unreachable());
    base_.assign(d.nodes().size() * units(), {});
    for (std::size_t c = 0; c < d.nodes().size(); ++c) {
        const std::uint32_t k = d.nodes()[c];
        openings_.push_back(parcel(
            d.opening(c) + rate_of_parcel(terms, d.problem().nodes[k], d.problem().metres[k], 0)));
        for (std::size_t u = 0; u < units(); ++u) {
            if (d.some(c, u) == 0) continue;
            if (d.whole(c, u)) whole_[c * units() + u] = value{};
            for (const std::uint16_t l : d.units()[u].lines) {
                part_measures m =
                    measure_part(d.context(), l, d.nodes()[c], d.problem().lines[l].n);
                if (d.whole(c, u))
                    whole_[c * units() + u] = whole(c, u) + of_part<Words>(f, terms, m);
                m[in_cost] = 0;
                base_[c * units() + u] = of_part<Words>(f, terms, m);
            }
        }
    }
    drop_dominated();
}

/// Whatever `b` does in a plan, `a` can do as well or better, also beside what it does already.
template <std::size_t Words>
bool unit_values<Words>::dominates(std::size_t a, std::size_t b) const {
    if (openings_[b] < openings_[a]) return false;
    const bool first = demand_->sequence(a) < demand_->sequence(b);
    for (std::size_t u = 0; u < units(); ++u) {
        if (demand_->some(b, u) == 0) continue;
        if (!demand_->whole(a, u)) return false;
        if (!demand_->whole(b, u)) continue;  // served whole is better than divided
        if (whole(b, u) < whole(a, u) || (!first && whole(b, u) == whole(a, u))) return false;
    }
    return true;
}

template <std::size_t Words>
void unit_values<Words>::drop_dominated() {
    const std::size_t count = demand_->nodes().size();
    std::vector<std::uint32_t> left;
    for (std::uint32_t c = 0; c < count; ++c) {
        const auto beats = [&](std::uint32_t other) { return dominates(other, c); };
        if (std::any_of(left.begin(), left.end(), beats)) continue;
        const auto beaten = [&](std::uint32_t other) { return dominates(c, other); };
        left.erase(std::remove_if(left.begin(), left.end(), beaten), left.end());
        left.push_back(c);
    }
    std::sort(left.begin(), left.end());
    keep(left);
}

template <std::size_t Words>
void unit_values<Words>::keep(std::span<const std::uint32_t> which) {
    for (std::size_t i = 0; i < which.size(); ++i) {
        openings_[i] = openings_[which[i]];
        for (std::size_t u = 0; u < units(); ++u) {
            whole_[i * units() + u] = whole(which[i], u);
            base_[i * units() + u] = base_[which[i] * units() + u];
        }
    }
    demand_->keep(which);
}

template <std::size_t Words>
worth<Words> unit_values<Words>::unserved(std::size_t u) const {
    const demand_unit& unit = demand_->units()[u];
    const auto count = static_cast<std::int64_t>(unit.lines.size());
    const worth_fields& f = demand_->fields();
    return in_field<Words>(f, plan_term::unserved, count) +
           in_field<Words>(f, plan_term::split, count) +
           in_field<Words>(f, plan_term::missing, unit.n);
}

/// `n` granules of a divisible unit, but for what its line costs as a line.
template <std::size_t Words>
worth<Words> unit_values<Words>::part(std::size_t c, std::size_t u, std::int64_t n) const {
    const std::uint16_t l = demand_->units()[u].lines.front();
    const std::int64_t cost = cost_of(n, demand_->problem().lines[l].granule_e9, demand_->rate(c));
    return base_[c * units() + u] + cost_one_ * cost;
}

template <std::size_t Words>
worth<Words> unit_values<Words>::of(std::span<const plan_part> parts) const {
    const demand& d = *demand_;
    const worth_fields& f = d.fields();
    const auto& lines = d.problem().lines;
    value sum{};
    std::vector<std::int64_t> left;
    std::vector<bool> is_whole(lines.size());
    for (const wanted_line& line : lines) left.push_back(line.n);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const plan_part& part = parts[i];
        left[part.wanted] -= part.n;
        is_whole[part.wanted] = part.n == lines[part.wanted].n;
        const part_measures m = measure_part(d.context(), part.wanted, index_of(part.node), part.n);
        sum = sum + of_part<Words>(f, d.terms(), m);
        const auto here = [&](const plan_part& other) { return other.node == part.node; };
        if (std::any_of(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(i), here))
            continue;
        sum = sum + parcel(d.table().opening(raw(part.node)));
    }
    for (std::size_t l = 0; l < left.size(); ++l)
        sum = sum + in_field<Words>(f, plan_term::unserved, left[l] > 0) +
              in_field<Words>(f, plan_term::split, !is_whole[l]) +
              in_field<Words>(f, plan_term::missing, left[l]);
    return sum;
}

/// Over all nodes: units that are served whole by dual ascent, divided ones as if all nodes were
/// open.
template <std::size_t Words>
worth<Words> unit_values<Words>::bound() {
    value sum{};
    ascent_.start(openings_);
    for (std::size_t u = 0; u < units(); ++u) {
        bool is_whole = true;
        for (std::size_t c = 0; c < demand_->nodes().size(); ++c)
            is_whole &= demand_->some(c, u) == 0 || demand_->whole(c, u);
        if (!is_whole) {
            sum = sum + bound_of_divided(u);
            continue;
        }
        ascent_.begin_unit(unserved(u));
        for (std::uint32_t c = 0; c < demand_->nodes().size(); ++c)
            if (demand_->whole(c, u)) ascent_.price(c, whole(c, u));
    }
    return sum + ascent_.run();
}

template <std::size_t Words>
worth<Words> unit_values<Words>::bound_of_divided(std::size_t u) const {
    const demand_unit& unit = demand_->units()[u];
    const worth_fields& f = demand_->fields();
    value least = unreachable();
    std::vector<std::uint32_t> nodes;
    for (std::uint32_t c = 0; c < demand_->nodes().size(); ++c) {
        if (demand_->whole(c, u)) least = std::min(least, whole(c, u));
        if (demand_->some(c, u) > 0) nodes.push_back(c);
    }
    if (least < unreachable()) return least;
    std::stable_sort(nodes.begin(), nodes.end(), [&](std::uint32_t a, std::uint32_t b) {
        return demand_->rate(a) < demand_->rate(b);
    });
    const wanted_line& line = demand_->problem().lines[unit.lines.front()];
    std::int64_t left = unit.n, cost = 0;
    for (const std::uint32_t c : nodes) {
        const std::int64_t n = std::min(left, demand_->some(c, u));
        if (n > 0) cost += cost_of(n, line.granule_e9, demand_->rate(c)) - 1;
        left -= n;
    }
    // Whoever gives how much: each part rounds up or down by less than one.
    cost = std::max<std::int64_t>(0, cost - static_cast<std::int64_t>(nodes.size()));
    value sum = cost_one_ * cost + in_field<Words>(f, plan_term::split, 1) +
                in_field<Words>(f, plan_term::unserved, left > 0) +
                in_field<Words>(f, plan_term::missing, left);
    for (const plan_term term : terms_of(demand_->terms())) {
        std::int64_t below = 0, lowest = INT64_MAX;
        for (const std::uint32_t c : nodes) {
            part_measures m =
                measure_part(demand_->context(), unit.lines.front(), demand_->nodes()[c], unit.n);
            m[in_cost] = 0;
            const std::int64_t v = part_term(demand_->terms(), m, term);
            lowest = std::min(lowest, v);
            below += std::min<std::int64_t>(v, 0);
        }
        sum = sum + in_field<Words>(f, term, lowest >= 0 ? lowest : below);
    }
    return sum;
}

}  // namespace earmark::sourcing::detail
