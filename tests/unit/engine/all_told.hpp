// All that an engine tells of its journal, as text: two that tell the same have the same past.
#pragma once

#include <string>

#include "earmark/engine/engine.hpp"
#include "earmark/engine/notices.hpp"
#include "earmark/engine/story.hpp"
#include "earmark/report/frame.hpp"
#include "earmark/report/order_story.hpp"

namespace earmark {

namespace telling {

/// Pages of `ask(cursor)` to their end, or the error that ended them.
template <class Ask, class Say>
std::string pages(const engine& of, Ask&& ask, Say&& say) {
    std::string out;
    for (position cursor{};;) {
        const auto page = ask(cursor);
        if (!page) return out + of.describe(page.error());
        for (const auto& row : page->rows) out += say(row) + '\n';
        if (page->next == cursor) return out;
        cursor = page->next;
    }
}

inline std::string number(std::uint64_t n) { return std::to_string(n) + ' '; }

inline std::string events(const engine& of) {
    std::string out;
    for (position cursor{};;) {
        const auto some = of.poll(cursor, 7);
        if (!some) return out + of.describe(some.error());
        if (some->empty()) return out;
        for (const event& e : *some)
            out += number(raw(e.at)) + number(e.subject) + number(e.moves) + '\n';
        cursor = some->back().at;
    }
}

}  // namespace telling

/// In pages of seven. Decisions whose policy is not kept any more are told as the engine does.
inline std::string all_told(const engine& of) {
    using telling::number, telling::pages;
    std::string out = telling::events(of);
    out += pages(
        of, [&](position p) { return trail(of, {}, p, 7); },
        [](const trail_row& r) {
            return report::sentence_of({&r, 1});
        });
    out += pages(
        of, [&](position p) { return notices(of, {}, p, 7); },
        [](const notice& n) { return n.key + ' ' + number(n.rows.size()); });
    out += pages(
        of, [&](position p) { return of.movements(p, 7); },
        [](const movement& m) { return number(raw(m.at)) + number(raw(m.order)); });
    out += pages(
        of, [&](position p) { return of.expiries(p, 7); },
        [](const expiry& x) { return number(raw(x.at)) + number(raw(x.sku)); });
    out += pages(
        of, [&](position p) { return of.decisions(p, 7); },
        [](const decided& d) { return number(raw(d.at)) + number(raw(d.order)); });
    out += pages(
        of, [&](position p) { return of.counts(p, 7); },
        [](const counted& k) { return number(raw(k.at)) + number(raw(k.sku)); });
    return out;
}

}  // namespace earmark
