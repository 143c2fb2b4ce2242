#include "wanted_value.hpp"

#include <algorithm>
#include <vector>

#include "earmark/sourcing/solve.hpp"

namespace earmark {

__extension__ typedef __int128 wide;

namespace {

/// Lines of one set leave together, and so do lines of one SKU, which are sourced as one. The
/// number is that of the first line which is bound to this one; 0: none is.
std::uint16_t set_of(const lifecycle::image& order, std::uint16_t line) {
    const auto& lines = order.lines;
    const auto is_grouped = [](const lifecycle::line& l) { return l.group != 0; };
    if (std::none_of(lines.begin(), lines.end(), is_grouped)) return 0;
    std::vector<bool> is_bound(lines.size());
    is_bound[line] = true;
    for (bool grew = true; grew;) {
        grew = false;
        for (std::size_t a = 0; a < lines.size(); ++a)
            for (std::size_t b = 0; b < lines.size() && is_bound[a]; ++b) {
                const bool same_goods =
                    lines[a].sku == lines[b].sku && lines[a].firm == lines[b].firm;
                const bool same =
                    same_goods || (lines[a].group != 0 && lines[a].group == lines[b].group);
                if (!same || is_bound[b]) continue;
                is_bound[b] = grew = true;
            }
    }
    std::uint16_t first = 0;
    while (!is_bound[first]) ++first;
    bool any = false;
    for (std::size_t l = 0; l < lines.size(); ++l) any |= is_bound[l] && lines[l].group != 0;
    return any ? static_cast<std::uint16_t>(first + 1) : std::uint16_t{0};
}

}  // namespace

wanted_line whole_line(const lifecycle::image& order, std::uint16_t line, std::int64_t granule_e9,
                       currency of_policy) {
    const lifecycle::line& l = order.lines[line];
    wanted_line out{line, l.sku, l.ordered, granule_e9};
    const currency paid = currency::from_code(order.currency);
    constexpr std::int64_t most = sourcing::max_line_total;
    if (paid != of_policy) {
        out.value_e4 = most;
    } else {
        wide price = std::max<std::int64_t>(l.unit_price_minor, 0);
        for (int k = paid.exponent(); k < 4; ++k) price *= 10;
        const wide atoms = wide{l.ordered} * granule_e9;
        const bool fits = atoms == 0 || price <= (wide{1} << 126) / atoms;
        out.value_e4 =
            fits ? static_cast<std::int64_t>(std::min<wide>(price * atoms / 1'000'000'000, most))
                 : most;
    }
    out.set = set_of(order, line);
    out.firm = l.firm;
    out.own = l.own;
    return out;
}

}  // namespace earmark
