// THE TABLE of scenarios: the cross product of what a thread may do and of how the cells of the
// threads lie to each other, made here and not written by hand.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "explore/hot_shelf.hpp"
#include "explore/house.hpp"
#include "explore/shelf.hpp"

namespace earmark::explore {

/// How the threads' cells lie: all on one, all on the same two, or on three that each thread comes
/// to in another order.
enum class shape : std::uint8_t { one, two, opposite };
inline constexpr std::array shapes = {shape::one, shape::two, shape::opposite};
[[nodiscard]] inline const char* name_of(shape s) {
    constexpr const char* names[] = {"one cell", "two cells", "opposite"};
    return names[static_cast<int>(s)];
}

/// Every choice of `of` things out of `count`, repetitions allowed, in ascending order.
[[nodiscard]] inline std::vector<std::vector<std::size_t>> choices(std::size_t count,
                                                                   std::size_t of) {
    std::vector<std::vector<std::size_t>> all;
    std::vector<std::size_t> now(of, 0);
    for (;;) {
        all.push_back(now);
        std::size_t at = of;
        while (at > 0 && now[at - 1] + 1 == count) --at;
        if (at == 0) return all;
        const std::size_t next = now[at - 1] + 1;
        for (std::size_t i = at - 1; i < of; ++i) now[i] = next;
    }
}

// ---- commits -----------------------------------------------------------------------------------

struct house_plan {
    std::string name;
    shape cells = shape::one;
    house_setting from;
    std::vector<std::vector<deed>> threads;
};

/// What a thread may do, before it is known on which cells.
enum class role : std::uint8_t {
    reserve,
    basket,
    confirm,
    cancel,
    expire,
    lower,
    raise,
    move,
    read,
};
inline constexpr std::array roles = {role::reserve, role::basket, role::confirm,
                                     role::cancel,  role::expire, role::lower,
                                     role::raise,   role::move,   role::read};
[[nodiscard]] inline const char* name_of(role r) {
    constexpr const char* names[] = {"reserve", "basket", "confirm", "cancel", "expire",
                                     "lower",   "raise",  "move",    "read"};
    return names[static_cast<int>(r)];
}

/// The cells of thread t in the order in which it comes to them.
[[nodiscard]] inline std::array<std::size_t, 2> cells_of(shape s, std::size_t t) {
    constexpr std::array<std::array<std::size_t, 2>, 3> two = {{{0, 1}, {1, 0}, {0, 1}}};
    constexpr std::array<std::array<std::size_t, 2>, 3> opposite = {{{0, 1}, {2, 1}, {0, 2}}};
    if (s == shape::one) return {0, 0};
    return s == shape::two ? two[t % 3] : opposite[t % 3];
}
[[nodiscard]] inline amounts units_at(std::size_t cell, granules n) {
    amounts a{};
    a[cell] = n;
    return a;
}
[[nodiscard]] inline deed deed_of(role r, shape s, std::size_t t) {
    using kind = deed::kind;
    const auto [first, second] = cells_of(s, t);
    amounts both = units_at(first, 1);
    ++both[second];
    const auto held = static_cast<std::uint8_t>(s == shape::opposite ? t % holds : 0);
    switch (r) {
        case role::reserve:
            return {kind::reserve, units_at(first, 1), 0};
        case role::basket:
            return {kind::reserve, both, 0};
        case role::confirm:
            return {kind::confirm, {}, held};
        case role::cancel:
            return {kind::cancel, {}, held};
        case role::expire:
            return {kind::expire, {}, 0};
        case role::lower:
            return {kind::adjust, units_at(first, -1), 0};
        case role::raise:
            return {kind::adjust, units_at(first, 1), 0};
        case role::read:
            return {kind::read, both, held};
        case role::move:
            break;
    }
    amounts change{};  // one unit of the hold from the first cell to the second
    change[first] = -1;
    change[second] = 1;
    return {kind::move, change, held};
}

/// One unit free in each cell, and two holds, so that the threads are in the way of each other
/// where the shape says so. Where the holds are due, their units are all there is.
[[nodiscard]] inline house_setting setting_of(shape s, bool due) {
    constexpr amounts one{1, 0, 0}, two{1, 1, 0}, three{1, 1, 1};
    house_setting from;
    from.due = due;
    if (!due) from.free = s == shape::one ? one : s == shape::two ? two : three;
    from.held[0] = s == shape::one ? one : two;
    if (s == shape::opposite) from.held[1] = {0, 1, 1};
    return from;
}

/// One deed for each thread, and then `after` for the first.
[[nodiscard]] inline house_plan plan_of(shape s, const std::vector<role>& who,
                                        const std::vector<role>& after = {}) {
    house_plan p;
    p.cells = s;
    p.name = name_of(s);
    bool due = false;
    for (std::size_t t = 0; t < who.size(); ++t) {
        p.name += (t == 0 ? ": " : " | ") + std::string{name_of(who[t])};
        p.threads.push_back({deed_of(who[t], s, t)});
        due = due || who[t] == role::expire;
        if (t != 0) continue;
        for (const role r : after) {
            p.name += std::string{", "} + name_of(r);
            p.threads[0].push_back(deed_of(r, s, t));
        }
    }
    p.from = setting_of(s, due);
    return p;
}

/// Every `threads` roles on every shape. Moves need two cells; only readers have nothing to show.
[[nodiscard]] inline std::vector<house_plan> house_plans(std::size_t threads,
                                                         const std::vector<role>& after = {}) {
    std::vector<house_plan> all;
    for (const shape s : shapes)
        for (const auto& chosen : choices(roles.size(), threads)) {
            std::vector<role> who;
            bool sense = false;
            for (const std::size_t i : chosen) {
                who.push_back(roles[i]);
                sense = sense || roles[i] != role::read;
            }
            const bool moves = std::count(who.begin(), who.end(), role::move) > 0;
            if (sense && !(moves && s == shape::one)) all.push_back(plan_of(s, who, after));
        }
    return all;
}

/// Two threads of two or three deeds each: every pair of some chains, on every shape.
[[nodiscard]] inline std::vector<house_plan> house_chains() {
    const auto chains = [](shape s, std::size_t t) {
        const auto of = [&](role r) { return deed_of(r, s, t); };
        const deed hand_over{deed::kind::confirm, {}, own}, give_up{deed::kind::cancel, {}, own};
        return std::vector<std::pair<const char*, std::vector<deed>>>{
            {"reserve, confirm it", {of(role::reserve), hand_over}},
            {"basket, give it up", {of(role::basket), give_up}},
            {"confirm, reserve", {of(role::confirm), of(role::reserve)}},
            {"cancel, basket, confirm it", {of(role::cancel), of(role::basket), hand_over}},
            {"expire, reserve, read", {of(role::expire), of(role::reserve), of(role::read)}},
            {"read, lower, cancel", {of(role::read), of(role::lower), of(role::cancel)}}};
    };
    std::vector<house_plan> all;
    for (const shape s : shapes)
        for (const auto& chosen : choices(chains(s, 0).size(), 2)) {
            house_plan p{name_of(s), s, setting_of(s, chosen[0] == 4 || chosen[1] == 4), {}};
            for (std::size_t t = 0; t < 2; ++t) {
                auto [name, deeds] = chains(s, t)[chosen[t]];
                p.name += (t == 0 ? ": " : " | ") + std::string{name};
                p.threads.push_back(std::move(deeds));
            }
            all.push_back(std::move(p));
        }
    return all;
}

/// The scenario of a plan.
template <class Env = env>
auto scenario_of(const house_plan& p) {
    using world = std::unique_ptr<house<Env>>;
    std::vector<std::function<void(world&)>> bodies;
    for (const auto& deeds : p.threads)
        bodies.push_back([deeds](world& w) {
            for (const deed& d : deeds) w->call(d);
        });
    return scenario{[from = p.from] { return std::make_unique<house<Env>>(from); },
                    std::move(bodies), [](world& w) { w->check(); }};
}

// ---- takes -------------------------------------------------------------------------------------

struct shelf_plan {
    std::string name;
    shape cells = shape::one;
    std::array<int, shelf_cells> stock{};
    std::vector<std::vector<shelf_op>> threads;
    bool is_hot = false;  // the first cell is leased
};

/// The calls that a thread may make on a shelf whose cells are `first` and `second` to it.
[[nodiscard]] inline std::vector<std::pair<std::string, std::vector<shelf_op>>> shelf_roles(
    std::size_t first, std::size_t second) {
    const auto of = [](shelf_op::kind what, std::size_t c, int n, int floor = 0) {
        shelf_op o{what, {}, floor};
        o.amounts[c] += n;
        return o;
    };
    using kind = shelf_op::kind;
    const shelf_op one = of(kind::take, first, 1), back = of(kind::give, first, 1);
    const shelf_op both = one.with(second);
    return {{"take", {one}},
            {"basket", {both}},
            {"floor", {of(kind::take, first, 1, 1)}},
            {"give", {back}},
            {"lose", {of(kind::lose, first, 1)}},
            {"take and back", {one, back}},
            {"basket twice", {both, both}},
            {"move", {one, of(kind::give, second, 1)}},
            {"picture", {of(kind::picture, first, 1).with(second)}},
            {"read", {read(first), read(second)}}};
}

[[nodiscard]] inline std::vector<shelf_plan> shelf_plans(std::size_t threads) {
    std::vector<shelf_plan> all;
    const std::size_t count = shelf_roles(0, 0).size();
    for (const shape s : shapes)
        for (const auto& chosen : choices(count, threads)) {
            if (chosen.front() + 1 == count) continue;  // only readers
            shelf_plan p{name_of(s), s, {1, 1, 1}, {}};
            for (std::size_t t = 0; t < threads; ++t) {
                const auto [first, second] = cells_of(s, t);
                auto [name, calls] = shelf_roles(first, second)[chosen[t]];
                p.name += (t == 0 ? ": " : " | ") + name;
                p.threads.push_back(std::move(calls));
            }
            all.push_back(std::move(p));
        }
    return all;
}

/// The same where the first cell is hot, and a thread may ask for more of it than lies in any one
/// word, so that leases are filled, used and brought home in the middle of everything.
[[nodiscard]] inline std::vector<shelf_plan> hot_plans() {
    const auto roles_of = [](shape s, std::size_t t) {
        const auto [first, second] = cells_of(s, t);
        auto mine = shelf_roles(first, second);
        mine.insert(mine.begin(), {{"all", {take(3)}}, {"make it hot", {lease(0), take(1)}}});
        return mine;
    };
    std::vector<shelf_plan> all;
    for (const shape s : shapes)
        for (const auto& chosen : choices(roles_of(s, 0).size(), 2)) {
            if (chosen.front() + 1 == roles_of(s, 0).size()) continue;  // only readers
            shelf_plan p{std::string{"hot, "} + name_of(s), s, {5, 1, 1}, {}, true};
            for (std::size_t t = 0; t < 2; ++t) {
                auto [name, calls] = roles_of(s, t)[chosen[t]];
                p.name += (t == 0 ? ": " : " | ") + name;
                p.threads.push_back(std::move(calls));
            }
            all.push_back(std::move(p));
        }
    return all;
}

template <template <class> class Taker = stock::taker>
auto scenario_of(const shelf_plan& p) {
    using world = shelf<Taker>;
    std::vector<std::function<void(world&)>> bodies;
    for (const auto& calls : p.threads)
        bodies.push_back([calls](world& w) {
            for (const shelf_op& o : calls) w.call(o);
        });
    return scenario{[stock = p.stock, is_hot = p.is_hot] {
                        return is_hot ? world{stock, eager, one_leased()} : world{stock};
                    },
                    std::move(bodies), [](world& w) { w.check(); }};
}

}  // namespace earmark::explore
