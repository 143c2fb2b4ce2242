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
/// Where an alignment is asked for. The library's other forms come here.
[[gnu::noinline]] void* operator new(std::size_t n, std::align_val_t a) {
    using namespace earmark::allocations;
    if (counting) ++counted;
    if (until_failure >= 0 && until_failure-- == 0) throw std::bad_alloc{};
    const auto line = static_cast<std::size_t>(a);
    if (void* p = std::aligned_alloc(line, (n + line - 1) / line * line)) return p;
    throw std::bad_alloc{};
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
    std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }
