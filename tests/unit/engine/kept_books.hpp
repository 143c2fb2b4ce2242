// A small engine whose journal is kept: when it goes, whatever a test did with it, its books are
// whole and the journal knows them.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

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
        for (const auto how : {audit_how::online, audit_how::exact}) {
            CHECK(on.audit(how)->clean());
            CHECK(again.audit(how)->clean());
        }
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
