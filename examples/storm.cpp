// THE LAST-UNIT STORM: threads fight for the last units of a two-line basket, through Earmark's
// take and through the two ways in which shops usually do it. Every number is counted in this run.
//
// Two scenes. "Last units": three of A and of B lie on the shelf, four threads ask for {A, B}
// until each is refused; sold minus offered is what was sold twice. "Wrong no": one unit of A, none
// of B; one thread keeps asking for {A, B}, which can never be had, while another takes A and gives
// it back. Nobody else ever gets A, and the second thread asks only after it has given A back, so
// each refusal of A is one without cause.
//
// All three run on the same atomics, which yield the processor now and then (a seeded choice per
// thread). That widens the gaps that exist anyway, so that two cores show in a second what a sale
// with many shows in production.
#include <atomic>
#include <barrier>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
#include <thread>
#include <vector>

#include "earmark/core/env.hpp"
#include "earmark/stock/take.hpp"

namespace {

/// Yields before about one atomic access in sixteen, in a pattern seeded by the thread's number.
void perhaps_yield() noexcept {
    static std::atomic<std::uint32_t> threads{0};
    thread_local std::uint32_t state = 0x9E3779B9u * (threads.fetch_add(1) + 1);
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    if (state % 16 == 0) std::this_thread::yield();
}

template <class T>
class yielding_atomic {
public:
    yielding_atomic() noexcept = default;
    explicit yielding_atomic(T value) noexcept : held_{value} {}

    T load(std::memory_order order = std::memory_order_seq_cst) const noexcept {
        perhaps_yield();
        return held_.load(order);
    }
    void store(T value, std::memory_order order = std::memory_order_seq_cst) noexcept {
        perhaps_yield();
        held_.store(value, order);
    }
    T fetch_add(T value, std::memory_order order = std::memory_order_seq_cst) noexcept {
        perhaps_yield();
        return held_.fetch_add(value, order);
    }
    bool compare_exchange_strong(T& expected, T desired,
                                 std::memory_order won = std::memory_order_seq_cst,
                                 std::memory_order lost = std::memory_order_seq_cst) noexcept {
        perhaps_yield();
        return held_.compare_exchange_strong(expected, desired, won, lost);
    }
    bool compare_exchange_weak(T& expected, T desired,
                               std::memory_order won = std::memory_order_seq_cst,
                               std::memory_order lost = std::memory_order_seq_cst) noexcept {
        return compare_exchange_strong(expected, desired, won, lost);
    }

private:
    std::atomic<T> held_{};
};

struct yielding_env : earmark::std_env {
    template <class T>
    using atomic = yielding_atomic<T>;
};

// A shop holds cells A = 0 and B = 1. `take` asks for one unit of each cell, all or nothing.
using basket = std::span<const std::uint32_t>;
constexpr std::uint32_t both[] = {0, 1};
constexpr std::uint32_t only_a[] = {0};

/// Look at every line; if all are there, subtract.
class check_then_take {
public:
    static constexpr const char* name = "check, then take";
    void put(std::uint32_t cell, std::int32_t units) { free_[cell].store(units); }
    bool take(basket lines) {
        for (const std::uint32_t cell : lines)
            if (free_[cell].load() < 1) return false;
        for (const std::uint32_t cell : lines) free_[cell].fetch_add(-1);
        return true;
    }
    void give(std::uint32_t cell) { free_[cell].fetch_add(1); }

private:
    yielding_atomic<std::int32_t> free_[2];
};

/// Take line by line, never below zero; where one is short, give the earlier ones back.
class take_then_roll_back {
public:
    static constexpr const char* name = "take, then roll back";
    void put(std::uint32_t cell, std::int32_t units) { free_[cell].store(units); }
    bool take(basket lines) {
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (take_one(lines[i])) continue;
            while (i-- > 0) free_[lines[i]].fetch_add(1);
            return false;
        }
        return true;
    }
    void give(std::uint32_t cell) { free_[cell].fetch_add(1); }

private:
    bool take_one(std::uint32_t cell) {
        std::int32_t seen = free_[cell].load();
        while (seen >= 1)
            if (free_[cell].compare_exchange_strong(seen, seen - 1)) return true;
        return false;
    }
    yielding_atomic<std::int32_t> free_[2];
};

/// Earmark's stock room: one claim word per cell.
class earmark_take {
public:
    static constexpr const char* name = "earmark";
    earmark_take() {
        cells_.add_sku();
        for (std::uint16_t i = 0; i < 2; ++i)
            cell_[i] = cells_.make(earmark::sku_id{0}, earmark::node_id{i}).value();
    }
    void put(std::uint32_t cell, std::int32_t units) {
        const earmark::stock::slot_guard<yielding_env> me{slots_};
        const std::int32_t change = units - taker_.free(cell_[cell]);
        if (change > 0) taker_.give(me.index(), cell_[cell], change);
        if (change < 0) taker_.lose(me.index(), cell_[cell], -change);
    }
    bool take(basket lines) {
        const earmark::stock::slot_guard<yielding_env> me{slots_};
        earmark::take_line wanted[2];
        for (std::size_t i = 0; i < lines.size(); ++i) wanted[i] = {cell_[lines[i]], 1, 0};
        return !taker_.take(me.index(), std::span<const earmark::take_line>{wanted, lines.size()});
    }
    void give(std::uint32_t cell) {
        const earmark::stock::slot_guard<yielding_env> me{slots_};
        taker_.give(me.index(), cell_[cell], 1);
    }

private:
    earmark::stock::cell_table<yielding_env> cells_{64, 6};
    earmark::stock::slot_table<yielding_env> slots_{127, 2};
    earmark::stock::taker<yielding_env> taker_{cells_, slots_};
    earmark::cell_id cell_[2]{};
};

struct counts {
    const char* scheme = "";
    long long offered = 0;
    long long sold = 0;
    long long oversold = 0;
    long long asked = 0;          // for the unit that was there all the time
    long long without_cause = 0;  // refusals among them
};

template <class Shop>
void last_units(Shop& shop, std::int64_t rounds, counts& out) {
    constexpr std::int32_t units = 3;
    constexpr int threads = 4;
    std::atomic<std::int64_t> sold_in_round{0};
    std::int64_t round = 0;
    const auto refill = [&]() noexcept {
        if (round > 0) {
            const std::int64_t sold = sold_in_round.exchange(0);
            out.sold += sold;
            out.oversold += sold > units ? sold - units : 0;
        }
        if (round++ == rounds) return;
        out.offered += units;
        for (const std::uint32_t cell : both) shop.put(cell, units);
    };
    std::barrier gate{threads, refill};
    std::vector<std::jthread> buyers;
    for (int t = 0; t < threads; ++t)
        buyers.emplace_back([&] {
            gate.arrive_and_wait();
            for (std::int64_t r = 0; r < rounds; ++r) {
                while (shop.take(both)) sold_in_round.fetch_add(1);
                gate.arrive_and_wait();
            }
        });
}

template <class Shop>
void wrong_no(Shop& shop, std::int64_t asks, counts& out) {
    shop.put(0, 1);
    shop.put(1, 0);
    std::atomic<bool> over{false};
    const std::jthread hopeless{[&] {
        while (!over.load(std::memory_order_relaxed)) static_cast<void>(shop.take(both));
    }};
    for (std::int64_t i = 0; i < asks; ++i) {
        ++out.asked;
        if (shop.take(only_a))
            shop.give(0);
        else
            ++out.without_cause;
    }
    over = true;
}

template <class Shop>
counts storm(std::int64_t rounds) {
    counts out;
    out.scheme = Shop::name;
    Shop shop;
    last_units(shop, rounds, out);
    wrong_no(shop, rounds * 10, out);
    return out;
}

void print_table(std::span<const counts> all) {
    std::printf("%-22s %9s %9s %9s %12s %14s\n", "", "offered", "sold", "oversold", "asked for A",
                "without cause");
    for (const counts& c : all)
        std::printf("%-22s %9lld %9lld %9lld %12lld %14lld\n", c.scheme, c.offered, c.sold,
                    c.oversold, c.asked, c.without_cause);
}

void print_json(std::span<const counts> all) {
    for (const counts& c : all)
        std::printf(
            "{\"scheme\": \"%s\", \"offered\": %lld, \"sold\": %lld, \"oversold\": %lld, "
            "\"asked\": %lld, \"without_cause\": %lld}\n",
            c.scheme, c.offered, c.sold, c.oversold, c.asked, c.without_cause);
}

}  // namespace

int main(int argc, char** argv) {
    bool json = false;
    std::int64_t rounds = 20'000;
    for (int i = 1; i < argc; ++i) {
        const char* end = argv[i] + std::strlen(argv[i]);
        if (std::strcmp(argv[i], "--json") == 0) {
            json = true;
        } else if (const auto [at, wrong] = std::from_chars(argv[i], end, rounds);
                   wrong != std::errc{} || at != end || rounds < 1 || rounds > 100'000'000) {
            std::fprintf(stderr, "usage: storm [--json] [rounds, 1 to 100000000]\n");
            return 2;
        }
    }
    const counts all[] = {storm<check_then_take>(rounds), storm<take_then_roll_back>(rounds),
                          storm<earmark_take>(rounds)};
    json ? print_json(all) : print_table(all);
    const counts& ours = all[2];
    return ours.sold == ours.offered && ours.without_cause == 0 ? 0 : 1;
}
