// A DUEL lets two threads work at the same time and says how fast each of them was. On a busy
// machine they often do not run together, and then they do not get into each other's way either;
// so a round counts only if both ran nearly all the time and nearly all of it side by side. They
// ask for real-time priority, which makes that likely.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace earmark::bench {

class duel {
public:
    /// Does some work as thread 0 or 1.
    using work = std::function<void(unsigned)>;

    duel();
    ~duel();
    duel(const duel&) = delete;
    duel& operator=(const duel&) = delete;

    /// Nanoseconds of a round that counts, from the start of the first to the end of the last;
    /// 0 where none of `patience` rounds counted.
    double fight(const work& w);
    /// One round, whether it counts or not. Answers after both are done.
    void once(const work& w) { round(w); }

    /// "COUNTED of TRIED rounds".
    [[nodiscard]] std::string tally() const;

private:
    struct times {
        std::int64_t begin = 0, end = 0, cpu = 0;
    };
    static constexpr int patience = 64;

    void serve();
    void take_part(unsigned who);
    double round(const work& w);

    const work* work_ = nullptr;
    std::atomic<std::uint32_t> call_{0};   // rounds called
    std::atomic<std::uint32_t> ready_{0};  // threads at the line
    std::atomic<std::uint32_t> done_{0};
    bool stop_ = false;
    times times_[2];
    std::uint64_t tried_ = 0, counted_ = 0;
    std::jthread other_;
};

}  // namespace earmark::bench
