// FLOORS. F: one uncontended locked read-modify-write on a line in L1. M: one on a random cell of a
// dense array of 8 MB, the index known (the indexes are read in order). Everything else is told as
// a multiple of these, because nanoseconds are the machine's and ratios are ours.
#include <atomic>
#include <vector>

#include "suites.hpp"

namespace earmark::bench {
namespace {

constexpr std::size_t cells = 1u << 20;
constexpr std::size_t operations = 1u << 15;

class floors final : public suite {
public:
    floors() : far_(cells), at_(cells) {
        for (std::size_t i = 0; i < cells; ++i)
            at_[i] = static_cast<std::uint32_t>(draw(1, i, cells));
        for (auto& c : far_) c.store(0, std::memory_order_relaxed);
    }
    void enter(contest& c) override {
        c.enter({"floor.F", operations, [this] {
                     for (std::size_t i = 0; i < operations; ++i)
                         near_.fetch_sub(1, std::memory_order_seq_cst);
                 }});
        c.enter({"floor.M", operations, [this] {
                     const std::uint32_t* const at = at_.data() + next_;
                     next_ = (next_ + operations) % cells;
                     for (std::size_t i = 0; i < operations; ++i)
                         far_[at[i]].fetch_sub(1, std::memory_order_seq_cst);
                 }});
    }
    void rows(const contest& c, report& r) override {
        r.f_ns = c.of("floor.F").least;
        r.floor_bursts["F"] = c.of("floor.F").bursts;
        r.m_ns = c.of("floor.M").least;
        r.floor_bursts["M"] = c.of("floor.M").bursts;
    }

private:
    alignas(64) std::atomic<std::uint64_t> near_{0};
    std::vector<std::atomic<std::uint64_t>> far_;
    std::vector<std::uint32_t> at_;
    std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<suite> floor_suite() { return std::make_unique<floors>(); }

}  // namespace earmark::bench
