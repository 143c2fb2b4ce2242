// DECISIONS are records: what the solver saw and what it chose, small enough to keep for every
// order. With the tables of the time and the policy, a decision can be replayed to the same plan
// and explained in words, long after the stock has moved on.
//
// What is seen of stock is one bit per line and node ("can serve the line whole"), because nothing
// else decides. Amounts are kept only where they did decide: where a line was split by quantity, or
// where two lines want the same SKU. Costs are not kept: they follow from the parts and the tables.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/result.hpp"
#include "earmark/model/sourcing.hpp"
#include "earmark/sourcing/policy.hpp"
#include "earmark/sourcing/solve.hpp"

namespace earmark::sourcing {

struct decided_line {
    std::uint16_t line = 0;  // of the order
    granules n = 0;          // that were to be sourced
    friend bool operator==(const decided_line&, const decided_line&) = default;
};

/// A strategy that had the order before the one that decided, and how much of it it could serve.
struct tried_strategy {
    std::uint16_t strategy = 0;
    coverage could = coverage::none;
    friend bool operator==(const tried_strategy&, const tried_strategy&) = default;
};

/// In place of a filter: the host had excluded the node for that time.
inline constexpr std::uint16_t by_exclusion = 0xFFFF;
/// The same: on none of its days had its pools room for what was wanted.
inline constexpr std::uint16_t by_capacity = 0xFFFE;
/// The same: every line that was wanted is bound to other nodes.
inline constexpr std::uint16_t by_firm = 0xFFFD;

/// Numbers of a column that ranked, of what was seen: by_line one for each bit of `seen`, else one
/// for each of nodes_seen().
struct decided_column {
    node_column column{};
    bool by_line = false;
    std::vector<std::int32_t> values;
    friend bool operator==(const decided_column&, const decided_column&) = default;
};

/// Nodes that one of the wanted lines may not leave from, by the first restriction that says so.
struct restricted_goods {
    std::uint16_t wanted = 0;
    std::uint16_t by = 0;     // the restriction's number
    std::uint16_t count = 0;  // of nodes
    friend bool operator==(const restricted_goods&, const restricted_goods&) = default;
};

struct decision {
    policy_id by{};
    /// Of a policy with strategies: the one that decided, or no_strategy where none was left; and
    /// those that passed the order on, ascending. Not of a policy without.
    bool by_strategy = false;
    std::uint16_t strategy = no_strategy;
    std::vector<tried_strategy> tried;
    /// What took nodes away from those that the strategy names, in the order in which it was asked:
    /// filters of the policy, by_exclusion or by_capacity, and for each a row of bits, one per
    /// node. A filter that took none away is not among them.
    std::vector<std::uint16_t> removed_by;
    std::vector<std::uint64_t> removed;
    /// Ascending by wanted line, then by restriction; their nodes one after the other, ascending
    /// for each. A node stands once for a line at most.
    std::vector<restricted_goods> restricted;
    std::vector<std::uint16_t> restricted_nodes;
    std::uint16_t given_up = 0;  // preferences of the strategy, the last ones
    std::uint64_t policy_digest = 0;
    std::uint32_t tables = 0;  // the caller's version of nodes, rates and distances
    std::uint16_t nodes = 0;   // that the tables had
    bool amounts = false;      // `seen` means "has some", and seen_n says how much
    coverage covers = coverage::none;
    quality proof = quality::exact;
    std::vector<decided_line> wanted;
    /// Bit (index of the wanted line * nodes + node): the node had enough for the whole line, above
    /// what is kept back. Unused bits are 0.
    std::vector<std::uint64_t> seen;
    /// With amounts: granules of each bit that is set, in their order; no more than the lines of
    /// the SKU want.
    std::vector<granules> seen_n;
    /// With scored: of each node that is seen with any line, ascending by node.
    bool scored = false;
    std::vector<std::int32_t> scores;
    std::vector<decided_column> columns;  // ascending by column
    /// Where parcels are priced by weight, of each of `wanted`: grams of all n.
    std::vector<std::int64_t> grams;
    /// Where costs are divided by acceptance, of each of nodes_seen(): accept_ppm.
    std::vector<std::uint32_t> accepts;
    std::vector<std::uint16_t> undivided;  // of `wanted`, ascending: those that must not be divided
    civil_day due = no_day;                // where late days cost: the last day that was asked for
    std::vector<plan_part> parts;

    [[nodiscard]] std::size_t count_seen() const noexcept {
        std::size_t count = 0;
        for (const std::uint64_t word : seen)
            count += static_cast<std::size_t>(std::popcount(word));
        return count;
    }
    [[nodiscard]] std::span<const std::uint64_t> removed_row(std::size_t i) const noexcept {
        const std::size_t words = (nodes + std::size_t{63}) / 64;
        return std::span{removed}.subspan(i * words, words);
    }
    /// The nodes that are seen with any line, ascending. O(lines x nodes).
    [[nodiscard]] std::vector<std::uint16_t> nodes_seen() const;
    /// Calls f(restricted_goods, its nodes) for each.
    template <class F>
    void each_restricted(F&& f) const {
        std::size_t begin = 0;
        for (const restricted_goods& r : restricted) {
            f(r, std::span{restricted_nodes}.subspan(begin, r.count));
            begin += r.count;
        }
    }
    /// Calls f(index of the wanted line * nodes + node) for each bit that is set, ascending.
    template <class F>
    void each_seen(F&& f) const {
        for (std::size_t w = 0; w < seen.size(); ++w)
            for (std::uint64_t left = seen[w]; left != 0; left &= left - 1)
                f(w * 64 + static_cast<std::size_t>(std::countr_zero(left)));
    }
};

/// Which versions a decision is made under; only recorded.
struct decision_versions {
    policy_id policy{};
    std::uint32_t tables = 0;
};

/// The terms that a decision was made by: its strategy's, or the policy's own. bad_record where the
/// policy has no such strategy.
[[nodiscard]] result<const policy*> decided_by(const policy& whole, const decision& d);

struct decision_facts;
/// The nodes that it could choose from, into `bits`: a problem's `selected`. Empty: all.
void selected_by(const policy& whole, const decision& d, const decision_facts& facts,
                 std::vector<std::uint64_t>& bits);
/// The nodes that wanted lines of a decision are bound to.
[[nodiscard]] std::vector<node_id> firm_nodes(const decision& d, const decision_facts& facts);

/// Solves and records. The plan lies in `s` until its next use; `out` is reused without allocating
/// once it has grown.
const plan& decide(const policy& by, const decision_versions& versions,
                   const sourcing_problem& problem, scratch& s, decision& out);

/// Appends the compact form to `out`. Three lines at fifty nodes take 37 bytes and 3 to 5 per part.
void encode(const decision& d, std::vector<std::byte>& out);

/// The inverse. bad_record with the offset of the first wrong byte; never allocates more than
/// about 64 times the input.
[[nodiscard]] result<decision> decode(std::span<const std::byte> bytes);

// Of a ladder an order has several decisions, each about other lines.

/// Appends decisions that are in their compact form already. One stands as it is; of several, a
/// byte of 0, their number, and of each its size before it, as varints.
void encode_all(std::span<const std::vector<std::byte>> each, std::vector<std::byte>& out);

/// The inverse, of one or several. bad_record; no more decisions than an order has lines.
[[nodiscard]] result<std::vector<decision>> decode_all(std::span<const std::byte> bytes);

/// The tables of the time. `lines` are all lines of the order, by number (value and weight are of
/// their n).
struct decision_facts {
    std::span<const wanted_line> lines;
    std::span<const node_facts> nodes;
    std::span<const std::uint32_t> metres;
};

/// The problem that a decision answered, as far as it was recorded. Of nodes that were not seen,
/// scores are 0, and a column has the largest number that was seen.
class recorded_problem {
public:
    /// Throws earmark::misuse where the facts do not have the decision's lines and nodes.
    recorded_problem(const policy& by, const decision& d, const decision_facts& facts);

    /// Valid as long as this and the facts are.
    [[nodiscard]] sourcing_problem view() const noexcept {
        sourcing_problem p{lines_, nodes_, metres_, free_, 0, scores_};
        p.due = due_;
        if (!accepting_.empty()) p.nodes = accepting_;
        for (std::size_t c = 0; c < node_columns; ++c) p.numbers[c] = numbers_[c];
        return p;
    }

private:
    void spread(const decision& d);

    std::vector<wanted_line> lines_;
    std::vector<node_facts> accepting_;  // `nodes_`, where what they accept was recorded
    std::span<const node_facts> nodes_;
    std::span<const std::uint32_t> metres_;
    std::vector<granules> free_;
    std::vector<std::int32_t> scores_;
    std::array<std::vector<std::int32_t>, node_columns> numbers_;
    civil_day due_;
};

/// The plan again, from the record. bad_record where `by` is another policy than the one that
/// decided. Equal to the plan that decide() returned; a test holds that for random problems.
[[nodiscard]] result<plan> replay(const policy& by, const decision& d, const decision_facts& facts,
                                  scratch& s);

}  // namespace earmark::sourcing
