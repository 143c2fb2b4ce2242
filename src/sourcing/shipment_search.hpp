// SHIPMENT SEARCH: plans whose parcels must be judged as a whole, where there are too many lines
// for the open-node programme, or lines may be divided as well. Each unit has a list of options:
// who gives how much of it. A greedy plan is improved by moving one unit, or all units of a node,
// as long as that helps; then all plans are tried, the most promising first, up to a number of
// steps. If that gets through and no options were left out, the plan is exact.
//
// A plan that breaks a rule (a shipment of too little value) is worse than any that does not, so
// that the moves may pass through one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "demand.hpp"

namespace earmark::sourcing::detail {

template <std::size_t Words>
class shipment_search {
public:
    /// Parts for the units of `d`. exact: no plan is better.
    quality run(const demand& d, std::vector<plan_part>& parts) {
        demand_ = &d;
        read();
        improve_all();
        const bool through = try_all();
        parts = best_parts_;
        return through && complete_ ? quality::exact : quality::heuristic;
    }
    /// Of the plan found, each parcel as if it were not the first.
    [[nodiscard]] const worth<Words>& best() const noexcept { return best_; }

private:
    using value = worth<Words>;
    static constexpr std::size_t most_options = 512;  // of one unit
    static constexpr std::size_t search_steps = 200'000;
    static constexpr std::size_t most_sweeps = 50;

    struct share {
        std::uint32_t c;
        std::int64_t n;         // of a divisible unit; else all
        std::int64_t worth_e4;  // goods
        std::int64_t content;
    };
    struct option {
        value add;                 // parts, and what stays behind
        std::int64_t left_e4 = 0;  // value of what stays behind
        bool leaves = false;
        std::vector<share> shares;
    };
    struct unit {
        std::vector<option> options;  // the first: nothing
        value least{};                // of all options
    };
    struct parcel {
        std::int64_t parts = 0, worth_e4 = 0, content = 0;
    };

    void read();
    void list_options(std::size_t u);
    void add_option(std::size_t u, const std::vector<share>& shares);
    void divide(std::size_t u, std::size_t c, std::int64_t left, std::vector<share>& shares);
    void add_few_divisions(std::size_t u);

    [[nodiscard]] value parcel_value(std::size_t c) const;
    [[nodiscard]] bool breaks(std::size_t c) const noexcept {
        return parcels_[c].parts > 0 && parcels_[c].worth_e4 < least_e4_;
    }
    [[nodiscard]] bool leaves_too_little() const noexcept {
        return leaving_ > 0 && open_ > 0 && left_e4_ < least_e4_;
    }
    [[nodiscard]] std::int64_t broken() const noexcept {
        return too_small_ + (leaves_too_little() ? 1 : 0) + (open_ > limit_ ? open_ - limit_ : 0) +
               overdrawn_;
    }
    void put(std::size_t u, std::size_t o, int sign);
    void change(std::size_t u, std::size_t o) {
        put(u, chosen_[u], -1);
        chosen_[u] = o;
        put(u, o, 1);
    }
    void clear();
    [[nodiscard]] bool improves(std::int64_t broken_before, const value& before) const {
        const std::int64_t now = broken();
        return now != broken_before ? now < broken_before : total_ < before;
    }
    bool move_one(std::size_t u, std::uint32_t without);
    bool close_one(std::uint32_t c);
    void improve();
    void improve_all();
    void offer();
    void write(std::vector<plan_part>& parts) const;

    bool try_all();
    bool branch(std::size_t at);

    const demand* demand_ = nullptr;
    std::vector<unit> units_;
    bool complete_ = true;
    std::int64_t least_e4_ = 0, limit_ = 0;
    value money_one_;
    std::vector<value> openings_;
    std::vector<std::size_t> chosen_, before_;
    std::vector<parcel> parcels_;
    std::vector<std::uint32_t> sku_of_;      // by wanted line: a number for its SKU
    std::vector<std::int64_t> taken_, has_;  // by SKU number and node, where SKUs are shared
    bool shares_ = false;
    std::int64_t open_ = 0, too_small_ = 0, leaving_ = 0, left_e4_ = 0, overdrawn_ = 0;
    value total_, best_;
    std::vector<plan_part> best_parts_, trial_;
    std::vector<std::size_t> order_;
    std::vector<value> rest_;
    std::size_t steps_ = 0;
};

template <std::size_t Words>
void shipment_search<Words>::read() {
    const demand& d = *demand_;
    const policy_terms& terms = d.terms();
    const worth_fields& f = d.fields();
    least_e4_ = terms.min_shipment_value;
    limit_ = terms.max_parcels == 0 ? INT32_MAX : terms.max_parcels;
    money_one_ = in_field<Words>(f, plan_term::cost, 1) +
                 in_field<Words>(f, plan_term::weighted,
                                 weighed_parcel(terms, 1) - weighed_parcel(terms, 0));
    openings_.clear();
    for (std::size_t c = 0; c < d.nodes().size(); ++c)
        openings_.push_back(
            in_field<Words>(f, plan_term::cost, d.opening(c)) +
            in_field<Words>(f, plan_term::parcels, 1) +
            in_field<Words>(f, plan_term::weighted, weighed_parcel(terms, d.opening(c))));
    const auto& lines = d.problem().lines;
    sku_of_.assign(lines.size(), 0);
    std::uint32_t skus = 0;
    shares_ = false;
    for (std::size_t l = 0; l < lines.size(); ++l) {
        const auto same = [&](const wanted_line& other) { return same_goods(other, lines[l]); };
        const auto first = static_cast<std::size_t>(std::find_if(lines.begin(), lines.end(), same) -
                                                    lines.begin());
        sku_of_[l] = first < l ? sku_of_[first] : skus++;
        shares_ |= first < l;
    }
    if (shares_) {
        has_.assign(skus * d.nodes().size(), 0);
        for (std::size_t l = 0; l < lines.size(); ++l)
            for (std::size_t c = 0; c < d.nodes().size(); ++c) {
                std::int64_t& has = has_[sku_of_[l] * d.nodes().size() + c];
                has = std::max(has, d.table().usable(l, d.nodes()[c]));
            }
    }
    complete_ = true;
    units_.assign(d.units().size(), {});
    for (std::size_t u = 0; u < units_.size(); ++u) list_options(u);
}

template <std::size_t Words>
void shipment_search<Words>::add_option(std::size_t u, const std::vector<share>& shares) {
    const demand& d = *demand_;
    const demand_unit& mine = d.units()[u];
    const worth_fields& f = d.fields();
    const auto& lines = d.problem().lines;
    option o;
    bool is_whole = false;
    std::int64_t given = 0;
    for (share s : shares) {
        is_whole |= s.n == mine.n;
        given += s.n;
        for (const std::uint16_t l : mine.lines) {
            const std::int64_t n = mine.lines.size() > 1 ? lines[l].n : s.n;
            s.worth_e4 += value_of(lines[l], n);
            if (!d.terms().parcels.empty()) s.content += content_of(d.terms().parcels, lines[l], n);
            o.add = o.add +
                    of_part<Words>(f, d.terms(), measure_part(d.context(), l, d.nodes()[s.c], n));
        }
        o.shares.push_back(s);
    }
    const auto count = static_cast<std::int64_t>(mine.lines.size());
    const std::int64_t left = mine.n - given;
    o.leaves = left > 0;
    for (const std::uint16_t l : mine.lines)
        if (left > 0) o.left_e4 += value_of(lines[l], mine.lines.size() > 1 ? lines[l].n : left);
    o.add = o.add + in_field<Words>(f, plan_term::unserved, left > 0 ? count : 0) +
            in_field<Words>(f, plan_term::split, is_whole ? 0 : count) +
            in_field<Words>(f, plan_term::missing, left);
    unit& to = units_[u];
    to.least = to.options.empty() ? o.add : std::min(to.least, o.add);
    to.options.push_back(std::move(o));
}

template <std::size_t Words>
void shipment_search<Words>::list_options(std::size_t u) {
    const demand& d = *demand_;
    const demand_unit& mine = d.units()[u];
    add_option(u, {});
    for (std::uint32_t c = 0; c < d.nodes().size(); ++c)
        if (d.whole(c, u)) add_option(u, {{c, mine.n, 0, 0}});
    if (!mine.divisible) return;
    const std::size_t wholes = units_[u].options.size();
    std::vector<share> shares;
    divide(u, 0, mine.n, shares);
    if (units_[u].options.size() <= most_options) return;
    complete_ = false;
    units_[u].options.resize(wholes);
    add_few_divisions(u);
}

/// Every amount from every node, but for one whole; up to most_options.
template <std::size_t Words>
void shipment_search<Words>::divide(std::size_t u, std::size_t c, std::int64_t left,
                                    std::vector<share>& shares) {
    const demand& d = *demand_;
    if (units_[u].options.size() > most_options) return;
    if (c == d.nodes().size()) {
        const bool is_listed =
            shares.empty() || (shares.size() == 1 && shares[0].n == d.units()[u].n);
        if (!is_listed) add_option(u, shares);
        return;
    }
    divide(u, c + 1, left, shares);
    for (std::int64_t n = 1; n <= std::min(left, d.some(c, u)); ++n) {
        shares.push_back({static_cast<std::uint32_t>(c), n, 0, 0});
        divide(u, c + 1, left - n, shares);
        shares.pop_back();
    }
}

/// Each node first, then the others by what a unit costs, each all that it has.
template <std::size_t Words>
void shipment_search<Words>::add_few_divisions(std::size_t u) {
    const demand& d = *demand_;
    std::vector<std::uint32_t> nodes;
    for (std::uint32_t c = 0; c < d.nodes().size(); ++c)
        if (d.some(c, u) > 0) nodes.push_back(c);
    std::stable_sort(nodes.begin(), nodes.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return d.rate(a) < d.rate(b); });
    for (std::size_t i = 0; i < nodes.size() && i < most_options; ++i) {
        std::vector<share> shares;
        std::int64_t left = d.units()[u].n;
        const auto give = [&](std::uint32_t c) {
            const std::int64_t n = std::min(left, d.some(c, u));
            if (n > 0) shares.push_back({c, n, 0, 0});
            left -= n;
        };
        give(nodes[i]);
        for (std::size_t k = 0; k < nodes.size(); ++k)
            if (k != i) give(nodes[k]);
        if (shares.size() > 1 || left > 0) add_option(u, shares);
    }
}

template <std::size_t Words>
worth<Words> shipment_search<Words>::parcel_value(std::size_t c) const {
    if (parcels_[c].parts == 0) return {};
    const policy_terms& terms = demand_->terms();
    if (terms.parcels.empty()) return openings_[c];
    const auto& p = demand_->problem();
    const std::uint32_t k = demand_->nodes()[c];
    return openings_[c] +
           money_one_ * rate_of_parcel(terms, p.nodes[k], p.metres[k], parcels_[c].content);
}

/// Adds an option of a unit to the plan, or takes it away.
template <std::size_t Words>
void shipment_search<Words>::put(std::size_t u, std::size_t o, int sign) {
    const option& what = units_[u].options[o];
    total_ = sign > 0 ? total_ + what.add : total_ - what.add;
    leaving_ += sign * (what.leaves ? 1 : 0);
    left_e4_ += sign * what.left_e4;
    for (const share& s : what.shares) {
        parcel& p = parcels_[s.c];
        total_ = total_ - parcel_value(s.c);
        too_small_ -= breaks(s.c);
        open_ -= p.parts > 0;
        p.parts += sign;
        p.worth_e4 += sign * s.worth_e4;
        p.content += sign * s.content;
        open_ += p.parts > 0;
        too_small_ += breaks(s.c);
        total_ = total_ + parcel_value(s.c);
        if (!shares_) continue;
        for (const std::uint16_t l : demand_->units()[u].lines) {
            const std::size_t at = sku_of_[l] * parcels_.size() + s.c;
            const std::int64_t n =
                demand_->units()[u].lines.size() > 1 ? demand_->problem().lines[l].n : s.n;
            overdrawn_ -= taken_[at] > has_[at];
            taken_[at] += sign * n;
            overdrawn_ += taken_[at] > has_[at];
        }
    }
}

template <std::size_t Words>
void shipment_search<Words>::clear() {
    parcels_.assign(demand_->nodes().size(), {});
    taken_.assign(has_.size(), 0);
    open_ = too_small_ = leaving_ = left_e4_ = overdrawn_ = 0;
    total_ = {};
    chosen_.assign(units_.size(), 0);
    for (std::size_t u = 0; u < units_.size(); ++u) put(u, 0, 1);
}

/// Gives a unit its best option beside the rest of the plan, not from `without`.
template <std::size_t Words>
bool shipment_search<Words>::move_one(std::size_t u, std::uint32_t without) {
    const std::size_t was = chosen_[u];
    std::size_t best = was;
    std::int64_t least_broken = broken();
    value least = total_;
    const auto uses = [without](const share& s) { return s.c == without; };
    const auto& old = units_[u].options[was].shares;
    bool must = std::any_of(old.begin(), old.end(), uses);
    for (std::size_t o = 0; o < units_[u].options.size(); ++o) {
        const auto& shares = units_[u].options[o].shares;
        if (o == was || std::any_of(shares.begin(), shares.end(), uses)) continue;
        change(u, o);
        if (!must && !improves(least_broken, least)) continue;
        must = false;
        best = o;
        least_broken = broken();
        least = total_;
    }
    change(u, best);
    return best != was;
}

/// Moves all that leaves from a node elsewhere; false, and nothing is moved, where that is worse.
template <std::size_t Words>
bool shipment_search<Words>::close_one(std::uint32_t c) {
    if (parcels_[c].parts == 0) return false;
    const std::int64_t broken_before = broken();
    const value total_before = total_;
    before_ = chosen_;
    for (std::size_t u = 0; u < units_.size(); ++u) {
        const auto& shares = units_[u].options[chosen_[u]].shares;
        if (std::any_of(shares.begin(), shares.end(), [c](const share& s) { return s.c == c; }))
            move_one(u, c);
    }
    if (improves(broken_before, total_before)) return true;
    for (std::size_t u = 0; u < units_.size(); ++u)
        if (chosen_[u] != before_[u]) change(u, before_[u]);
    return false;
}

template <std::size_t Words>
void shipment_search<Words>::improve() {
    bool any = true;
    for (std::size_t sweep = 0; any && sweep < most_sweeps; ++sweep) {
        any = false;
        for (std::size_t u = 0; u < units_.size(); ++u) any |= move_one(u, no_node);
        for (std::uint32_t c = 0; c < parcels_.size(); ++c) any |= close_one(c);
    }
    offer();
}

/// From nothing, and from all that each node can serve.
template <std::size_t Words>
void shipment_search<Words>::improve_all() {
    clear();
    best_ = total_;
    best_parts_.clear();
    improve();
    const std::size_t starts = std::min<std::size_t>(demand_->nodes().size(), 16);
    for (std::uint32_t c = 0; c < starts; ++c) {
        clear();
        for (std::size_t u = 0; u < units_.size(); ++u)
            for (std::size_t o = 1; o < units_[u].options.size(); ++o) {
                const auto& shares = units_[u].options[o].shares;
                if (shares.size() == 1 && shares[0].c == c && !units_[u].options[o].leaves)
                    change(u, o);
            }
        improve();
    }
}

template <std::size_t Words>
void shipment_search<Words>::offer() {
    if (broken() != 0 || best_ < total_) return;
    write(trial_);
    if (total_ == best_ && !comes_before(demand_->problem(), trial_, best_parts_)) return;
    best_ = total_;
    best_parts_.swap(trial_);
}

template <std::size_t Words>
void shipment_search<Words>::write(std::vector<plan_part>& parts) const {
    parts.clear();
    for (std::size_t u = 0; u < units_.size(); ++u)
        for (const share& s : units_[u].options[chosen_[u]].shares)
            for (const std::uint16_t l : demand_->units()[u].lines) {
                const bool alone = demand_->units()[u].lines.size() == 1;
                const std::int64_t n = alone ? s.n : demand_->problem().lines[l].n;
                parts.push_back(
                    {l, static_cast<node_id>(demand_->nodes()[s.c]), static_cast<granules>(n)});
            }
    sort_parts(demand_->problem(), parts);
}

/// All plans, up to a number of steps: units with few options first. False where it was cut short.
template <std::size_t Words>
bool shipment_search<Words>::try_all() {
    order_.clear();
    for (std::size_t u = 0; u < units_.size(); ++u) order_.push_back(u);
    std::stable_sort(order_.begin(), order_.end(), [this](std::size_t a, std::size_t b) {
        return units_[a].options.size() < units_[b].options.size();
    });
    rest_.assign(units_.size() + 1, {});
    for (std::size_t i = units_.size(); i-- > 0;) rest_[i] = rest_[i + 1] + units_[order_[i]].least;
    clear();
    for (std::size_t u = 0; u < units_.size(); ++u) put(u, 0, -1);
    steps_ = 0;
    return branch(0);
}

template <std::size_t Words>
bool shipment_search<Words>::branch(std::size_t at) {
    if (at == order_.size()) {
        offer();
        return true;
    }
    const std::size_t u = order_[at];
    for (std::size_t o = units_[u].options.size(); o-- > 0;) {
        if (++steps_ > search_steps) return false;
        put(u, o, 1);
        chosen_[u] = o;
        // Parcels only become dearer, and what is open stays open.
        const bool hopeless = best_ < total_ + rest_[at + 1] || open_ > limit_ || overdrawn_ > 0;
        const bool through = hopeless || branch(at + 1);
        put(u, o, -1);
        if (!through) return false;
    }
    return true;
}

}  // namespace earmark::sourcing::detail
