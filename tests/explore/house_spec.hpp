// What the verbs of a house may answer: the sequential specification, and the words for deeds.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "earmark/core/digest.hpp"
#include "earmark/core/granules.hpp"
#include "support/explore/linearize.hpp"

namespace earmark::explore {

inline constexpr std::size_t house_cells = 3;
inline constexpr std::size_t holds = 2;
inline constexpr std::uint8_t own = 9;  // in place of a hold: the thread's own last reservation
using amounts = std::array<granules, house_cells>;

/// One call of a thread. `n` by cell: units to reserve, the change of an adjustment, of a move -1
/// where a unit leaves and 1 where it comes; of a read, not 0 where it looks.
struct deed {
    enum class kind : std::uint8_t {
        reserve,
        brief,  // a reservation that is due at once
        confirm,
        cancel,
        expire,
        adjust,
        move,
        read
    } what{};
    amounts n{};
    std::uint8_t held = 0;
};

enum class answer : std::uint8_t { done, refused, over, busy };

/// What happened at one instant of a call.
struct house_op {
    enum class kind : std::uint8_t { take, give, end, read, look } what = kind::take;
    amounts n{};
    std::uint8_t held = own;   // of a take: the hold that must be active, where there is one
    std::uint8_t makes = own;  // of a take: the hold that it makes, due from then on
    [[nodiscard]] std::uint64_t hash() const noexcept {
        digest d{static_cast<std::uint64_t>(what)};
        for (const granules g : n) d.add(static_cast<std::uint64_t>(g));
        return d.add(held).add(makes).value();
    }
    friend bool operator==(const house_op&, const house_op&) = default;

    [[nodiscard]] bool is_look() const noexcept { return what == kind::look; }
    static house_op take(const amounts& n) { return {kind::take, n, own}; }
    static house_op give(std::size_t c, granules n) { return at(kind::give, c, n); }
    static house_op read(std::size_t c) { return at(kind::read, c, 1); }
    static house_op end(std::uint8_t held) { return {kind::end, {}, held}; }
    static house_op look(std::uint8_t held) { return {kind::look, {}, held}; }

private:
    static house_op at(kind k, std::size_t c, granules n) {
        house_op o{k, {}, own};
        o.n[c] = n;
        return o;
    }
};
struct house_ret {
    answer said = answer::done;
    int seen = 0;
    [[nodiscard]] std::uint64_t hash() const noexcept {
        return digest{static_cast<std::uint64_t>(said)}
            .add(static_cast<std::uint64_t>(seen))
            .value();
    }
    friend bool operator==(const house_ret&, const house_ret&) = default;
};

struct house_state {
    amounts free{};
    std::array<bool, holds> active{}, due{};  // due: it blocks nobody any more
    [[nodiscard]] std::uint64_t hash() const noexcept {
        digest d;
        for (const granules g : free) d.add(static_cast<std::uint64_t>(g));
        for (std::size_t h = 0; h < holds; ++h) d.add(active[h]).add(due[h]);
        return d.value();
    }
    friend bool operator==(const house_state&, const house_state&) = default;
};

/// Strict: a take is refused only if a cell is short at the instant and nothing that is due holds
/// units then; a hold ends once. `busy` is no answer to judge: it says that others were at work.
struct house_spec {
    using state = house_state;
    using op = house_op;
    using ret = house_ret;

    static bool apply(state& s, const op& o, const ret& r) {
        if (r.said == answer::busy) return true;
        const bool is_over = o.held < holds && !s.active[o.held];
        switch (o.what) {
            case op::kind::take:
                return r.said == answer::over ? is_over : take(s, o, r);
            case op::kind::give:
                for (std::size_t c = 0; c < house_cells; ++c) s.free[c] += o.n[c];
                return true;
            case op::kind::end:
                if (r.said == answer::over) return is_over;
                for (std::size_t c = 0; c < house_cells; ++c) s.free[c] += o.n[c];
                if (o.held < holds) s.active[o.held] = false;
                return !is_over;
            case op::kind::read:
                for (std::size_t c = 0; c < house_cells; ++c)
                    if (o.n[c] != 0) return r.seen == s.free[c];
                return true;
            case op::kind::look:
                return s.active[o.held] == (r.seen == 1);
        }
        return true;
    }
    static bool take(state& s, const op& o, const ret& r) {
        bool fits = true;
        for (std::size_t c = 0; c < house_cells; ++c)
            if (o.n[c] > 0 && s.free[c] < o.n[c]) fits = false;
        if (r.said == answer::refused) return !fits && !blocked_by_due(s);
        if (!fits || (o.held < holds && !s.active[o.held])) return false;
        for (std::size_t c = 0; c < house_cells; ++c) s.free[c] -= o.n[c];
        if (o.makes < holds) s.active[o.makes] = s.due[o.makes] = true;
        return true;
    }
    static bool blocked_by_due(const state& s) {
        for (std::size_t h = 0; h < holds; ++h)
            if (s.active[h] && s.due[h]) return true;
        return false;
    }
    static std::string words(const op& o, const std::optional<ret>& r) {
        constexpr const char* kinds[] = {"take", "give", "end", "read", "look"};
        constexpr const char* answers[] = {"done", "refused", "over", "busy"};
        std::string text = kinds[static_cast<int>(o.what)];
        for (const granules n : o.n) text += " " + std::to_string(n);
        if (o.held < holds) text += " of hold " + std::to_string(o.held);
        if (!r) return text + " ...";
        text += std::string{" "} + answers[static_cast<int>(r->said)];
        return r->seen == 0 ? text : text + " = " + std::to_string(r->seen);
    }
};
static_assert(specification<house_spec>);

}  // namespace earmark::explore
