// A SET OF SLOTS that only grows.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "earmark/core/env.hpp"

namespace earmark::lifecycle {

/// A picture of such a set.
struct slot_picture {
    std::array<std::uint64_t, 2> words{};

    [[nodiscard]] bool has(std::uint32_t slot) const noexcept {
        return (words[slot / 64] >> slot % 64 & 1) != 0;
    }
    /// f(slot) for each, ascending.
    template <class F>
    void each(F&& f) const {
        for (std::uint32_t w = 0; w < words.size(); ++w)
            for (std::uint64_t left = words[w]; left != 0; left &= left - 1)
                f(w * 64 + static_cast<std::uint32_t>(std::countr_zero(left)));
    }
};

template <class Env = std_env>
class slot_set {
public:
    explicit slot_set(std::size_t slots) : used_{(slots + 63) / 64} {}

    /// What the caller did before is seen by whoever sees the slot. Lock-free.
    void add(std::uint32_t slot) noexcept {
        words_[slot / 64].fetch_or(std::uint64_t{1} << slot % 64,
                                   std::memory_order_seq_cst);  // (a) pairs with (b)
    }
    [[nodiscard]] slot_picture picture() const noexcept {
        slot_picture p;
        for (std::size_t w = 0; w < used_; ++w)
            p.words[w] = words_[w].load(std::memory_order_seq_cst);  // (b)
        return p;
    }

private:
    std::size_t used_;
    std::array<typename Env::template atomic<std::uint64_t>, 2> words_{};
};

}  // namespace earmark::lifecycle
