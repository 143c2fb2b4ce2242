// STOCK: what is free, and physical changes.
#include <pybind11/stl.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "columns.hpp"
#include "earmark/report/answers.hpp"
#include "scalar.hpp"

namespace earmark::python {

namespace {

floor_use use_of(const std::string& text) {
    if (text == "selling") return floor_use::selling;
    if (text == "sourcing") return floor_use::sourcing;
    bad_input("use '" + text + "'; give selling or sourcing");
}

std::int64_t available_one(engine& e, std::uint32_t sku, std::optional<std::uint16_t> node,
                           std::int64_t floor) {
    const node_id at = node ? node_id{*node} : none<node_id>;
    return value_or_raise(e, e.available(sku_id{sku}, at, {floor})).atoms;
}

/// Ids of nodes, ascending, each once.
std::vector<node_id> group_of(const std::optional<any_column>& group) {
    std::vector<node_id> out;
    if (!group) return out;
    for (const std::int64_t n : ids(*group, "group", std::numeric_limits<std::uint16_t>::max() - 1))
        out.push_back(static_cast<node_id>(n));
    if (out.empty()) bad_input("'group' is empty; leave it out to ask of all nodes");
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
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
                                       const std::string& use,
                                       const std::optional<any_column>& group,
                                       const progress_call& progress) {
    const channel_id to = channel_of(e, channel);
    const floor_use by = use_of(use);
    const std::vector<node_id> some = group_of(group);
    return questions{skus, nodes}.answers(e, progress, [&](sku_id sku, node_id node) {
        return e.available({sku, node, to, by, some});
    });
}

py::array_t<std::int64_t> available_together(engine& e, const any_column& skus,
                                             const std::optional<any_column>& nodes,
                                             const std::optional<std::string>& channel,
                                             const std::string& use,
                                             const std::optional<any_column>& group) {
    const questions of{skus, nodes};
    const std::vector<node_id> some = group_of(group);
    std::vector<available_request> asked(of.sku.size());
    for (std::size_t i = 0; i < asked.size(); ++i)
        asked[i] = {
            sku_id{static_cast<std::uint32_t>(of.sku[i])},
            of.node.empty() ? none<node_id> : node_id{static_cast<std::uint16_t>(of.node[i])},
            channel_of(e, channel), use_of(use), some};
    const auto units = value_or_raise(e, without_gil([&] { return e.available_together(asked); }));
    py::array_t<std::int64_t> out(static_cast<py::ssize_t>(units.size()));
    for (std::size_t i = 0; i < units.size(); ++i) out.mutable_data()[i] = units[i].atoms;
    return out;
}

frame_ref explain_available(engine& e, std::uint32_t sku, std::optional<std::uint16_t> node,
                            const std::optional<std::string>& channel, const std::string& use) {
    const available_request asked{sku_id{sku}, node ? node_id{*node} : none<node_id>,
                                  channel_of(e, channel), use_of(use)};
    const auto terms = value_or_raise(e, without_gil([&] { return e.explain_available(asked); }));
    const auto section_key = [&](section_id s) { return e.section(s).key; };
    return to_python(report::terms_frame(terms, node_keys(e), section_key));
}

adjust_reason reason_of(const std::string& text) {
    constexpr const char* names[] = {"receipt", "count", "damage", "theft", "correction"};
    for (std::size_t i = 0; i < 5; ++i)
        if (text == names[i]) return static_cast<adjust_reason>(i);
    bad_input("reason '" + text + "'; the reasons are receipt, count, damage, theft, correction");
}

std::int32_t adjust(engine& e, const std::string& sku, const std::string& node, std::int64_t delta,
                    const std::string& reason, std::int64_t now, const actor_name& actor) {
    const adjust_request request{value_or_raise(e, e.find_sku(sku)),
                                 value_or_raise(e, e.find_node(node)),
                                 {delta},
                                 reason_of(reason)};
    return value_or_raise(e, e.adjust(at(e, actor, now), request)).uncovered;
}

/// How much there is of a pool, in its atoms.
void adjust_pool(engine& e, std::uint32_t pool, std::int64_t delta, const std::string& reason,
                 std::int64_t now, const actor_name& actor) {
    adjust_request request;
    request.delta = {delta};
    request.reason = reason_of(reason);
    request.pool = pool_id{pool};
    static_cast<void>(value_or_raise(e, e.adjust(at(e, actor, now), request)));
}

}  // namespace

void bind_stock(engine_class& c) {
    const auto now = py::arg("now") = 0;
    const auto progress = py::arg("progress") = py::none();
    c.def("available", on(&available_one), py::arg("skus").noconvert(),
          py::arg("nodes").noconvert() = std::nullopt, py::arg("floor") = 0,
          "Units free of one SKU, at a node or (None) over all nodes.");
    c.def("available", on(&available), py::arg("skus"), py::arg("nodes") = std::nullopt,
          py::kw_only(), py::arg("floor") = 0, progress,
          "Units free per SKU, at a node each or (None) over all nodes.");
    c.def(
        "available_to", on(&available_to), py::arg("skus"), py::arg("nodes") = std::nullopt,
        py::kw_only(), py::arg("channel") = std::nullopt, py::arg("use") = "selling",
        py::arg("group") = std::nullopt, progress,
        "The same by the floor rules of a channel, or as `sourcing` sees it. `group`: ids of nodes "
        "to sum over, each with its floor, in place of all.");
    c.def("available_together", on(&available_together), py::arg("skus"),
          py::arg("nodes") = std::nullopt, py::kw_only(), py::arg("channel") = std::nullopt,
          py::arg("use") = "selling", py::arg("group") = std::nullopt,
          "The same of up to 64 cells at one instant: no reservation is seen in part.");
    c.def("explain_available", on(&explain_available), py::arg("sku"),
          py::arg("node") = std::nullopt, py::kw_only(), py::arg("channel") = std::nullopt,
          py::arg("use") = "selling",
          "Every term of what is available of a SKU. Frame `available_terms`.");
    c.def("adjust", on(&adjust), py::arg("sku"), py::arg("node"), py::arg("delta"), py::kw_only(),
          py::arg("reason") = "correction", now, by_actor(),
          "A physical change; returns how many granules of promises it uncovered.");
    c.def("adjust_pool", on(&adjust_pool), py::arg("pool"), py::arg("delta"), py::kw_only(),
          py::arg("reason") = "correction", now, by_actor(),
          "Changes how much there is of a pool, by its id.");
    door<&available_one>::open(c, "available", {"skus", "nodes", "floor"}, std::nullopt,
                               std::int64_t{0});
}

}  // namespace earmark::python
