// HOLD TYPES, compiled: what each blocks and for how long, and the conditions that place and
// resolve holds of it. Read by every verb that a hold may stop; written only while the engine is
// taken.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/intern.hpp"
#include "earmark/lifecycle/holds.hpp"
#include "earmark/model/holds.hpp"
#include "earmark/sourcing/condition.hpp"

namespace earmark {

class fact_table;

/// A type beside its terms.
struct hold_rule {
    hold_scope scope = hold_scope::order;
    std::optional<sourcing::condition> apply{}, resolve{};
    std::vector<hold_type_id> after{};       // whose resolution places one of this
    std::vector<actor_id> answers{};         // ascending; empty: everybody
    std::int64_t repeats_within_s = 0;       // 0: it suspects nobody
    std::vector<attribute_id> repeats_by{};  // ascending

    [[nodiscard]] bool suspects() const noexcept { return repeats_within_s > 0; }
    [[nodiscard]] bool places() const noexcept { return apply || suspects(); }
};

class hold_type_table {
public:
    /// With the six that are known from the start.
    hold_type_table();

    key_table keys;

    [[nodiscard]] std::size_t size() const noexcept { return terms_.size(); }
    [[nodiscard]] lifecycle::hold_table terms() const noexcept { return terms_; }
    [[nodiscard]] const lifecycle::hold_terms& terms(hold_type_id t) const noexcept {
        return terms_[index_of(t)];
    }
    [[nodiscard]] const hold_rule& operator[](hold_type_id t) const noexcept {
        return rules_[index_of(t)];
    }
    /// May somebody resolve or reject holds of a type?
    [[nodiscard]] bool may_answer(hold_type_id t, actor_id who) const noexcept;
    /// Does any type place holds by itself; or resolve them?
    [[nodiscard]] bool applies() const noexcept { return applies_; }
    [[nodiscard]] bool resolves() const noexcept { return resolves_; }
    /// How far back types look for what an order repeats; 0: none does.
    [[nodiscard]] std::int64_t widest_window_s() const noexcept { return widest_window_s_; }
    /// The types that the resolution of one places, ascending.
    [[nodiscard]] std::vector<hold_type_id> placed_after(hold_type_id t) const;

    /// The ring that there would be if type `number`, which may be new, came after these.
    [[nodiscard]] std::vector<hold_type_id> ring_with(std::size_t number,
                                                      std::span<const hold_type_id> after) const;
    /// What a type that stands there suspects.
    void suspect(hold_type_id t, std::int64_t within_s, std::vector<attribute_id> by);
    /// Sets a type whose key stands there, or is new. May throw std::bad_alloc; the types are then
    /// of no use.
    void set(std::string_view key, const lifecycle::hold_terms& t, hold_rule r);

    /// 0 where nothing was ever set.
    [[nodiscard]] std::uint64_t digest_of_types() const;

private:
    void look_again() noexcept;

    std::vector<lifecycle::hold_terms> terms_;
    std::vector<hold_rule> rules_;
    std::int64_t widest_window_s_ = 0;
    bool applies_ = false, resolves_ = false, changed_ = false;
};

/// What conditions of holds may ask, by index: what Earmark knows of orders, then what is declared
/// of orders, lines and places, in the order of declaring. It only ever grows at its end.
[[nodiscard]] std::vector<sourcing::attribute> asked_of_orders(const fact_table& facts);

}  // namespace earmark
