// ZEROED ARRAYS of atomics that cost nothing until they are touched: address space is reserved at
// the configured size, the system hands out zero pages as they are used.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

#include "earmark/core/env.hpp"

namespace earmark {

/// `size` objects of T whose bytes are all zero. In production T consists of lock-free std::atomic
/// of integers and starts its life as zero bytes; under another Env each T is constructed.
/// Throws std::bad_alloc.
template <class Env, class T>
class zeroed {
public:
    explicit zeroed(std::size_t size) {
        if constexpr (std::is_same_v<Env, std_env>) {
            static_assert(std::is_trivially_destructible_v<T>);
            raw_.reset(static_cast<T*>(std::calloc(size, sizeof(T))));
            if (!raw_) throw std::bad_alloc{};
        } else {
            made_ = std::make_unique<T[]>(size);
        }
    }
    [[nodiscard]] T* data() const noexcept {
        if constexpr (std::is_same_v<Env, std_env>)
            return raw_.get();
        else
            return made_.get();
    }
    [[nodiscard]] T& operator[](std::size_t i) const noexcept { return data()[i]; }

private:
    struct release {
        void operator()(T* p) const noexcept { std::free(p); }
    };
    std::unique_ptr<T, release> raw_;
    std::unique_ptr<T[]> made_;
};

}  // namespace earmark
