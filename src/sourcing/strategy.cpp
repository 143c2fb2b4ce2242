// STRATEGIES: which nodes they may use, and their one spelling.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "earmark/core/time_text.hpp"
#include "earmark/sourcing/decision.hpp"
#include "earmark/sourcing/explain.hpp"
#include "earmark/sourcing/ladder.hpp"
#include "keep_back_reader.hpp"
#include "ladder_text.hpp"
#include "strategy_text.hpp"
#include "terms_text.hpp"

namespace earmark::sourcing {
namespace {

bool fits(const node_selector& s, std::size_t k, const node_facts& node,
          std::uint32_t metres) noexcept {
    if (s.chosen) return false;  // asked by its number
    if (!s.key.empty() && index_of(s.node) != k) return false;
    if (s.kind && node.kind != *s.kind) return false;
    if (s.within_metres && (metres == unknown_distance || metres > *s.within_metres)) return false;
    return !s.priority || node.priority <= *s.priority;
}

}  // namespace

std::span<const attribute> order_attributes() {
    using enum value_type;
    static const std::vector<attribute> all{{"goods_value", money},
                                            {"units", number},
                                            {"lines", number},
                                            {"priority", number},
                                            {"currency", text},
                                            {"ship_to", text},
                                            {"method", text},
                                            {"line.sku", text, true},
                                            {"line.units", number, true},
                                            {"line.unit_price", money, true},
                                            {"line.value", money, true}};
    return all;
}

std::span<const attribute> node_attributes() {
    using enum value_type;
    static const std::vector<attribute> all{
        {"node.key", text}, {"node.kind", text}, {"node.priority", number}};
    return all;
}

std::vector<attribute> known_attributes(std::span<const attribute> built_in,
                                        std::span<const attribute> declared, bool of_nodes) {
    std::vector<attribute> out{built_in.begin(), built_in.end()};
    for (const attribute& a : declared)
        if (const attribute_of owner = owner_of(a.name);
            owner != attribute_of::stock && (owner == attribute_of::node) == of_nodes)
            out.push_back(a);
    return out;
}

void select_nodes(std::span<const node_selector> from, std::span<const node_facts> nodes,
                  std::span<const std::uint32_t> metres, std::vector<std::uint64_t>& bits,
                  std::span<const node_id> firm) {
    bits.assign((nodes.size() + 63) / 64, 0);
    for (std::size_t k = 0; k < nodes.size(); ++k) {
        bool is_selected = from.empty();
        for (const node_selector& s : from) is_selected |= fits(s, k, nodes[k], metres[k]);
        bits[k / 64] |= std::uint64_t{is_selected} << k % 64;
    }
    if (std::none_of(from.begin(), from.end(), [](const node_selector& s) { return s.chosen; }))
        return;
    for (const node_id n : firm)
        if (index_of(n) < nodes.size())
            bits[index_of(n) / 64] |= std::uint64_t{1} << index_of(n) % 64;
}

std::string to_string(const node_selector& s) {
    if (s.chosen) return "chosen_store";
    std::string out{s.kind ? name_of(*s.kind) : "any"};
    if (!s.key.empty()) out = (s.kind ? "supplier:" : "node:") + s.key;
    if (s.within_metres) out += fmt::format(" within {} m", *s.within_metres);
    if (s.priority) out += fmt::format(" priority {}", *s.priority);
    return out;
}

bool detail::has_controls(std::string_view text) noexcept {
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7F;
    });
}

std::string detail::quoted_text(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string detail::strategy_text(const policy& whole, const strategy& s) {
    const auto filters = whole.filters();
    const auto quoted = [](std::string_view text) { return quoted_text(text); };
    std::string out = "\n[[strategy]]\nname    = " + quoted(s.name()) + '\n';
    if (s.when) out += "when    = " + quoted(s.when->text()) + '\n';
    out += for_text(whole, s);
    if (s.starts.ns != INT64_MIN) out += "starts  = " + quoted(to_string(s.starts)) + '\n';
    if (s.ends != never) out += "ends    = " + quoted(to_string(s.ends)) + '\n';
    std::string list;
    for (const node_selector& one : s.from)
        list += (list.empty() ? "" : ", ") + quoted(to_string(one));
    if (!list.empty()) out += "from    = [" + list + "]\n";
    if (s.transfers) out += "transfers = true\n";
    const auto named = [&](const char* key, std::span<const std::uint16_t> of) {
        std::string text;
        for (const std::uint16_t f : of)
            text += (text.empty() ? "" : ", ") + quoted(filters[f].name);
        return text.empty() ? text : key + ("= [" + text + "]\n");
    };
    out += named("require ", s.require) + named("prefer  ", s.prefer);
    const policy_terms& t = s.by.terms();
    out += rank_text(t, 8);
    out += "split   = { lines = " + quoted(name_of(t.lines));
    for (const std::string& rule : split_rules(t)) out += ", " + rule;
    out += " }\nkeep_back = {";
    const char* before = " ";
    for (const std::string& entry : keep_back_entries(t))
        out += std::exchange(before, ", ") + entry;
    if (s.transfers) return out + " }\n";
    out += " }\noutcome = { partial = ";
    out += quoted(s.next_on_partial ? "next" : partial_text(t));
    out += ", none = ";
    return out + quoted(s.next_on_none ? "next" : to_string(t.none)) + " }\n";
}

namespace {

/// Why a strategy of a ladder had the lines: what it says, and who came before and after it.
std::string ladder_told(const policy& whole, const decision& d) {
    constexpr std::size_t most_named = 4;
    const auto all = whole.strategies();
    const strategy& won = all[d.strategy];
    const std::string wants = wants_text(whole, won);
    std::string out = fmt::format("'{}' is the most specific strategy that {}fits ({}). ",
                                  won.name(), d.tried.empty() ? "" : "is left and ",
                                  wants.empty() ? "it is for every line" : wants);
    std::size_t before = 0, after = 0;
    std::string closer, wider;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (i == d.strategy || std::any_of(d.tried.begin(), d.tried.end(),
                                           [i](const auto& t) { return t.strategy == i; }))
            continue;
        if (i < d.strategy && before++ < most_named)
            closer += fmt::format("{}'{}' ({})", closer.empty() ? "" : ", ", all[i].name(),
                                  wants_text(whole, all[i]));
        bool fits = i > d.strategy && all[i].starts <= won.starts && all[i].ends >= won.ends;
        for (std::size_t c = 0; fits && c < won.wants.size(); ++c)
            fits = all[i].wants[c].empty() || all[i].wants[c] == won.wants[c];
        if (fits && after++ < most_named)
            wider += fmt::format("{}'{}'", wider.empty() ? "" : ", ", all[i].name());
    }
    const auto more = [](std::size_t n) {
        return n > most_named ? fmt::format(" and {} more", n - most_named) : std::string{};
    };
    if (before > 0)
        out +=
            fmt::format("More specific, but not for it at that time: {}{}. ", closer, more(before));
    if (after > 0) out += fmt::format("It goes before {}{}, which fit, too. ", wider, more(after));
    return out;
}

}  // namespace

bool is_bringing(const policy& whole, const decision& d) noexcept {
    const auto all = whole.strategies();
    const auto brings = [&](std::size_t i) { return i < all.size() && all[i].transfers; };
    return brings(d.strategy) || std::any_of(d.tried.begin(), d.tried.end(),
                                             [&](const auto& t) { return brings(t.strategy); });
}

std::string strategies_told(const policy& whole, const decision& d) {
    std::string out;
    const bool brings = is_bringing(whole, d);
    const bool is_ladder = !whole.ladder().empty();
    const auto all = whole.strategies();
    const std::size_t end = d.strategy == no_strategy ? all.size() : d.strategy;
    for (std::size_t i = 0; d.by_strategy && i < end; ++i) {
        const auto tried = std::find_if(d.tried.begin(), d.tried.end(),
                                        [i](const auto& t) { return t.strategy == i; });
        const strategy& s = all[i];
        if (s.transfers != brings) continue;
        if (tried != d.tried.end()) {
            out +=
                fmt::format("The strategy '{}' could serve {}, and passed the order on. ", s.name(),
                            tried->could == coverage::none ? "no line of it" : "a part of it only");
            continue;
        }
        if (is_ladder || brings) continue;  // it may have brought some, and says so itself
        const bool has_window = s.starts.ns != INT64_MIN || s.ends != never;
        out += fmt::format("The strategy '{}' was not for it{}{}. ", s.name(),
                           s.when ? " (" + s.when->text() + ")" : std::string{},
                           has_window ? ", or not at that time" : "");
    }
    if (d.by_strategy && d.strategy == no_strategy)
        out += "No strategy was left for it. ";
    else if (is_ladder)
        out += ladder_told(whole, d);
    std::string given_up;
    for (std::size_t i = 0; d.given_up != 0 && i < d.given_up; ++i) {
        const auto& prefer = all[d.strategy].prefer;
        given_up += given_up.empty() ? "'" : ", '";
        given_up += whole.filters()[prefer[prefer.size() - 1 - i]].name;
        given_up += '\'';
    }
    if (d.given_up != 0)
        out +=
            fmt::format("Not all of it could be served with {}, which it would prefer. ", given_up);
    return out;
}

}  // namespace earmark::sourcing
