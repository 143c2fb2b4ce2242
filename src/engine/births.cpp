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
    record_nodes(into, index, of, journal::intern_kind::firm, &lifecycle::line::firm);
    record_nodes(into, index, of, journal::intern_kind::bound_for, &lifecycle::line::to);
}

}  // namespace earmark
