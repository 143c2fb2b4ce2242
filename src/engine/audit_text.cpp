// FINDINGS: what, where, what to do.
#include "auditor.hpp"

namespace earmark {

auto engine::state::auditor::place_of(cell_id c) const -> place {
    if (!s_.books.cells.exists(c)) return {};
    place at{s_.books.cells.sku_of(c), s_.books.cells.node_of(c)};
    at.pool = s_.books.cells.pool_of(c);
    at.section = s_.books.cells.section_of(c);
    return at;
}

auto engine::state::auditor::place_of(subject_kind kind, std::uint32_t index,
                                      std::uint32_t birth) const -> place {
    place at;
    if (kind == subject_kind::order)
        at.order = order_id{index};
    else
        at.reservation = reservation_id{std::uint64_t{birth} << 32 | index};
    return at;
}

std::string engine::state::auditor::words_of(const place& at) const {
    std::string words;
    const auto quoted = [](std::string_view key) {
        return std::string{"'"}.append(key).append("'");
    };
    if (index_of(at.sku) < s_.names.skus.size())
        words += " sku " + quoted(s_.names.skus.key(raw(at.sku)));
    if (index_of(at.node) < s_.names.nodes.size())
        words += " at " + quoted(s_.names.nodes.key(raw(at.node)));
    if (s_.names.sections.exists(at.section))
        words += " section " + quoted(s_.names.sections.keys.key(raw(at.section)));
    if (s_.names.pools.exists(at.pool))
        words += " pool " + quoted(s_.names.pools.keys.key(raw(at.pool)));
    if (at.order != none<order_id>) words += " order " + std::to_string(raw(at.order));
    if (at.reservation != none<reservation_id>)
        words += " reservation " + std::to_string(raw(at.reservation));
    if (words.empty()) return {};
    return words.substr(1) + ": ";
}

void engine::state::auditor::add(std::vector<finding>& to, audit_check c, const place& at,
                                 numbers n, const std::string& what) {
    if (to.size() == most_findings) return void(++m_.report.left_out);
    finding f;
    f.check = c;
    f.sku = at.sku;
    f.node = at.node;
    f.order = at.order;
    f.reservation = at.reservation;
    f.pool = at.pool;
    f.stored = n.stored;
    f.recomputed = n.recomputed;
    f.text =
        words_of(at) + what + "; " + std::string{audit_lines()[static_cast<std::size_t>(c)].advice};
    to.push_back(std::move(f));
}

}  // namespace earmark
