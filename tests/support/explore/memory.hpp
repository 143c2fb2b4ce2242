// WEAK MEMORY as views. Each location keeps every value it ever had; each thread has a view: for
// each location the oldest value it may still read. A load chooses among what its view allows.
//
//   store, read-modify-write   appends; a release attaches the thread's view to the new value
//   acquire load               joins the view attached to the value it reads
//   read-modify-write          reads the newest value, and passes the view attached to that value
//                              on (release sequence)
//   seq_cst load               reads the newest seq_cst value of its location, or a later one
//
// The same views carry one clock per thread, so that plain data (`var`) can tell whether two
// accesses are ordered by happens-before, whatever order the schedule ran them in.
//
// Not modelled: a load that sees a store of its own future (load buffering), a store that enters
// the modification order before an older one (2+2W), fences (Earmark uses none), consume (treated
// as acquire). What the model refuses is possible in C++; what it allows is allowed by C++.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "support/explore/options.hpp"
#include "support/explore/strategy.hpp"

namespace earmark::explore {

/// Places 0 .. max_threads - 1 are the threads' clocks, the rest locations. Missing places are 0.
class memory_view {
public:
    [[nodiscard]] std::uint32_t at(std::size_t place) const noexcept {
        return place < oldest_.size() ? oldest_[place] : 0;
    }
    void raise(std::size_t place, std::uint32_t to);
    void join(const memory_view& other);
    void clear() noexcept { oldest_.clear(); }

private:
    std::vector<std::uint32_t> oldest_;
};

class weak_memory {
public:
    weak_memory(const options& how, strategy& choices) noexcept;

    void begin();
    /// An atomic was constructed at this address: what another one left there is over.
    void born(const void* at) { places_.erase(at); }

    // Each call is one atomic access of `thread`; `newest` is what the location holds before it.
    std::uint64_t load(unsigned thread, const void* at, std::uint64_t newest,
                       std::memory_order order);
    void store(unsigned thread, const void* at, std::uint64_t newest, std::uint64_t bits,
               std::memory_order order);
    void update(unsigned thread, const void* at, std::uint64_t newest, std::uint64_t bits,
                std::memory_order order);
    /// A load by a compare_exchange that may fail: any value but `expected`, or the newest.
    std::uint64_t compare(unsigned thread, const void* at, std::uint64_t newest,
                          std::uint64_t expected, std::memory_order failure_order);

    /// The thread's own time, and what it knows of another's.
    [[nodiscard]] std::uint32_t clock(unsigned thread, unsigned of) const noexcept {
        return views_[thread].at(of);
    }

private:
    struct value {
        std::uint64_t bits;
        memory_view released;
    };
    struct location {
        std::vector<value> history;
        std::uint32_t newest_seq_cst = 0;
        std::size_t place = 0;
    };
    location& find(const void* at, std::uint64_t newest);
    [[nodiscard]] std::uint32_t oldest_readable(unsigned thread, const location& l,
                                                std::memory_order order) const noexcept;
    std::uint64_t read(unsigned thread, location& l, std::uint32_t index, std::memory_order order);
    void append(unsigned thread, location& l, std::uint64_t bits, std::memory_order order,
                const memory_view* passed_on);
    [[nodiscard]] unsigned ask(unsigned thread, unsigned count) noexcept {
        return count == 1 ? 0
                          : choices_.choose(count, clock(thread, thread) * max_threads + thread);
    }
    void tick(unsigned thread) { views_[thread].raise(thread, views_[thread].at(thread) + 1); }

    const options& how_;
    strategy& choices_;
    unsigned stale_reads_ = 0;
    std::array<memory_view, max_threads> views_;
    std::vector<location> locations_;
    std::unordered_map<const void*, std::size_t> places_;  // looked up, never iterated
};

}  // namespace earmark::explore
