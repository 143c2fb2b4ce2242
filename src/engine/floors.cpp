#include "earmark/engine/floors.hpp"

#include <algorithm>

#include "earmark/core/digest.hpp"
#include "earmark/stock/word.hpp"

namespace earmark {
namespace {

constexpr std::size_t uses = 2;  // of an index: selling, sourcing

bool holds_for(const floor_rule& r, std::size_t use) noexcept {
    return r.active && (r.use == floor_use::both ||
                        r.use == (use == 0 ? floor_use::selling : floor_use::sourcing));
}

/// Whole units as granules: what must stay is rounded up, what may be owed is rounded down.
granules to_floor(std::int64_t units, const sku_facts& of) noexcept {
    __extension__ using wide = __int128;
    wide atoms = units;
    for (int d = 0; d < of.decimals; ++d) atoms *= 10;
    const wide n = units > 0 ? (atoms + of.granule - 1) / of.granule : atoms / of.granule;
    constexpr wide most = stock::max_amount;
    return static_cast<granules>(std::clamp<wide>(n, -most, most));
}

}  // namespace

std::size_t floor_rules::rank_of(const floor_rule& r) noexcept {
    const std::size_t place = r.node != none<node_id> ? 2 : r.kind ? 1 : 0;
    return (r.sku != none<sku_id> ? 6 : 0) + place * 2 + (r.channel != none<channel_id> ? 1 : 0);
}

std::uint64_t floor_rules::selector_of(std::size_t rank, sku_id sku, node_id node, node_kind kind,
                                       channel_id channel) noexcept {
    const std::size_t place = rank % 6 / 2;
    return (rank >= 6 ? std::uint64_t{raw(sku)} << 32 : 0) |
           (place == 2   ? std::uint64_t{raw(node)} << 16
            : place == 1 ? static_cast<std::uint64_t>(kind) << 16
                         : 0) |
           (rank % 2 == 1 ? raw(channel) : 0);
}

std::uint64_t floor_rules::selector_of(const floor_rule& r) noexcept {
    return selector_of(rank_of(r), r.sku, r.node, r.kind.value_or(node_kind::dc), r.channel);
}

const floor_rules::entry* floor_rules::look_up(const index& in, std::uint64_t selector) noexcept {
    const auto at = std::lower_bound(in.begin(), in.end(), selector, below);
    return at != in.end() && at->selector == selector ? &*at : nullptr;
}

std::optional<std::uint32_t> floor_rules::twin(const floor_rule& r, std::uint32_t self) const {
    if (!r.active) return std::nullopt;
    for (std::size_t use = 0; use < uses; ++use) {
        if (!holds_for(r, use)) continue;
        const entry* const e = look_up(by_[use][r.exclude][rank_of(r)], selector_of(r));
        if (e != nullptr && e->rule != self) return e->rule;
    }
    return std::nullopt;
}

void floor_rules::set(std::uint32_t number, const floor_rule& r) {
    if (number < rules_.size()) {
        index_out(number);
        rules_[number] = r;
    } else {
        rules_.push_back(r);
    }
    index_in(number);
    std::erase(freezes_, number);
    if (r.active && r.freeze) freezes_.insert(std::ranges::lower_bound(freezes_, number), number);
}

std::optional<std::uint32_t> floor_rules::freeze(sku_id sku, node_id node,
                                                 node_kind kind) const noexcept {
    for (const std::uint32_t number : freezes_) {
        const floor_rule& r = rules_[number];
        if ((r.sku == none<sku_id> || r.sku == sku) &&
            (r.node == none<node_id> || r.node == node) && r.kind.value_or(kind) == kind)
            return number;
    }
    return std::nullopt;
}

template <class F>
void floor_rules::each_index_of(std::uint32_t number, F&& f) {
    const floor_rule& r = rules_[number];
    for (std::size_t use = 0; use < uses; ++use) {
        if (!holds_for(r, use)) continue;
        index& in = by_[use][r.exclude][rank_of(r)];
        const std::uint64_t selector = selector_of(r);
        f(in, std::lower_bound(in.begin(), in.end(), selector, below), selector);
    }
}

void floor_rules::index_in(std::uint32_t number) {
    each_index_of(number, [&](index& in, auto at, std::uint64_t selector) {
        in.insert(at, {selector, number});
    });
}

void floor_rules::index_out(std::uint32_t number) {
    each_index_of(number, [](index& in, auto at, std::uint64_t) { in.erase(at); });
}

floor_found floor_rules::find(sku_id sku, node_id node, node_kind kind, channel_id channel,
                              floor_use use, const sku_facts& of) const noexcept {
    if (rules_.empty()) return {};
    const auto& of_use = by_[use == floor_use::sourcing ? 1 : 0];
    for (const bool exclude : {true, false})
        for (std::size_t rank = ranks; rank-- > 0;) {
            const index& in = of_use[exclude][rank];
            if (in.empty() || (rank % 2 == 1 && channel == none<channel_id>)) continue;
            const entry* const e = look_up(in, selector_of(rank, sku, node, kind, channel));
            if (e != nullptr)
                return {e->rule, exclude, exclude ? 0 : to_floor(rules_[e->rule].units, of)};
        }
    return {};
}

bool floor_rules::compiled_as_written() const {
    std::size_t in_force = 0;
    std::size_t indexed = 0;
    for (std::uint32_t number = 0; number < rules_.size(); ++number) {
        const floor_rule& r = rules_[number];
        for (std::size_t use = 0; use < uses; ++use) {
            if (!holds_for(r, use)) continue;
            ++in_force;
            const entry* const e = look_up(by_[use][r.exclude][rank_of(r)], selector_of(r));
            if (e == nullptr || e->rule != number) return false;
        }
    }
    for (const auto& of_use : by_)
        for (const auto& of_kind : of_use)
            for (const index& in : of_kind) indexed += in.size();
    const auto freezes = [](const floor_rule& r) { return r.active && r.freeze; };
    const auto frozen = std::ranges::count_if(rules_, freezes);
    const bool are_known = static_cast<std::size_t>(frozen) == freezes_.size() &&
                           std::ranges::all_of(freezes_, [&](std::uint32_t n) {
                               return n < rules_.size() && freezes(rules_[n]);
                           });
    return are_known && in_force == indexed && keys.size() == rules_.size();
}

std::uint64_t floor_rules::digest_of_rules() const {
    digest d;
    for (std::uint32_t i = 0; i < channels.size(); ++i) d.add(channels.key(i));
    for (std::uint32_t i = 0; i < rules_.size(); ++i) {
        const floor_rule& r = rules_[i];
        d.add(keys.key(i)).add(raw(r.sku)).add(raw(r.node)).add(raw(r.channel));
        d.add(r.kind ? static_cast<std::uint64_t>(*r.kind) : 255)
            .add(static_cast<std::uint64_t>(r.use));
        d.add(static_cast<std::uint64_t>(r.units)).add(r.exclude).add(r.active);
        if (r.freeze) d.add(1);
    }
    return d.value();
}

}  // namespace earmark
