#include "earmark/core/digest.hpp"

#include <fmt/format.h>
#include <xxhash.h>

namespace earmark {

digest128 content_digest(std::span<const std::byte> bytes) noexcept {
    const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
    return {hash.high64, hash.low64};
}

std::string to_hex(std::uint64_t value) { return fmt::format("{:016x}", value); }

}  // namespace earmark
