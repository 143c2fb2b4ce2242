// A HOUSE for the explorer: books, ring and commit with one SKU at one node, one order and one
// reservation, so that whole commits of two threads can be interleaved at every access.
#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include "earmark/engine/commit.hpp"
#include "earmark/journal/record.hpp"
#include "support/explore/explore.hpp"

namespace earmark::explore {

/// An Env whose commits record and apply in the wrong order.
struct swapped_env : env {
    using canary_swapped_journal = void;
};

/// Folds cell ops only: what a recovery would believe of each cell after a prefix of the journal.
struct cell_fold final : journal::deaf_visitor {
    std::map<cell_id, granules> free;
    error_code cell(const journal::cell_op& c) override {
        free[c.cell] += c.free;
        return error_code::ok;
    }
};

template <class Env>
struct counter_house {
    books<Env> b{3, 4, 16, 4, 4, 1 << 16, 4, 4, 4};
    journal::ring<Env> ring{2048, 0, 3};
    committer<Env> commits{b, ring};
    cell_id cell{};
    granules stocked;
    lifecycle::image held[2];  // two reservations of one unit each, as made
    std::uint32_t index[2] = {};
    std::array<journal::writer, 3> pens;

    /// `stocked` units on hand; `reservations` of them are held by one reservation each.
    counter_house(granules stock, int reservations) : stocked{stock} {
        b.cells.add_sku();
        cell = *b.cells.make(sku_id{0}, node_id{0});
        b.cells.add_on_hand(cell, stock);
        b.stock.give(2, cell, stock);
        for (int r = 0; r < reservations; ++r) make(r);
    }

    void make(int r) {
        const auto child = b.ledger.conceive(2, subject_kind::reservation);
        index[r] = child.index;
        held[r].kind = subject_kind::reservation;
        held[r].birth = 1;
        held[r].buckets.push_back({cell, 1, 0, unit_state::reserved, 0, 0});
        const take_line takes[] = {{cell, 1, 0}};
        std::vector<lifecycle::rewrite> s{rewrite(r, 0, held[r])};
        expect(commit(2, takes, {}, s) == error_code::ok, "the world is made");
    }

    lifecycle::rewrite rewrite(int r, std::uint32_t version, const lifecycle::image& next) const {
        lifecycle::rewrite w;
        w.kind = subject_kind::reservation;
        w.index = index[r];
        w.version = version;
        w.next = &next;
        return w;
    }

    error_code commit(std::uint32_t me, std::span<const take_line> takes,
                      std::span<const give_line> gives, std::span<lifecycle::rewrite> subjects) {
        journal::writer& pen = pens[me];
        pen.begin(verb::source, {}, {});
        for (const take_line& t : takes) pen.cell({t.cell, -t.n, 0});
        for (const give_line& g : gives) pen.cell({g.cell, g.n, 0});
        work w{takes, gives, {}, subjects, pen.editable(), 0};
        return commits.commit(me, w).code;
    }

    /// Ends reservation r as `how`; with `back` its unit returns to free.
    error_code end(std::uint32_t me, int r, reservation_state how, bool back) {
        lifecycle::image seen;
        if (const auto e = b.ledger.read(subject_kind::reservation, index[r], seen);
            e != error_code::ok)
            return e;
        if (seen.life != reservation_state::active) return error_code::reservation_over;
        lifecycle::image next = seen;
        next.life = how;
        std::vector<lifecycle::rewrite> s{rewrite(r, seen.version, next)};
        const give_line gives[] = {{cell, 1}};
        return commit(me, {},
                      back ? std::span<const give_line>{gives} : std::span<const give_line>{}, s);
    }
    /// Takes n units for nobody in particular.
    error_code take(std::uint32_t me, granules n) {
        const take_line takes[] = {{cell, n, 0}};
        return commit(me, takes, {}, {});
    }
    reservation_state life(int r) {
        lifecycle::image seen;
        expect(b.ledger.read(subject_kind::reservation, index[r], seen) == error_code::ok,
               "the reservation can be read when all is quiet");
        return seen.life;
    }

    /// Cuts the journal after every record and folds: no cell is ever below its floor, and the
    /// whole journal gives the live state.
    void every_prefix_is_legal() {
        cell_fold fold;
        fold.free[cell] = stocked;
        ring.drain(1 << 20, [&](std::uint64_t, std::span<const std::byte> record) {
            expect(journal::read(record, fold).code == error_code::ok, "a record can be read");
            expect(fold.free[cell] >= 0, "a crash here would recover negative stock");
        });
        expect(fold.free[cell] == b.stock.free(cell), "the fold of the journal is the live state");
    }
};

}  // namespace earmark::explore
