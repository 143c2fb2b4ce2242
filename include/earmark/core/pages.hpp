// PAGES. Zeroed arrays, as zeroed.hpp has them, for what is read at random: they lie in pages of
// 2 MiB where the system follows the advice, so that an access does not also wait for the address
// of its page.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

#include "earmark/core/env.hpp"

namespace earmark {
namespace detail {

/// Zeroed memory at the start of a page, of 2 MiB where there is as much, of which the system hands
/// out pages as they are touched. Requires bytes > 0. Throws std::bad_alloc.
void* take_pages(std::size_t bytes);
void return_pages(void* at, std::size_t bytes) noexcept;

}  // namespace detail

/// `size` objects of T, whose bytes are all zero in production and which are constructed under
/// another Env. Requirements and errors as zeroed.
template <class Env, class T>
class zeroed_pages {
public:
    explicit zeroed_pages(std::size_t size) {
        if constexpr (std::is_same_v<Env, std_env>) {
            static_assert(std::is_trivially_destructible_v<T>);
            const std::size_t bytes = size * sizeof(T);
            raw_ = {static_cast<T*>(detail::take_pages(bytes)), release{bytes}};
        } else {
            made_ = std::make_unique<T[]>(size);
        }
    }
    [[nodiscard]] T& operator[](std::size_t i) const noexcept {
        if constexpr (std::is_same_v<Env, std_env>)
            return raw_.get()[i];
        else
            return made_[i];
    }

private:
    struct release {
        std::size_t bytes = 0;
        void operator()(T* p) const noexcept { detail::return_pages(p, bytes); }
    };
    std::unique_ptr<T, release> raw_;
    std::unique_ptr<T[]> made_;
};

}  // namespace earmark
