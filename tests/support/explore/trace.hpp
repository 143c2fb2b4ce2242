// TRACES: what each thread did, in order, in words. Kept only while one schedule is replayed; the
// exploration itself pays a test of one flag for it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace earmark::explore {

enum class action : std::uint8_t {
    load,
    store,
    exchange,
    compare_exchange,
    fetch_add,
    fetch_sub,
    fetch_or,
    fetch_and,
    pause,
    freeze,
    thaw,
    end,
};

/// How a location's bits are shown, for packed words.
using describe_bits = std::function<std::string(std::uint64_t bits)>;

[[nodiscard]] std::string show_hex(std::uint64_t bits);

class trace {
public:
    struct event {
        unsigned thread = 0;
        action what = action::load;
        const void* at = nullptr;
        std::memory_order order = std::memory_order_seq_cst;
        std::uint64_t before = 0;  // what was there, or what a load saw
        std::uint64_t after = 0;   // what is there now
        bool failed = false;       // a compare_exchange that changed nothing
        std::string (*show)(std::uint64_t bits) = nullptr;
    };

    void clear();
    /// Bytes [at, at + bytes) are called `name` from here on; the latest name wins.
    void name(const void* at, std::size_t bytes, std::string_view name, describe_bits describe);
    void add(const event& e) { events_.push_back(e); }
    /// One line per event. Nameless locations are numbered as they appear.
    [[nodiscard]] std::string text() const;

private:
    struct named_range {
        std::uintptr_t begin;
        std::size_t bytes;
        std::string name;
        describe_bits describe;
    };
    [[nodiscard]] const named_range* find(const void* at) const;
    [[nodiscard]] std::string location(const void* at, std::vector<const void*>& nameless) const;
    [[nodiscard]] std::string value(const event& e, std::uint64_t bits) const;
    [[nodiscard]] std::string values(const event& e) const;

    std::vector<named_range> names_;
    std::vector<event> events_;
};

}  // namespace earmark::explore
