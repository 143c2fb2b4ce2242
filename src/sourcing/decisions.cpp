#include "earmark/sourcing/decision.hpp"

#include "earmark/lifecycle/image.hpp"

namespace earmark::sourcing {
namespace {

constexpr std::byte several{0};

void put(std::vector<std::byte>& out, std::uint64_t value) {
    for (; value >= 128; value >>= 7) out.push_back(static_cast<std::byte>((value & 127) | 128));
    out.push_back(static_cast<std::byte>(value));
}

/// Takes a varint of up to 32 bits off the front; nothing where there is none.
std::optional<std::size_t> take(std::span<const std::byte>& from) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 35 && !from.empty(); shift += 7) {
        const auto b = std::to_integer<std::uint64_t>(from.front());
        from = from.subspan(1);
        value |= (b & 127) << shift;
        if (b < 128) return static_cast<std::size_t>(value);
    }
    return {};
}

}  // namespace

void encode_all(std::span<const std::vector<std::byte>> each, std::vector<std::byte>& out) {
    if (each.size() == 1) {
        out.insert(out.end(), each.front().begin(), each.front().end());
        return;
    }
    out.push_back(several);
    put(out, each.size());
    for (const auto& one : each) {
        put(out, one.size());
        out.insert(out.end(), one.begin(), one.end());
    }
}

result<std::vector<decision>> decode_all(std::span<const std::byte> bytes) {
    std::vector<decision> out;
    if (bytes.empty() || bytes.front() != several) {
        auto one = decode(bytes);
        if (!one) return one.error();
        out.push_back(std::move(*one));
        return out;
    }
    const std::size_t all = bytes.size();
    const auto bad = [&] {
        return fail(error_code::bad_record, static_cast<std::int64_t>(all - bytes.size()));
    };
    bytes = bytes.subspan(1);
    const auto count = take(bytes);
    if (!count || *count < 2 || *count > lifecycle::max_lines) return bad();
    for (std::size_t i = 0; i < *count; ++i) {
        const auto size = take(bytes);
        if (!size || *size > bytes.size()) return bad();
        auto one = decode(bytes.first(*size));
        if (!one) return one.error();
        out.push_back(std::move(*one));
        bytes = bytes.subspan(*size);
    }
    if (!bytes.empty()) return bad();
    return out;
}

}  // namespace earmark::sourcing
