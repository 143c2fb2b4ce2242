// A small engine whose journal is kept: when it goes, whatever a test did with it, its books are
// whole and the journal knows them; whoever reads it after a restart is told the same.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "all_told.hpp"
#include "earmark/engine/engine.hpp"

namespace earmark {

struct kept_books {
    std::shared_ptr<journal::memory_sink> sink = std::make_shared<journal::memory_sink>();
    engine on{settings()};

    kept_books() = default;
    kept_books(const kept_books&) = delete;
    kept_books& operator=(const kept_books&) = delete;
    ~kept_books() {
        CHECK(on.check_invariants() == std::vector<std::string>{});
        const auto live = on.state_hash();
        CHECK(on.flush(journal::durability::memory));
        const engine again{settings()};
        CHECK(again.halted() == "");
        CHECK(again.state_hash() == live);
        CHECK(again.check_invariants() == std::vector<std::string>{});
        CHECK(all_told(again) == all_told(on));
        for (const auto how : {audit_how::online, audit_how::exact}) {
            CHECK(on.audit(how)->clean());
            CHECK(again.audit(how)->clean());
        }
    }
    [[nodiscard]] static node_row node(std::string key, std::int32_t priority = 0,
                                       node_kind kind = node_kind::dc) {
        node_row out;
        out.key = std::move(key);
        out.priority = priority;
        out.kind = kind;
        return out;
    }
    /// Goods, nodes and stock, all of them taken.
    void stock_up(const command& c, const std::vector<sku_row>& skus,
                  const std::vector<node_row>& nodes, const std::vector<stock_row>& stock) {
        REQUIRE(on.load(c, skus).accepted == skus.size());
        REQUIRE(on.load(c, nodes).accepted == nodes.size());
        REQUIRE(on.load(c, stock).accepted == stock.size());
    }
    service_id service(const command& c, const char* key) {
        service_row row;
        row.key = key;
        REQUIRE(on.load(c, std::span<const service_row>{&row, 1}).accepted == 1);
        return on.find_service(key).value();
    }
    void go_by(const command& c, std::string_view policy) {
        std::vector<std::string> findings;
        const auto active = on.activate(c, policy, &findings);
        for (const std::string& f : findings) MESSAGE(f);
        REQUIRE(active);
    }
    /// Line, state, node and amount of each bucket: "1 allocated a 2, ".
    [[nodiscard]] std::string where(order_id o) const {
        std::string out;
        const auto view = on.order(o);
        for (const bucket_view& k : view->buckets) {
            out += std::to_string(k.line) + ' ' + std::string{name_of(k.state)};
            out += " " + std::string{k.node == none<node_id> ? "-" : on.node(k.node).key};
            out += ' ' + std::to_string(k.amount.atoms) + ", ";
        }
        return out;
    }
    [[nodiscard]] std::int64_t free(sku_id sku, node_id node) {
        return on.available({sku, node})->atoms;
    }
    [[nodiscard]] config settings() const {
        config c;
        c.max_orders = c.max_keys = c.max_reservations = 4'096;
        c.max_cells = 1'024;
        c.ledger_bytes = std::size_t{1} << 22;
        c.sink = sink;
        return c;
    }
};

}  // namespace earmark
