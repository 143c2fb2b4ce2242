#include "naive_timers.hpp"

#include <algorithm>

#include "naive_engine.hpp"

namespace earmark::naive {

namespace {

bool is_of(const arrival& w, const timer& t) { return w.state == t.state && w.chased == t.chased; }
time_point due_at(const arrival& w, const timer& t, int version) {
    return {w.since.ns + after_s(t, version) * 1'000'000'000};
}

}  // namespace

std::int64_t engine::units_at(const held_order& o, std::uint32_t line, const timer& t) const {
    const auto chased = o.chased.find(line);
    if (t.chased) return chased == o.chased.end() ? 0 : chased->second;
    if (t.state == unit_state::backordered) return unlabelled(o, line);
    return units_in(o, standing(o, line, none<node_id>, std::array{t.state}));
}

/// Since when the units of all orders stand where they do: the oldest have left first.
void engine::follow_time() {
    for (auto& [id, o] : orders_)
        for (std::uint32_t line = 1; line <= o.lines.size() && has_labels_; ++line)
            for (const timer& t : timers) {
                std::vector<arrival> here;
                for (const arrival& w : o.arrivals)
                    if (w.line == line && is_of(w, t)) here.push_back(w);
                std::erase_if(o.arrivals,
                              [&](const arrival& w) { return w.line == line && is_of(w, t); });
                std::int64_t more = units_at(o, line, t);
                for (const arrival& w : here) more -= w.n;
                for (arrival& w : here) {
                    const std::int64_t gone = std::min(w.n, std::max<std::int64_t>(0, -more));
                    w.n -= gone;
                    more += gone;
                }
                std::erase_if(here, [](const arrival& w) { return w.n == 0; });
                const bool joins = flaw_ == flaw::forgets_when_units_came && !here.empty();
                if (joins) here.front().n += more;
                const bool is_same =
                    !here.empty() && here.back().since == now_ && !here.back().over;
                if (more > 0 && !joins && is_same) here.back().n += more;
                if (more > 0 && !joins && !is_same)
                    here.push_back({line, t.state, t.chased, now_, more});
                while (more > 0 && !joins && here.size() > 4) {  // no more are told apart
                    here.back().n += here[here.size() - 2].n;
                    here.erase(here.end() - 2);
                }
                o.arrivals.insert(o.arrivals.end(), here.begin(), here.end());
            }
}

/// The first timer that is due.
std::optional<std::pair<time_point, timer>> engine::first_timer(const held_order& o) const {
    std::optional<std::pair<time_point, timer>> first;
    for (const timer& t : timers)
        for (const arrival& w : o.arrivals) {
            const bool is_due = is_of(w, t) && !w.over && due_at(w, t, o.workflow) <= now_;
            if (is_due && (!first || due_at(w, t, o.workflow) < first->first))
                first = {due_at(w, t, o.workflow), t};
        }
    return first;
}

/// Does a line of its set lack units, or may those whose time has come not be released?
bool engine::set_waits(const held_order& o, std::uint32_t line, const timer& t) const {
    const std::uint16_t set = o.lines[line - 1].set;
    const auto is_its = [&](std::uint32_t other) { return o.lines[other - 1].set == set; };
    if (set == 0) return false;
    for (const auto& [b, n] : o.buckets)
        if (is_its(std::get<0>(b)) && std::get<1>(b) < unit_state::allocated) return true;
    for (std::uint32_t other = 1; other <= o.lines.size(); ++other) {
        std::int64_t due = 0;
        for (const arrival& w : o.arrivals)
            if (w.line == other && is_of(w, t) && !w.over && due_at(w, t, o.workflow) <= now_)
                due += w.n;
        const auto here = standing(o, other, none<node_id>, std::array{t.state});
        if (is_its(other) && !here.empty() && t.step && stops(o, other, *t.step)) return true;
        if (!is_its(other)) continue;
        for (const bucket& b : here) {
            if (due <= 0) break;
            if (is_restricted(o.lines[other - 1], o.ship_to, o.priority, std::get<2>(b)))
                return true;
            due -= o.buckets.at(b);
        }
    }
    return false;
}

/// Units of a line take the step, or nothing of the line does.
bool engine::take_step(held_order& o, std::uint32_t line, const timer& t, std::int64_t n) {
    if (t.step && stops(o, line, *t.step)) return false;
    if (t.state == t.to) return o.chased[line] += n, true;
    std::vector<std::pair<bucket, std::int64_t>> from;
    for (const bucket& b : standing(o, line, none<node_id>, std::array{t.state})) {
        const std::int64_t some = std::min(n, o.buckets.at(b));
        n -= some;
        if (some > 0) from.emplace_back(b, some);
    }
    const auto is_kept = [&](const auto& part) {
        return is_restricted(o.lines[line - 1], o.ship_to, o.priority, std::get<2>(part.first));
    };
    const bool releases = t.to == unit_state::released;
    if (releases && std::ranges::any_of(from, is_kept)) return false;
    for (const auto& [b, some] : from) {
        const node_id node = std::get<2>(b);
        const std::int64_t chased = o.chased[line];
        move(o, b, {line, t.to, t.chased ? none<node_id> : node}, some);
        if (t.chased) o.chased[line] = chased - some;
        if (releases && asks(node, request_kind::work) != nullptr)
            ask(o, request_kind::work, line, node, some, 0);
    }
    return true;
}

void engine::pass_timer(held_order& o, const timer& t) {
    if (t.step) lift(o, *t.step);
    const line_units before = standing_of(o);
    std::set<std::uint32_t> waiting;
    for (std::uint32_t line = 1; line <= o.lines.size(); ++line)
        if (t.to == unit_state::released && set_waits(o, line, t)) waiting.insert(line);
    for (std::uint32_t line = 1; line <= o.lines.size(); ++line) {
        std::int64_t n = 0;
        const auto its_turn = [&](const arrival& w) {
            return w.line == line && is_of(w, t) && !w.over && due_at(w, t, o.workflow) <= now_;
        };
        for (const arrival& w : o.arrivals)
            if (its_turn(w)) n += w.n;
        if (n == 0) continue;
        const bool is_done = !waiting.contains(line) && take_step(o, line, t, n);
        for (arrival& w : o.arrivals)
            if (its_turn(w)) is_done ? void(w.n = 0) : void(w.over = true);
        std::erase_if(o.arrivals, [](const arrival& w) { return w.n == 0; });
    }
    settle_pools(o, before);
}

/// What has stood so long stands on, by the times of the other version.
answer engine::migrate(const command& c, order_id id, std::uint16_t to, bool is_plain) {
    if (const auto no = ask(c, privilege::activate, raw(id)); no != error_code::ok)
        return refuse(no);
    return once(c, text_of(verb::migrate, raw(id), to, int{is_plain}), [&] {
        if (!orders_.contains(raw(id))) return refuse(error_code::unknown_order);
        held_order& o = orders_.at(raw(id));
        if (to > 2 || !has_labels_) return refuse(error_code::unknown_workflow);
        if (to == o.workflow) return answer{.what = outcome::unchanged, .subject = raw(id)};
        o.workflow = to;
        for (arrival& w : o.arrivals) {
            w.over = false;
            w.chased = w.chased && !is_plain;
        }
        if (is_plain) o.chased.clear();
        std::ranges::stable_sort(o.arrivals, {}, [](const arrival& w) { return w.since; });
        pass_time(o);  // what was told has its turn anew
        return answer{.subject = raw(id)};
    });
}

}  // namespace earmark::naive
