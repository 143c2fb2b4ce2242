#include "earmark/engine/pools.hpp"

#include <algorithm>

#include "earmark/core/digest.hpp"

namespace earmark {

std::int64_t pool_facts::share_of(granules n, const sku_facts& of) const noexcept {
    __extension__ using wide = __int128;
    wide one = 1;
    for (int d = 0; d < of.decimals; ++d) one *= 10;
    const wide atoms = (wide{n} * of.granule * per_unit + one - 1) / one;
    const wide share = (atoms + scale.granule - 1) / scale.granule;
    return static_cast<std::int64_t>(std::min<wide>(share, INT64_MAX));
}

pool_id pool_table::add(std::string_view key, const pool_facts& f) {
    const pool_id id{keys.insert(key).index};
    pools_.push_back(f);
    if (f.is_flat() || f.named) return id;
    if (f.day != pool_day::basket) {
        add_dated({f.node, f.until, id});
        return id;
    }
    const entry e{selector_of(f.sku, f.node, f.channel), f.until, id};
    binding_.insert(std::lower_bound(binding_.begin(), binding_.end(), e), e);
    return id;
}

void pool_table::add_dated(const dated& d) {
    const auto put = std::lower_bound(dated_.begin(), dated_.end(), d);
    auto at = static_cast<std::size_t>(put - dated_.begin());
    dated_.insert(put, d);
    soonest_.insert(soonest_.begin() + static_cast<std::ptrdiff_t>(at), never);
    for (std::size_t i = at + 1; i-- > 0 && dated_[i].node == d.node;) {
        const bool has_next = i + 1 < dated_.size() && dated_[i + 1].node == d.node;
        const time_point later = has_next ? soonest_[i + 1] : never;
        soonest_[i] = std::min(later, pools_[index_of(dated_[i].pool)].from);
    }
}

std::span<const pool_table::entry> pool_table::ending_after(const selector& s,
                                                            time_point on) const noexcept {
    const auto first = std::partition_point(binding_.begin(), binding_.end(), [&](const entry& e) {
        return e.of < s || (e.of == s && e.until <= on);
    });
    auto last = first;
    while (last != binding_.end() && last->of == s) ++last;
    return {first, last};
}

std::uint64_t pool_table::digest_of_pools() const {
    digest d;
    for (std::uint32_t i = 0; i < pools_.size(); ++i) {
        const pool_facts& p = pools_[i];
        d.add(keys.key(i)).add(static_cast<std::uint64_t>(p.kind)).add(raw(p.cell));
        d.add(static_cast<std::uint64_t>(p.scale.decimals))
            .add(static_cast<std::uint64_t>(p.scale.granule))
            .add(static_cast<std::uint64_t>(p.per_unit));
        d.add(p.named).add(raw(p.sku)).add(raw(p.node)).add(raw(p.channel));
        d.add(static_cast<std::uint64_t>(p.from.ns)).add(static_cast<std::uint64_t>(p.until.ns));
        if (p.day == pool_day::basket) continue;
        d.add(static_cast<std::uint64_t>(p.day))
            .add(static_cast<std::uint64_t>(p.counts))
            .add(raw(p.service));
    }
    return d.value();
}

}  // namespace earmark
