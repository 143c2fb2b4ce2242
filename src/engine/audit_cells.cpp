// CELLS: free + promised = on hand, and both are what the journal says; words, claims and leases.
#include <algorithm>

#include "auditor.hpp"
#include "earmark/core/digest.hpp"

namespace earmark {
namespace {

constexpr std::size_t records_per_look = 4'096;
constexpr std::uint32_t patience = 64;  // slices that an audit waits for a feed, or for records

std::string plain(std::int64_t n) { return std::to_string(n); }

}  // namespace

std::uint64_t engine::state::auditor::stamp(cell_id c) const {
    const auto& cells = s_.books.cells;
    const std::uint64_t own = cells.at(c).load(std::memory_order_seq_cst);
    if (!cells.leases().beside(c)) return own;
    const stock::binding bound = cells.leases().of(c);
    digest all{own};
    all.add(bound.bits());
    for (std::uint32_t i = 0; i < cells.leases().lanes(); ++i)
        all.add(cells.at(cells.leases().lane(c, i)).load(std::memory_order_seq_cst));
    return all.value();
}

cell_evidence engine::state::auditor::look(cell_id c) const {
    constexpr int tries = 4;
    cell_evidence e;
    for (int i = 0; i < tries && !e.steady; ++i) {
        const stock::word seen{s_.books.cells.at(c).load(std::memory_order_seq_cst)};
        e.stamp = stamp(c);
        e.claimed = seen.claimed();
        const bool readable = !e.claimed || seen.by().slot < s_.books.slots.size();
        e.free = readable ? s_.books.stock.free(c) : seen.free();
        e.on_hand = s_.books.cells.on_hand(c);
        e.steady = stamp(c) == e.stamp;
    }
    return e;
}

void engine::state::auditor::look_at_cell(std::uint32_t i) {
    const cell_id c{i};
    if (!s_.books.cells.exists(c)) return;
    ++m_.report.cells;
    cell_evidence& e = m_.cells[i] = look(c);
    if (e.on_hand > stock::max_on_hand || e.on_hand < -stock::max_amount)
        wrong(audit_check::bounds, place_of(c), {e.on_hand, stock::max_on_hand},
              "on hand is " + plain(e.on_hand) + ", which no cell may have");
    if (e.free > stock::max_on_hand)
        wrong(audit_check::bounds, place_of(c), {e.free, stock::max_on_hand},
              "free is " + plain(e.free) + ", which no cell may have");
}

// ---- the journal's sums ------------------------------------------------------------------------

/// What is folded from the journal beside the sums. Under its lock.
void engine::state::auditor::look_at_memories() {
    if (!s_.feeds.in_order())
        wrong(audit_check::feeds, {}, {},
              "the events that snapshots look past do not stand in the journal's order");
    for (const auto& l : s_.levels.unsound()) {
        const threshold& t = s_.names.thresholds[l.threshold];
        wrong(audit_check::level, {t.sku, t.node}, {l.stored, l.recomputed},
              "threshold '" + std::string{s_.names.threshold_keys.key(l.threshold)} +
                  "' takes the level for " + plain(l.stored) + ", and its cells have " +
                  plain(l.recomputed));
    }
}

/// f for the stage's indexes, with the feeds' sums of the whole journal so far.
void engine::state::auditor::with_sums(std::uint32_t end, void (auditor::*f)(std::uint32_t)) {
    const std::unique_lock lock{s_.feeds.lock, std::try_to_lock};
    bool ready = !m_.sums_read;
    if (lock && m_.sums_read) {
        const std::uint64_t head = s_.log->records().tail();
        const auto caught = s_.catch_up(records_per_look);
        m_.sums_read = caught.has_value();
        ready = !m_.sums_read || s_.feeds.seen() >= head;
        if (caught && !*caught) return void(looks_ -= std::min(looks_, records_per_look));
        if (ready && m_.sums_read && m_.next == 0 && m_.report.rounds == 0) look_at_memories();
    }
    if (!ready) {  // a feed is at work, or a record has its place and is still being written
        looks_ = 0;
        m_.sums_read = ++m_.patience < patience;
        return;
    }
    walk(end, audit_stage::settle_again, [&](std::uint32_t i) { (this->*f)(i); });
}

void engine::state::auditor::compare_sums(std::uint32_t i) {
    const cell_evidence& e = m_.cells[i];
    const cell_id c{i};
    if (!s_.books.cells.exists(c)) return;
    suspect_cell found{c, e, {}, {}, false};
    if (m_.sums_read) found.sums = s_.feeds.books(c);
    found.has_sums = m_.sums_read && (found.sums.free != e.free || found.sums.on_hand != e.on_hand);
    if (!e.steady || !e.balanced() || e.claimed || found.has_sums) m_.suspects.push_back(found);
}

void engine::state::auditor::compare_sums_again(std::uint32_t i) {
    suspect_cell& c = m_.suspects[i];
    if (m_.sums_read) c.sums = s_.feeds.books(c.cell);
    c.has_sums =
        m_.sums_read && (c.sums.free != c.before.free || c.sums.on_hand != c.before.on_hand);
}

// ---- judging -----------------------------------------------------------------------------------

void engine::state::auditor::tell_balance(const suspect_cell& c, std::vector<finding>& to) {
    const cell_evidence& e = c.now;
    const std::int64_t more = e.on_hand - e.free - e.promised;
    const std::string terms = " (on hand " + plain(e.on_hand) + ", free " + plain(e.free) +
                              ", in orders and live reservations " + plain(e.promised) + ")";
    if (more > 0)
        add(to, audit_check::orphan, place_of(c.cell), {e.on_hand, e.free + e.promised},
            plain(more) + " granules are held by nobody" + terms);
    else
        add(to, audit_check::balance, place_of(c.cell), {e.on_hand, e.free + e.promised},
            plain(-more) + " granules more are free or promised than there are" + terms);
}

void engine::state::auditor::tell_flow(const suspect_cell& c, std::vector<finding>& to) {
    const cell_evidence& e = c.before;
    const bool is_free = c.sums.free != e.free;
    const std::int64_t stored = is_free ? e.free : e.on_hand;
    const std::int64_t sum = is_free ? c.sums.free : c.sums.on_hand;
    add(to, audit_check::flow, place_of(c.cell), {stored, sum},
        std::string{is_free ? "free" : "on hand"} + " is " + plain(stored) +
            ", and the journal's changes of it sum to " + plain(sum));
}

/// True where nothing is left to be seen of the cell.
bool engine::state::auditor::judge(suspect_cell& c, bool last) {
    const cell_evidence& a = c.before;
    const cell_evidence& b = c.now;
    const bool stood = !m_.unsettled && a.steady && b.steady && a.stamp == b.stamp &&
                       a.free == b.free && a.on_hand == b.on_hand;
    const bool held = stood && a == b && (m_.exact || !somebody_owns());
    if (stood && c.has_sums) tell_flow(c, m_.report.wrong);
    if (held && !b.balanced()) tell_balance(c, m_.report.wrong);
    if (stood && b.claimed)
        leak(audit_check::claim, place_of(c.cell), {1, 0},
             "a take of slot " + plain(stock::word{b.stamp}.by().slot) +
                 " has claimed the cell, and its caller has left");
    const bool unclear = (!held && !b.balanced()) || (!stood && (c.has_sums || b.claimed));
    if (unclear && last) {
        if (!b.balanced())
            tell_balance(c, m_.report.moving);
        else if (c.has_sums)
            tell_flow(c, m_.report.moving);
        else
            moving(audit_check::claim, place_of(c.cell), {1, 0}, "the cell is claimed by a take");
    }
    return !unclear || last;
}

void engine::state::auditor::judge_cells(bool last) {
    std::erase_if(m_.suspects, [&](suspect_cell& c) { return judge(c, last); });
    for (suspect_cell& c : m_.suspects) {
        c.before = c.now;
        c.has_sums = false;
    }
}

// ---- leases ------------------------------------------------------------------------------------

/// Lease words of a group that is bound to no cell are closed: at the latest when the change that
/// closed them has succeeded, whether or not each word is cleaned yet. That the group is free and
/// of one generation before and after means that it was all the while.
void engine::state::auditor::look_at_group(std::uint32_t group) {
    const auto& cells = s_.books.cells;
    const auto& leases = cells.leases();
    const stock::binding bound = leases.group(group);
    for (std::uint32_t i = 0; i < leases.lanes(); ++i) {
        const cell_id lane = leases.lane_of(group, i);
        const granules free = s_.books.stock.free(lane);
        if (free < 0 || (free == 0 && !bound.is_free())) continue;
        if (leases.group(group) != bound) return;
        if (bound.is_free())
            wrong(audit_check::lease, {}, {free, 0},
                  "lease word " + plain(i) + " of group " + plain(group) + " holds " + plain(free) +
                      " granules of no cell");
        else if (i == self_ || s_.books.slots.inside()[i] % 2 == 0)
            add(m_.report.idle, audit_check::idle_lease, place_of(bound.cell()), {free, free},
                plain(free) + " free granules lie in the lease word of slot " + plain(i) +
                    ", which nobody has borrowed");
    }
}

void engine::state::auditor::look_at_leases() {
    const auto& leases = s_.books.cells.leases();
    if (!leases.ever()) return;
    for (std::uint32_t g = 0; g < leases.rules().groups; ++g) look_at_group(g);
}

}  // namespace earmark
