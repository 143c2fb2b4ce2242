#include "earmark/engine/restrictions.hpp"

#include <algorithm>

#include "earmark/core/digest.hpp"
#include "earmark/engine/facts.hpp"
#include "earmark/engine/holds.hpp"

namespace earmark {
namespace {

/// `first`, and then what is declared of an owner.
asked_attributes asked_of(std::vector<sourcing::attribute> first, attribute_of owner,
                          const fact_table& facts) {
    asked_attributes out{std::move(first), {}};
    for (std::uint32_t i = 0; i < facts.size(); ++i) {
        const attribute_id id{static_cast<std::uint16_t>(i)};
        if (facts.owner(id) != owner) continue;
        out.all.push_back({std::string{facts.names.key(i)}, facts.type(id), false});
        out.declared.push_back(id);
    }
    return out;
}

std::uint64_t digest_of(const restriction& r) {
    digest d;
    for (const auto* c : {&r.item, &r.origin, &r.destination, &r.order})
        d.add(*c ? std::string_view{(*c)->text()} : std::string_view{});
    for (const service_id s : r.services) d.add(raw(s));
    if (r.unless_same) d.add(raw(r.unless_same->first)).add(raw(r.unless_same->second));
    return d.add(r.reason).add(r.active).value();
}

}  // namespace

void restriction_table::set(std::string_view key, restriction r) {
    const std::uint32_t number = keys.insert(key).index;
    if (number == rows_.size()) rows_.emplace_back();
    rows_[number] = std::move(r);
    ++version_;
}

std::uint64_t restriction_table::digest_of_rows() const {
    if (rows_.empty()) return 0;
    digest d{9};
    for (std::uint32_t i = 0; i < rows_.size(); ++i) d.add(keys.key(i)).add(digest_of(rows_[i]));
    return d.value();
}

asked_attributes asked_of_goods(const fact_table& facts) {
    return asked_of({{"line.sku", value_type::text, false}}, attribute_of::line, facts);
}

asked_attributes asked_of_nodes(const fact_table& facts) {
    const auto own = sourcing::node_attributes();
    return asked_of({own.begin(), own.end()}, attribute_of::node, facts);
}

asked_attributes asked_of_places(const fact_table& facts) {
    return asked_of({{"ship_to", value_type::text, false}}, attribute_of::place, facts);
}

asked_attributes asked_of_whole_orders(const fact_table& facts) {
    asked_attributes out{asked_of_orders(facts), {}};
    for (std::size_t i = sourcing::order_attributes().size(); i < out.all.size(); ++i)
        out.declared.push_back(*facts.find(out.all[i].name));
    return out;
}

}  // namespace earmark
