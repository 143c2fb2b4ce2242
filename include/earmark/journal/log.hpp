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

namespace earmark::journal {

class log {
public:
    log(std::size_t ring_bytes, std::size_t retained_bytes, std::shared_ptr<sink> to,
        const batch_info& last, std::uint64_t digest_so_far);

    [[nodiscard]] ring<>& records() noexcept { return ring_; }

    /// Makes room in the ring if nobody else is at it. Errors: sink_failed, for ever.
    error_code try_drain();

    /// Brings every record whose place was given before the call to `level`, as far as the sink
    /// goes. Answers the position that has reached it.
    result<position> flush(durability level);
    [[nodiscard]] position durable(durability level) const noexcept;

    struct kept {
        std::uint64_t position = 0;
        std::vector<std::byte> bytes;
    };
    /// Copies of at most `limit` records after `cursor`. Drains first. cursor_too_old where some
    /// of them are no longer kept (refs: cursor, oldest position kept).
    result<std::vector<kept>> after(position cursor, std::size_t limit);

    /// Digest of all records so far, in order. Drains first.
    std::uint64_t digest_of_events();

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

    error_code drain_locked(bool complete);
    void keep(std::uint64_t at, std::span<const std::byte> record);
    void forget_oldest();
    error_code write_batch();

    ring<> ring_;
    std::shared_ptr<sink> sink_;
    std::size_t retained_limit_;

    std::mutex draining_;
    std::deque<page> retained_;
    std::size_t retained_bytes_ = 0;
    std::uint64_t forgotten_ = 0;  // position of the last record that is not kept any more
    batch_builder batch_;
    std::uint64_t drained_ = 0;  // position up to which records are drained and batched
    batch_info last_;
    std::uint64_t digest_;
    counters counters_;
    bool sink_dead_ = false;
    std::atomic<std::uint64_t> at_level_[3];
};

}  // namespace earmark::journal
