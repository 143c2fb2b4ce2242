// RESERVATIONS: made, changed, moved between nodes, given back.
#include <pybind11/stl.h>

#include <limits>
#include <optional>

#include "columns.hpp"
#include "earmark/report/answers.hpp"
#include "earmark/report/stock_frames.hpp"
#include "scalar.hpp"

namespace earmark::python {

namespace {

/// Requests and answers that fit the first cache beside what the engine touches.
constexpr std::size_t in_cache = 64;
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

/// A reservation's number as columns have it; below 0: none.
reservation_id id_of(std::int64_t number) {
    return number < 0 ? none<reservation_id> : reservation_id{static_cast<std::uint64_t>(number)};
}

constexpr bounds a_pool{-1, std::numeric_limits<std::uint32_t>::max() - 1, -1};
constexpr bounds a_section{-1, std::numeric_limits<std::uint16_t>::max() - 1, -1};

/// Lines that are about a flat pool, or about one section; -1 is neither.
void say_where(std::span<reserve_line> lines, std::span<const std::int64_t> pool,
               std::span<const std::int64_t> section) {
    for (std::size_t i = 0; i < pool.size(); ++i) {
        const bool of_pool = pool[i] >= 0;
        lines[i].pool = of_pool ? pool_id{static_cast<std::uint32_t>(pool[i])} : none<pool_id>;
        if (of_pool) lines[i].sku = {};
        if (of_pool) lines[i].node = {};
    }
    for (std::size_t i = 0; i < section.size(); ++i)
        lines[i].section =
            section[i] < 0 ? none<section_id> : section_id{static_cast<std::uint16_t>(section[i])};
}

/// Baskets as columns. Requests are made of them a few at a time, which then are in the cache when
/// the engine reads them. An id that changed while the engine worked is some id, which the engine
/// looks up or refuses as any other; offsets are copied, since they say what is read.
struct baskets {
    whole_numbers sku, node, amount;
    std::vector<std::int64_t> offsets;
    std::vector<std::int64_t> floor{}, pool{}, section{};  // by line; empty: none has one
    std::vector<std::int64_t> supersedes{}, on{};          // by basket
    reserve_request usual{};                               // what all have alike
    std::vector<pool_id> pools{};
    std::vector<reserve_line> lines{};
    std::vector<reserve_request> requests{};

    [[nodiscard]] std::size_t size() const { return offsets.size() - 1; }
    /// The requests first .. first + n - 1; valid until the next call.
    std::span<const reserve_request> slice(std::size_t first, std::size_t n);
    void make_lines(std::size_t begin, std::size_t n);
};

constexpr std::int64_t no_day = std::numeric_limits<std::int64_t>::min();

baskets read_baskets(const any_table& table) {
    constexpr std::string_view known[] = {"offsets",    "sku",  "node",    "amount", "floor",
                                          "supersedes", "pool", "section", "on"};
    const columns c{table, known};
    whole_numbers skus = c.whole("sku", -1, {0, std::numeric_limits<std::uint32_t>::max()});
    const auto n = static_cast<std::ptrdiff_t>(skus.size());
    baskets b{std::move(skus), c.whole("node", n, {0, std::numeric_limits<std::uint16_t>::max()}),
              c.whole("amount", n, {-most, most}), c.offsets(static_cast<std::size_t>(n))};
    const auto size = static_cast<std::ptrdiff_t>(b.size());
    if (c.has("floor")) b.floor = c.integers("floor", n, {-most, most, 0});
    if (c.has("pool")) b.pool = c.integers("pool", n, a_pool);
    if (c.has("section")) b.section = c.integers("section", n, a_section);
    if (c.has("supersedes")) b.supersedes = c.integers("supersedes", size, {-1, most, -1});
    if (c.has("on")) b.on = c.integers("on", size, {-most, most, no_day});
    return b;
}

void baskets::make_lines(std::size_t begin, std::size_t n) {
    if (lines.size() < n) lines.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
        lines[i].sku = sku_id{static_cast<std::uint32_t>(sku[begin + i])};
        lines[i].node = node_id{static_cast<std::uint16_t>(node[begin + i])};
        lines[i].amount = {std::max(amount[begin + i], -most)};
    }
    if (!floor.empty())
        for (std::size_t i = 0; i < n; ++i) lines[i].floor = {floor[begin + i]};
    const auto part = [&](const std::vector<std::int64_t>& column) {
        return column.empty() ? std::span<const std::int64_t>{}
                              : std::span{column}.subspan(begin, n);
    };
    say_where(lines, part(pool), part(section));
}

std::span<const reserve_request> baskets::slice(std::size_t first, std::size_t n) {
    const auto begin = static_cast<std::size_t>(offsets[first]);
    make_lines(begin, static_cast<std::size_t>(offsets[first + n]) - begin);
    if (requests.size() < n) requests.resize(n, usual);
    for (std::size_t i = 0; i < n; ++i) {
        const auto at = static_cast<std::size_t>(offsets[first + i]);
        const auto end = static_cast<std::size_t>(offsets[first + i + 1]);
        requests[i].lines = std::span{lines}.subspan(at - begin, end - at);
    }
    if (!supersedes.empty())
        for (std::size_t i = 0; i < n; ++i) requests[i].supersedes = id_of(supersedes[first + i]);
    if (!on.empty())
        for (std::size_t i = 0; i < n; ++i)
            requests[i].on =
                on[first + i] == no_day ? std::nullopt : std::optional{time_point{on[first + i]}};
    return std::span{requests}.first(n);
}

error_code code_of(const result<receipt>& r) { return r.error().code; }

frame_ref reserve(engine& e, const any_table& table, std::optional<std::int64_t> deadline,
                  const std::optional<std::string>& channel, const std::optional<any_column>& pools,
                  bool partial, std::int64_t now, const progress_call& progress) {
    baskets b = read_baskets(table);
    if (pools)
        for (const std::int64_t p : ids(*pools, "pools", a_pool.high))
            b.pools.push_back(static_cast<pool_id>(p));
    if (deadline) b.usual.deadline = time_point{*deadline};
    b.usual.channel = channel_of(e, channel);
    b.usual.pools = b.pools;
    b.usual.partial = partial;
    report::reserved_rows rows{b.size()};
    std::vector<result<receipt>> answers(std::min(in_cache, b.size()), receipt{});
    const command by = at(now);
    const auto some = [&](std::size_t first, std::size_t n) {
        const auto out = std::span{answers}.first(n);
        const auto requests = b.slice(first, n);
        e.reserve(by, requests, out);
        for (std::size_t i = 0; i < n; ++i)
            if (code_of(out[i]) == error_code::journal_full)
                out[i] = with_room(
                    e, [&] { return e.reserve(by, requests[i]); }, code_of);
        rows.add(out);
    };
    const auto work = [&](std::size_t first, std::size_t n) {
        for (const std::size_t end = first + n; first < end; first += in_cache)
            some(first, std::min(in_cache, end - first));
    };
    return in_slices(b.size(), progress, work, [&] { return to_python(rows.finish()); });
}

std::uint64_t reserve_one(engine& e, std::uint32_t sku, std::uint16_t node, std::int64_t amount,
                          std::int64_t floor, std::int64_t deadline, std::int64_t now) {
    const reserve_line line{sku_id{sku}, node_id{node}, {amount}, {floor}};
    const reserve_request request{{&line, 1}, {deadline}, none<reservation_id>};
    const auto answer = with_room(
        e, [&] { return e.reserve(at(now), request); }, code_of);
    return value_or_raise(e, answer).subject;
}

/// Many requests about live reservations, each on its own: `ask` is the engine's verb, of many and
/// of one.
template <class Request, class Ask>
frame_ref each_of(engine& e, std::span<const Request> all, const progress_call& progress,
                  Ask&& ask) {
    report::reserved_rows rows{all.size()};
    std::vector<result<receipt>> answers(std::min(slice_items, all.size()), receipt{});
    const auto work = [&](std::size_t first, std::size_t n) {
        const auto out = std::span{answers}.first(n);
        ask(all.subspan(first, n), out);
        for (std::size_t i = 0; i < n; ++i)
            if (code_of(out[i]) == error_code::journal_full)
                out[i] = with_room(
                    e, [&] { return ask(all[first + i]); }, code_of);
        rows.add(out);
    };
    return in_slices(all.size(), progress, work, [&] { return to_python(rows.finish()); });
}

void change(engine& e, std::uint64_t reservation, std::int64_t deadline, std::int64_t now) {
    const change_request r{reservation_id{reservation}, time_point{deadline}, {}};
    const auto answer = with_room(
        e, [&] { return e.change(at(now), r); }, code_of);
    static_cast<void>(value_or_raise(e, answer));
}

/// The lines of changes: none where the table has no column of them.
std::vector<reserve_line> changed_lines(const columns& c) {
    if (!c.has("offsets") && !c.has("sku")) return {};
    const auto sku = c.integers("sku", -1, {0, std::numeric_limits<std::uint32_t>::max()});
    const auto n = static_cast<std::ptrdiff_t>(sku.size());
    const auto node = c.integers("node", n, {0, std::numeric_limits<std::uint16_t>::max()});
    const auto amount = c.integers("amount", n, {-most, most});
    const auto floor = c.integers("floor", n, {-most, most, 0});
    const auto pool = c.integers("pool", n, a_pool), section = c.integers("section", n, a_section);
    std::vector<reserve_line> lines(sku.size());
    for (std::size_t i = 0; i < lines.size(); ++i)
        lines[i] = {sku_id{static_cast<std::uint32_t>(sku[i])},
                    node_id{static_cast<std::uint16_t>(node[i])},
                    {amount[i]},
                    {floor[i]}};
    say_where(lines, pool, section);
    return lines;
}

frame_ref change_all(engine& e, const any_table& table, std::optional<std::int64_t> deadline,
                     std::int64_t now, const progress_call& progress) {
    constexpr std::int64_t stays = std::numeric_limits<std::int64_t>::min();
    constexpr std::string_view known[] = {"reservation", "deadline", "offsets", "sku",    "node",
                                          "amount",      "floor",    "pool",    "section"};
    const columns c{table, known};
    const auto held = c.integers("reservation", -1, {0, most});
    const auto n = static_cast<std::ptrdiff_t>(held.size());
    const auto until = c.integers("deadline", n, {stays, most, deadline.value_or(stays)});
    const auto lines = changed_lines(c);
    auto offsets = std::vector<std::int64_t>(held.size() + 1);
    if (c.has("offsets") || c.has("sku")) offsets = c.offsets(lines.size());
    if (offsets.size() != held.size() + 1)
        bad_input("column 'offsets' has " + std::to_string(offsets.size()) +
                  " rows; give one more than there are reservations, " +
                  std::to_string(held.size() + 1));
    std::vector<change_request> all(held.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto first = static_cast<std::size_t>(offsets[i]);
        all[i].reservation = id_of(held[i]);
        if (until[i] != stays) all[i].deadline = time_point{until[i]};
        all[i].lines =
            std::span{lines}.subspan(first, static_cast<std::size_t>(offsets[i + 1]) - first);
    }
    const command by = at(now);
    return each_of(e, std::span<const change_request>{all}, progress,
                   [&](const auto&... a) { return e.change(by, a...); });
}

frame_ref move_all(engine& e, const any_table& table, std::int64_t now,
                   const progress_call& progress) {
    constexpr std::string_view known[] = {"reservation", "from", "to", "sku", "amount", "floor"};
    constexpr bounds a_node{0, std::numeric_limits<std::uint16_t>::max()};
    const columns c{table, known};
    const auto held = c.integers("reservation", -1, {0, most});
    const auto n = static_cast<std::ptrdiff_t>(held.size());
    const auto from = c.integers("from", n, a_node), to = c.integers("to", n, a_node);
    const auto sku = c.integers("sku", n, {-1, std::numeric_limits<std::uint32_t>::max(), -1});
    const auto amount = c.integers("amount", n, {0, most, 0});
    const auto floor = c.integers("floor", n, {-most, most, 0});
    std::vector<move_request> all(held.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = {id_of(held[i]),
                  node_id{static_cast<std::uint16_t>(from[i])},
                  node_id{static_cast<std::uint16_t>(to[i])},
                  sku[i] < 0 ? none<sku_id> : sku_id{static_cast<std::uint32_t>(sku[i])},
                  {amount[i]},
                  {floor[i]}};
    const command by = at(now);
    return each_of(e, std::span<const move_request>{all}, progress,
                   [&](const auto&... a) { return e.move(by, a...); });
}

void unreserve(engine& e, std::uint64_t reservation, std::int64_t now) {
    const auto answer = with_room(
        e, [&] { return e.unreserve(at(now), reservation_id{reservation}); }, code_of);
    static_cast<void>(value_or_raise(e, answer));
}

frame_ref unreserve_all(engine& e, const any_column& reservations, std::int64_t now,
                        const progress_call& progress) {
    std::vector<reservation_id> held;
    for (const std::int64_t number : ids(reservations, "reservations"))
        held.push_back(id_of(number));
    const command by = at(now);
    return each_of(e, std::span<const reservation_id>{held}, progress,
                   [&](const auto&... a) { return e.unreserve(by, a...); });
}

/// What it holds, and how it stands.
py::object reservation(engine& e, std::uint64_t id) {
    const reservation_view v = value_or_raise(e, e.reservation(reservation_id{id}));
    const auto section_key = [&](section_id s) { return e.section(s).key; };
    const auto pool_key = [&](pool_id p) { return e.pool(p)->key; };
    return py::make_tuple(
        to_python(report::held_frame(v.parts, sku_keys(e), node_keys(e), section_key, pool_key)),
        name_of(v.state), v.deadline == never ? py::object(py::none()) : py::cast(v.deadline.ns));
}

}  // namespace

void bind_reservations(engine_class& c) {
    const auto now = py::arg("now") = 0;
    const auto progress = py::arg("progress") = py::none();
    c.def("reserve", on(&reserve), py::arg("columns"), py::kw_only(),
          py::arg("deadline") = std::nullopt, py::arg("channel") = std::nullopt,
          py::arg("pools") = std::nullopt, py::arg("partial") = false, now, progress,
          "Columns: offsets, sku, node, amount, floor, pool (a line of a flat pool: its id, else "
          "-1), section (its id: this one alone; -1: as the channel draws); one per reservation: "
          "supersedes (the caller's own to swap for it in one step, -1 "
          "for none), on (the day, for pools of days; null: now). Each reservation is all or "
          "nothing, or with `partial` what there is of its lines. The floor rules and pools of "
          "`channel` hold; `pools`: ids of named ones. "
          "Frame `reserved`.");
    c.def("reserve_one", on(&reserve_one), py::arg("sku"), py::arg("node"), py::arg("amount"),
          py::arg("floor") = 0, py::arg("deadline") = never.ns, py::arg("now") = 0,
          "One reservation of one SKU at one node; its id, or Refused or Busy.");
    c.def("change", on(&change), py::arg("reservation"), py::kw_only(), py::arg("deadline"),
          py::arg("now") = 0, "Moves the deadline of a live reservation.");
    c.def("change", on(&change_all), py::arg("columns"), py::kw_only(),
          py::arg("deadline") = std::nullopt, now, progress,
          "The same of many, and of what they hold. Columns: reservation, deadline (null: it "
          "stays), offsets, sku, node, amount (what is held there from now on; what no line names "
          "stays), floor, pool, section (-1: the plain stock). Each is all or nothing. Frame "
          "`reserved`.");
    c.def("move", on(&move_all), py::arg("columns"), py::kw_only(), now, progress,
          "Takes units of reservations to other nodes, each in one step. Columns: reservation, "
          "from, to, sku (-1: every SKU), amount (0: all of it), floor. Frame `reserved`.");
    c.def("reservation", on(&reservation), py::arg("reservation"),
          "What a reservation holds, as frame `held`, its state (active, consumed, cancelled, "
          "expired) and its deadline, or None.");
    c.def("unreserve", on(&unreserve), py::arg("reservation").noconvert(), py::arg("now") = 0,
          "Gives the units of a live reservation back.");
    c.def("unreserve", on(&unreserve_all), py::arg("reservations"), py::kw_only(), now, progress,
          "The same of many, each on its own. Frame `reserved`.");
    door<&reserve_one>::open(c, "reserve_one",
                             {"sku", "node", "amount", "floor", "deadline", "now"}, std::int64_t{0},
                             never.ns, std::int64_t{0});
    door<&unreserve>::open(c, "unreserve", {"reservation", "now"}, std::int64_t{0});
}

}  // namespace earmark::python
