// THE FOLD of orders: their births, what is said of them, what is amended.
#include "beside.hpp"
#include "earmark/engine/fold.hpp"
#include "earmark/intake/capture.hpp"
#include "earmark/promise/tables.hpp"

namespace earmark {

error_code folder::intern(const journal::intern_order& o) {
    if (const auto e = settle(); e != error_code::ok) return e;
    if (!books_.ledger.adopt(subject_kind::order, o.index)) return error_code::out_of_memory;
    const auto newborn = books_.ledger.at(subject_kind::order, o.index);
    const bool is_somewhere =
        o.ship_to == none<place_id> || index_of(o.ship_to) < catalog_.places.size();
    if (newborn.version != 0 || !is_somewhere || o.lines.empty() ||
        o.lines.size() > lifecycle::max_lines)
        return error_code::bad_record;
    receipt first;
    first.what = o.what;
    first.by = verb::place_order;
    first.lines = static_cast<std::uint16_t>(o.lines.size());
    first.subject = o.index;
    first.at = position{position_};
    std::uint32_t block = 0;
    if (const auto e = remember(intake::key_space::order, o.key, o.content, first, &block);
        e != error_code::ok)
        return e;
    image_.clear();
    image_.kind = subject_kind::order;
    image_.birth = 1;
    image_.priority = o.priority;
    image_.currency = o.currency;
    image_.ship_to = o.ship_to;
    image_.made = record_now_;
    image_.remembered = block + 1;
    for (std::size_t i = 0; i < o.lines.size(); ++i) {
        const auto& l = o.lines[i];
        if (index_of(l.sku) >= catalog_.sku.size() || l.n <= 0 || l.price_minor < 0)
            return error_code::bad_record;
        image_.lines.push_back({l.sku, l.n, l.price_minor, 0, 0});
        image_.buckets.push_back(
            {none<cell_id>, l.n, static_cast<std::uint16_t>(i), unit_state::open, 0, 0});
    }
    rewrite_ = {};
    rewrite_.kind = subject_kind::order;
    rewrite_.index = o.index;
    rewrite_.birth = true;
    open_ = true;
    return error_code::ok;
}

/// Of the order that has just been born.
error_code folder::order_terms(const journal::intern_table& t) {
    const auto f = t.fields;
    const bool is_it = is_newborn(t.id) && (f.size() == 2 || f.size() == 4);
    const auto services = static_cast<std::int64_t>(catalog_.dates().services().size());
    if (!is_it || f[0] < -1 || f[0] >= services || f[1] < INT32_MIN || f[1] > INT32_MAX)
        return error_code::bad_record;
    image_.method = f[0] < 0 ? none<service_id> : service_id{static_cast<std::uint16_t>(f[0])};
    image_.deliver_by = {static_cast<std::int32_t>(f[1])};
    if (f.size() == 2) return error_code::ok;
    if (f[2] < 0 || f[2] >= static_cast<std::int64_t>(order_types) || f[3] < 0 || f[3] > UINT16_MAX)
        return error_code::bad_record;
    image_.type = static_cast<order_type>(f[2]);
    image_.workflow = static_cast<std::uint16_t>(f[3]);
    image_.rules = catalog_.workflows.rules(image_.workflow);
    if (catalog_.workflows.is_of(image_.workflow, image_.type)) return error_code::ok;
    return error_code::bad_record;
}

error_code folder::of_newborn(journal::intern_kind kind, const journal::intern_table& t) {
    using journal::intern_kind;
    if (kind == intern_kind::order_terms) return order_terms(t);
    if (kind == intern_kind::own_terms) return own_terms(t);
    if (kind == intern_kind::sets) return sets(t);
    const bool is_firm = kind == intern_kind::firm;
    return nodes_of_lines(t, is_firm ? &lifecycle::line::firm : &lifecycle::line::to);
}

/// Pairs of a line and its node, by ascending line, each once.
error_code folder::nodes_of_lines(const journal::intern_table& t, node_id lifecycle::line::*which) {
    const auto f = t.fields;
    if (!is_newborn(t.id) || f.empty() || f.size() % 2 != 0) return error_code::bad_record;
    const auto lines = static_cast<std::int64_t>(image_.lines.size());
    const auto nodes = static_cast<std::int64_t>(catalog_.nodes.size());
    for (std::size_t i = 0; i < f.size(); i += 2) {
        if (f[i] < 0 || f[i] >= lines || f[i + 1] < 0 || f[i + 1] >= nodes ||
            (i > 0 && f[i] <= f[i - 2]))
            return error_code::bad_record;
        lifecycle::line& of = image_.lines[static_cast<std::size_t>(f[i])];
        of.*which = node_id{static_cast<std::uint16_t>(f[i + 1])};
        if (which == &lifecycle::line::to && !books_.cells.find(of.sku, of.to))
            return error_code::bad_record;  // what comes must find its place
    }
    return error_code::ok;
}

bool folder::is_known(const line_terms& t) const {
    return (t.ship_to == none<place_id> || index_of(t.ship_to) < catalog_.places.size()) &&
           (t.method == none<service_id> ||
            index_of(t.method) < catalog_.dates().services().size()) &&
           intake::is_day(t.deliver_by);
}

/// A line, its place, its service and its day, by ascending line.
error_code folder::own_terms(const journal::intern_table& t) {
    const auto f = t.fields;
    constexpr std::size_t row = 4;
    if (!is_newborn(t.id) || f.empty() || f.size() % row != 0) return error_code::bad_record;
    std::vector<line_terms> all(image_.lines.size());
    for (std::size_t i = 0; i < f.size(); i += row) {
        const bool is_row = f[i] >= 0 && f[i] < static_cast<std::int64_t>(all.size()) &&
                            (i == 0 || f[i] > f[i - row]) && f[i + 1] >= -1 &&
                            f[i + 1] < UINT32_MAX && f[i + 2] >= -1 && f[i + 2] < UINT16_MAX &&
                            f[i + 3] >= INT32_MIN && f[i + 3] <= INT32_MAX;
        if (!is_row) return error_code::bad_record;
        line_terms& own = all[static_cast<std::size_t>(f[i])];
        if (f[i + 1] >= 0) own.ship_to = place_id{static_cast<std::uint32_t>(f[i + 1])};
        if (f[i + 2] >= 0) own.method = service_id{static_cast<std::uint16_t>(f[i + 2])};
        own.deliver_by = {static_cast<std::int32_t>(f[i + 3])};
        if (own.empty() || !is_known(own)) return error_code::bad_record;
    }
    return lifecycle::set_own_terms(image_, all) ? error_code::ok : error_code::bad_record;
}

/// Pairs of a line and its set, by ascending line.
error_code folder::sets(const journal::intern_table& t) {
    const auto f = t.fields;
    if (!is_newborn(t.id) || f.empty() || f.size() % 2 != 0) return error_code::bad_record;
    for (std::size_t i = 0; i < f.size(); i += 2) {
        if (f[i] < 0 || f[i] >= static_cast<std::int64_t>(image_.lines.size()) || f[i + 1] < 1 ||
            f[i + 1] > UINT16_MAX || (i > 0 && f[i] <= f[i - 2]))
            return error_code::bad_record;
        image_.lines[static_cast<std::size_t>(f[i])].group = static_cast<std::uint16_t>(f[i + 1]);
    }
    return error_code::ok;
}

/// Does it name what there is?
bool folder::is_known(const lifecycle::amendment& a) const {
    const auto is_there = []<class Id>(Id id, std::size_t size) {
        return id == none<Id> || index_of(id) < size;
    };
    const std::size_t nodes = catalog_.node.size();
    return (!a.ship_to || is_there(*a.ship_to, catalog_.places.size())) &&
           (!a.method || is_there(*a.method, catalog_.dates().services().size())) &&
           (!a.deliver_by || intake::is_day(*a.deliver_by)) &&
           std::ranges::all_of(a.bound, [&](const auto& b) { return is_there(b.firm, nodes); }) &&
           std::ranges::all_of(a.sent, [&](const auto& s) { return is_known(s.own); }) &&
           std::ranges::all_of(a.added, [&](const lifecycle::line& l) {
               return index_of(l.sku) < catalog_.sku.size() && is_there(l.firm, nodes) &&
                      l.to == image_.lines.front().to &&
                      (l.to == none<node_id> || books_.cells.find(l.sku, l.to));
           });
}

/// The order itself, which has its units moved.
error_code folder::amended_note(std::uint32_t order, std::span<const std::byte> bytes) {
    if (const auto e = touch(subject_kind::order, order); e != error_code::ok) return e;
    const auto what = lifecycle::read_amendment(bytes);
    const bool is_sound = what && lifecycle::fits(image_, *what) && is_known(*what);
    if (!is_sound) return error_code::bad_record;
    if (what->ends_decision()) drop_cold(books_.ledger.chunks(), 0, image_.cold, image_.cold_bytes);
    lifecycle::amend(image_, *what);
    return error_code::ok;
}

/// What lies beside an order, or changes what it asks for.
error_code folder::order_note(std::uint32_t order, journal::note_kind kind, std::uint32_t ref,
                              std::span<const std::byte> bytes) {
    switch (kind) {
        case journal::note_kind::facts:
            return facts_note(order, bytes);
        case journal::note_kind::rejection:
            return rejection_note(order, ref, bytes);
        case journal::note_kind::link:
            return link_note(order, ref, bytes);
        case journal::note_kind::amended:
            return amended_note(order, bytes);
        case journal::note_kind::asked:
            return asked_note(order, bytes);
        case journal::note_kind::revised:
            return revised_note(order, bytes);
        case journal::note_kind::timed:
            return timed_note(order, bytes);
        case journal::note_kind::migrated:
            return migrated_note(order, ref, bytes);
        default:
            return hold_note(order, kind, ref, bytes);
    }
}

}  // namespace earmark
