// Random days of a shop as facts: orders in one to three parcels, short, late, cancelled, returned.
#pragma once

#include <set>
#include <utility>

#include "fact_tables.hpp"
#include "support/random_stream.hpp"

namespace earmark::report {

class random_facts {
public:
    explicit random_facts(std::uint64_t seed) : dice_{seed} {}

    fact_table make(std::uint64_t orders) {
        for (std::uint64_t id = 1; id <= orders; ++id) one(id);
        shuffle();
        return std::move(t_);
    }

private:
    std::int64_t n(std::int64_t low, std::int64_t high) { return dice_.between(low, high); }

    void one(std::uint64_t id) {
        const std::int64_t at = n(0, 20);
        t_.of(fact_kind::placed, id, at);
        if (dice_.chance(90)) {
            kpi_fact& f = t_.of(fact_kind::authorised, id, at);
            if (dice_.chance(20)) f.until = day(at + n(-2, 6));
        }
        if (dice_.chance(15))
            t_.of(fact_kind::classified, id, at).detail = static_cast<std::uint8_t>(n(0, 2));
        const auto lines = static_cast<std::uint32_t>(n(1, 3));
        for (std::uint32_t l = 1; l <= lines; ++l) line(id, l, at);
        for (int i = 0; i < 2; ++i)
            if (dice_.chance(50)) t_.of(fact_kind::promised, id, at).until = day(at + n(1, 6));
        marks(id, at);
    }

    void line(std::uint64_t id, std::uint32_t l, std::int64_t at) {
        const std::int64_t ordered = n(1, 9);
        t_.of_line(fact_kind::ordered, id, l, ordered, at).value = n(0, 5'000);
        if (dice_.chance(30)) {
            kpi_fact& f = t_.of_line(fact_kind::promised, id, l, 0, at);
            f.until = day(at + n(1, 6));
        }
        std::int64_t left = ordered;
        if (dice_.chance(30)) {
            const std::int64_t waits = n(1, ordered);
            t_.of_line(fact_kind::backordered, id, l, waits, at + 1);
            if (dice_.chance(70)) t_.of_line(fact_kind::resumed, id, l, n(1, waits), at + 3);
        }
        if (dice_.chance(10)) t_.of_line(fact_kind::substituted, id, l, n(1, ordered), at + 1);
        if (dice_.chance(25)) {
            const std::int64_t gone = n(1, left);
            t_.cancelled(id, l, gone, static_cast<canceller>(n(0, 3)), dice_.chance(50),
                         at + n(0, 4));
            left -= gone;
        }
        for (std::uint64_t p = 1; p <= 3 && left > 0; ++p)
            if (dice_.chance(60)) left -= pack(id, l, p, n(1, left), at);
        requests(id, l, ordered, at);
    }

    void requests(std::uint64_t id, std::uint32_t l, std::int64_t units, std::int64_t at) {
        t_.of_line(fact_kind::requested, id, l, units, at).node = node_id{1};
        if (!dice_.chance(20)) return;
        t_.of_line(fact_kind::rejected, id, l, 1, at + 1).node = node_id{1};
        t_.of_line(fact_kind::requested, id, l, 1, at + 1).node = node_id{2};
    }

    /// The parcels of an order leave on days of their own; each item may or may not arrive.
    std::int64_t pack(std::uint64_t id, std::uint32_t l, std::uint64_t p, std::int64_t units,
                      std::int64_t at) {
        const std::int64_t out = at + static_cast<std::int64_t>(p);
        kpi_fact& item = t_.of_line(fact_kind::packed, id, l, units, out);
        item.parcel = p;
        item.other = dice_.chance(10) ? units + 1 : 0;
        if (handed_.insert({id, p}).second) {
            kpi_fact& due = t_.of(fact_kind::due, id, at);
            due.parcel = p;
            due.until = day(at + n(0, 4));
            kpi_fact& h = t_.of(fact_kind::handed, id, out);
            h.parcel = p;
            h.node = node_id{static_cast<std::uint16_t>(n(0, 2))};
            h.value = n(-1, 900'000);
            if (dice_.chance(60)) {
                kpi_fact& track = t_.of(fact_kind::tracked, id, out);
                track.parcel = p;
                track.detail = dice_.chance(90) ? std::uint8_t{1} : std::uint8_t{0};
            }
        }
        if (dice_.chance(85))
            t_.delivered(id, p, {{l, dice_.chance(95) ? units : 1}}, out + n(0, 4));
        if (dice_.chance(15)) {
            kpi_fact& back = t_.of_line(fact_kind::returned, id, l, n(1, units), out + n(3, 9));
            back.parcel = dice_.chance(50) ? p : 0;
            back.value = n(0, 2'000);
            back.ref = ++refs_;
            if (dice_.chance(70)) t_.of(fact_kind::refunded, id, out + n(9, 15)).ref = refs_;
        }
        return units;
    }

    void marks(std::uint64_t id, std::int64_t at) {
        for (int i = 0; i < 3; ++i)
            if (dice_.chance(10))
                t_.of(fact_kind::defect, id, at + n(3, 9)).detail =
                    static_cast<std::uint8_t>(n(0, 6));
        if (dice_.chance(20)) t_.of(fact_kind::manual, id, at + 1);
        for (const std::uint8_t kind : {std::uint8_t{0}, std::uint8_t{1}})
            if (dice_.chance(60)) {
                kpi_fact& f = t_.of(fact_kind::cost, id, at + 1);
                f.value = n(0, 90'000);
                f.detail = kind;
            }
        for (std::int64_t i = n(0, 2); i > 0; --i) {
            kpi_fact& f = t_.of(fact_kind::decided, id, at + i);
            f.other = n(1, 20);
            f.units = n(0, f.other);
            f.count = n(0, 3);
            f.value = n(0, 90'000);
        }
    }

    /// Any order but that of promises, of which the first one counts, and of classes.
    void shuffle() {
        const auto keeps_place = [](const kpi_fact& f) {
            return f.kind == fact_kind::promised || f.kind == fact_kind::classified ||
                   f.kind == fact_kind::decided;
        };
        for (std::size_t i = t_.rows.size(); i > 1; --i) {
            const std::size_t j = dice_.below(static_cast<std::uint32_t>(i));
            if (!keeps_place(t_.rows[i - 1]) && !keeps_place(t_.rows[j]))
                std::swap(t_.rows[i - 1], t_.rows[j]);
        }
    }

    streams::dice dice_;
    fact_table t_;
    std::set<std::pair<std::uint64_t, std::uint64_t>> handed_;
    std::uint64_t refs_ = 0;
};

}  // namespace earmark::report
