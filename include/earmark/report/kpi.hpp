// KPIS over facts, with the definitions of docs/rooms/report.md (src/report/kpi_list.cpp is the
// one list). A figure is two integers and says what it is: a value, without a denominator, or
// without the facts that it would need. Nothing that was not recorded is printed as 0.
//
// Population: `order_date` takes the orders placed in the period, with all that has happened to
// them until `as_of` (a cohort). `event_date` takes what happened in the period: each figure has
// its own date (kpi_entry::dated), and a rate of two different dates may exceed 100 %.
//
// Who may call: one thread at a time; const members from several at once. Facts may come in any
// order, but of several promises of a line the one that came first is the first promise.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/result.hpp"
#include "earmark/core/time.hpp"
#include "earmark/report/facts.hpp"

namespace earmark::report {

enum class population : std::uint8_t { order_date, event_date };
[[nodiscard]] std::string_view name_of(population p) noexcept;

enum class figure_state : std::uint8_t {
    value,
    no_denominator,  // nothing to divide by in this population
    facts_missing,   // a kind of fact that it needs was never recorded (figure::missing)
    too_large,       // its sums do not fit into 64 bits
};
[[nodiscard]] std::string_view name_of(figure_state s) noexcept;

/// What one unit of part / whole is.
enum class figure_unit : std::uint8_t {
    share,     // 0 to 1, but for rates of two dates
    count,     // per order, or per parcel
    time_ms,   // milliseconds
    money_e4,  // 1/10,000 of the major unit
    metres,
};
[[nodiscard]] std::string_view name_of(figure_unit u) noexcept;

/// The date that decides in an `event_date` population whether something is of the period.
enum class dated : std::uint8_t {
    placed,   // the order's
    settled,  // nothing of the order is left to ship: the last handover or cancellation
    closed,   // nothing is left to deliver: the last delivery or cancellation
    shipped,  // the order's first handover
    own,      // of each thing that is counted
};
[[nodiscard]] std::string_view name_of(dated d) noexcept;

/// A row of the list: the same name in C++, Python, SQL and pages.
struct kpi_entry {
    std::string_view name;
    figure_unit unit = figure_unit::share;
    dated by_event = dated::own;
    std::uint32_t needs = 0;  // bits of fact_kind
    std::string_view doc;     // part / whole, in words
    // The same for a database: SELECT sql_part, sql_whole FROM sql_from.
    std::string_view sql_from, sql_part, sql_whole;
};
[[nodiscard]] std::span<const kpi_entry> kpi_list();

struct figure {
    const kpi_entry* of = nullptr;
    figure_state state = figure_state::no_denominator;
    std::int64_t part = 0;                  // both 0 where state is not `value`
    std::int64_t whole = 0;                 // 1 for medians and percentiles
    fact_kind missing = fact_kind::placed;  // the first kind that it lacks
};

struct kpi_query {
    population by = population::order_date;
    time_point from{INT64_MIN};
    time_point to = never;     // exclusive; `never` leaves nothing out
    time_point as_of = never;  // later facts are not seen; never: the last instant of any fact
    order_class of = order_class::normal;
    std::int64_t tolerance = 0;  // units by which a count may differ from the record
};

struct kpi_result {
    kpi_query asked;           // as_of filled in
    std::int64_t orders = 0;   // of the class, placed in the period
    std::int64_t orphans = 0;  // facts of orders that were never placed, or of lines never ordered
    std::vector<figure> figures;  // one per row of kpi_list()

    /// Null for an unknown name.
    [[nodiscard]] const figure* find(std::string_view name) const noexcept;
};

/// What stands in a score where the facts were never recorded; no sum can be it.
inline constexpr std::int64_t not_recorded = INT64_MIN;

/// A node or carrier in numbers; populations as in kpi_query.
struct score {
    std::uint32_t party = 0;        // raw node_id, or carrier
    std::int64_t orders = 0;        // with a parcel or a request of the party
    std::int64_t requested = 0;     // units asked of a node
    std::int64_t rejected = 0;      // of them rejected; re-sourced units are asked for twice
    std::int64_t parcels = 0;       // handed over
    std::int64_t shipped = 0;       // units
    std::int64_t first_pass = 0;    // shipped units that were never back-ordered or substituted
    std::int64_t due = 0;           // parcels whose ship date has come
    std::int64_t shipped_late = 0;  // of them, also those that are not shipped
    std::int64_t arrivals = 0;      // parcels delivered, or past their promise
    std::int64_t delivered_late = 0;
    std::int64_t cost_e4 = 0;  // actual where recorded, else estimated; of its parcels
    std::int64_t metres = 0;   // over `measured` parcels
    std::int64_t measured = 0;
    std::int64_t cases_ordered = 0;  // of a vendor
    std::int64_t cases_in_window = 0;
    std::int64_t cases_received = 0;  // no more than ordered
};
enum class party : std::uint8_t { node, carrier };

/// A count of a score, and the kinds of fact without which it is not_recorded.
struct score_column {
    std::string_view name;
    std::int64_t score::*field = nullptr;
    std::uint32_t needs = 0;  // bits of fact_kind
};
/// All but `orders`, in the order of the frame.
[[nodiscard]] std::span<const score_column> score_columns();

/// The fold. Keeps its facts (96 bytes each), since a population may be asked for in hindsight.
class kpis {
public:
    /// Errors, nothing added: bad_field (refs: field code of docs/rooms/report.md), bad_quantity,
    /// out_of_range, duplicate_row (an order placed, or a line ordered, twice). O(log facts).
    [[nodiscard]] error add(const kpi_fact& f);

    /// The host records this kind, even if none has happened yet: then 0 is a figure.
    void declare(fact_kind k) noexcept { recorded_ |= 1u << static_cast<unsigned>(k); }
    [[nodiscard]] bool recorded(fact_kind k) const noexcept {
        return (recorded_ >> static_cast<unsigned>(k) & 1) != 0;
    }

    /// All figures. O(n log n) in the facts.
    [[nodiscard]] kpi_result figures(const kpi_query& q) const;

    /// Ascending by party; only those that have something to show.
    [[nodiscard]] std::vector<score> scorecard(party by, const kpi_query& q) const;

    /// In the order in which they came. Valid until the next add().
    [[nodiscard]] std::span<const kpi_fact> facts() const noexcept { return facts_; }
    [[nodiscard]] time_point last() const noexcept { return last_; }

private:
    [[nodiscard]] kpi_query filled(kpi_query q) const noexcept;

    std::vector<kpi_fact> facts_;
    std::map<std::uint64_t, std::vector<std::uint32_t>> by_order_;     // index into facts_
    std::map<std::pair<std::uint64_t, std::uint32_t>, bool> ordered_;  // lines; (order, 0): placed
    std::vector<std::uint32_t> of_no_order_;
    std::uint32_t recorded_ = 0;
    std::int64_t total_ = 0;  // of all amounts of all facts
    time_point last_{INT64_MIN};
};

}  // namespace earmark::report
