#include "unit/allocations.hpp"

#include <cstdlib>
#include <new>

namespace earmark::allocations {

thread_local bool counting = false;
thread_local int counted = 0;
thread_local std::int64_t until_failure = -1;

}  // namespace earmark::allocations

[[gnu::noinline]] void* operator new(std::size_t n, const std::nothrow_t&) noexcept {
    using namespace earmark::allocations;
    if (counting) ++counted;
    if (until_failure >= 0 && until_failure-- == 0) return nullptr;
    return std::malloc(n == 0 ? 1 : n);
}
[[gnu::noinline]] void* operator new(std::size_t n) {
    if (void* p = ::operator new(n, std::nothrow)) return p;
    throw std::bad_alloc{};
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }
