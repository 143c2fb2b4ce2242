// FEEDS: what other systems say about stock, counts, units of measure.
#include <pybind11/stl.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "columns.hpp"
#include "earmark/report/stock_frames.hpp"

namespace earmark::python {

namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

constexpr bounds a_section{-1, std::numeric_limits<std::uint16_t>::max() - 1, -1};

section_id section_of(std::int64_t id) {
    return id < 0 ? none<section_id> : section_id{static_cast<std::uint16_t>(id)};
}

/// Columns sku, node, an amount, and perhaps uom and section.
struct figures_at_cells {
    std::vector<std::int64_t> sku, node, amount, section;
    std::optional<text_column> uom;

    figures_at_cells(const columns& c, std::string_view name)
        : sku{c.integers("sku", -1, {0, std::numeric_limits<std::uint32_t>::max()})} {
        const auto n = static_cast<std::ptrdiff_t>(sku.size());
        node = c.integers("node", n, {0, std::numeric_limits<std::uint16_t>::max()});
        amount = c.integers(name, n, {-most, most});
        if (c.has("uom")) uom.emplace(c.texts("uom", n));
        section = c.integers("section", n, a_section);
    }
    [[nodiscard]] std::size_t size() const noexcept { return sku.size(); }
    [[nodiscard]] sku_id sku_at(std::size_t i) const {
        return sku_id{static_cast<std::uint32_t>(sku[i])};
    }
    [[nodiscard]] node_id node_at(std::size_t i) const {
        return node_id{static_cast<std::uint16_t>(node[i])};
    }
    [[nodiscard]] section_id section_at(std::size_t i) const { return section_of(section[i]); }
    /// In atoms; an empty unit is the SKU's own.
    [[nodiscard]] result<quantity> atoms_at(const engine& e, std::size_t i) const {
        if (!uom || (*uom)[i].empty()) return quantity{amount[i]};
        const auto one = e.unit(sku_at(i), (*uom)[i]);
        return one ? convert({amount[i]}, one->atoms, 1) : one;
    }
};

/// The rows of a message. One whose amount cannot be told goes to the engine with a figure that no
/// cell can have, so that a complete snapshot does not take the SKU for one that it leaves out.
struct message {
    std::vector<feed_row> rows;
    std::vector<std::pair<std::uint32_t, error>> unread;  // row from 1

    message(const engine& e, const any_table& table) {
        constexpr std::string_view known[] = {"sku", "node", "units", "uom", "section"};
        const figures_at_cells f{columns{table, known}, "units"};
        for (std::size_t i = 0; i < f.size(); ++i) {
            const auto atoms = f.atoms_at(e, i);
            rows.push_back(
                {f.sku_at(i), f.node_at(i), atoms ? *atoms : quantity{INT64_MIN}, f.section_at(i)});
            if (!atoms) unread.emplace_back(static_cast<std::uint32_t>(i + 1), atoms.error());
        }
    }

    /// What the engine answered. A refusal of the whole is raised. Where the ring between two
    /// flushes was full, the same message once more brings the rest: what was taken is stale then.
    template <class Send>
    frame_ref send(engine& e, Send&& once) const {
        feed_report r = without_gil(once);
        const auto full = [](const rejected_row& j) {
            return j.why.code == error_code::journal_full;
        };
        if (std::any_of(r.rejected.begin(), r.rejected.end(), full)) {
            static_cast<void>(e.flush(journal::durability::memory));
            feed_report rest = without_gil(once);
            rest.changes.insert(rest.changes.begin(), r.changes.begin(), r.changes.end());
            r = std::move(rest);
        }
        if (r.why.code != error_code::ok) raise(e, r.why);
        for (const auto& [row, why] : unread)
            for (rejected_row& j : r.rejected)
                if (j.row == row) j.why = why;
        return to_python(report::fed_frame(r, rows));
    }
};

feed_basis basis_of(const std::string& text) {
    if (text == "on_hand") return feed_basis::on_hand;
    if (text == "available") return feed_basis::available;
    bad_input("basis '" + text + "'; a source counts on_hand or available");
}

frame_ref snapshot(engine& e, const any_table& table, const std::string& source,
                   std::uint64_t sequence, std::uint64_t as_of, const std::string& basis,
                   bool complete, const std::optional<any_column>& nodes,
                   const std::optional<any_column>& sections, std::int64_t now,
                   const actor_name& actor) {
    const message m{e, table};
    std::vector<node_id> covered;
    if (nodes)
        for (const std::int64_t n : ids(*nodes, "nodes", std::numeric_limits<std::uint16_t>::max()))
            covered.push_back(node_id{static_cast<std::uint16_t>(n)});
    std::vector<section_id> everywhere;
    if (sections)
        for (const std::int64_t s : ids(*sections, "sections", a_section.high))
            everywhere.push_back(section_of(s));
    const snapshot_request r{source,   sequence, position{as_of}, basis_of(basis),
                             complete, m.rows,   covered,         everywhere};
    const command by = at(e, actor, now);
    return m.send(e, [&] { return e.snapshot(by, r); });
}

frame_ref delta(engine& e, const any_table& table, const std::string& source,
                std::uint64_t sequence, std::int64_t now, const actor_name& actor) {
    const message m{e, table};
    const delta_request r{source, sequence, m.rows};
    const command by = at(e, actor, now);
    return m.send(e, [&] { return e.delta(by, r); });
}

result<receipt> count(engine& e, const command& by, const count_request& r) {
    return with_room(
        e, [&] { return e.count(by, r); },
        [](const result<receipt>& done) { return done.error().code; });
}

std::int64_t count_one(engine& e, std::uint32_t sku, std::uint16_t node, std::int64_t found,
                       std::optional<std::uint16_t> section, std::int64_t now,
                       const actor_name& actor) {
    const count_request asked{
        sku_id{sku}, node_id{node}, {found}, section ? section_id{*section} : none<section_id>};
    const auto done = value_or_raise(e, count(e, at(e, actor, now), asked));
    return done.why.refs[1] - done.why.refs[0];
}

frame_ref count_all(engine& e, const any_table& table, std::int64_t now, const actor_name& actor,
                    const progress_call& progress) {
    constexpr std::string_view known[] = {"sku", "node", "found", "uom", "section"};
    const figures_at_cells f{columns{table, known}, "found"};
    report::counted_rows rows{f.size()};
    const command by = at(e, actor, now);
    const auto work = [&](std::size_t first, std::size_t n) {
        for (std::size_t i = first; i < first + n; ++i) {
            const auto atoms = f.atoms_at(e, i);
            const auto done =
                atoms ? count(e, by, {f.sku_at(i), f.node_at(i), *atoms, f.section_at(i)})
                      : result<receipt>{atoms.error()};
            rows.add(done);
        }
    };
    return in_slices(f.size(), progress, work, [&] { return to_python(rows.finish()); });
}

/// A page of the journal's rows as a frame, and the cursor to go on with.
template <class Row, class FrameOf>
auto page(result<page_of<Row>> (engine::*read)(position, std::size_t) const, FrameOf frame_of) {
    return [=](const shop& s, std::uint64_t cursor, std::size_t limit) -> py::object {
        const engine& e = s.use();
        const auto rows =
            value_or_raise(e, without_gil([&] { return (e.*read)(position{cursor}, limit); }));
        return py::make_tuple(to_python(frame_of(e, rows.rows)), raw(rows.next));
    };
}

report::frame counts_of(const engine& e, std::span<const counted> rows) {
    return report::counts_frame(rows, sku_keys(e), node_keys(e),
                                [&](section_id s) { return e.section(s).key; });
}
report::frame expiries_of(const engine& e, std::span<const expiry> rows) {
    return report::expiries_frame(rows, sku_keys(e), node_keys(e));
}

std::int64_t unit(engine& e, std::uint32_t sku, const std::string& name) {
    const auto found = e.unit(sku_id{sku}, name);
    if (found) return found->atoms;
    const std::string near = e.nearest_unit(sku_id{sku}, name);
    if (found.error().code == error_code::unknown_unit && !near.empty())
        raise("the SKU has no unit '" + name + "'; did you mean '" + near + "'?", found.error());
    raise(e, found.error());
}

}  // namespace

void bind_feeds(engine_class& c) {
    const auto now = py::arg("now") = 0;
    const auto progress = py::arg("progress") = py::none();
    c.def("snapshot", on(&snapshot), py::arg("columns"), py::kw_only(), py::arg("source"),
          py::arg("sequence"), py::arg("as_of"), py::arg("basis") = "on_hand",
          py::arg("complete") = false, py::arg("nodes") = std::nullopt,
          py::arg("sections") = std::nullopt, now, by_actor(),
          "Columns: sku, node, units, uom, section (its id; null or -1: the plain stock). What a "
          "source says is there; as_of is the position of our last event that it had booked. Stale "
          "rows change nothing. Of a complete one, what it covers and does not name is zero: the "
          "stock that rows name at their nodes, plain stock at `nodes`, `sections` at all of "
          "these. Frame `fed`.");
    c.def("delta", on(&delta), py::arg("columns"), py::kw_only(), py::arg("source"),
          py::arg("sequence"), now, by_actor(),
          "Columns: sku, node, units, uom, section. What a source says has changed. Frame `fed`.");
    c.def("count", on(&count_one), py::arg("sku"), py::arg("node"), py::arg("found"), py::kw_only(),
          py::arg("section") = std::nullopt, now, by_actor(),
          "Brings the books to what was found on the shelf; returns found less booked.");
    c.def("count", on(&count_all), py::arg("columns"), py::kw_only(), now, by_actor(), progress,
          "The same of many. Columns: sku, node, found, uom, section. Frame `counted`.");
    c.def("counts", page(&engine::counts, &counts_of), py::kw_only(), py::arg("cursor") = 0,
          py::arg("limit") = 100'000,
          "Counts among the next `limit` records after `cursor`, as frame `counts`, and the cursor "
          "to go on with (the same at the end).");
    c.def("expiries", page(&engine::expiries, &expiries_of), py::kw_only(), py::arg("cursor") = 0,
          py::arg("limit") = 100'000,
          "What expired in the next `limit` records after `cursor`, as frame `expiries`, and the "
          "cursor to go on with (the same at the end).");
    c.def("unit", on(&unit), py::arg("sku"), py::arg("unit"),
          "Atoms in one unit of measure of a SKU.");
}

}  // namespace earmark::python
