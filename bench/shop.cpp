#include "shop.hpp"

#include <fmt/format.h>

#include <bit>
#include <optional>
#include <stdexcept>

#include "suites.hpp"

namespace earmark::bench {
namespace {

constexpr std::size_t nodes = 50, warehouses = 10, places = 400, skus = 2'000;

constexpr std::string_view policy = R"(policy   = "cheapest"
currency = "USD"
rank     = ["cost", "parcels", "distance"]
[costs]
fixed_per_parcel     = "8.759"
per_unit             = { dc = "0.35", store = "1.10", vendor = "2.00" }
per_unit_per_1000_km = "0.336"
)";

enum stream : std::uint64_t { latitude = 10, longitude, stocked, line_sku, line_units, to_place };

void demand(bool held, const std::string& what) {
    if (!held) throw std::runtime_error{what};
}

geo_point somewhere(std::uint64_t i) {
    return {25.0 + static_cast<double>(draw(latitude, i, 2'400)) / 100,
            -124.0 + static_cast<double>(draw(longitude, i, 5'700)) / 100};
}

void add(digest& d, const std::optional<geo_point>& at) {
    d.add(std::bit_cast<std::uint64_t>(at.value().latitude))
        .add(std::bit_cast<std::uint64_t>(at.value().longitude));
}

void demand_all(const load_report& r) {
    demand(r.rejected.empty(), r.rejected.empty() ? "" : r.rejected.front().text);
}

config with_sink(std::shared_ptr<journal::sink> sink) {
    config c;
    c.max_keys = 1u << 20;  // an engine is sized for its work; this one takes a million orders
    c.sink = std::move(sink);
    return c;
}

}  // namespace

shop::shop(std::shared_ptr<journal::sink> sink)
    : engine_{with_sink(std::move(sink))},
      sourced_(batch_size, fail(error_code::ok)),
      released_(batch_size, fail(error_code::ok)) {
    load();
}

void shop::load() {
    const command host{{}, {}, now_};
    std::vector<node_row> n;
    for (std::size_t i = 0; i < nodes; ++i)
        n.push_back({fmt::format("node-{:02}", i),
                     i < warehouses ? node_kind::dc : node_kind::store,
                     somewhere(i),
                     0,
                     true,
                     {},
                     {}});
    std::vector<place_row> p;
    for (std::size_t i = 0; i < places; ++i)
        p.push_back({fmt::format("place-{:03}", i), somewhere(1'000 + i)});
    std::vector<sku_row> s;
    std::vector<stock_row> stock;
    for (std::size_t i = 0; i < skus; ++i) {
        s.push_back({fmt::format("sku-{:04}", i), 0, 1});
        for (std::size_t k = 0; k < nodes; ++k)
            if (draw(stocked, i * nodes + k, 10) < 6)
                stock.push_back({s.back().key, n[k].key, {4'000'000}});
    }
    inputs_.add(policy);
    for (const node_row& row : n)
        add(inputs_.add(row.key).add(static_cast<std::uint64_t>(row.kind)), row.at);
    for (const place_row& row : p) add(inputs_.add(row.key), row.at);
    for (const stock_row& row : stock)
        inputs_.add(row.sku).add(row.node).add(static_cast<std::uint64_t>(row.on_hand.atoms));
    demand_all(engine_.load(host, n));
    demand_all(engine_.load(host, p));
    demand_all(engine_.load(host, s));
    demand_all(engine_.load(host, stock));
    std::vector<std::string> findings;
    const auto active = engine_.activate(host, policy, &findings);
    demand(static_cast<bool>(active), findings.empty() ? "policy" : findings.front());
}

void shop::prepare(std::size_t n) {
    lines_.resize(n);
    keys_.resize(n);
    commands_.resize(n);
    requests_.resize(n);
    ids_.resize(n);
    const currency usd = currency::parse("USD").value();
    for (std::size_t i = 0; i < n; ++i, ++next_order_) {
        const std::uint64_t id = next_order_;
        std::uint64_t sku = 0;
        for (std::size_t l = 0; l < 3; ++l) {
            sku = (sku + 1 + draw(line_sku, id * 3 + l, skus / 3)) % skus;  // three different ones
            lines_[i][l] = {static_cast<sku_id>(sku),
                            {1 + static_cast<std::int64_t>(draw(line_units, id * 3 + l, 3))},
                            1'999};
        }
        if (i % batch_size == 0) now_ = now_ + duration{1'000'000};
        keys_[i] = fmt::format("order-{:010}", id);
        commands_[i] = {keys_[i], {}, now_};
        requests_[i] = {lines_[i], static_cast<place_id>(draw(to_place, id, places)), usd, 0,
                        none<reservation_id>};
        if (id < 1'000) {
            inputs_.add(static_cast<std::uint64_t>(requests_[i].ship_to));
            for (const order_line& line : lines_[i])
                inputs_.add(static_cast<std::uint64_t>(line.sku))
                    .add(static_cast<std::uint64_t>(line.amount.atoms));
        }
    }
}

void shop::place(batch b) {
    placed_.resize(b.size);
    engine_.place_order({commands_.data() + b.first, b.size}, {requests_.data() + b.first, b.size},
                        placed_);
    for (std::size_t i = 0; i < b.size; ++i) {
        const placed& p = placed_[i];
        if (p.first.what != outcome::done) demand(false, "place: " + to_string(p.first.why));
        ids_[b.first + i] = order_id{p.first.subject};
    }
}

void shop::source(batch b) {
    const command host{{}, {}, now_};
    engine_.source(host, {{ids_.data() + b.first, b.size}, false}, {sourced_.data(), b.size});
    for (std::size_t i = 0; i < b.size; ++i)
        if (!sourced_[i] || sourced_[i]->first.what != outcome::done)
            demand(false, "source: " + to_string(sourced_[i].error()));
}

void shop::release(batch b) {
    const command host{{}, {}, now_};
    engine_.release(host, {{ids_.data() + b.first, b.size}}, {released_.data(), b.size});
    for (std::size_t i = 0; i < b.size; ++i)
        if (!released_[i]) demand(false, "release: " + to_string(released_[i].error()));
}

void shop::flush() {
    demand(static_cast<bool>(engine_.flush(journal::durability::memory)), "the journal is refused");
}

void shop::report(batch b, fact_kind kind) {
    const command host{{}, {}, now_};
    for (std::size_t i = b.first; i < b.first + b.size; ++i) {
        const auto done = engine_.record(host, {kind, ids_[i], 0, none<node_id>, {}});
        if (!done) demand(false, "record: " + to_string(done.error()));
    }
}

}  // namespace earmark::bench
