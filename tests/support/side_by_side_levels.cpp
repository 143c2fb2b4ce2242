// Thresholds in both engines: which levels were crossed, when, and how.
#include <algorithm>

#include "side_by_side.hpp"

namespace earmark::streams {

/// Six thresholds, which change with the number of steps that were played: other levels for the
/// same cells, other cells, in force or not. The first one is of a SKU that does not exist.
void side_by_side::load_thresholds() {
    std::vector<threshold_row> rows{{"none", "s99", {}, {}, {}, 1, 1, true}};
    for (std::uint32_t i = 0; i < 6; ++i) {
        const std::uint32_t salt = played_ / 32 + i;
        threshold_row t;
        t.key = "t" + std::to_string(i);
        t.sku = "s" + std::to_string((i + salt / 5) % 6);
        if (salt % 3 == 1) t.node = "n" + std::to_string(salt % 5);
        if (salt % 3 == 2) t.kind = static_cast<node_kind>(salt % 2);
        if (salt % 4 == 0) t.channel = salt % 8 == 0 ? "web" : "shop";
        t.low = 1 + salt % 4;
        t.high = t.low + salt % 3;
        if (has_sections_ && salt % 4 == 3) t.sku = "s6", t.section = "kept";
        t.active = salt % 7 != 6;
        rows.push_back(t);
    }
    const command c{{}, {}, real_->now()};
    compare_report(real_->load(c, rows), naive_.load(c, rows));
}

/// In every third world: one that nobody draws from, and what is damaged.
void side_by_side::load_sections(const world& w) {
    has_sections_ = !w.sections.empty();
    const command c{};
    const segment_row nobodys{"nobody's", "vip", {}, never};
    if (has_sections_) compare_report(real_->load(c, std::span{&nobodys, 1}), {});
    compare_report(real_->load(c, std::span{w.sections.data(), w.sections.size()}), {});
    naive_.load(c, std::span{w.sections.data(), w.sections.size()});
}

/// Of each threshold the same crossings in the same order. Between thresholds the order within a
/// record is that of their numbers here and of their keys there.
void side_by_side::compare_crossings() {
    using crossed = naive::engine::crossed;
    std::vector<crossed> real;
    const auto page = real_->crossings(heard_, SIZE_MAX);
    if (!page) return differ("crossings: " + real_->describe(page.error()));
    heard_ = page->next;
    for (const crossing& x : page->rows)
        real.push_back({std::string{real_->threshold_key(x.threshold)}, x.below, x.level.atoms});
    const auto& all = naive_.crossings();
    std::vector<crossed> naive{all.begin() + static_cast<std::ptrdiff_t>(heard_naive_), all.end()};
    heard_naive_ = all.size();
    for (auto* list : {&real, &naive}) std::ranges::stable_sort(*list, {}, &crossed::threshold);
    const auto text = [](const std::vector<crossed>& list) {
        std::string out;
        for (const crossed& x : list)
            out += x.threshold + (x.below ? " below at " : " back at ") + std::to_string(x.level) +
                   "; ";
        return out;
    };
    tally_["crossing"] += static_cast<std::uint32_t>(real.size());
    same("crossings", text(real), text(naive));
}

}  // namespace earmark::streams
