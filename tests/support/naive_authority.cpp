#include "naive_authority.hpp"

#include <algorithm>
#include <bit>
#include <string>

#include "naive_engine.hpp"

namespace earmark::naive {

void rights::set(actor_id who, privilege p, hold_type_id type, grant does) {
    if (does == grant::drop)
        rows_.erase({p, type, who});
    else
        rows_[{p, type, who}] = does == grant::allow;
}

bool rights::guards(privilege p) const {
    return std::ranges::any_of(rows_, [&](const auto& r) { return std::get<0>(r.first) == p; });
}

bool rights::allows(actor_id who, privilege p, hold_type_id type) const {
    if (raw(who) == 0) return true;
    bool of_type = false, of_none = false;
    for (const auto& [key, allowed] : rows_) {
        const bool is_of_none = std::get<1>(key) == none<hold_type_id>;
        if (std::get<0>(key) != p) continue;
        of_none = of_none || is_of_none;
        of_type = of_type || (!is_of_none && std::get<1>(key) == type);
    }
    if (!of_type && !of_none) return true;
    const auto row = rows_.find({p, of_type ? type : none<hold_type_id>, who});
    return row != rows_.end() && row->second;
}

void rights::deny(actor_id who, privilege p, std::uint64_t order) {
    const std::uint64_t times = ++times_[{who, p}];
    if (std::has_single_bit(times)) noted_.push_back({who, p, times, order});
}

void rights::recover() {
    for (auto& [who, times] : times_) times = std::bit_floor(times);
}

// ---- in the engine ------------------------------------------------------------------------------

void engine::load(const command& c, std::span<const privilege_row> rows) {
    tick(c.now);
    for (const privilege_row& r : rows) {
        const auto at = std::ranges::find(hold_types_, r.hold_type, &hold_type_row::key);
        const auto type = r.hold_type.empty() ? none<hold_type_id>
                                              : static_cast<hold_type_id>(at - hold_types_.begin());
        const actor_id who{static_cast<std::uint32_t>(std::stoul(r.actor))};
        rights_.set(who, r.may, type, r.does);
    }
}

error_code engine::ask(const command& c, privilege p, std::uint64_t order, hold_type_id type) {
    tick(c.now);
    if (flaw_ == flaw::lets_everybody || rights_.allows(c.actor, p, type)) return error_code::ok;
    rights_.deny(c.actor, p, order);
    return error_code::not_authorised;
}

}  // namespace earmark::naive
