// WAITING: orders in quarantine, and tombstones: keys that were cancelled before their order came.
//
// Who may call: whoever has the engine for himself, and the fold; all others only read.
// Invariants
//   (1) A key is in quarantine, or has a tombstone, or is remembered (intake/dedupe.hpp): one of
//       the three. What is remembered was placed or declined, and comes back to neither.
//   (2) bytes() is what the texts and reasons of all orders in quarantine have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/result.hpp"
#include "earmark/core/time.hpp"
#include "earmark/model/capture.hpp"

namespace earmark::intake {

/// Why an order waits, in words that stand by themselves.
struct reason {
    error_code code = error_code::ok;
    std::string path;      // JSON pointer into the payload; empty: the whole
    std::string sentence;  // what was wrong there
    friend bool operator==(const reason&, const reason&) = default;
};

struct waiting_order {
    std::string text;  // the payload in its canonical form
    std::vector<reason> why;
    std::uint32_t reasons = 0;  // of all, also of those that are not kept
    std::uint32_t tries = 0;
    time_point first{}, last{};  // try
    actor_id by{};               // who tried last
};

struct tombstone {
    std::uint8_t reason = 0;  // a code of the caller's own
    time_point since{};
    actor_id by{};
};

inline constexpr std::size_t most_reasons = 100;  // that are kept of one order

class waiting_room {
public:
    using orders_by_key = std::map<std::string, waiting_order, std::less<>>;
    using tombstones_by_key = std::map<std::string, tombstone, std::less<>>;

    [[nodiscard]] bool empty() const noexcept { return orders_.empty() && tombstones_.empty(); }
    [[nodiscard]] const orders_by_key& orders() const noexcept { return orders_; }
    [[nodiscard]] const tombstones_by_key& tombstones() const noexcept { return tombstones_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    /// Null where no such order waits. O(log n).
    [[nodiscard]] const waiting_order* find(std::string_view key) const;
    [[nodiscard]] const tombstone* find_tombstone(std::string_view key) const;
    /// What keeps an order from being placed under the key: order_quarantined, tombstoned.
    [[nodiscard]] error refusal(std::string_view key) const;

    /// Keeps an order, in place of the one that has the key. Strong: unchanged where it throws.
    void keep(std::string_view key, waiting_order o);
    /// A tombstone; an order that waits under the key is the caller's to drop. Strong.
    void bury(std::string_view key, const tombstone& t);
    /// The order that waits under the key goes; false where there is none.
    bool drop(std::string_view key) noexcept;
    /// Takes a tombstone back that was made just now.
    void unbury(std::string_view key) noexcept;

    [[nodiscard]] std::uint64_t digest() const;

private:
    orders_by_key orders_;
    tombstones_by_key tombstones_;
    std::size_t bytes_ = 0;
};

/// Bytes of a key's order, as bytes() counts them.
[[nodiscard]] std::size_t bytes_of(std::string_view key, const waiting_order& o) noexcept;

/// Who has to do something about a problem at a place of an order: master_data where a table that
/// grows would take it away, so that the order may wait for it.
[[nodiscard]] severity severity_of(error_code code, std::string_view path) noexcept;

}  // namespace earmark::intake
