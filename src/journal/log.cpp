#include "earmark/journal/log.hpp"

#include <algorithm>
#include <cstring>

namespace earmark::journal {
namespace {
constexpr std::size_t batch_bytes = std::size_t{1} << 20;  // a batch is closed above this
constexpr std::size_t page_words = std::size_t{1} << 13;
}  // namespace

log::log(std::size_t ring_bytes, std::size_t retained_bytes, std::shared_ptr<sink> to,
         const batch_info& last, std::uint64_t digest_so_far)
    : ring_{ring_bytes, last.last},
      sink_{std::move(to)},
      retained_limit_{retained_bytes},
      forgotten_{last.last},
      drained_{last.last},
      last_{last},
      digest_{digest_so_far} {
    for (auto& a : at_level_) a.store(last.last, std::memory_order_relaxed);
}

error_code log::try_drain() {
    const std::unique_lock lock{draining_, std::try_to_lock};
    if (!lock) return error_code::journal_full;
    return drain_locked(false);
}

error_code log::drain_locked(bool complete) {
    const std::uint64_t goal = ring_.tail();
    for (;;) {
        batch_.begin(last_.number + 1, drained_, last_.checksum);
        const std::uint64_t end =
            ring_.drain(batch_bytes, [&](std::uint64_t at, std::span<const std::byte> bytes) {
                batch_.add(at, bytes);
                digest_ = mix(digest_ ^ content_digest(bytes).low);
                ++counters_.records;
                counters_.bytes += bytes.size();
                keep(at, bytes);
            });
        if (batch_.empty()) return error_code::ok;
        drained_ = end;
        at_level_[0].store(end, std::memory_order_release);
        while (retained_bytes_ > retained_limit_ && retained_.size() > 1) forget_oldest();
        if (const auto e = write_batch(); e != error_code::ok) return e;
        if (!complete || end >= goal) return error_code::ok;
    }
}

void log::keep(std::uint64_t at, std::span<const std::byte> record) {
    const std::uint64_t count = ring<>::words_for(record.size());
    const std::size_t room = std::clamp(retained_limit_ / 64, std::size_t{1}, page_words);
    if (retained_.empty() || retained_.back().words.size() + count > room) {
        retained_.push_back({at - count, at, {}});
        retained_.back().words.reserve(std::max<std::size_t>(room, count));
    }
    page& p = retained_.back();
    const std::size_t first = p.words.size();
    p.words.resize(first + count);
    p.words[first] = record.size();
    if (!record.empty()) std::memcpy(&p.words[first + 1], record.data(), record.size());
    p.last = at;
    retained_bytes_ += count * 8;
}

void log::forget_oldest() {
    forgotten_ = retained_.front().last;
    retained_bytes_ -= retained_.front().words.size() * 8;
    retained_.pop_front();
}

error_code log::write_batch() {
    const auto bytes = batch_.finish();
    last_ = batch_.info();
    ++counters_.batches;
    if (!sink_) return error_code::ok;
    if (sink_dead_) return error_code::sink_failed;
    const auto reached = sink_->append(last_.number, bytes);
    if (!reached) {
        sink_dead_ = true;
        return error_code::sink_failed;
    }
    for (int l = 1; l <= static_cast<int>(*reached); ++l)
        at_level_[l].store(last_.last, std::memory_order_release);
    return error_code::ok;
}

result<position> log::flush(durability level) {
    const std::lock_guard lock{draining_};
    if (const auto e = drain_locked(true); e != error_code::ok) return fail(e);
    if (sink_ && level != durability::memory && !sink_dead_) {
        const auto reached = sink_->sync();
        if (!reached) {
            sink_dead_ = true;
            return reached.error();
        }
        for (int l = 1; l <= static_cast<int>(*reached); ++l)
            at_level_[l].store(last_.last, std::memory_order_release);
    }
    return durable(level);
}

position log::durable(durability level) const noexcept {
    return position{at_level_[static_cast<int>(level)].load(std::memory_order_acquire)};
}

result<std::vector<log::kept>> log::after(position cursor, std::size_t limit) {
    const std::lock_guard lock{draining_};
    if (const auto e = drain_locked(true); e != error_code::ok) return fail(e);
    if (raw(cursor) < forgotten_)
        return fail(error_code::cursor_too_old, static_cast<std::int64_t>(raw(cursor)),
                    static_cast<std::int64_t>(forgotten_));
    auto from = std::upper_bound(retained_.begin(), retained_.end(), raw(cursor),
                                 [](std::uint64_t at, const page& p) { return at < p.last; });
    std::vector<kept> out;
    for (; from != retained_.end(); ++from) {
        std::uint64_t at = from->before;
        for (std::size_t i = 0; i < from->words.size(); i += ring<>::words_for(from->words[i])) {
            if (out.size() == limit) return out;
            at += ring<>::words_for(from->words[i]);
            if (at <= raw(cursor)) continue;
            const auto* const bytes = reinterpret_cast<const std::byte*>(&from->words[i] + 1);
            out.push_back({at, {bytes, bytes + from->words[i]}});
        }
    }
    return out;
}

std::uint64_t log::digest_of_events() {
    const std::lock_guard lock{draining_};
    (void)drain_locked(true);
    return digest_;
}

log::counters log::counted() {
    const std::lock_guard lock{draining_};
    return counters_;
}

}  // namespace earmark::journal
