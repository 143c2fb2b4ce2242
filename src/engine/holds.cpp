#include "earmark/engine/holds.hpp"

#include <algorithm>

#include "earmark/core/digest.hpp"
#include "earmark/engine/facts.hpp"

namespace earmark {
namespace {

constexpr hold_steps from_release_on =
    static_cast<hold_steps>(bit_of(hold_step::release) | bit_of(hold_step::pick) |
                            bit_of(hold_step::pack) | bit_of(hold_step::ship));

struct known_type {
    std::string_view key;
    lifecycle::hold_terms terms;
};
using enum hold_expiry;
constexpr known_type known_types[] = {
    {"fraud", {everything_after_capture, 0, escalate, hold_rejection::cancel, -1}},
    {"credit", {from_release_on, 0, escalate, hold_rejection::cancel, -1}},
    {"payment", {from_release_on, 0, escalate, hold_rejection::cancel, -1}},
    {"address", {from_release_on, 0, escalate, hold_rejection::wait, -1}},
    {"duplicate", {everything_after_capture, 0, escalate, hold_rejection::cancel, -1}},
    {"edit", {from_release_on, 0, hold_expiry::resolve, hold_rejection::wait, -1}},
};

}  // namespace

hold_type_table::hold_type_table() {
    for (const known_type& k : known_types) set(k.key, k.terms, {});
    changed_ = false;
}

bool hold_type_table::may_answer(hold_type_id t, actor_id who) const noexcept {
    const auto& those = rules_[index_of(t)].answers;
    return those.empty() || std::ranges::binary_search(those, who);
}

std::vector<hold_type_id> hold_type_table::placed_after(hold_type_id t) const {
    std::vector<hold_type_id> out;
    for (std::size_t i = 0; i < rules_.size(); ++i)
        if (std::ranges::find(rules_[i].after, t) != rules_[i].after.end())
            out.push_back(hold_type_id{static_cast<std::uint16_t>(i)});
    return out;
}

std::vector<hold_type_id> hold_type_table::ring_with(std::size_t number,
                                                     std::span<const hold_type_id> after) const {
    std::vector<std::vector<hold_type_id>> places(std::max(rules_.size(), number + 1));
    const auto add = [&](std::size_t type, std::span<const hold_type_id> before) {
        for (const hold_type_id b : before)
            places[index_of(b)].push_back(hold_type_id{static_cast<std::uint16_t>(type)});
    };
    for (std::size_t i = 0; i < rules_.size(); ++i)
        if (i != number) add(i, rules_[i].after);
    add(number, after);
    return lifecycle::ring_of(places);
}

void hold_type_table::set(std::string_view key, const lifecycle::hold_terms& t, hold_rule r) {
    const std::size_t number = keys.insert(key).index;
    if (number == terms_.size()) {
        terms_.emplace_back();
        rules_.emplace_back();
    }
    terms_[number] = t;
    rules_[number] = std::move(r);
    look_again();
}

void hold_type_table::suspect(hold_type_id t, std::int64_t within_s, std::vector<attribute_id> by) {
    rules_[index_of(t)].repeats_within_s = within_s;
    rules_[index_of(t)].repeats_by = std::move(by);
    look_again();
}

void hold_type_table::look_again() noexcept {
    applies_ = resolves_ = false;
    widest_window_s_ = 0;
    for (const hold_rule& r : rules_) {
        applies_ |= r.places();
        resolves_ |= r.resolve.has_value();
        widest_window_s_ = std::max(widest_window_s_, r.repeats_within_s);
    }
    changed_ = true;
}

std::uint64_t hold_type_table::digest_of_types() const {
    if (!changed_) return 0;
    digest d;
    for (std::uint32_t i = 0; i < terms_.size(); ++i) {
        const lifecycle::hold_terms& t = terms_[i];
        const hold_rule& r = rules_[i];
        d.add(keys.key(i)).add(t.blocks).add(static_cast<std::uint64_t>(t.lasts_s));
        d.add(static_cast<std::uint64_t>(t.then)).add(static_cast<std::uint64_t>(t.rejected));
        d.add(static_cast<std::uint64_t>(t.keeps_s)).add(static_cast<std::uint64_t>(r.scope));
        for (const auto& c : {r.apply, r.resolve}) d.add(c ? std::string_view{c->text()} : "");
        for (const hold_type_id a : r.after) d.add(raw(a));
        d.add(r.after.size());
        for (const actor_id a : r.answers) d.add(raw(a));
        if (!r.suspects()) continue;
        d.add(static_cast<std::uint64_t>(r.repeats_within_s)).add(r.repeats_by.size());
        for (const attribute_id a : r.repeats_by) d.add(raw(a));
    }
    return d.value();
}

std::vector<sourcing::attribute> asked_of_orders(const fact_table& facts) {
    std::vector<sourcing::attribute> declared;
    for (std::uint32_t i = 0; i < facts.size(); ++i) {
        const attribute_id id{static_cast<std::uint16_t>(i)};
        declared.push_back({std::string{facts.names.key(i)}, facts.type(id),
                            facts.owner(id) == attribute_of::line});
    }
    return sourcing::known_attributes(sourcing::order_attributes(), declared, false);
}

}  // namespace earmark
