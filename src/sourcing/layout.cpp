#include "layout.hpp"

#include <bit>

namespace earmark::sourcing::detail {
namespace {

/// Places fields from the lowest bit up. A ceiling of 0 takes no bits: all plans are equal there.
class field_stack {
public:
    explicit field_stack(unsigned at) noexcept : at_{at} {}

    bit_span push(std::uint64_t ceiling) noexcept {
        return take(static_cast<unsigned>(std::bit_width(ceiling)));
    }
    bit_span push_wide(key128 ceiling) noexcept {
        const auto high = static_cast<std::uint64_t>(ceiling >> 64);
        return high == 0 ? push(static_cast<std::uint64_t>(ceiling))
                         : take(64 + static_cast<unsigned>(std::bit_width(high)));
    }
    [[nodiscard]] unsigned at() const noexcept { return at_; }

private:
    bit_span take(unsigned width) noexcept {
        const bit_span span{at_, width};
        at_ += width;
        return span;
    }

    unsigned at_;
};

/// The one field of a policy with weights: it is never without bits, so that it says that it is.
void stack_weighted(const board& b, std::uint64_t parcels, field_stack& stack, layout& l) {
    const ceilings& most = b.limits();
    const auto part = static_cast<std::uint64_t>(most.weighed_high - most.weighed_low);
    const auto opening = static_cast<std::uint64_t>(
        weighed_parcel(b.terms(), static_cast<std::int64_t>(most.opening)));
    l.weighted = stack.push_wide(key128{b.slots().size()} * part + key128{parcels} * opening + 1);
}

void stack_criteria(const board& b, field_stack& stack, layout& l) {
    const ceilings& most = b.limits();
    const std::uint64_t lines = b.slots().size();
    const std::uint64_t parcels = lines + 1;  // a search may open one that it then finds no use for
    if (!b.terms().weights.empty()) return stack_weighted(b, parcels, stack, l);
    const auto& rank = b.terms().rank;
    for (auto c = rank.rbegin(); c != rank.rend(); ++c) {
        switch (*c) {
            case criterion::cost:
                l.cost = stack.push(lines * most.part + parcels * most.opening);
                break;
            case criterion::parcels:
                l.parcels = stack.push(parcels);
                break;
            case criterion::distance:
                l.metres = stack.push(lines * most.metres);
                l.unknown = stack.push(most.unknown ? lines : 0);
                break;
            case criterion::priority: {
                const auto span = std::int64_t{most.priority_high} - most.priority_low;
                l.priority = stack.push(lines * static_cast<std::uint64_t>(span));
                break;
            }
            case criterion::score: {
                const auto span = std::int64_t{most.score_high} - most.score_low;
                l.score = stack.push(lines * static_cast<std::uint64_t>(span));
                break;
            }
            case criterion::delivery_date:  // no sum: workshop::solve_by_date() sees to it
                break;
            default: {
                const std::size_t i = in_zone + static_cast<std::size_t>(column_of(*c));
                const auto span = static_cast<std::uint64_t>(most.high[i] - most.low[i]);
                l.columns[i] = stack.push_wide(key128{lines} * span);
                break;
            }
        }
    }
}

}  // namespace

layout with_digits(const board& b) {
    layout l;
    const std::uint32_t values = b.limits().sequence + 2U;  // and one for none
    l.digit = static_cast<unsigned>(std::bit_width(values - 1));
    field_stack stack{static_cast<unsigned>(b.slots().size()) * l.digit};
    stack_criteria(b, stack, l);
    l.bits = stack.at();
    return l;
}

layout with_unserved(const board& b) {
    layout l;
    field_stack stack{0};
    stack_criteria(b, stack, l);
    l.unserved = stack.push(b.slots().size());
    l.bits = stack.at();
    return l;
}

}  // namespace earmark::sourcing::detail
