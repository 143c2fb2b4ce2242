// THE COMMIT of one order command, everything in L1: three lines whose units move from allocated to
// released. Timed from the decided moves to the published version: three moves of the image, the
// check of its invariants, then the commit's seven steps (no take, one record of 35 bytes). The
// buckets are put back before each command, which is timed too. `.1m_orders`: the same on one of a
// million orders, drawn anew for each command, so that its words come from memory.
#include <stdexcept>
#include <vector>

#include "earmark/engine/commit.hpp"
#include "earmark/journal/record.hpp"
#include "suites.hpp"

namespace earmark::bench {
namespace {

constexpr std::uint32_t self = 0;
constexpr std::uint16_t lines = 3;

void demand(bool held, const char* what) {
    if (!held) throw std::logic_error{what};
}

/// So many orders, and the command on one of them.
class stand {
public:
    stand(std::uint32_t orders, std::size_t ledger_bytes, std::uint32_t segment_bits)
        : books_{2, 8, 64, orders, 16, ledger_bytes, 6, segment_bits},
          ring_{ring_bytes},
          commits_{books_, ring_},
          versions_(orders, 0) {
        order_.birth = 1;
        for (std::uint16_t l = 0; l < lines; ++l) {
            const cell_id cell{l};
            order_.lines.push_back({sku_id{l}, 2, 999, 0, 0});
            order_.buckets.push_back({cell, 2, l, unit_state::allocated, 0, 0});
            moves_.push_back({0, l, 2, unit_state::allocated, unit_state::released, cell, cell, 0});
        }
        record_.begin(verb::release, time_point{1'800'000'000'000'000'000}, actor_id{});
        for (const bucket_move& m : moves_) record_.move(0, m);
        next_ = order_;
        for (std::uint32_t i = 0; i < orders; ++i) {
            const auto child = books_.ledger.conceive(self, subject_kind::order);
            demand(child.exists() && child.index == i, "there is room for an order");
            commit(i);
            if (i % 1'024 == 0) drain();
        }
        drain();
    }
    void release(std::uint32_t order) {
        next_.buckets = order_.buckets;
        for (const bucket_move& m : moves_)
            demand(lifecycle::apply(next_, m) == error_code::ok, "units are there");
        demand(lifecycle::unsound(next_) == nullptr, "a released order is sound");
        commit(order);
    }
    void drain() {
        ring_.drain(ring_bytes, [](std::uint64_t, auto) {});
    }

private:
    static constexpr std::size_t ring_bytes = 1u << 16;

    void commit(std::uint32_t order) {
        lifecycle::rewrite subject;
        subject.index = order;
        subject.lines_stand = versions_[order] != 0;
        subject.version = versions_[order]++;
        subject.next = &next_;
        work w{{}, {}, {}, {&subject, 1}, record_.editable(), 0};
        demand(commits_.commit(self, w).code == error_code::ok, "nobody else is here");
    }

    books<> books_;
    journal::ring<> ring_;
    committer<> commits_;
    journal::writer record_;
    lifecycle::image order_, next_;
    std::vector<bucket_move> moves_;
    std::vector<std::uint32_t> versions_;
};

class commits final : public suite {
public:
    void enter(contest& c) override {
        c.enter({"order.commit.l1", operations,
                 [this] {
                     for (std::size_t i = 0; i < operations; ++i) alone_.release(0);
                 },
                 [this] { alone_.drain(); }});
        c.enter({"order.commit.1m_orders", operations,
                 [this] {
                     for (std::size_t i = 0; i < operations; ++i)
                         crowd_.release(static_cast<std::uint32_t>(draw(91, drawn_++, crowd)));
                 },
                 [this] { crowd_.drain(); }});
    }
    void rows(const contest& c, report& r) override {
        r.rows.push_back(
            timed("order.commit.l1", c.of("order.commit.l1"), r.f(), goal::ratio_at_most(10)));
        r.rows.push_back(timed("order.commit.1m_orders", c.of("order.commit.1m_orders"), r.f()));
    }

private:
    static constexpr std::size_t operations = 1'024;
    static constexpr std::uint32_t crowd = 1'000'000;

    stand alone_{1, 1u << 20, 8};
    stand crowd_{crowd, std::size_t{1} << 29, 14};
    std::uint64_t drawn_ = 0;
};

}  // namespace

std::unique_ptr<suite> commit_suite() { return std::make_unique<commits>(); }

}  // namespace earmark::bench
