#include "earmark/engine/own_report.hpp"

#include <algorithm>

namespace earmark {
namespace {

constexpr std::size_t page = 4'096;  // records at a time

std::vector<int> scales_of(const engine& e) {
    std::vector<int> all;
    for (std::uint32_t i = 0; i < e.skus(); ++i) all.push_back(e.sku(sku_id{i}).decimals);
    return all;
}

int finest(const engine& e) {
    int most = 0;
    for (const int d : scales_of(e)) most = std::max(most, d);
    return most;
}

}  // namespace

own_report::own_report(const engine& of, int decimals,
                       std::span<const report::cancel_meaning> reasons)
    : of_{of},
      decimals_{decimals < 0 ? finest(of) : decimals},
      maker_{figures_, decimals_, {}, reasons},
      ages_{decimals_, {}} {}

error own_report::update() {
    const std::vector<int> scales = scales_of(of_);
    maker_.know(scales);
    ages_.know(scales);
    for (;;) {
        const auto moved = of_.movements(moved_, page);
        if (!moved) return moved.error();
        for (const movement& m : moved->rows) {
            if (const error e = maker_.add(m); e.code != error_code::ok) return e;
            if (const error e = ages_.add(m); e.code != error_code::ok) return e;
        }
        if (moved->next == moved_) break;
        moved_ = moved->next;
    }
    while (raw(decided_) < raw(moved_)) {
        const auto planned = of_.decisions(decided_, page);
        if (!planned) return planned.error();
        for (const decided& d : planned->rows)
            if (const error e = maker_.add(d); e.code != error_code::ok) return e;
        if (planned->next == decided_) break;
        decided_ = planned->next;
    }
    while (raw(counted_) < raw(moved_)) {
        const auto found = of_.counts(counted_, page);
        if (!found) return found.error();
        for (const counted& c : found->rows)
            if (const error e = maker_.add(c); e.code != error_code::ok) return e;
        if (found->next == counted_) break;
        counted_ = found->next;
    }
    return {};
}

}  // namespace earmark
