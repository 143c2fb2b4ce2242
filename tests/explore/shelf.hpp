// A SHELF for the explorer: a few cells behind the real take, and what must be true of them.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "earmark/core/digest.hpp"
#include "earmark/stock/take.hpp"
#include "support/explore/explore.hpp"

namespace earmark::explore {

inline constexpr std::size_t shelf_cells = 3;

/// One call on the shelf: amounts by cell, 0 where a cell is not asked for.
struct shelf_op {
    enum class kind : std::uint8_t { take, give, lose, read, picture, lease } what = kind::take;
    std::array<int, shelf_cells> amounts{};
    int floor = 0;
    /// The same, and one of another cell.
    [[nodiscard]] shelf_op with(std::size_t cell) const noexcept {
        shelf_op both = *this;
        both.amounts[cell] += 1;
        return both;
    }
    [[nodiscard]] std::uint64_t hash() const noexcept {
        digest d{static_cast<std::uint64_t>(what)};
        for (const int n : amounts) d.add(static_cast<std::uint64_t>(n));
        return d.add(static_cast<std::uint64_t>(floor)).value();
    }
    friend bool operator==(const shelf_op&, const shelf_op&) = default;
};
/// Whether a take or a picture was granted; what a read, a loss or a picture saw.
struct shelf_ret {
    bool granted = true;
    int seen = 0;
    std::array<int, shelf_cells> all{};
    [[nodiscard]] std::uint64_t hash() const noexcept {
        digest d{granted};
        d.add(static_cast<std::uint64_t>(seen));
        for (const int n : all) d.add(static_cast<std::uint64_t>(n));
        return d.value();
    }
    friend bool operator==(const shelf_ret&, const shelf_ret&) = default;
};

/// The strict specification: refused only if truly short at the instant, all or nothing.
struct shelf_spec {
    using state = std::array<int, shelf_cells>;
    using op = shelf_op;
    using ret = shelf_ret;

    static bool fits(const state& free, const op& o) {
        for (std::size_t c = 0; c < shelf_cells; ++c)
            if (o.amounts[c] > 0 && free[c] - o.amounts[c] < o.floor) return false;
        return true;
    }
    static state seen_by(const state& free, const op& o) {
        state all{};
        for (std::size_t c = 0; c < shelf_cells; ++c) all[c] = o.amounts[c] > 0 ? free[c] : 0;
        return all;
    }
    static bool apply(state& free, const op& o, const ret& r) {
        if (o.what == op::kind::picture) return r.granted && r.all == seen_by(free, o);
        if (o.what == op::kind::read) return r.seen == free[first(o)];
        if (o.what == op::kind::lose && r.seen != free[first(o)] - o.amounts[first(o)])
            return false;
        if (o.what == op::kind::lease) return true;
        if (o.what == op::kind::take && fits(free, o) != r.granted) return false;
        if (!r.granted) return true;
        for (std::size_t c = 0; c < shelf_cells; ++c)
            free[c] += o.what == op::kind::give ? o.amounts[c] : -o.amounts[c];
        return true;
    }
    static std::vector<ret> outcomes(const state& free, const op& o) {
        if (o.what == op::kind::picture) return {{true, 0, seen_by(free, o)}};
        if (o.what == op::kind::read) return {{true, free[first(o)], {}}};
        if (o.what == op::kind::take) return {{fits(free, o), 0, {}}};
        if (o.what == op::kind::lose) return {{true, free[first(o)] - o.amounts[first(o)], {}}};
        return {{true, 0, {}}};
    }
    static std::string words(const op& o, const std::optional<ret>& r) {
        constexpr const char* names[] = {"take", "give", "lose", "read", "picture", "lease"};
        std::string text = names[static_cast<int>(o.what)];
        for (const int n : o.amounts) text += " " + std::to_string(n);
        if (!r) return text + " ...";
        if (o.what == op::kind::read) return text + " = " + std::to_string(r->seen);
        if (o.what == op::kind::picture) {
            text += r->granted ? " =" : " moving:";
            for (const int n : r->all) text += " " + std::to_string(n);
            return text;
        }
        return text + (r->granted ? " granted" : " refused");
    }
    static std::size_t first(const op& o) {
        std::size_t c = 0;
        while (c + 1 < shelf_cells && o.amounts[c] == 0) ++c;
        return c;
    }
};
static_assert(specification<shelf_spec>);

inline shelf_op take(int a, int b = 0, int c = 0, int floor = 0) {
    return {shelf_op::kind::take, {a, b, c}, floor};
}
inline shelf_op give(int a, int b = 0, int c = 0) { return {shelf_op::kind::give, {a, b, c}}; }
inline shelf_op lose(int a, int b = 0, int c = 0) { return {shelf_op::kind::lose, {a, b, c}}; }
inline shelf_op read(std::size_t cell) {
    shelf_op o{shelf_op::kind::read};
    o.amounts[cell] = 1;
    return o;
}

inline shelf_op picture(bool a, bool b, bool c = false) {
    return {shelf_op::kind::picture, {a ? 1 : 0, b ? 1 : 0, c ? 1 : 0}};
}

inline shelf_op lease(std::size_t cell) {
    shelf_op o = read(cell);
    o.what = shelf_op::kind::lease;
    return o;
}

/// What a slot does before the threads begin.
struct prepared {
    std::uint32_t slot;
    shelf_op what;
};

/// Makes calls on the real cells with `Taker`, the real take or a canary.
template <template <class> class Taker = stock::taker, class Env = env>
struct shelf {
    explicit shelf(std::array<int, shelf_cells> stock, const stock::lease_rules& rules = {},
                   const std::vector<prepared>& before = {})
        : table{16, 4, rules, 3}, log{prepare(stock, before)} {}

    shelf_ret call(const shelf_op& o) {
        return log(o, [&] { return perform(this_thread(), o); });
    }
    /// The end: the history is explained, and what is left agrees with it.
    void check() {
        for (std::size_t c = 0; c < shelf_cells; ++c)
            log(read(c), [&] { return shelf_ret{true, taker.free(cells[c]), {}}; });
        log.check();
    }

    stock::cell_table<Env> table;
    stock::slot_table<Env> slots{3, 4};
    Taker<Env> taker{table, slots};
    std::array<cell_id, shelf_cells> cells{};
    recorder<shelf_spec> log;

private:
    shelf_spec::state prepare(const std::array<int, shelf_cells>& stock,
                              const std::vector<prepared>& before) {
        table.add_sku();
        for (std::size_t i = 0; i < shelf_cells; ++i) {
            cells[i] = *table.make(sku_id{0}, node_id{static_cast<std::uint16_t>(i)});
            if (stock[i] > 0) taker.give(2, cells[i], stock[i]);
        }
        for (const prepared& p : before) perform(p.slot, p.what);
        expect(before.empty() || taker.is_leased(cells[0]), "what was prepared is a hot cell");
        shelf_spec::state left{};
        for (std::size_t i = 0; i < shelf_cells; ++i) left[i] = taker.free(cells[i]);
        return left;
    }
    shelf_ret look(std::uint32_t me, const std::vector<take_line>& lines) {
        std::vector<cell_id> asked;
        for (const take_line& l : lines) asked.push_back(l.cell);
        std::vector<granules> free(asked.size());
        shelf_ret r{taker.read_together(me, asked, free), 0, {}};
        for (std::size_t i = 0; i < asked.size(); ++i)
            for (std::size_t c = 0; c < shelf_cells; ++c)
                if (cells[c] == asked[i]) r.all[c] = free[i];
        return r;
    }
    shelf_ret perform(std::uint32_t me, const shelf_op& o) {
        std::vector<take_line> lines;
        for (std::size_t c = 0; c < shelf_cells; ++c)
            if (o.amounts[c] > 0) lines.push_back({cells[c], o.amounts[c], o.floor});
        switch (o.what) {
            case shelf_op::kind::take:
                return {!taker.take(me, lines).has_value(), 0, {}};
            case shelf_op::kind::give:
                for (const take_line& l : lines) taker.give(me, l.cell, l.n);
                return {};
            case shelf_op::kind::lose:
                return {true, taker.lose(me, lines.front().cell, lines.front().n), {}};
            case shelf_op::kind::lease:
                taker.lease(me, lines.front().cell);
                return {};
            case shelf_op::kind::read:
                return {true, taker.free(lines.front().cell), {}};
            case shelf_op::kind::picture:
                return look(me, lines);
        }
        return {};
    }
};

/// Two threads that make these calls, one after the other each, from this stock.
template <template <class> class Taker = stock::taker, class Env = env>
auto race(std::array<int, shelf_cells> stock, std::vector<shelf_op> left,
          std::vector<shelf_op> right, const stock::lease_rules& rules = {},
          std::vector<prepared> before = {}) {
    using world = shelf<Taker, Env>;
    const auto play = [](std::vector<shelf_op> ops) {
        return [ops = std::move(ops)](world& w) {
            for (const shelf_op& o : ops) w.call(o);
        };
    };
    return scenario{[stock, rules, before = std::move(before)] {
                        return world{stock, rules, before};
                    },
                    {play(std::move(left)), play(std::move(right))},
                    [](world& w) { w.check(); }};
}

}  // namespace earmark::explore
