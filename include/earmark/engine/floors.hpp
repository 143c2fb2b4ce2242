// FLOOR RULES, compiled: one look-up per question. Written only while the engine is taken (load)
// and by the fold; read by every verb. The rows and their precedence are model/floors.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "earmark/core/intern.hpp"
#include "earmark/model/floors.hpp"
#include "earmark/model/tables.hpp"

namespace earmark {

/// A rule with its keys resolved; none<Id> where a selector is empty.
struct floor_rule {
    sku_id sku = none<sku_id>;
    node_id node = none<node_id>;
    channel_id channel = none<channel_id>;
    std::optional<node_kind> kind{};
    floor_use use = floor_use::both;
    std::int64_t units = 0;
    bool exclude = false;
    bool active = true;
    bool freeze = false;  // and so `exclude`
};

/// What holds for one SKU, node, channel and use.
struct floor_found {
    std::uint32_t rule = 0xFFFFFFFF;  // none: no rule fits
    bool excluded = false;
    granules floor = 0;
    [[nodiscard]] bool exists() const noexcept { return rule != 0xFFFFFFFF; }
};

class floor_rules {
public:
    key_table keys;      // of rules, by number
    key_table channels;  // by channel_id

    [[nodiscard]] bool empty() const noexcept { return rules_.empty(); }
    [[nodiscard]] std::span<const floor_rule> rules() const noexcept { return rules_; }

    /// The rule in force that asks for the same as `r` and is not `self`, if any. O(log rules).
    [[nodiscard]] std::optional<std::uint32_t> twin(const floor_rule& r, std::uint32_t self) const;
    /// Sets rule `number`, which is new at rules().size() or stood there. Requires that it has no
    /// twin. O(rules). May throw std::bad_alloc; the rules are then of no use.
    void set(std::uint32_t number, const floor_rule& r);

    /// O(log rules), at most twelve look-ups and none where there are no rules. `of` are the SKU's
    /// facts, `kind` the node's.
    [[nodiscard]] floor_found find(sku_id sku, node_id node, node_kind kind, channel_id channel,
                                   floor_use use, const sku_facts& of) const noexcept;

    [[nodiscard]] bool any_freezes() const noexcept { return !freezes_.empty(); }
    /// A rule in force that freezes the SKU at the node. O(freezes in force).
    [[nodiscard]] std::optional<std::uint32_t> freeze(sku_id sku, node_id node,
                                                      node_kind kind) const noexcept;

    [[nodiscard]] std::uint64_t digest_of_rules() const;
    /// Whether look-ups find exactly the rules in force, each by its own selectors. O(rules log
    /// rules).
    [[nodiscard]] bool compiled_as_written() const;

private:
    struct entry {
        std::uint64_t selector;
        std::uint32_t rule;
    };
    using index = std::vector<entry>;  // ascending by selector
    static constexpr std::size_t ranks = 12;

    [[nodiscard]] static std::size_t rank_of(const floor_rule& r) noexcept;
    [[nodiscard]] static std::uint64_t selector_of(std::size_t rank, sku_id sku, node_id node,
                                                   node_kind kind, channel_id channel) noexcept;
    [[nodiscard]] static std::uint64_t selector_of(const floor_rule& r) noexcept;
    [[nodiscard]] static const entry* look_up(const index& in, std::uint64_t selector) noexcept;
    static bool below(const entry& e, std::uint64_t selector) noexcept {
        return e.selector < selector;
    }
    template <class F>
    void each_index_of(std::uint32_t number, F&& f);
    void index_in(std::uint32_t number);
    void index_out(std::uint32_t number);

    std::vector<floor_rule> rules_;
    std::vector<std::uint32_t> freezes_;  // those in force, ascending
    // By use (selling, sourcing), by exclusion, by rank: more selectors, higher rank.
    std::array<std::array<std::array<index, ranks>, 2>, 2> by_;
};

}  // namespace earmark
