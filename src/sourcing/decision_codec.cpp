// THE COMPACT FORM of a decision, format 1. Numbers are varints (7 bits a byte, low bits first)
// unless a width is said.
//
//   1 byte   format
//   1 byte   flags: covers (2 bits), heuristic, amounts, consecutive lines, stock as a list
//   policy, digest (8 bytes, low byte first), tables, nodes, lines
//   per line [its number, unless they are 0, 1, 2, ...] n
//   stock    one bit per line and node in whole bytes, or count and gaps, whichever is shorter;
//            then, with amounts, n of each
//   parts    count; each: wanted (as a step), node, n (0: all that the line wanted)
#include <algorithm>
#include <bit>

#include "earmark/sourcing/decision.hpp"

namespace earmark::sourcing {
namespace {

constexpr std::uint8_t format = 1;
constexpr unsigned heuristic = 4;
constexpr unsigned amounts = 8;
constexpr unsigned consecutive = 16;
constexpr unsigned listed = 32;
constexpr unsigned known_flags = 63;

void put(std::vector<std::byte>& out, std::uint64_t value) {
    for (; value >= 128; value >>= 7) out.push_back(static_cast<std::byte>(value | 128));
    out.push_back(static_cast<std::byte>(value));
}

std::size_t size_of(std::uint64_t value) noexcept {
    return value == 0 ? 1 : static_cast<std::size_t>(std::bit_width(value) + 6) / 7;
}

std::uint64_t counted(std::int64_t n) noexcept { return static_cast<std::uint64_t>(n); }

bool is_consecutive(const decision& d) noexcept {
    for (std::size_t i = 0; i < d.wanted.size(); ++i)
        if (d.wanted[i].line != i) return false;
    return true;
}

std::size_t table_bytes(const decision& d) noexcept { return (d.wanted.size() * d.nodes + 7) / 8; }

std::size_t list_bytes(const decision& d) noexcept {
    std::size_t bytes = size_of(d.seen.size());
    std::uint32_t next = 0;
    for (const seen_stock& seen : d.seen) {
        bytes += size_of(seen.at - next);
        next = seen.at + 1;
    }
    return bytes;
}

void put_stock(const decision& d, bool as_list, std::vector<std::byte>& out) {
    if (as_list) {
        put(out, d.seen.size());
        std::uint32_t next = 0;
        for (const seen_stock& seen : d.seen) {
            put(out, seen.at - next);
            next = seen.at + 1;
        }
    } else {
        const std::size_t start = out.size();
        out.resize(start + table_bytes(d));
        for (const seen_stock& seen : d.seen)
            out[start + seen.at / 8] |= static_cast<std::byte>(1U << seen.at % 8);
    }
    if (d.amounts)
        for (const seen_stock& seen : d.seen) put(out, counted(seen.n));
}

/// Reads hostile bytes; after the first wrong one every answer is 0 and good() is false.
class byte_reader {
public:
    explicit byte_reader(std::span<const std::byte> bytes) : bytes_{bytes} {}

    std::uint8_t byte() {
        if (at_ >= bytes_.size()) return refuse();
        return static_cast<std::uint8_t>(bytes_[at_++]);
    }
    /// A number of at most `most`.
    std::uint64_t number(std::uint64_t most) {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint8_t b = byte();
            const std::uint64_t bits = b & 127U;
            if (shift == 63 && bits > 1) return refuse();
            value |= bits << shift;
            if (b < 128) return value <= most ? value : refuse();
        }
        return refuse();
    }
    std::uint64_t word() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 8) value |= std::uint64_t{byte()} << shift;
        return value;
    }
    std::uint8_t refuse() {
        good_ = false;
        return 0;
    }
    [[nodiscard]] bool good() const noexcept { return good_; }
    [[nodiscard]] std::size_t at() const noexcept { return at_; }
    [[nodiscard]] std::size_t left() const noexcept { return bytes_.size() - at_; }

private:
    std::span<const std::byte> bytes_;
    std::size_t at_ = 0;
    bool good_ = true;
};

void read_lines(byte_reader& in, bool is_dense, decision& d) {
    const std::uint64_t count = in.number(std::min<std::uint64_t>(0xFFFF, in.left()));
    for (std::uint64_t i = 0; i < count && in.good(); ++i) {
        const std::uint64_t line = is_dense ? i : in.number(0xFFFF);
        const auto n = static_cast<granules>(in.number(INT32_MAX));
        if (n == 0) in.refuse();
        d.wanted.push_back({static_cast<std::uint16_t>(line), n});
    }
}

void see(byte_reader& in, std::uint64_t at, decision& d) {
    const std::uint64_t end = d.wanted.size() * d.nodes;
    if (at >= end) return void(in.refuse());
    d.seen.push_back({static_cast<std::uint32_t>(at), d.wanted[at / d.nodes].n});
}

void read_stock(byte_reader& in, bool as_list, decision& d) {
    if (as_list) {
        const std::uint64_t count = in.number(in.left());
        std::uint64_t next = 0;
        for (std::uint64_t i = 0; i < count && in.good(); ++i) {
            const std::uint64_t at = next + in.number(0xFFFFFFFF);
            see(in, at, d);
            next = at + 1;
        }
    } else {
        const std::size_t bytes = table_bytes(d);
        if (bytes > in.left()) in.refuse();
        for (std::size_t i = 0; i < bytes && in.good(); ++i) {
            const std::uint8_t bits = in.byte();
            for (unsigned b = 0; b < 8; ++b)
                if ((bits >> b & 1U) != 0) see(in, i * 8 + b, d);
        }
    }
    if (!d.amounts) return;
    for (seen_stock& seen : d.seen) {
        seen.n = static_cast<granules>(in.number(INT32_MAX));
        if (seen.n == 0) in.refuse();
        if (!in.good()) return;
    }
}

void read_parts(byte_reader& in, decision& d) {
    const std::uint64_t count = in.number(in.left());
    std::uint64_t wanted = 0;
    for (std::uint64_t i = 0; i < count && in.good(); ++i) {
        wanted += in.number(0xFFFF);
        const std::uint64_t node = in.number(0xFFFF);
        auto n = static_cast<granules>(in.number(INT32_MAX));
        if (wanted >= d.wanted.size() || node >= d.nodes) return void(in.refuse());
        if (n == 0) n = d.wanted[wanted].n;
        d.parts.push_back({static_cast<std::uint16_t>(wanted), static_cast<node_id>(node), n});
    }
}

}  // namespace

void encode(const decision& d, std::vector<std::byte>& out) {
    const bool is_dense = is_consecutive(d);
    const bool as_list = list_bytes(d) < table_bytes(d);
    out.push_back(std::byte{format});
    out.push_back(static_cast<std::byte>(
        static_cast<unsigned>(d.covers) | (d.proof == quality::heuristic ? heuristic : 0U) |
        (d.amounts ? amounts : 0U) | (is_dense ? consecutive : 0U) | (as_list ? listed : 0U)));
    put(out, raw(d.by));
    for (unsigned shift = 0; shift < 64; shift += 8)
        out.push_back(static_cast<std::byte>(d.policy_digest >> shift));
    put(out, d.tables);
    put(out, d.nodes);
    put(out, d.wanted.size());
    for (const decided_line& line : d.wanted) {
        if (!is_dense) put(out, line.line);
        put(out, counted(line.n));
    }
    put_stock(d, as_list, out);
    put(out, d.parts.size());
    std::uint64_t wanted = 0;
    for (const plan_part& part : d.parts) {
        put(out, part.wanted - wanted);
        put(out, raw(part.node));
        put(out, part.n == d.wanted[part.wanted].n ? 0 : counted(part.n));
        wanted = part.wanted;
    }
}

result<decision> decode(std::span<const std::byte> bytes) {
    byte_reader in{bytes};
    decision d;
    const std::uint8_t version = in.byte();
    const std::uint8_t flags = in.byte();
    if (version != format || flags > known_flags || (flags & 3U) == 3U) in.refuse();
    d.covers = static_cast<coverage>(flags & 3U);
    d.proof = (flags & heuristic) != 0 ? quality::heuristic : quality::exact;
    d.amounts = (flags & amounts) != 0;
    d.by = static_cast<policy_id>(in.number(0xFFFFFFFF));
    d.policy_digest = in.word();
    d.tables = static_cast<std::uint32_t>(in.number(0xFFFFFFFF));
    d.nodes = static_cast<std::uint16_t>(in.number(0xFFFF));
    if (in.good()) read_lines(in, (flags & consecutive) != 0, d);
    if (in.good()) read_stock(in, (flags & listed) != 0, d);
    if (in.good()) read_parts(in, d);
    if (!in.good() || in.left() != 0)
        return fail(error_code::bad_record, static_cast<std::int64_t>(in.at()));
    return d;
}

}  // namespace earmark::sourcing
