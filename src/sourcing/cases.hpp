// CASES: what conditions leave possible, worked out without any order. A condition becomes a list
// of cases, each of which says of some attributes what they may be; a list without cases can never
// hold. From that follow "implies", "cannot both hold" and "all are covered".
//
// (1) No case is left out that an order could make true. So "never", "always" and "implies" are
//     certain where they are said.
// (2) A case may be kept that no order makes true: attributes are taken to be independent of each
//     other, but for money, which is given in the policy's currency only.
// (3) The work is bounded; where it was too much the answer is: not decided.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "earmark/sourcing/condition.hpp"

namespace earmark::sourcing::detail {

/// What an attribute may be: not given, or given as one of some values.
struct value_set {
    bool absent = true;
    bool others = true;              // text: all but `texts`, else only those
    std::vector<std::string> texts;  // ascending
    std::vector<std::pair<std::int64_t, std::int64_t>> ranges;  // of numbers; both ends included

    [[nodiscard]] bool empty(value_type of) const noexcept;
};

/// What any(...) or every(...) was found to be.
struct line_claim {
    const condition* of = nullptr;
    std::size_t at = 0;  // of the term inside
    bool every = false;
    bool holds = true;
};

struct possible {
    std::map<std::uint16_t, value_set> values;  // by attribute; all others are free
    std::vector<line_claim> claims;
};
using cases = std::vector<possible>;

/// One thread. `known`: the attributes that the conditions were parsed with.
class case_maker {
public:
    case_maker(std::span<const attribute> known, std::string_view currency);

    /// The cases in which `c` holds, or does not. Nothing where it was too much work.
    [[nodiscard]] std::optional<cases> where(const condition& c, bool holds);
    [[nodiscard]] std::optional<cases> both(const cases& a, const cases& b);
    /// The one case in which a text attribute has this value.
    [[nodiscard]] cases given(std::string_view attribute_name, std::string_view text) const;
    /// The one that leaves everything open.
    [[nodiscard]] static cases everything() { return {possible{}}; }

    /// Each alternative of an `or` at the top that can never hold, in its order from 0.
    [[nodiscard]] std::vector<std::size_t> dead_alternatives(const condition& c);

    /// `lines >= 3, ship_to is not given`.
    [[nodiscard]] std::string words(const possible& p) const;
    /// Whether anything was too much.
    [[nodiscard]] bool gave_up() const noexcept { return gave_up_ || too_many_; }

private:
    [[nodiscard]] std::optional<cases> where(const condition& c, std::size_t at, bool holds);
    [[nodiscard]] std::optional<cases> leaf(const condition& c, std::size_t at, bool holds);
    [[nodiscard]] std::optional<cases> join(const condition& c, std::size_t at, bool holds);
    [[nodiscard]] bool merge(possible& into, const possible& from);
    [[nodiscard]] bool is_coherent(const possible& p) const;
    [[nodiscard]] bool contradict(const line_claim& a, const line_claim& b);
    [[nodiscard]] bool contradicts_itself(const line_claim& c);
    /// Certainly no line for which both are as said.
    [[nodiscard]] bool excludes(const line_claim& a, bool a_holds, const line_claim& b,
                                bool b_holds);
    [[nodiscard]] bool afford(std::size_t work);

    std::span<const attribute> known_;
    std::string currency_;
    std::vector<value_set> whole_;  // by attribute: what it can be at all
    std::int64_t left_;
    bool gave_up_ = false;   // no work is left
    bool too_many_ = false;  // cases, of one question
};

}  // namespace earmark::sourcing::detail
