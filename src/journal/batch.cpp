#include "earmark/journal/batch.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

namespace earmark::journal {
namespace {

constexpr std::uint32_t magic = 0x4A4B4D45;  // "EMKJ"
constexpr std::size_t checksum_at = 48;

template <class T>
void put(std::byte* at, T value) noexcept {
    for (std::size_t i = 0; i < sizeof(T); ++i)
        at[i] = static_cast<std::byte>(static_cast<std::uint64_t>(value) >> 8 * i & 0xFF);
}
template <class T>
T get(const std::byte* at) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) value |= static_cast<std::uint64_t>(at[i]) << 8 * i;
    return static_cast<T>(value);
}

/// Over everything but the eight bytes of the checksum itself.
std::uint64_t checksum(std::span<const std::byte> b) noexcept {
    const std::uint64_t head = XXH3_64bits(b.data(), checksum_at);
    return XXH3_64bits_withSeed(b.data() + checksum_at + 8, b.size() - checksum_at - 8, head);
}

error bad(std::uint64_t number, std::size_t offset) {
    return fail(error_code::bad_batch, static_cast<std::int64_t>(number),
                static_cast<std::int64_t>(offset));
}

/// The words that a record took in the ring: its positions are counted in them.
std::uint64_t words_for(std::size_t bytes) noexcept { return 1 + (bytes + 7) / 8; }

}  // namespace

void batch_builder::begin(std::uint64_t number, std::uint64_t first, std::uint64_t chain) {
    info_ = {number, first, first, 0, chain, 0};
    bytes_.assign(batch_header_bytes, std::byte{0});
}

void batch_builder::make_room(std::size_t record_bytes) {
    constexpr std::size_t length = 10;  // the most bytes that one takes
    const std::size_t needed = bytes_.size() + length + record_bytes;
    if (needed > bytes_.capacity()) bytes_.reserve(std::max(needed, 2 * bytes_.capacity()));
}

void batch_builder::add(std::uint64_t position, std::span<const std::byte> record) {
    make_room(record.size());
    std::size_t n = record.size();
    for (; n >= 0x80; n >>= 7) bytes_.push_back(static_cast<std::byte>((n & 0x7F) | 0x80));
    bytes_.push_back(static_cast<std::byte>(n));
    bytes_.insert(bytes_.end(), record.begin(), record.end());
    info_.last = position;
    ++info_.records;
}

std::span<const std::byte> batch_builder::finish() noexcept {
    std::byte* h = bytes_.data();
    put<std::uint32_t>(h, magic);
    put<std::uint16_t>(h + 4, format_version);
    put<std::uint16_t>(h + 6, 0);
    put<std::uint64_t>(h + 8, info_.number);
    put<std::uint64_t>(h + 16, info_.first);
    put<std::uint64_t>(h + 24, info_.last);
    put<std::uint32_t>(h + 32, info_.records);
    put<std::uint32_t>(h + 36, static_cast<std::uint32_t>(bytes_.size() - batch_header_bytes));
    put<std::uint64_t>(h + 40, info_.chain);
    info_.checksum = checksum(bytes_);
    put<std::uint64_t>(h + checksum_at, info_.checksum);
    return bytes_;
}

result<batch_info> header_of(std::span<const std::byte> b, std::uint64_t number) {
    if (b.size() < batch_header_bytes) return bad(number, b.size());
    const std::byte* h = b.data();
    if (get<std::uint32_t>(h) != magic || get<std::uint16_t>(h + 4) != format_version)
        return bad(number, 0);
    const batch_info info{get<std::uint64_t>(h + 8),  get<std::uint64_t>(h + 16),
                          get<std::uint64_t>(h + 24), get<std::uint32_t>(h + 32),
                          get<std::uint64_t>(h + 40), get<std::uint64_t>(h + checksum_at)};
    if (info.number != number) return bad(number, 8);
    return info;
}

result<batch_info> read_batch(
    std::span<const std::byte> b, const batch_info* before,
    const std::function<error(std::uint64_t, std::span<const std::byte>)>& f) {
    const std::uint64_t expected = before != nullptr ? before->number + 1 : 1;
    const auto header = header_of(b, expected);
    if (!header) return header;
    const batch_info& info = *header;
    const std::byte* h = b.data();
    if (get<std::uint32_t>(h + 36) != b.size() - batch_header_bytes) return bad(expected, 36);
    if (checksum(b) != info.checksum) return bad(expected, checksum_at);
    if (info.chain != (before != nullptr ? before->checksum : 0)) return bad(expected, 40);
    if (before != nullptr && info.first != before->last) return bad(expected, 16);

    std::size_t at = batch_header_bytes;
    std::uint64_t position = info.first;
    for (std::uint32_t i = 0; i < info.records; ++i) {
        std::uint64_t size = 0;
        for (unsigned shift = 0;; shift += 7) {
            if (at == b.size() || shift > 28) return bad(expected, at);
            const auto byte = static_cast<unsigned>(b[at++]);
            size |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
            if ((byte & 0x80) == 0) break;
        }
        if (size > b.size() - at) return bad(expected, at);
        position += words_for(size);
        if (const error e = f(position, b.subspan(at, size)); e.code != error_code::ok) return e;
        at += size;
    }
    if (at != b.size() || position != info.last) return bad(expected, at);
    return info;
}

}  // namespace earmark::journal
