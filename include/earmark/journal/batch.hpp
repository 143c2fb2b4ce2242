// BATCHES: what a sink stores. A header of 64 bytes, then the records, each behind its length.
//
//   magic "EMKJ" | version u16 | flags u16 | number u64 | first position u64 | last position u64
//   | records u32 | bytes u32 | chain u64 (of the batch before) | checksum u64 | reserved u64
//
// All numbers are little-endian. The checksum (XXH3, 64 bits) covers the header without itself and
// the records; the chain is the checksum of the batch before, so a batch that was removed, moved or
// taken from another journal is noticed. Checksums are against faults, not against attackers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "earmark/core/result.hpp"

namespace earmark::journal {

inline constexpr std::size_t batch_header_bytes = 64;
inline constexpr std::uint16_t format_version = 0;

struct batch_info {
    std::uint64_t number = 0;
    std::uint64_t first = 0;  // position before its first record
    std::uint64_t last = 0;   // position of its last record
    std::uint32_t records = 0;
    std::uint64_t chain = 0;
    std::uint64_t checksum = 0;
};

/// Collects records into one batch.
class batch_builder {
public:
    void begin(std::uint64_t number, std::uint64_t first, std::uint64_t chain);
    /// Secures memory, so that adding a record of so many bytes cannot fail. May throw
    /// std::bad_alloc, then unchanged.
    void make_room(std::size_t record_bytes);
    void add(std::uint64_t position, std::span<const std::byte> record);
    /// Writes the header and returns the whole. Valid until the next begin or add; more records may
    /// be added and the batch finished again.
    std::span<const std::byte> finish() noexcept;

    [[nodiscard]] bool empty() const noexcept { return info_.records == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
    [[nodiscard]] const batch_info& info() const noexcept { return info_; }

private:
    batch_info info_;
    std::vector<std::byte> bytes_;
};

/// What a batch's first bytes say of it, of which the magic, the version and the number are looked
/// at and nothing else. Errors: bad_batch (refs: `number`, offset).
[[nodiscard]] result<batch_info> header_of(std::span<const std::byte> batch, std::uint64_t number);

/// Checks a batch against the one before it (null: it must be the first) and hands out its records:
/// f(position, record) answers an error to stop. Errors: bad_batch (refs: batch number, offset).
[[nodiscard]] result<batch_info> read_batch(
    std::span<const std::byte> batch, const batch_info* before,
    const std::function<error(std::uint64_t position, std::span<const std::byte> record)>& f);

}  // namespace earmark::journal
