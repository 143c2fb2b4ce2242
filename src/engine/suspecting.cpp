#include "suspecting.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "earmark/core/digest.hpp"
#include "earmark/engine/fold.hpp"

namespace earmark {
namespace {

using state = engine_door::state;
using entry = repeat_memory::entry;

const order_value* value_of(std::span<const order_value> values, attribute_id a) noexcept {
    const auto at = std::ranges::find_if(
        values, [&](const order_value& v) { return v.attribute == a && v.line == 0; });
    return at == values.end() ? nullptr : &*at;
}

/// What is wanted of a SKU at a place.
struct wanted_goods {
    sku_id sku{};
    place_id place{};
    std::int64_t n = 0;
    friend auto operator<=>(const wanted_goods&, const wanted_goods&) = default;
};

/// Each SKU and place once, ascending.
std::vector<wanted_goods> goods_of(const lifecycle::image& of) {
    std::vector<wanted_goods> out;
    for (const lifecycle::bucket& b : of.buckets)
        if (b.state != unit_state::cancelled && b.n > 0)
            out.push_back({of.lines[b.line].sku, terms_of(of, b.line).ship_to, b.n});
    std::ranges::sort(out);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (kept > 0 && out[kept - 1].sku == out[i].sku && out[kept - 1].place == out[i].place)
            out[kept - 1].n += out[i].n;
        else
            out[kept++] = out[i];
    }
    out.resize(kept);
    return out;
}

node_id bound_for(const lifecycle::image& of) noexcept {
    return of.lines.empty() ? none<node_id> : of.lines.front().to;
}

time_point oldest(time_point now, std::int64_t within_s) noexcept {
    const std::int64_t ns = within_s * 1'000'000'000;
    return {now.ns < std::numeric_limits<std::int64_t>::min() + ns
                ? std::numeric_limits<std::int64_t>::min()
                : now.ns - ns};
}

std::vector<std::byte> facts_of(const state& s, const lifecycle::image& of) {
    return load_facts(s.books.ledger.chunks(), of.facts);
}

std::vector<order_value> read_values(const state& s, std::span<const std::byte> bytes,
                                     std::size_t lines) {
    std::vector<order_value> out;
    EARMARK_INVARIANT(read_facts(bytes, lines, s.names.facts, out),
                      "an order's facts are read as they were kept");
    return out;
}

/// As types ask, each once.
std::vector<repeat_memory::customer> customers_of(const hold_type_table& types,
                                                  std::span<const order_value> values) {
    std::vector<repeat_memory::customer> out;
    for (std::size_t t = 0; t < types.size(); ++t) {
        const hold_rule& rule = types[hold_type_id{static_cast<std::uint16_t>(t)}];
        if (!rule.suspects()) continue;
        if (const auto c = customer_of(values, rule.repeats_by)) out.push_back(*c);
    }
    std::ranges::sort(out);
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

/// An order that somebody has in hand is his for the time of a commit.
error read_patiently(const state& s, std::uint32_t order, lifecycle::image& into) {
    constexpr int looks = 100;
    for (int look = 1;; ++look) {
        const error e = s.read_order(order_id{order}, into);
        if (e.code != error_code::order_busy || look == looks) return e;
    }
}

}  // namespace

std::optional<repeat_memory::customer> customer_of(std::span<const order_value> values,
                                                   std::span<const attribute_id> by) noexcept {
    digest d;
    for (const attribute_id a : by) {
        const order_value* const v = value_of(values, a);
        if (v == nullptr) return std::nullopt;
        d.add(raw(a)).add(static_cast<std::uint64_t>(v->n)).add(v->text);
    }
    return d.value();
}

suspecting::suspecting(const state& s, const desk& d, std::uint32_t order, time_point now,
                       bool is_new)
    : s_{s},
      memory_{s.names.repeats()},
      order_{order},
      made_{is_new ? now : d.order.made},
      now_{now},
      is_new_{is_new} {
    if (s.names.holds.widest_window_s() == 0 || d.order.facts == no_chunk) return;
    bytes_ = facts_of(s, d.order);
    values_ = read_values(s, bytes_, d.order.lines.size());
    customers_ = customers_of(s.names.holds, values_);
    is_ready_ = lock();
}

bool suspecting::lock() noexcept {
    constexpr int looks = 100'000;
    repeat_memory::shards wanted = 0;
    for (const auto c : customers_) wanted |= repeat_memory::shard_of(c);
    for (int look = 0; look < looks; ++look) {
        if (memory_.try_lock(wanted)) {
            locked_ = wanted;
            return true;
        }
    }
    return false;
}

suspecting::~suspecting() {
    if (is_remembered_)
        for (const auto c : customers_) memory_.drop(c, {made_, order_});
    memory_.unlock(locked_);
}

bool suspecting::is_same_customer(const lifecycle::image& other, const hold_rule& by) const {
    const auto bytes = facts_of(s_, other);
    const auto values = read_values(s_, bytes, other.lines.size());
    return std::ranges::all_of(by.repeats_by, [&](attribute_id a) {
        const order_value* const mine = value_of(values_, a);
        const order_value* const its = value_of(values, a);
        return mine != nullptr && its != nullptr && mine->n == its->n && mine->text == its->text;
    });
}

result<std::optional<std::uint32_t>> suspecting::repeated(const lifecycle::image& of,
                                                          const hold_rule& by) const {
    std::optional<std::uint32_t> found;
    const auto who = customer_of(values_, by.repeats_by);
    const auto goods = goods_of(of);
    if (!who || goods.empty()) return found;
    error wrong;
    lifecycle::image other;
    const entry end = is_new_ ? entry{never, UINT32_MAX} : entry{made_, order_};
    memory_.newest_first(*who, oldest(now_, by.repeats_within_s), end, [&](std::uint32_t order) {
        if (order == order_) return false;
        wrong = read_patiently(s_, order, other);
        if (wrong.code != error_code::ok) return true;
        const bool is_equal = other.type == of.type && bound_for(other) == bound_for(of) &&
                              goods_of(other) == goods && is_same_customer(other, by);
        if (is_equal) found = order;
        return is_equal;
    });
    if (wrong.code != error_code::ok) return fail(error_code::stock_moving);
    return found;
}

void suspecting::remember() {
    is_remembered_ = true;
    for (const auto c : customers_) memory_.add(c, {made_, order_});
}

void suspecting::stays() noexcept {
    is_remembered_ = false;
    const time_point from = oldest(now_, s_.names.holds.widest_window_s());
    for (const auto c : customers_) memory_.trim(c, from);
}

std::optional<std::uint32_t> stranger_among_repeats(const state& s) {
    repeat_memory& memory = s.names.repeats();
    constexpr repeat_memory::shards all = ~repeat_memory::shards{0};
    if (!memory.try_lock(all)) return std::nullopt;  // somebody places an order at this moment
    std::optional<std::uint32_t> found;
    try {
        lifecycle::image of;
        memory.each([&](repeat_memory::customer c, entry e) {
            if (found || s.read_order(order_id{e.order}, of).code != error_code::ok) return;
            const auto bytes = facts_of(s, of);
            const auto its = customers_of(s.names.holds, read_values(s, bytes, of.lines.size()));
            if (of.made != e.made || !std::ranges::binary_search(its, c)) found = e.order;
        });
    } catch (...) {
        memory.unlock(all);
        throw;
    }
    memory.unlock(all);
    return found;
}

bool is_missing_among_repeats(const state& s, std::uint32_t order, const lifecycle::image& of) {
    const std::int64_t window = s.names.holds.widest_window_s();
    if (window == 0 || of.facts == no_chunk) return false;
    repeat_memory& memory = s.names.repeats();
    const auto bytes = facts_of(s, of);
    for (const auto c : customers_of(s.names.holds, read_values(s, bytes, of.lines.size()))) {
        if (!memory.try_lock(repeat_memory::shard_of(c))) continue;
        const bool is_there = memory.has(c, {of.made, order});
        memory.unlock(repeat_memory::shard_of(c));
        const time_point now{s.time.load(std::memory_order_acquire)};  // after the look
        if (!is_there && of.made >= oldest(now, window)) return true;
    }
    return false;
}

void remake_repeats(const state& s) {
    repeat_memory& memory = s.names.repeats();
    memory.clear();
    const std::int64_t window = s.names.holds.widest_window_s();
    if (window == 0) return;
    const time_point from = oldest({s.time.load(std::memory_order_acquire)}, window);
    lifecycle::image of;
    for (std::uint32_t i = 0; i < s.books.ledger.size(subject_kind::order); ++i) {
        if (s.read_order(order_id{i}, of).code != error_code::ok) continue;
        if (of.made < from || of.facts == no_chunk) continue;
        const auto bytes = facts_of(s, of);
        for (const auto c : customers_of(s.names.holds, read_values(s, bytes, of.lines.size()))) {
            memory.add(c, {of.made, i});
            memory.trim(c, from);
        }
    }
}

}  // namespace earmark
