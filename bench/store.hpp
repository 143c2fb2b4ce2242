// A STORE is a rival that keeps stock elsewhere: each take is one conditional update of it. Rows of
// stock are numbered from 0 and hold plenty.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace earmark::bench {

inline constexpr std::uint32_t store_rows = 100'000;
inline constexpr std::int64_t store_units = 1'000'000'000;
using four = std::array<std::uint32_t, 4>;  // ascending

class store {
public:
    virtual ~store() = default;
    /// One unit of each, one after another, each take with an answer of its own. Throws
    /// std::runtime_error where one is refused.
    virtual void take(std::span<const std::uint32_t> rows) = 0;
    /// One unit of four rows, all or none.
    virtual void take4(std::span<const four> takes) = 0;
};

/// A store that can send many takes ahead of their answers.
class pipelined_store : public store {
public:
    virtual void take_ahead(std::span<const std::uint32_t> rows) = 0;
    virtual void take4_ahead(std::span<const four> takes) = 0;
};

// Each throws std::runtime_error with a sentence why it cannot be had here: what to install, or
// what its server said. `folder` is where durable ones write.
[[nodiscard]] std::unique_ptr<store> open_sqlite_store(const std::string& folder, bool durable);
[[nodiscard]] std::unique_ptr<pipelined_store> open_redis_store(const std::string& folder,
                                                                bool durable);

/// Two connections to one server: a commit that waits for the disk, and one that does not
/// (synchronous_commit = off: durable a moment later).
struct postgres_stores {
    std::shared_ptr<void> server;
    std::unique_ptr<store> durable, async;
};
[[nodiscard]] postgres_stores open_postgres_stores(const std::string& folder);

}  // namespace earmark::bench
