// MUTATIONS: one place of the code under test, made weaker, to see that some scenario notices. A
// site is a call of an atomic in a source file; a mutant weakens its memory order by one level, or
// tears a read-modify-write into a load and a store, for as long as a `mutant_at_work` lives.
//
// Sites are known once they were reached while a `site_watch` lived. Their names say file,
// function, operation and which one of these it is in the function, and so survive edits elsewhere.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <source_location>
#include <string>
#include <vector>

#include "support/explore/trace.hpp"

namespace earmark::explore {

#if defined(__cpp_lib_source_location)
using whence = std::source_location;
#else  // clang 14: it compiles, and knows no sites
struct whence {
    static constexpr whence current() noexcept { return {}; }
    [[nodiscard]] constexpr const char* file_name() const noexcept { return ""; }
    [[nodiscard]] constexpr const char* function_name() const noexcept { return ""; }
    [[nodiscard]] constexpr std::uint32_t line() const noexcept { return 0; }
    [[nodiscard]] constexpr std::uint32_t column() const noexcept { return 0; }
};
#endif

struct site {
    std::string file;      // without its folder
    std::string function;  // without its parameters
    std::uint32_t line = 0, column = 0;
    action what = action::load;
    std::memory_order order = std::memory_order_relaxed;
    std::memory_order failure = std::memory_order_relaxed;  // of a compare_exchange
    unsigned number = 1;  // among those of its operation in its function
};

struct mutant {
    enum class part : std::uint8_t { order, failure, split } what = part::order;
    site at;
    std::memory_order to = std::memory_order_relaxed;  // not of a split
    [[nodiscard]] std::string name() const;
};

/// All mutants of a site: none for a relaxed load or store.
[[nodiscard]] std::vector<mutant> mutants_of(const site& s);

/// Notes each site of `files` (without folders) that is reached while it lives.
class site_watch {
public:
    explicit site_watch(std::vector<std::string> files);
    ~site_watch();
    site_watch(const site_watch&) = delete;
    site_watch& operator=(const site_watch&) = delete;
    /// By file, line and column.
    [[nodiscard]] std::vector<site> reached() const;
    /// Those of them since forget_calls(), unnumbered.
    [[nodiscard]] std::vector<site> called() const;
    void forget_calls() const;
};

class mutant_at_work {
public:
    explicit mutant_at_work(const mutant& m);
    ~mutant_at_work();
    mutant_at_work(const mutant_at_work&) = delete;
    mutant_at_work& operator=(const mutant_at_work&) = delete;
    /// How often its site was reached.
    [[nodiscard]] static std::uint64_t reached() noexcept;
};

namespace detail {

/// What an atomic is to do in place of what it was asked.
struct orders {
    std::memory_order order, failure;
    bool split = false;
};
extern constinit thread_local bool somebody_looks;
orders look(const whence& where, action what, std::memory_order order, std::memory_order failure);

inline orders asked(const whence& where, action what, std::memory_order order,
                    std::memory_order failure = std::memory_order_relaxed) noexcept {
    if (!somebody_looks) return {order, failure};
    return look(where, what, order, failure);
}

}  // namespace detail

}  // namespace earmark::explore
