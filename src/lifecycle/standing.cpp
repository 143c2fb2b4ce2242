#include "earmark/lifecycle/standing.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "earmark/lifecycle/steps.hpp"

namespace earmark::lifecycle {
namespace {

using place = std::tuple<std::uint16_t, unit_state, std::uint8_t>;

place place_of(const standing& s) noexcept { return {s.line, s.base, s.sub}; }

bool has_timer(const workflow& of, state_key s) noexcept {
    return std::ranges::any_of(of.rows_from(s), [](const row& r) { return r.after_s != 0; });
}

/// Units that stand where some timer takes them on, by place.
std::map<place, granules> timed_units(const image& of) {
    std::map<place, granules> out;
    const workflow& by = rules_of(of);
    if (!by.has_timers()) return out;
    for (const bucket& b : of.buckets)
        if (const state_key s = state_of(b); has_timer(by, s)) out[{b.line, s.base, s.sub}] += b.n;
    return out;
}

/// Takes units off the arrivals that have stood longest.
void take_oldest(std::vector<standing>& arrivals, granules n) {
    std::size_t gone = 0;
    for (standing& s : arrivals) {
        const granules some = std::min(s.n, n);
        s.n -= some;
        n -= some;
        if (s.n == 0) ++gone;
    }
    arrivals.erase(arrivals.begin(), arrivals.begin() + static_cast<std::ptrdiff_t>(gone));
}

void add_youngest(std::vector<standing>& arrivals, const standing& fresh) {
    const bool is_same =
        !arrivals.empty() && arrivals.back().since == fresh.since && arrivals.back().passed_s == 0;
    if (is_same)
        arrivals.back().n += fresh.n;
    else
        arrivals.push_back(fresh);
    while (arrivals.size() > most_arrivals) {
        const standing last = arrivals.back();
        arrivals.pop_back();
        const granules both = arrivals.back().n + last.n;
        arrivals.back() = last;
        arrivals.back().n = both;
    }
}

due_timer sooner(const due_timer& a, const due_timer& b) noexcept {
    const auto order = [](const due_timer& t) {
        return std::tuple{t.at, t.from.base, t.from.sub, t.after_s};
    };
    return order(b) < order(a) ? b : a;
}

/// The first of an arrival's that has not had its turn.
template <class Which>
due_timer next_of(const workflow& by, const standing& s, Which&& is_asked) noexcept {
    due_timer first;
    for (const row& r : by.rows_from(s.state()))
        if (r.after_s > s.passed_s && is_asked(r))
            first = sooner(first, {s.state(), r.on, r.after_s, age(s, r.after_s)});
    return first;
}

}  // namespace

bool follow(std::vector<standing>& all, const image& of, time_point now) {
    std::vector<standing> next, arrivals;
    for (const auto& [at, n] : timed_units(of)) {
        const auto [line, base, sub] = at;
        const auto here = std::ranges::equal_range(all, at, {}, place_of);
        arrivals.assign(here.begin(), here.end());
        granules had = 0;
        for (const standing& s : arrivals) had += s.n;
        if (had > n) take_oldest(arrivals, had - n);
        if (had < n) add_youngest(arrivals, {now.ns, n - had, 0, 0, line, base, sub});
        next.insert(next.end(), arrivals.begin(), arrivals.end());
    }
    if (next == all) return false;
    all = std::move(next);
    return true;
}

due_timer next_timer(const image& of, std::span<const standing> all) noexcept {
    due_timer first;
    const workflow& by = rules_of(of);
    for (const standing& s : all)
        first = sooner(first, next_of(by, s, [](const row&) { return true; }));
    return first;
}

due_timer next_timer(const image& of, std::span<const standing> all, std::uint16_t line,
                     state_key from, event_key on) noexcept {
    due_timer first;
    const workflow& by = rules_of(of);
    for (const standing& s : std::ranges::equal_range(all, line, {}, &standing::line))
        if (s.state() == from)
            first = sooner(first, next_of(by, s, [on](const row& r) { return r.on == on; }));
    return first;
}

granules units_due(std::span<const standing> all, std::uint16_t line, const due_timer& t,
                   time_point now) noexcept {
    granules n = 0;
    for (const standing& s : std::ranges::equal_range(all, line, {}, &standing::line))
        if (is_due(s, t, now)) n += s.n;
    return n;
}

bool pass(std::vector<standing>& all, std::uint16_t line, const due_timer& t, turn what,
          time_point now) {
    const auto is_its = [&](const standing& s) { return is_due(s, t, now); };
    const auto here = std::ranges::equal_range(all, line, {}, &standing::line);
    if (what == turn::took_step) {
        const auto gone = std::ranges::remove_if(here, is_its);
        const bool any_gone = !gone.empty();
        all.erase(gone.begin(), gone.end());
        return any_gone;
    }
    bool any = false;
    for (standing& s : here) {
        if (!is_its(s)) continue;
        any = true;
        s.passed_s = t.after_s;
        if (what == turn::told) s.told_s = t.after_s;
    }
    return any;
}

const char* unsound(std::span<const standing> all, const image& of) {
    auto left = timed_units(of);
    const standing* before = nullptr;
    for (const standing& s : all) {
        const auto at = left.find(place_of(s));
        if (s.n <= 0 || s.told_s > s.passed_s)
            return "an arrival has units, and had its turns in order";
        if (at == left.end() || at->second < s.n)
            return "units that have stood so long are where a timer is";
        at->second -= s.n;
        const bool ascends = before == nullptr || place_of(*before) < place_of(s) ||
                             (place_of(*before) == place_of(s) && before->since <= s.since);
        if (!ascends) return "arrivals stand in order";
        before = &s;
    }
    const bool is_all = std::ranges::all_of(left, [](const auto& at) { return at.second == 0; });
    return is_all ? nullptr : "all units that stand where a timer is have a time";
}

}  // namespace earmark::lifecycle
