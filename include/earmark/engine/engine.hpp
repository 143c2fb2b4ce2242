// THE ENGINE: every verb, one class. The same names in Python, JSON (`submit`) and the journal.
//
// Who may call: any thread, any verb, at any time; `load` and `activate` take the engine for
// themselves for a moment and answer `stock_moving` while another verb is under way. Nothing here
// blocks, sleeps, prints, or starts a thread. A scalar verb is a batch of one.
//
// Invariants, checked by check_invariants() at any quiet moment:
//   (1) on_hand = free + units in buckets and live reservations that name the cell, per cell;
//   (2) every line's ordered quantity = the sum of its buckets;
//   (3) free never falls below a take's floor by a take;
//   (4) the fold of the journal has the live state_hash().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/engine/audit.hpp"
#include "earmark/engine/config.hpp"
#include "earmark/engine/status.hpp"
#include "earmark/model/amend.hpp"
#include "earmark/model/attributes.hpp"
#include "earmark/model/authority.hpp"
#include "earmark/model/feeds.hpp"
#include "earmark/model/floors.hpp"
#include "earmark/model/movement.hpp"
#include "earmark/model/pools.hpp"
#include "earmark/model/promise.hpp"
#include "earmark/model/receipt.hpp"
#include "earmark/model/restrictions.hpp"
#include "earmark/model/sections.hpp"
#include "earmark/model/tables.hpp"
#include "earmark/model/thresholds.hpp"
#include "earmark/model/view.hpp"

namespace earmark {

namespace report {
class frame;
}

class engine {
public:
    /// Throws misuse for a configuration that cannot be, and what a sink throws. A sink that holds
    /// records is folded; if it cannot be, the engine is born halted and says why in halted().
    explicit engine(config settings = {});
    ~engine();
    engine(const engine&) = delete;  // nor assigned: what stands behind it is not copied

    // ---- set up -------------------------------------------------------------------------------
    // Good rows are taken, others reported; a key that stands there is duplicate_row (stock adds
    // up). Distances are computed here. O(rows + nodes x places). With `part` others work between.
    load_report load(const command& c, std::span<const sku_row> rows, const load_part& part = {});
    load_report load(const command& c, std::span<const node_row> rows, const load_part& part = {});
    load_report load(const command& c, std::span<const place_row> rows, const load_part& part = {});
    load_report load(const command& c, std::span<const stock_row> rows, const load_part& part = {});
    /// Given distances hold in place of great circles. A pair is given once, after its place and
    /// node and before an order was sourced over it (else distance_used). O(orders) once a call.
    load_report load(const command& c, std::span<const distance_row> rows, const load_part& p = {});
    load_report load(const command& c, std::span<const unit_row> rows, const load_part& part = {});
    /// Floor rules, for every take from then on; promises that stand stay. A key that stands there
    /// is replaced; another rule with the same selectors and use is twin_rule.
    load_report load(const command& c, std::span<const floor_row> rows, const load_part& part = {});
    /// Pools: adjust() changes how much there is. Segments, sections: a row changes its key's.
    load_report load(const command& c, std::span<const pool_row> rows, const load_part& part = {});
    load_report load(const command& c, std::span<const segment_row> rows, const load_part& p = {});
    load_report load(const command& c, std::span<const section_row> rows, const load_part& p = {});
    /// Levels of what is available at which crossings() tells of an event.
    load_report load(const command& c, std::span<const threshold_row> rows, const load_part& = {});
    /// Attributes of a host's own, what tables have of them (bad_attribute, parse_value()), nodes'
    /// exclusions, types of holds, what amendments may, nodes are asked, actors may, none ships.
    load_report load(const command& c, std::span<const attribute_row> rows, const load_part& = {});
    load_report load(const command& c, std::span<const fact_row> rows, const load_part& p = {});
    load_report load(const command& c, std::span<const exclusion_row> rows, const load_part& = {});
    load_report load(const command& c, std::span<const hold_type_row> rows, const load_part& = {});
    load_report load(const command& c, std::span<const amend_rule_row> rows, const load_part& = {});
    load_report load(const command& c, std::span<const answer_row> rows, const load_part& p = {});
    load_report load(const command& c, std::span<const privilege_row> rows, const load_part& = {});
    load_report load(const command& c, std::span<const restriction_row> r, const load_part& = {});
    /// A row replaces that of its selectors. A calendar is all rows of its key, compiled here.
    load_report load(const command& c, const date_rows& rows, const load_part& part = {});
    /// Compiles a policy (TOML) and makes it the one that `source` uses. With findings nothing
    /// changes and bad_policy is returned; each finding is a sentence with its line.
    result<policy_id> activate(const command& c, std::string_view policy_toml,
                               std::vector<std::string>* findings = nullptr);

    /// Moves engine time forward; `lines` counts what expired, up to 65,535.
    result<receipt> advance(const command& c);

    // ---- names --------------------------------------------------------------------------------
    // Keys are compared byte for byte. While another thread loads tables, find_* answers
    // stock_moving; what takes an id throws misuse then, and for an id that was never given.
    [[nodiscard]] result<sku_id> find_sku(std::string_view key) const;
    [[nodiscard]] result<node_id> find_node(std::string_view key) const;
    [[nodiscard]] result<place_id> find_place(std::string_view key) const;
    [[nodiscard]] result<order_id> find_order(std::string_view key) const;
    [[nodiscard]] result<channel_id> find_channel(std::string_view key) const;
    [[nodiscard]] result<pool_id> find_pool(std::string_view key) const;
    [[nodiscard]] result<pool_view> pool(pool_id id) const;
    [[nodiscard]] std::uint32_t pools() const noexcept, attributes() const noexcept;
    [[nodiscard]] result<service_id> find_service(std::string_view key) const;
    [[nodiscard]] std::string_view service_key(service_id id) const;
    [[nodiscard]] result<section_id> find_section(std::string_view key) const;
    [[nodiscard]] section_row section(section_id id) const;
    [[nodiscard]] result<attribute_id> find_attribute(std::string_view name) const;
    [[nodiscard]] attribute_row attribute(attribute_id id) const;
    /// Keys of rules and channels by number, as refs and answers have them.
    [[nodiscard]] std::string_view floor_key(std::uint32_t rule) const;
    [[nodiscard]] std::string_view channel_key(channel_id id) const;
    [[nodiscard]] sku_view sku(sku_id id) const;
    [[nodiscard]] node_view node(node_id id) const;
    [[nodiscard]] std::string_view place_key(place_id id) const;
    /// Metres from a place to every node, by node id, as sourcing sees them: unknown_distance where
    /// either has no position, and everywhere from place none. O(nodes).
    [[nodiscard]] std::vector<std::uint32_t> distances(place_id id) const;
    /// What one `unit` of a SKU is; unknown_unit (the nearest name is nearest_unit()).
    [[nodiscard]] result<quantity> unit(sku_id sku, std::string_view unit) const;
    [[nodiscard]] std::string nearest_unit(sku_id sku, std::string_view unit) const;
    [[nodiscard]] std::uint32_t skus() const noexcept, nodes() const noexcept;
    [[nodiscard]] std::uint32_t places() const noexcept, hold_types() const noexcept;
    result<actor_id> actor(std::string_view name);  // made at first sight. Slow; keep the id
    [[nodiscard]] std::string_view actor_key(actor_id id) const;
    [[nodiscard]] result<hold_type_id> find_hold_type(std::string_view key) const;
    [[nodiscard]] hold_type_row hold_type(hold_type_id id) const;

    // ---- supply -------------------------------------------------------------------------------
    /// A physical change. A decrease is true whatever was promised: `uncovered` counts granules of
    /// promises that it left without stock, `left_uncovered` names them as uncovered() does.
    result<receipt> adjust(const command& c, const adjust_request& r,
                           std::vector<uncovered_promise>* left_uncovered = nullptr);
    /// Between sections of a node's stock. no_cell where the section was never stocked there.
    result<receipt> transfer(const command& c, const transfer_request& r,
                             std::vector<uncovered_promise>* left_uncovered = nullptr);
    /// By node and section, the plain one first; of one instant if quiet. O(cells of the SKU).
    [[nodiscard]] result<std::vector<section_view>> sections(sku_id sku) const;
    /// Brings the books to what was found on the shelf. The receipt's `why.refs` are what the books
    /// said and what was found, in atoms. Transient: stock_moving while a feed is at work.
    result<receipt> count(const command& c, const count_request& r,
                          std::vector<uncovered_promise>* left_uncovered = nullptr);
    /// What a source says is there. Books := figure + our own events after as_of; promises stay. A
    /// row or nothing: the report names those not taken. The source and its sequence are the key:
    /// the same message again finds every row stale. A cell that is not there is made. O(rows + own
    /// events after as_of), and where promises are left uncovered O(orders + reservations).
    /// `why`: empty_key, key_too_long (the source), out_of_range (sequence or as_of), feed_too_old,
    /// unknown_node, transient codes.
    feed_report snapshot(const command& c, const snapshot_request& r);
    /// What a source says has changed; a row that comes late is rejected with late_delta.
    feed_report delta(const command& c, const delta_request& r);
    /// Promises without goods, by SKU and node, of all where it is none. At a cell the youngest
    /// loses first; at one instant reservations before orders, then the higher number; in an order
    /// the last line, allocated units before released ones. If quiet. O(orders + reservations).
    [[nodiscard]] result<std::vector<uncovered_promise>> uncovered(
        sku_id sku = none<sku_id>, node_id node = none<node_id>) const;
    /// Counts among the next `limit` records after `cursor`, as movements() has its rows.
    [[nodiscard]] result<page_of<counted>> counts(position cursor, std::size_t limit) const;

    // ---- reserve ------------------------------------------------------------------------------
    /// All lines or nothing. Refusals: insufficient (row; refs: asked, free, node), no_cell,
    /// excluded, those of a dead `supersedes`, transient. A floor is at least that of its rule.
    result<receipt> reserve(const command& c, const reserve_request& r);
    void reserve(const command& c, std::span<const reserve_request> r,
                 std::span<result<receipt>> out);
    /// A live reservation's deadline, or amounts, or both, in one step: what grows is taken all or
    /// nothing above the lines' floors, what shrinks goes back in the same record. Refused as a
    /// whole: reservation_expired, reservation_over, insufficient
    /// (row: the line that lacks; refs: asked beyond what is held, free, node), bad_line_count for
    /// a change that leaves no unit (unreserve does that), transient codes. O(lines log lines).
    result<receipt> change(const command& c, const change_request& r);
    void change(const command& c, std::span<const change_request> r,
                std::span<result<receipt>> out);
    /// Moves a live reservation's units to another node in one step, all or nothing. It holds them
    /// at one node at every instant (I16), and nobody sees them free at both; for a moment they may
    /// be free at neither. Refusals as of change(); not_held where there are none to move.
    result<receipt> move(const command& c, const move_request& r);
    void move(const command& c, std::span<const move_request> r, std::span<result<receipt>> out);
    /// Gives all units of a live reservation back.
    result<receipt> unreserve(const command& c, reservation_id r);
    void unreserve(const command& c, std::span<const reservation_id> r,
                   std::span<result<receipt>> out);

    // ---- orders -------------------------------------------------------------------------------
    /// Captures an order under the command's key, once: the same key and content answers the first
    /// receipt (`repeat`), the same key with other content is duplicate_key. All violations are
    /// listed. A reservation is handed over without touching a cell; an expired one is taken anew,
    /// goods and pools or nothing (`reacquired`), else reservation_expired (refs: it, asked, free).
    placed place_order(const command& c, const order_request& r);
    void place_order(std::span<const command> c, std::span<const order_request> r,
                     std::span<placed> out);
    /// Least committed units first, shipped ones never; `asked`: nodes must agree
    /// (model/asked.hpp).
    result<receipt> cancel(const command& c, const cancel_request& r);
    /// All changes or none (model/amend.hpp), and all that stands in the way. O(changes x units).
    amended amend(const command& c, const amend_request& r);
    [[nodiscard]] permission may_amend(change_kind k, unit_state s) const noexcept;
    /// The receipt's `lines` is the hold's number; `unchanged`: an equal one is active.
    result<receipt> place_hold(const command& c, const place_hold_request& r);
    result<receipt> resolve_hold(const command& c, const resolve_hold_request& r);

    // ---- sourcing and work --------------------------------------------------------------------
    /// Decides each order's open and back-ordered units under the active policy, and takes the
    /// stock in the same step. `out` has one entry per order.
    void source(const command& c, const source_request& r, std::span<result<sourced>> out);
    result<sourced> source(const command& c, order_id order, bool dry_run = false);
    /// Tells the nodes: all allocated units become released.
    void release(const command& c, const release_request& r, std::span<result<receipt>> out);
    result<receipt> release(const command& c, order_id order);
    /// What a node or carrier reports; partial shipments are partial amounts.
    result<receipt> record(const command& c, const fact& f);

    // ---- questions ----------------------------------------------------------------------------
    /// Units that a reservation without a channel could have at a node, or at all nodes where node
    /// is none: free above the floor rule that holds there or above `floor`, whichever is higher (0
    /// asks for the rule alone; without rules it is the floor), never below 0, and 0 where a rule
    /// excludes it or the node is inactive. Each node has its own floor before the sum. Everything
    /// due by engine time is expired first. A sum adds each node's linearizable value.
    result<quantity> available(sku_id sku, node_id node = none<node_id>, quantity floor = {});
    /// The same by a channel's rules, or as sourcing sees it.
    result<quantity> available(const available_request& r);
    /// One question each, answered in order; prefetched. O(cells of the SKUs).
    void available(std::span<const available_request> r, std::span<result<quantity>> out);
    /// The same of up to 64 cells at ONE instant within the call: a question at all nodes is about
    /// each cell of its SKU, and a cell may be asked for twice. A take over several cells is in all
    /// answers or in none; units that come back do so cell by cell. Refused as a whole, with the
    /// question's row: too_many_cells (refs: cells, 64), what available() refuses; stock_moving
    /// (transient) where the cells kept changing. O(cells) a look.
    result<std::vector<quantity>> available_together(std::span<const available_request> r);
    /// Why it is as much as that: every term per node where the SKU was ever stocked, by node. The
    /// sum of `available` is what available() answers. O(cells + orders + reservations).
    result<std::vector<available_terms>> explain_available(const available_request& r);
    /// When such an order would be at the door, by node and by policy; or place_order's refusal.
    [[nodiscard]] result<promised> promise(const promise_request& r);
    result<order_view> order(order_id id) const;  // a consistent copy of one instant
    result<reservation_view> reservation(reservation_id id) const;
    /// All ids are below it; one that no order got answers unknown_order.
    [[nodiscard]] std::uint32_t orders() const noexcept;
    /// Why its units go where they go: chosen plan, second best, what removed the rest.
    result<explanation> explain(order_id id) const;
    /// What would have made a node ship some of it, as things were then (sourcing/what_if.hpp).
    result<what_if_view> what_if(order_id id, node_id node) const;
    /// The last decision about an order, solved again from its record; without `by_line`.
    result<sourced> decision(order_id id) const;
    /// By SKU and node where it was stocked; of one instant if quiet. O(cells, orders, baskets).
    result<std::vector<stock_view>> stock() const;
    /// A frame of the column dictionary, by name, with all that the engine has of it; another name
    /// is misuse. Orders that arrive meanwhile may be missing. Include earmark/report/frame.hpp.
    result<report::frame> table(std::string_view frame_name) const;
    /// The same of events after `cursor`, as poll() has them.
    result<report::frame> events(position cursor, std::size_t limit) const;
    /// Events after `cursor`, oldest first; start with position{}.
    result<std::vector<event>> poll(position cursor, std::size_t limit) const;
    /// What the next `limit` records after `cursor` moved, oldest first; `next` is the cursor to go
    /// on with, and equal to `cursor` at the end. Errors: cursor_too_old, order_busy (transient).
    result<page_of<movement>> movements(position cursor, std::size_t limit) const;
    /// What expired in them, by deadline and then id within one moving of time; each at most once.
    result<page_of<expiry>> expiries(position cursor, std::size_t limit) const;
    /// What the sourcing decisions among them planned; costs are priced again from the record.
    result<page_of<decided>> decisions(position cursor, std::size_t limit) const;
    /// Crossings of thresholds behind `cursor`, oldest first (model/thresholds.hpp): whole records,
    /// as many as it takes for `limit` rows or more. Errors: cursor_too_old (refs: cursor, oldest),
    /// stock_moving (transient: a feed is at it). O(records since it was asked last).
    [[nodiscard]] result<page_of<crossing>> crossings(position cursor, std::size_t limit) const;
    [[nodiscard]] std::string_view threshold_key(std::uint32_t number) const;
    /// One command as a JSON line (docs/formats/submit.md), answered as one JSON line.
    std::string submit(std::string_view json_line);
    /// The sentence of an error with this engine's keys in place of ids.
    [[nodiscard]] std::string describe(const error& e) const;

    // ---- trust --------------------------------------------------------------------------------
    /// Writes all records to the sink; answers the position that has reached `level`.
    result<position> flush(journal::durability level);
    [[nodiscard]] position durable(journal::durability level) const noexcept;
    [[nodiscard]] position head() const noexcept;
    [[nodiscard]] time_point now() const noexcept;
    /// Digest of the whole state, independent of the order in which it arose. Quiet engine only.
    [[nodiscard]] std::uint64_t state_hash() const;
    /// Digest of all events so far, in order.
    [[nodiscard]] std::uint64_t event_digest();
    /// The sentences of broken invariants; empty when all hold. Quiet engine only.
    [[nodiscard]] std::vector<std::string> check_invariants() const;
    /// Recomputes what is stored and can be, beside whoever works (engine/audit.hpp). Transient:
    /// no_slot, stock_moving. O(cells + orders + reservations + keys) a round over what moved.
    result<audit_report> audit(audit_how how = audit_how::online) const;
    result<audit_report> audit(audit_run& run, std::size_t looks) const;
    [[nodiscard]] balance balance_report() const;
    [[nodiscard]] metrics status() const;
    /// The broken invariant's sentence, or empty. A halted engine refuses every command.
    [[nodiscard]] std::string halted() const;

private:
    friend struct engine_door;    // of functions beside it
    friend struct engine_inside;  // of the tests
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace earmark
