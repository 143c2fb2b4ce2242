// RESTRICTIONS: loaded, recorded, read back, told again.
#include <algorithm>
#include <array>
#include <iterator>

#include "earmark/engine/fold.hpp"
#include "earmark/engine/restrictions.hpp"
#include "earmark/promise/tables.hpp"
#include "engine_door.hpp"
#include "loader.hpp"

namespace earmark {
namespace {

/// Fields of restriction_row, from 1, as bad_restriction names them.
enum row_field : std::int64_t {
    of_row = 0,
    of_item = 3,
    of_origin,
    of_destination,
    of_order,
    of_services,
    of_unless_same
};

struct fault {
    error why;
    std::string words{};
};

fault unfit(row_field field, std::string words, std::size_t at = 0) {
    return {fail(error_code::bad_restriction, field, static_cast<std::int64_t>(at)),
            std::move(words)};
}

fault parse(const std::string& text, row_field field, const asked_attributes& asked,
            std::optional<sourcing::condition>& into) {
    if (text.empty()) return {};
    auto parsed = sourcing::parse_condition(text, asked.all);
    if (!parsed) return unfit(field, std::move(parsed.problem), parsed.at);
    into = std::move(parsed.value);
    return {};
}

fault check(const restriction_row& r) {
    if (r.key.empty()) return {fail(error_code::empty_key)};
    if (r.key.size() > max_key_bytes)
        return {
            fail(error_code::key_too_long, static_cast<std::int64_t>(r.key.size()), max_key_bytes)};
    if (const auto text = parse_value(value_type::text, r.reason); !text) return {text.error()};
    if (r.services.size() > max_restriction_services)
        return {fail(error_code::out_of_range, static_cast<std::int64_t>(r.services.size()),
                     static_cast<std::int64_t>(max_restriction_services))};
    const bool says_nothing = r.item.empty() && r.origin.empty() && r.destination.empty() &&
                              r.order.empty() && r.services.empty() && r.unless_same.empty();
    if (says_nothing) return unfit(of_row, "it says nothing, and would stop every shipment");
    return {};
}

fault find_services(const restriction_row& r, const catalog& names, std::vector<service_id>& into) {
    for (const std::string& key : r.services) {
        const auto at = names.dates().service_keys.find(key);
        if (!at) return {fail(error_code::unknown_service, -1), "service " + shown(key)};
        into.push_back(service_id{static_cast<std::uint16_t>(*at)});
    }
    std::ranges::sort(into);
    into.erase(std::unique(into.begin(), into.end()), into.end());
    return {};
}

/// A node's attribute and a place's, of one type; else what is wrong.
fault find_pair(const restriction_row& r, const fact_table& facts, restriction& into) {
    if (r.unless_same.empty()) return {};
    if (r.unless_same.size() != 2)
        return unfit(of_unless_same, "name two attributes, a node's and a place's");
    std::array<attribute_id, 2> pair{};
    for (std::size_t i = 0; i < pair.size(); ++i) {
        const auto known = facts.find(r.unless_same[i]);
        if (!known) return {fail(error_code::unknown_attribute, -1), shown(r.unless_same[i])};
        pair[i] = *known;
    }
    if (facts.owner(pair[0]) != attribute_of::node || facts.owner(pair[1]) != attribute_of::place)
        return unfit(of_unless_same, "the first has to be a node's, the second a place's");
    if (facts.type(pair[0]) != facts.type(pair[1]))
        return unfit(of_unless_same, "the two have to be of one type");
    into.unless_same = {pair[0], pair[1]};
    return {};
}

fault resolve(const restriction_row& r, const catalog& names, restriction& into) {
    fault f = check(r);
    const auto go_on = [&](auto&& step) {
        if (f.why.code == error_code::ok) f = step();
    };
    const fact_table& facts = names.facts;
    go_on([&] { return parse(r.item, of_item, asked_of_goods(facts), into.item); });
    go_on([&] { return parse(r.origin, of_origin, asked_of_nodes(facts), into.origin); });
    go_on([&] {
        return parse(r.destination, of_destination, asked_of_places(facts), into.destination);
    });
    go_on([&] { return parse(r.order, of_order, asked_of_whole_orders(facts), into.order); });
    go_on([&] { return find_services(r, names, into.services); });
    go_on([&] { return find_pair(r, facts, into); });
    if (f.why.code != error_code::ok) return f;
    std::size_t bytes = 0;
    for (const auto* c : {&into.item, &into.origin, &into.destination, &into.order})
        bytes += *c ? (*c)->text().size() : 0;
    if (bytes > max_restriction_bytes)
        return {fail(error_code::input_too_large, static_cast<std::int64_t>(bytes),
                     static_cast<std::int64_t>(max_restriction_bytes))};
    into.reason = r.reason;
    into.active = r.active;
    return {};
}

// ---- as the journal has it ----------------------------------------------------------------------

constexpr std::size_t texts = 6, head_fields = texts + 3;

std::array<std::string_view, texts> texts_of(std::string_view key, const restriction& r) {
    const auto text = [](const auto& c) {
        return c ? std::string_view{c->text()} : std::string_view{};
    };
    return {key, r.reason, text(r.item), text(r.origin), text(r.destination), text(r.order)};
}

void record_row(journal::writer& to, std::uint32_t number, std::string_view key,
                const restriction& r) {
    std::string all;
    std::vector<std::int64_t> fields;
    for (const std::string_view text : texts_of(key, r)) {
        all += text;
        fields.push_back(static_cast<std::int64_t>(text.size()));
    }
    fields.push_back(r.active);
    fields.push_back(r.unless_same ? raw(r.unless_same->first) : -1);
    fields.push_back(r.unless_same ? raw(r.unless_same->second) : -1);
    for (const service_id s : r.services) fields.push_back(raw(s));
    to.intern(journal::intern_kind::restriction, {number, all, fields, {}});
}

bool is_below(std::int64_t field, std::size_t bound) noexcept {
    return field >= 0 && static_cast<std::size_t>(field) < bound;
}

bool split(std::string_view from, std::span<const std::int64_t> sizes,
           std::array<std::string_view, texts>& into) {
    for (std::size_t i = 0; i < texts; ++i) {
        if (!is_below(sizes[i], from.size() + 1)) return false;
        into[i] = from.substr(0, static_cast<std::size_t>(sizes[i]));
        from.remove_prefix(into[i].size());
    }
    return from.empty();
}

std::string name_of(attribute_id a, const fact_table& facts) {
    return std::string{facts.names.key(raw(a))};
}

restriction_row row_of(std::string_view key, const restriction& r, const catalog& names) {
    const auto all = texts_of(key, r);
    restriction_row out{std::string{all[0]}, std::string{all[1]}, std::string{all[2]},
                        std::string{all[3]}, std::string{all[4]}, std::string{all[5]}};
    for (const service_id s : r.services)
        out.services.emplace_back(names.dates().service_keys.key(raw(s)));
    if (r.unless_same)
        out.unless_same = {name_of(r.unless_same->first, names.facts),
                           name_of(r.unless_same->second, names.facts)};
    out.active = r.active;
    return out;
}

}  // namespace

load_report engine::load(const command& c, std::span<const restriction_row> rows,
                         const load_part& part) {
    state& s = *state_;
    return fill(s, c, rows, part, [&](loader& l, desk& d, const restriction_row& r, std::size_t i) {
        restriction_table& all = s.names.restrictions;
        const auto known = all.keys.find(r.key);
        const std::uint32_t number = known ? *known : all.keys.size();
        restriction made;
        fault f = resolve(r, s.names, made);
        if (f.why.code == error_code::ok && number >= max_restrictions)
            f.why = fail(error_code::out_of_range, number + 1,
                         static_cast<std::int64_t>(max_restrictions));
        if (f.why.code != error_code::ok) {
            std::string what = "restriction " + shown(r.key);
            if (!f.words.empty()) what += ", " + f.words;
            l.reject(i, f.why, what);
            return true;
        }
        record_row(d.record, number, r.key, made);
        all.set(r.key, std::move(made));
        return l.accept();
    });
}

bool read_restriction(const journal::intern_table& t, catalog& into) {
    const auto f = t.fields;
    std::array<std::string_view, texts> said;
    if (f.size() < head_fields || !is_below(f[texts], 2) || !split(t.key, f.first(texts), said))
        return false;
    const restriction_table& all = into.restrictions;
    const auto known = all.keys.find(said[0]);
    if (t.id != (known ? *known : all.keys.size()) || t.id >= max_restrictions) return false;
    restriction_row r{std::string{said[0]}, std::string{said[1]}, std::string{said[2]},
                      std::string{said[3]}, std::string{said[4]}, std::string{said[5]}};
    r.active = f[texts] != 0;
    const auto pair = f.subspan(texts + 1, 2);
    if (pair[0] != -1 || pair[1] != -1)
        for (const std::int64_t a : pair) {
            if (!is_below(a, into.facts.size())) return false;
            r.unless_same.push_back(
                name_of(attribute_id{static_cast<std::uint16_t>(a)}, into.facts));
        }
    const key_table& services = into.dates().service_keys;
    std::int64_t before = -1;
    for (const std::int64_t s : f.subspan(head_fields)) {
        if (s <= before || !is_below(s, services.size())) return false;
        r.services.emplace_back(services.key(static_cast<std::uint32_t>(s)));
        before = s;
    }
    restriction made;
    if (resolve(r, into, made).why.code != error_code::ok) return false;
    into.restrictions.set(said[0], std::move(made));
    return true;
}

result<std::vector<restriction_row>> restrictions(const engine& of) {
    using rows = std::vector<restriction_row>;
    const auto& s = engine_door::inside(of);
    return s.ask<result<rows>>([&](const auto&) -> result<rows> {
        rows out;
        const restriction_table& all = s.names.restrictions;
        for (std::uint32_t i = 0; i < all.size(); ++i)
            out.push_back(row_of(all.keys.key(i), all[i], s.names));
        return out;
    });
}

}  // namespace earmark
