// A HOUSE for the explorer: books, ring, timers and the commit with one SKU in three cells, an
// order and two reservations; the verbs of stock in the steps that the engine takes for them, so
// that whole commits are interleaved at every access.
#pragma once

#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "earmark/engine/commit.hpp"
#include "earmark/journal/record.hpp"
#include "explore/house_fold.hpp"
#include "explore/house_spec.hpp"
#include "support/explore/explore.hpp"

namespace earmark::explore {

/// What the world looks like before the threads begin. Units of holds are on top of `free`.
struct house_setting {
    amounts free{};
    std::array<amounts, holds> held{};
    bool due = false;  // the holds' deadline has come, and nobody has swept yet
};

template <class Env>
class house {
public:
    explicit house(const house_setting& from) : log_{initial(from)}, setting_{from} {
        b_.cells.add_sku();
        for (std::uint16_t c = 0; c < house_cells; ++c) {
            cells_[c] = *b_.cells.make(sku_id{0}, node_id{c});
            granules all = from.free[c];
            for (const amounts& h : from.held) all += h[c];
            on_hand_[c] = all;
            if (all == 0) continue;
            b_.cells.add_on_hand(cells_[c], all);
            b_.stock.give(keeper, cells_[c], all);
        }
        make_order();
        for (std::size_t h = 0; h < holds; ++h)
            if (from.held[h] != amounts{}) hold(h);
        ring_.drain(1 << 20, [](std::uint64_t, std::span<const std::byte>) {});
    }

    void call(const deed& d) {
        const std::uint32_t me = this_thread();
        log_.parts([&] {
            done_[me].clear();
            perform(me, d);
            if (scheduler::attached()->weak() != nullptr)  // looks at a subject are no stock words
                std::erase_if(done_[me], [](const auto& p) { return p.first.is_look(); });
            return done_[me];
        });
    }
    /// The end: every history is explained, every prefix of the journal is a legal state, and all
    /// of it together is the state that is there.
    void check() {
        for (std::size_t c = 0; c < house_cells; ++c)
            log_.parts([&] { return facts{{house_op::read(c), {answer::done, free(c)}}}; });
        log_.check();
        house_fold fold{cells_, on_hand_, held_units(), setting_.free};
        ring_.drain(1 << 20, [&](std::uint64_t, std::span<const std::byte> record) {
            expect(journal::read(record, fold).code == error_code::ok, "a record can be read");
            fold.expect_legal();
        });
        for (std::size_t c = 0; c < house_cells; ++c) {
            expect(fold.free(c) == free(c), "the fold of the journal is the live state");
            expect(fold.on_hand(c) == b_.cells.on_hand(cells_[c]), "goods on hand are recorded");
        }
        lives_agree(fold);
    }

private:
    using facts = std::vector<std::pair<house_op, house_ret>>;
    static constexpr std::uint32_t keeper = 3;  // the slot of who makes the world
    static constexpr int attempts = 3;
    static constexpr std::uint8_t brief_hold = holds - 1;  // of whoever makes a brief one
    static constexpr time_point born{1'000}, now{2'000'000'000}, later{3'000'000'000};

    static house_state initial(const house_setting& from) {
        house_state s;
        s.free = from.free;
        for (std::size_t h = 0; h < holds; ++h) {
            s.active[h] = from.held[h] != amounts{};
            s.due[h] = s.active[h] && from.due;
        }
        return s;
    }
    granules free(std::size_t c) const { return b_.stock.free(cells_[c]); }

    // ---- the world before the threads ----------------------------------------------------------

    std::array<amounts, holds> held_units() const { return setting_.held; }
    void make_order() {
        const auto child = b_.ledger.conceive(keeper, subject_kind::order);
        order_ = child.index;
        lifecycle::image o;
        o.birth = 1;
        for (std::uint16_t h = 0; h < holds; ++h) {
            granules wanted = 1;
            for (const granules n : setting_.held[h]) wanted += n;
            o.lines.push_back({sku_id{0}, wanted, 100, 0, 0});
            o.buckets.push_back({none<cell_id>, wanted, h, unit_state::open, 0, 0});
        }
        desk d;
        d.subjects.push_back(rewrite(subject_kind::order, order_, 0, o));
        expect(commit(keeper, d) == error_code::ok, "the order is there");
    }
    void hold(std::size_t h) {
        desk d;
        const auto child = b_.ledger.conceive(keeper, subject_kind::reservation);
        index_[h] = child.index;
        made_[h] = true;
        auto image = basket(setting_.held[h], child, setting_.due ? now : later, d);
        d.subjects.push_back(rewrite(subject_kind::reservation, child.index, 0, image));
        const auto timer = b_.timers.make(keeper);
        expect(commit(keeper, d) == error_code::ok, "the reservation is there");
        b_.timers.push(keeper, timer, child.index, image.deadline);
    }

    // ---- what a commit is given ----------------------------------------------------------------

    struct desk {
        std::vector<take_line> takes;
        std::vector<give_line> gives;
        std::vector<stock_line> stock;
        std::vector<lifecycle::rewrite> subjects;
        journal::writer pen;
        verb by = verb::reserve;
        desk() { pen.begin(verb::reserve, {}, {}); }
        explicit desk(verb v) : by{v} { pen.begin(v, {}, {}); }
    };
    /// An image says in several of its words which version it is.
    static void stamp(lifecycle::image& of, std::uint32_t version) {
        of.made = {version};
        of.cold_bytes = version;
        of.currency = static_cast<std::uint16_t>(version);
    }
    static bool is_stamped(const lifecycle::image& of) {
        return of.made.ns == of.version && of.cold_bytes == of.version && of.currency == of.version;
    }
    static lifecycle::rewrite rewrite(subject_kind kind, std::uint32_t index, std::uint32_t version,
                                      lifecycle::image& next, bool last = false) {
        stamp(next, version + 1);
        lifecycle::rewrite r;
        r.kind = kind;
        r.index = index;
        r.version = version;
        r.next = &next;
        r.last = last;
        return r;
    }
    /// Image, takes and record of a new reservation.
    lifecycle::image basket(const amounts& n, const typename lifecycle::ledger<Env>::newborn& child,
                            time_point deadline, desk& d) {
        journal::reservation_op birth{child.index, reservation_state::active, true, deadline, {}};
        lifecycle::image image;
        image.kind = subject_kind::reservation;
        image.version = child.version;
        image.birth = child.version + 1;
        image.deadline = deadline;
        for (std::size_t c = 0; c < house_cells; ++c)
            if (n[c] > 0) {
                d.takes.push_back({cells_[c], n[c], 0});
                image.buckets.push_back({cells_[c], n[c], 0, unit_state::reserved, 0, 0});
                birth.parts.push_back(d.takes.back());
            }
        d.pen.reservation(birth);
        return image;
    }
    error_code commit(std::uint32_t me, desk& d) {
        for (const take_line& t : d.takes) d.pen.cell({t.cell, -t.n, 0});
        for (const give_line& g : d.gives) d.pen.cell({g.cell, g.n, 0});
        for (const stock_line& s : d.stock) d.pen.cell({s.cell, s.free, s.on_hand});
        for (const auto& s : d.subjects)
            expect(lifecycle::unsound(*s.next) == nullptr, "what a commit writes is sound");
        work w{d.takes, d.gives, d.stock, d.subjects, d.pen.editable(), d.pen.uncovered_at()};
        const committed done = commits_.commit(me, w);
        if (done.code == error_code::ok)
            for (const auto& s : d.subjects)
                if (s.last) expect(++ended_[s.index] == 1, "a reservation ends once");
        return done.code;
    }

    // ---- the verbs -----------------------------------------------------------------------------

    void perform(std::uint32_t me, const deed& d) {
        switch (d.what) {
            case deed::kind::reserve:
            case deed::kind::brief:
                return reserve(me, d);
            case deed::kind::confirm:
                return end(me, d, reservation_state::consumed);
            case deed::kind::cancel:
                return end(me, d, reservation_state::cancelled);
            case deed::kind::expire:
                return sweep(me);
            case deed::kind::adjust:
                return adjust(me, d);
            case deed::kind::move:
                return move(me, d);
            case deed::kind::read:
                return read(me, d);
        }
    }
    void note(std::uint32_t me, const house_op& what, answer a, int seen = 0) {
        done_[me].push_back({what, {a, seen}});
    }

    void reserve(std::uint32_t me, const deed& of) {
        house_op what = house_op::take(of.n);
        const bool brief = of.what == deed::kind::brief;
        const time_point deadline = brief ? now : later;
        if (brief) what.makes = brief_hold;
        for (int attempt = 0; attempt < attempts; ++attempt) {
            // Before the take: what is due by now has been given back when the take looks, so that
            // its refusal was true then.
            const auto calm = b_.timers.calm(now);
            desk d;
            const auto child = b_.ledger.conceive(me, subject_kind::reservation);
            const auto timer = b_.timers.make(me);
            expect(child.exists() && timer != lifecycle::wheel<Env>::nil, "there is memory");
            const std::uint64_t id = std::uint64_t{child.version + 1} << 32 | child.index;
            auto image = basket(of.n, child, deadline, d);
            d.subjects.push_back(
                rewrite(subject_kind::reservation, child.index, child.version, image));
            if (brief) index_[brief_hold] = child.index, made_[brief_hold] = true;
            if (announces()) b_.timers.announce(me, id, deadline);
            const error_code code = commit(me, d);
            if (code == error_code::ok) {
                b_.timers.push(me, timer, id, deadline);
                b_.timers.withdraw(me);
                mine_[me].push_back(child.index);
                return note(me, what, answer::done);
            }
            b_.timers.withdraw(me);
            b_.timers.drop(me, timer);
            b_.ledger.abandon(me, subject_kind::reservation, child);
            if (code == error_code::insufficient && (forgives() || stays_calm(me, calm)))
                return note(me, what, answer::refused);
            sweep(me);
        }
        note(me, what, answer::busy);
    }
    bool stays_calm(std::uint32_t me, std::optional<std::uint64_t> calm) {
        if (!calm) return false;
        bool late = false;
        b_.timers.each_announced(now, [&](std::uint64_t id) {
            late = true;
            expire(me, id);
        });
        return !late && b_.timers.calm(now) == calm;
    }
    static constexpr bool announces() {
        return !requires { typename Env::canary_no_announcement; };
    }
    /// Two ways to be wrong, for the tests that must notice: not to look at what is due at all, or
    /// only after the take.
    bool forgives() const {
        if constexpr (requires { typename Env::canary_no_sweep; }) return true;
        if constexpr (requires { typename Env::canary_late_look; }) return b_.timers.quiet(now);
        return false;
    }

    /// A hand-over to the order, or the end by a caller. Its own last reservation where `held` says
    /// so.
    void end(std::uint32_t me, const deed& of, reservation_state how) {
        const house_op what = house_op::end(of.held);
        for (int attempt = 0; attempt < attempts; ++attempt) {
            lifecycle::image seen, order;
            if (of.held >= holds && mine_[me].empty()) return;
            const std::uint32_t r = of.held < holds ? index_[of.held] : mine_[me].back();
            if (!see(subject_kind::reservation, r, seen)) continue;
            if (seen.life != reservation_state::active) return note(me, what, answer::over);
            if (how == reservation_state::consumed && !see(subject_kind::order, order_, order))
                continue;
            desk d{how == reservation_state::consumed ? verb::place_order : verb::unreserve};
            if (end_with(me, r, seen, how, order, of.held, d)) return;
        }
        note(me, what, answer::busy);
    }
    bool end_with(std::uint32_t me, std::uint32_t r, const lifecycle::image& seen,
                  reservation_state how, lifecycle::image& order, std::uint8_t held, desk& d) {
        lifecycle::image next = seen;
        next.life = how;
        if (how == reservation_state::consumed) {
            const auto line = static_cast<std::uint16_t>(held < holds ? held : 0);
            for (const auto& part : seen.buckets) {
                const bucket_move m{
                    0,         line, part.n, unit_state::open, unit_state::allocated, none<cell_id>,
                    part.cell, 0};
                // Not where the order is newer than the reservation: another has confirmed it.
                if (lifecycle::apply(order, m) != error_code::ok) return false;
                d.pen.move(order_, m);
            }
            d.subjects.push_back(rewrite(subject_kind::order, order_, order.version, order));
        } else {
            for (const auto& part : seen.buckets) d.gives.push_back({part.cell, part.n});
        }
        d.pen.reservation({r, how, false, never_due, {}});
        d.subjects.push_back(rewrite(subject_kind::reservation, r, seen.version, next, true));
        if (commit(me, d) != error_code::ok) return false;
        house_op what = house_op::end(held);  // seen by others once its last unit is back
        if (!d.gives.empty()) what.n[cell_number(d.gives.back().cell)] = d.gives.back().n;
        note(me, what, answer::done);
        for (std::size_t i = 0; i + 1 < d.gives.size(); ++i) note_give(me, d.gives[i]);
        return true;
    }
    void note_give(std::uint32_t me, const give_line& g) {
        note(me, house_op::give(cell_number(g.cell), g.n), answer::done);
    }

    /// Everything that is due by now: first a look at when it is, then its end, after another look.
    void sweep(std::uint32_t me) {
        const auto look = [&](std::uint64_t id) {
            lifecycle::image seen;
            return due_at(id, seen);
        };
        b_.timers.sweep(me, now, look, [&](std::uint64_t id) { return expire(me, id); });
    }
    time_point due_at(std::uint64_t id, lifecycle::image& seen) {
        const auto code =
            b_.ledger.read(subject_kind::reservation, static_cast<std::uint32_t>(id), seen);
        if (code == error_code::reservation_busy) return now;
        const bool is_live = code == error_code::ok && seen.life == reservation_state::active;
        return is_live ? seen.deadline : never_due;
    }
    time_point expire(std::uint32_t me, std::uint64_t id) {
        const auto r = static_cast<std::uint32_t>(id);
        lifecycle::image seen, order;
        const time_point due = due_at(id, seen);
        if (due > now) return due;
        if (seen.life != reservation_state::active || seen.deadline > now) return now;  // busy
        std::uint8_t held = own;
        for (std::uint8_t h = 0; h < holds; ++h)
            if (made_[h] && index_[h] == r) held = h;
        desk d{verb::expire};
        const bool ended = end_with(me, r, seen, reservation_state::expired, order, held, d);
        return ended ? never_due : now;
    }

    /// A physical change of one cell.
    void adjust(std::uint32_t me, const deed& of) {
        desk d{verb::adjust};
        for (std::size_t c = 0; c < house_cells; ++c)
            if (of.n[c] != 0) d.stock.push_back({cells_[c], of.n[c], of.n[c]});
        const error_code code = commit(me, d);
        if (code == error_code::out_of_range) return;  // more is lost than there is: nothing moved
        expect(code == error_code::ok, "a physical change is true whatever was promised");
        for (std::size_t c = 0; c < house_cells; ++c)
            if (of.n[c] != 0) note(me, house_op::give(c, of.n[c]), answer::done);
    }

    /// One unit of a reservation from one cell to another, in one step: take there, record, give
    /// here.
    void move(std::uint32_t me, const deed& of) {
        house_op what = house_op::take({});
        std::size_t from = 0;
        for (std::size_t c = 0; c < house_cells; ++c) {
            if (of.n[c] > 0) what.n[c] = of.n[c];
            if (of.n[c] < 0) from = c;
        }
        what.held = of.held;
        for (int attempt = 0; attempt < attempts; ++attempt) {
            const auto calm = b_.timers.calm(now);
            lifecycle::image seen;
            if (!see(subject_kind::reservation, index_[of.held], seen)) continue;
            if (seen.life != reservation_state::active) return note(me, what, answer::over);
            desk d{verb::change};
            lifecycle::image next;
            if (!draft_move(seen, what.n, from, next, d)) return;  // it was moved away before
            d.subjects.push_back(
                rewrite(subject_kind::reservation, index_[of.held], seen.version, next));
            const error_code code = commit(me, d);
            if (code == error_code::ok) {
                note(me, what, answer::done);
                return note_give(me, d.gives.front());
            }
            if (code == error_code::insufficient && stays_calm(me, calm))
                return note(me, house_op::take(what.n), answer::refused);
            sweep(me);
        }
        note(me, what, answer::busy);
    }
    bool draft_move(const lifecycle::image& seen, const amounts& to, std::size_t from,
                    lifecycle::image& next, desk& d) {
        amounts after{};
        for (const auto& part : seen.buckets) after[cell_number(part.cell)] = part.n;
        if (after[from] == 0) return false;
        --after[from];
        d.gives.push_back({cells_[from], 1});
        next = seen;
        next.buckets.clear();
        for (std::size_t c = 0; c < house_cells; ++c) {
            if (to[c] > 0) d.takes.push_back({cells_[c], to[c], 0});
            after[c] += to[c];
            if (after[c] > 0)
                next.buckets.push_back({cells_[c], after[c], 0, unit_state::reserved, 0, 0});
        }
        return true;
    }
    std::size_t cell_number(cell_id at) const {
        for (std::size_t c = 0; c < house_cells; ++c)
            if (cells_[c] == at) return c;
        fail("a bucket names one of the three cells");
    }

    void read(std::uint32_t me, const deed& of) {
        const bool down = me % 2 == 1;
        for (std::size_t k = 0; k < house_cells; ++k) {
            const std::size_t c = down ? house_cells - 1 - k : k;
            if (of.n[c] != 0) note(me, house_op::read(c), answer::done, free(c));
        }
        lifecycle::image seen;
        if (of.held >= holds || setting_.held[of.held] == amounts{}) return;
        if (!see(subject_kind::reservation, index_[of.held], seen)) return;
        const bool active = seen.life == reservation_state::active;
        note(me, house_op::look(of.held), answer::done, active ? 1 : 0);
    }
    /// A copy of a subject, or false where others had it in hand at every look.
    bool see(subject_kind kind, std::uint32_t index, lifecycle::image& into) {
        const auto code = b_.ledger.read(kind, index, into);
        expect(code != error_code::unknown_order && code != error_code::unknown_reservation,
               "what was there is there");
        if (code != error_code::ok) return false;
        expect(lifecycle::unsound(into) == nullptr, "a copy is of one version");
        expect(is_stamped(into), "a copy is of the version that its header said");
        expect(into.version != 0 && into.buckets.size() <= 2 * house_cells, "a copy is whole");
        return true;
    }

    void lives_agree(const house_fold& fold) {
        amounts units{};
        const auto add = [&](const lifecycle::image& of) {
            for (const auto& part : of.buckets)
                if (part.cell != none<cell_id>) units[cell_number(part.cell)] += part.n;
        };
        lifecycle::image seen;
        expect(see(subject_kind::order, order_, seen), "the order can be read when all is quiet");
        add(seen);
        for (std::uint32_t r = 0; r < b_.ledger.size(subject_kind::reservation); ++r) {
            if (b_.ledger.read(subject_kind::reservation, r, seen) != error_code::ok) continue;
            expect(fold.life(r) == seen.life, "the journal knows how each reservation ended");
            expect((seen.life == reservation_state::active) == (ended_[r] == 0),
                   "who ended it was told so");
            if (seen.life == reservation_state::active) add(seen);
        }
        for (std::size_t c = 0; c < house_cells; ++c)
            expect(free(c) + units[c] == b_.cells.on_hand(cells_[c]),
                   "every unit is free, reserved or of the order");
    }

    static constexpr time_point never_due = earmark::never;

    books<Env> b_{4, 4, 16, 4, 16, 1 << 14, 4, 4, 4};
    journal::ring<Env> ring_{4096, 0, 4};
    committer<Env> commits_{b_, ring_};
    std::array<cell_id, house_cells> cells_{};
    amounts on_hand_{};
    std::uint32_t order_ = 0;
    std::array<std::uint32_t, holds> index_{};
    std::array<bool, holds> made_{};
    recorder<house_spec> log_;
    house_setting setting_;
    std::array<facts, max_threads + 1> done_;
    std::array<std::vector<std::uint32_t>, max_threads + 1> mine_;
    std::array<int, 16> ended_{};
};

}  // namespace earmark::explore
