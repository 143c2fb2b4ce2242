// THE CATALOG: the names and facts of SKUs, nodes, places, actors and policies. Written only while
// the engine is taken (load, activate, actor) and by the fold; read by every verb.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/intern.hpp"
#include "earmark/core/result.hpp"
#include "earmark/engine/authority.hpp"
#include "earmark/engine/facts.hpp"
#include "earmark/engine/floors.hpp"
#include "earmark/engine/holds.hpp"
#include "earmark/engine/pools.hpp"
#include "earmark/engine/restrictions.hpp"
#include "earmark/engine/sections.hpp"
#include "earmark/engine/workflows.hpp"
#include "earmark/intake/waiting.hpp"
#include "earmark/lifecycle/amendment.hpp"
#include "earmark/lifecycle/asked.hpp"
#include "earmark/model/sourcing.hpp"
#include "earmark/model/tables.hpp"
#include "earmark/model/thresholds.hpp"

namespace earmark {

/// The largest granule, in atoms, of a SKU with so many decimals (0 to max_decimals): in units it
/// is a 64-bit count of 10^-9.
[[nodiscard]] constexpr std::int64_t most_granule(int decimals) noexcept {
    std::int64_t most = INT64_MAX;
    for (; decimals < max_decimals; ++decimals) most /= 10;
    return most;
}

class date_tables;
class repeat_memory;

class catalog {
public:
    catalog();
    ~catalog();
    catalog(catalog&&) noexcept;
    catalog& operator=(catalog&&) noexcept;

    key_table skus, nodes, places, actors;
    /// Who gives a command is not asked for his name; who has none is the host.
    [[nodiscard]] actor_id known(actor_id a) const noexcept {
        return raw(a) < actors.size() ? a : actor_id{};
    }
    std::vector<sku_facts> sku;
    std::vector<node_facts> node;
    std::vector<coordinates> node_at, place_at;
    floor_rules floors;  // has the channels' keys, too
    pool_table pools;
    key_table threshold_keys;           // by number
    std::vector<threshold> thresholds;  // the same
    section_table sections;
    fact_table facts;
    hold_type_table holds;
    lifecycle::amend_table amends;
    lifecycle::answer_table answers;
    authority_table authority;
    restriction_table restrictions;
    /// Written beside other verbs, under its own lock.
    [[nodiscard]] denial_memory& denials() const noexcept { return *denials_; }
    /// The same: orders that may be repeated. No table, and no part of any digest.
    [[nodiscard]] repeat_memory& repeats() const noexcept { return *repeats_; }
    [[nodiscard]] date_tables& dates() noexcept { return *dates_; }
    [[nodiscard]] const date_tables& dates() const noexcept { return *dates_; }
    workflow_table workflows;
    intake::waiting_room waiting;
    std::vector<std::string> policies;  // canonical text; policy_id is the index plus one

    /// Row of distances of a place to every node; of an unknown place all are unknown.
    [[nodiscard]] std::span<const std::uint32_t> metres(place_id p) const noexcept;
    /// Names what metres(p) and `node` hold now. Nodes are only ever added and distances given,
    /// each once, so another number of both is another view.
    [[nodiscard]] std::uint64_t view_from(place_id p) const noexcept {
        const std::size_t given = index_of(p) < given_.size() ? given_[index_of(p)].size() : 0;
        return std::uint64_t{node.size() + given} << 33 | (std::uint64_t{raw(p)} + 1);
    }

    /// The nodes to which a place's distances were given, ascending.
    [[nodiscard]] std::span<const node_id> given(place_id p) const noexcept {
        return index_of(p) < given_.size() ? std::span{given_[index_of(p)]}
                                           : std::span<const node_id>{};
    }
    /// Puts a given distance in place of the measured one. False where one was given before, or
    /// there is no such place or node, or it is out of bounds.
    bool give_distance(place_id p, node_id n, std::int64_t metres);
    /// Its number, that of the key where it stands there already.
    std::uint32_t set_threshold(std::string_view key, const threshold& t);

    /// Adds a row with everything that was loaded before it. Requires a fresh key.
    sku_id add_sku(std::string_view key, const sku_facts& f);
    node_id add_node(std::string_view key, const node_facts& f, const coordinates& at,
                     std::span<const std::uint32_t> to_places);
    place_id add_place(std::string_view key, const coordinates& at,
                       std::span<const std::uint32_t> to_nodes);

    /// Distances from a new node to all places, or from a new place to all nodes. Floating point,
    /// at load only; the fold takes them from the journal instead.
    [[nodiscard]] static std::vector<std::uint32_t> measure(const coordinates& from,
                                                            std::span<const coordinates> to);
    /// No rule and no switch keeps any SKU from being promised anywhere.
    [[nodiscard]] bool promises_everywhere() const noexcept {
        return floors.empty() && inactive_nodes_ == 0;
    }
    /// Makes the tie-break ranks anew: a node's place among all node keys in byte order.
    void rank_nodes();

    /// The units of measure of a SKU, in the order of loading; empty where it has none.
    [[nodiscard]] std::span<const unit_facts> units(sku_id s) const noexcept {
        return index_of(s) < units_.size() ? std::span{units_[index_of(s)]}
                                           : std::span<const unit_facts>{};
    }
    /// False where there is no such SKU, the name is empty or taken, or `atoms` is below 1.
    bool add_unit(sku_id s, std::string_view name, std::int64_t atoms);

    [[nodiscard]] std::uint64_t digest_of_tables() const;

    /// One granule of a SKU in units, times 10^9; out_of_range (refs: granule, most) where it does
    /// not fit, which load() refuses.
    [[nodiscard]] result<std::int64_t> granule_e9(sku_id s) const noexcept;

private:
    std::vector<std::vector<std::uint32_t>> metres_;  // per place, per node
    std::vector<std::vector<node_id>> given_;         // per place, as far as there are any
    std::vector<std::uint32_t> unknown_;
    std::uint32_t inactive_nodes_ = 0;
    std::unique_ptr<date_tables> dates_;
    std::unique_ptr<denial_memory> denials_;
    std::unique_ptr<repeat_memory> repeats_;
    std::vector<std::vector<unit_facts>> units_;  // by SKU
};

}  // namespace earmark
