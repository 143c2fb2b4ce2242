#include "earmark/sourcing/what_if.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "measures.hpp"
#include "wording.hpp"

namespace earmark::sourcing {
namespace {

/// The problem as it is, and what is changed of it.
class trial {
public:
    trial(const policy& by, const sourcing_problem& problem, node_id node,
          std::span<const node_selector> from, scratch& s)
        : by_{&by},
          problem_{&problem},
          node_{node},
          k_{index_of(node)},
          from_{from},
          s_{&s},
          nodes{problem.nodes.begin(), problem.nodes.end()},
          metres{problem.metres.begin(), problem.metres.end()},
          free{problem.free.begin(), problem.free.end()},
          selected{problem.selected.begin(), problem.selected.end()},
          days{problem.of(node_column::delivery_date).begin(),
               problem.of(node_column::delivery_date).end()} {}

    [[nodiscard]] node_facts& facts() { return nodes[k_]; }
    [[nodiscard]] std::uint32_t& way() { return metres[k_]; }
    [[nodiscard]] bool is_selected() const {
        return selected.empty() || (selected[k_ / 64] >> k_ % 64 & 1) != 0;
    }
    void select() { selected[k_ / 64] |= std::uint64_t{1} << k_ % 64; }
    /// By what the strategy says of nodes, with the facts as they are changed.
    void select_by_facts() {
        if (fits(nodes, metres)) select();
    }
    /// It is not selected although the strategy names it: a filter does not let it through.
    [[nodiscard]] bool is_filtered() const {
        return !is_selected() && fits(problem_->nodes, problem_->metres);
    }
    /// The node can give so much of a line, above what is kept back.
    void give(std::size_t wanted, std::int64_t n) {
        const node_id firm = problem_->lines[wanted].firm;
        if ((firm != none<node_id> && firm != node_) || problem_->bars(wanted, node_)) return;
        const std::int64_t all = n + kept_back(*by_, nodes[k_], problem_->lines[wanted]);
        free[wanted * nodes.size() + k_] =
            static_cast<granules>(std::min<std::int64_t>(all, INT32_MAX));
    }
    /// What it ships arrives by a day.
    void deliver_by(std::int64_t day) {
        const std::size_t each = nodes.size();
        for (std::size_t at = k_; at < days.size(); at += each)
            days[at] = std::min(days[at], static_cast<std::int32_t>(day));
    }
    /// The last of the days on which a line would arrive.
    [[nodiscard]] std::int32_t last_day() const {
        std::int32_t last = INT32_MIN;
        for (std::size_t at = k_; at < days.size(); at += nodes.size())
            last = std::max(last, days[at]);
        return last;
    }
    [[nodiscard]] bool wins() { return wins(*by_); }
    [[nodiscard]] bool wins(const policy& by) {
        sourcing_problem changed = *problem_;
        changed.nodes = nodes;
        changed.metres = metres;
        changed.free = free;
        changed.selected = selected;
        changed.numbers[static_cast<std::size_t>(node_column::delivery_date)] = days;
        changed.view = 0;
        const plan& best = solve(by, changed, *s_);
        proof = best.proof;
        cost_e4 = best.cost.e4;
        return std::any_of(best.parts.begin(), best.parts.end(),
                           [this](const plan_part& p) { return p.node == node_; });
    }

private:
    [[nodiscard]] bool fits(std::span<const node_facts> facts_of,
                            std::span<const std::uint32_t> way_to) const {
        std::vector<std::uint64_t> bits;
        select_nodes(from_, facts_of, way_to, bits);
        return (bits[k_ / 64] >> k_ % 64 & 1) != 0;
    }

    const policy* by_;
    const sourcing_problem* problem_;
    node_id node_;
    std::size_t k_;
    std::span<const node_selector> from_;
    scratch* s_;

public:
    std::vector<node_facts> nodes;
    std::vector<std::uint32_t> metres;
    std::vector<granules> free;
    std::vector<std::uint64_t> selected;
    std::vector<std::int32_t> days;  // of delivery, as the problem's column
    quality proof = quality::exact;
    std::int64_t cost_e4 = 0;
};

class searcher {
public:
    searcher(const policy& by, const sourcing_problem& problem, node_id node,
             std::span<const node_selector> from, scratch& s)
        : by_{by}, problem_{problem}, node_{node}, base_{by, problem, node, from, s} {}

    what_if_answer run(bool can_keep) {
        if (base_.wins()) {
            out_.ships = true;
            return std::move(out_);
        }
        const trial as_it_is = base_;
        const bool is_settled = open();
        if (!is_settled) {
            for (std::size_t l = 0; l < problem_.lines.size(); ++l) look_at_stock(l);
            look_at_all_stock();
            look_at_rates();
            look_at_delivery();
        }
        if (as_it_is.is_filtered()) return std::move(out_);
        if (!as_it_is.is_selected()) {  // a ring or a priority may be why
            base_ = as_it_is;
            alone_ = true;
            look_at_facts(true);
        } else if (!is_settled) {
            look_at_facts(false);
            if (can_keep) look_at_keep_back();
        }
        return std::move(out_);
    }

private:
    /// Opens the node where it is closed. True where that was all that was missing, or is not
    /// possible.
    bool open() {
        const auto opened = [this](lever by) {
            const bool wins = base_.wins();
            add(by, all_lines, 0, 0, wins, base_);
            alone_ = false;
            return wins;
        };
        if (!base_.facts().active) {
            base_.facts().active = true;
            if (opened(lever::active)) return true;
        }
        if (!base_.is_selected()) {
            base_.select();
            if (opened(lever::selected)) return true;
        }
        if (is_priced(by_, base_.facts())) return false;
        const auto kind = static_cast<std::size_t>(base_.facts().kind);
        const policy_terms& t = by_.terms();
        if (t.fixed_per_parcel[kind] == unpriced && base_.facts().fixed_per_parcel.e4 < 0)
            base_.facts().fixed_per_parcel.e4 = 0;
        if (t.per_unit[kind] == unpriced && base_.facts().per_unit.e4 < 0)
            base_.facts().per_unit.e4 = 0;
        return opened(lever::rate) || !is_priced(by_, base_.facts());
    }

    void add(lever by, std::uint16_t wanted, std::int64_t now, std::int64_t needed, bool enough,
             const trial& t) {
        out_.wins.push_back(
            {by, wanted, now, needed, enough, alone_, enough ? t.cost_e4 : 0, t.proof});
    }

    /// The value nearest to `now` with which the node wins, between `now`, with which it does not,
    /// and `end`. `with(t, value)` changes a copy and says whether the node wins.
    template <class With>
    void search(lever by, std::uint16_t wanted, std::int64_t now, std::int64_t from,
                std::int64_t end, With&& with) {
        trial t = base_;
        if (!with(t, end)) return add(by, wanted, now, end, false, t);
        std::int64_t lost = from, won = end;
        trial best = t;
        while (lost + 1 < won || won + 1 < lost) {
            const std::int64_t middle = lost + (won - lost) / 2;
            t = base_;
            if (with(t, middle)) {
                won = middle;
                best = t;
            } else {
                lost = middle;
            }
        }
        add(by, wanted, now, won, true, best);
    }

    void look_at_stock(std::size_t l) {
        const std::int64_t now = std::max<std::int64_t>(gives(l), 0);
        if (now >= problem_.lines[l].n || problem_.bars(l, node_)) return;
        search(lever::stock, static_cast<std::uint16_t>(l), now, now, problem_.lines[l].n,
               [l](trial& t, std::int64_t n) {
                   t.give(l, n);
                   return t.wins();
               });
    }

    /// Asked where more than one line is short and none of them is enough by itself.
    void look_at_all_stock() {
        std::size_t shortages = 0;
        for (const win& w : out_.wins)
            if (w.by == lever::stock) {
                if (w.enough) return;
                ++shortages;
            }
        if (shortages < 2) return;
        trial t = base_;
        for (std::size_t l = 0; l < problem_.lines.size(); ++l)
            if (gives(l) < problem_.lines[l].n) t.give(l, problem_.lines[l].n);
        const bool wins = t.wins();
        add(lever::stock, all_lines, 0, 0, wins, t);
    }

    void look_at_rates() {
        if (!by_.ranks_by(criterion::cost)) return;
        const std::int64_t parcel = price_parcel(by_, base_.facts());
        if (parcel > 0)
            search(lever::parcel_rate, all_lines, parcel, parcel, 0, [](trial& t, std::int64_t e4) {
                t.facts().fixed_per_parcel.e4 = e4;
                return t.wins();
            });
        const auto kind = static_cast<std::size_t>(base_.facts().kind);
        const std::int64_t own = base_.facts().per_unit.e4;
        const std::int64_t unit = own >= 0 ? own : by_.terms().per_unit[kind];
        if (unit > 0)
            search(lever::unit_rate, all_lines, unit, unit, 0, [](trial& t, std::int64_t e4) {
                t.facts().per_unit.e4 = e4;
                return t.wins();
            });
    }

    /// Asked where being late costs.
    void look_at_delivery() {
        if (!by_.ranks_by(criterion::cost) || !detail::counts_late(by_.terms(), problem_)) return;
        const std::int64_t due = problem_.due.n, now = base_.last_day();
        if (now > due)
            search(lever::delivery, all_lines, now, std::min(now, due + max_late_days), due,
                   [](trial& t, std::int64_t day) {
                       t.deliver_by(day);
                       return t.wins();
                   });
    }

    void look_at_facts(bool selects) {
        const std::uint32_t way = base_.way();
        const std::int64_t far = way == unknown_distance ? max_metres + 1 : std::int64_t{way};
        if (way > 0)
            search(lever::distance, all_lines, way, far, 0,
                   [selects](trial& t, std::int64_t metres) {
                       t.way() = static_cast<std::uint32_t>(metres);
                       if (selects) t.select_by_facts();
                       return t.wins();
                   });
        // So far below all others that a sum over parts cannot hide it.
        const auto [low, high] = std::minmax_element(
            base_.nodes.begin(), base_.nodes.end(),
            [](const node_facts& a, const node_facts& b) { return a.priority < b.priority; });
        const std::int64_t range = std::int64_t{high->priority} - low->priority + 1;
        const std::int64_t end = std::max<std::int64_t>(
            low->priority - range * static_cast<std::int64_t>(problem_.lines.size()), INT32_MIN);
        const std::int64_t now = base_.facts().priority;
        if ((selects || by_.ranks_by(criterion::priority)) && end < now)
            search(lever::priority, all_lines, now, now, end, [selects](trial& t, std::int64_t p) {
                t.facts().priority = static_cast<std::int32_t>(p);
                if (selects) t.select_by_facts();
                return t.wins();
            });
    }

    /// The policy keeps less back at all nodes of the kind; one step more must not be enough.
    void look_at_keep_back() {
        const node_kind kind = base_.facts().kind;
        std::int64_t now = 0;
        for (const wanted_line& line : problem_.lines)
            now = std::max(now, kept_units(by_.terms(), kind, line.classes));
        if (now > 0)
            search(lever::keep_back, all_lines, now, now, 0, [&](trial& t, std::int64_t units) {
                policy_terms terms = by_.terms();
                std::int64_t& usual = terms.keep_back[static_cast<std::size_t>(kind)];
                usual = std::min(usual, units);
                for (kept_goods& entry : terms.kept)
                    if (entry.kind == kind) entry.units = std::min(entry.units, units);
                return t.wins(policy{std::move(terms)});
            });
    }

    [[nodiscard]] std::int64_t gives(std::size_t l) const {
        const std::size_t k = index_of(node_);
        return std::int64_t{problem_.free[l * problem_.nodes.size() + k]} -
               kept_back(by_, problem_.nodes[k], problem_.lines[l]);
    }

    const policy& by_;
    const sourcing_problem& problem_;
    node_id node_;
    trial base_;
    bool alone_ = true;
    what_if_answer out_;
};

std::string counted_units(std::int64_t n) { return detail::counted(n, "unit"); }

std::string stock_text(const win& w, const sourcing_problem& problem, const detail::teller& tell,
                       picture known, const std::string& name) {
    if (w.wanted == all_lines) return fmt::format("if {} had every line in full", name);
    const std::string goods = tell.goods(w.wanted, w.needed);
    if (known == picture::enough) return fmt::format("if {} had {} to give", name, goods);
    return fmt::format("if {} had {} to give, {} more than now", name, goods,
                       detail::units_text(w.needed - w.now, problem.lines[w.wanted].granule_e9));
}

std::string day_text(std::int64_t day) {
    if (day == no_day.n) return "a day that nobody knows";
    return to_string(civil_day{static_cast<std::int32_t>(day)});
}

/// `if B were active`.
std::string lever_text(const win& w, const sourcing_problem& problem, const detail::teller& tell,
                       node_id node, picture known) {
    const std::string name = tell.node(node);
    const auto at_most = [&](std::string_view what, const std::string& to, const std::string& now) {
        if (!w.enough) return fmt::format("if {} {}", what, to);
        const std::string_view most = w.by == lever::delivery ? "" : " at most";
        return fmt::format("if {} {}{}, and not {}", what, to, most, now);
    };
    switch (w.by) {
        case lever::active:
            return fmt::format("if {} were active", name);
        case lever::selected:
            return fmt::format("if the strategy let {} be used", name);
        case lever::rate:
            return fmt::format("if {} had a rate of its own, of 0", name);
        case lever::stock:
            return stock_text(w, problem, tell, known, name);
        case lever::parcel_rate:
            return at_most("a parcel from " + name + " cost", tell.cost(w.needed),
                           tell.cost(w.now));
        case lever::unit_rate:
            return at_most("a unit at " + name + " cost", tell.cost(w.needed), tell.cost(w.now));
        case lever::distance:
            return at_most(name + " were", std::to_string(w.needed) + " m away",
                           w.now == std::int64_t{unknown_distance} ? "at an unknown distance"
                                                                   : std::to_string(w.now) + " m");
        case lever::priority:
            return at_most(name + " had the priority", std::to_string(w.needed),
                           std::to_string(w.now));
        case lever::delivery:
            return at_most(name + " delivered by", day_text(w.needed), "by " + day_text(w.now));
        case lever::keep_back:
            break;
    }
    const std::string kind{name_of(problem.nodes[index_of(node)].kind)};
    return at_most("each " + kind + " kept back", counted_units(w.needed), std::to_string(w.now));
}

}  // namespace

std::string_view name_of(lever l) noexcept {
    constexpr std::string_view names[] = {"active",      "selected",  "rate",     "stock",
                                          "parcel_rate", "unit_rate", "distance", "priority",
                                          "keep_back",   "delivery"};
    return names[static_cast<std::size_t>(l)];
}

std::string to_string(const win& w, const policy& by, const sourcing_problem& problem, node_id node,
                      const explain_names& names, picture known) {
    const detail::teller tell{by, problem, names};
    const std::string change = lever_text(w, problem, tell, node, known);
    const std::string_view start = w.alone ? "It would" : "With that, it would";
    if (!w.enough) return fmt::format("{} not ship even {}.", start, change);
    return fmt::format("{} ship {} ({}).", start, change, tell.cost(w.cost_e4));
}

what_if_answer what_if(const policy& by, const sourcing_problem& problem, node_id node,
                       std::span<const node_selector> from, bool can_keep, scratch& s) {
    return searcher{by, problem, node, from, s}.run(can_keep);
}

}  // namespace earmark::sourcing
