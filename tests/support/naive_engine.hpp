// THE NAIVE ENGINE: the specification of the real one, written to be read. One thread, std::map
// everywhere, the whole stock copied for a decision, and nothing of ours but the public types of
// model/. Random streams play every command into both engines and compare all that they can see.
//
// Only sourcing is not decided twice: `source` takes the real engine's plan, checks that it is
// legal (units are there, nothing above what was wanted, the coverage is what it says), applies it.
//
// A `flaw` plants one bug. The comparison must notice each of them, or it notices nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "earmark/model/amend.hpp"
#include "earmark/model/asked.hpp"
#include "earmark/model/capture.hpp"
#include "earmark/model/command.hpp"
#include "earmark/model/feeds.hpp"
#include "earmark/model/floors.hpp"
#include "earmark/model/holds.hpp"
#include "earmark/model/pools.hpp"
#include "earmark/model/receipt.hpp"
#include "earmark/model/sections.hpp"
#include "earmark/model/sourcing.hpp"
#include "earmark/model/state.hpp"
#include "earmark/model/tables.hpp"
#include "earmark/model/thresholds.hpp"
#include "earmark/model/view.hpp"
#include "naive_authority.hpp"
#include "naive_flaws.hpp"
#include "naive_restrictions.hpp"
#include "naive_timers.hpp"
#include "plan_oracle.hpp"

namespace earmark::naive {

/// What one command did: a refusal's code, or an outcome with its numbers.
struct answer {
    error_code code = error_code::ok;
    outcome what = outcome::done;
    std::uint64_t subject = 0;
    std::int64_t uncovered = 0;
    std::uint32_t expired = 0;                // of `advance`
    std::vector<error_code> violations = {};  // of `place_order`, ascending
    std::string illegal = {};                 // of `source`: what is wrong with the plan
    error_code or_else = error_code::ok;      // a second reason to refuse, just as good
};

struct text_answer {
    capture_state state = capture_state::declined;
    std::uint64_t order = 0;
};
struct waiting_text {
    std::string text;
    std::uint32_t tries = 0;
    std::uint64_t revision = 0;
};

struct totals {
    std::int64_t cells = 0, on_hand = 0, free = 0, earmarked = 0, reserved = 0, ordered = 0;
    std::map<unit_state, std::int64_t> in;  // of orders
};

/// A snapshot or a delta. `as_of` is a moment() of the naive engine.
struct feed {
    bool is_delta = false;
    std::string source;
    std::uint64_t sequence = 0;
    std::uint64_t as_of = 0;
    feed_basis basis = feed_basis::on_hand;
    bool complete = false;
    std::span<const feed_row> rows;
    std::span<const node_id> nodes;
    std::span<const section_id> sections{};
};

using refused_rows = std::vector<std::pair<std::uint32_t, error_code>>;

struct feed_answer {
    std::uint32_t accepted = 0, stale = 0, zeroed = 0;
    error_code why = error_code::ok;
    refused_rows rejected;
    std::map<std::tuple<sku_id, node_id, section_id>, std::int64_t> changes;  // in atoms
};

inline constexpr std::int64_t most_granules = 4'194'303;  // of one cell, and of one line

inline answer refuse(error_code code) { return {.code = code}; }

/// The text of a request: two requests are the same iff their texts are.
template <class... Numbers>
std::string text_of(verb v, Numbers... numbers) {
    std::string out = std::to_string(static_cast<int>(v));
    ((out += ' ', out += std::to_string(numbers)), ...);
    return out;
}

[[nodiscard]] std::string content_of(const order_request& r);

class engine {
public:
    explicit engine(flaw planted = flaw::none) : flaw_{planted} {}

    refused_rows load(const command& c, std::span<const sku_row> rows);
    refused_rows load(const command& c, std::span<const node_row> rows);
    refused_rows load(const command& c, std::span<const place_row> rows);
    refused_rows load(const command& c, std::span<const stock_row> rows);
    refused_rows load(const command& c, std::span<const floor_row> rows);
    refused_rows load(const command& c, std::span<const pool_row> rows);
    refused_rows load(const command& c, std::span<const threshold_row> rows);
    /// Only their keys: which units of a section may be promised is not asked here.
    void load(const command& c, std::span<const section_row> rows);
    void load(const command& c, std::span<const hold_type_row> rows);
    void load(const command& c, std::span<const privilege_row> rows);
    void load(const command& c, const restriction& r);
    void restart() { rights_.recover(); }
    [[nodiscard]] const std::vector<denied_note>& denied() const { return rights_.noted(); }
    void load(const command& c, std::span<const answer_row> rows);
    void activate(rules r) { rules_ = r, has_policy_ = true; }
    /// Are back-ordered units called `chased` after a mark `chase`? They stay so until they go on.
    void labels_what_waits(bool so) { has_labels_ = so; }

    answer advance(const command& c);
    answer adjust(const command& c, const adjust_request& r);
    answer count(const command& c, const count_request& r);
    feed_answer take_feed(const command& c, const feed& f);
    /// Keeps the stock as it is now; later snapshots may speak of it.
    std::uint64_t moment();
    /// Atoms that are promised at a cell and not there; of promises made after t.
    [[nodiscard]] std::int64_t lack(sku_id s, node_id n, section_id in = none<section_id>) const;
    [[nodiscard]] std::int64_t promised_after(sku_id s, node_id n, time_point t) const;
    /// On hand and free of a section; nothing where it has no cell.
    [[nodiscard]] std::optional<std::pair<std::int64_t, std::int64_t>> section(sku_id s, node_id n,
                                                                               section_id in) const;
    answer reserve(const command& c, const reserve_request& r, const std::string& channel = {});
    answer change(const command& c, const change_request& r);
    answer move(const command& c, const move_request& r);
    answer unreserve(const command& c, reservation_id r);
    answer place_order(const command& c, const order_request& r);
    text_answer send(const command& c, const order_request& r, bool is_known, bool corrects);
    text_answer replay(const std::string& key);
    answer discard(const command& c, const std::string& key);
    answer park(const command& c, const std::string& key);
    [[nodiscard]] const std::map<std::string, waiting_text>& waiting() const { return waiting_; }
    [[nodiscard]] std::uint64_t buried() const { return buried_.size(); }
    answer cancel(const command& c, const cancel_request& r);
    answer amend(const command& c, const amend_request& r);
    answer source(const command& c, order_id o, bool dry_run, const plan& chosen);
    answer release(const command& c, order_id o, node_id node = none<node_id>);
    answer record(const command& c, const fact& f);
    answer migrate(const command& c, order_id id, std::uint16_t to, bool is_plain);
    answer place_hold(const command& c, const place_hold_request& r);
    answer resolve_hold(const command& c, const resolve_hold_request& r);

    /// Atoms above the floor, never negative; of all nodes where node is none. By the rules of a
    /// channel, or of none where it is empty.
    [[nodiscard]] std::int64_t available(sku_id s, node_id n, std::int64_t floor_atoms = 0,
                                         const std::string& channel = {}) const;
    [[nodiscard]] std::pair<std::int64_t, std::int64_t> pool(pool_id p) const;
    struct crossed {
        std::string threshold;
        bool below = false;
        std::int64_t level = 0;  // atoms
        friend auto operator<=>(const crossed&, const crossed&) = default;
    };
    [[nodiscard]] const std::vector<crossed>& crossings() const { return crossings_; }
    [[nodiscard]] const std::set<std::string>& channels() const { return channels_; }
    [[nodiscard]] bool has_cell(sku_id s, node_id n) const { return cells_.contains({s, n}); }
    [[nodiscard]] std::uint64_t orders() const { return orders_.size(); }
    [[nodiscard]] bool knows(reservation_id r) const { return reservations_.contains(raw(r)); }
    /// Its number went to another one. False where it is active.
    [[nodiscard]] bool forget(reservation_id r);
    [[nodiscard]] order_view order(order_id id) const;  // version and decided_by stay empty
    [[nodiscard]] reservation_view reservation(reservation_id id) const;
    [[nodiscard]] totals balance() const;
    [[nodiscard]] time_point now() const { return now_; }

private:
    struct cell {
        std::int64_t on_hand = 0;
        std::int64_t free = 0;
        std::uint64_t born = 0;  // reservations keep their parts in this order
    };
    using cell_key = std::pair<sku_id, node_id>;
    using stock = std::map<cell_key, cell>;
    struct site {
        bool active = true;
        node_kind kind = node_kind::dc;
        std::string key;
    };
    struct want {
        std::int64_t n = 0;
        std::int64_t floor = 0;
    };
    using basket = std::vector<std::pair<cell_key, want>>;

    struct kept_hold {
        hold_view seen;
        time_point kept_until = never;
    };
    struct put_answer {
        std::uint32_t number = 0;
        bool fresh = false;
        bool changes = false;
    };
    struct due_hold {
        time_point at;
        std::uint32_t number = 0;
        bool gives_back = false;
    };
    struct asked_node {
        request_kind kind{};
        std::uint32_t line = 0;
        node_id node{};
        time_point until;
        std::uint8_t reason = 0;
        silence then{};
        std::int64_t n = 0;
        [[nodiscard]] auto order() const {
            return std::tuple{kind, line, node, until, reason, then};
        }
    };
    using bucket = std::tuple<std::uint32_t, unit_state, node_id>;  // line from 1
    using by_line = std::map<std::uint32_t, std::int64_t>;          // line from 1
    struct held_order {
        std::string key;
        time_point placed;
        place_id ship_to = none<place_id>;
        earmark::currency currency;
        std::vector<order_line> lines;
        std::map<bucket, std::int64_t> buckets;
        std::map<std::pair<std::uint32_t, cell_key>, std::int64_t> pools;  // line from 1; 0: flat
        std::vector<kept_hold> holds = {};
        by_line chased = {};                 // of the back-ordered ones
        std::vector<asked_node> asked = {};  // in order()
        std::uint64_t revision = 0;
        std::string text = {}, customer = {};  // of that revision; whose it is
        std::uint8_t priority = 0;
        civil_day deliver_by = no_day;
        std::vector<arrival> arrivals = {};
        int workflow = 2;  // of those that have labels, the version
    };
    struct held_reservation {
        reservation_state state = reservation_state::active;
        time_point deadline = never;
        basket parts;
        time_point made;
        std::string channel;
        time_point on;
    };
    struct memory {
        std::string content;
        answer first;
    };

    struct picture {
        stock cells;
        std::map<cell_key, std::int64_t> corrected;  // by feeds, so far
    };
    struct said {
        std::uint64_t sequence = 0;
        std::uint64_t as_of = 0;
    };
    struct wanted_row {
        std::uint32_t row = 0;
        std::tuple<sku_id, node_id, section_id> of;
        std::int64_t figure = 0;
    };
    using wanted_rows = std::vector<wanted_row>;
    [[nodiscard]] std::int64_t own_since(const picture& then, const cell_key& at,
                                         feed_basis basis) const;
    [[nodiscard]] error_code check_figure(const feed_row& r, bool is_signed) const;
    wanted_rows read_feed(const feed& f, feed_answer& a);

    void tick(time_point now);
    /// After each change that is one record: who hears of it?
    void watch();
    struct watched {
        threshold_row row;
        bool below = false;
    };
    [[nodiscard]] std::int64_t level_of(const threshold_row& t) const;
    /// Runs `act` unless the key was seen: then the first answer, or duplicate_key.
    answer once(const command& c, const std::string& content, const std::function<answer()>& act);
    template <class Id, class Row, class Keep>
    static refused_rows load_keys(std::map<std::string, Id>& keys, std::span<const Row> rows,
                                  Keep keep);

    [[nodiscard]] error_code check_amount(sku_id s, quantity q) const;
    [[nodiscard]] std::int64_t to_granules(sku_id s, quantity q) const;
    [[nodiscard]] error_code dead_code(reservation_id r) const;
    /// With `left_out`, lines that nothing may be promised of fall out, and it says so.
    [[nodiscard]] error_code read_basket(std::span<const reserve_line> lines, bool may_be_none,
                                         const std::string& channel, basket& out,
                                         bool* left_out = nullptr) const;
    [[nodiscard]] bool clip(basket& wanted, std::span<const reserve_line> lines,
                            const std::map<cell_key, std::int64_t>& own,
                            const std::function<void(basket&)>& bind_pools, bool& had_goods) const;
    error_code add_part(basket& out, const cell_key& at, const want& w) const;
    [[nodiscard]] std::vector<error_code> violations(const command& c,
                                                     const order_request& r) const;
    [[nodiscard]] std::map<bucket, std::int64_t> divide(const held_reservation& r,
                                                        const held_order& o) const;

    answer adjust_now(const cell_key& at, std::int64_t n);
    answer adjust_pool(const command& c, const adjust_request& r);
    error_code add_stock(const stock_row& row);
    [[nodiscard]] section_id section_of(const std::string& key) const;
    answer reserve_now(const reserve_request& r, const std::string& channel);
    answer change_now(const change_request& r);
    answer move_now(const move_request& r);
    answer rewrite(reservation_id id, basket wanted);
    [[nodiscard]] bool is_buried(const std::string& key) const;
    answer place_now(const command& c, const order_request& r);
    text_answer send_again(const command& c, const order_request& r, bool is_known,
                           std::uint64_t id);
    [[nodiscard]] amend_request difference(const held_order& o, const order_request& r,
                                           std::vector<line_change>& lines) const;
    answer take_over(const order_request& r, held_order& o);
    answer reject(const command& c, const fact& f);
    answer mark(const command& c, const fact& f);
    [[nodiscard]] static std::int64_t unlabelled(const held_order& o, std::uint32_t line);
    answer shift(order_id id, std::uint32_t line, node_id node, quantity amount,
                 std::span<const unit_state> from, unit_state to,
                 std::optional<hold_step> guard = {});
    answer source_now(order_id o, bool dry_run, const plan& chosen);
    answer source_unlifted(held_order& o, order_id id, bool dry_run, const plan& chosen);
    answer release_now(order_id o, node_id node);
    [[nodiscard]] sourcing_picture picture_of(const held_order& o) const;
    [[nodiscard]] static std::uint32_t line_way(const held_order& o, std::uint32_t line);
    static bool waits_for_set(const held_order&, std::uint16_t, node_id, std::span<const bucket>);
    bool set_waits(const held_order& o, std::uint32_t line, const timer& t) const;
    [[nodiscard]] std::int64_t kept(const cell_key& at) const;

    // A section of a SKU is like a SKU of its own, of which nobody asks for what is available.
    static constexpr std::uint32_t first_section = 0xE0000000;
    static constexpr std::uint32_t skus_at_most = 256;
    static cell_key key_of(sku_id s, node_id n, section_id in) {
        if (in == none<section_id>) return {s, n};
        return {sku_id{first_section + raw(in) * skus_at_most + raw(s)}, n};
    }
    static sku_id sku_of(const cell_key& at) {
        const bool plain = raw(at.first) < first_section;
        return plain ? at.first : sku_id{(raw(at.first) - first_section) % skus_at_most};
    }
    // Pool p is the cell (pool_sku(p), no node): what holds a cell holds a pool.
    static constexpr std::uint32_t first_pool = 0xF0000000;
    static cell_key pool_cell(pool_id p) { return {sku_id{first_pool + raw(p)}, none<node_id>}; }
    static bool is_pool(const cell_key& at) { return raw(at.first) >= first_pool; }
    [[nodiscard]] const pool_row& pool_at(const cell_key& at) const {
        return pools_[raw(at.first) - first_pool];
    }
    [[nodiscard]] std::int64_t granule_at(const cell_key& at) const {
        return is_pool(at) ? pool_at(at).granule : skus_.at(sku_of(at)).granule;
    }
    [[nodiscard]] bool is_about(const pool_row& p, const cell_key& goods,
                                const std::string& channel) const;
    [[nodiscard]] std::int64_t share(const pool_row& p, sku_id s, std::int64_t n) const;
    error_code flat_line(const reserve_line& l, bool may_be_none, want& out) const;
    [[nodiscard]] error_code check_named(std::span<const pool_id> named) const;
    /// Adds what a basket's goods take from pools.
    void bind(basket& wanted, const std::string& channel, time_point on,
              const std::set<pool_id>& named) const;
    void rebind(const held_reservation& held, basket& wanted) const;
    [[nodiscard]] held_reservation asked_anew(const held_reservation& held,
                                              const held_order& o) const;
    void keep_pools(const held_reservation& held, held_order& o, stock& after) const;
    using line_units = std::map<std::uint32_t, std::pair<std::int64_t, std::int64_t>>;
    /// By line, and of the whole under 0: open units, and those that left.
    [[nodiscard]] static line_units standing_of(const held_order& o);
    void settle_pools(held_order& o, const line_units& before);
    /// Why a take of cells that lack is refused.
    [[nodiscard]] static answer lacking(const std::set<bool>& pools);

    error_code add_floor(const floor_row& row);
    [[nodiscard]] const floor_row* floor_rule_of(const cell_key& at, const std::string& channel,
                                                 floor_use use) const;
    [[nodiscard]] std::int64_t granules_of(sku_id s, std::int64_t units) const;
    /// The floor of a take, or nothing where it is excluded.
    [[nodiscard]] std::optional<std::int64_t> floor_of(const cell_key& at,
                                                       const std::string& channel,
                                                       std::int64_t own) const;

    // Holds (naive_holds.cpp).
    [[nodiscard]] bool stops(const held_order& o, std::uint32_t line, hold_step s) const;
    [[nodiscard]] bool is_ahead(const held_order& o, std::uint32_t line) const;
    put_answer put_hold(held_order& o, hold_view h);
    [[nodiscard]] time_point until_of(hold_type_id type) const;
    [[nodiscard]] static std::size_t wanted_lines(const held_order& o);
    void apply_types(held_order& o, std::uint64_t id, const held_order* before);
    order_id repeated(const held_order& o, std::uint64_t id, const hold_type_row& type) const;
    void lift(held_order& o, hold_step s);
    void lift(held_order& o, hold_step s, std::size_t lines);  // as many as are wanted of it
    template <class Refuse>
    void send(const held_order& before, const line_change& c, order_line& l, Refuse&& no) const;
    error_code may(const held_order& o, std::uint32_t line, bool of_more, bool goes = false) const;
    error_code fewer(held_order& o, std::uint32_t line, std::int64_t n, bool& any_asked);
    error_code follow(held_order&, std::uint32_t, node_id, std::map<cell_key, std::int64_t>& taken);
    error_code change_lines(held_order& o, const amend_request& r, bool& shrinks, bool& any_asked,
                            by_line& more, std::vector<order_line>& added);
    [[nodiscard]] bool too_much(const held_order& o, const by_line& more,
                                const std::vector<order_line>& added) const;
    [[nodiscard]] bool cancels_what_is_held(const held_order& was, const held_order& is) const;
    answer amend_now(held_order& o, const amend_request& r);
    bool clear_scope(held_order& o, std::uint32_t line, std::span<const unit_state> from,
                     unit_state to, std::uint8_t reason = 0);
    bool end_hold(held_order& o, std::uint32_t number, bool accept, std::uint8_t reason);
    [[nodiscard]] std::optional<due_hold> first_due(const held_order& o) const;
    void pass_time(held_order& o);
    void pass_time(held_order& o, const due_hold& due);
    void follow_time();
    [[nodiscard]] std::int64_t units_at(const held_order&, std::uint32_t line, const timer&) const;
    [[nodiscard]] std::optional<std::pair<time_point, timer>> first_timer(const held_order&) const;
    bool take_step(held_order& o, std::uint32_t line, const timer& t, std::int64_t n);
    void pass_timer(held_order& o, const timer& t);

    /// Time goes on; not_authorised where the actor may not, and the attempt is counted.
    error_code ask(const command& c, privilege p, std::uint64_t order = UINT64_MAX,
                   hold_type_id type = none<hold_type_id>);

    // What may not be shipped (naive_restrictions.cpp).
    [[nodiscard]] bool is_restricted(const order_line& l, place_id ship_to, std::uint8_t priority,
                                     node_id from) const;
    [[nodiscard]] bool is_restricted(const order_line& l, place_id to, std::uint8_t urgent) const;
    [[nodiscard]] bool is_restricted(const held_order& before, const held_order& made,
                                     const amend_request& r, const by_line& more,
                                     const std::vector<order_line>& added) const;

    // What nodes are asked (naive_asked.cpp).
    struct taken_back {
        bucket of;
        std::int64_t n = 0;
        bool asks = false;
    };
    [[nodiscard]] const answer_row* asks(node_id n, request_kind k) const;
    [[nodiscard]] static std::int64_t asked(const held_order& o, request_kind k, std::uint32_t line,
                                            node_id n);  // 0, none: of any
    void ask(held_order& o, request_kind k, std::uint32_t line, node_id n, std::int64_t units,
             std::uint8_t reason);
    static void end_asked(held_order& o, request_kind k, std::uint32_t line, node_id n,
                          std::int64_t units);
    static void end_overtaken(held_order& o, std::uint32_t line, node_id n);
    [[nodiscard]] std::vector<taken_back> to_take_back(const held_order& o, std::uint32_t line,
                                                       std::span<const unit_state> from) const;
    bool take_back(held_order& o, std::span<const taken_back> parts, std::int64_t n,
                   std::uint8_t reason);
    void give_up(held_order& o, std::uint32_t line, node_id node, std::int64_t n);
    answer cancel_now(order_id id, const cancel_request& r);
    answer answered(const command& c, const fact& f);
    [[nodiscard]] const asked_node* first_silent(const held_order& o) const;
    void pass_over(held_order& o, asked_node a);
    [[nodiscard]] std::vector<request_view> requests_of(const held_order& o) const;

    [[nodiscard]] std::vector<bucket> standing(const held_order& o, std::uint32_t line,
                                               node_id node,
                                               std::span<const unit_state> states) const;
    static std::int64_t units_in(const held_order& o, std::span<const bucket> at);
    void move(held_order& o, const bucket& from, const bucket& to, std::int64_t n);

    flaw flaw_;
    time_point now_{};
    bool has_policy_ = false, has_labels_ = false;
    rules rules_;
    std::map<std::string, sku_id> sku_keys_;
    std::map<std::string, node_id> node_keys_;
    std::map<std::string, place_id> place_keys_;
    std::map<sku_id, sku_row> skus_;
    std::map<node_id, site> nodes_;
    stock cells_;
    std::map<std::uint64_t, held_order> orders_;
    std::map<std::uint64_t, held_reservation> reservations_;
    std::uint64_t next_reservation_ = 0;
    std::map<std::string, memory> remembered_;
    std::map<std::string, waiting_text> waiting_;  // in quarantine, by key
    std::set<std::string> discarded_, buried_;
    std::vector<picture> past_;
    std::map<cell_key, std::int64_t> corrected_;
    std::map<std::pair<std::string, cell_key>, said> said_;
    std::map<std::string, floor_row> floors_;
    std::set<std::string> channels_;
    std::vector<pool_row> pools_;
    std::vector<section_row> sections_;
    std::vector<hold_type_row> hold_types_;
    std::map<std::pair<node_id, request_kind>, answer_row> answers_;
    rights rights_;
    std::map<std::string, restriction> restrictions_;
    std::uint32_t expired_ = 0;                  // what time has done, so far
    std::map<std::string, watched> thresholds_;  // crossings of one record: by key
    std::vector<crossed> crossings_;
};

}  // namespace earmark::naive
