#include "earmark/lifecycle/image.hpp"

#include <algorithm>
#include <bit>

#include "earmark/core/digest.hpp"
#include "earmark/lifecycle/standard_workflows.hpp"

namespace earmark::lifecycle {
namespace {

/// Line, state and cell in one number; ref decides among equals.
std::uint64_t place_of(const bucket& b) noexcept {
    return static_cast<std::uint64_t>(b.line) << 40 | static_cast<std::uint64_t>(b.state) << 32 |
           raw(b.cell);
}
bool before(const bucket& a, const bucket& b) noexcept {
    const std::uint64_t at = place_of(a), bt = place_of(b);
    return at != bt ? at < bt : a.ref < b.ref;
}
bool same_place(const bucket& a, const bucket& b) noexcept {
    return place_of(a) == place_of(b) && a.ref == b.ref;
}

template <class Iterator>
struct stretch {
    Iterator first, last;
    [[nodiscard]] Iterator begin() const noexcept { return first; }
    [[nodiscard]] Iterator end() const noexcept { return last; }
};

/// The buckets of one line. Every line has one, so the first one of line n stands at n or later:
/// at n wherever no line before it is split.
template <class Buckets>
auto of_line(Buckets& all, std::uint32_t line) noexcept {
    auto first = all.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(line, all.size()));
    if (first == all.end() || first->line != line)
        first =
            std::partition_point(first, all.end(), [&](const bucket& b) { return b.line < line; });
    auto end = first;
    while (end != all.end() && end->line == line) ++end;
    return stretch<decltype(first)>{first, end};
}

std::uint64_t join(std::uint32_t high, std::uint32_t low) noexcept {
    return static_cast<std::uint64_t>(high) << 32 | low;
}
/// A cell stands behind units that are or were in one: a bit per state.
constexpr auto with_cell = [] {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < unit_states; ++i) {
        const auto s = static_cast<unit_state>(i);
        if (holds_stock(s) || s == unit_state::shipped || s == unit_state::delivered ||
            s == unit_state::lost)
            bits |= 1u << i;
    }
    return bits;
}();
/// Does the bucket name a cell where it has to, and none where it must not?
constexpr bool names_its_cell(const bucket& b) noexcept {
    const bool needs = (with_cell >> static_cast<unsigned>(b.state) & 1) != 0;
    const bool waits = b.state == unit_state::reserved && link_of(b.ref) != 0;
    if (b.state == unit_state::delivered) return true;  // what needs no goods has none
    return needs == (b.cell != none<cell_id>) || waits;
}

/// The only bucket of a line that is not split, or null.
template <class Buckets>
auto alone(Buckets& all, std::uint32_t line) noexcept -> decltype(all.data()) {
    if (line >= all.size()) return nullptr;
    const auto b = all.data() + line;  // as of_line() says, then the first one of its line
    const bool splits = line + 1 < all.size() && b[1].line == line;
    return b->line == line && !splits ? b : nullptr;
}

/// What most moves are: all units of a line that is not split, before or after. Its only bucket
/// stays where it is, so it is changed in place. False: nothing was done.
bool moved_whole(std::vector<bucket>& all, const bucket_move& m) noexcept {
    bucket* const b = alone(all, m.line);
    if (b == nullptr || b->state != m.from || b->cell != m.from_cell || b->ref != m.from_ref ||
        b->n != m.n || m.n <= 0)
        return false;
    b->cell = m.to_cell;
    b->state = m.to;
    b->reason = m.reason;
    b->ref = m.to_ref;
    return true;
}

/// Any move of units that may leave their state. Out of line: few moves need it.
[[gnu::noinline]] error_code rearrange(std::vector<bucket>& all, const bucket_move& m) {
    const auto held = of_line(all, m.line);
    const auto from = std::find_if(held.begin(), held.end(), [&](const bucket& b) {
        return b.state == m.from && b.cell == m.from_cell && b.ref == m.from_ref;
    });
    if (from == held.end() || m.n <= 0 || from->n < m.n) return error_code::too_few_units;
    const bucket target{m.to_cell, m.n, m.line, m.to, m.reason, m.to_ref};
    if (from->n == m.n && (from == held.begin() || before(from[-1], target)) &&
        (from + 1 == held.end() || before(target, from[1]))) {
        *from = target;  // most moves take a whole bucket, and it may stay where it is
        return error_code::ok;
    }
    const auto to = std::lower_bound(held.begin(), held.end(), target, before);
    if (to == from && same_place(*to, target)) {  // a bucket has one reason, so all of it gets it
        from->reason = m.reason;
        return error_code::ok;
    }
    const bool merges = to != held.end() && same_place(*to, target);
    from->n -= m.n;
    if (merges) to->n += m.n;
    if (from->n > 0) {
        if (!merges) all.insert(to, target);
    } else if (merges) {
        all.erase(from);
    } else if (to > from) {  // the place that fell empty moves to where the new bucket belongs
        *std::move(from + 1, to, from) = target;
    } else {
        std::move_backward(to, from, from + 1);
        *to = target;
    }
    return error_code::ok;
}

}  // namespace

const workflow& rules_of(const image& of) noexcept {
    return of.rules != nullptr ? *of.rules : standard_of(of.type);
}

std::vector<line_terms> own_terms(const image& of) {
    std::vector<line_terms> out(of.lines.size());
    for (std::size_t l = 0; l < out.size(); ++l)
        if (const std::uint16_t own = of.lines[l].own; own != 0) out[l] = of.own[own - 1U];
    return out;
}

bool set_own_terms(image& of, std::span<const line_terms> by_line) {
    std::vector<line_terms> all;
    std::vector<std::uint16_t> numbers(of.lines.size());
    std::uint16_t last = 0;
    for (std::size_t l = 0; l < numbers.size(); ++l) {
        if (by_line[l].empty()) continue;
        if (last == 0 || all[last - 1U] != by_line[l]) {  // lines that go together stand together
            const auto at = std::find(all.begin(), all.end(), by_line[l]);
            last = static_cast<std::uint16_t>(at - all.begin() + 1);
            if (at == all.end()) all.push_back(by_line[l]);
            if (all.size() > max_line_terms) return false;
        }
        numbers[l] = last;
    }
    for (std::size_t l = 0; l < numbers.size(); ++l) of.lines[l].own = numbers[l];
    of.own = std::move(all);
    return true;
}

std::span<const bucket> buckets_of(const image& of, std::uint32_t line) noexcept {
    const auto all = of_line(of.buckets, line);
    return {all.begin(), all.end()};
}

/// A step of its workflow; or the units stay, and only their link goes.
static bool has_step(const image& of, const bucket_move& m) noexcept {
    const std::uint8_t before = sub_state_of(m.from_ref), after = sub_state_of(m.to_ref);
    return rules_of(of).leads({m.from, before}, {m.to, after}) ||
           (m.from == m.to && m.from_cell == m.to_cell && before == after);
}

error_code apply(image& of, const bucket_move& m) {
    if (m.line >= of.lines.size()) return error_code::unknown_line;
    if (of.kind == subject_kind::order && !has_step(of, m)) return error_code::not_allowed;
    return moved_whole(of.buckets, m) ? error_code::ok : rearrange(of.buckets, m);
}

namespace {

/// Units on their way: the link goes with those that keep their cell, the sub-state with none.
bucket_move moved(const bucket& b, granules n, unit_state to, bool keep_cell) noexcept {
    return {0,
            b.line,
            n,
            b.state,
            to,
            b.cell,
            keep_cell ? b.cell : none<cell_id>,
            0,
            b.ref,
            keep_cell ? ref_of(0, link_of(b.ref)) : 0};
}

bool may_go(const workflow& by, const bucket& b, unit_state to) noexcept {
    return by.leads_to({b.state, sub_state_of(b.ref)}, to);
}

/// Draws from a line that is split.
[[gnu::noinline]] granules draw_some(const image& of, std::uint16_t line, unit_state from,
                                     unit_state to, granules wanted, const cell_nodes& at,
                                     node_id node, bool keep_cell,
                                     std::vector<bucket_move>& moves) {
    const std::size_t first = moves.size();
    for (const bucket& b : of_line(of.buckets, line))
        if (b.state == from && (node == none<node_id> || at(b.cell) == node) &&
            may_go(rules_of(of), b, to))
            moves.push_back(moved(b, b.n, to, keep_cell));
    const auto begin = moves.begin() + static_cast<std::ptrdiff_t>(first);
    const auto by_node = [&](const bucket_move& a, const bucket_move& b) {
        return at(a.from_cell) < at(b.from_cell);
    };
    if (!std::is_sorted(begin, moves.end(),
                        by_node))  // sorting allocates; most lines have one node
        std::stable_sort(begin, moves.end(), by_node);
    granules moved = 0;
    auto keep = begin;
    for (; keep != moves.end() && (wanted < 0 || moved < wanted); ++keep) {
        if (wanted >= 0) keep->n = std::min(keep->n, wanted - moved);
        moved += keep->n;
    }
    moves.erase(keep, moves.end());
    return moved;
}

}  // namespace

granules draw(const image& of, std::uint16_t line, unit_state from, unit_state to, granules wanted,
              const cell_nodes& at, node_id node, bool keep_cell, std::vector<bucket_move>& moves) {
    const bucket* const b = alone(of.buckets, line);
    if (b == nullptr) return draw_some(of, line, from, to, wanted, at, node, keep_cell, moves);
    if (b->state != from || (node != none<node_id> && at(b->cell) != node) || wanted == 0 ||
        !may_go(rules_of(of), *b, to))
        return 0;
    const granules n = wanted < 0 ? b->n : std::min(b->n, wanted);
    moves.push_back(moved(*b, n, to, keep_cell));
    return n;
}

namespace {

/// True for a sound order of which no line is split: most are.
bool plainly_sound(const image& of) noexcept {
    if (of.kind != subject_kind::order || of.buckets.size() != of.lines.size()) return false;
    const line* l = of.lines.data();
    std::uint32_t number = 0;
    for (const bucket& b : of.buckets) {
        if (b.line != number++ || b.n != l++->ordered || b.n <= 0 || !names_its_cell(b))
            return false;
    }
    return true;
}

/// What is wrong with the buckets of an order, if their order is not.
const char* unsound_line(const image& of) {
    const bucket* b = of.buckets.data();
    const bucket* const end = b + of.buckets.size();
    std::uint32_t number = 0;
    for (const line& l : of.lines) {
        std::int64_t sum = 0;
        for (const bucket* const first = b; b != end && b->line == number; ++b) {
            if (b->n <= 0) return "every bucket holds at least one unit";
            if (!names_its_cell(*b))
                return "a bucket names a cell exactly if its units are or were in one";
            if (b != first && !before(b[-1], *b)) return "equal buckets are one bucket";
            sum += b->n;
        }
        if (sum != l.ordered) return "the buckets of a line sum to its ordered quantity";
        ++number;
    }
    return b == end ? nullptr : "every bucket belongs to a line of its order";
}

/// Out of line: few images need it.
[[gnu::noinline]] const char* what_is_wrong(const image& of) {
    const bool is_order = of.kind == subject_kind::order;
    const char* const wrong = is_order ? unsound_line(of) : nullptr;
    if (is_order && wrong == nullptr) return nullptr;
    if (!std::is_sorted(of.buckets.begin(), of.buckets.end(), before))
        return "the buckets of an order stand in ascending order";
    return wrong;
}

}  // namespace

const char* unsound(const image& of) { return plainly_sound(of) ? nullptr : what_is_wrong(of); }

std::int64_t units_in(const image& of, std::uint32_t line, unit_state s) noexcept {
    if (const bucket* const b = alone(of.buckets, line)) return b->state == s ? b->n : 0;
    std::int64_t sum = 0;
    for (const bucket& b : of_line(of.buckets, line))
        if (b.state == s) sum += b.n;
    return sum;
}

span_of_states status_of(const image& of, std::int64_t line) noexcept {
    span_of_states found;
    bool any = false;
    for (const bucket& b : of.buckets) {
        if ((line >= 0 && b.line != line) || b.state == unit_state::cancelled) continue;
        if (!any || b.state < found.lowest) found.lowest = b.state;
        if (!any || b.state > found.highest) found.highest = b.state;
        any = true;
    }
    return found;
}

std::uint32_t facts_of(const image& of) noexcept {
    constexpr auto cancelled = static_cast<std::uint32_t>(unit_state::cancelled);
    std::uint32_t present = 0;
    for (const bucket& b : of.buckets) present |= 1u << static_cast<unsigned>(b.state);
    const std::uint32_t others = present & ~(1u << cancelled);
    const auto lowest =
        others == 0 ? cancelled : static_cast<std::uint32_t>(std::countr_zero(others));
    const auto highest =
        others == 0 ? cancelled : static_cast<std::uint32_t>(std::bit_width(others)) - 1;
    return lowest | highest << 4 | present << 8 | static_cast<std::uint32_t>(of.life) << 19;
}

std::uint64_t digest_of(const image& of, std::uint64_t identity) noexcept {
    digest d{static_cast<std::uint64_t>(of.kind)};
    d.add(identity).add(of.version).add(static_cast<std::uint64_t>(of.life));
    d.add(raw(of.ship_to)).add(raw(of.decided_by)).add(of.currency).add(of.priority);
    d.add(static_cast<std::uint64_t>(of.made.ns)).add(static_cast<std::uint64_t>(of.deadline.ns));
    if (of.channel != none<channel_id>) d.add(raw(of.channel));
    if (of.kind == subject_kind::reservation && of.on != of.made)
        d.add(static_cast<std::uint64_t>(of.on.ns));
    if (of.pools != none<reservation_id>) d.add(raw(of.pools));
    if (of.type != order_type::sales || of.workflow != 0)
        d.add(join(static_cast<std::uint32_t>(of.type), of.workflow));
    if (of.method != none<service_id> || of.deliver_by != no_day)
        d.add(join(raw(of.method), static_cast<std::uint32_t>(of.deliver_by.n)));
    for (const line& l : of.lines)
        d.add(raw(l.sku))
            .add(static_cast<std::uint64_t>(l.ordered))
            .add(static_cast<std::uint64_t>(l.unit_price_minor));
    for (const line& l : of.lines)
        if (l.firm != none<node_id>)
            d.add(join(static_cast<std::uint32_t>(&l - of.lines.data()), raw(l.firm)));
    for (const line& l : of.lines)
        if (l.group != 0)
            d.add(join(static_cast<std::uint32_t>(&l - of.lines.data()), l.group)).add(2);
    for (std::size_t l = 0; !of.own.empty() && l < of.lines.size(); ++l) {
        if (of.lines[l].own == 0) continue;
        const line_terms& own = of.own[of.lines[l].own - 1U];
        d.add(join(static_cast<std::uint32_t>(l), raw(own.ship_to)))
            .add(join(raw(own.method), static_cast<std::uint32_t>(own.deliver_by.n)));
    }
    for (const line& l : of.lines)
        if (l.to != none<node_id>)
            d.add(join(static_cast<std::uint32_t>(&l - of.lines.data()), raw(l.to))).add(1);
    for (const bucket& b : of.buckets)
        d.add(join(raw(b.cell), static_cast<std::uint32_t>(b.n)))
            .add(join(b.line, static_cast<std::uint32_t>(b.state) << 8 | b.reason))
            .add(b.ref);
    return d.value();
}

}  // namespace earmark::lifecycle
