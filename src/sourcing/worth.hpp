// WORTH: a plan's objective as signed integers, for searches over plans in which a line may have
// several parts, so that sums of negative numbers count as they are. The terms of the order are
// fields of a few words; each is so wide that the sum of all less important ones of its word is
// less than one step of it. Then comparing word by word compares the terms in their order, and
// adding adds them all.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "earmark/model/sourcing.hpp"
#include "measures.hpp"

namespace earmark::sourcing::detail {

__extension__ typedef __int128 signed128;

template <std::size_t Words>
struct worth {
    std::array<signed128, Words> word{};

    friend constexpr bool operator==(const worth&, const worth&) = default;
    friend constexpr bool operator<(const worth& a, const worth& b) noexcept {
        for (std::size_t i = 0; i < Words; ++i)
            if (a.word[i] != b.word[i]) return a.word[i] < b.word[i];
        return false;
    }
    friend constexpr worth operator+(worth a, const worth& b) noexcept {
        for (std::size_t i = 0; i < Words; ++i) a.word[i] += b.word[i];
        return a;
    }
    friend constexpr worth operator-(worth a, const worth& b) noexcept {
        for (std::size_t i = 0; i < Words; ++i) a.word[i] -= b.word[i];
        return a;
    }
    friend constexpr worth operator*(worth a, std::int64_t by) noexcept {
        for (signed128& w : a.word) w *= by;
        return a;
    }
};

/// One term of the order, and where it lies.
struct worth_field {
    plan_term term = plan_term::same;
    signed128 most = 0;  // of the absolute sum
    std::uint8_t word = 0;
    std::uint8_t shift = 0;
};

/// The terms that a policy compares plans in, the most important first.
struct worth_fields {
    std::vector<worth_field> all;
    std::size_t words = 1;

    /// `most` says how large the sum of a term can become.
    template <class Most>
    void place(const policy_terms& terms, const Most& most);
    [[nodiscard]] const worth_field* find(plan_term term) const noexcept {
        for (const worth_field& f : all)
            if (f.term == term) return &f;
        return nullptr;
    }
};

/// The terms of a policy's order, but for the sequence.
[[nodiscard]] std::vector<plan_term> terms_of(const policy_terms& terms);

/// What a part's measures add in a term; 0 for those that belong to lines or parcels.
[[nodiscard]] std::int64_t part_term(const policy_terms& terms, const part_measures& m,
                                     plan_term term) noexcept;

template <class Most>
void worth_fields::place(const policy_terms& terms, const Most& most) {
    constexpr unsigned usable_bits = 124;
    all.clear();
    unsigned left = usable_bits;
    std::uint8_t word = 0;
    for (const plan_term term : terms_of(terms)) {
        worth_field f{term, most(term), 0, 0};
        unsigned width = 2;  // a sign, and room for what lies below
        for (signed128 rest = f.most; rest != 0; rest /= 2) ++width;
        if (width > left) {
            ++word;
            left = usable_bits;
        }
        left -= width;
        f.word = word;
        f.shift = static_cast<std::uint8_t>(left);
        all.push_back(f);
    }
    words = word + std::size_t{1};
}

template <std::size_t Words>
worth<Words> in_field(const worth_fields& fields, plan_term term, signed128 value) noexcept {
    worth<Words> out;
    if (const worth_field* f = fields.find(term); f != nullptr)
        out.word[f->word] = value * (signed128{1} << f->shift);
    return out;
}

template <std::size_t Words>
worth<Words> of_part(const worth_fields& fields, const policy_terms& terms,
                     const part_measures& m) noexcept {
    worth<Words> out;
    for (const worth_field& f : fields.all)
        out.word[f.word] += signed128{part_term(terms, m, f.term)} * (signed128{1} << f.shift);
    return out;
}

/// Of a plan that is worth `mine` where none is worth less than `least`: the first term in which
/// that leaves room, and how much. `sequence`: none does.
template <std::size_t Words>
plan_gap gap_between(const worth_fields& fields, worth<Words> mine, worth<Words> least) noexcept {
    for (std::size_t i = 0; i < fields.all.size(); ++i) {
        const worth_field& f = fields.all[i];
        const signed128 one = signed128{1} << f.shift;
        const auto nearest = [one](signed128 v) {  // what lies below is less than half of one
            const signed128 up = v + one / 2;
            return up / one - (up % one < 0 ? 1 : 0);
        };
        const signed128 have = nearest(mine.word[f.word]);
        const signed128 bound = nearest(least.word[f.word]);
        if (bound < have)
            return {f.term, static_cast<std::int64_t>(have), static_cast<std::int64_t>(bound)};
        mine.word[f.word] -= have * one;
        least.word[f.word] -= have * one;
        const bool ends = i + 1 == fields.all.size() || fields.all[i + 1].word != f.word;
        if (ends && least.word[f.word] < 0) return {};  // it says nothing of the words below
    }
    return {plan_term::sequence, 0, 0};
}

}  // namespace earmark::sourcing::detail
