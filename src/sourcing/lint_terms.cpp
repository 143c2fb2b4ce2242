// LINT of what strategies do: their nodes, rates and limits.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "earmark/sourcing/numbers.hpp"
#include "earmark/sourcing/solve.hpp"
#include "keep_back_reader.hpp"
#include "linter.hpp"
#include "strategy_text.hpp"

namespace earmark::sourcing::detail {
namespace {

constexpr std::array kinds = {node_kind::dc, node_kind::store, node_kind::vendor};

/// Does `b` select every node that `a` does? Fields that are not looked at have to be equal.
bool is_within(node_selector a, const node_selector& b) {
    if (b.kind && a.kind != b.kind) return false;
    if (b.within_metres && (!a.within_metres || *a.within_metres > *b.within_metres)) return false;
    if (b.priority && (!a.priority || *a.priority > *b.priority)) return false;
    if (!b.key.empty() && a.key != b.key) return false;
    a.kind = b.kind;
    a.within_metres = b.within_metres;
    a.priority = b.priority;
    a.key = b.key;
    a.node = b.node;
    return a == b;
}

bool names_kind(std::span<const node_selector> from, node_kind k) {
    return from.empty() || std::any_of(from.begin(), from.end(), [k](const node_selector& s) {
               return !s.kind || *s.kind == k;
           });
}

/// The canonical text without its name and what it is for.
std::string deeds(const policy& whole, const strategy& s) {
    std::string out;
    std::string_view text;
    const std::string all = strategy_text(whole, s);
    for (std::string_view rest = all; !rest.empty();) {
        const std::size_t end = rest.find('\n');
        text = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (!text.starts_with("name ") && !text.starts_with("when ") && !text.starts_with("for "))
            out.append(text) += '\n';
    }
    return out;
}

/// The unit of `store within 300 mi`, empty where it has none.
std::string_view unit_of(std::string_view selector) {
    for (const std::string_view unit : {"km", "mi"})
        if (selector.find(std::string{" "}.append(unit)) != std::string_view::npos) return unit;
    return {};
}

}  // namespace

/// What the policy says for its strategies, and each of them says for itself.
void linter::look_at_root() {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> keys = {
        {{"rank", "rank"},
         {"split", "split"},
         {"keep_back", "keep_back"},
         {"outcome.partial", "outcome"}}};
    for (const auto& [key, shown_as] : keys) {
        bool all_have = !all_.empty() && places_.has(policy_places::root, key);
        for (std::size_t i = 0; i < all_.size() && all_have; ++i) all_have = places_.has(i, key);
        if (all_have)
            add("no_effect", policy_places::root, shown_as,
                fmt::format("every strategy has a {} of its own, so the policy's is never used",
                            shown_as),
                "leave it out here");
    }
    if (policy_.terms().late_per_day > 0 && !policy_.ranks_by(criterion::cost))
        add("no_effect", policy_places::root, "costs.late_per_day",
            "late days cost money, and nothing ranks by cost",
            "rank by cost, or by delivery_date; or leave it out");
    if (const auto missing = missing_for_numbers(policy_))
        add("no_numbers", policy_places::root, "attributes", missing.what, missing.hint);
}

void linter::look_at_terms(std::size_t i) {
    const policy_terms& t = i == policy_places::root ? policy_.terms() : all_[i].by.terms();
    const bool by_root = i == policy_places::root;
    const bool all_or_none =
        t.partial == on_partial::backorder || (!by_root && all_[i].next_on_partial);
    if (t.lines == line_split::by_quantity && t.max_parcels == 1 && all_or_none)
        add("no_effect", i, "split",
            "a line cannot be split where one parcel is the most and has all of the order",
            "leave lines = \"by_quantity\" out, or allow more parcels");
    look_at_kept(i);
    if (by_root) return;
    for (const node_kind k : kinds)
        if (t.keep_back[static_cast<std::size_t>(k)] > 0 && places_.has(i, "keep_back") &&
            !names_kind(all_[i].from, k))
            add("no_effect", i, "keep_back",
                fmt::format("{} keeps units back at each {}, but sources from none", name(i),
                            name_of(k)),
                "leave it out");
}

/// Entries for classes of goods that change nothing: they say what holds without them, or are for
/// nodes that nobody sources from. Of a policy, of its own; strategies without one have it from
/// there.
void linter::look_at_kept(std::size_t i) {
    const bool by_root = i == policy_places::root;
    if (!places_.has(i, "keep_back")) return;
    const policy_terms& t = by_root ? policy_.terms() : all_[i].by.terms();
    for (std::size_t e = 0; e < t.kept.size(); ++e) {
        const kept_goods& entry = t.kept[e];
        policy_terms without = t;
        without.kept.erase(without.kept.begin() + static_cast<std::ptrdiff_t>(e));
        const std::string key = kept_text(t, entry);
        if (kept_units(without, entry.kind, entry.classes) == entry.units)
            add("no_effect", i, "keep_back",
                fmt::format("\"{}\" keeps {} back, and so would the entry that is less specific",
                            key, entry.units),
                "leave it out");
        bool is_used = all_.empty();
        for (std::size_t s = 0; s < all_.size(); ++s)
            is_used |= (s == i || (by_root && !places_.has(s, "keep_back"))) &&
                       names_kind(all_[s].from, entry.kind);
        if (!is_used)
            add("no_effect", i, "keep_back",
                fmt::format(
                    "\"{}\" is for each {}, and no strategy that it is for sources from any", key,
                    name_of(entry.kind)),
                "leave it out, or name the kind in 'from'");
    }
}

void linter::look_at_selectors(std::size_t i) {
    const auto& from = all_[i].from;
    const std::string_view said = places_.text(policy_places::root, "distance");
    const std::string_view usual = said.empty() ? "km" : said;
    for (std::size_t a = 0; a < from.size(); ++a) {
        for (std::size_t b = 0; b < from.size(); ++b) {
            const bool same = from[a] == from[b];
            if (a == b || !is_within(from[a], from[b]) || (same && a < b)) continue;
            add_at("redundant_selector", i, places_.at(i, "from", a),
                   fmt::format("\"{}\" is {} \"{}\"", places_.text(i, "from", a),
                               same ? "the same as" : "within", places_.text(i, "from", b)),
                   "leave it out");
            break;
        }
        const std::string_view unit = unit_of(places_.text(i, "from", a));
        if (!unit.empty() && unit != usual)
            add_at("mixed_units", i, places_.at(i, "from", a),
                   fmt::format("\"{}\" is in {}, and the policy's distances are in {}",
                               places_.text(i, "from", a), unit, usual),
                   "say distances in one unit");
    }
}

void linter::look_at_rates(std::size_t i) {
    const policy_terms& t = all_[i].by.terms();
    const auto& nodes = options_.tables.nodes;
    const auto& from = all_[i].from;
    for (std::size_t a = 0; a < from.size(); ++a) {
        if (!from[a].kind) continue;
        const auto k = static_cast<std::size_t>(*from[a].kind);
        const bool by_way = t.per_unit_per_1000_km[k] == unpriced;
        if (!by_way && t.fixed_per_parcel[k] != unpriced && t.per_unit[k] != unpriced) continue;
        const bool is_used = std::any_of(nodes.begin(), nodes.end(), [&](const node_facts& n) {
            return n.kind == *from[a].kind && is_priced(all_[i].by, n);
        });
        if (is_used) continue;
        add_at("missing_rate", i, places_.at(i, "from", a),
               fmt::format(
                   "[costs] has no {} for a {}, so {} be used",
                   by_way                              ? "per_unit_per_1000_km"
                   : t.fixed_per_parcel[k] == unpriced ? "fixed_per_parcel"
                                                       : "per_unit",
                   name_of(*from[a].kind),
                   by_way || !nodes.empty() ? "none can" : "only one with a rate of its own can"),
               "give the kind a rate; \"0\" is one");
    }
}

void linter::look_for_equals(std::size_t i) {
    for (std::size_t k = 0; k < i; ++k) {
        const strategy &a = all_[k], &b = all_[i];
        if (!(a.next_on_partial || a.next_on_none) || deeds(policy_, a) != deeds(policy_, b))
            continue;
        const bool all_alike = !a.when && !b.when && a.wants == b.wants;
        const bool when_alike = a.when && b.when && a.when->text() == b.when->text();
        if (all_alike || when_alike)
            return add("equal_rules", i, {},
                       fmt::format("{} does again what {} has done, which passed the order on",
                                   name(i), name(k)),
                       "leave one out, or let them differ");
    }
}

}  // namespace earmark::sourcing::detail
