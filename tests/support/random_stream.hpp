// RANDOM STREAMS of commands over a small world where everything is short: six SKUs, a few nodes
// and a handful of units, so that most commands meet each other. A stream is a function of its seed
// and of what was granted (the player says so): the same seed gives the same stream on every
// platform.
//
// Each seed prefers some verbs over others. One step in eight carries exactly one defect; one keyed
// step in six repeats an earlier key, mostly with the same content.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "step.hpp"

namespace earmark::streams {

/// splitmix64: eight bytes of state, every seed is good.
class dice {
public:
    explicit constexpr dice(std::uint64_t seed) noexcept : state_{seed} {}

    constexpr std::uint64_t roll() noexcept {
        state_ += 0x9E3779B97F4A7C15ULL;
        std::uint64_t x = state_;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
        return x ^ (x >> 31);
    }
    /// 0 .. n - 1; requires n > 0. The bias is below n / 2^64.
    constexpr std::uint32_t below(std::uint32_t n) noexcept {
        return static_cast<std::uint32_t>(roll() % n);
    }
    /// lowest .. highest.
    constexpr std::int64_t between(std::int64_t lowest, std::int64_t highest) noexcept {
        return lowest +
               static_cast<std::int64_t>(roll() % static_cast<std::uint64_t>(highest - lowest + 1));
    }
    constexpr bool chance(std::uint32_t percent) noexcept { return below(100) < percent; }

    template <class T>
    const T& pick(const std::vector<T>& from) noexcept {
        return from[below(static_cast<std::uint32_t>(from.size()))];
    }

private:
    std::uint64_t state_;
};

inline constexpr std::int64_t repeats_within_s = 90;  // of the type that suspects
constexpr std::array<std::int64_t, 7> granule_of = {1, 1, 1, 1, 50, 6, 6};
constexpr std::uint32_t place_count = 4;
constexpr sku_id sku_at(std::uint32_t i) { return static_cast<sku_id>(i); }
constexpr node_id node_at(std::uint32_t i) { return static_cast<node_id>(i); }
constexpr std::uint32_t sku_count = 6;  // that baskets ask for
constexpr sku_id sectioned{6};          // in worlds with sections: only fed, counted and adjusted
constexpr std::uint32_t node_count(std::uint64_t seed) { return seed % 5 == 0 ? 12 : 5; }
/// Seeds whose orders go by a workflow that labels what waits.
constexpr bool has_labels(std::uint64_t seed) { return seed % 4 == 2 || seed % 8 == 7; }
/// Seeds whose nodes are asked, and answer.
constexpr bool asks_nodes(std::uint64_t seed) { return seed % 3 == 0; }
/// Seeds whose orders come as text for the most part, in revisions.
constexpr bool sends_texts(std::uint64_t seed) { return seed % 80 >= 67; }
/// Seeds whose commands come from several actors, of whom some may more than others.
constexpr bool has_rights(std::uint64_t seed) { return seed % 5 == 2; }
/// Seeds in which not everything may be shipped from everywhere.
constexpr bool has_restrictions(std::uint64_t seed) { return seed % 3 == 2; }
constexpr std::int64_t second = 1'000'000'000;
constexpr time_point start{1'795'000'000 * second};

/// Six SKUs (one in steps of 0.50, one in packs of 6), five nodes (one inactive, one without
/// coordinates), in every fifth seed twelve, so that a SKU's row has a second block of cells; four
/// places, in every second seed a few pools, in every third two sections, up to six granules in
/// most cells and no cell for the rest. Six policies take turns.
[[nodiscard]] world make_world(std::uint64_t seed);

class random_stream {
public:
    explicit random_stream(std::uint64_t seed);

    step next();
    /// The player's word that the entry `s` was granted, so that later steps can speak of it.
    void granted(serial s);
    /// The same that a node was asked about one.
    void asked(serial order, node_id node);

private:
    std::uint32_t next_kind();
    [[nodiscard]] action make(std::uint32_t kind);
    action make_reserve();
    action make_floors();
    void add_pools(basket& b);
    action make_place();
    action make_adjust();
    action make_feed(bool is_delta);
    action make_fact();
    action make_stock();
    action make_held();
    action make_answer();
    action make_release();
    action make_cancel();
    action make_amend();
    action make_text();
    action make_revision(text_step::what does);
    action make_count();
    basket make_basket();
    struct shelf {
        sku_id sku{};
        section_id section = none<section_id>;
    };
    shelf some_shelf();
    new_order make_order(serial own);
    /// Somebody orders, and some order again what they or others have ordered lately.
    void draw_customer(new_order& o);
    std::vector<order_line> lines_like(const basket& b);
    std::vector<serial> some_orders();
    void spoil(step& s);
    void repeat_key(step& s);
    void keep(const step& s);
    time_point next_instant();
    time_point next_deadline();
    [[nodiscard]] quantity units(sku_id s, std::int64_t least, std::int64_t most);
    serial some_order();
    serial some_reservation(bool ends = true);
    action make_change();
    action make_move();
    void draw_rights(step& s);
    void draw_restrictions(step& s);

    static constexpr std::size_t kinds = 20;
    dice dice_;
    dice rights_;  // of its own: who gives a step changes no other
    dice restrictions_;
    dice customers_;
    dice ways_;
    void draw_way(order_line& l);
    std::uint32_t nodes_;
    bool has_pools_;
    bool has_sections_;
    bool has_labels_;
    bool asks_nodes_;
    bool sends_texts_;
    bool has_rights_;
    bool has_restrictions_;
    std::array<std::uint32_t, kinds> weights_{};
    std::vector<new_order> lately_;  // with a customer
    std::string discarded_;          // or was to be: the key of the last text
    serial last_ = 0;
    std::uint32_t last_kind_ = 0;
    time_point now_;
    std::map<serial, basket> baskets_;  // as asked, by entry
    std::map<serial, new_order> new_orders_;
    std::vector<serial> reservations_;  // granted
    std::set<serial> spent_;            // probably handed over or given back
    std::vector<serial> orders_;
    serial favourite_ = unknown;  // the order that most steps speak of for a while
    serial asked_order_ = unknown;
    node_id asked_node_{};
    serial went_back_ = unknown;         // the one that was released or cancelled last
    std::vector<time_point> deadlines_;  // to be met to the nanosecond
    std::vector<step> keyed_;
    std::map<std::string, text_step> texts_;   // the last of each key
    std::array<std::uint64_t, 2> sequence_{};  // of each source
};

}  // namespace earmark::streams
