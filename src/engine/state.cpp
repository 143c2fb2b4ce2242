#include "state_calls.hpp"

#include <algorithm>

#include "earmark/allocation/allot.hpp"
#include "earmark/engine/fold.hpp"
#include "holder.hpp"
#include "order_timers.hpp"
#include "suspecting.hpp"

namespace earmark {
namespace {

config checked(config c) {
    EARMARK_CHECK(c.max_orders > 0 && c.max_reservations > 0 && c.max_keys > 0,
                  "config: max_orders, max_reservations and max_keys must be positive");
    EARMARK_CHECK(c.max_keys <= 1u << 30, "config: max_keys must be at most 2^30");
    EARMARK_CHECK(c.max_cells >= stock::block_cells, "config: max_cells must be at least 8");
    EARMARK_CHECK(c.take_limit >= 2 && c.take_limit <= stock::most_lines,
                  "config: take_limit must be 2 to 8192");
    EARMARK_CHECK(c.max_debt >= 0 && c.max_debt <= stock::max_amount,
                  "config: max_debt must be 0 to 4,194,303");
    EARMARK_CHECK(c.ring_bytes >= 1u << 16 && (c.ring_bytes & (c.ring_bytes - 1)) == 0,
                  "config: ring_bytes must be a power of two of at least 65,536");
    return c;
}

}  // namespace

engine::state::state(config s)
    : settings{checked(std::move(s))},
      books{stock::max_slots,    settings.take_limit,       settings.max_cells,
            settings.max_orders, settings.max_reservations, settings.ledger_bytes},
      keys{books.ledger.chunks(), settings.max_keys},
      feeds{settings.feed_events},
      levels{names, books.cells, feeds, settings.crossing_events},
      desks(stock::max_slots) {
    recover();
}

desk& engine::state::desk_of(std::uint32_t slot) {
    if (!desks[slot]) desks[slot] = std::make_unique<desk>();  // only the slot's borrower is here
    return *desks[slot];
}

time_point engine::state::move_time(time_point now) noexcept {
    if (now == never) --now.ns;  // never does not come: what has no deadline is not due then
    std::int64_t seen = time.load(std::memory_order_acquire);
    while (now.ns > seen && !time.compare_exchange_weak(seen, now.ns, std::memory_order_acq_rel,
                                                        std::memory_order_acquire)) {
    }
    return {std::max(now.ns, seen)};
}

void engine::state::halt(const char* sentence) noexcept {
    if (halting.exchange(true, std::memory_order_acq_rel)) return;  // the first sentence stays
    try {
        halt_sentence = sentence;
    } catch (const std::bad_alloc&) {
        halt_sentence.clear();
    }
    is_halted.store(true, std::memory_order_release);
}

void engine::state::recover() {
    folder fold{books, names, keys, feeds, levels};
    journal::batch_info last;
    std::uint64_t digest = 0;
    error wrong;
    if (settings.sink) {
        bool first = true;
        const auto read = settings.sink->read([&](std::uint64_t, std::span<const std::byte> b) {
            const auto info =
                journal::read_batch(b, first ? nullptr : &last,
                                    [&](std::uint64_t at, std::span<const std::byte> record) {
                                        digest = mix(digest ^ content_digest(record).low);
                                        return fold.apply(at, record);
                                    });
            if (!info) wrong = info.error();
            if (info) last = *info;
            first = false;
            return info.has_value();
        });
        if (read != error_code::ok && wrong.code == error_code::ok) wrong = fail(read);
    }
    log = std::make_unique<journal::log>(settings.ring_bytes, settings.retained_bytes,
                                         settings.sink, last, digest);
    commits = std::make_unique<committer<>>(books, log->records());
    if (wrong.code != error_code::ok) return halt(("recovery: " + to_string(wrong)).c_str());
    if (last.number != 0) time.store(fold.now().ns, std::memory_order_release);
    std::vector<std::string_view> node_keys;
    for (std::uint32_t k = 0; k < names.node.size(); ++k) node_keys.push_back(names.nodes.key(k));
    for (const std::string& text : names.policies) {
        auto parsed = sourcing::parse_policy(text);
        if (!parsed) return halt("recovery: a policy of the journal cannot be read any more");
        auto bound = bind(*parsed.value);
        if (!bound)
            return halt("recovery: a policy of the journal declares what its tables have not");
        parsed.value->name_nodes(node_keys);
        policies.push_back(std::move(*parsed.value));
        bindings.push_back(std::move(*bound));
    }
    active_policy.store(static_cast<std::uint32_t>(policies.size()), std::memory_order_release);
    lifecycle::image at;
    const auto kind = subject_kind::reservation;
    for (std::uint32_t i = 0; i < books.ledger.size(kind); ++i)
        if (books.ledger.read(kind, i, at) != error_code::ok || !at.holds())
            books.ledger.spare(kind, i);
    remake_repeats(*this);
}

// ---- time --------------------------------------------------------------------------------------

std::uint32_t engine::state::sweep(std::uint32_t slot, time_point now) {
    std::uint32_t expired = 0;
    const auto or_later = [&](auto&& f) {
        return [&, f](std::uint64_t id) {
            try {
                return f(id);
            } catch (const std::bad_alloc&) {
                return now;  // still due: look again when there is memory
            }
        };
    };
    books.timers.sweep(slot, now, or_later([&](std::uint64_t id) { return due_at(slot, now, id); }),
                       or_later([&](std::uint64_t id) { return expire(slot, now, id, expired); }),
                       [&](std::uint64_t id) {
                           books.ledger.prefetch(kind_of_timer(id), static_cast<std::uint32_t>(id));
                       });
    return expired;
}

time_point engine::state::due_at(std::uint32_t slot, time_point now, std::uint64_t id) {
    if (is_order_timer(id)) return holder{*this}.due_at(slot, now, static_cast<std::uint32_t>(id));
    lifecycle::image& due = desk_of(slot).due;
    const auto e = read_reservation(reservation_id{id}, due);
    if (e.code == error_code::reservation_busy) return now;  // it may be: look again
    return e.code == error_code::ok && due.life == reservation_state::active ? due.deadline : never;
}

time_point engine::state::expire(std::uint32_t slot, time_point now, std::uint64_t id,
                                 std::uint32_t& expired) {
    if (is_order_timer(id))
        return holder{*this}.expire(slot, now, static_cast<std::uint32_t>(id), expired);
    desk& d = desk_of(slot);
    const auto e = read_reservation(reservation_id{id}, d.due);
    if (e.code == error_code::reservation_busy) return now;  // still due: look again
    if (e.code != error_code::ok || d.due.life != reservation_state::active) return never;
    if (d.due.deadline > now) return d.due.deadline;

    d.clear();
    d.due_next = d.due;
    d.due_next.life = reservation_state::expired;
    for (const auto& b : d.due.buckets) d.gives.push_back({b.cell, b.n});
    const auto index = static_cast<std::uint32_t>(id);
    d.record.begin(verb::expire, now, actor_id{});
    d.record.reservation(
        {index, reservation_state::expired, false, d.due.deadline, {}, d.due.birth});
    record_cells(d);
    subject(d, subject_kind::reservation, index, d.due, d.due_next, true);
    if (commit({slot, d, now}).code != error_code::ok) return now;
    counters::bump(counts[slot].expired);
    ++expired;
    return never;
}

/// Looks at what was taken and is not in the wheel yet: its caller may have stopped before that.
bool engine::state::stays_calm(const visit& v, std::optional<std::uint64_t> calm) {
    if (!calm) return false;
    bool late = false;
    books.timers.each_announced(v.now, [&](std::uint64_t id) { late = !stood_by(v, id) || late; });
    return !late && books.timers.calm(v.now) == calm;
}

/// Whether an announced basket has held nothing that is due since before this attempt looked at
/// what is free: an earlier attempt has seen so, and its header is as it was. What the caller of
/// the basket still has to do, before its commit or after others have expired it, then concerns
/// nobody. Else expires what is due.
bool engine::state::stood_by(const visit& v, std::uint64_t id) {
    const auto index = static_cast<std::uint32_t>(id);
    const auto word = [&] { return books.ledger.header(kind_of_timer(id), index).bits(); };
    const desk::bystander seen{id, word(), v.now};
    auto& known = v.desk.bystanders;
    if (std::ranges::find(known, seen) != known.end()) return true;
    std::uint32_t expired = 0;
    const bool is_due = expire(v.slot, v.now, id, expired) <= v.now;
    if (is_due || expired > 0 || word() != seen.header) return false;
    if (known.size() >= stock::max_slots) known.clear();
    known.push_back(seen);
    return false;
}

error engine::state::read_due(const visit& v, reservation_id id, lifecycle::image& into) {
    constexpr int looks = 4;
    for (int look = 0; look < looks; ++look) {
        if (const error e = read_reservation(id, into); e.code != error_code::ok) return e;
        if (into.life != reservation_state::active || into.deadline > v.now) return {};
        std::uint32_t expired = 0;  // another caller has its timer in hand: who comes first
        expire(v.slot, v.now, raw(id), expired);
        v.desk.clear();
    }
    return fail(error_code::reservation_busy, static_cast<std::int64_t>(raw(id)));
}

error engine::state::read_live(const visit& v, reservation_id id, lifecycle::image& into) {
    if (const error e = read_due(v, id, into); e.code != error_code::ok) return e;
    if (into.life == reservation_state::active) return {};
    return fail(into.life == reservation_state::expired ? error_code::reservation_expired
                                                        : error_code::reservation_over,
                static_cast<std::int64_t>(raw(id)));
}

// ---- commits -----------------------------------------------------------------------------------

committed engine::state::commit(const visit& v) {
    desk& d = v.desk;
    if (d.subjects.size() > 1)
        std::sort(d.subjects.begin(), d.subjects.end(), [](const auto& a, const auto& b) {
            return std::pair{a.kind, a.index} < std::pair{b.kind, b.index};
        });
    for ([[maybe_unused]] const lifecycle::rewrite& s : d.subjects)
        EARMARK_DEBUG_INVARIANT(lifecycle::unsound(*s.next) == nullptr,
                                lifecycle::unsound(*s.next));
    work w{d.takes,
           d.gives,
           d.stock,
           d.subjects,
           d.record.editable(),
           d.record.uncovered_at(),
           settings.max_debt,
           d.corrects};
    constexpr int attempts = 4;
    committed done;
    for (int i = 0; i < attempts; ++i) {
        if (log->records().half_full() || done.code == error_code::journal_full)
            if (const auto e = log->try_drain();
                e == error_code::sink_failed || e == error_code::out_of_memory) {
                done.code = e;
                return done;
            }
        done = commits->commit(v.slot, w);
        if (done.code != error_code::journal_full) break;
    }
    if (!d.takes.empty()) {
        counters& c = counts[v.slot];
        counters::bump(done.code == error_code::insufficient ? c.refused : c.takes);
    }
    return done;
}

error engine::state::make_room(const desk& d) {
    auto& ring = log->records();
    if (ring.half_full())
        if (const auto e = log->try_drain(); e != error_code::ok) return fail(e);
    const std::uint64_t words = journal::ring<>::words_for(d.record.bytes().size());
    if (!ring.credit(words)) return fail(error_code::journal_full);
    ring.refund(words);
    return {};
}

void engine::state::record_cells(desk& d) {
    for (const take_line& t : d.takes)
        if (t.n != 0) d.record.cell({t.cell, -t.n, 0});
    for (const give_line& g : d.gives) d.record.cell({g.cell, g.n, 0});
    for (const stock_line& s : d.stock) d.record.cell({s.cell, s.free, s.on_hand});
}

void engine::state::subject(desk& d, subject_kind kind, std::uint32_t index,
                            const lifecycle::image& of, const lifecycle::image& next, bool last) {
    lifecycle::rewrite r;
    r.kind = kind;
    r.index = index;
    r.version = of.version;
    r.next = &next;
    r.last = last;
    r.lines_stand = of.version != 0 && d.amends == nullptr;  // most verbs only move units
    d.subjects.push_back(r);
}

void engine::state::remember(desk& d, const command& c, digest128 content, const receipt& first) {
    if (!c.key.empty()) d.record.intern(journal::intern_key{c.key, content, first});
}

// ---- reading -----------------------------------------------------------------------------------

error engine::state::read_order(order_id id, lifecycle::image& into) const {
    const auto n = static_cast<std::int64_t>(raw(id));
    if (raw(id) >= books.ledger.size(subject_kind::order))
        return fail(error_code::unknown_order, n);
    const auto e =
        books.ledger.read(subject_kind::order, static_cast<std::uint32_t>(raw(id)), into);
    if (into.workflow != 0) into.rules = names.workflows.rules(into.workflow);
    return e == error_code::ok ? error{} : fail(e, n);
}

error engine::state::read_beside(order_id id, const lifecycle::image& of, beside& into) const {
    into.clear();
    if (of.beside == no_chunk) return {};
    const bool is_read = load_beside(books.ledger.chunks(), of.beside, into);
    const auto index = static_cast<std::uint32_t>(raw(id));
    if (books.ledger.at(subject_kind::order, index).version != of.version)
        return fail(error_code::order_busy, static_cast<std::int64_t>(raw(id)));
    EARMARK_INVARIANT(is_read, "what lies beside an order is read as it was kept");
    return {};
}

error engine::state::read_reservation(reservation_id id, lifecycle::image& into) const {
    const auto index = static_cast<std::uint32_t>(raw(id));
    const auto n = static_cast<std::int64_t>(raw(id));
    if (index >= books.ledger.size(subject_kind::reservation))
        return fail(error_code::unknown_reservation, n);
    const auto e = books.ledger.read(subject_kind::reservation, index, into);
    if (e != error_code::ok) return fail(e, n);
    return into.birth == raw(id) >> 32 ? error{} : fail(error_code::unknown_reservation, n);
}

error engine::state::shortage_of(const visit& v, const committed& done) const noexcept {
    const take_line& t = v.desk.takes[done.lack.line];
    const pool_id pool = books.cells.pool_of(t.cell);
    const auto granule = scale_of(t.cell).granule;
    const auto left = std::max<std::int64_t>(0, done.lack.free - t.floor) * granule;
    if (pool != none<pool_id>)
        return fail(error_code::pool_exhausted, t.n * granule, left, raw(pool));
    return fail(error_code::insufficient, t.n * granule, left, raw(books.cells.node_of(t.cell)));
}

error engine::state::merge_takes(const visit& v) const {
    error e = allocation::merge(v.desk.takes);
    if (const std::size_t cells = v.desk.takes.size();
        e.code == error_code::ok && cells > settings.take_limit)
        return fail(error_code::take_too_large, static_cast<std::int64_t>(cells),
                    settings.take_limit);
    if (e.code != error_code::out_of_range) return e;
    const cell_id cell{static_cast<std::uint32_t>(e.refs[2])};
    const auto granule = scale_of(cell).granule;
    return fail(e.code, e.refs[0] * granule, e.refs[1] * granule);
}

}  // namespace earmark
