// THE LOG stands between the ring and the sink: it drains records, keeps the newest of them for
// poll(), chains them into batches, and remembers how far each level of durability has come.
//
// Who may call: any thread. One thread drains at a time; `try_drain` never waits for it, `flush`
// does. No order, cell or reservation is ever owned while a sink works.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "earmark/core/digest.hpp"
#include "earmark/core/ids.hpp"
#include "earmark/journal/batch.hpp"
#include "earmark/journal/ring.hpp"
#include "earmark/journal/sink.hpp"
#include "earmark/journal/stored_records.hpp"

namespace earmark::journal {

class log {
public:
    log(std::size_t ring_bytes, std::size_t retained_bytes, std::shared_ptr<sink> to,
        const batch_info& last, std::uint64_t digest_so_far);

    [[nodiscard]] ring<>& records() noexcept { return ring_; }

    /// Makes room in the ring if nobody else is at it. Errors: sink_failed, for ever;
    /// out_of_memory, then every record is still in the ring or in the batch that the next drain
    /// goes on with.
    error_code try_drain() noexcept;

    /// Brings every record whose place was given before the call to `level`, as far as the sink
    /// goes. Answers the position that has reached it. Errors as try_drain.
    result<position> flush(durability level) noexcept;
    [[nodiscard]] position durable(durability level) const noexcept;

    using kept = kept_record;
    /// Copies of the first `limit` records after `cursor`, or of all that there are. Drains first.
    /// Those that are no longer in memory are read back from the sink; cursor_too_old where there
    /// is none, or it does not have them (refs: cursor, oldest position kept). Other errors:
    /// bad_batch; as try_drain.
    result<std::vector<kept>> after(position cursor, std::size_t limit) noexcept;

    /// Digest of all records so far, in order. Drains first, as far as memory goes.
    std::uint64_t digest_of_events() noexcept;

    struct counters {
        std::uint64_t records = 0, bytes = 0, batches = 0;
    };
    [[nodiscard]] counters counted();

private:
    /// Records side by side, each behind its size and padded to words as in the ring, so that
    /// positions are counted off. Keeping a record is a copy, not an allocation.
    struct page {
        std::uint64_t before = 0;  // position before its first record
        std::uint64_t last = 0;    // position of its last record
        std::vector<std::uint64_t> words;
    };

    error_code drain_locked(bool complete) noexcept;
    error_code drain_more(bool complete);
    void add_after(std::uint64_t cursor, std::size_t limit, std::vector<kept>& out) const;
    void make_room_to_keep(std::uint64_t at, std::size_t record_bytes);
    void keep(std::uint64_t at, std::span<const std::byte> record) noexcept;
    void forget_oldest() noexcept;
    error_code write_batch();

    ring<> ring_;
    std::shared_ptr<sink> sink_;
    std::size_t retained_limit_;

    std::mutex draining_;
    stored_records old_;
    std::deque<page> retained_;
    std::size_t retained_bytes_ = 0;
    std::uint64_t forgotten_ = 0;  // position of the last record that is not kept any more
    batch_builder batch_;
    bool is_open_ = false;       // the batch is not with the sink yet
    std::uint64_t drained_ = 0;  // position up to which records are drained and batched
    batch_info last_;
    batch_info stored_;  // the last one that the sink has accepted
    std::uint64_t digest_;
    counters counters_;
    bool sink_dead_ = false;
    std::atomic<std::uint64_t> at_level_[3];
};

}  // namespace earmark::journal
