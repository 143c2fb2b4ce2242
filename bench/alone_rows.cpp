// ROWS OF A PROCESS OF THEIR OWN (earmark_bench --alone ROW), so that nothing else is counted and
// nothing else has warmed what they touch. Bytes: what the resident set grows by while a million of
// a thing are made, divided by how many. Cells: SKUs at 30 nodes each, as the shop has them,
// through the engine, and SKUs at one node each, which pay for a block of eight. Reservations:
// baskets of one line and of four with a deadline, records of the journal not counted (they leave
// with a flush). Orders: of three lines, each with its key, its digest and its first answer;
// sourced ones with the decision, too. Speed: how fast a million of them come in, in batches of 64;
// and what a line of a large order takes from its capture to its delivery, in nanoseconds.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <unordered_map>

#include "child.hpp"
#include "earmark/engine/engine.hpp"
#include "shelves.hpp"

namespace earmark::bench {
namespace {

constexpr std::size_t million = 1'000'000;

double resident() {
    std::ifstream file{"/proc/self/statm"};
    double all = 0, here = 0;
    file >> all >> here;
    return here * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// An engine that keeps no records.
class store {
public:
    store(std::size_t skus, std::size_t nodes) : engine_{forgetful()} {
        std::vector<node_row> n(nodes);
        for (std::size_t i = 0; i < nodes; ++i) n[i].key = fmt::format("n{}", i);
        std::vector<sku_row> s;
        for (std::size_t i = 0; i < skus; ++i) s.push_back({fmt::format("s{}", i), 0, 1});
        load(n);
        load(s);
        const auto by =
            engine_.activate({}, "policy = \"p\"\ncurrency = \"EUR\"\nrank = [\"priority\"]\n");
        demand(by.has_value(), "the policy is good");
    }
    /// Stock of each SKU at each node, made by the thousand.
    void fill() {
        std::vector<stock_row> rows;
        for (std::uint32_t i = 0; i < engine_.skus(); ++i)
            for (std::uint32_t k = 0; k < engine_.nodes(); ++k) {
                rows.push_back({fmt::format("s{}", i), fmt::format("n{}", k), {4'000'000}});
                if (rows.size() < 1'000) continue;
                load(rows);
                rows.clear();
            }
        load(rows);
    }
    void reserve(std::size_t baskets, std::size_t lines) {
        std::vector<reserve_line> wanted(lines);
        for (std::size_t i = 0; i < baskets; ++i) {
            for (std::size_t l = 0; l < lines; ++l)
                wanted[l] = {sku_id{static_cast<std::uint32_t>((i + l * 7) % engine_.skus())},
                             node_id{0},
                             {1},
                             {}};
            const time_point deadline{1'800'000'000'000'000'000 + static_cast<std::int64_t>(i)};
            demand(engine_.reserve({}, {wanted, deadline}).has_value(), "there is stock");
            if (i % 1'000 == 0) flush();
        }
        flush();
    }

    void place(std::size_t orders, std::size_t lines, bool sourced) {
        constexpr std::size_t batch = 64;
        std::vector<std::string> keys(batch);
        std::vector<command> commands(batch);
        std::vector<order_request> requests(batch);
        std::vector<order_line> wanted(batch * lines);
        std::vector<placed> answers(batch);
        for (std::size_t done = 0; done < orders; done += batch) {
            for (std::size_t i = 0; i < batch; ++i) {
                const auto mine = std::span{wanted}.subspan(i * lines, lines);
                for (std::size_t l = 0; l < lines; ++l)
                    mine[l] = {
                        sku_id{static_cast<std::uint32_t>((placed_ + l * 7) % engine_.skus())},
                        {1},
                        999};
                keys[i] = fmt::format("order-{:08}", placed_++);
                commands[i].key = keys[i];
                requests[i].lines = mine;
                requests[i].currency = *currency::parse("EUR");
            }
            engine_.place_order(commands, requests, answers);
            for (const placed& p : answers) {
                demand(p.first.what == outcome::done, "the order is taken");
                if (sourced)
                    demand(engine_.source({}, order_id{p.first.subject}).has_value(), "decided");
            }
            flush();
        }
    }

    /// One order of so many SKUs, captured, sourced, released, shipped and delivered.
    void live(std::size_t lines) {
        std::vector<order_line> wanted;
        for (std::uint32_t l = 0; l < lines; ++l) wanted.push_back({sku_id{l}, {1}, 999});
        const std::string key = fmt::format("large-{}", placed_++);
        const placed p =
            engine_.place_order({key}, {wanted, none<place_id>, *currency::parse("EUR")});
        demand(p.first.what == outcome::done, "the order is taken");
        const order_id o{p.first.subject};
        const auto decided = engine_.source({}, o);
        demand(decided && decided->first.what == outcome::done, "all of it is there");
        demand(engine_.release({}, o).has_value(), "released");
        demand(engine_.record({}, {.kind = fact_kind::ship, .order = o}).has_value(), "shipped");
        demand(engine_.record({}, {.kind = fact_kind::deliver, .order = o}).has_value(), "there");
        flush();
    }

private:
    static config forgetful() {
        config c;
        c.retained_bytes = 1u << 20;
        c.max_keys = 1u << 21;
        return c;
    }
    template <class Row>
    void load(const std::vector<Row>& rows) {
        demand(engine_.load({}, rows).rejected.empty(), "rows are good");
        flush();
    }
    void flush() {
        demand(engine_.flush(journal::durability::memory).has_value(), "records can leave");
    }

    engine engine_;
    std::size_t placed_ = 0;
};

template <class Make>
double bytes_each(std::size_t count, Make&& make) {
    const double before = resident();
    make();
    return (resident() - before) / static_cast<double>(count);
}

double cells(std::size_t skus, std::size_t nodes) {
    store s{skus, nodes};
    return bytes_each(skus * nodes, [&] { s.fill(); });
}

double reservations(std::size_t lines) {
    store s{1'000, 1};
    s.fill();
    s.reserve(100, lines);
    return bytes_each(million, [&] { s.reserve(million, lines); });
}

double map_entries() {
    std::unordered_map<std::uint64_t, std::int64_t> map;
    return bytes_each(million, [&] {
        for (std::uint32_t i = 0; i < million; ++i) map[mutex_map_stock::key_of(cell_id{i})] = 1;
    });
}

/// A million orders of `lines` lines, each under a key of its own.
double live_orders(std::size_t lines, bool sourced) {
    store s{1'000, 1};
    s.fill();
    s.place(1'000, lines, sourced);
    return bytes_each(million, [&] { s.place(million, lines, sourced); });
}

double orders_a_second() {
    store s{1'000, 1};
    s.fill();
    s.place(1'000, 3, false);
    const auto before = std::chrono::steady_clock::now();
    s.place(million, 3, false);
    const std::chrono::duration<double> gone = std::chrono::steady_clock::now() - before;
    return million / gone.count();
}

/// Nanoseconds a line, of the fastest of twenty orders, which all have 10 nodes to come from.
double life_of_a_line(std::size_t lines) {
    store s{5'000, 10};
    s.fill();
    double least = 1e300;
    for (int i = 0; i < 20; ++i) {
        const auto before = std::chrono::steady_clock::now();
        s.live(lines);
        const std::chrono::duration<double, std::nano> gone =
            std::chrono::steady_clock::now() - before;
        least = std::min(least, gone.count() / static_cast<double>(lines));
    }
    return least;
}

struct lone_row {
    const char* name;
    double (*measure)();
    std::optional<goal> aim;
    const char* unit = "bytes";
};

const lone_row lone_rows[] = {
    {"memory.cell", [] { return cells(33'334, 30); }, goal::value_at_most(24)},
    {"memory.cell.alone", [] { return cells(million, 1); }, {}},
    {"rival.map.memory.cell", map_entries, {}},
    {"memory.reservation1", [] { return reservations(1); }, {}},
    {"memory.reservation4", [] { return reservations(4); }, {}},
    {"memory.order3", [] { return live_orders(3, false); }, goal::value_at_most(320)},
    {"memory.order3.sourced", [] { return live_orders(3, true); }, {}},
    {"ingest.order3.1m", orders_a_second, {}, "orders/s"},
    {"order.life.lines50", [] { return life_of_a_line(50); }, {}, "ns/line"},
    {"order.life.lines5000", [] { return life_of_a_line(5'000); }, {}, "ns/line"},
};

}  // namespace

int measure_one_alone(const std::string& name) {
    for (const lone_row& t : lone_rows)
        if (name == t.name) {
            std::printf("%.3f\n", t.measure());
            return 0;
        }
    return 2;
}

void measure_alone(report& r) {
    for (const lone_row& t : lone_rows) {
        child other{{"/proc/self/exe", "--alone", t.name}};
        const std::string told = other.hear();
        double value = 0;
        if (std::from_chars(told.data(), told.data() + told.size(), value).ec != std::errc{})
            throw std::runtime_error{fmt::format("{}: the child said '{}'", t.name, told)};
        r.rows.push_back({t.name, value, t.unit, {}, {}, t.aim});
    }
}

}  // namespace earmark::bench
