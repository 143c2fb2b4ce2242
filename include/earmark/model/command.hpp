// COMMANDS IN. One struct per verb, with handles resolved (a connector or `submit` turns text into
// them). Each travels with a `command`: its idempotency key, who gave it, and its instant.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "earmark/core/civil_day.hpp"
#include "earmark/core/ids.hpp"
#include "earmark/core/money.hpp"
#include "earmark/core/quantity.hpp"
#include "earmark/core/result.hpp"
#include "earmark/core/time.hpp"
#include "earmark/model/attributes.hpp"
#include "earmark/model/kinds.hpp"
#include "earmark/model/line_terms.hpp"

namespace earmark {

struct command {
    std::string_view key;  // idempotency key, at most 255 bytes; empty: not remembered
    actor_id actor{};      // 0 is the host itself
    time_point now{};      // engine time becomes the maximum seen, and stays before `never`
};

struct adjust_request {
    sku_id sku{};
    node_id node{};
    quantity delta;  // negative: physical truth, may uncover promises
    adjust_reason reason = adjust_reason::correction;
    pool_id pool = none<pool_id>;  // how much there is of a pool, instead of a SKU at a node
    section_id section = none<section_id>;
};

struct reserve_line {
    sku_id sku{};
    node_id node{};
    quantity amount;
    quantity floor;  // what to leave at least; negative: oversell depth, where no rule holds
    pool_id pool = none<pool_id>;  // amount and floor are of this flat pool; no SKU, no node
    section_id section = none<section_id>;  // exactly this one; none: as the channel draws
};

struct reserve_request {
    std::span<const reserve_line> lines;               // 1 to 64 after equal cells are merged
    time_point deadline = never;                       // never: a hard reservation
    reservation_id supersedes = none<reservation_id>;  // the caller's own hold, swapped in one step
    channel_id channel = none<channel_id>;             // whose floor rules and pools hold
    std::span<const pool_id> pools = {};  // that are taken from by name (model/pools.hpp), most 16
    std::optional<time_point> on{};       // the confirmed date, for pools of days; else `now`
    bool partial = false;  // take what there is: lines shrink to it, or fall out, first the last
                           // ones where pools bind; `insufficient` where there is nothing at all,
                           // or pools alone of what asks for goods, too
};

/// What a live reservation is to be. What is not said stays as it is; nothing said is
/// bad_line_count.
struct change_request {
    reservation_id reservation{};
    std::optional<time_point> deadline{};      // never: hard from now on
    std::span<const reserve_line> lines = {};  // at most 256: the new amount of each cell and its
                                               // floor; 0 lets the cell go, others stay
};

/// Units of a live reservation go from one node to another.
struct move_request {
    reservation_id reservation{};
    node_id from{};
    node_id to{};
    sku_id sku = none<sku_id>;  // none: every SKU that it holds there
    quantity amount{};          // of that SKU; 0: all that it holds there
    quantity floor{};           // to leave at the new node
};

struct order_line {
    sku_id sku{};
    quantity amount;
    std::int64_t unit_price_minor = 0;  // in the order's currency, before tax
    /// A firm node: the line comes from there, or it waits; sourcing never moves it.
    node_id node = none<node_id>;
    line_terms own{};       // where it goes, how and by when, if not as the order says
    std::uint16_t set = 0;  // lines of one number, not 0, are released together or not at all, and
                            // leave together where the policy says so
};

inline constexpr std::uint64_t max_revision = (std::uint64_t{1} << 53) - 1;  // exact in all JSON

/// A canonical order. The command's key is the order's external key.
struct order_request {
    std::span<const order_line> lines;  // 1 to 5,000
    place_id ship_to = none<place_id>;  // unknown ranks all distances last
    earmark::currency currency;
    std::uint8_t priority = 0;
    reservation_id reservation = none<reservation_id>;  // basket to hand over
    std::span<const order_fact> facts = {};             // what policies may ask of it
    service_id method = none<service_id>;  // how it travels; none: by what holds for all services
    civil_day deliver_by = no_day;         // the last day of delivery that was asked for
    node_id node = none<node_id>;          // the firm node of lines that name none
    order_type type = order_type::sales;   // bad_order_type: exchange, return; a draft, a service
                                           // and make_to_order with a reservation; make_to_order
                                           // with a line that has no node, which makes its goods
    node_id to = none<node_id>;            // of a transfer or a purchase: where its goods go
    std::uint64_t revision = 0;            // of its text, which capture() amends by; 0: it has none
};

struct cancel_request {
    order_id order{};
    std::uint32_t line = 0;  // 1, 2, ...; 0: the whole order
    quantity amount{};       // 0: all that can still be cancelled
    std::uint8_t reason = 0;
};

struct source_request {
    std::span<const order_id> orders;
    bool dry_run = false;  // decide and explain, take nothing
    /// For policies that rank by `score`: orders x nodes, row by row, smaller is better; each
    /// decision keeps those that it saw. Else empty; other policies do not look at them.
    std::span<const std::int32_t> scores{};
    /// A node that closes: what is allocated there, and not released, leaves it. The units are open
    /// again and their goods free, and then they are sourced anew, from other nodes; all else
    /// stays. With dry_run it is what would become of each order, were it the only one.
    node_id leaving = none<node_id>;
};

struct release_request {
    std::span<const order_id> orders;
    node_id node = none<node_id>;  // only what is allocated there; none: everywhere
};

/// What a node or carrier reports. Amounts move from the state before. A node that rejects gives
/// back what was allocated to it or released, the latter first: the units are open again, the goods
/// free at the node, and the order remembers who rejected which line.
///
/// `pick` and `pack` are steps on the way, `unpick` leads back from both; `ship` takes packed units
/// first, then picked, then released ones. `lose`: with a node, units that it had packed or picked
/// are not to be found; without one, units that were shipped. `fulfil`: what needs no goods is
/// done. `mark`: an event of the order's own workflow; it changes no more than what its units are
/// called. `accept`, `confirm_cancel`, `refuse_cancel`: what a node answers that was asked
/// (model/asked.hpp), for 0 units about all of them; not_asked where it was not. Units that a node
/// rejects and was asked to give back are cancelled, and not open again.
///
/// `make`: units of a make-to-order order were made. They come into the stock of their line's node
/// and are the order's, allocated, at the same instant: nobody else can have them. Units that are
/// in production come first. bad_order_type of other orders, no_cell where the SKU was never
/// stocked at the node, stock_overflow.
enum class fact_kind : std::uint8_t {
    ship,
    deliver,
    reject,
    pick,
    pack,
    lose,
    unpick,
    fulfil,
    mark,
    accept,
    confirm_cancel,
    refuse_cancel,
    make,
};
inline constexpr std::size_t fact_kinds = 13;
[[nodiscard]] std::string_view name_of(fact_kind k) noexcept;
[[nodiscard]] verb verb_of(fact_kind k) noexcept;
struct fact {
    fact_kind kind = fact_kind::ship;
    order_id order{};
    std::uint32_t line = 0;        // 0: every line
    node_id node = none<node_id>;  // none: any node, but not of reject and of answers
    quantity amount{};             // 0: all that stand in the state before
    std::uint8_t reason = 0;       // of reject alone: the caller's own
    std::string_view event{};      // of mark alone: its name
};

}  // namespace earmark
