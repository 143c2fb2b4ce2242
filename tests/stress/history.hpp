// HISTORIES of real threads: what was called on which cells, when, and what came back, judged
// against the strict specification of stock, separately for cells that no call connects.
//
// Why separately: an order of calls that explains a history exists if one exists for each part of
// it that shares no cell with the others (linearizability is local), and the search is exponential
// only in what overlaps within a part.
#pragma once

#include <array>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "earmark/core/digest.hpp"
#include "stress/overlap.hpp"
#include "support/explore/linearize.hpp"

namespace earmark::stress {

inline constexpr std::size_t most_cells = 4;  // of one call

enum class verb_of_stock : std::uint8_t { take, give, lose, read };

/// One call of one thread. `n` counts units at each of `cells`; a read has one cell.
struct stock_call {
    std::int64_t from = 0, to = 0;  // ticks
    verb_of_stock what = verb_of_stock::take;
    std::uint8_t count = 0;
    bool granted = true;
    std::array<std::uint16_t, most_cells> cells{};
    std::array<std::int16_t, most_cells> n{};
    std::int32_t seen = 0;  // by a read
};

/// The strict specification over the cells of one part, numbered from 0.
struct part_spec {
    struct state {
        std::vector<int> free;
        [[nodiscard]] std::uint64_t hash() const { return explore::hash_of(free); }
        friend bool operator==(const state&, const state&) = default;
    };
    using op = stock_call;
    struct ret {
        bool granted = true;
        int seen = 0;
    };

    static bool apply(state& s, const op& o, const ret& r) {
        if (o.what == verb_of_stock::read) return s.free[o.cells[0]] == r.seen;
        if (o.what == verb_of_stock::take && fits(s, o) != r.granted) return false;
        if (!r.granted) return true;
        for (std::size_t i = 0; i < o.count; ++i)
            s.free[o.cells[i]] += o.what == verb_of_stock::give ? o.n[i] : -o.n[i];
        return true;
    }
    static bool fits(const state& s, const op& o) {
        for (std::size_t i = 0; i < o.count; ++i)
            if (s.free[o.cells[i]] < o.n[i]) return false;
        return true;
    }
    static std::string words(const op& o, const std::optional<ret>& r) {
        constexpr const char* names[] = {"take", "give", "lose", "read"};
        std::string text = names[static_cast<int>(o.what)];
        for (std::size_t i = 0; i < o.count; ++i)
            text += " " + std::to_string(o.n[i]) + " of " + std::to_string(o.cells[i]);
        if (o.what == verb_of_stock::read) return text + " = " + std::to_string(r->seen);
        return text + (r->granted ? " granted" : " refused");
    }
};
static_assert(explore::specification<part_spec>);

/// What a round of threads did, between two quiet moments whose stock is known.
struct round_of_calls {
    std::vector<int> before, after;  // free units by cell
    std::vector<std::vector<stock_call>> threads;
};

class parts_of_round {
public:
    using history = std::vector<explore::operation<part_spec>>;

    explicit parts_of_round(const round_of_calls& r) : cells_(r.before.size()) {
        std::iota(cells_.begin(), cells_.end(), std::size_t{0});
        for (const auto& calls : r.threads)
            for (const stock_call& c : calls)
                for (std::size_t i = 1; i < c.count; ++i) join(c.cells[0], c.cells[i]);
        number(r);
        for (unsigned t = 0; t < r.threads.size(); ++t)
            for (const stock_call& c : r.threads[t]) add(t, c);
        end(r);
    }
    /// The first part that no order explains, in words; nothing where all are explained.
    [[nodiscard]] std::optional<std::string> first_unexplained() const {
        for (std::size_t p = 0; p < histories_.size(); ++p)
            if (!explore::linearize<part_spec>(initial_[p], histories_[p]).explained)
                return explore::to_string<part_spec>(histories_[p]);
        return std::nullopt;
    }
    [[nodiscard]] std::size_t size() const noexcept { return histories_.size(); }

private:
    std::size_t root(std::size_t c) {
        while (cells_[c] != c) c = cells_[c] = cells_[cells_[c]];
        return c;
    }
    void join(std::size_t a, std::size_t b) { cells_[root(a)] = root(b); }
    /// Parts and the cells within them are numbered from 0.
    void number(const round_of_calls& r) {
        part_.resize(cells_.size());
        place_.resize(cells_.size());
        std::vector<std::size_t> of_root(cells_.size(), cells_.size());
        for (std::size_t c = 0; c < cells_.size(); ++c) {
            std::size_t& part = of_root[root(c)];
            if (part == cells_.size()) {
                part = initial_.size();
                initial_.emplace_back();
            }
            part_[c] = part;
            place_[c] = static_cast<std::uint16_t>(initial_[part].free.size());
            initial_[part].free.push_back(r.before[c]);
        }
        histories_.resize(initial_.size());
    }
    void add(unsigned thread, stock_call c) {
        history& all = histories_[part_[c.cells[0]]];
        for (std::size_t i = 0; i < c.count; ++i) c.cells[i] = place_[c.cells[i]];
        all.push_back({thread, c, part_spec::ret{c.granted, c.seen},
                       static_cast<std::uint64_t>(c.from), static_cast<std::uint64_t>(c.to)});
    }
    /// What is free afterwards is a read of each cell, after everything else.
    void end(const round_of_calls& r) {
        std::int64_t last = 0;
        for (const auto& calls : r.threads)
            if (!calls.empty()) last = std::max(last, calls.back().to);
        for (std::size_t c = 0; c < cells_.size(); ++c) {
            stock_call read;
            read.what = verb_of_stock::read;
            read.from = last + 1 + 2 * static_cast<std::int64_t>(c);
            read.to = read.from + 1;
            read.count = 1;
            read.cells[0] = static_cast<std::uint16_t>(c);
            read.seen = r.after[c];
            add(static_cast<unsigned>(r.threads.size()), read);
        }
    }

    std::vector<std::size_t> cells_;  // each points to its part's root
    std::vector<std::size_t> part_;
    std::vector<std::uint16_t> place_;
    std::vector<part_spec::state> initial_;
    std::vector<history> histories_;
};

}  // namespace earmark::stress
