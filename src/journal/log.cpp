#include "earmark/journal/log.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace earmark::journal {
namespace {
constexpr std::size_t batch_bytes = std::size_t{1} << 20;  // a batch is closed above this
constexpr std::size_t page_words = std::size_t{1} << 13;

/// A sink that throws has failed; but one that ran out of memory before it stored anything may be
/// offered the batch again.
result<durability> offered(sink& to, std::uint64_t number, std::span<const std::byte> batch) {
    try {
        return to.append(number, batch);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (...) {
        return fail(error_code::sink_failed);
    }
}
result<durability> synced(sink& at) noexcept {
    try {
        return at.sync();
    } catch (...) {
        return fail(error_code::sink_failed);
    }
}
}  // namespace

log::log(std::size_t ring_bytes, std::size_t retained_bytes, std::shared_ptr<sink> to,
         const batch_info& last, std::uint64_t digest_so_far)
    : ring_{ring_bytes, last.last},
      sink_{std::move(to)},
      retained_limit_{retained_bytes},
      old_{sink_},
      forgotten_{last.last},
      drained_{last.last},
      last_{last},
      stored_{last},
      digest_{digest_so_far} {
    for (auto& a : at_level_) a.store(last.last, std::memory_order_relaxed);
}

error_code log::try_drain() noexcept {
    const std::unique_lock lock{draining_, std::try_to_lock};
    if (!lock) return error_code::journal_full;
    return drain_locked(false);
}

error_code log::drain_locked(bool complete) noexcept {
    try {
        return drain_more(complete);
    } catch (const std::bad_alloc&) {
        return error_code::out_of_memory;
    }
}

/// Memory may run out anywhere in here, also in the sink. Then what was drained stays in the open
/// batch, what was not stays in the ring, and the next drain goes on there.
error_code log::drain_more(bool complete) {
    const std::uint64_t goal = ring_.tail();
    for (;;) {
        if (!is_open_) batch_.begin(last_.number + 1, drained_, last_.checksum);
        is_open_ = true;
        const auto ready = [&](std::uint64_t at, std::size_t size) {
            batch_.make_room(size);
            make_room_to_keep(at, size);
        };
        const auto take = [&](std::uint64_t at, std::span<const std::byte> bytes) noexcept {
            batch_.add(at, bytes);
            digest_ = mix(digest_ ^ content_digest(bytes).low);
            ++counters_.records;
            counters_.bytes += bytes.size();
            keep(at, bytes);
            drained_ = at;
        };
        ring_.drain(batch_bytes - std::min(batch_bytes, batch_.size()), ready, take);
        if (batch_.empty()) return error_code::ok;
        at_level_[0].store(drained_, std::memory_order_release);
        const auto written = write_batch();
        while (retained_bytes_ > retained_limit_ && retained_.size() > 1) forget_oldest();
        if (written != error_code::ok) return written;
        if (!complete || drained_ >= goal) return error_code::ok;
    }
}

void log::make_room_to_keep(std::uint64_t at, std::size_t record_bytes) {
    const std::uint64_t count = ring<>::words_for(record_bytes);
    const std::size_t room = std::clamp(retained_limit_ / 64, std::size_t{1}, page_words);
    if (!retained_.empty() && retained_.back().words.size() + count <= room) return;
    page fresh{at - count, at - count, {}};
    fresh.words.reserve(std::max<std::size_t>(room, count));
    retained_.push_back(std::move(fresh));
}

/// In the room that was made for it.
void log::keep(std::uint64_t at, std::span<const std::byte> record) noexcept {
    const std::uint64_t count = ring<>::words_for(record.size());
    page& p = retained_.back();
    const std::size_t first = p.words.size();
    p.words.resize(first + count);
    p.words[first] = record.size();
    if (!record.empty()) std::memcpy(&p.words[first + 1], record.data(), record.size());
    p.last = at;
    retained_bytes_ += count * 8;
}

void log::forget_oldest() noexcept {
    forgotten_ = retained_.front().last;
    retained_bytes_ -= retained_.front().words.size() * 8;
    retained_.pop_front();
}

/// Where the sink throws, the batch stays open and is offered again, perhaps longer.
error_code log::write_batch() {
    const auto bytes = batch_.finish();
    const batch_info info = batch_.info();
    durability level = durability::memory;
    if (sink_ && !sink_dead_) {
        const auto reached = offered(*sink_, info.number, bytes);
        sink_dead_ = !reached;
        if (reached) level = *reached;
        if (reached) stored_ = info;
    }
    is_open_ = false;
    last_ = info;
    ++counters_.batches;
    if (sink_dead_) return error_code::sink_failed;
    for (int l = 1; l <= static_cast<int>(level); ++l)
        at_level_[l].store(last_.last, std::memory_order_release);
    return error_code::ok;
}

result<position> log::flush(durability level) noexcept {
    const std::lock_guard lock{draining_};
    if (const auto e = drain_locked(true); e != error_code::ok) return fail(e);
    if (sink_ && level != durability::memory && !sink_dead_) {
        const auto reached = synced(*sink_);
        sink_dead_ = !reached;
        if (!reached) return reached.error();
        for (int l = 1; l <= static_cast<int>(*reached); ++l)
            at_level_[l].store(last_.last, std::memory_order_release);
    }
    return durable(level);
}

position log::durable(durability level) const noexcept {
    return position{at_level_[static_cast<int>(level)].load(std::memory_order_acquire)};
}

result<std::vector<log::kept>> log::after(position cursor, std::size_t limit) noexcept {
    const std::lock_guard lock{draining_};
    if (const auto e = drain_locked(true); e != error_code::ok) return fail(e);
    try {
        std::vector<kept> out;
        if (raw(cursor) < forgotten_) {
            if (!sink_)
                return fail(error_code::cursor_too_old, static_cast<std::int64_t>(raw(cursor)),
                            static_cast<std::int64_t>(forgotten_));
            const error e = old_.read(stored_, raw(cursor), forgotten_, limit, out);
            if (e.code != error_code::ok) return e;
        }
        add_after(std::max(raw(cursor), forgotten_), limit, out);
        return out;
    } catch (const std::bad_alloc&) {
        return fail(error_code::out_of_memory);
    }
}

void log::add_after(std::uint64_t cursor, std::size_t limit, std::vector<kept>& out) const {
    auto from = std::upper_bound(retained_.begin(), retained_.end(), cursor,
                                 [](std::uint64_t at, const page& p) { return at < p.last; });
    for (; from != retained_.end(); ++from) {
        std::uint64_t at = from->before;
        for (std::size_t i = 0; i < from->words.size(); i += ring<>::words_for(from->words[i])) {
            if (out.size() == limit) return;
            at += ring<>::words_for(from->words[i]);
            if (at <= cursor) continue;
            const auto* const bytes = reinterpret_cast<const std::byte*>(&from->words[i] + 1);
            out.push_back({at, {bytes, bytes + from->words[i]}});
        }
    }
}

std::uint64_t log::digest_of_events() noexcept {
    const std::lock_guard lock{draining_};
    (void)drain_locked(true);
    return digest_;
}

log::counters log::counted() {
    const std::lock_guard lock{draining_};
    return counters_;
}

}  // namespace earmark::journal
