// LINT with tables: which nodes and places the strategies reach, and what is left to chance.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "earmark/sourcing/solve.hpp"
#include "linter.hpp"

namespace earmark::sourcing::detail {
namespace {

constexpr std::size_t most_named = 4;
constexpr std::size_t most_looks = 50'000'000;  // strategies x places x nodes

/// `a, b and 3 more`.
std::string some_of(const std::vector<std::string>& names) {
    std::string out;
    for (std::size_t i = 0; i < names.size() && i < most_named; ++i)
        out += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > most_named) out += fmt::format(" and {} more", names.size() - most_named);
    return out;
}

/// What a rank knows of a node for one line; nothing where a criterion is not of the tables.
class ranked {
public:
    static constexpr std::size_t most_fields = 8;
    using key = std::array<std::int64_t, most_fields>;

    ranked(const policy& by, bool has_places) : by_{by}, has_places_{has_places} {}

    [[nodiscard]] bool is_known() const {
        return std::all_of(by_.terms().rank.begin(), by_.terms().rank.end(), [&](criterion c) {
            switch (c) {
                case criterion::cost:
                    return has_places_ || !costs_way();
                case criterion::distance:
                    return has_places_;
                case criterion::parcels:
                case criterion::priority:
                    return true;
                default:
                    return false;
            }
        });
    }
    [[nodiscard]] key of(const node_facts& n, std::uint32_t metres) const {
        const policy_terms& t = by_.terms();
        const auto k = static_cast<std::size_t>(n.kind);
        key out{};
        for (const criterion c : t.rank) {
            if (c == criterion::cost) {
                out[0] = price_parcel(by_, n);
                out[1] = n.per_unit.e4 >= 0 ? n.per_unit.e4 : t.per_unit[k];
                out[2] = t.per_unit_per_1000_km[k];
                out[3] = out[2] == 0 && t.parcels.zones.empty() ? 0 : metres;
                out[6] = t.by_acceptance ? n.accept_ppm : 0;
            }
            if (c == criterion::distance) out[4] = metres;
            if (c == criterion::priority) out[5] = n.priority;
        }
        return out;
    }

private:
    [[nodiscard]] bool costs_way() const {
        const rate_by_kind& way = by_.terms().per_unit_per_1000_km;
        return !by_.terms().parcels.zones.empty() ||
               std::any_of(way.begin(), way.end(), [](std::int64_t e4) { return e4 > 0; });
    }
    const policy& by_;
    bool has_places_;
};

}  // namespace

std::string linter::node_name(std::size_t k) const {
    const auto& keys = options_.tables.node_keys;
    return k < keys.size() ? std::string{keys[k]} : fmt::format("node {}", k);
}

std::span<const std::uint32_t> linter::metres_to(std::size_t place) const {
    const lint_tables& t = options_.tables;
    return t.metres.subspan(place * t.nodes.size(), t.nodes.size());
}

std::vector<std::size_t> linter::selected(std::size_t i, std::size_t place) const {
    const lint_tables& t = options_.tables;
    const policy& by = terms_of(i);
    const std::vector<std::uint32_t> nowhere(t.places.empty() ? t.nodes.size() : 0,
                                             unknown_distance);
    const auto metres = t.places.empty() ? std::span{nowhere} : metres_to(place);
    std::vector<std::uint64_t> bits;
    select_nodes(all_.empty() ? std::span<const node_selector>{} : all_[i].from, t.nodes, metres,
                 bits);
    std::vector<std::size_t> out;
    for (std::size_t k = 0; k < t.nodes.size(); ++k)
        if ((bits[k / 64] >> k % 64 & 1) != 0 && t.nodes[k].active && is_priced(by, t.nodes[k]))
            out.push_back(k);
    return out;
}

std::size_t linter::places_to_look_at() {
    const lint_tables& t = options_.tables;
    const std::size_t each = std::max<std::size_t>(all_.size(), 1) * t.nodes.size();
    const std::size_t most = std::max<std::size_t>(most_looks / each, 1);
    if (most >= t.places.size()) return t.places.size();
    add("not_decided", policy_places::root, {},
        fmt::format("only the first {} of {} places were looked at", most, t.places.size()),
        "give fewer places at a time");
    return most;
}

void linter::look_for_unknown() {
    const lint_tables& t = options_.tables;
    std::vector<std::string_view> vendors;
    for (std::size_t k = 0; k < t.node_keys.size(); ++k)
        if (t.nodes[k].kind == node_kind::vendor) vendors.push_back(t.node_keys[k]);
    for (std::size_t i = 0; i < all_.size(); ++i)
        for (std::size_t a = 0; a < all_[i].from.size(); ++a) {
            const node_selector& one = all_[i].from[a];
            if (one.key.empty()) continue;
            const auto at = std::find(t.node_keys.begin(), t.node_keys.end(), one.key);
            const bool is_there = at != t.node_keys.end();
            const auto k = static_cast<std::size_t>(at - t.node_keys.begin());
            if (is_there && (!one.kind || t.nodes[k].kind == *one.kind)) continue;
            const std::string name = shown(one.key);
            std::string hint =
                is_there ? fmt::format("write \"node:{}\"", name)
                         : fmt::format("load it before the policy{}",
                                       hint_for(one.key, one.kind ? vendors : t.node_keys));
            add_at("unknown_node", i, places_.at(i, "from", a),
                   is_there
                       ? fmt::format("'{}' is a {}, not a vendor", name, name_of(t.nodes[k].kind))
                       : fmt::format("there is no {} '{}'", one.kind ? "vendor" : "node", name),
                   std::move(hint));
        }
}

void linter::look_at_nodes() {
    if (!options_.tables.node_keys.empty()) look_for_unknown();
    for (std::size_t i = 0; i < std::max<std::size_t>(all_.size(), 1); ++i) {
        look_for_ties(i);
        if (!all_.empty()) look_at_positions(i);
    }
    look_at_places();
    look_for_unused();
}

void linter::look_for_ties(std::size_t i) {
    const lint_tables& t = options_.tables;
    const ranked rank{terms_of(i), !t.places.empty()};
    if (!rank.is_known()) return;
    const std::size_t places = std::min<std::size_t>(t.places.size(), most_looks / t.nodes.size());
    std::vector<std::pair<ranked::key, std::size_t>> all;
    std::size_t where = 0, first_a = 0, first_b = 0, first_place = 0;
    for (std::size_t p = 0; p < std::max<std::size_t>(places, 1); ++p) {
        all.clear();
        for (const std::size_t k : selected(i, p))
            all.emplace_back(rank.of(t.nodes[k], t.places.empty() ? 0 : metres_to(p)[k]), k);
        std::sort(all.begin(), all.end());
        const auto same =
            std::adjacent_find(all.begin(), all.end(),
                               [](const auto& a, const auto& b) { return a.first == b.first; });
        if (same == all.end()) continue;
        if (where++ > 0) continue;
        first_a = same->second, first_b = std::next(same)->second, first_place = p;
    }
    if (where == 0) return;
    const std::string at = t.places.empty() ? "" : fmt::format(" from {}", t.places[first_place]);
    const std::string more = where > 1 ? fmt::format(" and at {} more places", where - 1) : "";
    add("tie", all_.empty() ? policy_places::root : i, "rank",
        fmt::format("the rank cannot tell {} and {} apart{}{}; the order of the keys decides",
                    node_name(first_a), node_name(first_b), at, more),
        "add a criterion, or give the nodes priorities, if that is not meant");
}

void linter::look_at_positions(std::size_t i) {
    const lint_tables& t = options_.tables;
    if (t.places.empty()) return;
    for (std::size_t a = 0; a < all_[i].from.size(); ++a) {
        node_selector wide = all_[i].from[a];
        if (!wide.within_metres) continue;
        wide.within_metres.reset();
        std::vector<std::uint64_t> bits;
        select_nodes({&wide, 1}, t.nodes, metres_to(0), bits);
        std::vector<std::string> lost;
        for (std::size_t k = 0; k < t.nodes.size(); ++k) {
            bool is_known = (bits[k / 64] >> k % 64 & 1) == 0 || !t.nodes[k].active;
            for (std::size_t p = 0; p < t.places.size() && !is_known; ++p)
                is_known = metres_to(p)[k] != unknown_distance;
            if (!is_known) lost.push_back(node_name(k));
        }
        if (!lost.empty())
            add_at(
                "no_position", i, places_.at(i, "from", a),
                fmt::format("no distance is known of {}, so \"{}\" never names {}", some_of(lost),
                            places_.text(i, "from", a), lost.size() == 1 ? "it" : "them"),
                "give the nodes positions, or distances");
    }
}

void linter::look_at_places() {
    const lint_tables& t = options_.tables;
    std::vector<std::string> lost;
    const std::size_t places = places_to_look_at();
    for (std::size_t p = 0; p < places; ++p) {
        bool is_served = all_.empty() && !selected(0, p).empty();
        const cases to = maker_.given("ship_to", t.places[p]);
        for (std::size_t i = 0; i < all_.size() && !is_served; ++i) {
            if (holds_[i]) {
                const auto here = maker_.both(*holds_[i], to);
                if (here && here->empty()) continue;
            }
            is_served = !selected(i, p).empty();
        }
        if (!is_served) lost.emplace_back(t.places[p]);
    }
    if (!lost.empty())
        add("unserved_place", policy_places::root, {},
            fmt::format("no strategy has an active node with a rate for {}", some_of(lost)),
            "widen a ring, or add a strategy for these places");
}

void linter::look_for_unused() {
    const lint_tables& t = options_.tables;
    std::array<std::size_t, node_kinds> count{};
    for (const node_facts& n : t.nodes) ++count[static_cast<std::size_t>(n.kind)];
    std::array<bool, node_kinds> named{};
    for (const strategy& s : all_) {
        if (s.from.empty()) named.fill(true);
        for (const node_selector& one : s.from) {
            if (!one.kind) named.fill(true);
            if (one.kind) named[static_cast<std::size_t>(*one.kind)] = true;
        }
    }
    if (all_.empty()) return;
    for (std::size_t k = 0; k < node_kinds; ++k)
        if (count[k] > 0 && !named[k])
            add("unused_kind", policy_places::root, {},
                fmt::format("there {} {} of the kind {}, and no strategy sources from it",
                            count[k] == 1 ? "is" : "are", count[k],
                            name_of(static_cast<node_kind>(k))),
                "name the kind in a strategy's 'from' if that is not meant");
    if (t.places.empty()) return;
    std::vector<bool> used(t.nodes.size());
    const std::size_t places = std::min<std::size_t>(
        t.places.size(), std::max<std::size_t>(most_looks / (all_.size() * t.nodes.size()), 1));
    for (std::size_t p = 0; p < places; ++p)
        for (std::size_t i = 0; i < all_.size(); ++i)
            for (const std::size_t k : selected(i, p)) used[k] = true;
    for (const strategy& s : all_)  // whichever node an order names
        for (const node_selector& one : s.from)
            if (one.chosen) used.assign(used.size(), true);
    std::vector<std::string> idle;
    for (std::size_t k = 0; k < t.nodes.size() && places == t.places.size(); ++k)
        if (!used[k] && t.nodes[k].active && named[static_cast<std::size_t>(t.nodes[k].kind)])
            idle.push_back(node_name(k));
    if (!idle.empty())
        add("unused_node", policy_places::root, {},
            fmt::format("no strategy sources from {}, whatever the place", some_of(idle)),
            "widen a ring or a priority if that is not meant");
}

}  // namespace earmark::sourcing::detail
