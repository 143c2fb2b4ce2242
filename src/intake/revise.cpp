#include "earmark/intake/revise.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "earmark/intake/amend.hpp"

namespace earmark::intake {
namespace {

constexpr std::array<std::string_view, fixed_fields> fixed_names = {"currency", "type", "to",
                                                                    "reservation", "facts"};

/// How much two lines have to have in common.
enum class likeness : std::uint8_t { all, node, goods };

/// A line, of the order or of its text.
struct side {
    sku_id sku{};
    std::int64_t price = 0;
    node_id node{};
    granules n = 0;
    line_terms own{};
    std::uint16_t set = 0;
    std::uint32_t other = 0;  // from 1, of the other side; 0: not found yet

    [[nodiscard]] auto as(likeness how) const noexcept {
        const line_terms way = how == likeness::all ? own : line_terms{};
        return std::tuple{
            sku,         set,        price,          how == likeness::goods ? node_id{} : node,
            way.ship_to, way.method, way.deliver_by, how == likeness::all ? n : 0};
    }
};

void match(std::vector<side>& order, std::vector<side>& text, likeness how) {
    std::map<decltype(side{}.as(how)), std::vector<std::uint32_t>> free;  // the first is the last
    for (auto i = static_cast<std::uint32_t>(order.size()); i > 0; --i)
        if (order[i - 1].n > 0 && order[i - 1].other == 0) free[order[i - 1].as(how)].push_back(i);
    for (std::uint32_t row = 1; row <= text.size(); ++row) {
        side& t = text[row - 1];
        const auto at = t.other == 0 ? free.find(t.as(how)) : free.end();
        if (at == free.end() || at->second.empty()) continue;
        t.other = at->second.back();
        order[t.other - 1].other = row;
        at->second.pop_back();
    }
}

/// What a line is to say of its own.
void compare_own(const line_terms& was, const line_terms& is, line_change& into) {
    if (is.ship_to != was.ship_to) into.ship_to = is.ship_to;
    if (is.method != was.method) into.method = is.method;
    if (is.deliver_by != was.deliver_by) into.deliver_by = is.deliver_by;
}

/// What the two say of the whole order.
void compare_terms(const lifecycle::image& order, const order_request& text, revision_draft& into) {
    const auto set = [](const auto& now, const auto& next, auto& to) {
        if (now != next) to = next;
    };
    set(order.ship_to, text.ship_to, into.ship_to);
    set(order.method, text.method, into.method);
    set(order.deliver_by, text.deliver_by, into.deliver_by);
    set(order.priority, text.priority, into.priority);
    if (order.currency != text.currency.code()) into.fixed.push_back(fixed_field::currency);
    if (order.type != text.type) into.fixed.push_back(fixed_field::type);
    if (order.lines.front().to != text.to) into.fixed.push_back(fixed_field::to);
}

}  // namespace

std::string_view name_of(fixed_field f) noexcept {
    return fixed_names[static_cast<std::size_t>(f)];
}

revision_draft revise(const lifecycle::image& order, std::span<const lifecycle::asked> asked,
                      const order_request& text, std::span<const sku_facts> skus) {
    std::vector<side> ours, theirs;
    const std::vector<line_terms> own = lifecycle::own_terms(order);
    for (std::uint16_t l = 0; l < order.lines.size(); ++l) {
        const lifecycle::line& line = order.lines[l];
        ours.push_back({line.sku, line.unit_price_minor, line.firm, wanted_of(order, l, asked),
                        own[l], line.group});
    }
    for (const order_line& l : text.lines)
        theirs.push_back({l.sku, l.unit_price_minor, l.node == none<node_id> ? text.node : l.node,
                          static_cast<granules>(l.amount.atoms / skus[index_of(l.sku)].granule),
                          l.own, l.set});
    for (const likeness how : {likeness::all, likeness::node, likeness::goods})
        match(ours, theirs, how);

    revision_draft out;
    compare_terms(order, text, out);
    for (std::uint32_t line = 1; line <= ours.size(); ++line) {
        const side& was = ours[line - 1];
        if (was.n == 0) continue;
        line_change c{line};
        if (was.other == 0) {
            c.amount = quantity{};
        } else {
            const side& is = theirs[was.other - 1];
            if (is.n != was.n) c.amount = text.lines[was.other - 1].amount;
            if (is.node != was.node) c.node = is.node;
            compare_own(was.own, is.own, c);
        }
        if (!c.amount && !c.node && !c.ship_to && !c.method && !c.deliver_by) continue;
        out.lines.push_back(c);
        out.rows.push_back(was.other);
    }
    auto next = static_cast<std::uint32_t>(ours.size());
    for (std::uint32_t row = 1; row <= theirs.size(); ++row) {
        const side& is = theirs[row - 1];
        out.line_of.push_back(is.other != 0 ? is.other : ++next);
        if (is.other != 0) continue;
        out.lines.push_back({0, text.lines[row - 1].amount, is.node, is.sku, is.price});
        compare_own({}, is.own, out.lines.back());
        out.lines.back().set = is.set;
        out.rows.push_back(row);
    }
    return out;
}

}  // namespace earmark::intake
