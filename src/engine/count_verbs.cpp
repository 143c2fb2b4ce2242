// COUNT and UNITS OF MEASURE: what people say about a shelf, in their own words.
#include <algorithm>
#include <cstring>

#include "earmark/connect/text.hpp"
#include "gate.hpp"
#include "state_calls.hpp"

namespace earmark {
namespace {

/// What the note of a count holds: two numbers of 32 bits, little-endian.
struct count_note {
    granules record = 0;
    granules found = 0;

    static constexpr std::size_t size = 8;
    void write(std::span<std::byte, size> to) const noexcept {
        for (std::size_t i = 0; i < size; ++i) {
            const auto n = static_cast<std::uint32_t>(i < 4 ? record : found);
            to[i] = static_cast<std::byte>(n >> 8 * (i % 4) & 0xFF);
        }
    }
    static count_note read(std::span<const std::byte> from) noexcept {
        std::uint32_t n[2] = {0, 0};
        for (std::size_t i = 0; i < size; ++i)
            n[i / 4] |= static_cast<std::uint32_t>(from[i]) << 8 * (i % 4);
        return {static_cast<granules>(n[0]), static_cast<granules>(n[1])};
    }
};

}  // namespace

result<receipt> engine::state::count(const visit& v, const command& c, const count_request& r) {
    const error denied = gate{*this}.pass(v, c, verb::count, {.sku = r.sku, .node = r.node});
    if (denied.code != error_code::ok) return denied;
    if (index_of(r.sku) >= names.sku.size()) return fail(error_code::unknown_sku, raw(r.sku));
    if (index_of(r.node) >= names.node.size()) return fail(error_code::unknown_node, raw(r.node));
    if (r.section != none<section_id> && !names.sections.exists(r.section))
        return fail(error_code::unknown_section, raw(r.section));
    const auto cell = books.cells.find(r.sku, r.node, r.section);
    if (!cell) return fail(error_code::no_cell, raw(r.sku), raw(r.node));
    const std::int64_t granule = names.sku[index_of(r.sku)].granule;
    if (r.found.atoms < 0) return fail(error_code::bad_quantity, r.found.atoms);
    if (r.found.atoms % granule != 0)
        return fail(error_code::not_a_multiple, r.found.atoms, granule);
    if (r.found.atoms / granule > stock::max_on_hand)
        return fail(error_code::out_of_range, r.found.atoms, stock::max_on_hand * granule);
    const auto found = static_cast<granules>(r.found.atoms / granule);
    const std::uint64_t words[] = {static_cast<std::uint64_t>(verb::count), raw(r.sku), raw(r.node),
                                   static_cast<std::uint64_t>(r.found.atoms), raw(r.section)};
    const std::size_t said = r.section == none<section_id> ? 4 : 5;
    const digest128 content = content_digest(std::as_bytes(std::span{words}.first(said)));
    return once(v, c, content, [&]() -> result<receipt> {
        desk& d = v.desk;
        d.clear();
        d.corrects = true;
        const count_note note{books.cells.on_hand(*cell), found};
        const granules change = found - note.record;
        receipt done;
        done.by = verb::count;
        done.lines = 1;
        done.subject = raw(*cell);
        done.why = fail(error_code::ok, to_quantity(r.sku, note.record).atoms, r.found.atoms);
        if (change != 0) d.stock.push_back({*cell, change, change});
        d.record.begin(verb::count, v.now, c.actor);
        remember(d, c, content, done);
        std::byte bytes[count_note::size];
        note.write(bytes);
        d.record.note(journal::note_kind::count, raw(*cell), bytes);
        record_cells(d);
        const committed answer = commit(v);
        if (answer.code != error_code::ok)
            return fail(answer.code, r.found.atoms, done.why.refs[0]);
        done.uncovered = answer.uncovered;
        done.at = position{answer.position};
        return done;
    });
}

result<receipt> engine::count(const command& c, const count_request& r,
                              std::vector<uncovered_promise>* left_uncovered) {
    state& s = *state_;
    const std::unique_lock lock{s.feeds.lock, std::try_to_lock};  // or a feed corrects beside it
    if (!lock) return fail(error_code::stock_moving);
    return s.stay<result<receipt>>(c, [&](const state::visit& v) {
        const auto done = s.count(v, c, r);
        if (left_uncovered != nullptr) s.look_back(done, *left_uncovered);
        return done;
    });
}

namespace {

class count_reader final : public journal::deaf_visitor {
public:
    position at{};
    counted seen;
    count_note note_seen;
    cell_id cell = none<cell_id>;

    error_code begin(verb, time_point now, actor_id actor) override {
        cell = none<cell_id>;
        seen.at = at;
        seen.now = now;
        seen.actor = actor;
        return error_code::ok;
    }
    error_code note(std::uint32_t, journal::note_kind kind, std::uint32_t of,
                    std::span<const std::byte> bytes) override {
        if (kind != journal::note_kind::count) return error_code::ok;
        if (bytes.size() != count_note::size) return error_code::bad_record;
        cell = cell_id{of};
        note_seen = count_note::read(bytes);
        return error_code::ok;
    }
};

}  // namespace

result<page_of<counted>> engine::counts(position cursor, std::size_t limit) const {
    const state& s = *state_;
    return s.ask<result<page_of<counted>>>([&](const state::visit&) -> result<page_of<counted>> {
        const auto kept = s.log->after(cursor, limit);
        if (!kept) return kept.error();
        page_of<counted> page;
        page.next = cursor;
        count_reader reader;
        for (const auto& k : *kept) {
            reader.at = position{k.position};
            if (const error e = journal::read(k.bytes, reader); e.code != error_code::ok) return e;
            page.next = reader.at;
            if (reader.cell == none<cell_id>) continue;
            if (!s.books.cells.exists(reader.cell)) return fail(error_code::bad_record);
            counted row = reader.seen;
            row.sku = s.books.cells.sku_of(reader.cell);
            row.node = s.books.cells.node_of(reader.cell);
            row.record = s.to_quantity(row.sku, reader.note_seen.record);
            row.found = s.to_quantity(row.sku, reader.note_seen.found);
            row.section = s.books.cells.section_of(reader.cell);
            page.rows.push_back(row);
        }
        return page;
    });
}

// ---- units of measure --------------------------------------------------------------------------

result<quantity> engine::unit(sku_id sku, std::string_view unit) const {
    const state& s = *state_;
    return s.ask<result<quantity>>([&](const state::visit&) -> result<quantity> {
        if (index_of(sku) >= s.names.sku.size()) return fail(error_code::unknown_sku, raw(sku));
        for (const unit_facts& u : s.names.units(sku))
            if (u.name == unit) return quantity{u.atoms};
        return fail(error_code::unknown_unit);
    });
}

std::string engine::nearest_unit(sku_id sku, std::string_view unit) const {
    const state& s = *state_;
    const auto found = s.ask<result<std::string>>([&](const state::visit&) -> result<std::string> {
        std::vector<std::string_view> known;
        for (const unit_facts& u : s.names.units(sku)) known.push_back(u.name);
        return std::string{connect::nearest(unit, known)};
    });
    return found ? *found : std::string{};
}

}  // namespace earmark
