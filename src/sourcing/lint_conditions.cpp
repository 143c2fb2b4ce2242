// LINT of conditions: which orders come to which strategy.
#include <fmt/format.h>

#include <algorithm>

#include "earmark/core/time_text.hpp"
#include "earmark/sourcing/ladder.hpp"
#include "linter.hpp"

namespace earmark::sourcing::detail {
namespace {

bool has_window(const strategy& s) noexcept { return s.starts.ns != INT64_MIN || s.ends != never; }

bool overlap(const strategy& a, const strategy& b) noexcept {
    return a.starts < b.ends && b.starts < a.ends;
}

bool passes_on(const strategy& s) noexcept { return s.next_on_partial || s.next_on_none; }

bool is_none(const std::optional<cases>& c) { return c && c->empty(); }

}  // namespace

std::vector<std::size_t> linter::written(const policy& p) {
    std::vector<std::size_t> out;
    for (const strategy& s : p.strategies()) out.push_back(s.written);
    return p.ladder().empty() ? std::vector<std::size_t>{} : out;
}

std::vector<attribute> linter::asked_by(const policy& p) {
    std::vector<attribute> out{p.of_orders().begin(), p.of_orders().end()};
    for (attribute& a : out) a.of_line = a.of_line && p.ladder().empty();
    return out;
}

/// What each strategy is for.
std::vector<std::optional<condition>> linter::conditions() const {
    std::vector<std::optional<condition>> out;
    for (const strategy& s : all_) {
        const std::string wants = is_ladder() ? wants_text(policy_, s) : std::string{};
        out.push_back(wants.empty() ? s.when : parse_condition(wants, asked_).value);
    }
    return out;
}

void linter::look_at_conditions() {
    when_ = conditions();
    for (std::size_t i = 0; i < all_.size(); ++i) {
        const auto& when = when_[i];
        holds_.push_back(when ? maker_.where(*when, true) : case_maker::everything());
        fails_.push_back(when ? maker_.where(*when, false) : list{cases{}});
        if (!when) continue;
        if (is_none(holds_[i])) {
            add("never_holds", i, "when", "no order can fit " + when->text(),
                "correct the condition, or leave the strategy out");
            continue;
        }
        if (is_none(fails_[i]))
            add("always_holds", i, "when", "every order fits " + when->text(), "leave 'when' out");
        for (const std::size_t alternative : maker_.dead_alternatives(*when))
            add("dead_alternative", i, "when",
                fmt::format("the {}. alternative of {} can never hold", alternative + 1,
                            when->text()),
                "correct it, or leave it out");
    }
}

void linter::look_at_filters() {
    case_maker of_nodes{policy_.of_nodes(), policy_.currency().text()};
    case_maker of_orders{policy_.of_orders(), policy_.currency().text()};
    const auto filters = policy_.filters();
    for (std::size_t f = 0; f < filters.size(); ++f) {
        const std::string at = fmt::format("filter[{}]", f);
        const auto look = [&](const std::optional<condition>& c, case_maker& by,
                              std::string_view key, std::string_view whom) {
            if (!c) return;
            if (is_none(by.where(*c, true)))
                add("never_holds", policy_places::root, at + '.' + std::string{key},
                    fmt::format("no {} can fit {}", whom, c->text()),
                    "correct the condition, or leave the filter out");
            else if (is_none(by.where(*c, false)))
                add("always_holds", policy_places::root, at + '.' + std::string{key},
                    fmt::format("every {} fits {}", whom, c->text()), "leave it out");
        };
        look(filters[f].when, of_orders, "when", "order");
        look(filters[f].nodes, of_nodes, "nodes", "node");
        const auto uses = [f](std::span<const std::uint16_t> named) {
            return std::find(named.begin(), named.end(), f) != named.end();
        };
        if (std::none_of(all_.begin(), all_.end(),
                         [&](const strategy& s) { return uses(s.require) || uses(s.prefer); }))
            add("unused_filter", policy_places::root, at,
                fmt::format("no strategy requires or prefers '{}'", filters[f].name),
                "name it in a strategy's 'require' or 'prefer', or in [always]");
    }
    gave_up_ = of_nodes.gave_up() || of_orders.gave_up();
}

void linter::look_at_order() {
    for (std::size_t i = 0; i < all_.size(); ++i) {
        if (is_none(holds_[i]) || all_[i].transfers) continue;
        look_at_reach(i);
        look_at_next(i);
        look_at_windows(i);
    }
}

bool linter::blocks(std::size_t earlier, std::size_t i) const {
    const strategy& s = all_[earlier];
    return !s.transfers && !passes_on(s) && s.starts <= all_[i].starts && s.ends >= all_[i].ends;
}

/// Earlier strategies that take every order that this one is for, alone or together.
void linter::look_at_reach(std::size_t i) {
    std::vector<std::size_t> takers;
    list left = holds_[i];
    for (std::size_t k = 0; k < i && left; ++k) {
        if (!blocks(k, i) || !fails_[k] || !holds_[k]) continue;
        if (is_none(maker_.both(*holds_[i], *fails_[k])))
            return add("unreachable", i, {},
                       fmt::format("no order comes to {}: every order that it is for fits {}, "
                                   "which passes none on",
                                   name(i), name(k)),
                       fmt::format("move it above {}, or let that one pass orders on", name(k)));
        if (!is_none(maker_.both(*left, *holds_[k]))) takers.push_back(k);
        left = maker_.both(*left, *fails_[k]);
    }
    if (!is_none(left) || takers.empty()) return;
    std::string names = name(takers.front());
    for (std::size_t k = 1; k < takers.size() && k < 4; ++k) names += ", " + name(takers[k]);
    if (takers.size() > 4) names += fmt::format(" and {} more", takers.size() - 4);
    add("unreachable", i, {},
        fmt::format("no order comes to {}: {} take them all, and pass none on", name(i), names),
        "move it above them, or let one pass orders on");
}

bool linter::is_disjoint(std::size_t a, std::size_t b) {
    return holds_[a] && holds_[b] && is_none(maker_.both(*holds_[a], *holds_[b]));
}

/// What is passed on must be able to come to somebody.
void linter::look_at_next(std::size_t i) {
    if (!passes_on(all_[i])) return;
    for (std::size_t k = i + 1; k < all_.size(); ++k)
        if (!all_[k].transfers && overlap(all_[i], all_[k]) && !is_disjoint(i, k)) return;
    add("dead_next", i, "outcome",
        fmt::format("what {} passes on fits no later strategy and is back-ordered", name(i)),
        "say \"backorder\", or add a strategy that is for these orders");
}

void linter::look_at_windows(std::size_t i) {
    for (std::size_t k = 0; k < i && !is_ladder(); ++k) {
        const strategy &a = all_[k], &b = all_[i];
        if (a.transfers || !has_window(a) || !has_window(b) || !overlap(a, b) || passes_on(a) ||
            blocks(k, i) || is_disjoint(k, i))
            continue;
        const time_point from = std::max(a.starts, b.starts), to = std::min(a.ends, b.ends);
        add("windows_overlap", i, "starts",
            fmt::format("from {} to {} an order may be for {} and for {}; the first decides",
                        from.ns == INT64_MIN ? "the beginning" : to_string(from),
                        to == never ? "the end" : to_string(to), name(k), name(i)),
            "let one end where the other starts, if that is not meant");
    }
    if (options_.now && all_[i].ends <= *options_.now)
        add("expired", i, "ends", fmt::format("{} ended at {}", name(i), to_string(all_[i].ends)),
            "leave it out, or give it another time");
}

void linter::look_for_gaps() {
    if (all_.empty()) return;
    list left = case_maker::everything();
    bool any_window = false;
    for (std::size_t i = 0; i < all_.size() && left; ++i) {
        if (all_[i].transfers) continue;
        if (has_window(all_[i]) || !fails_[i]) {
            any_window |= has_window(all_[i]);
            continue;
        }
        left = maker_.both(*left, *fails_[i]);
    }
    if (!left || left->empty()) return;
    const auto plain = std::find_if(left->begin(), left->end(),
                                    [](const possible& p) { return p.claims.empty(); });
    const std::string example = maker_.words(plain == left->end() ? left->front() : *plain);
    add("uncovered_orders", policy_places::root, {},
        fmt::format("{} {} no strategy{}{}", is_ladder() ? "a line" : "an order",
                    plain == left->end() ? "may fit" : "can fit",
                    any_window ? " outside of their times" : "",
                    example.empty() ? "" : ", for example one with " + example),
        fmt::format(
            "all of it is back-ordered; {} if that is not meant",
            is_ladder() ? "add a strategy without 'for'" : "end with a strategy without 'when'"));
}

}  // namespace earmark::sourcing::detail
