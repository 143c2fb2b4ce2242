// SINKS take the journal's batches, in order, and give them back. A sink knows bytes and batch
// numbers; it knows no record. The first failed write or sync is final for a handle: what the disk
// holds after it is unknown, so nothing more is acknowledged until the journal is opened again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "earmark/core/result.hpp"

namespace earmark::journal {

/// How far a record has come. `memory` survives nothing, `os` a killed process, `disk` a power cut.
enum class durability : std::uint8_t { memory, os, disk };

class sink {
public:
    virtual ~sink() = default;
    sink() = default;
    sink(const sink&) = delete;
    sink& operator=(const sink&) = delete;

    /// Appends batch `number` (1, 2, ...) and returns the level it has reached. Errors:
    /// sink_failed, for ever after the first one. May throw std::bad_alloc, having stored nothing:
    /// the same number then comes again, perhaps with more records. Any other exception is a
    /// failed write.
    virtual result<durability> append(std::uint64_t number, std::span<const std::byte> batch) = 0;

    /// Brings everything appended to `disk` where the sink can, and says what was reached.
    virtual result<durability> sync() = 0;

    /// Calls `visit` with each stored batch in order, until it answers false. Errors: bad_batch for
    /// a hole in the numbers; what the bytes say is checked by the reader (journal/batch.hpp).
    virtual error_code read(
        const std::function<bool(std::uint64_t number, std::span<const std::byte>)>& visit) = 0;

    /// Calls `visit` with the stored batch of that number; not at all where there is none. Errors
    /// as of read(). Here it reads from the first batch on, O(bytes before it): a sink that finds a
    /// batch by its number should override it, as readers of old records ask for one at a time.
    virtual error_code read_one(std::uint64_t number,
                                const std::function<void(std::span<const std::byte>)>& visit);
};

/// Keeps batches in memory: for tests, simulations and as a source for `fold`.
class memory_sink final : public sink {
public:
    result<durability> append(std::uint64_t number, std::span<const std::byte> batch) override;
    result<durability> sync() override;
    error_code read(
        const std::function<bool(std::uint64_t, std::span<const std::byte>)>& visit) override;
    error_code read_one(std::uint64_t number,
                        const std::function<void(std::span<const std::byte>)>& visit) override;

    [[nodiscard]] const std::vector<std::vector<std::byte>>& batches() const { return batches_; }

private:
    std::vector<std::vector<std::byte>> batches_;
};

/// One SQLite file: WAL, synchronous FULL, exclusive, one blob per batch. Errors: sink_failed where
/// the file cannot be opened, is locked, damaged, or no journal; `why`, if not null, then says
/// which, and the file and its log are unchanged. A write that a crash cut short is no damage.
/// O(bytes).
[[nodiscard]] result<std::shared_ptr<sink>> open_sqlite(const std::string& path, std::string* why);

}  // namespace earmark::journal
