// LOADING what a host knows things by: attributes, facts of tables, exclusions of nodes.
#include <algorithm>

#include "loader.hpp"

namespace earmark {
namespace {

/// Is it one of those that Earmark itself has?
bool is_own(std::string_view name) {
    const auto has = [name](std::span<const sourcing::attribute> all) {
        return std::any_of(all.begin(), all.end(), [&](const auto& a) { return a.name == name; });
    };
    return has(sourcing::order_attributes()) || has(sourcing::node_attributes());
}

std::optional<std::uint32_t> row_of(const catalog& names, attribute_of owner,
                                    std::string_view key) {
    switch (owner) {
        case attribute_of::line:
        case attribute_of::stock:
            return names.skus.find(key);
        case attribute_of::node:
            return names.nodes.find(key);
        case attribute_of::place:
            return names.places.find(key);
        case attribute_of::order:
            break;
    }
    return {};
}

error no_row(attribute_of owner) noexcept {
    switch (owner) {
        case attribute_of::line:
        case attribute_of::stock:
            return fail(error_code::unknown_sku);
        case attribute_of::node:
            return fail(error_code::unknown_node);
        case attribute_of::place:
            return fail(error_code::unknown_place);
        case attribute_of::order:
            break;
    }
    return fail(error_code::bad_attribute);
}

}  // namespace

/// Whether it is new, and may be.
static result<bool> is_new(const fact_table& facts, const attribute_row& r) {
    if (const auto known = facts.find(r.name)) {
        if (facts.type(*known) == r.type) return false;
        return fail(error_code::bad_attribute, raw(*known));
    }
    if (!is_attribute_name(r.name) || is_own(r.name)) return fail(error_code::bad_attribute, -1);
    if (static_cast<std::size_t>(r.type) >= value_types) return fail(error_code::bad_field, 2);
    if (facts.size() == max_attributes)
        return fail(error_code::out_of_range, max_attributes + 1, max_attributes);
    return true;
}

static void record_attribute(journal::writer& to, std::size_t id, std::string_view name,
                             value_type type) {
    const std::int64_t fields[] = {static_cast<std::int64_t>(type)};
    to.intern(journal::intern_kind::attribute, {static_cast<std::uint32_t>(id), name, fields, {}});
}

load_report engine::load(const command& c, std::span<const attribute_row> rows,
                         const load_part& part) {
    state& s = *state_;
    return fill(s, c, rows, part, [&](loader& l, desk& d, const attribute_row& r, std::size_t i) {
        const auto fresh = is_new(s.names.facts, r);
        if (!fresh) {
            l.reject(i, fresh.error(), "attribute " + shown(r.name));
            return true;
        }
        if (*fresh)
            record_attribute(d.record, raw(s.names.facts.declare(r.name, r.type)), r.name, r.type);
        return l.accept();
    });
}

load_report engine::load(const command& c, std::span<const fact_row> rows, const load_part& part) {
    state& s = *state_;
    return fill(s, c, rows, part, [&](loader& l, desk& d, const fact_row& r, std::size_t i) {
        const auto refuse = [&](error e) {
            l.reject(i, e,
                     shown(r.attribute) + " of " + shown(r.key) +
                         (r.node.empty() ? std::string{} : " at " + shown(r.node)));
            return true;
        };
        fact_table& facts = s.names.facts;
        const auto a = facts.find(r.attribute);
        if (!a) return refuse(fail(error_code::unknown_attribute, -1));
        const bool at_node = facts.owner(*a) == attribute_of::stock;
        const auto row = row_of(s.names, facts.owner(*a), r.key);
        if (!row) return refuse(no_row(facts.owner(*a)));
        const auto node = s.names.nodes.find(r.node);
        if (at_node && !node) return refuse(fail(error_code::unknown_node));
        if (!at_node && !r.node.empty()) return refuse(fail(error_code::bad_field, 3));
        kept_value v{!r.value.empty(), 0};
        if (v.given) {
            const auto n = parse_value(facts.type(*a), r.value);
            if (!n) return refuse(n.error());
            v.n = *n;
        }
        const std::int64_t fields[] = {raw(*a), v.given, v.n, at_node ? *node : 0};
        const bool is_text = facts.type(*a) == value_type::text;
        if (v.given && is_text) v.n = facts.texts.insert(r.value).index;
        if (at_node)
            facts.set(*a, sku_id{*row}, node_id{static_cast<std::uint16_t>(*node)}, v);
        else
            facts.set(*a, *row, v);
        d.record.intern(journal::intern_kind::fact,
                        {*row,
                         is_text ? std::string_view{r.value} : std::string_view{},
                         std::span{fields}.first(at_node ? 4 : 3),
                         {}});
        return l.accept();
    });
}

load_report engine::load(const command& c, std::span<const exclusion_row> rows,
                         const load_part& part) {
    state& s = *state_;
    return fill(s, c, rows, part, [&](loader& l, desk& d, const exclusion_row& r, std::size_t i) {
        const auto refuse = [&](error e) {
            l.reject(i, e, "exclusion of " + shown(r.node));
            return true;
        };
        const auto node = s.names.nodes.find(r.node);
        if (!node) return refuse(fail(error_code::unknown_node));
        if (const auto text = parse_value(value_type::text, r.reason); !text)
            return refuse(text.error());
        fact_table& facts = s.names.facts;
        const exclusion e{node_id{static_cast<std::uint16_t>(*node)}, r.from, r.until,
                          facts.texts.insert(r.reason).index};
        if (r.from > r.until || !facts.exclude(e))
            return refuse(fail(error_code::out_of_range, r.from.ns, r.until.ns));
        const std::int64_t fields[] = {r.from.ns, r.until.ns};
        d.record.intern(journal::intern_kind::exclusion, {*node, r.reason, fields, {}});
        return l.accept();
    });
}

error engine::state::declare(const visit& v, const command& c, const sourcing::policy& p,
                             std::vector<std::string>* findings) {
    std::vector<const sourcing::attribute*> fresh;
    for (const auto& a : p.declared()) {
        const auto known = names.facts.find(a.name);
        if (!known) fresh.push_back(&a);
        if (!known || names.facts.type(*known) == a.type) continue;
        if (findings != nullptr)
            findings->push_back("attribute '" + a.name + "' is a " +
                                std::string{name_of(names.facts.type(*known))} +
                                " already; declare it as that, or give it another name");
        return fail(error_code::bad_policy, 1);
    }
    const std::size_t first = names.facts.size(), count = first + fresh.size();
    if (count > max_attributes)
        return fail(error_code::out_of_range, static_cast<std::int64_t>(count), max_attributes);
    if (fresh.empty()) return {};
    v.desk.clear();
    v.desk.record.begin(verb::load, v.now, c.actor);
    for (std::size_t i = 0; i < fresh.size(); ++i)
        record_attribute(v.desk.record, first + i, fresh[i]->name, fresh[i]->type);
    if (const committed done = commit(v); done.code != error_code::ok) return fail(done.code);
    try {
        for (const auto* a : fresh) names.facts.declare(a->name, a->type);
    } catch (const std::bad_alloc&) {
        halt("memory ran out for an attribute that the journal has");
        return fail(error_code::halted);
    }
    return {};
}

result<attribute_id> engine::find_attribute(std::string_view name) const {
    return state_->ask<result<attribute_id>>([&](const state::visit&) -> result<attribute_id> {
        const auto a = state_->names.facts.find(name);
        return a ? result<attribute_id>{*a} : fail(error_code::unknown_attribute, -1);
    });
}

std::uint32_t engine::attributes() const noexcept { return state_->names.facts.names.size(); }

attribute_row engine::attribute(attribute_id a) const {
    const auto found =
        state_->ask<result<attribute_row>>([&](const state::visit&) -> result<attribute_row> {
            const fact_table& facts = state_->names.facts;
            if (index_of(a) >= facts.size()) return fail(error_code::unknown_attribute, raw(a));
            return attribute_row{std::string{facts.names.key(raw(a))}, facts.type(a)};
        });
    if (!found) throw_unnamed("attribute: " + to_string(found.error()), found.error());
    return *found;
}

}  // namespace earmark
