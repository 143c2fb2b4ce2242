#include "earmark/sourcing/decision.hpp"

#include <algorithm>

#include "earmark/core/check.hpp"
#include "earmark/sourcing/numbers.hpp"
#include "workshop.hpp"

namespace earmark::sourcing {
namespace {

/// All that the lines of one SKU want together: more stock than this never decides anything.
std::int64_t demand_of(const sourcing_problem& problem, const wanted_line& of) noexcept {
    std::int64_t sum = 0;
    for (const wanted_line& line : problem.lines) sum += same_goods(line, of) ? line.n : 0;
    return sum;
}

/// Appends the low `count` bits of `from`, one row behind the other without a gap.
class bit_rows {
public:
    bit_rows(std::vector<std::uint64_t>& to, std::size_t bits) : to_{to} {
        to.assign((bits + 63) / 64, 0);
    }
    void append(std::uint64_t bits, std::size_t count) noexcept {
        const std::size_t shift = at_ % 64;
        to_[at_ / 64] |= bits << shift;
        if (shift + count > 64) to_[at_ / 64 + 1] |= bits >> (64 - shift);
        at_ += count;
    }

private:
    std::vector<std::uint64_t>& to_;
    std::size_t at_ = 0;
};

/// Who had enough.
void record_enough(const detail::board& table, const sourcing_problem& problem, decision& out) {
    const std::size_t nodes = problem.nodes.size();
    bit_rows rows{out.seen, problem.lines.size() * nodes};
    for (std::size_t l = 0; l < problem.lines.size(); ++l) {
        const auto enough = table.enough(l);
        for (std::size_t w = 0; w < enough.size(); ++w)
            rows.append(enough[w], std::min<std::size_t>(64, nodes - w * 64));
    }
}

/// Who had how much.
void record_amounts(const detail::board& table, const sourcing_problem& problem, decision& out) {
    const std::size_t nodes = problem.nodes.size();
    bit_rows rows{out.seen, problem.lines.size() * nodes};
    for (std::size_t l = 0; l < problem.lines.size(); ++l) {
        const std::int64_t most =
            std::min<std::int64_t>(demand_of(problem, problem.lines[l]), INT32_MAX);
        for (std::size_t k = 0; k < nodes; ++k) {
            const std::int64_t n = table.usable(l, static_cast<std::uint32_t>(k));
            rows.append(n >= 1, 1);
            if (n >= 1) out.seen_n.push_back(static_cast<granules>(std::min(n, most)));
        }
    }
}

void record_scores(const policy& by, const sourcing_problem& problem, decision& out) {
    out.scored = !problem.scores.empty() && by.ranks_by(criterion::score);
    out.scores.clear();
    if (!out.scored) return;
    for (const std::uint16_t node : out.nodes_seen()) out.scores.push_back(problem.scores[node]);
}

/// What the caller's tables may say otherwise tomorrow, and what a live engine alone knows.
void record_numbers(const policy& by, const sourcing_problem& problem, decision& out) {
    out.columns.clear();
    for (std::size_t c = 0; c < node_columns; ++c) {
        const auto column = static_cast<node_column>(c);
        const auto all = problem.of(column);
        const bool is_due = column == node_column::delivery_date && out.due != no_day;
        if (all.empty() || !(is_due || by.ranks_by(criterion_of(column)))) continue;
        decided_column made{column, all.size() != problem.nodes.size(), {}};
        if (made.by_line)
            out.each_seen([&](std::size_t at) { made.values.push_back(all[at]); });
        else
            for (const std::uint16_t node : out.nodes_seen()) made.values.push_back(all[node]);
        out.columns.push_back(std::move(made));
    }
    const policy_terms& terms = by.terms();
    out.grams.clear();
    if (!terms.parcels.empty() && terms.parcels.by_grams)
        for (const wanted_line& line : problem.lines) out.grams.push_back(line.grams);
    out.undivided.clear();
    for (std::size_t l = 0; l < problem.lines.size(); ++l)
        if (!problem.lines[l].may_split) out.undivided.push_back(static_cast<std::uint16_t>(l));
    out.accepts.clear();
    if (terms.by_acceptance)
        for (const std::uint16_t node : out.nodes_seen())
            out.accepts.push_back(problem.nodes[node].accept_ppm);
}

}  // namespace

std::vector<std::uint16_t> decision::nodes_seen() const {
    std::vector<bool> is_seen(nodes);
    each_seen([&](std::size_t at) { is_seen[at % nodes] = true; });
    std::vector<std::uint16_t> out;
    for (std::size_t k = 0; k < nodes; ++k)
        if (is_seen[k]) out.push_back(static_cast<std::uint16_t>(k));
    return out;
}

result<const policy*> decided_by(const policy& whole, const decision& d) {
    const auto all = whole.strategies();
    const auto is_filter = [&](std::uint16_t f) {
        return f >= by_firm || f < whole.filters().size();
    };
    const bool is_one = d.by_strategy && d.strategy != no_strategy;
    const bool is_sound = d.by_strategy == !all.empty() && (!is_one || d.strategy < all.size()) &&
                          d.given_up <= (is_one ? all[d.strategy].prefer.size() : std::size_t{0}) &&
                          std::all_of(d.removed_by.begin(), d.removed_by.end(), is_filter) &&
                          std::all_of(d.tried.begin(), d.tried.end(), [&](const tried_strategy& t) {
                              return t.strategy < all.size();
                          });
    if (!is_sound) return fail(error_code::bad_record, raw(d.by));
    return is_one ? &all[d.strategy].by : &whole;
}

std::vector<node_id> firm_nodes(const decision& d, const decision_facts& facts) {
    std::vector<node_id> out;
    for (const decided_line& w : d.wanted)
        if (facts.lines[w.line].firm != none<node_id>) out.push_back(facts.lines[w.line].firm);
    return out;
}

void selected_by(const policy& whole, const decision& d, const decision_facts& facts,
                 std::vector<std::uint64_t>& bits) {
    bits.clear();
    if (!d.by_strategy && d.removed_by.empty()) return;
    if (d.by_strategy && d.strategy == no_strategy)
        bits.assign((facts.nodes.size() + 63) / 64, 0);
    else
        select_nodes(d.by_strategy ? std::span{whole.strategies()[d.strategy].from}
                                   : std::span<const node_selector>{},
                     facts.nodes, facts.metres, bits, firm_nodes(d, facts));
    for (std::size_t i = 0; i < d.removed_by.size(); ++i)
        for (std::size_t w = 0; w < bits.size(); ++w) bits[w] &= ~d.removed_row(i)[w];
}

const plan& decide(const policy& by, const decision_versions& versions,
                   const sourcing_problem& problem, scratch& s, decision& out) {
    const plan& found = solve(by, problem, s);
    out.by = versions.policy;
    out.by_strategy = false;
    out.strategy = no_strategy;
    out.tried.clear();
    out.removed_by.clear();
    out.removed.clear();
    out.restricted.clear();
    out.restricted_nodes.clear();
    out.given_up = 0;
    out.policy_digest = by.digest();
    out.tables = versions.tables;
    out.nodes = static_cast<std::uint16_t>(problem.nodes.size());
    out.amounts = s.workshop().used_quantities;
    out.covers = found.covers;
    out.proof = found.proof;
    out.wanted.clear();
    for (const wanted_line& line : problem.lines) out.wanted.push_back({line.line, line.n});
    out.seen_n.clear();
    const detail::board& table = s.workshop().table;
    out.amounts ? record_amounts(table, problem, out) : record_enough(table, problem, out);
    out.due = detail::counts_late(by.terms(), problem) ? problem.due : no_day;
    record_scores(by, problem, out);
    record_numbers(by, problem, out);
    out.parts.assign(found.parts.begin(), found.parts.end());
    return found;
}

/// What was recorded of the nodes that were seen, to where it was.
void recorded_problem::spread(const decision& d) {
    if (!d.scored && d.columns.empty() && d.accepts.empty()) return;
    const auto seen = d.nodes_seen();
    const auto is_each = [&](std::size_t count) {
        EARMARK_CHECK(count == seen.size(),
                      "a decision needs one number for each node that it saw");
    };
    if (d.scored) {
        is_each(d.scores.size());
        scores_.assign(nodes_.size(), 0);
        for (std::size_t s = 0; s < seen.size(); ++s) scores_[seen[s]] = d.scores[s];
    }
    for (const decided_column& c : d.columns) {
        const std::int32_t worst =
            c.values.empty() ? 0 : *std::max_element(c.values.begin(), c.values.end());
        auto& all = numbers_[static_cast<std::size_t>(c.column)];
        all.assign(c.by_line ? free_.size() : nodes_.size(), worst);
        if (!c.by_line) {
            is_each(c.values.size());
            for (std::size_t s = 0; s < seen.size(); ++s) all[seen[s]] = c.values[s];
            continue;
        }
        EARMARK_CHECK(c.values.size() == d.count_seen(),
                      "a decision needs one number for each line and node that it saw");
        std::size_t i = 0;
        d.each_seen([&](std::size_t at) { all[at] = c.values[i++]; });
    }
    if (d.accepts.empty()) return;
    is_each(d.accepts.size());
    accepting_.assign(nodes_.begin(), nodes_.end());
    for (std::size_t s = 0; s < seen.size(); ++s) accepting_[seen[s]].accept_ppm = d.accepts[s];
}

recorded_problem::recorded_problem(const policy& by, const decision& d, const decision_facts& facts)
    : nodes_{facts.nodes}, metres_{facts.metres}, due_{d.due} {
    EARMARK_CHECK(d.grams.empty() || d.grams.size() == d.wanted.size(),
                  "a decision needs the weight of each wanted line, or of none");
    EARMARK_CHECK(facts.nodes.size() == d.nodes && facts.metres.size() == d.nodes,
                  "the tables do not have the nodes of the decision; give those of its version");
    for (const decided_line& line : d.wanted) {
        EARMARK_CHECK(line.line < facts.lines.size(),
                      "the order does not have a line of the decision");
        wanted_line again = scaled(facts.lines[line.line], line.n);
        again.line = line.line;
        if (!d.grams.empty()) again.grams = d.grams[lines_.size()];
        again.may_split = !std::binary_search(d.undivided.begin(), d.undivided.end(),
                                              static_cast<std::uint16_t>(lines_.size()));
        lines_.push_back(again);
    }
    free_.assign(lines_.size() * nodes_.size(), 0);
    EARMARK_CHECK(d.seen.size() == (free_.size() + 63) / 64 &&
                      (!d.amounts || d.seen_n.size() == d.count_seen()),
                  "a decision does not say what it saw of each line and node");
    spread(d);
    std::size_t i = 0;
    d.each_seen([&](std::size_t at) {
        // What is kept back was taken off before it was recorded, and comes off again.
        const wanted_line& line = lines_[at / nodes_.size()];
        const node_facts& node = nodes_[at % nodes_.size()];
        const std::int64_t kept = kept_back(by, node, line);
        const std::int64_t n = d.amounts ? d.seen_n[i++] : line.n;
        free_[at] = static_cast<granules>(std::min<std::int64_t>(n + kept, INT32_MAX));
    });
}

result<plan> replay(const policy& by, const decision& d, const decision_facts& facts, scratch& s) {
    if (by.digest() != d.policy_digest) return fail(error_code::bad_record, raw(d.by));
    const recorded_problem problem{by, d, facts};
    return solve(by, problem.view(), s);
}

}  // namespace earmark::sourcing
