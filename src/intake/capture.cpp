#include "earmark/intake/capture.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>

#include "earmark/core/intern.hpp"

namespace earmark::intake {
namespace {

constexpr granules most = (1 << 22) - 1;

/// The first line, from 1, with which the order's value does not fit any more; 0: none.
std::size_t too_dear(std::span<const order_line> lines) noexcept {
    std::int64_t total = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::int64_t value = 0;
        if (__builtin_mul_overflow(lines[i].unit_price_minor, lines[i].amount.atoms, &value) ||
            __builtin_add_overflow(total, value, &total))
            return i + 1;
    }
    return 0;
}

/// Lines of one SKU want the same units and are sourced as one demand, so together they want no
/// more than a cell can count. Calls refuse(sum, line) at the first line of a SKU that goes beyond.
template <class F>
void check_sums(std::span<const lifecycle::line> lines, F&& refuse) {
    std::int64_t all = 0;
    for (const lifecycle::line& l : lines) all += l.ordered;
    if (all <= most) return;  // nearly every order
    std::vector<std::uint32_t> by_sku(lines.size());
    std::iota(by_sku.begin(), by_sku.end(), 0u);
    std::stable_sort(by_sku.begin(), by_sku.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return lines[a].sku < lines[b].sku; });
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < by_sku.size(); ++i) {
        const lifecycle::line& l = lines[by_sku[i]];
        if (i == 0 || lines[by_sku[i - 1]].sku != l.sku) sum = 0;
        const bool fitted = sum <= most;
        sum += l.ordered;
        if (fitted && sum > most) refuse(sum, by_sku[i]);
    }
}

node_id firm_node(const order_request& r, const order_line& l) noexcept {
    return l.node == none<node_id> ? r.node : l.node;
}

/// What is wrong with where a line comes from.
error node_problem(const order_request& r, const order_line& l, const loaded& tables) noexcept {
    if (l.node != none<node_id> && index_of(l.node) >= tables.nodes)
        return fail(error_code::unknown_node, raw(l.node));
    const node_id firm = firm_node(r, l);
    if (firm != none<node_id> && firm == r.to)  // it is there
        return fail(error_code::bad_order_type, static_cast<std::int64_t>(r.type), raw(firm));
    return {};
}

/// What is wrong with where it goes, how and by when.
template <class F>
void check_terms(const line_terms& t, const loaded& tables, F&& refuse) {
    if (t.ship_to != none<place_id> && index_of(t.ship_to) >= tables.places)
        refuse(fail(error_code::unknown_place, raw(t.ship_to)));
    if (t.method != none<service_id> && index_of(t.method) >= tables.services)
        refuse(fail(error_code::unknown_service, raw(t.method)));
    if (!is_day(t.deliver_by)) refuse(fail(error_code::out_of_range, t.deliver_by.n, farthest_day));
}

/// Each line's own.
void keep_own_terms(const order_request& r, lifecycle::image& into, std::vector<error>& wrong) {
    const auto has_some = [](const order_line& l) { return !l.own.empty(); };
    if (std::none_of(r.lines.begin(), r.lines.end(), has_some)) return;
    std::vector<line_terms> all;
    for (const order_line& l : r.lines) all.push_back(l.own);
    if (!lifecycle::set_own_terms(into, all))
        wrong.push_back(fail(error_code::too_many_terms, max_line_terms));
}

bool has_works(const order_request& r) noexcept {
    return std::all_of(r.lines.begin(), r.lines.end(),
                       [&](const order_line& l) { return firm_node(r, l) != none<node_id>; });
}

/// Returns and exchanges come with their money. Offers, services and goods that are made take no
/// stock when they are placed, so they hand no basket over; and somebody has to make what is made.
bool may_be_placed(const order_request& r) noexcept {
    switch (r.type) {
        case order_type::sales:
        case order_type::transfer:
        case order_type::purchase:
        case order_type::sample:
        case order_type::replacement:
            return true;
        case order_type::draft:
        case order_type::service:
            return r.reservation == none<reservation_id>;
        case order_type::make_to_order:
            return r.reservation == none<reservation_id> && has_works(r);
        default:
            return false;
    }
}

/// What is said of the whole order. Calls refuse(error, 0).
template <class F>
void check_head(const order_request& r, const loaded& tables, F&& refuse) {
    if (r.currency == currency{}) refuse(fail(error_code::bad_currency), 0);
    check_terms({r.ship_to, r.method, r.deliver_by}, tables, [&](error e) { refuse(e, 0); });
    if (r.node != none<node_id> && index_of(r.node) >= tables.nodes)
        refuse(fail(error_code::unknown_node, raw(r.node)), 0);
    const bool brings = r.type == order_type::transfer || r.type == order_type::purchase;
    if (r.to != none<node_id> && index_of(r.to) >= tables.nodes)
        refuse(fail(error_code::unknown_node, raw(r.to)), 0);
    else if (!may_be_placed(r) || brings != (r.to != none<node_id>))
        refuse(fail(error_code::bad_order_type, static_cast<std::int64_t>(r.type),
                    r.to == none<node_id> ? -1 : raw(r.to)),
               0);
    if (r.revision > max_revision)
        refuse(fail(error_code::out_of_range, INT64_MAX, static_cast<std::int64_t>(max_revision)),
               0);
}

}  // namespace

bool is_day(civil_day d) noexcept {
    return d == no_day || (d.n >= -farthest_day && d.n <= farthest_day);
}

result<granules> to_granules(quantity q, const sku_facts& of) noexcept {
    if (q.atoms <= 0) return fail(error_code::bad_quantity, q.atoms);
    if (q.atoms % of.granule != 0) return fail(error_code::not_a_multiple, q.atoms, of.granule);
    if (q.atoms / of.granule > most)
        return fail(error_code::out_of_range, q.atoms, most * of.granule);
    return static_cast<granules>(q.atoms / of.granule);
}

void capture(const command& c, const order_request& r, std::span<const sku_facts> skus,
             const loaded& tables, lifecycle::image& into, std::vector<error>& violations) {
    const auto add = [&](error e, std::size_t line) {
        e.row = static_cast<std::uint32_t>(line);
        violations.push_back(e);
    };
    if (r.lines.empty() || r.lines.size() > lifecycle::max_lines)
        return add(fail(error_code::bad_line_count, static_cast<std::int64_t>(r.lines.size()),
                        static_cast<std::int64_t>(lifecycle::max_lines)),
                   0);
    check_head(r, tables, add);

    into.clear();
    into.kind = subject_kind::order;
    into.priority = r.priority;
    into.currency = r.currency.code();
    into.ship_to = r.ship_to;
    into.method = r.method;
    into.deliver_by = r.deliver_by;
    into.type = r.type;
    into.made = c.now;
    for (std::size_t i = 0; i < r.lines.size(); ++i) {
        const order_line& l = r.lines[i];
        if (l.unit_price_minor < 0) add(fail(error_code::bad_price, l.unit_price_minor), i + 1);
        if (index_of(l.sku) >= skus.size()) {
            add(fail(error_code::unknown_sku, raw(l.sku)), i + 1);
            continue;
        }
        if (const error e = node_problem(r, l, tables); e.code != error_code::ok) add(e, i + 1);
        check_terms(l.own, tables, [&](error e) { add(e, i + 1); });
        const auto n = to_granules(l.amount, skus[index_of(l.sku)]);
        if (!n) {
            add(n.error(), i + 1);
            continue;
        }
        into.lines.push_back({l.sku, *n, l.unit_price_minor, 0, l.set, 0, firm_node(r, l), r.to});
        into.buckets.push_back(
            {none<cell_id>, *n, static_cast<std::uint16_t>(i), unit_state::open, 0, 0});
    }
    if (into.lines.size() == r.lines.size()) keep_own_terms(r, into, violations);
    if (!violations.empty()) return;  // a line that is not there cannot be added up
    if (const std::size_t line = too_dear(r.lines))
        add(fail(error_code::bad_price, r.lines[line - 1].unit_price_minor), line);
    check_sums(into.lines, [&](std::int64_t sum, std::size_t i) {  // two lines' at most: it fits
        const std::int64_t granule = skus[index_of(into.lines[i].sku)].granule;
        add(fail(error_code::out_of_range, sum * granule, most * granule), i + 1);
    });
}

/// With facts, in whatever order they were given.
static digest128 content_of(const digest128& bare, std::span<const order_fact> facts) {
    std::vector<std::string> rows;
    for (const order_fact& f : facts) {
        std::string& row = rows.emplace_back();
        for (const std::uint32_t n : {std::uint32_t{raw(f.attribute)}, f.line})
            row.append(reinterpret_cast<const char*>(&n), sizeof n);
        row += f.value;
    }
    std::sort(rows.begin(), rows.end());
    std::string all(reinterpret_cast<const char*>(&bare), sizeof bare);
    for (const std::string& row : rows) {
        const auto size = static_cast<std::uint32_t>(row.size());
        all.append(reinterpret_cast<const char*>(&size), sizeof size);
        all += row;
    }
    return content_digest(std::as_bytes(std::span{all}));
}

/// With firm nodes.
static digest128 content_of(const digest128& bare, const order_request& r) {
    std::vector<std::uint64_t> words{bare.low, bare.high};
    for (std::size_t i = 0; i < r.lines.size(); ++i)
        if (const node_id node = firm_node(r, r.lines[i]); node != none<node_id>)
            words.push_back(std::uint64_t{i} << 16 | raw(node));
    return words.size() == 2 ? bare : content_digest(std::as_bytes(std::span{words}));
}

/// With terms of lines.
static digest128 content_of_terms(const digest128& bare, std::span<const order_line> lines) {
    std::vector<std::uint64_t> words{bare.low, bare.high};
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const line_terms& own = lines[i].own;
        if (own.empty()) continue;
        const auto day = static_cast<std::uint32_t>(own.deliver_by.n);
        words.push_back(std::uint64_t{i} << 32 | raw(own.ship_to));
        words.push_back(std::uint64_t{day} << 16 | raw(own.method));
    }
    if (words.size() == 2) return bare;
    words.push_back(0);  // no firm node says this
    return content_digest(std::as_bytes(std::span{words}));
}

/// With sets of lines.
static digest128 content_of_sets(const digest128& bare, std::span<const order_line> lines) {
    std::vector<std::uint64_t> words{bare.low, bare.high};
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (lines[i].set != 0) words.push_back(std::uint64_t{i} << 16 | lines[i].set);
    if (words.size() == 2) return bare;
    words.push_back(1);  // as terms say 0
    return content_digest(std::as_bytes(std::span{words}));
}

digest128 content_of(const order_request& r) {
    // Dates are said of some orders only: others have the digest that they always had.
    const bool has_dates = r.method != none<service_id> || r.deliver_by != no_day;
    const std::size_t head = has_dates ? 4 : 3;
    constexpr std::size_t most_head = 4, per_line = 3, on_stack = 16;
    std::array<std::uint64_t, most_head + per_line * on_stack> few;  // most orders need no memory
    std::vector<std::uint64_t> many;
    const std::size_t count = head + per_line * r.lines.size();
    if (count > few.size()) many.resize(count);
    std::uint64_t* const words = many.empty() ? few.data() : many.data();
    std::uint64_t* w = words;
    *w++ = raw(r.ship_to);
    *w++ = static_cast<std::uint64_t>(r.currency.code()) << 8 | r.priority;
    *w++ = raw(r.reservation);
    if (has_dates)
        *w++ = std::uint64_t{static_cast<std::uint32_t>(r.deliver_by.n)} << 16 | raw(r.method);
    for (const order_line& l : r.lines) {
        *w++ = raw(l.sku);
        *w++ = static_cast<std::uint64_t>(l.amount.atoms);
        *w++ = static_cast<std::uint64_t>(l.unit_price_minor);
    }
    digest128 bare = content_digest(std::as_bytes(std::span{words, count}));
    const auto is_firm = [](const order_line& l) { return l.node != none<node_id>; };
    if (r.node != none<node_id> || std::any_of(r.lines.begin(), r.lines.end(), is_firm))
        bare = content_of(bare, r);
    bare = content_of_sets(content_of_terms(bare, r.lines), r.lines);
    if (r.type != order_type::sales) {
        const std::uint64_t terms[] = {bare.low, bare.high, static_cast<std::uint64_t>(r.type),
                                       raw(r.to)};
        bare = content_digest(std::as_bytes(std::span{terms}));
    }
    if (!r.facts.empty()) bare = content_of(bare, r.facts);
    if (r.revision == 0) return bare;
    const std::uint64_t revised[] = {bare.low, bare.high, r.revision};
    return content_digest(std::as_bytes(std::span{revised}));
}

}  // namespace earmark::intake
