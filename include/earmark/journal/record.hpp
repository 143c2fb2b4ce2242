// RECORDS, format v0 (docs/formats/journal.md has every byte). A record is what one commit did:
// a verb, its instant, its actor, and a closed list of ops. The fold knows ops and never verbs, so
// that a journal can be read by a program that has other verbs. Numbers are LEB128 varints, signed
// ones zig-zagged; the instant is 8 bytes, little-endian.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "earmark/core/digest.hpp"
#include "earmark/core/ids.hpp"
#include "earmark/core/result.hpp"
#include "earmark/core/time.hpp"
#include "earmark/model/change_set.hpp"
#include "earmark/model/command.hpp"
#include "earmark/model/receipt.hpp"
#include "earmark/model/state.hpp"

namespace earmark::journal {

/// The closed list. Bits 0 to 2 of an op's first byte; the others are its flags.
enum class op : std::uint8_t { move = 1, cell, post, reservation, intern, timer, note };

/// What `intern` gives birth to.
enum class intern_kind : std::uint8_t {
    sku = 1,
    node,
    place,
    actor,
    cell,
    order,
    key,
    policy,
    floor,  // a rule
    channel,
    unit,  // of measure
    feed,  // what a source has said, and of which cells
    pool,
    distance,
    segment,
    section,
    threshold = 20,
    attribute,
    fact,  // of an attribute, about a SKU, a node or a place
    exclusion,
    order_terms = 24,  // of the order that was born just before: service, day of delivery
    dates,             // a row of the tables of dates: zone, calendar, service, hours or lane
    hold_type,         // of holds
    workflow = 27,     // a version's canonical text
    firm = 28,         // nodes that lines of the order born just before are bound to
    bound_for,         // nodes that its lines' goods go to
    amend_rule,        // what may be amended
    quarantined = 31,  // an order that waits for its master data, or its last try
    tombstone,         // of an order that was cancelled before it came
    answer_rule,       // what nodes are asked
    privilege,         // who may do what
    suspicion,         // of what a type of holds suspects an order
    own_terms,         // of lines of the order born just before: place, service, day of delivery
    restriction = 37,  // what may not be shipped
    sets = 42,         // of lines of the order born just before
};

/// What a `note` carries, beside a number: a decision and its policy's version, a reason, an input.
/// Notes move no unit.
/// A count is about a cell, its number, and names no order. `pools`: the order's units of pools are
/// kept by the reservation whose number it is. `basket`: channel and day of the reservation that
/// was born just before.
/// `facts`: an order's own, just after its birth. `rejection`: the node whose number it is gave
/// lines back. `link`: to the order whose number it is. `hold_placed` and `hold_ended`: of the hold
/// that has the number in its order. `amended`: the order itself, after its units were moved.
/// `asked`: of nodes about its units, after they were moved. `denied`: the record's actor was
/// denied the privilege whose number it is; names no order. `timed`: what became of a timer of its
/// workflow. `migrated`: it goes by the version whose number it is.
enum class note_kind : std::uint8_t {
    decision = 1,
    reason,
    input,
    pools,
    count,
    basket,
    facts,
    rejection,
    hold_placed,
    hold_ended,
    amended,
    link = 12,
    asked,
    denied,
    revised,
    timed = 20,
    migrated,
};

/// Distances in metres travel with a place or node, so that a replay needs no trigonometry.
struct intern_table {
    std::uint32_t id = 0;
    std::string_view key;
    std::span<const std::int64_t> fields;      // sku: decimals, granule; node: see catalog
    std::span<const std::uint32_t> distances;  // to all nodes, or to all places, loaded before;
                                               // of a feed, the cells that it spoke of
};
struct intern_order_line {
    sku_id sku{};
    granules n = 0;
    std::int64_t price_minor = 0;
};
struct intern_order {
    std::uint32_t index = 0;
    std::string_view key;
    digest128 content;
    outcome what = outcome::done;  // of its placing
    place_id ship_to{};
    std::uint16_t currency = 0;
    std::uint8_t priority = 0;
    std::vector<intern_order_line> lines;
};
struct intern_key {
    std::string_view key;
    digest128 content;
    receipt first;
};
/// A birth, an end (`life`), or an active one's new parts; a consumed one has as parts what it
/// keeps of pools for its order, with the order's line in place of a floor. Numbers are given
/// again: `holder` tells the reservation from those that had its number before, and is the upper
/// half of its id.
struct reservation_op {
    std::uint32_t index = 0;
    reservation_state life = reservation_state::active;
    bool birth = false;
    time_point deadline = never;   // but for ends; of an expiry, where it is known
    std::vector<take_line> parts;  // all; the floor is kept, should they be taken anew
    std::uint32_t holder = 1;
    [[nodiscard]] bool has_parts() const noexcept {
        return birth || life == reservation_state::active || !parts.empty();
    }
    [[nodiscard]] std::uint64_t id() const noexcept {
        return static_cast<std::uint64_t>(holder) << 32 | index;
    }
};
/// What stands in place of a floor in a part that a consumed reservation keeps: the order's line,
/// and of a pool that has a day the node whose work it is (65535: any). And back.
[[nodiscard]] constexpr granules line_and_node(std::uint16_t line, std::uint32_t node) noexcept {
    return static_cast<granules>(line | node << 16);
}
[[nodiscard]] constexpr std::uint16_t line_of(granules floor) noexcept {
    return static_cast<std::uint16_t>(static_cast<std::uint32_t>(floor));
}
[[nodiscard]] constexpr std::uint32_t node_of(granules floor) noexcept {
    return static_cast<std::uint32_t>(floor) >> 16;
}
/// The bytes of a note of kind `basket`.
struct basket_note {
    channel_id channel = none<channel_id>;
    time_point on;
    static constexpr std::size_t size = 10;  // little-endian: the channel, the instant
    [[nodiscard]] std::array<std::byte, size> bytes() const noexcept;
    [[nodiscard]] static std::optional<basket_note> read(std::span<const std::byte> from) noexcept;
};
struct cell_op {
    cell_id cell{};
    granules free = 0;
    granules on_hand = 0;
};
struct post_op {
    std::uint8_t account = 0;
    std::int64_t minor = 0;
};

/// Writes one record into a buffer that is used again and again.
class writer {
public:
    void begin(verb by, time_point now, actor_id actor);
    void move(std::uint32_t order, const bucket_move& m);
    void cell(const cell_op& c);
    void post(std::uint32_t order, const post_op& p);
    void reservation(const reservation_op& r);
    void timer(std::uint32_t reservation, time_point deadline, std::uint32_t holder = 1);
    void intern(intern_kind kind, const intern_table& t);
    void intern(const intern_order& o);
    void intern(const intern_key& k);
    void note(std::uint32_t order, note_kind kind, std::uint32_t ref,
              std::span<const std::byte> bytes);
    /// A note that is about no order.
    void note(note_kind kind, std::uint32_t ref, std::span<const std::byte> bytes);

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
        return {buffer_.data(), used_};
    }
    /// For the commit, which alone learns what a physical decrease has uncovered: the record, and
    /// the place of the four bytes that say so (0: there is none).
    [[nodiscard]] std::span<std::byte> editable() noexcept { return {buffer_.data(), used_}; }
    [[nodiscard]] std::size_t uncovered_at() const noexcept { return uncovered_at_; }

private:
    class pen;
    [[gnu::noinline]] void grow(std::size_t room);
    void subject(pen& p, unsigned first_byte, std::uint32_t order) noexcept;
    void reservation(pen& p, unsigned first_byte, std::uint32_t index,
                     std::uint32_t holder) noexcept;

    std::vector<std::byte> buffer_;  // the record is its first `used_` bytes
    std::size_t used_ = 0;
    time_point now_;
    std::uint32_t order_ = 0;
    bool has_order_ = false;
    std::size_t uncovered_at_ = 0;
};

/// Receives the ops of a record, in order. An op answers ok, or why it cannot be.
class visitor {
public:
    virtual ~visitor() = default;
    virtual error_code begin(verb by, time_point now, actor_id actor) = 0;
    virtual error_code move(std::uint32_t order, const bucket_move& m) = 0;
    virtual error_code cell(const cell_op& c) = 0;
    virtual error_code post(std::uint32_t order, const post_op& p) = 0;
    virtual error_code reservation(const reservation_op& r) = 0;
    virtual error_code timer(std::uint32_t reservation, time_point deadline,
                             std::uint32_t holder) = 0;
    virtual error_code intern(intern_kind kind, const intern_table& t) = 0;
    virtual error_code intern(const intern_order& o) = 0;
    virtual error_code intern(const intern_key& k) = 0;
    virtual error_code note(std::uint32_t order, note_kind kind, std::uint32_t ref,
                            std::span<const std::byte> bytes) = 0;
    virtual error_code end() { return error_code::ok; }
};

/// Hears of nothing; a reader derives from it and overrides what it wants to hear of.
class deaf_visitor : public visitor {
public:
    error_code begin(verb, time_point, actor_id) override { return error_code::ok; }
    error_code move(std::uint32_t, const bucket_move&) override { return error_code::ok; }
    error_code cell(const cell_op&) override { return error_code::ok; }
    error_code post(std::uint32_t, const post_op&) override { return error_code::ok; }
    error_code reservation(const reservation_op&) override { return error_code::ok; }
    error_code timer(std::uint32_t, time_point, std::uint32_t) override { return error_code::ok; }
    error_code intern(intern_kind, const intern_table&) override { return error_code::ok; }
    error_code intern(const intern_order&) override { return error_code::ok; }
    error_code intern(const intern_key&) override { return error_code::ok; }
    error_code note(std::uint32_t, note_kind, std::uint32_t, std::span<const std::byte>) override {
        return error_code::ok;
    }
};

/// Reads one record. Total: any bytes give ok or bad_record (refs: offset), or what the visitor
/// answers. Nothing is allocated beyond what the record's own size allows.
[[nodiscard]] error read(std::span<const std::byte> record, visitor& into);

}  // namespace earmark::journal
