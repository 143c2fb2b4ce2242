// STORED RECORDS: what the log does not keep in memory any more, found in the sink by its position.
// Who polls after a restart, or after a long sleep, goes on where he was.
//
// Who may call: the log, which holds its lock meanwhile. Only the batch read last is kept.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/result.hpp"
#include "earmark/journal/batch.hpp"
#include "earmark/journal/sink.hpp"

namespace earmark::journal {

struct kept_record {
    std::uint64_t position = 0;
    std::vector<std::byte> bytes;
};

class stored_records {
public:
    explicit stored_records(std::shared_ptr<sink> from) : from_{std::move(from)} {}

    /// Adds copies of the records after `cursor` and up to `until`, oldest first, until `out` has
    /// `limit` of them; `newest` is the last batch that the sink has accepted. Errors: bad_batch,
    /// sink_failed; cursor_too_old (refs: cursor, until) where the sink does not have them. May
    /// throw std::bad_alloc. O(bytes of the batches, and of log(batches) more to find the first).
    error read(const batch_info& newest, std::uint64_t cursor, std::uint64_t until,
               std::size_t limit, std::vector<kept_record>& out);

private:
    error find(const batch_info& newest, std::uint64_t cursor);
    error fetch(std::uint64_t number);

    std::shared_ptr<sink> from_;
    std::vector<std::byte> batch_;
    batch_info header_{};  // of it; number 0: none
};

}  // namespace earmark::journal
