#include "earmark/sourcing/explain.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "earmark/sourcing/alternatives.hpp"
#include "measures.hpp"
#include "wording.hpp"

namespace earmark::sourcing {
namespace {

using detail::counted;
using detail::teller;

constexpr std::size_t most_named = 5;  // nodes that the words name; the table has all

class explainer {
public:
    explainer(const policy& by, const sourcing_problem& problem, const plan& chosen,
              const explain_names& names, scratch& s, picture known)
        : by_{by},
          problem_{problem},
          chosen_{chosen},
          names_{names},
          known_{known},
          tell_{by, problem, names},
          others_{find_alternatives(by, problem, chosen, s)},
          used_{detail::nodes_of(chosen)} {}

    explanation run() {
        list_parts();
        list_nodes();
        out_.second = others_.second;
        out_.second_proof = others_.second_proof;
        if (out_.second) out_.second_gap = compare(by_, problem_, chosen_, *out_.second);
        say_headline();
        say_shipments();
        say_unserved();
        say_rest();
        say_second();
        say_proof();
        say_others();
        return std::move(out_);
    }

private:
    void say(const std::string& sentence) {
        if (!out_.words.empty()) out_.words += ' ';
        out_.words += sentence;
    }

    [[nodiscard]] std::vector<std::int64_t> missing() const {
        std::vector<std::int64_t> rest;
        for (const wanted_line& line : problem_.lines) rest.push_back(line.n);
        for (const plan_part& part : chosen_.parts) rest[part.wanted] -= part.n;
        return rest;
    }

    void list_parts() {
        for (const plan_part& part : chosen_.parts)
            out_.parts.push_back(
                {part, price_part(by_, problem_, part), problem_.metres[index_of(part.node)]});
    }

    void list_nodes() {
        for (std::size_t k = 0; k < problem_.nodes.size(); ++k)
            out_.nodes.push_back(judge(static_cast<node_id>(k)));
        const auto sequence = [this](const node_verdict& v) {
            return problem_.nodes[index_of(v.node)].sequence;
        };
        std::stable_sort(out_.nodes.begin(), out_.nodes.end(),
                         [&](const node_verdict& a, const node_verdict& b) {
                             return sequence(a) < sequence(b);
                         });
    }

    [[nodiscard]] static std::string_view said_of(std::span<const std::string_view> all,
                                                  node_id node) {
        return index_of(node) < all.size() ? all[index_of(node)] : std::string_view{};
    }

    [[nodiscard]] node_verdict judge(node_id node) const {
        const node_facts& facts = problem_.nodes[index_of(node)];
        const std::string name = tell_.node(node);
        if (std::find(used_.begin(), used_.end(), node) != used_.end())
            return {node, verdict::chosen, {}, tell_.shipment(chosen_, node) + '.'};
        if (!facts.active) return {node, verdict::inactive, {}, name + " is inactive."};
        if (const auto why = said_of(names_.exclusions, node); !why.empty())
            return {node, verdict::excluded, {}, fmt::format("{} was excluded: {}.", name, why)};
        if (const auto barred = judge_restrictions(node, true)) return *barred;
        if (const auto filter = said_of(names_.filters, node); !filter.empty())
            return {node,
                    verdict::filtered,
                    {},
                    fmt::format("The filter '{}' does not let {} through.", filter, name)};
        if (const auto what = said_of(names_.bound, node); !what.empty())
            return {node, verdict::bound, {}, fmt::format("{} was not asked: {}.", name, what)};
        if (const auto what = said_of(names_.capacity, node); !what.empty())
            return {node, verdict::no_capacity, {}, fmt::format("{} has {}.", name, what)};
        if (!problem_.selects(node))
            return {node,
                    verdict::not_selected,
                    {},
                    names_.policy.empty()
                        ? name + " was not asked: no strategy was left."
                        : name + " is none of the nodes that the strategy sources from."};
        if (!is_priced(by_, facts))
            return {node,
                    verdict::no_rate,
                    {},
                    fmt::format("{} is a {}, and the policy has no rate for it.", name,
                                name_of(facts.kind))};
        if (others_.with[index_of(node)]) return judge_plan(node, *others_.with[index_of(node)]);
        return judge_stock(node);
    }

    /// Where no line may leave from the node, or one may not.
    [[nodiscard]] std::optional<node_verdict> judge_restrictions(node_id node, bool all) const {
        std::size_t first = problem_.lines.size(), count = 0;
        for (std::size_t l = 0; l < problem_.lines.size(); ++l) {
            if (said_at(l, node).empty()) continue;
            first = std::min(first, l);
            ++count;
        }
        if (count == 0 || (all && count < problem_.lines.size())) return {};
        return node_verdict{node,
                            verdict::restricted,
                            {},
                            fmt::format("{} may not ship {}: restricted: {}.", tell_.node(node),
                                        tell_.line(first), said_at(first, node))};
    }
    [[nodiscard]] std::string_view said_at(std::size_t line, node_id node) const {
        const std::size_t at = line * problem_.nodes.size() + index_of(node);
        return at < names_.restrictions.size() ? names_.restrictions[at] : std::string_view{};
    }

    [[nodiscard]] node_verdict judge_plan(node_id node, const plan& with) const {
        const comparison c = compare(by_, problem_, chosen_, with);
        const verdict why = c.order > 0                            ? verdict::better
                            : c.by == comparison::reason::sequence ? verdict::later
                                                                   : verdict::worse;
        const std::string_view best =
            others_.with_proof == quality::exact ? "The best plan with " : "A plan with ";
        return {node, why, c,
                fmt::format("{}{} {} ({}).", best, tell_.node(node), tell_.gap(c),
                            tell_.cost_of(with))};
    }

    /// For a node that is in no plan: the first line that it cannot serve, unless it could.
    [[nodiscard]] node_verdict judge_stock(node_id node) const {
        const std::size_t k = index_of(node);
        const std::size_t nodes = problem_.nodes.size();
        std::size_t first = problem_.lines.size();
        for (std::size_t l = 0; l < problem_.lines.size(); ++l) {
            if (usable(by_, problem_, l, node) >= problem_.lines[l].n)
                return {node, verdict::no_such_plan, {}, reason_against(node)};
            const bool is_kept = problem_.free[l * nodes + k] >= problem_.lines[l].n;
            if (first == problem_.lines.size() || is_kept) first = l;
            if (is_kept) break;
        }
        if (first < problem_.lines.size() && !said_at(first, node).empty())
            return *judge_restrictions(node, false);
        if (first == problem_.lines.size())
            return {node, verdict::no_such_plan, {}, "Nothing is to be sourced."};
        const wanted_line& line = problem_.lines[first];
        const granules free = problem_.free[first * nodes + k];
        const std::string name = tell_.node(node);
        if (known_ == picture::enough)
            return {node,
                    verdict::no_stock,
                    {},
                    fmt::format("{} did not have {} to give.", name, tell_.goods(first, line.n))};
        if (free >= line.n) {
            return {node,
                    verdict::kept_back,
                    {},
                    fmt::format("{} has {} but keeps {} back.", name, tell_.goods(first, free),
                                kept_units(by_.terms(), problem_.nodes[k].kind, line.classes))};
        }
        // What it can give is known from a live problem and from a record alike; what it has is
        // not.
        const std::int64_t gives = std::max<std::int64_t>(usable(by_, problem_, first, node), 0);
        if (gives == 0)
            return {node,
                    verdict::no_stock,
                    {},
                    fmt::format("{} has no {} to give.", name, tell_.line(first))};
        return {
            node,
            verdict::no_stock,
            {},
            fmt::format("{} can give {} of {}.", name, detail::units_text(gives, line.granule_e9),
                        tell_.goods(first, line.n))};
    }

    [[nodiscard]] std::string reason_against(node_id node) const {
        const std::string name = tell_.node(node);
        if (chosen_.parts.empty()) return name + " could serve a line, but no plan was made.";
        const bool is_sure = others_.with_proof == quality::exact;
        return fmt::format("No plan with {}{} serves as many lines{}.", name,
                           is_sure ? "" : " was found that", rules());
    }

    /// ` in 2 parcels, each shipment worth 20.00 USD or more`: what a plan is bound to, if
    /// anything.
    [[nodiscard]] std::string rules() const {
        const policy_terms& terms = by_.terms();
        std::string out;
        if (terms.max_parcels != 0) out += " in " + counted(terms.max_parcels, "parcel");
        if (terms.min_shipment_value != 0)
            out += fmt::format(", each shipment and the rest worth {} or more",
                               tell_.cost(terms.min_shipment_value));
        const auto is_in_set = [](const wanted_line& line) { return line.set != 0; };
        if (terms.together && std::any_of(problem_.lines.begin(), problem_.lines.end(), is_in_set))
            out += ", sets undivided";
        return out;
    }

    void say_headline() {
        const std::string order =
            names_.order.empty() ? std::string{"The order"} : "Order " + std::string{names_.order};
        const std::string policy =
            names_.policy.empty()
                ? fmt::format("by the policy '{}'", by_.name())
                : fmt::format("by the strategy '{}' of the policy '{}'", by_.name(), names_.policy);
        const auto lines = static_cast<std::int64_t>(problem_.lines.size());
        if (chosen_.parts.empty())
            return say(fmt::format(
                "{}: nothing ships {}; {} {}.", order, policy,
                lines == 1 ? std::string{"its line is"} : fmt::format("all {} lines are", lines),
                is_cancelled() ? "cancelled" : "back-ordered"));
        const auto rest = missing();
        const auto served = std::count(rest.begin(), rest.end(), 0);
        const std::string part =
            served == lines ? "" : fmt::format("; {} of {} lines ship in full", served, lines);
        say(fmt::format("{}: {} for {} {}{}.", order, counted(chosen_.cost.parcels, "parcel"),
                        tell_.cost(chosen_.cost.e4), policy, part));
    }

    void say_shipments() {
        for (const node_id node : used_) {
            std::int64_t goods = 0;
            for (const part_row& row : out_.parts) goods += row.part.node == node ? row.cost_e4 : 0;
            const std::size_t k = index_of(node);
            const std::int64_t parcel = price_parcel(by_, problem_, chosen_.parts, node);
            say(fmt::format("{} for {} (parcel {}, goods {}, {}).", tell_.shipment(chosen_, node),
                            tell_.cost(parcel + goods), tell_.cost(parcel), tell_.cost(goods),
                            detail::distance_text(problem_.metres[k])));
        }
        const std::int64_t extra = by_.terms().extra_parcel * (chosen_.cost.parcels - 1);
        if (extra > 0) say(fmt::format("Splitting the order adds {}.", tell_.cost(extra)));
        say_late();
    }

    void say_late() {
        if (chosen_.cost.late_days == 0) return;
        const auto arrives = [this](const plan_part& part) {
            return problem_.number(node_column::delivery_date, part.wanted, index_of(part.node));
        };
        const bool is_known =
            std::all_of(chosen_.parts.begin(), chosen_.parts.end(),
                        [&](const plan_part& part) { return arrives(part) != no_day.n; });
        const std::string money =
            tell_.cost(detail::late_cost(by_.terms(), chosen_.cost.late_days));
        const std::string days = counted(chosen_.cost.late_days, "day");
        say(is_known ? fmt::format("The last of it arrives {} after {}, which adds {}.", days,
                                   to_string(problem_.due), money)
                     : fmt::format("Nobody knows the day on which the last of it arrives, which "
                                   "counts as {} after {} and adds {}.",
                                   days, to_string(problem_.due), money));
    }

    /// Which nodes a sentence is about that finds nothing in any.
    [[nodiscard]] std::string_view no_node() const {
        return problem_.selected.empty() ? "no node" : "none of its nodes";
    }

    void say_unserved() {
        if (!problem_.selected.empty() && names_.policy.empty()) return;  // nobody was asked
        const std::vector<std::int64_t> rest = missing();
        for (std::size_t l = 0; l < rest.size(); ++l)
            if (rest[l] > 0) say(why_missing(l, rest[l]));
        if (chosen_.covers == coverage::none && by_.terms().partial == on_partial::backorder &&
            !problem_.lines.empty())
            say(names_.policy.empty()
                    ? "The policy ships an order only when all of it can be served."
                    : "The strategy ships an order only when all of it can be served.");
    }

    [[nodiscard]] std::string why_missing(std::size_t l, std::int64_t rest) const {
        bool whole = false;
        std::int64_t sum = 0;
        for (std::size_t k = 0; k < problem_.nodes.size(); ++k) {
            const auto node = static_cast<node_id>(k);
            if (!problem_.nodes[k].active || !is_priced(by_, problem_.nodes[k])) continue;
            const std::int64_t n = usable(by_, problem_, l, node);
            sum += std::max<std::int64_t>(n, 0);
            whole |= n >= problem_.lines[l].n;
        }
        const std::string goods = tell_.goods(l, rest);
        if (whole && chosen_.parts.empty())
            return fmt::format("{} could be served, but not with the rest.", goods);
        if (whole)
            return rules().empty()
                       ? fmt::format(
                             "{} must wait: its stock is at nodes that this plan cannot add.",
                             goods)
                       : fmt::format("{} must wait: no plan{} serves it as well{}.", goods,
                                     chosen_.proof == quality::exact ? "" : " was found that",
                                     rules());
        if (sum == 0 || known_ == picture::enough)
            return fmt::format("{} must wait: {} can serve it.", goods, no_node());
        const std::string total = detail::units_text(sum, problem_.lines[l].granule_e9);
        if (by_.terms().lines == line_split::by_quantity)
            return fmt::format("{} must wait: all nodes together have {}.", goods, total);
        return fmt::format("{} must wait: no single node has it (all together have {}).", goods,
                           total);
    }

    /// What the policy does with what is not served.
    [[nodiscard]] const unserved& rest_of() const {
        bool any = !chosen_.parts.empty();
        for (std::size_t i = 0; i < problem_.lines.size() * problem_.nodes.size() && !any; ++i)
            any = usable(by_, problem_, i / problem_.nodes.size(),
                         static_cast<node_id>(i % problem_.nodes.size())) > 0 &&
                  problem_.selects(static_cast<node_id>(i % problem_.nodes.size()));
        return any ? by_.terms().rest : by_.terms().none;
    }
    [[nodiscard]] bool is_cancelled() const { return rest_of().does == unserved::deed::cancel; }

    void say_rest() {
        if (chosen_.covers == coverage::full) return;
        const unserved& rest = rest_of();
        if (rest.does == unserved::deed::queue)
            say(fmt::format("What is not served waits in the queue '{}'.", rest.queue));
        if (rest.does == unserved::deed::cancel && !chosen_.parts.empty())
            say("What is not served is cancelled.");
        if (rest.does == unserved::deed::transfer)
            say("What is not served is to be brought to the node that the line is bound to.");
    }

    void say_second() {
        if (chosen_.parts.empty()) return;
        if (!out_.second)
            return say(problem_.selected.empty() ? "No other set of nodes can serve it."
                                                 : "No other set of its nodes can serve it.");
        say(fmt::format("The next best plan{} {}: {} ({}).",
                        out_.second_proof == quality::exact ? "" : " that was found",
                        tell_.gap(out_.second_gap), tell_.shipments(*out_.second),
                        tell_.cost_of(*out_.second)));
    }

    void say_proof() {
        if (chosen_.proof == quality::exact) return;
        const plan_gap& gap = chosen_.gap;
        if (gap.in == plan_term::same) return say("The plan is heuristic: a better one may exist.");
        if (gap.in == plan_term::sequence)
            return say("The plan is heuristic: none is better by any criterion.");
        const comparison room{1, gap.in, gap.at_least - gap.value};
        say(fmt::format("The plan is heuristic; a better one, if there is any, at most {}.",
                        tell_.gap(room)));
    }

    /// The nodes that lost by least, then those that could not be used.
    void say_others() {
        std::vector<const node_verdict*> told;
        for (const node_verdict& v : out_.nodes)
            if (v.why != verdict::chosen && !is_in_second(v.node)) told.push_back(&v);
        std::stable_sort(told.begin(), told.end(),
                         [&](const node_verdict* a, const node_verdict* b) {
                             const auto& x = others_.with[index_of(a->node)];
                             const auto& y = others_.with[index_of(b->node)];
                             if (!x || !y) return x.has_value() && !y.has_value();
                             return compare(by_, problem_, *x, *y).order < 0;
                         });
        for (std::size_t i = 0; i < told.size() && i < most_named; ++i) say(told[i]->text);
        if (told.size() > most_named)
            say(fmt::format("{} more nodes were not used; the table says why.",
                            told.size() - most_named));
    }

    [[nodiscard]] bool is_in_second(node_id node) const {
        if (!out_.second) return false;
        const auto& parts = out_.second->parts;
        return std::any_of(parts.begin(), parts.end(),
                           [&](const plan_part& p) { return p.node == node; });
    }

    const policy& by_;
    const sourcing_problem& problem_;
    const plan& chosen_;
    const explain_names& names_;
    picture known_;
    teller tell_;
    alternatives others_;
    std::vector<node_id> used_;
    explanation out_;
};

}  // namespace

std::string_view name_of(verdict v) noexcept {
    switch (v) {
        case verdict::chosen:
            return "chosen";
        case verdict::inactive:
            return "inactive";
        case verdict::excluded:
            return "excluded";
        case verdict::restricted:
            return "restricted";
        case verdict::bound:
            return "bound";
        case verdict::filtered:
            return "filtered";
        case verdict::no_capacity:
            return "no_capacity";
        case verdict::not_selected:
            return "not_selected";
        case verdict::no_rate:
            return "no_rate";
        case verdict::no_stock:
            return "no_stock";
        case verdict::kept_back:
            return "kept_back";
        case verdict::no_such_plan:
            return "no_such_plan";
        case verdict::worse:
            return "worse";
        case verdict::later:
            return "later";
        case verdict::better:
            return "better";
    }
    return "?";
}

explanation explain(const policy& by, const sourcing_problem& problem, const plan& chosen,
                    const explain_names& names, scratch& s, picture known) {
    // A copy: `chosen` may lie in `s`.
    return explainer{by, problem, plan{chosen}, names, s, known}.run();
}

}  // namespace earmark::sourcing
