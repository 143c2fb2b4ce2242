// BIRTHS of orders, as the journal will know them.
#include <algorithm>

#include "earmark/engine/fold.hpp"

namespace earmark {
namespace {

/// Pairs of a line and its node, of the lines that have one.
void record_nodes(journal::writer& into, std::uint32_t index, const lifecycle::image& of,
                  journal::intern_kind kind, node_id lifecycle::line::*which) {
    std::vector<std::int64_t> fields;
    for (std::size_t l = 0; l < of.lines.size(); ++l)
        if (const node_id n = of.lines[l].*which; n != none<node_id>)
            fields.insert(fields.end(), {static_cast<std::int64_t>(l), raw(n)});
    if (!fields.empty()) into.intern(kind, {index, {}, fields, {}});
}

/// Pairs of a line and its set, of the lines that have one.
void record_sets(journal::writer& into, std::uint32_t index, const lifecycle::image& of) {
    std::vector<std::int64_t> fields;
    for (std::size_t l = 0; l < of.lines.size(); ++l)
        if (of.lines[l].group != 0)
            fields.insert(fields.end(), {static_cast<std::int64_t>(l), of.lines[l].group});
    if (!fields.empty()) into.intern(journal::intern_kind::sets, {index, {}, fields, {}});
}

/// A line, its place, its service and its day, of the lines that have their own.
void record_own_terms(journal::writer& into, std::uint32_t index, const lifecycle::image& of) {
    if (of.own.empty()) return;
    std::vector<std::int64_t> fields;
    for (std::size_t l = 0; l < of.lines.size(); ++l) {
        if (of.lines[l].own == 0) continue;
        const line_terms& own = of.own[of.lines[l].own - 1U];
        fields.insert(fields.end(),
                      {static_cast<std::int64_t>(l),
                       own.ship_to == none<place_id> ? -1 : std::int64_t{raw(own.ship_to)},
                       own.method == none<service_id> ? -1 : std::int64_t{raw(own.method)},
                       own.deliver_by.n});
    }
    into.intern(journal::intern_kind::own_terms, {index, {}, fields, {}});
}

}  // namespace

void record_terms(journal::writer& into, std::uint32_t index, const lifecycle::image& of) {
    const bool is_plain = of.type == order_type::sales && of.workflow == 0;
    if (of.method != none<service_id> || of.deliver_by != no_day || !is_plain) {
        const std::int64_t terms[] = {of.method == none<service_id> ? -1 : raw(of.method),
                                      of.deliver_by.n, static_cast<std::int64_t>(of.type),
                                      of.workflow};
        into.intern(journal::intern_kind::order_terms,
                    {index, {}, std::span{terms}.first(is_plain ? 2 : 4), {}});
    }
    record_own_terms(into, index, of);
    record_sets(into, index, of);
    record_nodes(into, index, of, journal::intern_kind::firm, &lifecycle::line::firm);
    record_nodes(into, index, of, journal::intern_kind::bound_for, &lifecycle::line::to);
}

}  // namespace earmark
