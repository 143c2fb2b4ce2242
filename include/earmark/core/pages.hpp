// PAGES. Zeroed arrays, as zeroed.hpp has them, for what is read at random: they lie in pages of
// 2 MiB where the system gives them (MADV_COLLAPSE may, whatever transparent_hugepage says), so
// that an access does not also wait for the address of its page. What is filled from the front gets
// them as it is filled, and so wastes none.
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
/// Asks for pages of 2 MiB for the whole range, of which nothing may have been touched yet.
void ask_for_huge(void* at, std::size_t bytes) noexcept;
/// Makes pages of 2 MiB of those of a range that are all in use, where the system can. Requires
/// `base` from take_pages; the range is [first, end) bytes beyond it, and all before is in use.
void join_pages(void* base, std::size_t first, std::size_t end) noexcept;

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
    /// Objects first .. end - 1 are in use now, and so are all before them.
    void in_use(std::size_t first, std::size_t end) const noexcept {
        if constexpr (std::is_same_v<Env, std_env>)
            detail::join_pages(raw_.get(), first * sizeof(T), end * sizeof(T));
    }
    /// All of them will be used, in any order. Nothing may have been touched.
    void all_of_use() const noexcept {
        if constexpr (std::is_same_v<Env, std_env>)
            detail::ask_for_huge(raw_.get(), raw_.get_deleter().bytes);
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
