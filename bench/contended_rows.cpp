// TWO THREADS. Flash: both take single units of one cell as fast as they can: with leases, which a
// cell that two want takes to by itself, from the one word that it has without, and with a plain
// compare-and-swap. Then both buy a cell out, which must end at exactly zero. Basket:
// four cells of a million, one of which all orders want, alone and against the other thread.
// Spread: four random ones, the same; and once more with a table for each thread, which is what the
// machine gives to two threads that have nothing in common. Only rounds in which the threads ran
// side by side count (duel.hpp).
#include <fmt/format.h>

#include <cmath>
#include <map>

#include "duel.hpp"
#include "shelves.hpp"

namespace earmark::bench {
namespace {

constexpr std::uint32_t cells = 1u << 20;
constexpr cell_id hot{7};
constexpr std::size_t singles = 1u << 13, baskets = 1u << 10, lines = 4, ahead = 4;

/// Eight cells, the last of them hot.
class counter {
public:
    explicit counter(const stock::lease_rules& rules) : s_{8, rules} {}
    void fill(granules to) {
        if (const granules free = s_.stock.free(hot); free < to) s_.stock.give(0, hot, to - free);
    }
    /// How many of `wanted` single units a thread got.
    std::size_t buy(unsigned who, std::size_t wanted) {
        std::size_t got = 0;
        while (got < wanted && !s_.stock.take(who, take_line{hot, 1, 0})) ++got;
        return got;
    }
    [[nodiscard]] granules free() const { return s_.stock.free(hot); }

private:
    our_shelves s_;
};

class contended final : public suite {
public:
    void enter(contest& c) override {
        for (counter* const from : {&leased_, &plain_})
            round(
                c, from == &leased_ ? flash : one_word, 2 * singles,
                [from] { from->fill(3 * plenty); },
                [this, from](unsigned who) { short_ += singles - from->buy(who, singles); });
        round(c, cas, 2 * singles, {}, [this](unsigned) {
            std::uint64_t refused = 0;
            for (std::size_t i = 0; i < singles; ++i) refused += !rival_.take({hot, 1, 0});
            short_ += refused;
        });
        const auto restock = [this] { s_.restock(hot, plenty); };
        // What a caller waits for an order, but how many orders are done by both.
        round(c, contended_basket, baskets, restock,
              [this](unsigned who) { each(s_, basket_, who); });
        round(c, contended_spread, 2 * baskets, {},
              [this](unsigned who) { each(s_, spread_, who); });
        round(c, spread_apart, 2 * baskets, {},
              [this](unsigned who) { each(who == 0 ? s_ : apart_, spread_, who); });
        c.enter({basket_alone, baskets, [this] { each(s_, basket_, 0); }, restock});
        c.enter({spread_alone, baskets, [this] { each(s_, spread_, 0); }});
    }
    void rows(const contest& c, report& r) override {
        r.context["two threads"] = duel_.tally();
        const auto& alone = c.of(basket_alone);
        r.rows.push_back(timed(basket_alone, alone, r.f()));
        const bool met = ns_.size() == 6;  // each has a round that counts
        if (met) {
            const timing rival = summary(ns_[cas]);
            r.rows.push_back(per_second(flash, summary(ns_[flash]),
                                        yardstick{cas, 1e9 / rival.least},
                                        goal::ratio_at_least(3)));
            r.rows.push_back(per_second(one_word, summary(ns_[one_word]),
                                        yardstick{cas, 1e9 / rival.least}, {}));
            r.rows.push_back(per_second(cas, rival, {}, {}));
            r.rows.push_back(timed(contended_basket, summary(ns_[contended_basket]),
                                   {basket_alone, alone.least}, goal::ratio_at_most(4)));
            const yardstick one{"one thread", 1e9 / c.of(spread_alone).least};
            r.rows.push_back(per_second(spread_apart, summary(ns_[spread_apart]), one, {}));
            r.rows.push_back(per_second(contended_spread, summary(ns_[contended_spread]), one,
                                        goal::ratio_at_least(1.6)));
            const double gain = r.rows.back().ratio().value();
            r.rows.push_back({"stock.growth.threads", std::log2(gain), "exponent"});
        }
        sell_out(r);
        demand_granted(short_);
    }

private:
    static constexpr const char *flash = "stock.flash.2threads", *one_word = "stock.flash.one_word",
                                *cas = "rival.cas.2threads",
                                *contended_basket = "stock.basket.contended",
                                *contended_spread = "stock.spread.2threads",
                                *spread_apart = "stock.spread.2tables",
                                *basket_alone = "stock.basket.alone",
                                *spread_alone = "stock.spread.alone";

    /// Enters a contestant whose time is that of a duel: of both threads, divided by `operations`.
    void round(contest& c, const std::string& name, std::size_t operations,
               std::function<void()> before, duel::work work) {
        c.enter({name, operations,
                 [this, name, operations, work = std::move(work)] {
                     const double ns = duel_.fight(work);
                     if (ns != 0) ns_[name].push_back(ns / static_cast<double>(operations));
                 },
                 std::move(before)});
    }
    static row per_second(const std::string& name, const timing& t, std::optional<yardstick> to,
                          std::optional<goal> aim) {
        row one{name, 1e9 / t.least, "takes/s", 1e9 / t.quarter, std::move(to), aim};
        for (const double ns : t.bursts) one.bursts.push_back(1e9 / ns);
        return one;
    }
    void each(our_shelves& s, const orders& of, unsigned who) {
        const std::size_t half = of.size() / 2;
        const std::size_t first = who * half + next_[who] % (half - baskets - ahead);
        next_[who] += baskets;
        std::uint64_t refused = 0;
        for (std::size_t i = first; i < first + baskets; ++i) {
            for (const take_line& l : of[i + ahead]) s.cells.prefetch(l.cell);
            refused += s.stock.take(who, of[i]).has_value();
        }
        short_ += refused;
    }
    /// Both threads buy until they are told that nothing is left.
    void sell_out(report& r) {
        constexpr int rounds = 50;
        constexpr granules units = 20'000;
        for (int i = 0; i < rounds; ++i) {
            leased_.buy(0, SIZE_MAX);
            leased_.fill(units);
            std::size_t got[2] = {};
            duel_.once([&](unsigned who) { got[who] = leased_.buy(who, SIZE_MAX); });
            demand(got[0] + got[1] == units && leased_.free() == 0,
                   "a cell that two threads buy out ends at zero");
        }
        r.context["flash stop"] =
            fmt::format("{} of {} sales of {} units ended at exactly zero", rounds, rounds, units);
    }

    duel duel_;
    counter leased_{stock::leases_of<std_env>}, plain_{stock::lease_rules{}};
    rollback_stock rival_ = stocked();
    our_shelves s_{cells}, apart_{cells};
    orders basket_{1u << 16, cells, lines, hot}, spread_{1u << 16, cells, lines};
    std::size_t next_[2] = {};
    std::atomic<std::uint64_t> short_{0};
    std::map<std::string, std::vector<double>> ns_;

    static rollback_stock stocked() {
        rollback_stock s{8};
        s.give(hot, std::int64_t{1} << 40);
        return s;
    }
};

}  // namespace

std::unique_ptr<suite> contended_suite() { return std::make_unique<contended>(); }

}  // namespace earmark::bench
