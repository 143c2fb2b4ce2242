// IDS are enum classes: free to copy, impossible to mix up. Dense ones index arrays.
//
// `none<Id>` is the one value of each id that names nothing. External keys are opaque strings and
// are turned into ids once, at the edge (core/intern.hpp); no id may be derived from a key's text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace earmark {

enum class sku_id : std::uint32_t {};          // dense: a row of the stock table
enum class node_id : std::uint16_t {};         // dense: a store, a warehouse or a vendor
enum class channel_id : std::uint16_t {};      // dense: who sells, as floor rules know it
enum class pool_id : std::uint32_t {};         // dense: what is scarce beside goods
enum class section_id : std::uint16_t {};      // dense: a part of the stock of every node
enum class segment_id : std::uint16_t {};      // dense: for whom stock is kept apart
enum class place_id : std::uint32_t {};        // dense: a ship-to position with known distances
enum class attribute_id : std::uint16_t {};    // dense: what orders or tables are known by
enum class calendar_id : std::uint16_t {};     // dense: days of work, of transit, of delivery
enum class service_id : std::uint16_t {};      // dense: how an order travels
enum class hold_type_id : std::uint16_t {};    // dense: why orders are held
enum class actor_id : std::uint32_t {};        // dense: who gave a command
enum class cell_id : std::uint32_t {};         // stable for the life of the engine
enum class order_id : std::uint64_t {};        // dense, unique for the life of the engine
enum class reservation_id : std::uint64_t {};  // dense, unique for the life of the engine
enum class policy_id : std::uint32_t {};       // version of an activated policy, 0 is none yet
enum class position : std::uint64_t {};        // a record's place in the journal; 0 is before all

template <class Id>
inline constexpr Id none = static_cast<Id>(std::numeric_limits<std::underlying_type_t<Id>>::max());

/// The number behind an id, for indexing and printing.
template <class Id>
    requires std::is_enum_v<Id>
constexpr auto raw(Id id) noexcept { return static_cast<std::underlying_type_t<Id>>(id); }

/// The index behind a dense id.
template <class Id>
    requires std::is_enum_v<Id>
constexpr std::size_t index_of(Id id) noexcept { return static_cast<std::size_t>(raw(id)); }

}  // namespace earmark
