// TABLES AND MEMORY: names, rules, keys, and who holds which chunk.
#include <algorithm>
#include <mutex>
#include <set>

#include "auditor.hpp"
#include "earmark/promise/tables.hpp"
#include "suspecting.hpp"

namespace earmark {
namespace {

using lifecycle::chunk;

/// Who has which block.
class owners {
public:
    explicit owners(const lifecycle::slab<>& chunks)
        : chunks_{chunks}, taken_(chunks.carved(), false) {}

    /// False where some of it is no memory of ours, or somebody has it already.
    bool take(std::uint64_t at, std::uint64_t blocks) {
        if (!chunks_.stands(at, blocks)) return false;
        for (std::uint64_t i = at; i < at + blocks; ++i)
            if (taken_[i]) return false;
        std::fill_n(taken_.begin() + static_cast<std::ptrdiff_t>(at), blocks, true);
        count_ += blocks;
        return true;
    }
    [[nodiscard]] bool has(std::uint64_t block) const { return taken_[block]; }
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

private:
    const lifecycle::slab<>& chunks_;
    std::vector<bool> taken_;
    std::uint64_t count_ = 0;
};

}  // namespace

// ---- the idempotency map -----------------------------------------------------------------------

void engine::state::auditor::look_at_key(std::uint32_t i) {
    const auto e = s_.keys.entry(i);
    if (!e.used) return;
    ++m_.report.keys;
    if (e.pending) m_.pending.push_back({i, e.bits});
    if (!e.leads_home)
        wrong(audit_check::entry, {}, {i, e.block},
              "entry " + std::to_string(i) + " of the idempotency map does not lead to its key");
}

/// A key may be claimed again by another caller in the same words: certain only where nobody is.
void engine::state::auditor::judge_pending(bool last) {
    std::erase_if(m_.pending, [&](const audit_memory::pending_key& p) {
        const bool same = s_.keys.entry(p.entry).bits == p.bits;
        const auto tell = [&](std::vector<finding>& to) {
            add(to, audit_check::pending, {}, {p.entry, 0},
                "entry " + std::to_string(p.entry) +
                    " of the idempotency map is being worked on by nobody");
        };
        if (same && m_.exact) tell(m_.report.leaks);
        if (same && !m_.exact && last) tell(m_.report.moving);
        return !same || last || m_.exact;
    });
}

// ---- tables ------------------------------------------------------------------------------------

void engine::state::auditor::look_at_names(const key_table& in, std::size_t rows,
                                           const char* what) {
    for (std::uint32_t i = 0; i < in.size(); ++i)
        if (in.find(in.key(i)) != i)
            wrong(audit_check::names, {}, {i, i},
                  std::string{"the key of "} + what + " " + std::to_string(i) +
                      " does not lead back to it");
    if (in.size() != rows)
        wrong(audit_check::names, {},
              {static_cast<std::int64_t>(rows), static_cast<std::int64_t>(in.size())},
              std::string{"there are not as many rows as keys of "} + what + "s");
}

void engine::state::auditor::look_at_tables() {
    const catalog& n = s_.names;
    m_.row_cells = 0;
    look_at_leases();
    look_at_waiting();
    look_at_authority();
    look_at_repeats();
    look_at_names(n.nodes, n.node.size(), "node");
    look_at_names(n.places, n.place_at.size(), "place");
    look_at_names(n.actors, n.actors.size(), "actor");
    look_at_names(n.floors.channels, n.floors.channels.size(), "channel");
    look_at_names(n.floors.keys, n.floors.rules().size(), "floor rule");
    look_at_names(n.sections.segments, n.sections.segment_count(), "segment");
    look_at_names(n.sections.keys, n.sections.size(), "section");
    look_at_names(n.threshold_keys, n.thresholds.size(), "threshold");
    const date_tables& dates = n.dates();
    look_at_names(dates.calendar_keys, dates.calendars().size(), "calendar");
    look_at_names(dates.service_keys, dates.services().size(), "service");
    look_at_names(dates.zones, dates.zones.size(), "zone");
    for (std::uint32_t i = 0; i < n.node.size(); ++i) {
        std::int64_t rank = 0;
        for (std::uint32_t k = 0; k < n.node.size(); ++k) rank += n.nodes.key(k) < n.nodes.key(i);
        if (rank != n.node[i].sequence)
            wrong(audit_check::names, {none<sku_id>, node_id{static_cast<std::uint16_t>(i)}},
                  {n.node[i].sequence, rank}, "its rank is not that of its key");
    }
    look_at_names(n.restrictions.keys, n.restrictions.size(), "restriction");
    look_at_names(n.pools.keys, n.pools.all().size(), "pool");
    for (std::uint32_t i = 0; i < n.pools.all().size(); ++i)
        if (const cell_id c = n.pools[pool_id{i}].cell;
            !s_.books.cells.exists(c) || s_.books.cells.pool_of(c) != pool_id{i})
            wrong(audit_check::row, {.pool = pool_id{i}}, {raw(c), i}, "its cell is not its own");
    if (!n.floors.compiled_as_written())
        wrong(audit_check::floors, {}, {}, "look-ups do not find exactly the rules in force");
    const std::uint32_t active = s_.active_policy.load(std::memory_order_acquire);
    if (s_.policies.size() != n.policies.size() || active != s_.policies.size())
        wrong(audit_check::policy, {}, {active, static_cast<std::int64_t>(n.policies.size())},
              "the policy in force is not the last one");
}

/// Privileges: what verbs look at first; and counts of denials, of which every doubling is noted.
void engine::state::auditor::look_at_authority() {
    const authority_table& table = s_.names.authority;
    for (std::size_t i = 0; i < privileges; ++i) {
        const auto p = static_cast<privilege>(i);
        const auto rows = std::ranges::count(table.rows(), p, &authority_table::row::may);
        if (table.guards(p) != (rows != 0))
            wrong(audit_check::denials, {}, {rows, table.guards(p)},
                  "privilege '" + std::string{name_of(p)} + "' has rows, and is everybody's");
    }
    denial_memory& memory = s_.names.denials();
    const std::unique_lock lock{memory.lock, std::try_to_lock};
    if (!lock) return;  // somebody is denied something at this moment
    for (const denial_memory::pair& p : memory.pairs())
        if (p.times < p.noted || p.times >= denial_memory::next_note(p.noted))
            wrong(audit_check::denials, {},
                  {static_cast<std::int64_t>(p.noted), static_cast<std::int64_t>(p.times)},
                  "actor " + std::to_string(raw(p.actor)) + " was denied '" +
                      std::string{name_of(p.may)} + "' as often as its last note does not allow");
}

void engine::state::auditor::look_at_repeats() {
    if (const auto order = stranger_among_repeats(s_))
        wrong(audit_check::repeats, place_of(subject_kind::order, *order, 0), {},
              "it is remembered as a customer's that it is not");
}

/// Quarantine and tombstones: whose keys are remembered nowhere, and what they weigh.
void engine::state::auditor::look_at_waiting() {
    const intake::waiting_room& all = s_.names.waiting;
    const auto free = [&](const std::string& key, const char* what) {
        receipt first;
        if (!s_.keys.find(intake::key_space::order, key, first)) return;
        wrong(audit_check::waiting, {}, {},
              std::string{what} + " '" + key + "' is remembered, too");
    };
    std::size_t bytes = 0;
    for (const auto& [key, o] : all.orders()) {
        bytes += intake::bytes_of(key, o);
        free(key, "the order in quarantine");
        if (all.find_tombstone(key) != nullptr)
            wrong(audit_check::waiting, {}, {}, "the order in quarantine '" + key + "' is buried");
    }
    for (const auto& [key, t] : all.tombstones()) free(key, "the tombstone of");
    if (bytes != all.bytes())
        wrong(audit_check::waiting, {},
              {static_cast<std::int64_t>(all.bytes()), static_cast<std::int64_t>(bytes)},
              "the bytes in quarantine are not the sum of its orders");
}

/// A SKU's key, and its row of cells.
void engine::state::auditor::look_at_row(std::uint32_t sku) {
    const sku_id id{sku};
    const catalog& n = s_.names;
    if (n.skus.find(n.skus.key(sku)) != sku)
        wrong(audit_check::names, {id}, {sku, sku}, "its key does not lead back to it");
    std::vector<bool> seen(n.node.size());
    std::set<std::pair<section_id, node_id>> seen_in;  // of the sections
    const auto look = [&](cell_id c, node_id at, section_id in) {
        ++m_.row_cells;
        const auto& cells = s_.books.cells;
        bool fits = cells.exists(c) && cells.sku_of(c) == id && cells.section_of(c) == in &&
                    index_of(at) < seen.size();
        if (fits && in == none<section_id>) {
            fits = !seen[index_of(at)];
            seen[index_of(at)] = true;
        } else if (fits) {
            fits = n.sections.exists(in) && seen_in.emplace(in, at).second;
        }
        if (!fits)
            wrong(audit_check::row, {id}, {raw(c), raw(at)},
                  "cell " + std::to_string(raw(c)) + " stands in its row and is not its own");
    };
    s_.books.cells.each(id, [&](cell_id c, node_id at) { look(c, at, none<section_id>); });
    s_.books.cells.each_section(id, look);
    const std::uint64_t known = m_.row_cells + n.pools.all().size();
    if (m_.exact && sku + 1 == n.skus.size() && known != m_.report.cells)
        wrong(audit_check::row, {},
              {static_cast<std::int64_t>(known), static_cast<std::int64_t>(m_.report.cells)},
              "some cells are in no SKU's row and no pool's");
}

// ---- memory, of an engine that is held still ---------------------------------------------------

/// Calls f(chunk, bytes, what it is) for what lies beside an order.
template <class F>
static void claim_beside(const lifecycle::image& of, const lifecycle::slab<>& chunks, F&& f) {
    const auto first_word = [&](std::uint32_t at) {
        return chunks.words(at)[0].load(std::memory_order_acquire);
    };
    if (of.cold != 0xFFFFFFFF) f(of.cold, of.cold_bytes, "its decision");
    if (of.facts != 0xFFFFFFFF && chunks.stands(of.facts, 1))
        f(of.facts, static_cast<std::uint32_t>(first_word(of.facts)), "its facts");
    if (of.beside != no_chunk) f(of.beside, beside_size(chunks, of.beside), "what lies beside it");
}

void engine::state::auditor::look_at_memory() {
    const auto& ledger = s_.books.ledger;
    const auto& chunks = ledger.chunks();
    owners held{chunks};
    const auto claim = [&](std::uint64_t at, std::uint64_t blocks, const place& by,
                           const char* what) {
        if (held.take(at, blocks)) return true;
        wrong(audit_check::chunk, by, {static_cast<std::int64_t>(at), 1},
              std::string{what} + " at block " + std::to_string(at) +
                  " is outside of the engine's memory, or somebody else's too");
        return false;
    };
    for (const auto kind : {subject_kind::order, subject_kind::reservation})
        for (std::uint32_t i = 0; i < ledger.size(kind); ++i) {
            const chunk c = ledger.place(kind, i);
            std::vector<unread> busy;
            if (!c.holds() || !claim(c.at, c.blocks, place_of(kind, i, 0), "its chunk")) continue;
            if (!read(kind, i, busy)) continue;
            claim_beside(of_, chunks, [&](std::uint64_t at, std::uint32_t bytes, const char* what) {
                claim(at, lifecycle::slab<>::room_for((bytes + 63) / 64), place_of(kind, i, 0),
                      what);
            });
        }
    std::uint32_t used = 0;
    for (std::uint32_t i = 0; i < s_.keys.entries(); ++i)
        if (const auto e = s_.keys.entry(i); e.used) {
            ++used;
            claim(e.block, lifecycle::slab<>::room_for(e.blocks), {}, "a key");
        }
    if (used != s_.keys.size())
        wrong(audit_check::entry, {}, {s_.keys.size(), used},
              "the idempotency map does not have as many entries as it counts");
    s_.books.timers.each_block(
        [&](chunk c) { return claim(c.at, c.blocks, {}, "a block of timers"); });
    chunks.each_free([&](chunk c) { return claim(c.at, c.blocks, {}, "a free chunk"); });
    const std::uint64_t known = held.count() + chunks.wasted();
    if (known != chunks.carved())
        leak(audit_check::dead_chunk, {},
             {static_cast<std::int64_t>(chunks.carved()), static_cast<std::int64_t>(known)},
             std::to_string(chunks.carved() - known) +
                 " blocks of 64 bytes are in nobody's hand and not free");
    look_at_numbers(subject_kind::order);
    look_at_numbers(subject_kind::reservation);
}

void engine::state::auditor::look_at_numbers(subject_kind kind) {
    const auto& ledger = s_.books.ledger;
    std::vector<bool> spare(ledger.size(kind));
    std::uint64_t live = 0, spares = 0;
    const auto lives = [&](std::uint32_t i) {
        std::vector<unread> busy;
        return read(kind, i, busy) && (kind == subject_kind::order || of_.holds());
    };
    ledger.spares(kind).each([&](std::uint32_t i) {
        if (i >= spare.size() || spare[i] || lives(i))
            return wrong(audit_check::number, place_of(kind, i, 0), {i, 0},
                         "its number would be given out again");
        spare[i] = true;
        ++spares;
    });
    if (kind == subject_kind::order) return;  // they do not end
    for (std::uint32_t i = 0; i < spare.size(); ++i) live += lives(i);
    if (live + spares < spare.size())
        leak(audit_check::dead_number, {},
             {static_cast<std::int64_t>(spare.size()), static_cast<std::int64_t>(live + spares)},
             std::to_string(spare.size() - live - spares) +
                 " numbers of reservations are in nobody's hand and not free");
}

}  // namespace earmark
