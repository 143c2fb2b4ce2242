#include "earmark/sourcing/ladder.hpp"

#include <algorithm>
#include <tuple>

#include "ladder_text.hpp"
#include "strategy_text.hpp"

namespace earmark::sourcing {

std::size_t best_fit(const policy& p, std::size_t from, std::span<const attribute_value> order,
                     std::span<const attribute_value> line, time_point now) noexcept {
    const auto all = p.strategies();
    const auto fits = [&](const strategy& s) {
        for (std::size_t c = 0; c < s.wants.size(); ++c) {
            if (s.wants[c].empty()) continue;
            const std::uint16_t a = p.ladder()[c];
            const attribute_value& v = p.of_orders()[a].of_line ? line[a] : order[a];
            if (!v.given || v.text != s.wants[c]) return false;
        }
        return now >= s.starts && now < s.ends;
    };
    while (from < all.size() && !fits(all[from])) ++from;
    return from;
}

std::string wants_text(const policy& p, const strategy& s) {
    std::string out;
    for (std::size_t c = 0; c < s.wants.size(); ++c)
        if (!s.wants[c].empty())
            out += (out.empty() ? "" : " and ") + p.of_orders()[p.ladder()[c]].name +
                   " == " + detail::quoted_text(s.wants[c]);
    return out;
}

namespace detail {

std::uint32_t specificity(const strategy& s) noexcept {
    std::uint32_t bits = 0;
    for (std::size_t c = 0; c < s.wants.size(); ++c)
        if (!s.wants[c].empty()) bits |= 1u << (max_ladder - 1 - c);
    return bits;
}

bool are_equal_rules(const strategy& a, const strategy& b) noexcept {
    return a.wants == b.wants && a.starts < b.ends && b.starts < a.ends;
}

void sort_ladder(std::vector<strategy>& all) {
    std::stable_sort(all.begin(), all.end(), [](const strategy& a, const strategy& b) {
        const std::uint32_t x = specificity(a), y = specificity(b);
        return x != y ? x > y : std::tie(a.wants, a.starts.ns) < std::tie(b.wants, b.starts.ns);
    });
}

std::string ladder_text(const policy& p) {
    if (p.ladder().empty()) return {};
    std::string list;
    for (const std::uint16_t a : p.ladder())
        list += (list.empty() ? "" : ", ") + quoted_text(p.of_orders()[a].name);
    return "match    = \"ladder\"\nladder   = [" + list + "]\n";
}

std::string for_text(const policy& p, const strategy& s) {
    std::string list;
    for (std::size_t c = 0; c < s.wants.size(); ++c)
        if (!s.wants[c].empty())
            list += (list.empty() ? " " : ", ") + quoted_text(p.of_orders()[p.ladder()[c]].name) +
                    " = " + quoted_text(s.wants[c]);
    return list.empty() ? list : "for     = {" + list + " }\n";
}

}  // namespace detail
}  // namespace earmark::sourcing
