#include "earmark/lifecycle/holds.hpp"

#include <algorithm>
#include <utility>

namespace earmark::lifecycle {
namespace {

const hold_terms& terms_of(const hold& h, hold_table types) noexcept {
    static constexpr hold_terms
        unknown{};  // of a damaged journal: blocks, and never ends by itself
    return index_of(h.type) < types.size() ? types[index_of(h.type)] : unknown;
}

/// What was given back is not to be taken again at once.
hold_steps blocks_of(const hold& h, hold_table types) noexcept {
    const unsigned more = h.is(hold::gave_back) ? bit_of(hold_step::allocate) : 0u;
    return static_cast<hold_steps>(terms_of(h, types).blocks | more);
}

bool is_equal(const hold& a, const hold& b) noexcept {
    return a.type == b.type && a.line == b.line;
}

constexpr bool is_active(const hold& h) noexcept { return h.state == hold_state::active; }

/// When its time is over; never where that was seen already.
time_point end_of(const hold& h) noexcept {
    return is_active(h) && !h.is(hold::escalated) ? h.until : never;
}
time_point end_of_stock(const hold& h) noexcept {
    return h.stands() && !h.is(hold::gave_back) ? h.kept_until : never;
}

constexpr hold_event event_of(hold_expiry e) noexcept {
    return e == hold_expiry::resolve  ? hold_event::resolve
           : e == hold_expiry::reject ? hold_event::reject
                                      : hold_event::escalate;
}

}  // namespace

hold fresh_hold(hold_type_id type, std::uint16_t line, actor_id by, time_point at,
                const hold_terms& terms) noexcept {
    hold h;
    h.type = type;
    h.line = line;
    h.placed_by = by;
    h.since = at;
    if (terms.lasts_s > 0) h.until = at + seconds(terms.lasts_s);
    if (terms.keeps_s >= 0) h.kept_until = at + seconds(terms.keeps_s);
    return h;
}

result<placing> place(std::vector<hold>& all, hold asked, std::size_t most) {
    for (hold& h : all)
        if (is_active(h) && is_equal(h, asked))
            return placing{h.number, false, extend(h, asked.until)};
    if (all.size() >= most)
        return fail(error_code::out_of_range, static_cast<std::int64_t>(all.size()) + 1,
                    static_cast<std::int64_t>(most));
    asked.number = static_cast<std::uint32_t>(all.size()) + 1;
    all.push_back(asked);
    return placing{asked.number, true};
}

bool extend(hold& of, time_point until) noexcept {
    if (until <= of.until) return false;
    of.until = until;
    of.marks &= static_cast<std::uint8_t>(~hold::escalated);
    return true;
}

error may_end(std::span<const hold> all, std::uint32_t number, bool accept,
              hold_table types) noexcept {
    if (number == 0 || number > all.size())
        return fail(error_code::unknown_hold, number, static_cast<std::int64_t>(all.size()));
    const hold& h = all[number - 1];
    const bool cancels = terms_of(h, types).rejected == hold_rejection::cancel;
    if (is_active(h) || (h.stands() && (accept || cancels))) return {};
    return fail(error_code::hold_over, number, static_cast<std::int64_t>(h.state));
}

void end(std::vector<hold>& all, std::uint32_t number, hold_event what, std::uint8_t reason,
         actor_id by, time_point at) noexcept {
    hold& h = all[number - 1];
    h.state = what == hold_event::resolve ? hold_state::resolved : hold_state::rejected;
    h.ended_reason = reason;
    h.ended_by = by;
    h.ended = at;
    if (what == hold_event::reject) h.marks |= hold::carried_out;
}

hold_steps blocked(std::span<const hold> all, hold_table types, std::uint16_t line) noexcept {
    unsigned bits = 0;
    for (const hold& h : all)
        if (h.stands() && h.covers(line)) bits |= blocks_of(h, types);
    return static_cast<hold_steps>(bits);
}

const hold* blocker(std::span<const hold> all, hold_table types, std::uint16_t line,
                    hold_step step) noexcept {
    for (const hold& h : all)
        if (h.stands() && h.covers(line) && (blocks_of(h, types) & bit_of(step)) != 0) return &h;
    return nullptr;
}

bool any_stands(std::span<const hold> all) noexcept {
    return std::any_of(all.begin(), all.end(), [](const hold& h) { return h.stands(); });
}

time_point next_deadline(std::span<const hold> all) noexcept {
    time_point first = never;
    for (const hold& h : all) first = std::min({first, end_of(h), end_of_stock(h)});
    return first;
}

due_hold first_due(std::span<const hold> all, hold_table types, time_point now) noexcept {
    due_hold first{0, hold_event::escalate, never};
    const auto see = [&](const hold& h, hold_event what, time_point at) {
        if (at <= now && at < first.at) first = {h.number, what, at};
    };
    for (const hold& h : all) {
        see(h, hold_event::give_back, end_of_stock(h));
        see(h, event_of(terms_of(h, types).then), end_of(h));
    }
    return first;
}

std::vector<hold_type_id> ring_of(std::span<const std::vector<hold_type_id>> places) {
    enum class mark : std::uint8_t { fresh, on_path, done };
    std::vector<mark> seen(places.size(), mark::fresh);
    struct at {
        std::size_t type;
        std::size_t next;  // of what it places
    };
    std::vector<at> path;
    for (std::size_t from = 0; from < places.size(); ++from) {
        if (seen[from] != mark::fresh) continue;
        seen[from] = mark::on_path;
        path.push_back({from, 0});
        while (!path.empty()) {
            at& here = path.back();
            if (here.next == places[here.type].size()) {
                seen[here.type] = mark::done;
                path.pop_back();
                continue;
            }
            const std::size_t to = index_of(places[here.type][here.next++]);
            if (seen[to] == mark::done) continue;
            if (seen[to] == mark::fresh) {
                seen[to] = mark::on_path;
                path.push_back({to, 0});
                continue;
            }
            std::vector<hold_type_id> ring;
            for (auto p = path.rbegin(); ring.empty() || index_of(ring.back()) != to; ++p)
                ring.push_back(hold_type_id{static_cast<std::uint16_t>(p->type)});
            std::reverse(ring.begin(), ring.end());
            std::rotate(ring.begin(), std::min_element(ring.begin(), ring.end()), ring.end());
            return ring;
        }
    }
    return {};
}

const char* unsound(std::span<const hold> all, std::size_t types, std::size_t lines) noexcept {
    std::uint32_t number = 0;
    for (const hold& h : all) {
        if (h.number != ++number) return "holds are numbered from 1 without a gap";
        if (index_of(h.type) >= types) return "a hold is of a type that is known";
        if (h.line != the_order && h.line >= lines) return "a hold is on a line of its order";
        if (!is_active(h)) continue;
        for (const hold& other : all.first(number - 1))
            if (is_active(other) && is_equal(other, h))
                return "of a type and a scope at most one hold is active";
    }
    return nullptr;
}

}  // namespace earmark::lifecycle
