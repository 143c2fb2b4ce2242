#include "earmark/allocation/fair_share.hpp"

#include <algorithm>
#include <utility>

namespace earmark {
namespace {

constexpr std::int64_t most = std::int64_t{1} << 53;
__extension__ using wide = __int128;

/// One claim while lots are divided.
struct share {
    std::size_t claim = 0;
    std::int64_t need = 0, weight = 0, given = 0;  // need and given in lots
};

error check(std::int64_t n, std::int64_t least, std::size_t row) noexcept {
    if (n >= least && n <= most) return {};
    error e =
        n < least ? fail(error_code::bad_quantity, n) : fail(error_code::out_of_range, n, most);
    e.row = static_cast<std::uint32_t>(row);
    return e;
}

wide quota_of(std::int64_t lots, const share& s) noexcept { return wide{lots} * s.weight; }

/// Gives those their whole need whose quota reaches it, until nobody's does. Answers the lots left
/// for the rest, which stand in front.
std::int64_t fill(std::vector<share>& open, std::vector<share>& full, std::int64_t lots) {
    for (bool again = true; again && !open.empty();) {
        wide weights = 0;
        for (const share& s : open) weights += s.weight;
        const std::int64_t now = lots;
        const auto rest = std::stable_partition(open.begin(), open.end(), [&](const share& s) {
            return quota_of(now, s) < weights * s.need;
        });
        again = rest != open.end();
        for (auto s = rest; s != open.end(); ++s) {
            s->given = s->need;
            lots -= s->need;
            full.push_back(*s);
        }
        open.erase(rest, open.end());
    }
    return lots;
}

/// Rounds the quotas of those that are left down, and gives the lots that remain to the largest
/// remainders.
void round(std::vector<share>& open, std::int64_t lots) {
    wide weights = 0;
    for (const share& s : open) weights += s.weight;
    std::int64_t given = 0;
    std::vector<std::pair<wide, std::size_t>> rests;
    for (std::size_t i = 0; i < open.size(); ++i) {
        const wide quota = quota_of(lots, open[i]);
        open[i].given = static_cast<std::int64_t>(quota / weights);
        given += open[i].given;
        rests.emplace_back(-(quota % weights), i);
    }
    std::sort(rests.begin(), rests.end());
    for (std::size_t k = 0; given < lots; ++k, ++given) ++open[rests[k].second].given;
}

/// Divides `lots` among claims by weight; answers what they could not use.
std::int64_t divide(std::vector<share> open, std::int64_t lots, std::int64_t lot,
                    std::vector<std::int64_t>& out) {
    wide needs = 0;
    for (const share& s : open) needs += s.need;
    const auto used = static_cast<std::int64_t>(std::min<wide>(lots, needs));
    std::vector<share> full;
    const std::int64_t left = fill(open, full, used);
    if (!open.empty()) round(open, left);
    for (const auto* some : {&open, &full})
        for (const share& s : *some) out[s.claim] = s.given * lot;
    return lots - used;
}

}  // namespace

result<std::vector<std::int64_t>> fair_share(std::int64_t supply,
                                             std::span<const share_claim> claims,
                                             std::int64_t lot) {
    if (const error e = check(supply, 0, 0); e.code != error_code::ok) return e;
    if (const error e = check(lot, 1, 0); e.code != error_code::ok) return e;
    std::vector<share> weighted, others;
    for (std::size_t i = 0; i < claims.size(); ++i) {
        const share_claim& c = claims[i];
        for (const std::int64_t n : {c.need, c.weight})
            if (const error e = check(n, 0, i + 1); e.code != error_code::ok) return e;
        (c.weight > 0 ? weighted : others)
            .push_back({i, c.need / lot, std::max<std::int64_t>(1, c.weight), 0});
    }
    std::vector<std::int64_t> out(claims.size());
    const std::int64_t left = divide(std::move(weighted), supply / lot, lot, out);
    divide(std::move(others), left, lot, out);
    return out;
}

}  // namespace earmark
