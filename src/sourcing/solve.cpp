#include "earmark/sourcing/solve.hpp"

#include <algorithm>

#include "earmark/core/check.hpp"
#include "workshop.hpp"

namespace earmark::sourcing {

namespace detail {

/// From so many lines on, branch and bound usually proves the plan well before the programme has
/// filled its tables. Measured; it decides the time only, never the plan.
constexpr std::size_t search_from = 9;

void check(const sourcing_problem& problem) {
    constexpr std::size_t most = 65'535;
    const std::size_t lines = problem.lines.size();
    const std::size_t nodes = problem.nodes.size();
    EARMARK_CHECK(lines <= most && nodes <= most,
                  "a sourcing problem has more than 65,535 lines or nodes; split it");
    EARMARK_CHECK(problem.metres.size() == nodes,
                  "a sourcing problem needs one distance per node; use unknown_distance");
    EARMARK_CHECK(problem.free.size() == lines * nodes,
                  "a sourcing problem needs one free amount per line and node");
    EARMARK_CHECK(problem.scores.empty() || problem.scores.size() == nodes,
                  "a sourcing problem needs one score per node, or none at all");
    EARMARK_CHECK(problem.selected.empty() || problem.selected.size() == (nodes + 63) / 64,
                  "a sourcing problem selects nodes with one bit for each, or all of them");
    std::size_t numbers = 0;
    for (const auto& column : problem.numbers) numbers += column.size();
    for (std::size_t c = 0; numbers != 0 && c < node_columns; ++c)
        EARMARK_CHECK(problem.numbers[c].empty() || problem.numbers[c].size() == nodes ||
                          problem.numbers[c].size() == lines * nodes,
                      "a column of a sourcing problem has a number per node, or per line and node");
    const auto is_total = [](std::int64_t n) { return n >= 0 && n <= max_line_total; };
    for (const wanted_line& line : problem.lines) {
        EARMARK_CHECK(line.n > 0 && line.granule_e9 > 0,
                      "a wanted line needs a positive amount and a positive granule");
        EARMARK_CHECK(is_total(line.value_e4) && is_total(line.grams),
                      "a wanted line is worth, and weighs, 0 to 10^14");
    }
}

namespace {

bool shares_any_sku(const sourcing_problem& problem) {
    std::vector<std::pair<sku_id, node_id>> goods;
    for (const wanted_line& line : problem.lines) goods.emplace_back(line.sku, line.firm);
    std::sort(goods.begin(), goods.end());
    return std::adjacent_find(goods.begin(), goods.end()) != goods.end();
}

}  // namespace

void workshop::solve(const policy& by, const sourcing_problem& problem, std::uint32_t without) {
    check(problem);
    const ranking& nodes = ranks.of(by, problem);
    const bool dates_rank = !problem.of(node_column::delivery_date).empty() &&
                            ranked_criteria{by.terms()}.has(criterion::delivery_date);
    by_date = dates_rank || counts_late(by.terms(), problem);
    if (dates_rank)
        solve_by_date(by.terms(), nodes, problem, without);
    else
        solve_late(by.terms(), nodes, problem, without);
}

void workshop::solve_sums(const policy_terms& terms, const ranking& nodes,
                          const sourcing_problem& problem, std::uint32_t without) {
    table.look(terms, problem, nodes, without, every);
    answer.parts.clear();
    found.clear();
    const bool as_shipments = table.bundled() && (terms.lines == line_split::by_quantity ||
                                                  table.slots().size() > exact_lines);
    answer.gap = {};
    const quality proof = table.slots().empty() || as_shipments ? quality::exact : choose();
    write_parts(answer);
    used_quantities = table.shares_skus();
    finish(answer, as_shipments ? ship(answer) : proof);
}

/// As in ship(): of what was found, and of a bound.
template <std::size_t Words>
quality ship_by(demand& wants, shipment_search<Words>& search, unit_values<Words>& values,
                plan& p) {
    const quality proof = search.run(wants, p.parts);
    if (proof == quality::exact) return proof;
    values.read(wants);
    const worth<Words> least = values.bound();
    const worth<Words> extra = p.parts.empty() ? worth<Words>{} : values.extra();
    p.gap = gap_between(wants.fields(), search.best() - extra, least - extra);
    return proof;
}

/// Judges parcels as a whole, where the programme cannot.
quality workshop::ship(plan& p) {
    used_quantities |= table.terms().lines == line_split::by_quantity;
    wants.look(table);
    return wants.fields().words == 1 ? ship_by(wants, shipments, values, p)
                                     : ship_by(wants, shipments_wide, values_wide, p);
}

quality workshop::choose() {
    const std::size_t lines = table.slots().size();
    if (lines == 1 && !every && !table.bundled()) return pick_one(), quality::exact;
    if (lines < search_from) return run_programme(), quality::exact;
    const layout open = with_unserved(table);
    const bool is_narrow = open.bits <= key_bits<key128>;
    const auto search = [&](auto& by) {
        const quality proof = by.run(table, open, found);
        answer.gap = by.gap();
        return proof;
    };
    if (lines > exact_lines)
        return is_narrow                       ? search(many)
               : open.bits <= key_bits<key320> ? search(many_wide)
                                               : search(many_widest);
    const std::size_t steps = std::size_t{1} << (lines - 2);
    const bool try_search = is_narrow && !every && !table.bundled();
    if (!try_search || !many.run_within(steps, table, open, found)) run_programme();
    return quality::exact;
}

void workshop::pick_one() {
    const layout l = with_digits(table);
    l.bits <= key_bits<key128>   ? few.run_one(table, l, found)
    : l.bits <= key_bits<key320> ? few_wide.run_one(table, l, found)
                                 : few_widest.run_one(table, l, found);
}

void workshop::run_programme() {
    const layout l = with_digits(table);
    if (l.bits <= key_bits<key128>) {
        few.run(table, l, found);
    } else if (l.bits <= key_bits<key320>) {
        few_wide.run(table, l, found);
    } else {
        few_widest.run(table, l, found);
    }
}

bool workshop::by_programme() const noexcept {
    if (by_date) return false;
    if (table.bundled() && table.terms().lines == line_split::by_quantity) return false;
    return table.slots().size() <= exact_lines && !table.slots().empty();
}

void workshop::write_parts(plan& p) const {
    p.parts.clear();
    for (std::size_t s = 0; s < found.size(); ++s)
        if (found[s] != no_candidate)
            p.parts.push_back({table.slots()[s],
                               static_cast<node_id>(table.candidates()[found[s]].node),
                               table.wanted(s).n});
}

/// Could a plan by whole lines be better if lines were divided?
bool workshop::may_divide(const plan& p) const {
    const sourcing_problem& problem = table.problem();
    if (table.terms().lines != line_split::by_quantity || p.parts.size() == problem.lines.size())
        return false;
    if (table.terms().max_parcels != 0) return true;
    std::size_t next = 0;  // of the parts, which ascend by line
    for (std::size_t l = 0; l < problem.lines.size(); ++l) {
        if (next < p.parts.size() && p.parts[next].wanted == l) {
            ++next;
            continue;
        }
        for (std::uint32_t k = 0; k < problem.nodes.size(); ++k)
            if (table.allows(k) && table.usable(l, k) > 0) return true;
    }
    return false;
}

/// Divides lines: exactly, or greedily and then among the best nodes.
quality workshop::divide(plan& p) {
    used_quantities = true;
    p.gap = {};
    wants.look(table);
    const bool shares = shares_any_sku(table.problem());
    if (shares || wants.nodes().size() > exact_nodes) fill.fill(table, p.parts);
    if (shares) return quality::heuristic;
    return wants.fields().words == 1 ? splits.run(wants, p.parts, p.gap)
                                     : splits_wide.run(wants, p.parts, p.gap);
}

/// Settles splits, coverage, order and cost.
void workshop::finish(plan& p, quality proof) {
    const sourcing_problem& problem = table.problem();
    const policy_terms& terms = table.terms();
    if (!table.bundled() && may_divide(p)) proof = divide(p);
    std::int64_t missing = 0;
    for (const wanted_line& line : problem.lines) missing += line.n;
    for (const plan_part& part : p.parts) missing -= part.n;
    const bool is_full = missing == 0;
    if (!is_full && terms.partial == on_partial::backorder) {
        p.parts.clear();
        p.gap = {};
    }
    const auto sequence = [&](const plan_part& part) {
        return problem.nodes[index_of(part.node)].sequence;
    };
    std::sort(p.parts.begin(), p.parts.end(), [&](const plan_part& a, const plan_part& b) {
        return a.wanted != b.wanted ? a.wanted < b.wanted : sequence(a) < sequence(b);
    });
    p.covers = p.parts.empty() && !problem.lines.empty() ? coverage::none
               : is_full                                 ? coverage::full
                                                         : coverage::partial;
    p.proof = proof;
    p.cost = price(terms, problem, table.farthest(), p.parts, node_seen);
}

bool workshop::best_with(std::uint32_t node, plan& with) {
    const auto candidates = table.candidates();
    for (std::uint32_t c = 0; c < candidates.size(); ++c) {
        if (candidates[c].node != node) continue;
        const unsigned bits = with_digits(table).bits;
        const bool is_found = bits <= key_bits<key128>   ? few.best_with(c, found)
                              : bits <= key_bits<key320> ? few_wide.best_with(c, found)
                                                         : few_widest.best_with(c, found);
        if (!is_found) return false;
        write_parts(with);
        with.gap = {};
        finish(with, quality::exact);
        return true;
    }
    return false;
}

}  // namespace detail

scratch::scratch() : workshop_{std::make_unique<detail::workshop>()} {}
scratch::~scratch() = default;
scratch::scratch(scratch&&) noexcept = default;
scratch& scratch::operator=(scratch&&) noexcept = default;

const plan& solve(const policy& by, const sourcing_problem& problem, scratch& s) {
    s.workshop().solve(by, problem, detail::no_node);
    return s.workshop().answer;
}

const plan& solve_without(const policy& by, const sourcing_problem& problem, node_id without,
                          scratch& s) {
    s.workshop().solve(by, problem, raw(without));
    return s.workshop().answer;
}

}  // namespace earmark::sourcing
