// THE SHOP of the engine's rows: 50 nodes (10 warehouses, 40 stores) and 400 places on the map of
// the contiguous United States, 2,000 SKUs, each at six nodes of ten with plenty of stock; orders
// of three random SKUs, one to three units each, to a random place; policy `cheapest`.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "earmark/core/digest.hpp"
#include "earmark/engine/engine.hpp"

namespace earmark::bench {

class shop {
public:
    explicit shop(std::shared_ptr<journal::sink> sink = {});

    /// The next `n` orders as requests with fresh keys.
    void prepare(std::size_t n);

    /// Some of the prepared orders.
    struct batch {
        std::size_t first = 0;
        std::size_t size = 0;
    };
    static constexpr std::size_t batch_size = 64;
    /// Calls f(batch) for all prepared orders, `batch_size` at a time.
    template <class F>
    void each_batch(F&& f) const {
        for (std::size_t i = 0; i < requests_.size(); i += batch_size)
            f(batch{i, std::min(batch_size, requests_.size() - i)});
    }

    // The verbs, for a batch of orders; each throws where an order is not served at once.
    void place(batch b);
    void source(batch b);
    void release(batch b);
    void ship(batch b) { report(b, fact_kind::ship); }
    void deliver(batch b) { report(b, fact_kind::deliver); }
    /// Drains the journal.
    void flush();

    [[nodiscard]] engine& core() noexcept { return engine_; }

    /// Digest of the network, the stock, the policy and the first 1,000 orders.
    [[nodiscard]] std::uint64_t inputs() const noexcept { return inputs_.value(); }

private:
    void load();
    void report(batch b, fact_kind kind);

    engine engine_;
    time_point now_{1'800'000'000'000'000'000};
    std::size_t next_order_ = 0;
    digest inputs_;
    std::vector<std::array<order_line, 3>> lines_;
    std::vector<std::string> keys_;
    std::vector<command> commands_;
    std::vector<order_request> requests_;
    std::vector<order_id> ids_;

    std::vector<placed> placed_;
    std::vector<result<sourced>> sourced_;
    std::vector<result<receipt>> released_;
};

}  // namespace earmark::bench
