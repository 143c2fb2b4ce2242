#include "earmark/core/pages.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <new>

namespace earmark::detail {
namespace {

constexpr std::size_t huge = std::size_t{2} << 20;

/// What is asked of the system: whole huge pages where one would be filled.
constexpr std::size_t rounded(std::size_t bytes) noexcept {
    return bytes < huge ? bytes : (bytes + huge - 1) / huge * huge;
}

void* mapped(std::size_t bytes) {
    void* const at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) throw std::bad_alloc{};
    return at;
}

}  // namespace

void* take_pages(std::size_t bytes) {
    const std::size_t whole = rounded(bytes);
    if (whole < bytes || whole + huge < whole) throw std::bad_alloc{};
    if (whole < huge) return mapped(whole);
    void* const all = mapped(whole + huge);
    auto* const first = static_cast<std::byte*>(all);
    const std::size_t before = (huge - reinterpret_cast<std::uintptr_t>(all) % huge) % huge;
    if (before != 0) munmap(first, before);
    munmap(first + before + whole, huge - before);
    return first + before;
}

// Both are advice: small pages work as well, if slower.

void ask_for_huge([[maybe_unused]] void* at, [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef MADV_HUGEPAGE
    if (bytes >= huge) madvise(at, rounded(bytes), MADV_HUGEPAGE);
#endif
}

void join_pages([[maybe_unused]] void* base, std::size_t first, std::size_t end) noexcept {
    first -= first % huge;
    end -= end % huge;
#ifdef __linux__
    constexpr int collapse = 25;  // MADV_COLLAPSE, of Linux 6.1, which older headers do not name
    if (first < end) madvise(static_cast<std::byte*>(base) + first, end - first, collapse);
#endif
}

void return_pages(void* at, std::size_t bytes) noexcept { munmap(at, rounded(bytes)); }

}  // namespace earmark::detail
