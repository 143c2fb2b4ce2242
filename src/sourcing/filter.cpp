// FILTERS: their one spelling, and which nodes they let through.
#include <fmt/format.h>

#include "earmark/sourcing/filter.hpp"
#include "strategy_text.hpp"

namespace earmark::sourcing {
namespace {

using values = std::span<const attribute_value>;

bool lets_through(const filter& f, values node, values order) noexcept {
    if (f.nodes && !f.nodes->holds({node, {}})) return false;
    if (!f.same) return true;
    const attribute_value &here = node[f.same->node], &there = order[f.same->order];
    return here.given && there.given && here.text == there.text;
}

}  // namespace

std::string_view name_of(date_rule r) noexcept {
    return r == date_rule::open_calendar ? "open_calendar" : "delivers_by_promise";
}

std::string detail::rules_text(const policy& p) {
    std::string out;
    const rejection_terms& r = p.rejections();
    if (r.days != 0 || r.most != 0) out += "\n[rejections]\n";
    if (r.days != 0) out += fmt::format("days = {}\n", r.days);
    if (r.most != 0) out += fmt::format("most = {}\nthen = \"{}\"\n", r.most, to_string(r.then));
    if (!p.declared().empty()) out += "\n[attributes]\n";
    for (const attribute& a : p.declared())
        out += fmt::format("\"{}\" = \"{}\"\n", a.name, name_of(a.type));
    for (const filter& f : p.filters()) {
        out += "\n[[filter]]\nname  = " + quoted_text(f.name) + '\n';
        if (f.when) out += "when  = " + quoted_text(f.when->text()) + '\n';
        if (f.nodes) out += "nodes = " + quoted_text(f.nodes->text()) + '\n';
        if (f.same)
            out += fmt::format("same  = [\"{}\", \"{}\"]\n", p.of_nodes()[f.same->node].name,
                               p.of_orders()[f.same->order].name);
        if (f.not_rejected) out += "memory = \"not_rejected_before\"\n";
        if (f.dates) out += fmt::format("dates = \"{}\"\n", name_of(*f.dates));
    }
    return out;
}

void filter_nodes(const filter& f, const node_values& nodes, values order,
                  std::span<std::uint64_t> bits) {
    for (std::size_t w = 0; w < bits.size(); ++w) {
        std::uint64_t kept = 0;
        for (std::uint64_t left = bits[w]; left != 0; left &= left - 1) {
            const auto bit = static_cast<std::size_t>(std::countr_zero(left));
            if (lets_through(f, nodes.of(w * 64 + bit), order)) kept |= std::uint64_t{1} << bit;
        }
        bits[w] = kept;
    }
}

}  // namespace earmark::sourcing
