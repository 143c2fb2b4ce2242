// THE DESK of a caller slot: its working memory, its counters, and what a call holds while it
// works.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "beside.hpp"
#include "earmark/engine/facts.hpp"
#include "earmark/engine/restrictions.hpp"
#include "earmark/engine/sections.hpp"
#include "earmark/intake/dedupe.hpp"
#include "earmark/journal/record.hpp"
#include "earmark/lifecycle/amendment.hpp"
#include "earmark/lifecycle/image.hpp"
#include "earmark/lifecycle/ledger.hpp"
#include "earmark/model/change_set.hpp"
#include "earmark/sourcing/decision.hpp"
#include "earmark/sourcing/solve.hpp"

namespace earmark {

/// Units of a SKU at a node that may come from several sections.
struct wide_line {
    sku_id sku{};
    node_id node{};
    granules n = 0;
    granules floor = 0;
    std::uint32_t row = 0;
};
/// A cell of a section that a plan may use beside the plain one.
struct more_cells {
    std::size_t at = 0;  // wanted x nodes
    cell_id cell{};
    granules free = 0;
};

/// What an order carries of its last decision, and the tables of that time.
struct remembered_decision {
    const sourcing::policy* whole;
    const sourcing::policy* by;  // the same, or its strategy that decided
    sourcing::decision decided;
    std::vector<wanted_line> lines;  // of the order, by number
    place_id ship_to;
};

/// Which cells a picture of stock looks at. Those that are marked as empty may be passed over where
/// the outcome is looked at again before anybody is declined (stock/marks.hpp).
enum class picture : std::uint8_t { all_cells, unmarked_cells };

/// A strategy of a ladder that passed lines of the order on the desk on.
struct passed_lines {
    sourcing::tried_strategy by;
    std::vector<std::uint16_t> lines;
};

/// What conditions are asked of: attributes, of which the last ones are declared, and the currency
/// that money is in. Of an order in another one it is not given.
struct asked_of {
    std::span<const sourcing::attribute> all;
    std::span<const attribute_id> declared;
    currency money;
};

/// A line with units to source, and the wanted line that stands for its SKU.
struct member {
    sku_id sku{};
    std::uint16_t line = 0;
    std::uint16_t wanted = 0;
    std::int64_t n = 0;
    node_id firm = none<node_id>;
    std::uint16_t own = 0;  // terms, as the order numbers them
};

/// What a policy's filters say of nodes, as long as its tables stand.
struct filter_memory {
    std::uint32_t policy = 0;  // 0: of none
    std::uint64_t facts = 0;   // version
    std::size_t nodes = 0;
    std::vector<sourcing::attribute_value> values;   // nodes x attributes
    std::vector<std::vector<std::uint64_t>> passes;  // by filter; of those that ask `same`, empty
};

/// What restrictions say of nodes, places and SKUs, as long as their tables stand, and of the order
/// at hand. Rows of nodes are bits.
struct restriction_memory {
    std::uint64_t rows = 0;   // version; 0: of none
    std::uint64_t facts = 0;  // version
    std::size_t nodes = 0;
    asked_attributes of_goods, of_places, of_orders;
    std::vector<std::vector<std::uint64_t>> origins;  // by restriction
    struct of_place {
        std::optional<place_id> place;
        std::vector<std::uint16_t> rows;   // restrictions that are about it, ascending
        std::vector<std::uint64_t> nodes;  // of each of them a row
    };
    struct of_sku {
        std::optional<sku_id> sku;
        std::vector<std::uint16_t> rows;
    };
    std::vector<of_place> places;
    std::vector<of_sku> skus;
    const of_place* place = nullptr;  // of the line's way
    std::uint16_t way = 0;            // terms, as the order numbers them
    // `order` of each way that was looked at; empty where all lines go as the order does
    std::vector<std::optional<std::vector<std::uint16_t>>> ways;
    std::vector<std::uint16_t> order;         // of its rows, those that hold for the order
    std::vector<std::uint16_t> line, wanted;  // and of these, for a line, and for several
    std::vector<std::byte> own_bytes;
    std::vector<order_value> own_values;  // what the order says itself
    bool has_own_values = false;
    std::vector<sourcing::attribute_value> values;
    std::vector<std::uint64_t> seen;
};

/// A note about the desk's order, for its record.
struct order_note {
    journal::note_kind kind;
    std::uint32_t ref = 0;
    std::vector<std::byte> bytes;
};

/// An order that a command changes beside the one on the desk, or makes for it.
struct other_order {
    std::uint32_t index = 0;
    lifecycle::image next;  // as it is to be
    earmark::beside beside;
    bool changes_beside = false;
    std::vector<bucket_move> moves;
    std::vector<order_note> notes;
    lifecycle::ledger<>::newborn birth{};  // of one that is made
    node_id from{}, to{};
    std::string key;
    intake::claim claimed{};
};
/// Units of a line that another order is to bring from a node to another.
struct brought_part {
    std::uint32_t link = 0;  // of the desk's order, from 1
    node_id from{}, to{};
    cell_id cell{};  // that has them
    granules n = 0;
};

/// Working memory of one caller slot.
struct desk {
    lifecycle::image before;  // an order, before a decision that cancels some of it
    lifecycle::image order, next, basket, basket_next, due, due_next;
    std::vector<lifecycle::bucket> goods, kept;  // of a basket: its goods; what an order keeps of
                                                 // its pools,
    lifecycle::ledger<>::newborn keeper;         // in which reservation, where it is a new one
    std::vector<take_line> bound;                // what goes with goods, of pools
    std::vector<wide_line> wide;                 // lines that sections serve
    std::vector<section_id> drawn;               // the sections to draw from, in order
    std::vector<draw> draws;                     // the cells of one line, or of all wide ones
    std::vector<cell_id> together;               // the same, read at one instant
    std::vector<granules> together_free;
    std::vector<more_cells> more;  // of the plan's problem
    journal::writer record;
    journal::intern_order birth;  // its key is the call's
    std::vector<take_line> takes;
    std::vector<give_line> gives;
    std::vector<stock_line> stock;
    std::vector<node_id> touched;     // whose days have not room for all that was wanted of them
    node_id leaving = none<node_id>;  // from which nothing is sourced
    bool passed_over = false;         // cells that are marked as empty
    bool open_now = false;            // the work is to be today's
    bool in_time = false;             // at the door by the order's last day
    bool not_again = false;           // no line goes to a node that gave it back
    bool infinite = false;            // no pool of a day is ever used up
    lifecycle::fact_bits known = 0;   // of the order, what its image does not show; for guards
    bool barred = false;              // units that its workflow does not source
    bool to_make = false;             // when would what is to be made be there?
    bool partial = false;             // a basket of what there is
    bool clipped = false;             // which is less than was asked for
    bool corrects = false;            // `stock` is what a source or a count says: work::corrects
    std::vector<bucket_move> moves;
    earmark::beside beside;  // the order: as it is, and what it is to be where
    bool changes_beside = false;
    std::vector<lifecycle::asked> asks;            // of nodes, about the order
    std::vector<lifecycle::asked_change> answers;  // of nodes that were asked
    std::vector<order_note> notes;
    const lifecycle::amendment* amends = nullptr;  // of the order; the verb's that is under way
    std::deque<other_order> others;                // that it is linked to
    std::vector<brought_part> brought;
    std::size_t linked_before = 0;        // links of the order before it was sourced
    std::vector<std::uint16_t> to_bring;  // lines of which something is to be brought
    bool leaves_open = false;             // what a plan does not serve, for the next strategy
    node_id bring_to = none<node_id>;     // where what is sourced is to be brought
    std::uint16_t number = 0;   // what the receipt says in place of the number of moves; 0: that
    std::vector<bool> on_hold;  // by line: it may not be sourced; empty: all may
    std::vector<lifecycle::rewrite> subjects;
    std::vector<error> violations;
    std::vector<sku_id> skus;

    sourcing::scratch solver;
    std::vector<member> members;
    std::vector<wanted_line> wanted;
    std::vector<wanted_line> all_wanted;  // of all groups of lines
    std::vector<bool> in_group;           // by line, while some are sourced; empty: all of them
    order_id sourced_id{};                // of the order, where it has one
    std::vector<rejection> rejected;      // of it
    std::vector<std::pair<std::uint16_t, node_id>> again;  // wanted lines and nodes that gave
                                                           // them back, ascending
    std::vector<std::size_t> over;  // wanted lines that were given back too often
    std::vector<node_id> firm;      // nodes that wanted lines are bound to, ascending
    bool all_firm = false;          // each of them is
    std::size_t group_moves = 0;    // the first of `moves` that is of the group
    std::vector<std::size_t> fits;  // by line: its strategy of a ladder
    std::vector<passed_lines> passed;
    std::vector<std::vector<std::byte>> decided_groups;  // their decisions, encoded
    std::vector<granules> free;                          // wanted x nodes
    std::vector<cell_id> cells;                          // the same shape
    std::vector<granules> held;      // the same shape, or empty: what floor rules keep from `free`
    std::vector<granules> pictured;  // `free` before any strategy kept something back of it
    std::vector<std::uint64_t> selected;                          // nodes
    std::array<std::vector<std::int32_t>, node_columns> numbers;  // that rank
    std::vector<node_facts> accepting;     // nodes, with what they accept by the facts
    std::uint64_t accepting_of = 0;        // of this version
    std::vector<lifecycle::bucket> dated;  // what the plan takes of pools that have a day
    std::vector<sourcing::tried_strategy> tried;
    std::vector<sourcing::attribute_value> asked;  // of the order, then of each line
    std::vector<std::span<const sourcing::attribute_value>> asked_lines;
    std::string asked_currency;
    std::vector<std::byte> asked_bytes;             // of the order's own facts
    std::vector<std::uint64_t> preferred;           // nodes
    std::vector<std::uint16_t> removed_by;          // as in `decided`
    std::vector<std::uint64_t> removed, remaining;  // rows of nodes
    filter_memory filters;
    restriction_memory restrictions;
    std::vector<sourcing::restricted_goods> restricted;  // as in `decided`
    std::vector<std::uint16_t> restricted_nodes;         // the same
    sourcing::decision decided;
    std::vector<std::byte> decision;  // the same, encoded
    std::vector<std::byte> facts;     // of the order that is placed
    bool placing = false;             // its facts are those, and lie nowhere else yet
    std::vector<order_value> values;  // of one that is sourced

    /// A basket whose timer is announced, and its header word when it was seen not to be due by
    /// `now`.
    struct bystander {
        std::uint64_t id = 0;
        std::uint64_t header = 0;
        time_point now{};
        friend bool operator==(const bystander&, const bystander&) = default;
    };
    std::vector<bystander> bystanders;

    /// Has the wanted line been given back as often as the policy has it tried?
    [[nodiscard]] bool is_over(std::size_t line) const noexcept {
        return std::find(over.begin(), over.end(), line) != over.end();
    }
    void clear() {
        takes.clear();
        gives.clear();
        stock.clear();
        dated.clear();
        leaving = none<node_id>;
        open_now = in_time = not_again = infinite = partial = clipped = corrects = to_make = false;
        moves.clear();
        beside.clear();
        changes_beside = false;
        asks.clear();
        answers.clear();
        notes.clear();
        amends = nullptr;
        if (!others.empty()) others.clear();
        brought.clear();
        to_bring.clear();
        bring_to = none<node_id>;
        leaves_open = false;
        number = 0;
        on_hold.clear();
        subjects.clear();
        in_group.clear();
        group_moves = 0;
        decided_groups.clear();
    }
};

/// Of one caller slot, so that counting costs no exchange and no line that others want.
struct alignas(64) counters {
    std::atomic<std::uint64_t> orders{0}, declined{0}, repeats{0}, takes{0}, refused{0},
        conflicts{0}, expired{0};
    /// By the slot's borrower only; the next one sees it with the slot.
    static void bump(std::atomic<std::uint64_t>& c) noexcept {
        c.store(c.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
};

/// A claimed key. What is not finished is forgotten, also on the way of an exception.
class pending_key {
public:
    pending_key(intake::key_map<>& keys, const intake::claim& key) noexcept
        : keys_{keys}, key_{key} {}
    ~pending_key() {
        if (!finished_) keys_.forget(key_);
    }
    pending_key(const pending_key&) = delete;
    pending_key& operator=(const pending_key&) = delete;

    void finish(const receipt& first) noexcept {
        keys_.finish(key_, first);
        finished_ = true;
    }

private:
    intake::key_map<>& keys_;
    intake::claim key_;
    bool finished_ = false;
};

/// What a room decides about the order on the desk, by reference: a call allocates nothing.
class decider {
public:
    template <class F>
    decider(const F& decide) noexcept  // NOLINT: implicit
        : of_{&decide}, call_{[](const void* of, desk& d) {
              return (*static_cast<const F*>(of))(d);
          }} {}
    error operator()(desk& d) const { return call_(of_, d); }

private:
    const void* of_;
    error (*call_)(const void*, desk&);
};

/// The answer of f; where it throws, what it was to use up is given back first.
template <class F, class GiveBack>
auto or_give_back(F&& f, GiveBack&& give_back) {
    try {
        return f();
    } catch (...) {
        give_back();
        throw;
    }
}

}  // namespace earmark
