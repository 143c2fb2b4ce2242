// THE TABLE OF PRIVILEGES as verbs ask it, and the memory of who was denied (model/authority.hpp).
//
// Who may call: the table as the catalog it is a part of. The memory: the holder of `lock`, or who
// has the engine to himself.
//
// Invariants
//   (1) `guarded_` has the bit of a privilege iff it has rows;
//   (2) what a pair has noted is the count of its last record: 0, 1, 2, 4, 8, ...
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/model/authority.hpp"

namespace earmark {

class authority_table {
public:
    struct row {
        privilege may{};
        hold_type_id type = none<hold_type_id>;
        actor_id actor{};
        bool allows = true;
    };

    [[nodiscard]] bool is_empty() const noexcept { return guarded_ == 0; }
    /// Is there any row of it? If not, everybody may.
    [[nodiscard]] bool guards(privilege p) const noexcept {
        return (guarded_ >> static_cast<unsigned>(p) & 1u) != 0;
    }
    /// Of a hold's type, or of none.
    [[nodiscard]] bool allows(actor_id who, privilege p, hold_type_id type) const noexcept;

    /// A row takes the place of that of its actor, privilege and type.
    void set(const row& r);
    void drop(const row& r) noexcept;
    [[nodiscard]] bool has(const row& r) const noexcept;
    [[nodiscard]] std::span<const row> rows() const noexcept { return rows_; }
    /// 0 where there are none.
    [[nodiscard]] std::uint64_t digest_of_rows() const noexcept;

private:
    std::vector<row> rows_;  // ascending (may, type, actor)
    std::uint32_t guarded_ = 0;
};

/// An attempt that was denied, as its note in the journal has it.
struct denied_attempt {
    privilege may{};
    hold_type_id type = none<hold_type_id>;
    node_id node = none<node_id>;
    std::uint32_t order = none_of_it;  // its number
    sku_id sku = none<sku_id>;
    std::uint64_t times = 0;  // by then, of its actor and privilege

    static constexpr std::uint32_t none_of_it = 0xFFFFFFFF;
};
[[nodiscard]] std::vector<std::byte> bytes_of(const denied_attempt& a);
/// False where they are damaged.
[[nodiscard]] bool read_denied(std::uint32_t may, std::span<const std::byte> bytes,
                               denied_attempt& into);

/// How often who was denied what.
class denial_memory {
public:
    static constexpr std::size_t max_pairs = 4'096;  // of more they are counted together

    struct pair {
        actor_id actor{};  // none<actor_id>: those for whom there was no room
        privilege may{};
        std::uint64_t times = 0;  // live; a recovery knows of what was noted
        std::uint64_t noted = 0;
    };

    std::mutex lock;  // tried, never waited for

    /// The count at which the next note is due.
    [[nodiscard]] static constexpr std::uint64_t next_note(std::uint64_t noted) noexcept {
        return noted == 0 ? 1 : noted * 2;
    }
    /// That of an actor and privilege; new at first. May throw std::bad_alloc, and has changed
    /// nothing then.
    pair& of(actor_id who, privilege p);
    /// One of `pairs()` whose first note could not be written.
    void forget_if_new(const pair& p) noexcept;
    /// Room for one more note.
    void make_room();
    /// After its record. Requires room.
    void note(pair& of, const denied_attempt& a, position at) noexcept;
    /// Position of the last note about an order; position{} where there is none.
    [[nodiscard]] position last_about(std::uint32_t order) const noexcept;

    [[nodiscard]] std::span<const pair> pairs() const noexcept { return pairs_; }
    /// Of what was noted; 0 where nothing was.
    [[nodiscard]] std::uint64_t digest() const noexcept;

private:
    struct about {
        std::uint32_t order = 0;
        position at{};
    };
    std::vector<pair> pairs_;    // ascending (actor, may)
    std::vector<about> orders_;  // notes that name one, as they came
};

}  // namespace earmark
