#include "earmark/report/figures.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace earmark::report {
namespace {

__extension__ using wide = __int128;  // products of two 64-bit numbers

/// numerator / denominator with `places` decimals, rounded half up.
std::string ratio(share s, std::int64_t times, int places) {
    if (s.whole == 0) return "none";
    std::int64_t scale = 1;
    for (int i = 0; i < places; ++i) scale *= 10;
    const auto scaled = static_cast<wide>(s.part) * times * scale;
    const auto rounded = static_cast<std::int64_t>((scaled + s.whole / 2) / s.whole);
    if (places == 0) return fmt::format("{}", rounded);
    return fmt::format("{}.{:0{}}", rounded / scale, rounded % scale, places);
}

std::string percent(share s) { return s.whole == 0 ? "none" : ratio(s, 100, 2) + " %"; }

struct line_of {
    std::string_view name;
    std::string (*cell)(const figures&, int decimals);
};

std::string units(std::int64_t n, int decimals) {
    std::int64_t scale = 1;
    for (int i = 0; i < decimals; ++i) scale *= 10;
    return ratio({n, scale}, 1, decimals);
}

constexpr line_of lines[] = {
    {"orders", [](const figures& f, int) { return fmt::format("{}", f.orders); }},
    {"lines", [](const figures& f, int) { return fmt::format("{}", f.lines); }},
    {"units", [](const figures& f, int d) { return units(f.ordered, d); }},
    {"unit fill rate", [](const figures& f, int) { return percent(f.unit_fill); }},
    {"order fill rate", [](const figures& f, int) { return percent(f.order_fill); }},
    {"split rate", [](const figures& f, int) { return percent(f.split_rate); }},
    {"parcels per order", [](const figures& f, int) { return ratio(f.parcels_per_order, 1, 3); }},
    {"cost per order",
     [](const figures& f, int) {
         return ratio({f.cost_per_order.part, f.cost_per_order.whole * 10'000}, 1, 3);
     }},
    {"mean distance, km",
     [](const figures& f, int) {
         return ratio({f.metres_per_part.part, f.metres_per_part.whole * 1'000}, 1, 1);
     }},
    {"plans proved best", [](const figures& f, int) { return percent(f.exact); }},
    {"decision p50, us",
     [](const figures& f, int) {
         return ratio({f.p50_ns, 1'000}, 1, 1);
     }},
    {"decision p99, us",
     [](const figures& f, int) {
         return ratio({f.p99_ns, 1'000}, 1, 1);
     }},
};

}  // namespace

std::int64_t share::e4() const noexcept {
    if (whole == 0) return -1;
    return static_cast<std::int64_t>((static_cast<wide>(part) * 10'000 + whole / 2) / whole);
}

void tally::add(const decision_fact& f) {
    ++sums_.orders;
    sums_.lines += f.lines;
    sums_.ordered += f.ordered;
    sums_.allocated += f.allocated;
    if (f.allocated == f.ordered) ++full_;
    if (f.parcels > 0) ++with_parcel_;
    if (f.parcels > 1) ++split_;
    if (f.exact) ++exact_;
    parcels_ += f.parcels;
    cost_e4_ += f.cost_e4;
    metres_ += f.metres;
    parts_ += f.parts;
    times_.push_back(f.decision_ns);
}

figures tally::result() const {
    figures r = sums_;
    r.unit_fill = {r.allocated, r.ordered};
    r.order_fill = {full_, r.orders};
    r.split_rate = {split_, with_parcel_};
    r.parcels_per_order = {parcels_, with_parcel_};
    r.cost_per_order = {cost_e4_, with_parcel_};
    r.exact = {exact_, r.orders};
    r.metres_per_part = {metres_, parts_};
    std::vector<std::int64_t> sorted = times_;
    std::sort(sorted.begin(), sorted.end());
    r.p50_ns = nearest_rank(sorted, 500);
    r.p99_ns = nearest_rank(sorted, 990);
    return r;
}

std::int64_t nearest_rank(std::span<const std::int64_t> sorted, std::int64_t per_mille) noexcept {
    if (sorted.empty()) return 0;
    const auto n = static_cast<std::int64_t>(sorted.size());
    const std::int64_t rank = std::clamp<std::int64_t>((n * per_mille + 999) / 1'000, 1, n);
    return sorted[static_cast<std::size_t>(rank - 1)];
}

std::string to_text(std::span<const table_row> rows, std::string_view currency, int decimals) {
    std::string out = fmt::format("{:<24}", "");
    for (const table_row& r : rows) out += fmt::format("{:>18}", r.policy);
    out += '\n';
    for (const line_of& l : lines) {
        const bool money = l.name == "cost per order";
        out += fmt::format("{:<24}",
                           money ? fmt::format("{}, {}", l.name, currency) : std::string{l.name});
        for (const table_row& r : rows) out += fmt::format("{:>18}", l.cell(r.of, decimals));
        out += '\n';
    }
    return out;
}

}  // namespace earmark::report
