#include "earmark/lifecycle/asked.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "earmark/core/digest.hpp"
#include "earmark/core/low_first.hpp"

namespace earmark::lifecycle {
namespace {

auto key_of(const asked& a) noexcept {
    return std::tuple{a.kind, a.line, a.node, a.until, a.by, a.reason, a.then};
}
bool is_of(const asked& a, request_kind k, std::uint16_t line, node_id node) noexcept {
    return a.kind == k && a.line == line && a.node == node;
}
constexpr std::size_t change_bytes = 1 + 1 + 2 + 2 + 4, more_bytes = 8 + 1 + 1;

}  // namespace

granules asked_of(std::span<const asked> all, request_kind k, std::uint16_t line,
                  node_id node) noexcept {
    granules n = 0;
    for (const asked& a : all) n += is_of(a, k, line, node) ? a.n : 0;
    return n;
}
granules asked_of(std::span<const asked> all, request_kind k, std::uint16_t line) noexcept {
    granules n = 0;
    for (const asked& a : all) n += a.kind == k && a.line == line ? a.n : 0;
    return n;
}

bool ask(std::vector<asked>& all, const asked& a) {
    const auto place =
        std::lower_bound(all.begin(), all.end(), a,
                         [](const asked& x, const asked& y) { return key_of(x) < key_of(y); });
    if (place != all.end() && key_of(*place) == key_of(a)) {
        return !__builtin_add_overflow(place->n, a.n, &place->n);
    }
    if (all.size() == max_asked) return false;
    all.insert(place, a);
    return true;
}

granules take_off(std::vector<asked>& all, request_kind k, std::uint16_t line, node_id node,
                  granules n) {
    granules done = 0;
    for (asked& a : all) {  // the earliest first, as they stand
        if (done == n) break;
        if (!is_of(a, k, line, node)) continue;
        const granules some = std::min(a.n, n - done);
        a.n -= some;
        done += some;
    }
    std::erase_if(all, [](const asked& a) { return a.n == 0; });
    return done;
}

const asked* first_due(std::span<const asked> all, time_point by) noexcept {
    const asked* first = nullptr;
    for (const asked& a : all)
        if (a.until <= by && (first == nullptr || a.until < first->until)) first = &a;
    return first;
}
time_point next_deadline(std::span<const asked> all) noexcept {
    time_point next = never;
    for (const asked& a : all) next = std::min(next, a.until);
    return next;
}

std::vector<std::byte> bytes_of(std::span<const asked_change> all) {
    std::vector<std::byte> out;
    for (const asked_change& c : all) {
        put_low_first(out, static_cast<std::uint64_t>(c.what), 1);
        put_low_first(out, static_cast<std::uint64_t>(c.of.kind), 1);
        put_low_first(out, c.of.line, 2);
        put_low_first(out, raw(c.of.node), 2);
        put_low_first(out, static_cast<std::uint32_t>(c.of.n), 4);
        if (c.what != asked_event::asked) continue;
        put_low_first(out, static_cast<std::uint64_t>(c.of.until.ns), 8);
        put_low_first(out, c.of.reason, 1);
        put_low_first(out, static_cast<std::uint64_t>(c.of.then), 1);
    }
    return out;
}

bool read_changes(std::span<const std::byte> bytes, std::vector<asked_change>& into) {
    into.clear();
    while (!bytes.empty()) {
        if (bytes.size() < change_bytes) return false;
        const auto what = take_low_first(bytes, 1), kind = take_low_first(bytes, 1);
        asked_change c;
        c.of.line = static_cast<std::uint16_t>(take_low_first(bytes, 2));
        c.of.node = node_id{static_cast<std::uint16_t>(take_low_first(bytes, 2))};
        c.of.n = static_cast<granules>(static_cast<std::uint32_t>(take_low_first(bytes, 4)));
        if (what > static_cast<std::uint64_t>(asked_event::overtaken) || kind >= request_kinds ||
            c.of.n <= 0)
            return false;
        c.what = static_cast<asked_event>(what);
        c.of.kind = static_cast<request_kind>(kind);
        if (c.what == asked_event::asked) {
            if (bytes.size() < more_bytes) return false;
            c.of.until = {static_cast<std::int64_t>(take_low_first(bytes, 8))};
            c.of.reason = static_cast<std::uint8_t>(take_low_first(bytes, 1));
            const auto then = take_low_first(bytes, 1);
            if (then >= silences) return false;
            c.of.then = static_cast<silence>(then);
        }
        into.push_back(c);
    }
    return !into.empty();
}

bool change(std::vector<asked>& all, const asked_change& c) {
    if (c.what == asked_event::asked) return ask(all, c.of);
    return take_off(all, c.of.kind, c.of.line, c.of.node, c.of.n) == c.of.n;
}

const char* unsound(std::span<const asked> all, const image& of, const cell_nodes& at) {
    using place = std::tuple<request_kind, std::uint16_t, node_id>;
    std::map<place, std::int64_t> left;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const asked& a = all[i];
        if (a.line >= of.lines.size() || a.n <= 0) return "a node is asked about no units of it";
        if (i > 0 && !(key_of(all[i - 1]) < key_of(a)))
            return "what nodes are asked is in disorder";
        left[{a.kind, a.line, a.node}] -= a.n;
    }
    if (left.empty()) return nullptr;
    for (const bucket& b : of.buckets) {
        if (b.state != unit_state::released) continue;
        for (const auto kind : {request_kind::work, request_kind::cancel})
            if (const auto it = left.find({kind, b.line, at(b.cell)}); it != left.end())
                it->second += b.n;
    }
    const bool fits = std::ranges::all_of(left, [](const auto& l) { return l.second >= 0; });
    return fits ? nullptr : "a node is asked about more units than it works on";
}

void answer_table::set(node_id node, request_kind k, const terms& t) {
    const auto place = std::lower_bound(rows_.begin(), rows_.end(), std::pair{node, k},
                                        [](const row& r, const auto& key) {
                                            return std::pair{r.node, r.kind} < key;
                                        });
    if (place != rows_.end() && place->node == node && place->kind == k)
        place->is = t;
    else
        rows_.insert(place, {node, k, t});
}

answer_table::terms answer_table::of(node_id node, request_kind k) const noexcept {
    for (const node_id n : {node, none<node_id>}) {
        const auto place = std::lower_bound(rows_.begin(), rows_.end(), std::pair{n, k},
                                            [](const row& r, const auto& key) {
                                                return std::pair{r.node, r.kind} < key;
                                            });
        if (place != rows_.end() && place->node == n && place->kind == k) return place->is;
    }
    return {};
}

bool answer_table::asks_any(request_kind k) const noexcept {
    return std::ranges::any_of(rows_,
                               [&](const row& r) { return r.kind == k && r.is.within_s != 0; });
}

std::uint64_t answer_table::digest_of_rows() const noexcept {
    if (rows_.empty()) return 0;
    digest d{4};
    for (const row& r : rows_)
        d.add(raw(r.node))
            .add(static_cast<std::uint64_t>(r.kind))
            .add(static_cast<std::uint64_t>(r.is.within_s))
            .add(static_cast<std::uint64_t>(r.is.then))
            .add(r.is.reason);
    return d.value();
}

}  // namespace earmark::lifecycle
