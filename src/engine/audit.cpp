// THE ORDER OF LOOKS. First everything is looked at once: the words of all cells, then all orders
// and reservations, keys and tables. What adds up is forgotten. Then every caller has to leave the
// engine once, the journal's sums are read, every caller has to leave again, and what did not add
// up is looked at a second time.
//
// Why two equal looks suffice. Let t be the moment between them, at which every caller of the first
// look's time had yet to leave. (1) Whatever was half done at t is done at the second look; had it
// concerned the cell, a word, a version or on_hand would differ. (2) Whoever was seen to hold units
// at the same version twice held them at t. (3) Whoever held units of the cell at t and was not
// seen had them after its first look and lost them before its second. Units come by a take, which
// leaves a new stamp on the cell, or by a hand-over from a reservation, whose holder would differ;
// they go by a give (a stamp) or a shipment (on_hand; goods that come back in leave a stamp). So
// equal looks are the truth of t, and their difference is one.
//
// The journal's sums lie between two such departures: every change that is in the words of the
// first look is recorded by then, and every record of then is in the words of the second.
#include "auditor.hpp"

namespace earmark {
namespace {

constexpr std::size_t slice = 65'536;      // looks of a whole audit before it lets others in
constexpr std::uint32_t patience = 1'024;  // slices that an audit waits for others to leave
constexpr std::uint32_t looks_at_slots = 256;
constexpr std::uint32_t keys_a_look = 32;  // most entries of the map are empty; a power of two
constexpr std::uint32_t most_rounds = 4;

}  // namespace

void engine::state::auditor::enter(audit_stage next) {
    m_.at = next;
    m_.next = 0;
    m_.patience = 0;
    m_.inside.clear();
}

void engine::state::auditor::begin() {
    const bool exact = m_.exact;
    m_ = {};
    m_.exact = m_.report.exact = exact;
    m_.report.now = {s_.time.load(std::memory_order_acquire)};
    m_.report.at = position{s_.log->records().tail()};
    m_.inside_at_begin = s_.books.slots.inside();
    m_.inside_at_begin[self_] = 0;
    enter(audit_stage::cells);
}

void engine::state::auditor::go_on() {
    if (m_.at == audit_stage::done) m_.at = audit_stage::begin;
    do step();
    while (looks_ > 0 && m_.at != audit_stage::done);
}

void engine::state::auditor::step() {
    using enum audit_stage;
    const auto look_at = [this](subject_kind k, audit_stage next) {
        walk(s_.books.ledger.size(k), next, [&](std::uint32_t i) { look_at_subject(k, i); });
    };
    switch (m_.at) {
        case begin:
            return this->begin();
        case cells:
            m_.cells.resize(s_.books.cells.blocks() * std::size_t{stock::block_cells});
            return walk(static_cast<std::uint32_t>(m_.cells.size()), orders,
                        [this](std::uint32_t i) { look_at_cell(i); });
        case orders:
            return look_at(subject_kind::order, reservations);
        case reservations:
            return look_at(subject_kind::reservation, keys);
        case keys: {
            const bool all = !m_.exact && m_.report.keys >= s_.keys.size();
            const std::uint32_t group = std::min(keys_a_look, s_.keys.entries());
            return walk(all ? 0 : s_.keys.entries() / group, tables, [&](std::uint32_t i) {
                for (std::uint32_t k = 0; k < group; ++k) look_at_key(i * group + k);
            });
        }
        case tables:
            if (m_.next == 0) look_at_tables();
            return walk(s_.names.skus.size(), audit_stage::settle,
                        [this](std::uint32_t i) { look_at_row(i); });
        default:
            return step_again();
    }
}

/// The second look, and those after it.
void engine::state::auditor::step_again() {
    using enum audit_stage;
    const auto look_at = [this](subject_kind k, audit_stage next) {
        walk(s_.books.ledger.size(k), next, [&](std::uint32_t i) { look_again(k, i); });
    };
    const auto suspects = static_cast<std::uint32_t>(m_.suspects.size());
    switch (m_.at) {
        case settle:
            return this->settle(sums);
        case sums:
            return m_.report.rounds == 0 ? with_sums(static_cast<std::uint32_t>(m_.cells.size()),
                                                     &auditor::compare_sums)
                                         : with_sums(suspects, &auditor::compare_sums_again);
        case settle_again:
            return this->settle(timers);
        case timers:
            return look_at_timers();
        case again_cells:
            m_.cells = {};
            m_.busy_again.clear();
            return walk(suspects, suspects == 0 ? judge : again_orders, [this](std::uint32_t i) {
                m_.suspects[i].now = look(m_.suspects[i].cell);
            });
        case again_orders:
            return look_at(subject_kind::order, again_reservations);
        case again_reservations:
            return look_at(subject_kind::reservation, judge);
        case judge:
            return finish_round();
        case memory:
            look_at_memory();
            return enter(done);
        default:
            return;
    }
}

/// Waits, a slice at a time, until everybody who is inside has left once.
void engine::state::auditor::settle(audit_stage next) {
    if (m_.exact) return enter(next);
    if (m_.inside.empty()) {
        m_.inside = s_.books.slots.inside();
        m_.inside[self_] = 0;
    }
    for (std::uint32_t i = 0; i < looks_at_slots; ++i)
        if (s_.books.slots.passed(m_.inside)) return enter(next);
    looks_ = 0;
    if (++m_.patience < patience) return;
    give_up();
}

/// Somebody stays inside: what does not add up is told as moving.
void engine::state::auditor::give_up() {
    m_.unsettled = true;
    m_.sums_read = m_.sums_read && m_.at != audit_stage::settle;
    if (m_.report.rounds == 0 && m_.at == audit_stage::settle)
        for (std::uint32_t i = 0; i < m_.cells.size(); ++i) compare_sums(i);
    for (suspect_cell& c : m_.suspects) c.now = c.before;
    enter(audit_stage::judge);
}

void engine::state::auditor::finish_round() {
    ++m_.report.rounds;
    const bool last = m_.unsettled || m_.report.rounds == most_rounds;
    judge_cells(last);
    judge_subjects(last);
    judge_busy(last);
    judge_pending(last);
    const bool settled = m_.suspects.empty() && m_.due.empty() && m_.overdue.empty() &&
                         m_.due_orders.empty() && m_.overdue_orders.empty() && m_.unkeyed.empty() &&
                         m_.busy.empty() && m_.pending.empty();
    if (!settled && !last) return enter(audit_stage::settle);
    if (m_.unsettled) tell_who_stays();
    if (!m_.sums_read) m_.report.unchecked.push_back(audit_check::flow);
    enter(m_.exact ? audit_stage::memory : audit_stage::done);
}

void engine::state::auditor::tell_who_stays() {
    const auto now = s_.books.slots.inside();
    for (std::uint32_t i = 0; i < now.size(); ++i)
        if (i != self_ && m_.inside_at_begin[i] % 2 == 1 && now[i] == m_.inside_at_begin[i])
            moving(audit_check::stopped, {}, {now[i], i},
                   "the caller in slot " + std::to_string(i) +
                       " has been inside since the audit began, and what it may be changing cannot "
                       "be judged");
}

// ---- the door ----------------------------------------------------------------------------------

audit_run::audit_run() = default;
audit_run::~audit_run() = default;
audit_run::audit_run(audit_run&&) noexcept = default;
audit_run& audit_run::operator=(audit_run&&) noexcept = default;

result<audit_report> engine::audit(audit_run& run, std::size_t looks) const {
    EARMARK_CHECK(looks > 0, "audit: a slice must have at least one look");
    state& s = *state_;
    if (!run.memory_) run.memory_ = std::make_unique<audit_memory>();
    audit_memory& m = *run.memory_;
    return s.ask<result<audit_report>>(
        [&](const state::visit& v) -> result<audit_report> {
            state::auditor{s, m, v.slot, looks}.go_on();
            m.report.complete = m.at == audit_stage::done;
            if (m.report.complete) return std::move(m.report);
            audit_report so_far;
            so_far.exact = m.exact;
            so_far.now = m.report.now;
            so_far.at = m.report.at;
            return so_far;
        },
        taking::room);
}

result<audit_report> engine::audit(audit_how how) const {
    audit_run run;
    if (how == audit_how::online)
        for (;;) {
            auto report = audit(run, slice);
            if (!report || report->complete) return report;
        }
    run.memory_ = std::make_unique<audit_memory>();
    audit_memory& m = *run.memory_;
    m.exact = true;
    state& s = *state_;
    const error e = s.alone_to_look([&](std::uint32_t slot) {
        do state::auditor{s, m, slot, slice}.go_on();
        while (m.at != audit_stage::done);
    });
    if (e.code != error_code::ok) return e;
    m.report.complete = true;
    return std::move(m.report);
}

}  // namespace earmark
