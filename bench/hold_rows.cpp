// HOLDS. `stock.reserve_confirm`: one unit for a basket and its confirmation, as the engine commits
// them: take, reservation in the ledger, record, timer; then the same reservation consumed, with a
// record. Hot: one cell. Random: one of a million, the cell of the fourth hold ahead prefetched.
// Drafting images and records is timed; timers and records are cleared between bursts, which is
// not. The rival does it with a mutex, two hash maps and a priority queue, and keeps no record.
//
// `stock.ttl.expire1m`: a million timers of the next quarter of an hour go up, and the clock then
// passes them in steps of a quarter of a second; in random order, and in the order of deadlines, as
// they come where all baskets live equally long. The rival is std::priority_queue.
#include <algorithm>
#include <mutex>
#include <queue>
#include <unordered_map>
#include <utility>

#include "earmark/engine/commit.hpp"
#include "earmark/journal/record.hpp"
#include "shelves.hpp"

namespace earmark::bench {
namespace {

constexpr std::uint32_t cells = 1u << 20;
constexpr std::size_t holds = 1'024, ahead = 4;
constexpr std::int64_t second = 1'000'000'000, life = 900 * second;
constexpr time_point opening{1'800'000'000 * second};

/// The cells of `holds` baskets and a few more, from a million.
std::vector<cell_id> random_cells() {
    std::vector<cell_id> all(1u << 17);
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = cell_id{static_cast<std::uint32_t>(draw(30, i, cells))};
    return all;
}

/// Baskets of one unit, by the steps of the engine's commit.
class basket_desk {
public:
    basket_desk()
        : books_{2, 8, cells, 16, 1u << 16, 1u << 26}, ring_{ring_bytes}, doing_{books_, ring_} {
        for (std::uint32_t s = 0; s < cells / stock::block_cells; ++s) {
            books_.cells.add_sku();
            for (std::uint16_t n = 0; n < stock::block_cells; ++n)
                demand(books_.cells.make(sku_id{s}, node_id{n}).has_value(), "no cell");
        }
        for (std::uint32_t i = 0; i < cells; ++i) books_.stock.give(self, cell_id{i}, plenty);
    }
    void hold_and_confirm(cell_id cell) {
        const auto child = books_.ledger.conceive(self, subject_kind::reservation);
        const auto timer = books_.timers.make(self);
        const time_point deadline = now_ + duration{life};
        reserve(cell, child, deadline);
        books_.timers.push(self, timer,
                           static_cast<std::uint64_t>(basket_.birth) << 32 | child.index, deadline);
        confirm(child);
    }
    void prefetch(cell_id c) const { books_.cells.prefetch(c); }
    /// Takes all timers down, empties the ring, and fills the shelf.
    void clear(cell_id hot) {
        now_ = now_ + duration{2 * life};
        books_.timers.sweep(
            self, now_, [this](std::uint64_t) { return now_; },
            [](std::uint64_t) { return never; });
        ring_.drain(ring_bytes, [](std::uint64_t, auto) {});
        books_.stock.give(self, hot, holds);
    }

private:
    static constexpr std::size_t ring_bytes = 1u << 18;
    using newborn = lifecycle::ledger<>::newborn;

    void reserve(cell_id cell, newborn child, time_point deadline) {
        basket_.clear();
        basket_.kind = subject_kind::reservation;
        basket_.version = child.version;
        basket_.birth = child.version + 1;
        basket_.made = now_;
        basket_.deadline = deadline;
        basket_.buckets.push_back({cell, 1, 0, unit_state::reserved, 0, 0});
        birth_.index = child.index;
        birth_.deadline = deadline;
        birth_.parts.assign(1, {cell, 1, 0});
        record_.begin(verb::reserve, now_, actor_id{});
        record_.reservation(birth_);
        record_.cell({cell, -1, 0});
        commit(child.index, basket_, birth_.parts, false);
    }
    void confirm(newborn child) {
        basket_.version = child.version + 1;
        basket_.life = reservation_state::consumed;
        record_.begin(verb::place_order, now_, actor_id{});
        record_.reservation({child.index, reservation_state::consumed, false, never, {}});
        commit(child.index, basket_, {}, true);
    }
    void commit(std::uint32_t index, const lifecycle::image& next, std::span<const take_line> takes,
                bool last) {
        lifecycle::rewrite subject;
        subject.kind = subject_kind::reservation;
        subject.index = index;
        subject.version = next.version;
        subject.last = last;
        subject.next = &next;
        work w{takes, {}, {}, {&subject, 1}, record_.editable(), 0};
        demand(doing_.commit(self, w).code == error_code::ok, "nobody else is here");
    }

    books<> books_;
    journal::ring<> ring_;
    committer<> doing_;
    journal::writer record_;
    lifecycle::image basket_;
    journal::reservation_op birth_{0, reservation_state::active, true, never, {}};
    time_point now_ = opening;
};

/// What a service does that keeps it simple.
class locked_baskets {
public:
    locked_baskets() {
        free_.reserve(cells);
        for (std::uint32_t i = 0; i < cells; ++i)
            free_[mutex_map_stock::key_of(cell_id{i})] = std::int64_t{1} << 40;
    }
    void hold_and_confirm(std::uint64_t key) {
        const std::uint64_t id = reserve(key);
        const std::lock_guard hold{lock_};
        demand(live_.erase(id) == 1, "a basket that lives can be confirmed");
    }
    void clear() { deadlines_ = {}; }

private:
    struct basket {
        std::uint64_t key;
        std::int64_t units, deadline;
    };
    std::uint64_t reserve(std::uint64_t key) {
        const std::lock_guard hold{lock_};
        const auto at = free_.find(key);
        demand(at != free_.end() && at->second >= 1, "there is stock");
        --at->second;
        const std::uint64_t id = ++last_;
        const std::int64_t deadline = opening.ns + life + static_cast<std::int64_t>(id);
        live_.emplace(id, basket{key, 1, deadline});
        deadlines_.emplace(deadline, id);
        return id;
    }

    using due = std::pair<std::int64_t, std::uint64_t>;
    std::mutex lock_;
    std::unordered_map<std::uint64_t, std::int64_t> free_;
    std::unordered_map<std::uint64_t, basket> live_;
    std::priority_queue<due, std::vector<due>, std::greater<>> deadlines_;
    std::uint64_t last_ = 0;
};

class baskets final : public suite {
public:
    void enter(contest& c) override {
        const auto clear = [this] { ours_.clear(hot); };
        c.enter({"stock.reserve_confirm.hot", holds,
                 [this] {
                     for (std::size_t i = 0; i < holds; ++i) ours_.hold_and_confirm(hot);
                 },
                 clear});
        c.enter({"stock.reserve_confirm.random", holds,
                 [this] {
                     const cell_id* const at = next();
                     for (std::size_t i = 0; i < holds; ++i) {
                         ours_.prefetch(at[i + ahead]);
                         ours_.hold_and_confirm(at[i]);
                     }
                 },
                 clear});
        c.enter({"rival.mutex_map.reserve_confirm", holds,
                 [this] {
                     const cell_id* const at = next();
                     for (std::size_t i = 0; i < holds; ++i)
                         theirs_.hold_and_confirm(mutex_map_stock::key_of(at[i]));
                 },
                 [this] { theirs_.clear(); }});
    }
    void rows(const contest& c, report& r) override {
        const auto& random = c.of("stock.reserve_confirm.random");
        r.rows.push_back(timed("stock.reserve_confirm.hot", c.of("stock.reserve_confirm.hot"),
                               r.f(), goal::ratio_at_most(6)));
        r.rows.push_back(
            timed("stock.reserve_confirm.random", random, {"M", r.m_ns}, goal::ratio_at_most(2)));
        r.rows.push_back(timed("rival.mutex_map.reserve_confirm",
                               c.of("rival.mutex_map.reserve_confirm"),
                               {"reserve_confirm.random", random.least}, goal::ratio_at_least(15)));
    }

private:
    static constexpr cell_id hot{7};

    const cell_id* next() {
        at_ = (at_ + holds) % (random_.size() - holds - ahead);
        return random_.data() + at_;
    }

    basket_desk ours_;
    locked_baskets theirs_;
    std::vector<cell_id> random_ = random_cells();
    std::size_t at_ = 0;
};

// ---- expiry
// --------------------------------------------------------------------------------------

class expiry final : public suite {
public:
    expiry() : deadlines_(timers) {
        for (std::size_t i = 0; i < timers; ++i)
            deadlines_[i] = 1 + static_cast<std::int64_t>(draw(31, i, life));
        ordered_ = deadlines_;
        std::sort(ordered_.begin(), ordered_.end());
        // Memory that the system has not handed out yet is not what is measured.
        expire(random_, deadlines_);
        expire(sorted_, ordered_);
    }
    void enter(contest& c) override {
        c.enter({"stock.ttl.expire1m",
                 1,
                 [this] { expire(random_, deadlines_); },
                 {},
                 clock_kind::cpu,
                 10});
        c.enter({"stock.ttl.expire1m.ordered",
                 1,
                 [this] { expire(sorted_, ordered_); },
                 {},
                 clock_kind::cpu,
                 10});
        c.enter({"rival.priority_queue.expire1m", 1, [this] { queue(); }, {}, clock_kind::cpu, 20});
    }
    void rows(const contest& c, report& r) override {
        const double ours = c.of("stock.ttl.expire1m").least / 1e6;
        r.rows.push_back(in_ms("stock.ttl.expire1m", c, {}, goal::value_at_most(25)));
        r.rows.push_back(in_ms("stock.ttl.expire1m.ordered", c, {}, {}));
        r.rows.push_back(in_ms("rival.priority_queue.expire1m", c, yardstick{"ttl.expire1m", ours},
                               goal::ratio_at_least(15)));
    }

private:
    static constexpr std::size_t timers = 1'000'000;

    static row in_ms(const std::string& name, const contest& c, std::optional<yardstick> to,
                     std::optional<goal> aim) {
        const timing& t = c.of(name);
        row one{name, t.least / 1e6, "ms", t.quarter / 1e6, std::move(to), aim};
        for (const double ns : t.bursts) one.bursts.push_back(ns / 1e6);
        return one;
    }
    /// A wheel of its own for each order: free timers come back in the order in which they went.
    struct house {
        lifecycle::slab<> chunks{std::size_t{1} << 28, 1};
        lifecycle::wheel<> wheel{chunks, 1};
        time_point base = opening;
    };

    static void expire(house& h, const std::vector<std::int64_t>& deadlines) {
        for (std::size_t i = 0; i < timers; ++i)
            h.wheel.push(self, h.wheel.make(self), i, h.base + duration{deadlines[i]});
        std::size_t gone = 0;
        const time_point first = h.base, end = h.base + duration{life + second};
        const auto deadline_of = [&](std::uint64_t i) { return first + duration{deadlines[i]}; };
        const auto wake = [&](std::uint64_t i) {
            gone += i < timers;
            return never;
        };
        const auto soon = [&](std::uint64_t i) { __builtin_prefetch(&deadlines[i]); };
        for (; h.base < end; h.base = h.base + duration{second / 4})
            h.wheel.sweep(self, h.base, deadline_of, wake, soon);
        demand(gone == timers, "each timer goes off once");
    }
    void queue() const {
        using due = std::pair<std::int64_t, std::uint64_t>;
        std::priority_queue<due, std::vector<due>, std::greater<>> all;
        for (std::size_t i = 0; i < timers; ++i) all.emplace(deadlines_[i], i);
        std::size_t gone = 0;
        for (std::int64_t now = 0; now < life + second; now += second / 4)
            for (; !all.empty() && all.top().first <= now; all.pop())
                gone += all.top().second < timers;
        demand(gone == timers, "each timer goes off once");
    }

    house random_, sorted_;
    std::vector<std::int64_t> deadlines_, ordered_;
};

}  // namespace

std::unique_ptr<suite> basket_suite() { return std::make_unique<baskets>(); }
std::unique_ptr<suite> expiry_suite() { return std::make_unique<expiry>(); }

}  // namespace earmark::bench
