#include "wanted_value.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "earmark/sourcing/solve.hpp"

namespace earmark {

__extension__ typedef __int128 wide;

namespace {

/// Joins what belongs together; the first of each is its name.
class joined_lines {
public:
    explicit joined_lines(std::size_t n) : first_(n) {
        for (std::size_t i = 0; i < n; ++i) first_[i] = static_cast<std::uint16_t>(i);
    }
    std::uint16_t first_of(std::uint16_t i) {
        while (first_[i] != i) i = first_[i] = first_[first_[i]];
        return i;
    }
    void join(std::uint16_t a, std::uint16_t b) {
        a = first_of(a), b = first_of(b);
        first_[std::max(a, b)] = std::min(a, b);
    }

private:
    std::vector<std::uint16_t> first_;
};

}  // namespace

std::vector<std::uint16_t> sets_of(const lifecycle::image& order) {
    const auto& lines = order.lines;
    const auto is_grouped = [](const lifecycle::line& l) { return l.group != 0; };
    if (std::none_of(lines.begin(), lines.end(), is_grouped)) return {};
    joined_lines all{lines.size()};
    std::map<std::tuple<sku_id, node_id, std::uint16_t>, std::uint16_t> goods;
    std::map<std::uint16_t, std::uint16_t> sets;
    for (std::uint16_t l = 0; l < lines.size(); ++l) {
        const lifecycle::line& of = lines[l];
        all.join(l, goods.try_emplace({of.sku, of.firm, of.own}, l).first->second);
        if (of.group != 0) all.join(l, sets.try_emplace(of.group, l).first->second);
    }
    std::vector<bool> in_set(lines.size());
    for (std::uint16_t l = 0; l < lines.size(); ++l)
        if (lines[l].group != 0) in_set[all.first_of(l)] = true;
    std::vector<std::uint16_t> out(lines.size());
    for (std::uint16_t l = 0; l < lines.size(); ++l) {
        const std::uint16_t first = all.first_of(l);
        if (in_set[first]) out[l] = static_cast<std::uint16_t>(first + 1);
    }
    return out;
}

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
    out.firm = l.firm;
    out.own = l.own;
    return out;
}

result<std::vector<wanted_line>> whole_lines(const lifecycle::image& order, const catalog& names,
                                             currency of_policy) {
    std::vector<wanted_line> lines;
    const std::vector<std::uint16_t> sets = sets_of(order);
    for (std::uint16_t l = 0; l < order.lines.size(); ++l) {
        const auto e9 = names.granule_e9(order.lines[l].sku);
        if (!e9) return e9.error();
        lines.push_back(whole_line(order, l, *e9, of_policy));
        if (!sets.empty()) lines.back().set = sets[l];
    }
    return lines;
}

}  // namespace earmark
