// ORDERS AND RESERVATIONS: buckets, cached facts, keys, decision records, deadlines.
#include <algorithm>

#include "auditor.hpp"
#include "earmark/core/digest.hpp"
#include "earmark/engine/fold.hpp"
#include "earmark/lifecycle/standard_workflows.hpp"
#include "earmark/lifecycle/steps.hpp"
#include "earmark/sourcing/decision.hpp"
#include "order_timers.hpp"
#include "suspecting.hpp"

namespace earmark {
namespace {

constexpr std::uint32_t patience = 16;  // walks over the timers that a sweep may spoil

struct hung_timer {
    std::uint32_t birth = 0;  // 0: none
    time_point wakes = never;
};

}  // namespace

/// One subject into `of_`. False where there is none, or it cannot be read; the latter is noted.
bool engine::state::auditor::read(subject_kind kind, std::uint32_t index,
                                  std::vector<unread>& busy) {
    const auto& ledger = s_.books.ledger;
    const lifecycle::header_word h = ledger.header(kind, index);
    if (h.version == 0 && h.owner == 0) return false;
    const lifecycle::chunk at = ledger.place(kind, index);
    const bool ours = !at.holds() || ledger.chunks().stands(at.at, at.blocks);
    const error_code e = ours ? ledger.read(kind, index, of_) : error_code::order_busy;
    if (e == error_code::ok) of_.rules = s_.names.workflows.rules(of_.workflow);
    if (e == error_code::ok) return true;
    if (e != error_code::order_busy && e != error_code::reservation_busy) return false;
    const lifecycle::header_word after = ledger.header(kind, index);
    const bool in_hand = h.owner != 0 || after.bits() != h.bits();  // also if it was let go since
    busy.push_back({kind, index, after.bits(), in_hand});
    return false;
}

/// What cannot be added up or looked up.
const char* engine::state::auditor::unsound_places(subject_kind kind) const {
    const auto& cells = s_.books.cells;
    if (of_.kind != kind) return "an order is an order, and a reservation one";
    const auto* const own = s_.names.workflows.rules(of_.workflow);
    if (of_.workflow != 0 && own == nullptr) return "every order's workflow exists";
    const auto& rules = own != nullptr ? *own : lifecycle::standard_of(of_.type);
    for (const auto& l : of_.lines)
        if (index_of(l.sku) >= s_.names.sku.size()) return "every line's SKU exists";
    for (const auto& b : of_.buckets) {
        if (static_cast<std::size_t>(b.state) >= unit_states) return "every bucket has a state";
        if (b.n <= 0) return "every bucket holds at least one unit";
        if (b.cell != none<cell_id> && !cells.exists(b.cell)) return "every bucket's cell exists";
        if (kind == subject_kind::reservation) {
            if (b.cell == none<cell_id>) return "a reservation's units are in cells";
            continue;
        }
        if (b.line >= of_.lines.size()) return "every bucket belongs to a line of its order";
        if (!rules.knows(lifecycle::state_of(b)))
            return "a bucket's state is one of its order's workflow";
        if (b.cell != none<cell_id> && cells.sku_of(b.cell) != of_.lines[b.line].sku)
            return "a bucket's cell is one of its line's SKU";
    }
    return lifecycle::unsound(of_);
}

/// f(cell, n, digest of who holds them) for the units that the subject in `of_` keeps from `free`.
template <class F>
void engine::state::auditor::each_promised(subject_kind kind, std::uint32_t index, F&& f) const {
    if (kind == subject_kind::reservation && !of_.holds()) return;
    for (const auto& b : of_.buckets) {
        const bool is_held = kind == subject_kind::reservation || holds_stock(b.state);
        if (!is_held || b.cell == none<cell_id> || !s_.books.cells.exists(b.cell)) continue;
        const std::uint64_t who = static_cast<std::uint64_t>(kind) << 32 | index;
        f(b.cell, b.n,
          digest{who}
              .add(of_.version)
              .add(b.line)
              .add(static_cast<std::uint64_t>(b.state))
              .add(static_cast<std::uint64_t>(b.n))
              .value());
    }
}

void engine::state::auditor::look_at_subject(subject_kind kind, std::uint32_t index) {
    if (!read(kind, index, m_.busy)) return;
    ++(kind == subject_kind::order ? m_.report.orders : m_.report.reservations);
    const place at = place_of(kind, index, of_.birth);
    if (const char* const sentence = unsound_places(kind))
        wrong(audit_check::partition, at, {}, std::string{"this does not hold: "} + sentence);
    else if (const auto h = s_.books.ledger.header(kind, index);
             h.version == of_.version && h.owner == 0 && h.facts != lifecycle::facts_of(of_))
        wrong(audit_check::facts, at, {h.facts, lifecycle::facts_of(of_)},
              "the header's fact bits are not those of the buckets");
    if (of_.made.ns > s_.time.load(std::memory_order_acquire))
        wrong(audit_check::made, at, {of_.made.ns, s_.time.load(std::memory_order_acquire)},
              "it was made after engine time");
    each_promised(kind, index, [&](cell_id c, granules n, std::uint64_t who) {
        if (raw(c) >= m_.cells.size()) m_.cells.resize(raw(c) + std::size_t{1});
        m_.cells[raw(c)].promised += n;
        m_.cells[raw(c)].holders += who;
    });
    if (kind == subject_kind::order)
        look_at_order(index);
    else
        look_at_reservation(index);
}

const char* engine::state::auditor::what_is_wrong_with_decision() const {
    const auto& chunks = s_.books.ledger.chunks();
    if (of_.cold == 0xFFFFFFFF) return nullptr;
    if (!chunks.stands(of_.cold, (std::uint64_t{of_.cold_bytes} + 63) / 64))
        return "its decision lies outside of the engine's memory";
    const auto decided = sourcing::decode_all(load_cold(chunks, of_.cold, of_.cold_bytes));
    if (!decided) return "its decision cannot be decoded";
    const bool known = raw(of_.decided_by) > 0 && raw(of_.decided_by) <= s_.policies.size();
    return known ? nullptr : "its decision was made by a policy that does not exist";
}

const char* engine::state::auditor::what_is_wrong_beside() const {
    beside all;
    if (!load_beside(s_.books.ledger.chunks(), of_.beside, all))
        return "what lies beside it is outside of the engine's memory";
    for (const rejection& r : all.rejections)
        if (r.line >= of_.lines.size() || index_of(r.node) >= s_.names.node.size() || r.times == 0)
            return "it remembers a rejection that cannot have been";
    for (const link& l : all.links)
        if (l.line >= of_.lines.size() || l.order >= s_.books.ledger.size(subject_kind::order) ||
            l.number == 0 || index_of(l.node) >= s_.names.node.size())
            return "it has a link to what does not exist";
    for (const revision& r : all.revisions)
        if (of_.kind != subject_kind::order || r.number == 0 || r.number > max_revision)
            return "it is at a revision that cannot be";
    for (const lifecycle::bucket& b : of_.buckets)
        if (of_.kind == subject_kind::order && lifecycle::link_of(b.ref) > all.links.size())
            return "its units name a link that it does not have";
    if (of_.kind == subject_kind::order)
        if (const char* wrong = lifecycle::unsound(all.standing, of_); wrong != nullptr)
            return wrong;
    if (const char* wrong = lifecycle::unsound(all.asked, of_, s_.nodes_of_cells());
        wrong != nullptr)
        return wrong;
    return lifecycle::unsound(all.holds, s_.names.holds.size(), of_.lines.size());
}

const char* engine::state::auditor::what_is_wrong_with_facts() const {
    if (of_.facts == 0xFFFFFFFF) return nullptr;
    const auto& chunks = s_.books.ledger.chunks();
    constexpr const char* outside = "its facts lie outside of the engine's memory";
    if (!chunks.stands(of_.facts, 1)) return outside;
    const std::uint64_t first = chunks.words(of_.facts)[0].load(std::memory_order_acquire);
    if (!chunks.stands(of_.facts, ((first & 0xFFFFFFFF) + 63) / 64)) return outside;
    std::vector<order_value> values;
    const auto bytes = load_facts(chunks, of_.facts);
    const bool is_sound = read_facts(bytes, of_.lines.size(), s_.names.facts, values);
    return is_sound ? nullptr : "its facts cannot be read";
}

/// Whether the order's key answers with the order.
bool engine::state::auditor::leads_back(std::uint32_t order) const {
    const std::uint32_t block = of_.remembered - 1;
    if (!s_.books.ledger.chunks().stands(block, 1)) return false;
    receipt first;
    return s_.keys.find(intake::key_space::order, s_.keys.key_of(block), first) &&
           first.subject == order;
}

void engine::state::auditor::look_at_order(std::uint32_t index) {
    const char* sentence = what_is_wrong_with_facts();
    if (sentence == nullptr) sentence = what_is_wrong_beside();
    if (sentence == nullptr) sentence = what_is_wrong_with_decision();
    if (sentence != nullptr) {
        const auto h = s_.books.ledger.header(subject_kind::order, index);
        if (h.version == of_.version && h.owner == 0)
            wrong(audit_check::decision, place_of(subject_kind::order, index, 0), {}, sentence);
    }
    if (is_missing_among_repeats(s_, index, of_))
        wrong(audit_check::repeats, place_of(subject_kind::order, index, 0), {},
              "an order of its customer would not be seen to repeat it");
    if (!leads_back(index)) m_.unkeyed.push_back({index, of_.version, of_.remembered, never});
    beside more;
    if (of_.beside == no_chunk || !load_beside(s_.books.ledger.chunks(), of_.beside, more)) return;
    const time_point due = next_deadline(of_, more);
    if (due == never) return;
    m_.due_orders.push_back({index, of_.version, of_.birth, due});
    if (due < m_.report.now) m_.overdue_orders.push_back(m_.due_orders.back());
}

void engine::state::auditor::look_at_reservation(std::uint32_t index) {
    if (of_.life != reservation_state::active || of_.deadline == never) return;
    const awaited a{index, of_.version, of_.birth, of_.deadline};
    m_.due.push_back(a);
    if (of_.deadline <= m_.report.now) m_.overdue.push_back(a);
}

bool engine::state::auditor::still(subject_kind kind, const awaited& a) {
    std::vector<unread> busy;
    return read(kind, a.index, busy) && of_.version == a.version;
}

void engine::state::auditor::look_at_timers() {
    if (m_.due.empty() && m_.due_orders.empty()) return enter(audit_stage::again_cells);
    std::vector<hung_timer> hung(s_.books.ledger.size(subject_kind::reservation));
    std::vector<time_point> hung_orders(s_.books.ledger.size(subject_kind::order), never);
    const std::uint64_t most = s_.books.ledger.chunks().carved() * lifecycle::timer_place::end;
    std::uint64_t seen = 0;
    const bool all = s_.books.timers.each([&](std::uint64_t id, time_point wakes) {
        const auto index = static_cast<std::uint32_t>(id);
        const auto birth = static_cast<std::uint32_t>(id >> 32);
        if (is_order_timer(id)) {
            if (index < hung_orders.size())
                hung_orders[index] = std::min(hung_orders[index], wakes);
            return ++seen <= most;
        }
        if (index < hung.size() && birth >= hung[index].birth) {
            const bool same = birth == hung[index].birth;
            hung[index] = {birth, same ? std::min(wakes, hung[index].wakes) : wakes};
        }
        return ++seen <= most;
    });
    if (!all && ++m_.patience < patience) {
        looks_ = 0;
        return;
    }
    m_.report.timers = seen;
    if (!all) m_.report.unchecked.push_back(audit_check::timer);
    const auto waits = [&](const awaited& a) {
        return a.index < hung.size() && hung[a.index].birth == a.birth &&
               hung[a.index].wakes <= a.deadline;
    };
    for (const awaited& a : m_.due)
        if (all && !waits(a) && still(subject_kind::reservation, a))
            wrong(audit_check::timer, place_of(subject_kind::reservation, a.index, a.birth), {},
                  "no timer will wake it at its deadline");
    for (const awaited& a : m_.due_orders)
        if (all && hung_orders[a.index] > a.deadline && still(subject_kind::order, a))
            wrong(audit_check::timer, place_of(subject_kind::order, a.index, a.birth), {},
                  "no timer will wake it at its deadline");
    m_.due.clear();
    m_.due_orders.clear();
    enter(audit_stage::again_cells);
}

void engine::state::auditor::look_again(subject_kind kind, std::uint32_t index) {
    if (!read(kind, index, m_.busy_again)) return;
    each_promised(kind, index, [&](cell_id c, granules n, std::uint64_t who) {
        const auto found = std::ranges::lower_bound(m_.suspects, c, {}, &suspect_cell::cell);
        if (found == m_.suspects.end() || found->cell != c) return;
        found->now.promised += n;
        found->now.holders += who;
    });
}

bool engine::state::auditor::somebody_owns() const noexcept {
    return std::ranges::any_of(m_.busy_again, [](const unread& u) { return u.in_hand; });
}

void engine::state::auditor::judge_subjects(bool) {
    if (m_.unsettled) m_.due.clear(), m_.due_orders.clear();
    for (const awaited& a : m_.overdue)
        if (still(subject_kind::reservation, a) && of_.life == reservation_state::active)
            leak(audit_check::overdue, place_of(subject_kind::reservation, a.index, a.birth),
                 {a.deadline.ns, m_.report.now.ns}, "its deadline has passed, and it holds units");
    m_.overdue.clear();
    for (const awaited& a : m_.overdue_orders)
        if (still(subject_kind::order, a))
            leak(audit_check::overdue, place_of(subject_kind::order, a.index, a.birth),
                 {a.deadline.ns, m_.report.now.ns}, "what was to happen to it has not happened");
    m_.overdue_orders.clear();
    for (const awaited& a : m_.unkeyed) {
        if (!still(subject_kind::order, a) || leads_back(a.index)) continue;
        const place at = place_of(subject_kind::order, a.index, 0);
        const char* const what = "the key that it was placed under does not lead to it";
        if (m_.unsettled)
            moving(audit_check::key, at, {}, what);
        else
            wrong(audit_check::key, at, {}, what);
    }
    m_.unkeyed.clear();
}

/// Those who could not be read in the first look: their header words are the same still, or they
/// have gone on.
void engine::state::auditor::judge_busy(bool last) {
    for (const unread& u : m_.busy) {
        std::vector<unread> again;
        if (read(u.kind, u.index, again) || again.empty() || again.front().header != u.header)
            continue;
        const auto h = lifecycle::header_word::of(u.header);
        const place at = place_of(u.kind, u.index, 0);
        if (h.owner == 0)
            wrong(audit_check::partition, at, {}, "its words do not fit the memory that it has");
        else if (m_.exact)
            leak(audit_check::owner, at, {h.owner - 1, 0},
                 "slot " + std::to_string(h.owner - 1) + " owns it, and nobody is at work");
        else if (last)
            moving(audit_check::owner, at, {h.owner - 1, 0},
                   "slot " + std::to_string(h.owner - 1) + " owned it at every look");
        else
            m_.busy_again.push_back(u);
    }
    std::swap(m_.busy, m_.busy_again);
    if (last || m_.exact) m_.busy.clear();
}

}  // namespace earmark
