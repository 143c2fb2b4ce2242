// STOCK: reservations, physical changes, and what is free.
#include <pybind11/stl.h>

#include <limits>
#include <optional>

#include "columns.hpp"
#include "earmark/report/answers.hpp"
#include "scalar.hpp"

namespace earmark::python {

namespace {

/// Requests and answers that fit the first cache beside what the engine touches.
constexpr std::size_t in_cache = 64;
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

/// Baskets as columns. Requests are made of them a few at a time, which then are in the cache when
/// the engine reads them. An id that changed while the engine worked is some id, which the engine
/// looks up or refuses as any other; offsets are copied, since they say what is read.
struct baskets {
    whole_numbers sku, node, amount;
    std::vector<std::int64_t> offsets, floor;  // no floor: 0 everywhere
    time_point deadline;
    channel_id channel = none<channel_id>;
    std::vector<reserve_line> lines{};
    std::vector<reserve_request> requests{};

    [[nodiscard]] std::size_t size() const { return offsets.size() - 1; }
    /// The requests first .. first + n - 1; valid until the next call.
    std::span<const reserve_request> slice(std::size_t first, std::size_t n);
};

baskets read_baskets(const any_table& table, std::optional<std::int64_t> deadline) {
    constexpr std::string_view known[] = {"offsets", "sku", "node", "amount", "floor"};
    const columns c{table, known};
    whole_numbers skus = c.whole("sku", -1, {0, std::numeric_limits<std::uint32_t>::max()});
    const auto n = static_cast<std::ptrdiff_t>(skus.size());
    baskets b{std::move(skus),
              c.whole("node", n, {0, std::numeric_limits<std::uint16_t>::max()}),
              c.whole("amount", n, {-most, most}),
              c.offsets(static_cast<std::size_t>(n)),
              {},
              deadline ? time_point{*deadline} : never};
    if (c.has("floor")) b.floor = c.integers("floor", n, {-most, most, 0});
    return b;
}

std::span<const reserve_request> baskets::slice(std::size_t first, std::size_t n) {
    const auto begin = static_cast<std::size_t>(offsets[first]);
    lines.resize(static_cast<std::size_t>(offsets[first + n]) - begin);
    for (std::size_t i = 0; i < lines.size(); ++i)
        lines[i] = {sku_id{static_cast<std::uint32_t>(sku[begin + i])},
                    node_id{static_cast<std::uint16_t>(node[begin + i])},
                    {std::max(amount[begin + i], -most)},
                    {floor.empty() ? 0 : floor[begin + i]}};
    requests.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
        const auto at = static_cast<std::size_t>(offsets[first + i]);
        const auto end = static_cast<std::size_t>(offsets[first + i + 1]);
        requests[i] = {std::span{lines}.subspan(at - begin, end - at), deadline,
                       none<reservation_id>, channel};
    }
    return requests;
}

error_code code_of(const result<receipt>& r) { return r.error().code; }

/// The channel of a name; none for none.
channel_id channel_of(const engine& e, const std::optional<std::string>& name) {
    return name ? value_or_raise(e, e.find_channel(*name)) : none<channel_id>;
}

floor_use use_of(const std::string& text) {
    if (text == "selling") return floor_use::selling;
    if (text == "sourcing") return floor_use::sourcing;
    bad_input("use '" + text + "'; give selling or sourcing");
}

frame_ref reserve(engine& e, const any_table& table, std::optional<std::int64_t> deadline,
                  const std::optional<std::string>& channel, std::int64_t now,
                  const progress_call& progress) {
    baskets b = read_baskets(table, deadline);
    b.channel = channel_of(e, channel);
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

void change(engine& e, std::uint64_t reservation, std::int64_t deadline, std::int64_t now) {
    const change_request r{reservation_id{reservation}, time_point{deadline}, {}};
    const auto answer = with_room(
        e, [&] { return e.change(at(now), r); }, code_of);
    static_cast<void>(value_or_raise(e, answer));
}

void unreserve(engine& e, std::uint64_t reservation, std::int64_t now) {
    const auto answer = with_room(
        e, [&] { return e.unreserve(at(now), reservation_id{reservation}); }, code_of);
    static_cast<void>(value_or_raise(e, answer));
}

frame_ref unreserve_all(engine& e, const any_column& reservations, std::int64_t now,
                        const progress_call& progress) {
    const auto held = ids(reservations, "reservations");
    report::reserved_rows rows{held.size()};
    std::vector<reservation_id> some(std::min(slice_items, held.size()));
    std::vector<result<receipt>> answers(some.size(), receipt{});
    const command by = at(now);
    const auto work = [&](std::size_t first, std::size_t n) {
        const auto asked = std::span{some}.first(n);
        const auto out = std::span{answers}.first(n);
        for (std::size_t i = 0; i < n; ++i)
            asked[i] = reservation_id{static_cast<std::uint64_t>(held[first + i])};
        e.unreserve(by, asked, out);
        for (std::size_t i = 0; i < n; ++i)
            if (code_of(out[i]) == error_code::journal_full)
                out[i] = with_room(
                    e, [&] { return e.unreserve(by, asked[i]); }, code_of);
        rows.add(out);
    };
    return in_slices(held.size(), progress, work, [&] { return to_python(rows.finish()); });
}

std::int64_t available_one(engine& e, std::uint32_t sku, std::optional<std::uint16_t> node,
                           std::int64_t floor) {
    const node_id at = node ? node_id{*node} : none<node_id>;
    return value_or_raise(e, e.available(sku_id{sku}, at, {floor})).atoms;
}

/// The questions of a batch; `ask(request)` answers one.
struct questions {
    std::vector<std::int64_t> sku, node;  // node is empty: all nodes

    questions(const any_column& skus, const std::optional<any_column>& nodes)
        : sku{ids(skus, "skus", std::numeric_limits<std::uint32_t>::max())} {
        if (!nodes) return;
        node = ids(*nodes, "nodes", std::numeric_limits<std::uint16_t>::max());
        if (node.size() != sku.size())
            bad_input("'nodes' has " + std::to_string(node.size()) + " rows where 'skus' has " +
                      std::to_string(sku.size()));
    }
    template <class Ask>
    py::array_t<std::int64_t> answers(engine& e, const progress_call& progress, Ask&& ask) const {
        py::array_t<std::int64_t> out(static_cast<py::ssize_t>(sku.size()));
        std::int64_t* const units = out.mutable_data();
        std::optional<error> refused;
        const auto work = [&](std::size_t first, std::size_t n) {
            for (std::size_t i = first; i < first + n && !refused; ++i) {
                const auto at =
                    node.empty() ? none<node_id> : node_id{static_cast<std::uint16_t>(node[i])};
                const auto free = ask(sku_id{static_cast<std::uint32_t>(sku[i])}, at);
                if (free)
                    units[i] = free->atoms;
                else
                    refused = free.error();
            }
        };
        const auto answer = in_slices(sku.size(), progress, work, [&] { return out; });
        if (refused) raise(e, *refused);
        return answer;
    }
};

py::array_t<std::int64_t> available(engine& e, const any_column& skus,
                                    const std::optional<any_column>& nodes, std::int64_t floor,
                                    const progress_call& progress) {
    return questions{skus, nodes}.answers(
        e, progress, [&](sku_id sku, node_id node) { return e.available(sku, node, {floor}); });
}

py::array_t<std::int64_t> available_to(engine& e, const any_column& skus,
                                       const std::optional<any_column>& nodes,
                                       const std::optional<std::string>& channel,
                                       const std::string& use, const progress_call& progress) {
    const channel_id to = channel_of(e, channel);
    const floor_use by = use_of(use);
    return questions{skus, nodes}.answers(e, progress, [&](sku_id sku, node_id node) {
        return e.available({sku, node, to, by});
    });
}

frame_ref explain_available(engine& e, std::uint32_t sku, std::optional<std::uint16_t> node,
                            const std::optional<std::string>& channel, const std::string& use) {
    const available_request asked{sku_id{sku}, node ? node_id{*node} : none<node_id>,
                                  channel_of(e, channel), use_of(use)};
    const auto terms = value_or_raise(e, without_gil([&] { return e.explain_available(asked); }));
    return to_python(report::terms_frame(terms, node_keys(e)));
}

adjust_reason reason_of(const std::string& text) {
    constexpr const char* names[] = {"receipt", "count", "damage", "theft", "correction"};
    for (std::size_t i = 0; i < 5; ++i)
        if (text == names[i]) return static_cast<adjust_reason>(i);
    bad_input("reason '" + text + "'; the reasons are receipt, count, damage, theft, correction");
}

std::int32_t adjust(engine& e, const std::string& sku, const std::string& node, std::int64_t delta,
                    const std::string& reason, std::int64_t now) {
    const adjust_request request{value_or_raise(e, e.find_sku(sku)),
                                 value_or_raise(e, e.find_node(node)),
                                 {delta},
                                 reason_of(reason)};
    return value_or_raise(e, e.adjust(at(now), request)).uncovered;
}

}  // namespace

void bind_stock(engine_class& c) {
    const auto now = py::arg("now") = 0;
    const auto progress = py::arg("progress") = py::none();
    c.def("reserve", on(&reserve), py::arg("columns"), py::kw_only(),
          py::arg("deadline") = std::nullopt, py::arg("channel") = std::nullopt, now, progress,
          "Columns: offsets, sku, node, amount, floor; each reservation is all or nothing. The "
          "floor rules of `channel` hold. Frame `reserved`.");
    c.def("reserve_one", on(&reserve_one), py::arg("sku"), py::arg("node"), py::arg("amount"),
          py::arg("floor") = 0, py::arg("deadline") = never.ns, py::arg("now") = 0,
          "One reservation of one SKU at one node; its id, or Refused or Busy.");
    c.def("change", on(&change), py::arg("reservation"), py::kw_only(), py::arg("deadline"),
          py::arg("now") = 0, "Moves the deadline of a live reservation.");
    c.def("unreserve", on(&unreserve), py::arg("reservation").noconvert(), py::arg("now") = 0,
          "Gives the units of a live reservation back.");
    c.def("unreserve", on(&unreserve_all), py::arg("reservations"), py::kw_only(), now, progress,
          "The same of many, each on its own. Frame `reserved`.");
    c.def("available", on(&available_one), py::arg("skus").noconvert(),
          py::arg("nodes").noconvert() = std::nullopt, py::arg("floor") = 0,
          "Units free of one SKU, at a node or (None) over all nodes.");
    c.def("available", on(&available), py::arg("skus"), py::arg("nodes") = std::nullopt,
          py::kw_only(), py::arg("floor") = 0, progress,
          "Units free per SKU, at a node each or (None) over all nodes.");
    c.def("available_to", on(&available_to), py::arg("skus"), py::arg("nodes") = std::nullopt,
          py::kw_only(), py::arg("channel") = std::nullopt, py::arg("use") = "selling", progress,
          "The same by the floor rules of a channel, or as `sourcing` sees it.");
    c.def("explain_available", on(&explain_available), py::arg("sku"),
          py::arg("node") = std::nullopt, py::kw_only(), py::arg("channel") = std::nullopt,
          py::arg("use") = "selling",
          "Every term of what is available of a SKU. Frame `available_terms`.");
    c.def("adjust", on(&adjust), py::arg("sku"), py::arg("node"), py::arg("delta"), py::kw_only(),
          py::arg("reason") = "correction", now,
          "A physical change; returns how many granules of promises it uncovered.");
    door<&reserve_one>::open(c, "reserve_one",
                             {"sku", "node", "amount", "floor", "deadline", "now"}, std::int64_t{0},
                             never.ns, std::int64_t{0});
    door<&unreserve>::open(c, "unreserve", {"reservation", "now"}, std::int64_t{0});
    door<&available_one>::open(c, "available", {"skus", "nodes", "floor"}, std::nullopt,
                               std::int64_t{0});
}

}  // namespace earmark::python
