// TRUST: digests, invariants, balance, the journal's position, and the JSON door.
#include <pybind11/stl.h>

#include "binding.hpp"
#include "earmark/report/frame.hpp"

namespace earmark::python {

namespace {

journal::durability level_of(const std::string& text) {
    if (text == "memory") return journal::durability::memory;
    if (text == "os") return journal::durability::os;
    if (text == "disk") return journal::durability::disk;
    bad_input("level '" + text + "'; the levels are memory, os, disk");
}

py::dict balance_of(const engine& e) {
    const balance b = e.balance_report();
    py::dict out;
    out["cells"] = b.cells;
    out["on_hand"] = b.on_hand;
    out["free"] = b.free;
    out["earmarked"] = b.earmarked;
    out["reserved"] = b.reserved;
    out["open"] = b.open;
    out["backordered"] = b.backordered;
    out["allocated"] = b.allocated;
    out["released"] = b.released;
    out["shipped"] = b.shipped;
    out["delivered"] = b.delivered;
    out["cancelled"] = b.cancelled;
    out["ordered"] = b.ordered;
    return out;
}

py::dict status_of(const engine& e) {
    const metrics m = e.status();
    py::dict out;
    out["orders"] = m.orders;
    out["declined"] = m.declined;
    out["repeats"] = m.repeats;
    out["takes"] = m.takes;
    out["refused_takes"] = m.refused_takes;
    out["conflicts"] = m.conflicts;
    out["expired"] = m.expired;
    out["records"] = m.records;
    out["record_bytes"] = m.record_bytes;
    return out;
}

py::list poll(const engine& e, std::uint64_t cursor, std::size_t limit) {
    py::list out;
    for (const event& v : value_or_raise(e, e.poll(position{cursor}, limit))) {
        py::dict row;
        row["at"] = raw(v.at);
        row["verb"] = name_of(v.by);
        row["now"] = v.now.ns;
        row["actor"] = raw(v.actor);
        row["subject"] = v.subject;
        row["moves"] = v.moves;
        row["units"] = v.units;
        out.append(row);
    }
    return out;
}

/// Calls f without the GIL.
template <class R>
auto alone(R (engine::*f)() const) {
    return [f](const shop& s) {
        const engine& e = s.use();
        const unlocked while_the_engine_works;
        return (e.*f)();
    };
}

std::uint64_t event_digest(engine& e) {
    const unlocked while_the_engine_works;
    return e.event_digest();
}

std::uint64_t flush(engine& e, const std::string& level) {
    const auto to = level_of(level);
    std::optional<result<position>> done;
    {
        const unlocked while_the_engine_works;
        done.emplace(e.flush(to));
    }
    return raw(value_or_raise(e, *done));
}

frame_ref events(engine& e, std::uint64_t cursor, std::size_t limit) {
    std::optional<result<report::frame>> made;
    {
        const unlocked while_the_engine_works;
        made.emplace(e.events(position{cursor}, limit));
    }
    return to_python(value_or_raise(e, std::move(*made)));
}

std::uint16_t advance(engine& e, std::int64_t now) {
    return value_or_raise(e, e.advance(at(now))).lines;
}

}  // namespace

void bind_trust(engine_class& c) {
    c.def("state_hash", alone(&engine::state_hash),
          "Digest of the whole state; quiet engine only.");
    c.def("event_digest", on(&event_digest), "Digest of all events so far, in order.");
    c.def("check_invariants", alone(&engine::check_invariants),
          "Sentences of broken invariants; empty when all hold. Quiet engine only.");
    c.def("halted", on(&engine::halted), "The broken invariant's sentence, or an empty string.");
    c.def("balance", on(&balance_of), "Granules by where they are, over all cells and orders.");
    c.def("status", on(&status_of), "Counters since birth.");
    c.def("submit", on(&engine::submit), py::arg("json_line"), "One command as a JSON line.");
    c.def("advance", on(&advance), py::arg("now"),
          "Moves engine time; returns how many reservations expired.");
    c.def("flush", on(&flush), py::arg("level") = "disk",
          "Writes all records; returns the position that is at `level`.");
    c.def("poll", on(&poll), py::arg("cursor") = 0, py::arg("limit") = 1000,
          "Events after `cursor`, a dict each.");
    c.def("events", on(&events), py::arg("cursor") = 0, py::arg("limit") = 1'000'000,
          "Frame: events after `cursor`, oldest first.");
    c.def_property_readonly("head", [](const shop& s) { return raw(s.use().head()); });
    c.def_property_readonly("now", [](const shop& s) { return s.use().now().ns; });
}

}  // namespace earmark::python
