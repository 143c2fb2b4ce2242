// Feeds, counts and uncovered promises side by side.
#include <algorithm>
#include <map>
#include <string>

#include "side_by_side.hpp"

namespace earmark::streams {

void side_by_side::play_one(const command& c, const count_request& r, const step&) {
    std::vector<uncovered_promise> left;
    const result<receipt> real = real_->count(c, r, &left);
    compare(verb::count, real, naive_.count(c, r), about::none, nothing);
    if (real && real->what == outcome::done && real->uncovered > 0) compare_uncovered(left);
}

void side_by_side::play_one(const command& c, const feed_step& s, const step&) {
    const std::size_t back = std::min<std::size_t>(s.ago, moments_.size() - 1);
    const auto& [as_of, then] = moments_[moments_.size() - 1 - back];
    const naive::feed mine{s.is_delta, s.source, s.sequence, then,      s.basis,
                           s.complete, s.rows,   s.nodes,    s.sections};
    const feed_report real = s.is_delta
                                 ? real_->delta(c, {s.source, s.sequence, s.rows})
                                 : real_->snapshot(c, {s.source, s.sequence, as_of, s.basis,
                                                       s.complete, s.rows, s.nodes, s.sections});
    compare_feed(real, naive_.take_feed(c, mine), s.is_delta ? verb::delta : verb::snapshot);
    if (const auto all = real_->uncovered()) compare_uncovered(*all);
}

void side_by_side::compare_feed(const feed_report& real, const naive::feed_answer& naive, verb by) {
    const std::string name{name_of(by)};
    if (real.why.code != naive.why)
        return differ(name + ": " + std::string{name_of(real.why.code)});
    if (naive.why != error_code::ok) return;
    if (real.accepted > 0) ++tally_[name + ": done"];
    if (real.stale > 0) ++tally_[name + ": stale"];
    if (real.zeroed > 0) ++tally_[name + ": zeroed"];
    if (!real.uncovered.empty()) ++tally_[name + ": uncovered"];
    for (const rejected_row& r : real.rejected)
        ++tally_[name + ": " + std::string{name_of(r.why.code)}];
    const auto numbers = [](const auto& a) {
        std::string text = std::to_string(a.accepted) + " accepted, " + std::to_string(a.stale) +
                           " stale, " + std::to_string(a.zeroed) + " zeroed";
        return text;
    };
    if (numbers(real) != numbers(naive))
        differ(name + ": real " + numbers(real) + ", naive " + numbers(naive));
    load_report rejected;
    rejected.rejected = real.rejected;
    compare_report(rejected, naive.rejected);
    std::map<std::tuple<sku_id, node_id, section_id>, std::int64_t> changes;
    for (const feed_change& c : real.changes) {
        changes[{c.sku, c.node, c.section}] = c.adjustment.atoms;
        if (c.section != none<section_id>) ++tally_[name + ": a section"];
        if (c.shortfall.atoms != naive_.lack(c.sku, c.node, c.section))
            differ(name + ": shortfall");
    }
    if (changes != naive.changes) differ(name + ": adjustments");
}

/// Sections hold no promise here: lines that draw from several have a model of their own.
void side_by_side::compare_sections() {
    for (std::uint32_t s = 0; s < real_->skus(); ++s) {
        const auto all = real_->sections(sku_id{s});
        if (!all) return differ("sections");
        for (const section_view& v : *all) {
            const auto in = naive_.section(sku_id{s}, v.node, v.section);
            if (!in || *in != std::pair{v.on_hand.atoms, v.free.atoms})
                differ("section " + std::to_string(raw(v.section)) + " of s" + std::to_string(s) +
                       "@n" + std::to_string(raw(v.node)));
        }
    }
}

/// What the promise has of the cell, in the naive engine.
std::int64_t side_by_side::held_by(const uncovered_promise& p) const {
    std::int64_t sum = 0;
    if (p.order != none<order_id>) {
        const order_view o = naive_.order(p.order);
        for (const bucket_view& b : o.buckets)
            if (b.line == p.line && b.state == p.state && b.node == p.node &&
                o.lines[b.line - 1].sku == p.sku)
                sum += b.amount.atoms;
        return sum;
    }
    const result<reservation_view> real = real_->reservation(p.reservation);
    if (!real || real->state != reservation_state::active) return 0;
    return naive_.promised_after(p.sku, p.node, {p.made.ns - 1});  // its own parts are among these
}

/// Of each cell exactly what is lacking, or all that is promised; the youngest first and whole.
void side_by_side::compare_uncovered(const std::vector<uncovered_promise>& real) {
    std::map<std::pair<sku_id, node_id>, std::vector<uncovered_promise>> cells;
    for (const uncovered_promise& p : real) cells[{p.sku, p.node}].push_back(p);
    for (const auto& [at, list] : cells) {
        std::int64_t sum = 0;
        std::int64_t younger = 0;
        for (const uncovered_promise& p : list) {
            sum += p.amount.atoms;
            if (p.made > list.back().made) younger += p.amount.atoms;
            if (p.made > list.front().made) differ("uncovered: not the youngest first");
            if (p.amount.atoms <= 0 || p.amount.atoms > held_by(p))
                differ("uncovered: more than the promise has");
        }
        const std::int64_t promised = naive_.promised_after(at.first, at.second, {INT64_MIN});
        if (sum != std::min(promised, naive_.lack(at.first, at.second)))
            differ("uncovered: real " + std::to_string(sum) + ", lacking " +
                   std::to_string(naive_.lack(at.first, at.second)));
        if (younger != naive_.promised_after(at.first, at.second, list.back().made))
            differ("uncovered: an older promise lost before a younger one");
    }
}

}  // namespace earmark::streams
