// A MIXED TAKE: one reservation, through the public verb, that takes a unit of stock, a unit of the
// node's picking capacity on a work date and a unit of a channel's quota, all or nothing; the two
// pools bind by themselves. Beside it, the same verb in an engine that has no pools.
#include <memory>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "shelves.hpp"

namespace earmark::bench {
namespace {

/// An engine with mugs in Berlin, and the baskets of one unit that are made in it.
class shelf {
public:
    static constexpr std::size_t operations = 1'024;

    shelf() {
        node_row berlin;
        berlin.key = "berlin";
        load(std::vector{berlin});
        load(std::vector<sku_row>{{"mug", 0, 1}});
        load(std::vector<stock_row>{{"mug", "berlin", {4'000'000}}});
        held_.reserve(operations);
    }
    template <class Row>
    void load(const std::vector<Row>& rows) {
        demand(engine_.load({}, rows).rejected.empty(), "rows are good");
    }
    [[nodiscard]] engine& on() { return engine_; }

    void reserve(channel_id channel) {
        const reserve_line line{sku_id{0}, node_id{0}, {1}, {}};
        const reserve_request r{{&line, 1}, never, none<reservation_id>, channel};
        for (std::size_t i = 0; i < operations; ++i) {
            const auto done = engine_.reserve({}, r);
            demand(done && done->what == outcome::done, "there is enough of all");
            held_.push_back(reservation_id{done->subject});
        }
        if (channel == none<channel_id>) return;
        for (const pool_id p : {pool_id{0}, pool_id{1}})
            demand(engine_.pool(p)->free.atoms <= engine_.pool(p)->amount.atoms - 1'024,
                   "each basket has taken from both pools");
    }
    void give_back() {
        for (const reservation_id id : held_)
            demand(engine_.unreserve({}, id).has_value(), "a basket that lives can end");
        held_.clear();
        demand(engine_.flush(journal::durability::memory).has_value(), "records can leave");
    }

private:
    engine engine_;
    std::vector<reservation_id> held_;
};

class mixed final : public suite {
public:
    mixed() {
        pool_row picks, quota;
        picks.key = "picks";
        picks.kind = pool_kind::capacity;
        picks.node = "berlin";
        picks.from = time_point{INT64_MIN};
        picks.until = time_point{1'800'000'000'000'000'000};
        quota.key = "mugs of the marketplace";
        quota.sku = "mug";
        quota.channel = "marketplace";
        picks.per_unit = quota.per_unit = {1};
        picks.amount = quota.amount = {4'000'000};
        mixed_.load(std::vector{picks, quota});
        const auto channel = mixed_.on().find_channel("marketplace");
        demand(channel.has_value(), "a pool's channel is made");
        channel_ = *channel;
    }
    void enter(contest& c) override {
        c.enter({"stock.mixed_take", shelf::operations, [this] { mixed_.reserve(channel_); },
                 [this] { mixed_.give_back(); }});
        c.enter({"stock.mixed_take.stock_alone", shelf::operations,
                 [this] { alone_.reserve(none<channel_id>); }, [this] { alone_.give_back(); }});
    }
    void rows(const contest& c, report& r) override {
        const auto& alone = c.of("stock.mixed_take.stock_alone");
        r.rows.push_back(
            timed("stock.mixed_take", c.of("stock.mixed_take"), {"stock_alone", alone.least}));
        r.rows.push_back(timed("stock.mixed_take.stock_alone", alone, r.f()));
    }

private:
    shelf mixed_, alone_;
    channel_id channel_ = none<channel_id>;
};

}  // namespace

std::unique_ptr<suite> mixed_suite() { return std::make_unique<mixed>(); }

}  // namespace earmark::bench
