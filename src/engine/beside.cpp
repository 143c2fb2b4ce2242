#include "beside.hpp"

namespace earmark {
namespace {

using counts = std::array<std::uint32_t, beside_sections>;

template <class T>
constexpr void check_entry() {
    static_assert(std::has_unique_object_representations_v<T> && sizeof(T) % 8 == 0,
                  "an entry lies in a chunk as it lies in memory");
}

}  // namespace

std::vector<std::byte> bytes_of(const beside& of) {
    counts n{};
    std::size_t section = 0, size = beside_head;
    each_section(of, [&]<class T>(const std::vector<T>& all, std::size_t) {
        check_entry<T>();
        n[section++] = static_cast<std::uint32_t>(all.size());
        size += all.size() * sizeof(T);
    });
    if (size == beside_head) return {};
    std::vector<std::byte> out(size);
    std::memcpy(out.data(), n.data(), sizeof n);
    std::size_t at = beside_head;
    each_section(of, [&]<class T>(const std::vector<T>& all, std::size_t) {
        if (!all.empty()) std::memcpy(out.data() + at, all.data(), all.size() * sizeof(T));
        at += all.size() * sizeof(T);
    });
    return out;
}

std::uint64_t beside_bytes(std::span<const std::byte> head) noexcept {
    counts n{};
    if (head.size() < sizeof n) return 0;
    std::memcpy(n.data(), head.data(), sizeof n);
    std::uint64_t size = beside_head;
    std::size_t section = 0;
    bool fits = true;
    const beside none;
    each_section(none, [&]<class T>(const std::vector<T>&, std::size_t most) {
        fits = fits && n[section] <= most;
        size += std::uint64_t{n[section++]} * sizeof(T);
    });
    return fits && size != beside_head ? size : 0;
}

bool read_beside(std::span<const std::byte> bytes, beside& into) {
    into.clear();
    if (bytes.size() < beside_head || beside_bytes(bytes) != bytes.size()) return false;
    counts n{};
    std::memcpy(n.data(), bytes.data(), sizeof n);
    std::size_t section = 0, at = beside_head;
    each_section(into, [&]<class T>(std::vector<T>& all, std::size_t) {
        all.resize(n[section++]);
        if (!all.empty()) std::memcpy(all.data(), bytes.data() + at, all.size() * sizeof(T));
        at += all.size() * sizeof(T);
    });
    return true;
}

}  // namespace earmark
