// THE FOLD of attributes, facts and exclusions.
#include "beside.hpp"
#include "earmark/engine/fold.hpp"
#include "earmark/lifecycle/workflow_text.hpp"
#include "earmark/sourcing/policy.hpp"

namespace earmark {
namespace {

using journal::intern_kind;
using journal::intern_table;

bool read_attribute(const intern_table& t, fact_table& into) {
    const bool is_sound = t.fields.size() == 1 && t.fields[0] >= 0 &&
                          t.fields[0] < static_cast<std::int64_t>(value_types) &&
                          t.id == into.size() && t.id < max_attributes &&
                          is_attribute_name(t.key) && !into.find(t.key);
    if (is_sound) into.declare(t.key, static_cast<value_type>(t.fields[0]));
    return is_sound;
}

/// Key: the text. Fields: attribute, given, n; of a SKU at a node also the node.
bool read_fact(const intern_table& t, catalog& into) {
    const auto f = t.fields;
    if (f.size() < 3 || f[0] < 0 || f[0] >= static_cast<std::int64_t>(into.facts.size()) ||
        (f[1] != 0 && f[1] != 1))
        return false;
    const attribute_id a{static_cast<std::uint16_t>(f[0])};
    const std::uint32_t rows[] = {0, into.skus.size(), into.nodes.size(), into.places.size(),
                                  into.skus.size()};
    const attribute_of owner = into.facts.owner(a);
    const bool has_node = owner == attribute_of::stock;
    if (t.id >= rows[static_cast<std::size_t>(owner)] || f.size() != (has_node ? 4 : 3) ||
        (has_node && (f[3] < 0 || f[3] >= into.nodes.size())))
        return false;
    kept_value v{f[1] != 0, f[2]};
    if (v.given && into.facts.type(a) == value_type::text)
        v.n = into.facts.texts.insert(t.key).index;
    if (has_node)
        into.facts.set(a, sku_id{t.id}, node_id{static_cast<std::uint16_t>(f[3])}, v);
    else
        into.facts.set(a, t.id, v);
    return true;
}

/// Key: the reason. Fields: from, until.
bool read_exclusion(const intern_table& t, catalog& into) {
    if (t.fields.size() != 2 || t.id >= into.nodes.size()) return false;
    return into.facts.exclude({node_id{static_cast<std::uint16_t>(t.id)},
                               {t.fields[0]},
                               {t.fields[1]},
                               into.facts.texts.insert(t.key).index});
}

}  // namespace

bool read_facts_row(intern_kind kind, const intern_table& t, catalog& into) {
    if (kind == intern_kind::attribute) return read_attribute(t, into.facts);
    return kind == intern_kind::fact ? read_fact(t, into) : read_exclusion(t, into);
}

/// Changes what lies beside the order that is touched; `change` answers false where it cannot be.
error_code folder::rewrite_beside(const std::function<bool(beside&)>& change) {
    auto& chunks = books_.ledger.chunks();
    beside all;
    if (!load_beside(chunks, image_.beside, all) || !change(all)) return error_code::bad_record;
    std::uint32_t made = no_chunk;
    if (!store_beside(chunks, 0, all, made)) return error_code::out_of_memory;
    drop_beside(chunks, 0, image_.beside);
    image_.beside = made;
    return error_code::ok;
}

error_code folder::rejection_note(std::uint32_t order, std::uint32_t node,
                                  std::span<const std::byte> bytes) {
    if (const auto e = touch(subject_kind::order, order); e != error_code::ok) return e;
    std::uint8_t reason = 0;
    std::vector<std::uint16_t> lines;
    if (node >= catalog_.nodes.size() ||
        !read_rejection_note(bytes, image_.lines.size(), reason, lines))
        return error_code::bad_record;
    return rewrite_beside([&](beside& of) {
        for (const std::uint16_t l : lines)
            if (!add_rejection(of.rejections, l, node_id{static_cast<std::uint16_t>(node)}, reason,
                               record_now_))
                return false;
        return true;
    });
}

/// Do the order's units name only links that it has, and is asked about those that are there?
bool folder::is_sound_beside() const {
    if (image_.kind != subject_kind::order) return true;
    std::uint32_t most = 0;
    for (const lifecycle::bucket& b : image_.buckets)
        most = std::max(most, lifecycle::link_of(b.ref));
    if (most == 0 && image_.beside == no_chunk) return true;
    beside all;
    if (!load_beside(books_.ledger.chunks(), image_.beside, all)) return false;
    return most <= all.links.size() &&
           lifecycle::unsound(all.asked, image_, nodes_of(books_.cells)) == nullptr;
}

/// The other order may be born later in the record.
error_code folder::link_note(std::uint32_t order, std::uint32_t other,
                             std::span<const std::byte> bytes) {
    if (const auto e = touch(subject_kind::order, order); e != error_code::ok) return e;
    link made;
    if (!read_link_note(bytes, made) || made.line >= image_.lines.size() || other == order ||
        index_of(made.node) >= catalog_.node.size())
        return error_code::bad_record;
    if (!books_.cells.find(image_.lines[made.line].sku, made.node))
        return error_code::bad_record;  // what comes must find its place
    made.order = other;
    return rewrite_beside([&](beside& of) {
        if (of.links.size() == max_links) return false;
        of.links.push_back(made);
        return true;
    });
}

/// Revisions only ever go up.
error_code folder::revised_note(std::uint32_t order, std::span<const std::byte> bytes) {
    if (const auto e = touch(subject_kind::order, order); e != error_code::ok) return e;
    revision next;
    if (!read_revision_note(bytes, next)) return error_code::bad_record;
    return rewrite_beside([&](beside& of) {
        if (revision_of(of.revisions).number >= next.number) return false;
        of.revisions = {next};
        return true;
    });
}

error_code folder::facts_note(std::uint32_t order, std::span<const std::byte> bytes) {
    if (const auto e = touch(subject_kind::order, order); e != error_code::ok) return e;
    std::vector<order_value> values;
    const bool is_sound = image_.facts == 0xFFFFFFFF && !bytes.empty() &&
                          read_facts(bytes, image_.lines.size(), catalog_.facts, values);
    if (!is_sound) return error_code::bad_record;
    image_.facts = store_cold(books_.ledger.chunks(), 0, bytes);
    return image_.facts == 0xFFFFFFFF ? error_code::out_of_memory : error_code::ok;
}

void folder::new_policy(std::string_view text) {
    catalog_.policies.emplace_back(text);
    const auto parsed = sourcing::parse_policy(text);
    if (parsed && parsed.value->ranks_by(sourcing::criterion::rotation)) books_.turns.start();
}

error_code folder::new_workflow(const journal::intern_table& t) {
    auto& all = catalog_.workflows;
    if (t.id != all.size() + 1 || t.id > 0xFFFF) return error_code::bad_record;
    const auto parsed = lifecycle::parse_workflow(t.key);
    if (!parsed || !workflow_table::missing(*parsed.value, catalog_.facts).empty())
        return error_code::bad_record;
    all.add(parsed.value, catalog_.facts);
    return error_code::ok;
}

}  // namespace earmark
