// THE COMMIT of one order command, everything in L1: three lines whose units move from allocated to
// released. Timed from the decided moves to the published version: three moves of the image, the
// check of its invariants, then the commit's seven steps (no take, one record of 35 bytes). The
// buckets are put back before each command, which is timed too.
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

class commits final : public suite {
public:
    commits()
        : books_{2, 8, 64, 16, 16, 1u << 20, 6, 8}, ring_{ring_bytes}, commits_{books_, ring_} {
        order_.birth = 1;
        for (std::uint16_t l = 0; l < lines; ++l) {
            const cell_id cell{l};
            order_.lines.push_back({sku_id{l}, 2, 999, 0, 0});
            order_.buckets.push_back({cell, 2, l, unit_state::allocated, 0, 0});
            moves_.push_back({0, l, 2, unit_state::allocated, unit_state::released, cell, cell, 0});
        }
        const auto child = books_.ledger.conceive(self, subject_kind::order);
        demand(child.exists(), "there is room for an order");
        index_ = child.index;
        record_.begin(verb::release, time_point{1'800'000'000'000'000'000}, actor_id{});
        for (const bucket_move& m : moves_) record_.move(index_, m);
        next_ = order_;
        release(next_);
    }
    void enter(contest& c) override {
        c.enter({"order.commit.l1", operations,
                 [this] {
                     for (std::size_t i = 0; i < operations; ++i) {
                         next_.buckets = order_.buckets;
                         for (const bucket_move& m : moves_)
                             demand(lifecycle::apply(next_, m) == error_code::ok,
                                    "units are there");
                         demand(lifecycle::unsound(next_) == nullptr, "a released order is sound");
                         release(next_);
                     }
                 },
                 [this] { ring_.drain(ring_bytes, [](std::uint64_t, auto) {}); }});
    }
    void rows(const contest& c, report& r) override {
        r.rows.push_back(
            timed("order.commit.l1", c.of("order.commit.l1"), r.f(), goal::ratio_at_most(10)));
    }

private:
    static constexpr std::size_t ring_bytes = 1u << 16;
    static constexpr std::size_t operations = 1'024;

    void release(const lifecycle::image& next) {
        lifecycle::rewrite subject;
        subject.index = index_;
        subject.lines_stand = version_ != 0;
        subject.version = version_++;
        subject.next = &next;
        work w{{}, {}, {}, {&subject, 1}, record_.editable(), 0};
        demand(commits_.commit(self, w).code == error_code::ok, "nobody else is here");
    }

    books<> books_;
    journal::ring<> ring_;
    committer<> commits_;
    journal::writer record_;
    lifecycle::image order_, next_;
    std::vector<bucket_move> moves_;
    std::uint32_t index_ = 0;
    std::uint32_t version_ = 0;
};

}  // namespace

std::unique_ptr<suite> commit_suite() { return std::make_unique<commits>(); }

}  // namespace earmark::bench
