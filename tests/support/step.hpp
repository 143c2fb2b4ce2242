// STEPS: commands as plain values that own their data, so that one stream can be played into two
// engines, written down, and cut shorter. Orders and reservations are named by the step that made
// them, never by an id: a stream keeps its meaning when other steps are dropped from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "earmark/model/amend.hpp"
#include "earmark/model/asked.hpp"
#include "earmark/model/authority.hpp"
#include "earmark/model/command.hpp"
#include "earmark/model/feeds.hpp"
#include "earmark/model/floors.hpp"
#include "earmark/model/holds.hpp"
#include "earmark/model/pools.hpp"
#include "earmark/model/sections.hpp"
#include "earmark/model/tables.hpp"
#include "naive_restrictions.hpp"
#include "plan_oracle.hpp"

namespace earmark::streams {

/// The serial of the step (or of the entry of a batch) that made an order or a reservation.
using serial = std::uint32_t;
inline constexpr serial nothing = 0;
inline constexpr serial unknown = 0xFFFFFFFF;  // an id that was never given

struct advance_step {};
struct stock_step {
    std::vector<stock_row> rows;
};
struct basket {
    std::vector<reserve_line> lines;
    time_point deadline = never;
    serial supersedes = nothing;
    std::string channel = {};  // one that no rule has named yet is none
    std::vector<pool_id> pools = {};
    std::optional<time_point> on = {};
    bool partial = false;
};
struct floor_step {
    std::vector<floor_row> rows;
};
struct reserve_step {
    std::vector<basket> baskets;  // more than one: a batch, whose entries have consecutive serials
};
struct change_step {
    serial reservation = nothing;
    std::optional<time_point> deadline;
    std::vector<reserve_line> lines;
};
struct move_step {
    serial reservation = nothing;
    node_id from{};
    node_id to{};
    sku_id sku = none<sku_id>;
    quantity amount;
    quantity floor;
};
struct unreserve_step {
    serial reservation = nothing;
};
struct new_order {
    std::string key;
    std::vector<order_line> lines;
    place_id ship_to = none<place_id>;
    earmark::currency currency;
    std::uint8_t priority = 0;
    serial reservation = nothing;
    node_id node = none<node_id>;  // firm, of lines that name none
    std::string customer{};        // empty: nobody knows
};
struct place_step {
    std::vector<new_order> orders;  // more than one: a batch, as above
};
struct cancel_step {
    serial order = nothing;
    std::uint32_t line = 0;
    quantity amount;
};
struct amend_step {
    serial order = nothing;
    std::vector<line_change> lines;
    std::optional<place_id> ship_to;
};
struct source_step {
    std::vector<serial> orders;
    bool dry_run = false;
};
struct release_step {
    std::vector<serial> orders;
    node_id node = none<node_id>;
};
struct fact_step {
    fact_kind kind = fact_kind::ship;
    serial order = nothing;
    std::uint32_t line = 0;
    node_id node = none<node_id>;
    quantity amount;
    std::string event = {};  // of a mark; `migrate 1`: to that version
};

/// A snapshot or a delta of a source.
struct feed_step {
    bool is_delta = false;
    std::string source;
    std::uint64_t sequence = 0;
    std::uint32_t ago = 0;  // as_of is the end of the journal so many steps before
    feed_basis basis = feed_basis::on_hand;
    bool complete = false;
    std::vector<feed_row> rows;
    std::vector<node_id> nodes;
    std::vector<section_id> sections = {};
};

struct held_step {
    serial order = nothing;
    hold_type_id type{};
    std::uint32_t line = 0;
    std::uint8_t reason = 0;
    std::optional<time_point> until;
};
struct answer_step {
    serial order = nothing;
    std::uint32_t hold = 0;
    bool accept = true;
    std::uint8_t reason = 0;
};

/// An order that comes as text, or what becomes of one that waits.
struct text_step {
    enum class what : std::uint8_t { send, correct, place, replay, discard, park };
    what does = what::send;
    std::string key;
    std::vector<order_line> lines;
    bool is_known = true;  // else it is of SKUs that no table has
    std::uint64_t revision = 0;
};

/// The host dies; the next one recovers the engine from its journal.
struct restart_step {};

using action = std::variant<advance_step, stock_step, adjust_request, reserve_step, change_step,
                            unreserve_step, place_step, cancel_step, source_step, release_step,
                            fact_step, move_step, feed_step, count_request, floor_step, held_step,
                            answer_step, amend_step, text_step, restart_step>;

struct step {
    serial number = 0;
    std::string key;  // place_order has its keys in the orders
    time_point now;
    action what;
    std::uint32_t who = 0;                        // the actor's number
    std::vector<privilege_row> grants{};          // that the host loads before it
    std::vector<naive::restriction> restricts{};  // the same
};

/// One line of text: enough to write the step down again by hand.
[[nodiscard]] std::string describe(const step& s);

/// Two engines start from one of these.
struct world {
    std::vector<sku_row> skus;
    std::vector<node_row> nodes;
    std::vector<place_row> places;
    std::vector<stock_row> stock;       // with a few rows that must be refused
    std::vector<pool_row> pools;        // in every second seed
    std::vector<section_row> sections;  // in every third one
    std::vector<hold_type_row> holds;
    std::vector<answer_row> answers;     // of nodes, in every third seed
    bool restricts = false;              // something may not be shipped, in every third seed
    std::vector<std::string> workflows;  // of orders, in three of eight seeds two versions
    std::string policy;
    naive::rules rules;  // what the policy says, for the oracle
};

}  // namespace earmark::streams
