// THE COMPACT FORM of a decision, format 1, or 2 where filters took nodes away, or 3 where numbers
// beside scores decided, or 4 where restrictions kept lines from nodes, or 5 where late days cost.
// Numbers are varints (7 bits a byte, low bits first) unless a width is said.
//
//   1 byte   format
//   1 byte   flags: covers (2 bits), heuristic, amounts, consecutive lines, stock as a list,
//            scores, strategies
//   policy, digest (8 bytes, low byte first), tables, nodes
//   strategy where flagged: its number plus one, or 0; how many passed the order on, and of each
//            its number times four, plus what it could cover
//   2 to 5   preferences given up; what took nodes away: count, and of each its filter plus one (0:
//            an exclusion) and its nodes: count and gaps, or where there are more than an eighth of
//            all, a bit for each in whole bytes
//   lines    count
//   per line [its number, unless they are 0, 1, 2, ...] n
//   stock    one bit per line and node in whole bytes, or count and gaps, whichever is shorter;
//            then, with amounts, n of each
//   scores   where flagged, of each node that is seen at all: zigzag (0, -1, 1, -2, ...)
//   3 to 5   1 byte: a bit for each column that ranks; 1 byte: those that are by line; of each its
//            numbers, as the zigzag of the step from the one before; 1 byte: 1 weights, 2
//            acceptances, 4 undivided lines; grams of each wanted line; 1,000,000 less accept_ppm
//            of each node seen; count and gaps of the lines
//   4 and 5  count, of which each: wanted (as a step), the restriction, its nodes as those of a
//            filter
//   format 5 the last day of delivery that was asked for, zigzag
//   parts    count; each: wanted (as a step), node, n (0: all that the line wanted)
#include <algorithm>
#include <bit>
#include <utility>

#include "decision_bytes.hpp"
#include "earmark/sourcing/decision.hpp"

namespace earmark::sourcing {
namespace {

using detail::byte_reader;
using detail::byte_writer;

constexpr std::uint8_t format = 1;
constexpr std::uint8_t with_removals = 2, with_numbers = 3, with_restrictions = 4, with_due = 5;
constexpr unsigned with_grams = 1, with_accepts = 2, with_undivided = 4;
constexpr std::uint32_t all_accepted = 1'000'000;
constexpr unsigned heuristic = 4;
constexpr unsigned amounts = 8;
constexpr unsigned consecutive = 16;
constexpr unsigned listed = 32;
constexpr unsigned with_scores = 64;
constexpr unsigned with_strategy = 128;

constexpr std::size_t most_number = 5;  // bytes of a varint of 32 bits

std::size_t size_of(std::uint64_t value) noexcept {
    return value == 0 ? 1 : static_cast<std::size_t>(std::bit_width(value) + 6) / 7;
}

std::uint64_t zigzag(std::int64_t value) noexcept {
    return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}

std::int64_t unzigzag(std::uint64_t value) noexcept {
    return static_cast<std::int64_t>(value >> 1 ^ (0U - (value & 1)));
}

std::uint32_t zigzag(std::int32_t value) noexcept {
    return static_cast<std::uint32_t>(value) << 1 ^ static_cast<std::uint32_t>(value >> 31);
}

std::int32_t unzigzag(std::uint32_t value) noexcept {
    return static_cast<std::int32_t>(value >> 1 ^ (0U - (value & 1)));
}

std::uint64_t counted(std::int64_t n) noexcept { return static_cast<std::uint64_t>(n); }

bool is_consecutive(const decision& d) noexcept {
    for (std::size_t i = 0; i < d.wanted.size(); ++i)
        if (d.wanted[i].line != i) return false;
    return true;
}

std::size_t table_bytes(const decision& d) noexcept { return (d.wanted.size() * d.nodes + 7) / 8; }

/// A reader makes the table again, so what lists it may not be too much shorter: see decode().
bool may_expand(std::size_t bytes, std::size_t table) noexcept { return table <= 64 * bytes; }

/// Is a list shorter than the table? Each of its entries takes a byte at least.
bool is_better_listed(const decision& d) noexcept {
    const std::size_t table = table_bytes(d);
    const std::size_t count = d.count_seen();
    std::size_t bytes = size_of(count) + count;
    if (bytes >= table) return false;
    bytes = size_of(count);
    std::size_t next = 0;
    d.each_seen([&](std::size_t at) {
        bytes += size_of(at - next);
        next = at + 1;
    });
    return bytes < table && may_expand(bytes + d.wanted.size(), table);
}

void put_stock(const decision& d, bool as_list, byte_writer& out) {
    if (as_list) {
        out.number(d.count_seen());
        std::size_t next = 0;
        d.each_seen([&](std::size_t at) {
            out.number(at - next);
            next = at + 1;
        });
    } else {
        const std::size_t bytes = table_bytes(d);
        for (std::size_t i = 0; i < bytes; ++i)
            out.byte(static_cast<unsigned>(d.seen[i / 8] >> i % 8 * 8 & 255));
    }
    for (const granules n : d.seen_n) out.number(counted(n));
}

bool has_numbers(const decision& d) noexcept {
    return !d.columns.empty() || !d.grams.empty() || !d.accepts.empty() || !d.undivided.empty();
}

std::size_t most_bytes_of_numbers(const decision& d) noexcept {
    std::size_t count = 0;
    for (const decided_column& c : d.columns) count += c.values.size();
    return 3 + most_number * (1 + count + d.accepts.size() + d.undivided.size()) +
           2 * most_number * d.grams.size();
}

/// No decision takes more.
std::size_t most_bytes(const decision& d) noexcept {
    constexpr std::size_t head = 2 + 8 + 8 * most_number;
    const std::size_t removals = 2 * most_number * (1 + d.removed_by.size()) + 8 * d.removed.size();
    return head + d.tried.size() * most_number + removals + table_bytes(d) +
           2 * most_number * d.wanted.size() + most_number * (d.seen_n.size() + d.scores.size()) +
           3 * most_number * d.parts.size() + most_bytes_of_numbers(d) +
           (3 * most_number + (d.nodes + 7) / 8) * (d.restricted.size() + 1) +
           3 * d.restricted_nodes.size();
}

void put_strategy(const decision& d, byte_writer& out) {
    out.number(d.strategy == no_strategy ? 0 : d.strategy + 1u);
    out.number(d.tried.size());
    for (const tried_strategy& t : d.tried)
        out.number(t.strategy * 4u + static_cast<unsigned>(t.could));
}

void read_strategy(byte_reader& in, decision& d) {
    const auto number = static_cast<std::uint16_t>(in.number(max_strategies));
    d.strategy = number == 0 ? no_strategy : static_cast<std::uint16_t>(number - 1);
    const std::uint64_t count = in.number(std::min<std::uint64_t>(max_strategies, in.left()));
    for (std::uint64_t i = 0; i < count && in.good(); ++i) {
        const auto t = static_cast<std::uint32_t>(in.number(max_strategies * 4 - 1));
        const auto strategy = static_cast<std::uint16_t>(t / 4);
        const bool follows = d.tried.empty() || d.tried.back().strategy < strategy;
        if (t % 4 == 3 || !follows || strategy >= d.strategy) return void(in.refuse());
        d.tried.push_back({strategy, static_cast<coverage>(t % 4)});
    }
}

// ---- what filters took away --------------------------------------------------------------------

/// 0: an exclusion; a filter's number and 1; behind them all: capacity.
std::uint64_t number_of_remover(std::uint16_t by) noexcept {
    if (by == by_exclusion) return 0;
    if (by == by_firm) return max_filters + 2;
    return by == by_capacity ? max_filters + 1 : by + std::uint64_t{1};
}

bool has_removals(const decision& d) noexcept { return !d.removed_by.empty() || d.given_up != 0; }

std::size_t count_of(std::span<const std::uint64_t> row) noexcept {
    std::size_t count = 0;
    for (const std::uint64_t word : row) count += static_cast<std::size_t>(std::popcount(word));
    return count;
}

constexpr bool is_gapped(std::uint64_t count, std::size_t nodes) noexcept {
    return count <= nodes / 8;
}

void put_row(std::span<const std::uint64_t> row, std::size_t nodes, byte_writer& out) {
    const std::size_t count = count_of(row);
    out.number(count);
    if (!is_gapped(count, nodes)) {
        for (std::size_t i = 0; i < (nodes + 7) / 8; ++i)
            out.byte(static_cast<unsigned>(row[i / 8] >> i % 8 * 8 & 255));
        return;
    }
    std::size_t next = 0;
    for (std::size_t w = 0; w < row.size(); ++w)
        for (std::uint64_t left = row[w]; left != 0; left &= left - 1) {
            const std::size_t at = w * 64 + static_cast<std::size_t>(std::countr_zero(left));
            out.number(at - next);
            next = at + 1;
        }
}

void put_removals(const decision& d, byte_writer& out) {
    out.number(d.given_up);
    out.number(d.removed_by.size());
    for (std::size_t i = 0; i < d.removed_by.size(); ++i) {
        out.number(number_of_remover(d.removed_by[i]));
        put_row(d.removed_row(i), d.nodes, out);
    }
}

void read_row(byte_reader& in, std::size_t nodes, std::span<std::uint64_t> row) {
    const std::uint64_t count = in.number(nodes);
    if (!is_gapped(count, nodes)) {
        for (std::size_t i = 0; i < (nodes + 7) / 8; ++i)
            row[i / 8] |= std::uint64_t{in.byte()} << i % 8 * 8;
        const bool has_more = nodes % 64 != 0 && row.back() >> nodes % 64 != 0;
        if (has_more || count_of(row) != count) in.refuse();
        return;
    }
    std::uint64_t next = 0;
    for (std::uint64_t i = 0; i < count && in.good(); ++i) {
        const std::uint64_t at = next + in.number(0xFFFF);
        if (at >= nodes) return void(in.refuse());
        row[at / 64] |= std::uint64_t{1} << at % 64;
        next = at + 1;
    }
}

std::uint16_t remover_of(std::uint64_t number) noexcept {
    if (number == 0) return by_exclusion;
    if (number == max_filters + 2) return by_firm;
    return number > max_filters ? by_capacity : static_cast<std::uint16_t>(number - 1);
}

void read_removals(byte_reader& in, decision& d) {
    d.given_up = static_cast<std::uint16_t>(in.number(max_filters));
    const std::size_t words = (d.nodes + std::size_t{63}) / 64;
    const std::uint64_t count = in.number(std::min<std::uint64_t>(max_filters + 3, in.left() / 2));
    for (std::uint64_t i = 0; i < count && in.good(); ++i) {
        d.removed_by.push_back(remover_of(in.number(max_filters + 2)));
        d.removed.resize((i + 1) * words);
        read_row(in, d.nodes, std::span{d.removed}.subspan(i * words, words));
    }
}

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
    if (at >= d.wanted.size() * d.nodes) return void(in.refuse());
    d.seen[at / 64] |= std::uint64_t{1} << at % 64;
}

void read_list(byte_reader& in, decision& d) {
    const std::uint64_t count = in.number(in.left());
    std::uint64_t next = 0;
    for (std::uint64_t i = 0; i < count && in.good(); ++i) {
        const std::uint64_t at = next + in.number(0xFFFFFFFF);
        see(in, at, d);
        next = at + 1;
    }
}

void read_stock(byte_reader& in, bool as_list, decision& d) {
    const std::size_t bytes = table_bytes(d);
    if (as_list ? !may_expand(in.left() + d.wanted.size(), bytes) : bytes > in.left())
        return void(in.refuse());
    d.seen.assign((bytes + 7) / 8, 0);
    if (as_list) {
        read_list(in, d);
    } else {
        for (std::size_t i = 0; i < bytes; ++i)
            d.seen[i / 8] |= std::uint64_t{in.byte()} << i % 8 * 8;
        const std::size_t used = d.wanted.size() * d.nodes % 64;
        if (used != 0 && d.seen.back() >> used != 0) in.refuse();
    }
    if (!d.amounts) return;
    for (std::size_t left = d.count_seen(); left > 0 && in.good(); --left) {
        d.seen_n.push_back(static_cast<granules>(in.number(INT32_MAX)));
        if (d.seen_n.back() == 0) in.refuse();
    }
}

void read_scores(byte_reader& in, decision& d) {
    for (std::size_t left = d.nodes_seen().size(); left > 0 && in.good(); --left)
        d.scores.push_back(unzigzag(static_cast<std::uint32_t>(in.number(0xFFFFFFFF))));
}

// ---- numbers that ranked -----------------------------------------------------------------------

void put_numbers(const decision& d, byte_writer& out) {
    unsigned ranks = 0, by_line = 0;
    for (const decided_column& c : d.columns) {
        ranks |= 1U << static_cast<unsigned>(c.column);
        by_line |= unsigned{c.by_line} << static_cast<unsigned>(c.column);
    }
    out.byte(ranks);
    out.byte(by_line);
    for (const decided_column& c : d.columns) {
        std::int64_t before = 0;
        for (const std::int64_t value : c.values)
            out.number(zigzag(value - std::exchange(before, value)));
    }
    out.byte((d.grams.empty() ? 0U : with_grams) | (d.accepts.empty() ? 0U : with_accepts) |
             (d.undivided.empty() ? 0U : with_undivided));
    for (const std::int64_t grams : d.grams) out.number(counted(grams));
    for (const std::uint32_t ppm : d.accepts) out.number(all_accepted - ppm);
    if (d.undivided.empty()) return;
    out.number(d.undivided.size());
    unsigned next = 0;
    for (const std::uint16_t line : d.undivided) out.number(line - std::exchange(next, line + 1U));
}

void read_column(byte_reader& in, std::size_t count, decided_column& into) {
    constexpr std::uint64_t farthest = std::uint64_t{1} << 33;
    std::int64_t value = 0;
    for (; count > 0 && in.good(); --count) {
        value += unzigzag(in.number(farthest));
        if (value < INT32_MIN || value > INT32_MAX) in.refuse();
        into.values.push_back(static_cast<std::int32_t>(value));
    }
}

void read_undivided(byte_reader& in, decision& d) {
    std::size_t next = 0;
    for (std::uint64_t left = in.number(d.wanted.size()); left > 0 && in.good(); --left) {
        const std::size_t line = next + in.number(0xFFFF);
        if (line >= d.wanted.size()) return void(in.refuse());
        d.undivided.push_back(static_cast<std::uint16_t>(line));
        next = line + 1;
    }
}

void read_numbers(byte_reader& in, decision& d) {
    const unsigned ranks = in.byte(), by_line = in.byte();
    if (ranks >> node_columns != 0 || (by_line & ~ranks) != 0) return void(in.refuse());
    const std::size_t nodes = d.nodes_seen().size();
    for (unsigned c = 0; c < node_columns; ++c) {
        if ((ranks >> c & 1) == 0) continue;
        d.columns.push_back({static_cast<node_column>(c), (by_line >> c & 1) != 0, {}});
        read_column(in, d.columns.back().by_line ? d.count_seen() : nodes, d.columns.back());
    }
    const unsigned more = in.byte();
    if (more > (with_grams | with_accepts | with_undivided)) return void(in.refuse());
    for (std::size_t i = (more & with_grams) != 0 ? d.wanted.size() : 0; i > 0 && in.good(); --i)
        d.grams.push_back(static_cast<std::int64_t>(in.number(counted(max_line_total))));
    for (std::size_t i = (more & with_accepts) != 0 ? nodes : 0; i > 0 && in.good(); --i)
        d.accepts.push_back(all_accepted - static_cast<std::uint32_t>(in.number(all_accepted - 1)));
    if ((more & with_undivided) != 0) read_undivided(in, d);
    const bool says_what_it_has = d.grams.empty() == ((more & with_grams) == 0) &&
                                  d.accepts.empty() == ((more & with_accepts) == 0) &&
                                  d.undivided.empty() == ((more & with_undivided) == 0);
    if (!says_what_it_has) in.refuse();
}

// ---- what restrictions keep --------------------------------------------------------------------

void put_restrictions(const decision& d, byte_writer& out) {
    std::vector<std::uint64_t> row((d.nodes + std::size_t{63}) / 64);
    std::uint64_t wanted = 0;
    out.number(d.restricted.size());
    d.each_restricted([&](const restricted_goods& r, std::span<const std::uint16_t> nodes) {
        out.number(r.wanted - std::exchange(wanted, r.wanted));
        out.number(r.by);
        std::fill(row.begin(), row.end(), 0);
        for (const std::uint16_t k : nodes) row[k / 64] |= std::uint64_t{1} << k % 64;
        put_row(row, d.nodes, out);
    });
}

void read_restrictions(byte_reader& in, decision& d) {
    std::vector<std::uint64_t> row((d.nodes + std::size_t{63}) / 64);
    restricted_goods r;
    const std::uint64_t count = in.number(in.left() / 4);
    for (std::uint64_t i = 0; i < count && in.good(); ++i) {
        const std::uint64_t wanted = r.wanted + in.number(0xFFFF);
        const auto by = static_cast<std::uint16_t>(in.number(0xFFFF));
        const bool follows = i == 0 || wanted > r.wanted || by > r.by;
        if (wanted >= d.wanted.size() || !follows) return void(in.refuse());
        std::fill(row.begin(), row.end(), 0);
        read_row(in, d.nodes, row);
        const std::size_t nodes = count_of(row);
        if (!in.good() || nodes == 0) return void(in.refuse());
        r = {static_cast<std::uint16_t>(wanted), by, static_cast<std::uint16_t>(nodes)};
        d.restricted.push_back(r);
        for (std::size_t w = 0; w < row.size(); ++w)
            for (std::uint64_t left = row[w]; left != 0; left &= left - 1)
                d.restricted_nodes.push_back(static_cast<std::uint16_t>(
                    w * 64 + static_cast<std::size_t>(std::countr_zero(left))));
    }
}

void read_due(byte_reader& in, decision& d) {
    d.due = {unzigzag(static_cast<std::uint32_t>(in.number(0xFFFFFFFF)))};
    if (d.due == no_day) in.refuse();
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

void encode(const decision& d, std::vector<std::byte>& to) {
    const bool is_dense = is_consecutive(d);
    const bool as_list = is_better_listed(d);
    const std::size_t start = to.size();
    to.resize(start + most_bytes(d));
    byte_writer out{to.data() + start};
    const std::uint8_t version = d.due != no_day         ? with_due
                                 : !d.restricted.empty() ? with_restrictions
                                 : has_numbers(d)        ? with_numbers
                                 : has_removals(d)       ? with_removals
                                                         : format;
    out.byte(version);
    out.byte(static_cast<unsigned>(d.covers) | (d.proof == quality::heuristic ? heuristic : 0U) |
             (d.amounts ? amounts : 0U) | (is_dense ? consecutive : 0U) | (as_list ? listed : 0U) |
             (d.scored ? with_scores : 0U) | (d.by_strategy ? with_strategy : 0U));
    out.number(raw(d.by));
    out.word(d.policy_digest);
    out.number(d.tables);
    out.number(d.nodes);
    if (d.by_strategy) put_strategy(d, out);
    if (version != format) put_removals(d, out);
    out.number(d.wanted.size());
    for (const decided_line& line : d.wanted) {
        if (!is_dense) out.number(line.line);
        out.number(counted(line.n));
    }
    put_stock(d, as_list, out);
    for (const std::int32_t score : d.scores) out.number(zigzag(score));
    if (version >= with_numbers) put_numbers(d, out);
    if (version >= with_restrictions) put_restrictions(d, out);
    if (version == with_due) out.number(zigzag(d.due.n));
    out.number(d.parts.size());
    std::uint64_t wanted = 0;
    for (const plan_part& part : d.parts) {
        out.number(part.wanted - wanted);
        out.number(raw(part.node));
        out.number(part.n == d.wanted[part.wanted].n ? 0 : counted(part.n));
        wanted = part.wanted;
    }
    to.resize(static_cast<std::size_t>(out.end() - to.data()));
}

result<decision> decode(std::span<const std::byte> bytes) {
    byte_reader in{bytes};
    decision d;
    const std::uint8_t version = in.byte();
    const std::uint8_t flags = in.byte();
    if (version < format || version > with_due || (flags & 3U) == 3U) in.refuse();
    d.covers = static_cast<coverage>(flags & 3U);
    d.proof = (flags & heuristic) != 0 ? quality::heuristic : quality::exact;
    d.amounts = (flags & amounts) != 0;
    d.scored = (flags & with_scores) != 0;
    d.by = static_cast<policy_id>(in.number(0xFFFFFFFF));
    d.policy_digest = in.word();
    d.tables = static_cast<std::uint32_t>(in.number(0xFFFFFFFF));
    d.nodes = static_cast<std::uint16_t>(in.number(0xFFFF));
    d.by_strategy = (flags & with_strategy) != 0;
    if (in.good() && d.by_strategy) read_strategy(in, d);
    if (in.good() && version != format) read_removals(in, d);
    if (version == with_removals && !has_removals(d)) in.refuse();  // one spelling for each
    if (in.good()) read_lines(in, (flags & consecutive) != 0, d);
    if (in.good()) read_stock(in, (flags & listed) != 0, d);
    if (in.good() && d.scored) read_scores(in, d);
    if (in.good() && version >= with_numbers) read_numbers(in, d);
    if (version == with_numbers && !has_numbers(d)) in.refuse();
    if (in.good() && version >= with_restrictions) read_restrictions(in, d);
    if (version == with_restrictions && d.restricted.empty()) in.refuse();
    if (in.good() && version == with_due) read_due(in, d);
    if (in.good()) read_parts(in, d);
    if (!in.good() || in.left() != 0)
        return fail(error_code::bad_record, static_cast<std::int64_t>(in.at()));
    return d;
}

}  // namespace earmark::sourcing
