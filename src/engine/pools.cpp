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
    const entry e{selector_of(f.sku, f.node, f.channel), f.until, id};
    binding_.insert(std::lower_bound(binding_.begin(), binding_.end(), e), e);
    return id;
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
    }
    return d.value();
}

}  // namespace earmark
