// SUSPECTING: does the order on a desk look like an earlier one of the same customer? Types of
// holds ask (hold_type_row::repeats_within_s); where none does, this costs a look at one number.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine_door.hpp"
#include "repeats.hpp"

namespace earmark {

/// What an order says by these attributes of orders; nothing where it lacks one. Ascending values.
[[nodiscard]] std::optional<repeat_memory::customer> customer_of(
    std::span<const order_value> values, std::span<const attribute_id> by) noexcept;

class suspecting {
public:
    using state = engine_door::state;

    /// Of an order that is being placed, under this number: until the end nobody else places one
    /// of its customer.
    static suspecting newborn(const state& s, const desk& d, std::uint32_t order, time_point now) {
        return {s, d, order, now, true};
    }
    /// Of one that stands, whose facts are the desk's order's: only older ones count.
    static suspecting standing(const state& s, const desk& d, std::uint32_t order, time_point now) {
        return {s, d, order, now, false};
    }
    ~suspecting();
    suspecting(const suspecting&) = delete;
    suspecting& operator=(const suspecting&) = delete;

    /// False where others had the customer at every look: stock_moving.
    [[nodiscard]] bool is_ready() const noexcept { return is_ready_; }
    /// The newest order that `of`, as it is or is to be, repeats in the eyes of a type; none.
    /// stock_moving where one kept changing.
    [[nodiscard]] result<std::optional<std::uint32_t>> repeated(const lifecycle::image& of,
                                                                const hold_rule& by) const;
    /// The newborn order is remembered, unless it does not stay. Before its commit, for it may
    /// throw std::bad_alloc.
    void remember();
    void stays() noexcept;

private:
    suspecting(const state& s, const desk& d, std::uint32_t order, time_point now, bool is_new);
    [[nodiscard]] bool lock() noexcept;
    [[nodiscard]] bool is_same_customer(const lifecycle::image& other, const hold_rule& by) const;

    const state& s_;
    repeat_memory& memory_;
    const std::uint32_t order_;
    const time_point made_, now_;
    const bool is_new_;
    std::vector<std::byte> bytes_;
    std::vector<order_value> values_;                 // of the order
    std::vector<repeat_memory::customer> customers_;  // each once, as types ask
    repeat_memory::shards locked_ = 0;
    bool is_ready_ = true;
    bool is_remembered_ = false;
};

// ---- the audit ---------------------------------------------------------------------------------

/// An order that is remembered and has other facts, or was placed at another instant.
[[nodiscard]] std::optional<std::uint32_t> stranger_among_repeats(const engine_door::state& s);
/// Is the order, as it was read, new enough to be repeated, and nobody would find it?
[[nodiscard]] bool is_missing_among_repeats(const engine_door::state& s, std::uint32_t order,
                                            const lifecycle::image& of);

/// Makes the memory anew. Requires the engine, or a recovery; may throw std::bad_alloc.
void remake_repeats(const engine_door::state& s);

}  // namespace earmark
