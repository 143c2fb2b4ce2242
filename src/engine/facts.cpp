#include "earmark/engine/facts.hpp"

#include <algorithm>

#include "earmark/core/digest.hpp"
#include "earmark/core/low_first.hpp"

namespace earmark {
namespace {

// The bytes of an order's facts: how many there are in all (4), then of each the attribute and the
// line (2 each) and its value: a text's length (1) and the text, or a number (8). Low bytes first.
constexpr std::size_t head = 4, fact_head = 4;

error unfit(const order_fact& f, std::size_t lines, const fact_table& known) noexcept {
    const auto a = static_cast<std::int64_t>(raw(f.attribute));
    if (index_of(f.attribute) >= known.size()) return fail(error_code::unknown_attribute, a);
    const attribute_of owner = known.owner(f.attribute);
    if (owner != attribute_of::order && owner != attribute_of::line)
        return fail(error_code::bad_attribute, a);
    if ((owner == attribute_of::line) != (f.line != 0) || f.line > lines)
        return fail(error_code::unknown_line, f.line, static_cast<std::int64_t>(lines));
    if (f.value.empty()) return fail(error_code::bad_field, a);
    return parse_value(known.type(f.attribute), f.value).error();
}

}  // namespace

std::optional<attribute_id> fact_table::find(std::string_view name) const noexcept {
    const auto at = names.find(name);
    if (!at) return {};
    return attribute_id{static_cast<std::uint16_t>(*at)};
}

attribute_id fact_table::declare(std::string_view name, value_type type) {
    types_.reserve(types_.size() + 1);
    owners_.reserve(owners_.size() + 1);
    values_.reserve(values_.size() + 1);
    stocks_.reserve(stocks_.size() + 1);
    const attribute_id id{static_cast<std::uint16_t>(names.insert(name).index)};
    types_.push_back(type);
    owners_.push_back(owner_of(name));
    values_.emplace_back();
    stocks_.emplace_back();
    ++version_;
    return id;
}

void fact_table::set(attribute_id a, std::uint32_t of, const kept_value& v) {
    auto& all = values_[index_of(a)];
    if (of >= all.size()) all.resize(of + std::size_t{1});
    all[of] = v;
    ++version_;
}

void fact_table::set(attribute_id a, sku_id sku, node_id node, const kept_value& v) {
    auto& skus = stocks_[index_of(a)];
    if (index_of(sku) >= skus.size()) skus.resize(index_of(sku) + 1);
    auto& all = skus[index_of(sku)];
    const auto at = std::lower_bound(all.begin(), all.end(), node,
                                     [](const kept_at& k, node_id n) { return k.node < n; });
    if (at != all.end() && at->node == node)
        at->value = v;
    else
        all.insert(at, {node, v});
    ++version_;
}

kept_value fact_table::get(attribute_id a, sku_id sku, node_id node) const noexcept {
    const auto& skus = stocks_[index_of(a)];
    if (index_of(sku) >= skus.size()) return {};
    const auto& all = skus[index_of(sku)];
    const auto at = std::lower_bound(all.begin(), all.end(), node,
                                     [](const kept_at& k, node_id n) { return k.node < n; });
    return at != all.end() && at->node == node ? at->value : kept_value{};
}

bool fact_table::exclude(const exclusion& e) {
    const auto same = std::find_if(exclusions_.begin(), exclusions_.end(), [&](const auto& o) {
        return o.node == e.node && o.from == e.from;
    });
    const bool lifts = e.until <= e.from;
    if (lifts && same == exclusions_.end()) return false;
    if (same != exclusions_.end()) exclusions_.erase(same);
    const auto ends_later = [](const exclusion& a, const exclusion& b) {
        return a.until > b.until;
    };
    const auto at = std::upper_bound(exclusions_.begin(), exclusions_.end(), e, ends_later);
    if (!lifts) exclusions_.insert(at, e);
    ++version_;
    return true;
}

std::uint64_t fact_table::digest_of_facts() const {
    digest d;
    for (std::uint32_t a = 0; a < types_.size(); ++a) {
        d.add(names.key(a)).add(static_cast<std::uint64_t>(types_[a]));
        const auto add = [&](const kept_value& v) {
            types_[a] == value_type::text ? d.add(texts.key(static_cast<std::uint32_t>(v.n)))
                                          : d.add(static_cast<std::uint64_t>(v.n));
        };
        for (std::uint32_t i = 0; i < values_[a].size(); ++i)
            if (values_[a][i].given) {
                d.add(i);
                add(values_[a][i]);
            }
        for (std::uint32_t i = 0; i < stocks_[a].size(); ++i)
            for (const kept_at& k : stocks_[a][i])
                if (k.value.given) {
                    d.add(i).add(raw(k.node));
                    add(k.value);
                }
    }
    for (const exclusion& e : exclusions_)
        d.add(raw(e.node))
            .add(static_cast<std::uint64_t>(e.from.ns))
            .add(static_cast<std::uint64_t>(e.until.ns))
            .add(texts.key(e.reason));
    return d.value();
}

void keep_facts(std::span<const order_fact> facts, std::size_t lines, const fact_table& known,
                std::vector<std::byte>& into, std::vector<error>& violations) {
    into.clear();
    if (facts.empty()) return;
    std::vector<const order_fact*> sorted;
    for (const order_fact& f : facts) sorted.push_back(&f);
    const auto place = [](const order_fact* f) { return std::pair{f->line, f->attribute}; };
    std::stable_sort(sorted.begin(), sorted.end(),
                     [&](const auto* a, const auto* b) { return place(a) < place(b); });
    put_low_first(into, 0, head);
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const order_fact& f = *sorted[i];
        error e = unfit(f, lines, known);
        if (e.code == error_code::ok && i > 0 && place(sorted[i - 1]) == place(sorted[i]))
            e = fail(error_code::duplicate_row);
        if (e.code != error_code::ok) {
            e.row = f.line;
            violations.push_back(e);
            continue;
        }
        put_low_first(into, raw(f.attribute), 2);
        put_low_first(into, f.line, 2);
        const value_type type = known.type(f.attribute);
        if (type != value_type::text) {
            put_low_first(into, static_cast<std::uint64_t>(*parse_value(type, f.value)), 8);
            continue;
        }
        put_low_first(into, f.value.size(), 1);
        for (const char c : f.value) into.push_back(static_cast<std::byte>(c));
    }
    if (into.size() - head > max_fact_bytes)
        violations.push_back(fail(error_code::input_too_large,
                                  static_cast<std::int64_t>(into.size() - head),
                                  static_cast<std::int64_t>(max_fact_bytes)));
    for (std::size_t i = 0; i < head; ++i)
        into[i] = static_cast<std::byte>(static_cast<std::uint32_t>(into.size()) >> 8 * i);
}

bool read_facts(std::span<const std::byte> bytes, std::size_t lines, const fact_table& known,
                std::vector<order_value>& into) {
    into.clear();
    if (bytes.empty()) return true;
    if (bytes.size() < head || low_first(bytes, head) != bytes.size()) return false;
    for (bytes = bytes.subspan(head); !bytes.empty();) {
        if (bytes.size() <= fact_head) return false;
        order_value v{static_cast<attribute_id>(low_first(bytes, 2)),
                      static_cast<std::uint32_t>(low_first(bytes.subspan(2), 2)),
                      0,
                      {}};
        if (index_of(v.attribute) >= known.size() || v.line > lines) return false;
        const attribute_of owner = known.owner(v.attribute);
        if (owner != (v.line == 0 ? attribute_of::order : attribute_of::line)) return false;
        const bool is_text = known.type(v.attribute) == value_type::text;
        const std::size_t size = is_text ? 1 + low_first(bytes.subspan(fact_head), 1) : 8;
        if (bytes.size() < fact_head + size) return false;
        const auto value = bytes.subspan(fact_head, size);
        if (is_text)
            v.text = {reinterpret_cast<const char*>(value.data()) + 1, size - 1};
        else
            v.n = static_cast<std::int64_t>(low_first(value, 8));
        const auto place = [](const order_value& o) { return std::pair{o.line, o.attribute}; };
        if (!into.empty() && place(into.back()) >= place(v)) return false;
        into.push_back(v);
        bytes = bytes.subspan(fact_head + size);
    }
    return true;
}

}  // namespace earmark
