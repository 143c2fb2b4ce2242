#include "wording.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "keys.hpp"
#include "measures.hpp"

namespace earmark::sourcing {

std::string cost_text(std::int64_t e4, currency c) {
    const std::string sign = e4 < 0 ? "-" : "";
    const auto size = e4 < 0 ? 0 - static_cast<std::uint64_t>(e4) : static_cast<std::uint64_t>(e4);
    const int places = c.exponent();
    std::uint64_t grain = 10'000;  // of 1/10,000 in one minor unit
    for (int i = 0; i < places && grain > 1; ++i) grain /= 10;
    const std::uint64_t minor = size / grain + (size % grain >= (grain + 1) / 2 && grain > 1);
    if (minor == 0 && size != 0) return fmt::format("{}0.{:04} {}", sign, size, c.text());
    std::uint64_t unit = 10'000 / grain;
    if (places == 0) return fmt::format("{}{} {}", sign, minor, c.text());
    return fmt::format("{}{}.{:0{}} {}", sign, minor / unit, minor % unit, places, c.text());
}

namespace detail {

std::string units_text(std::int64_t n, std::int64_t granule_e9) {
    constexpr std::uint64_t e9 = 1'000'000'000;
    const bool minus = n < 0;
    const std::uint64_t count =
        minus ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n);
    const key128 atoms = key128{count} * static_cast<std::uint64_t>(granule_e9);
    const auto whole = static_cast<std::uint64_t>(atoms / e9);  // n is 32 bits: it fits
    std::string text = fmt::format("{}{}", minus ? "-" : "", whole);
    std::string places = fmt::format("{:09}", static_cast<std::uint64_t>(atoms % e9));
    while (!places.empty() && places.back() == '0') places.pop_back();
    return places.empty() ? text : text + '.' + places;
}

std::string distance_text(std::int64_t metres) {
    if (metres == std::int64_t{unknown_distance}) return "distance unknown";
    if (metres < 10'000) return fmt::format("{}.{} km", metres / 1'000, metres % 1'000 / 100);
    return fmt::format("{} km", (metres + 500) / 1'000);
}

std::string counted(std::int64_t n, std::string_view one) {
    return fmt::format("{} {}{}", n, one, n == 1 ? "" : "s");
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) out += i + 1 == words.size() ? " and " : ", ";
        out += words[i];
    }
    return out;
}

std::vector<node_id> nodes_of(const plan& p) {
    std::vector<node_id> nodes;
    for (const plan_part& part : p.parts)
        if (std::find(nodes.begin(), nodes.end(), part.node) == nodes.end())
            nodes.push_back(part.node);
    return nodes;
}

std::string teller::node(node_id n) const {
    const std::size_t k = index_of(n);
    if (k < names_.nodes.size() && !names_.nodes[k].empty()) return std::string{names_.nodes[k]};
    return fmt::format("node {}", raw(n));
}

std::string teller::line(std::size_t wanted) const {
    if (wanted < names_.lines.size() && !names_.lines[wanted].empty())
        return std::string{names_.lines[wanted]};
    return fmt::format("line {}", problem_.lines[wanted].line + 1);
}

std::string teller::goods(std::size_t wanted, std::int64_t n) const {
    return units_text(n, problem_.lines[wanted].granule_e9) + " x " + line(wanted);
}

std::string teller::shipment(const plan& p, node_id n) const {
    std::vector<std::string> goods_there;
    for (const plan_part& part : p.parts)
        if (part.node == n) goods_there.push_back(goods(part.wanted, part.n));
    return node(n) + " ships " + joined(goods_there);
}

std::string teller::shipments(const plan& p) const {
    std::string out;
    for (const node_id n : nodes_of(p)) out += (out.empty() ? "" : "; ") + shipment(p, n);
    return out;
}

std::string teller::cost_of(const plan& p) const {
    const std::int32_t days = p.cost.late_days;
    if (days == 0) return cost(p.cost.e4);
    return fmt::format("{}, {} of it for {} late", cost(p.cost.e4),
                       cost(late_cost(by_.terms(), days)), counted(days, "day"));
}

static std::string_view name_of_column(comparison::reason r) {
    return name_of(static_cast<criterion>(static_cast<std::size_t>(r) -
                                          static_cast<std::size_t>(comparison::reason::zone) +
                                          static_cast<std::size_t>(criterion::zone)));
}

constexpr std::int64_t most_days = 1'000'000;  // between days that are known

std::string teller::gap(const comparison& c) const {
    const std::int64_t size = c.gap < 0 ? -c.gap : c.gap;
    const std::string_view more = c.gap < 0 ? "less" : "more";
    switch (c.by) {
        case comparison::reason::unserved:
            return fmt::format("leaves {} {} unserved", counted(size, "line"), more);
        case comparison::reason::split:
            return fmt::format("splits {} {}", counted(size, "line"), more);
        case comparison::reason::cost:
            return fmt::format("costs {} {}", cost(size), more);
        case comparison::reason::parcels:
            return fmt::format("needs {} {}", counted(size, "parcel"), more);
        case comparison::reason::unknown:
            return fmt::format("has {} of unknown distance {}", counted(size, "part"), more);
        case comparison::reason::metres:
            return fmt::format("is {} {}", distance_text(size), c.gap < 0 ? "shorter" : "longer");
        case comparison::reason::priority:
            return fmt::format("has a sum of priorities that is {} by {}",
                               c.gap < 0 ? "lower" : "higher", size);
        case comparison::reason::score:
            return fmt::format("has a score that is {} by {}", c.gap < 0 ? "lower" : "higher",
                               size);
        case comparison::reason::missing:
            return fmt::format("leaves {} {}", counted(size, "granule"), more);
        case comparison::reason::weighted:
            return fmt::format("has a weighted sum that is {} by {}",
                               c.gap < 0 ? "lower" : "higher", size);
        case comparison::reason::delivery_date:
            if (size > most_days) return "arrives on a day that nobody knows";
            return fmt::format("arrives {} {}", counted(size, "day"),
                               c.gap < 0 ? "earlier" : "later");
        case comparison::reason::stock_out:
            return fmt::format("takes goods that are worth {} {} there", cost(size), more);
        case comparison::reason::zone:
        case comparison::reason::load:
        case comparison::reason::rotation:
        case comparison::reason::balance:
        case comparison::reason::cover:
            return fmt::format("has a sum of {} that is {} by {}", name_of_column(c.by),
                               c.gap < 0 ? "lower" : "higher", size);
        case comparison::reason::sequence:
            return "is equal by every criterion and comes later by the order of the nodes' names";
        case comparison::reason::same:
            break;
    }
    return "is the same plan";
}

}  // namespace detail
}  // namespace earmark::sourcing
