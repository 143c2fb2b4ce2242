#include "earmark/intake/amend.hpp"

#include <algorithm>
#include <map>

#include "earmark/intake/cancel.hpp"

namespace earmark::intake {
namespace {

constexpr granules most = (1 << 22) - 1;  // of one SKU, which is one demand

/// One request against one order.
class drafting {
public:
    drafting(const lifecycle::image& order, const amend_request& r, const amend_terms& terms,
             lifecycle::amendment& what, std::vector<bucket_move>& moves,
             std::vector<error>& violations)
        : order_{order}, r_{r}, terms_{terms}, what_{what}, moves_{moves}, wrong_{violations} {}

    void run() {
        if (r_.lines.size() > lifecycle::max_lines)
            return refuse(
                fail(error_code::bad_line_count, static_cast<std::int64_t>(r_.lines.size()),
                     static_cast<std::int64_t>(lifecycle::max_lines)),
                0);
        what_.first = static_cast<std::uint16_t>(order_.lines.size());
        change_terms();
        std::vector<bool> seen(order_.lines.size());
        for (std::size_t i = 0; i < r_.lines.size(); ++i) {
            const line_change& c = r_.lines[i];
            if (c.line == 0)
                add_line(c, i + 1);
            else if (c.line > seen.size())
                refuse(
                    fail(error_code::unknown_line, c.line, static_cast<std::int64_t>(seen.size())),
                    i + 1);
            else if (seen[c.line - 1])
                refuse(fail(error_code::duplicate_row), i + 1);
            else
                seen[c.line - 1] = true, change_line(c, i + 1);
        }
        const auto by_line = [](const auto& a, const auto& b) { return a.line < b.line; };
        std::sort(what_.more.begin(), what_.more.end(), by_line);
        std::sort(what_.bound.begin(), what_.bound.end(), by_line);
        std::sort(what_.sent.begin(), what_.sent.end(), by_line);
        if (wrong_.empty()) check_sums();
    }

private:
    void refuse(error e, std::size_t row) {
        e.row = static_cast<std::uint32_t>(row);
        wrong_.push_back(e);
    }
    /// False where the change may not be.
    bool judge(change_kind k, std::int64_t line, std::size_t row) {
        const error e = terms_.may.judge(order_, k, line);
        if (e.code != error_code::ok) refuse(e, row);
        return e.code == error_code::ok;
    }

    /// A value of the order is to be another one.
    template <class T>
    void set(change_kind k, const std::optional<T>& asked, const T& now, const error& wrong,
             std::optional<T>& into) {
        if (!asked) return;
        if (wrong.code != error_code::ok) return refuse(wrong, 0);
        if (*asked != now && judge(k, -1, 0)) into = asked;
    }
    [[nodiscard]] error problem(place_id p) const noexcept {
        const bool is_there = p == none<place_id> || index_of(p) < terms_.tables.places;
        return is_there ? error{} : fail(error_code::unknown_place, raw(p));
    }
    [[nodiscard]] error problem(service_id s) const noexcept {
        const bool is_there = s == none<service_id> || index_of(s) < terms_.tables.services;
        return is_there ? error{} : fail(error_code::unknown_service, raw(s));
    }
    [[nodiscard]] static error problem(civil_day d) noexcept {
        return is_day(d) ? error{} : fail(error_code::out_of_range, d.n, farthest_day);
    }
    void change_terms() {
        const auto wrong = [&](const auto& asked) { return asked ? problem(*asked) : error{}; };
        set(change_kind::ship_to, r_.ship_to, order_.ship_to, wrong(r_.ship_to), what_.ship_to);
        set(change_kind::method, r_.method, order_.method, wrong(r_.method), what_.method);
        set(change_kind::deliver_by, r_.deliver_by, order_.deliver_by, wrong(r_.deliver_by),
            what_.deliver_by);
        set(change_kind::priority, r_.priority, order_.priority, {}, what_.priority);
    }

    /// What a line says of its own is to be something else; `line` < 0: of a new one.
    template <class T>
    void set_own(change_kind k, std::int64_t line, std::size_t row, const std::optional<T>& asked,
                 T& own) {
        if (!asked || *asked == own) return;
        if (const error e = problem(*asked); e.code != error_code::ok) return refuse(e, row);
        if (line < 0 || judge(k, line, row)) own = *asked;
    }
    void send(const line_change& c, std::uint16_t line, bool is_new, std::size_t row) {
        const std::uint16_t had = is_new ? std::uint16_t{0} : order_.lines[line].own;
        const line_terms before = had == 0 ? line_terms{} : order_.own[had - 1U];
        line_terms own = before;
        const std::int64_t judged = is_new ? -1 : std::int64_t{line};
        set_own(change_kind::ship_to, judged, row, c.ship_to, own.ship_to);
        set_own(change_kind::method, judged, row, c.method, own.method);
        set_own(change_kind::deliver_by, judged, row, c.deliver_by, own.deliver_by);
        if (own != before) what_.sent.push_back({line, own});
    }

    error node_problem(node_id n) const noexcept {
        if (n != none<node_id> && index_of(n) >= terms_.tables.nodes)
            return fail(error_code::unknown_node, raw(n));
        const node_id to = order_.lines.front().to;  // of all its lines, where it has one
        if (n == none<node_id> ? is_made(order_.type) : n == to)
            return fail(error_code::bad_order_type, static_cast<std::int64_t>(order_.type),
                        n == none<node_id> ? -1 : raw(n));
        return {};
    }

    /// Asked of the order once, however many lines are added.
    bool may_add(std::size_t row) {
        if (!adding_) adding_ = terms_.may.judge(order_, change_kind::add_line, -1);
        if (adding_->code != error_code::ok) refuse(*adding_, row);
        return adding_->code == error_code::ok;
    }

    void add_line(const line_change& c, std::size_t row) {
        const std::size_t lines = order_.lines.size() + what_.added.size() + 1;
        if (lines > lifecycle::max_lines)
            return refuse(fail(error_code::bad_line_count, static_cast<std::int64_t>(lines),
                               static_cast<std::int64_t>(lifecycle::max_lines)),
                          row);
        if (index_of(c.sku) >= terms_.skus.size())
            return refuse(fail(error_code::unknown_sku, raw(c.sku)), row);
        if (c.unit_price_minor < 0) refuse(fail(error_code::bad_price, c.unit_price_minor), row);
        const node_id firm = c.node.value_or(none<node_id>);
        if (const error e = node_problem(firm); e.code != error_code::ok) refuse(e, row);
        const auto n = to_granules(c.amount.value_or(quantity{}), terms_.skus[index_of(c.sku)]);
        if (!n) return refuse(n.error(), row);
        if (!may_add(row)) return;
        send(c, static_cast<std::uint16_t>(lines - 1), true, row);
        what_.added.push_back(
            {c.sku, *n, c.unit_price_minor, 0, c.set, 0, firm, order_.lines.front().to});
    }

    void change_line(const line_change& c, std::size_t row) {
        const auto line = static_cast<std::uint16_t>(c.line - 1);
        const lifecycle::line& l = order_.lines[line];
        if (c.sku != none<sku_id> && c.sku != l.sku)  // other goods are another line
            return refuse(fail(error_code::not_amendable,
                               static_cast<std::int64_t>(change_kind::add_line), c.line, -1),
                          row);
        if (c.node && *c.node != l.firm) {
            const error e = node_problem(*c.node);
            if (e.code != error_code::ok)
                refuse(e, row);
            else if (judge(change_kind::node, line, row))
                what_.bound.push_back({line, *c.node});
        }
        send(c, line, false, row);
        if (!c.amount) return;
        granules asked = 0;
        if (c.amount->atoms != 0) {
            const auto n = to_granules(*c.amount, terms_.skus[index_of(l.sku)]);
            if (!n) return refuse(n.error(), row);
            asked = *n;
        }
        const granules now = wanted_of(order_, line, terms_.by.asked);
        if (asked > now && judge(change_kind::increase, line, row)) grow(line, asked - now, row);
        if (asked < now) decrease(line, now - asked, row);
    }

    /// What was cancelled of a line stays with it, so it does not grow for ever.
    void grow(std::uint16_t line, granules n, std::size_t row) {
        const lifecycle::line& l = order_.lines[line];
        const std::int64_t granule = terms_.skus[index_of(l.sku)].granule, all = l.ordered + n;
        if (all > lifecycle::most_of_a_line)
            return refuse(
                fail(error_code::out_of_range, all * granule, lifecycle::most_of_a_line * granule),
                row);
        what_.more.push_back({line, n});
    }

    void decrease(std::uint16_t line, granules n, std::size_t row) {
        auto& asks = terms_.by.to_ask;
        const std::size_t first = moves_.size(), first_asked = asks.size();
        const granules gone =
            cancel_line(order_, line, n, terms_.at, moves_, terms_.by, &terms_.may);
        for (std::size_t i = first; i < moves_.size(); ++i) moves_[i].reason = r_.reason;
        for (std::size_t i = first_asked; i < asks.size(); ++i) asks[i].reason = r_.reason;
        if (gone == n) return;
        error why = gone == 0 ? terms_.may.judge(order_, change_kind::decrease, line)
                              : fail(error_code::too_few_units, n, gone, line + 1);
        if (why.code == error_code::ok)  // the table allows it, and its workflow does not
            why = fail(error_code::not_allowed, line + 1,
                       static_cast<std::int64_t>(lifecycle::status_of(order_, line).lowest));
        refuse(why, row);
    }

    /// Each SKU is one demand that a cell can count, and the order's value is a number.
    void check_sums() {
        if (!what_.sent.empty() && !lifecycle::fits(order_, what_))  // all else of it does
            return refuse(fail(error_code::too_many_terms, max_line_terms), 0);
        lifecycle::image after = order_;
        lifecycle::amend(after, what_);
        std::map<sku_id, std::int64_t> wanted;
        for (const lifecycle::bucket& b : after.buckets)
            if (b.state != unit_state::cancelled) wanted[after.lines[b.line].sku] += b.n;
        for (const bucket_move& m : moves_) wanted[after.lines[m.line].sku] -= m.n;
        for (const auto& [sku, n] : wanted) {
            const std::int64_t granule = terms_.skus[index_of(sku)].granule;
            if (n > most)  // twice as much is still a number, in the SKU's smallest unit
                refuse(fail(error_code::out_of_range, std::min(n, std::int64_t{2} * most) * granule,
                            most * granule),
                       0);
        }
        std::int64_t total = 0;
        for (const lifecycle::line& l : after.lines) {
            const std::int64_t atoms = l.ordered * terms_.skus[index_of(l.sku)].granule;
            std::int64_t value = 0;
            if (__builtin_mul_overflow(l.unit_price_minor, atoms, &value) ||
                __builtin_add_overflow(total, value, &total))
                return refuse(fail(error_code::bad_price, l.unit_price_minor), 0);
        }
    }

    const lifecycle::image& order_;
    const amend_request& r_;
    const amend_terms& terms_;
    lifecycle::amendment& what_;
    std::vector<bucket_move>& moves_;
    std::vector<error>& wrong_;
    std::optional<error> adding_;
};

}  // namespace

void amend(const lifecycle::image& order, const amend_request& r, const amend_terms& terms,
           lifecycle::amendment& what, std::vector<bucket_move>& moves,
           std::vector<error>& violations) {
    drafting{order, r, terms, what, moves, violations}.run();
}

granules wanted_of(const lifecycle::image& order, std::uint16_t line,
                   std::span<const lifecycle::asked> asked) noexcept {
    granules n = -asked_of(asked, request_kind::cancel, line);
    for (const lifecycle::bucket& b : buckets_of(order, line))
        if (b.state != unit_state::cancelled) n += b.n;
    return n;
}

digest128 content_of(const amend_request& r) {
    std::vector<std::uint64_t> words;
    const auto say = [&words](const auto& asked, auto value_of) {
        words.push_back(asked.has_value());
        if (asked) words.push_back(static_cast<std::uint64_t>(value_of(*asked)));
    };
    const auto id = [](auto x) { return raw(x); };
    words.insert(words.end(), {static_cast<std::uint64_t>(verb::amend), raw(r.order),
                               r.base_version, r.edit, r.reason, r.preview});
    say(r.ship_to, id);
    say(r.method, id);
    say(r.deliver_by, [](civil_day d) { return d.n; });
    say(r.priority, [](std::uint8_t p) { return p; });
    for (const line_change& c : r.lines) {
        words.insert(words.end(),
                     {c.line, raw(c.sku), static_cast<std::uint64_t>(c.unit_price_minor)});
        say(c.amount, [](quantity q) { return q.atoms; });
        say(c.node, id);
        if (c.set != 0) words.insert(words.end(), {UINT64_MAX - 1, c.set});
        if (!c.ship_to && !c.method && !c.deliver_by) continue;
        words.push_back(UINT64_MAX);  // no line's number, so no other change says this
        say(c.ship_to, id);
        say(c.method, id);
        say(c.deliver_by, [](civil_day d) { return d.n; });
    }
    return content_digest(std::as_bytes(std::span{words}));
}

}  // namespace earmark::intake
