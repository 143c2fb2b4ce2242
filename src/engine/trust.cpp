// TRUST: the digests, the balance and the invariants that a host can recompute at any quiet moment.
#include <array>
#include <map>

#include "beside.hpp"
#include "earmark/engine/fold.hpp"
#include "state_calls.hpp"

namespace earmark {
namespace {

/// Calls f(index, image) for every order or reservation that exists.
template <class State, class F>
void each(const State& s, subject_kind kind, F&& f) {
    lifecycle::image of;
    for (std::uint32_t i = 0; i < s.books.ledger.size(kind); ++i)
        if (s.books.ledger.read(kind, i, of) == error_code::ok) f(i, of);
}

template <class State, class F>
void each_cell(const State& s, F&& f) {
    for (std::uint32_t i = 0; i < s.books.cells.blocks() * stock::block_cells; ++i)
        if (s.books.cells.exists(cell_id{i})) f(cell_id{i});
}

}  // namespace

std::uint64_t engine::state_hash() const {
    state& s = *state_;
    if (const std::unique_lock lock{s.feeds.lock, std::try_to_lock}; lock && s.feeds.behind)
        (void)s.catch_up();
    std::uint64_t sum = s.names.digest_of_tables() + s.feeds.digest();
    each_cell(s, [&](cell_id c) {
        digest d{1};
        d.add(raw(c))
            .add(static_cast<std::uint64_t>(s.books.stock.free(c)))
            .add(static_cast<std::uint64_t>(s.books.cells.on_hand(c)));
        sum += d.value();
    });
    each(s, subject_kind::order, [&](std::uint32_t i, const lifecycle::image& of) {
        digest d{lifecycle::digest_of(of, i)};
        d.add(s.keys.key_of(of.remembered - 1));
        for (const std::byte b : load_facts(s.books.ledger.chunks(), of.facts))
            d.add(static_cast<std::uint64_t>(b));
        beside more;
        if (load_beside(s.books.ledger.chunks(), of.beside, more))
            for (const std::byte b : bytes_of(more)) d.add(static_cast<std::uint64_t>(b));
        sum += d.value();
    });
    each(s, subject_kind::reservation, [&](std::uint32_t i, const lifecycle::image& of) {
        if (of.holds()) sum += lifecycle::digest_of(of, i);
    });
    if (s.books.turns.is_kept()) {
        std::vector<std::int32_t> turns(s.names.node.size());
        s.books.turns.turns(turns);
        digest d{2};
        for (const std::int32_t turn : turns) d.add(static_cast<std::uint64_t>(turn));
        sum += d.value();
    }
    return mix(sum);
}

std::uint64_t engine::event_digest() { return state_->log->digest_of_events(); }

balance engine::balance_report() const {
    const state& s = *state_;
    balance b;
    each_cell(s, [&](cell_id c) {
        if (s.is_pool(c)) return;
        ++b.cells;
        b.on_hand += s.books.cells.on_hand(c);
        b.free += s.books.stock.free(c);
    });
    each(s, subject_kind::reservation, [&](std::uint32_t, const lifecycle::image& of) {
        if (!of.holds()) return;
        for (const auto& k : of.buckets)
            if (!s.is_pool(k.cell)) b.reserved += k.n;
    });
    // By state; what waits for another order holds no stock yet.
    const std::array<std::int64_t*, unit_states> in = {
        &b.open,   &b.backordered, nullptr,      &b.allocated, &b.released, &b.picked,
        &b.packed, &b.shipped,     &b.delivered, &b.lost,      &b.cancelled};
    each(s, subject_kind::order, [&](std::uint32_t, const lifecycle::image& of) {
        for (const auto& l : of.lines) b.ordered += l.ordered;
        for (const auto& k : of.buckets)
            if (std::int64_t* const sum = in[static_cast<std::size_t>(k.state)]) *sum += k.n;
    });
    b.earmarked = b.reserved + b.allocated + b.released + b.picked + b.packed;
    return b;
}

namespace {

/// Units of a line that a link is about: those that wait, or those that are to come.
std::int64_t linked(const lifecycle::image& of, std::uint16_t line, std::uint32_t number,
                    bool waiting) {
    std::int64_t sum = 0;
    for (const lifecycle::bucket& b : of.buckets)
        if (b.line == line && lifecycle::link_of(b.ref) == number && !is_final(b.state) &&
            (!waiting || b.state == unit_state::reserved))
            sum += b.n;
    return sum;
}

/// Does the link that leads back lead back to this one?
template <class State>
bool leads_back(const State& s, std::uint32_t order, std::uint32_t number, const link& l,
                const lifecycle::image& other) {
    beside more;
    if (!load_beside(s.books.ledger.chunks(), other.beside, more)) return true;  // said of it
    if (l.number == 0 || l.number > more.links.size()) return false;
    const link& back = more.links[l.number - 1];
    return back.order == order && back.number == number && back.line == l.other_line &&
           back.other_line == l.line && back.kind != l.kind;
}

/// What an order waits for is on its way to it, unit by unit.
template <class State>
void check_links(const State& s, std::uint32_t order, const lifecycle::image& of,
                 std::vector<std::string>& wrong) {
    beside more;
    if (!load_beside(s.books.ledger.chunks(), of.beside, more)) return;
    for (std::size_t k = 0; k < more.links.size(); ++k) {
        const link& l = more.links[k];
        const auto number = static_cast<std::uint32_t>(k + 1);
        lifecycle::image other;
        if (s.books.ledger.read(subject_kind::order, l.order, other) != error_code::ok ||
            !leads_back(s, order, number, l, other)) {
            wrong.push_back("order " + std::to_string(order) + ": its link " +
                            std::to_string(number) + " leads to nothing that leads back");
            continue;
        }
        if (l.kind != link_kind::brought_by) continue;
        const auto mine = linked(of, l.line, number, true);
        const auto theirs = linked(other, l.other_line, l.number, false);
        if (mine != theirs)
            wrong.push_back("order " + std::to_string(order) + ": waits for " +
                            std::to_string(mine) + " by order " + std::to_string(l.order) +
                            ", which brings " + std::to_string(theirs));
    }
}

}  // namespace

std::vector<std::string> engine::check_invariants() const {
    const state& s = *state_;
    std::vector<std::string> wrong;
    std::map<cell_id, std::int64_t> earmarked;
    const auto who = [](const char* what, std::uint32_t i) {
        return std::string{what} + " " + std::to_string(i) + ": ";
    };
    each(s, subject_kind::order, [&](std::uint32_t i, const lifecycle::image& of) {
        if (const char* sentence = lifecycle::unsound(of))
            wrong.push_back(who("order", i) + sentence);
        check_links(s, i, of, wrong);
        for (const auto& k : of.buckets)
            if (holds_stock(k.state)) earmarked[k.cell] += k.n;
        if (s.books.ledger.header(subject_kind::order, i).facts != lifecycle::facts_of(of))
            wrong.push_back(who("order", i) + "the header's fact bits are those of its buckets");
    });
    each(s, subject_kind::reservation, [&](std::uint32_t i, const lifecycle::image& of) {
        if (const char* sentence = lifecycle::unsound(of))
            wrong.push_back(who("reservation", i) + sentence);
        if (of.holds())
            for (const auto& k : of.buckets) earmarked[k.cell] += k.n;
    });
    each_cell(s, [&](cell_id c) {
        const std::int64_t free = s.books.stock.free(c);
        const std::int64_t on_hand = s.books.cells.on_hand(c);
        if (on_hand != free + earmarked[c])
            wrong.push_back(who("cell", raw(c)) + "on hand " + std::to_string(on_hand) +
                            " = free " + std::to_string(free) + " + earmarked " +
                            std::to_string(earmarked[c]));
        if (free > 0 && s.books.marks.is_marked(c))
            wrong.push_back(who("cell", raw(c)) + "is marked as empty and has " +
                            std::to_string(free) + " free");
    });
    if (s.is_halted.load(std::memory_order_acquire)) wrong.push_back("halted: " + s.halt_sentence);
    return wrong;
}

metrics engine::status() const {
    const state& s = *state_;
    metrics m;
    m.orders = s.total(&counters::orders);
    m.declined = s.total(&counters::declined);
    m.repeats = s.total(&counters::repeats);
    m.takes = s.total(&counters::takes);
    m.refused_takes = s.total(&counters::refused);
    m.conflicts = s.total(&counters::conflicts);
    m.expired = s.total(&counters::expired);
    const auto journal = s.log->counted();
    m.records = journal.records;
    m.record_bytes = journal.bytes;
    m.batches = journal.batches;
    return m;
}

}  // namespace earmark
