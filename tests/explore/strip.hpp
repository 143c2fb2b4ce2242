// A STRIP: a ring that is nearly full, two callers that append to it and one that drains it.
#pragma once

#include <cstring>
#include <map>
#include <memory>
#include <vector>

#include "earmark/journal/ring.hpp"
#include "support/explore/explore.hpp"

namespace earmark::explore {

inline constexpr std::uint32_t callers = 2;
inline constexpr std::size_t ring_bytes =
    512;  // 64 words: a record of 8 bytes is small, of 16 large

template <class Env>
struct strip {
    journal::ring<Env> ring{ring_bytes, 0, callers};
    std::map<std::uint64_t, std::uint64_t> appended[callers + 1], drained;  // by position

    /// Whether there was room. The record is `words` - 1 times `value`.
    bool append(std::uint32_t me, std::uint64_t value, std::uint64_t words = 2) {
        const std::vector<std::uint64_t> record(words - 1, value);
        if (!ring.credit(words)) return false;
        appended[me][ring.append(std::as_bytes(std::span{record}))] = value;
        return true;
    }
    void drain(std::size_t limit) {
        ring.drain(limit, [&](std::uint64_t at, std::span<const std::byte> bytes) {
            std::vector<std::uint64_t> record(bytes.size() / 8);
            std::memcpy(record.data(), bytes.data(), bytes.size());
            expect(!record.empty() && bytes.size() % 8 == 0, "a record has its size");
            for (const std::uint64_t w : record) expect(w == record[0], "a record is whole");
            expect(drained.emplace(at, record[0]).second, "a record comes out once");
        });
    }
    void fill(int records) {
        for (int i = 0; i < records; ++i)
            expect(append(callers, 100 + static_cast<std::uint64_t>(i)), "there is room at first");
    }
    void all_came_out() {
        drain(1'000);
        std::map<std::uint64_t, std::uint64_t> all;
        for (const auto& of : appended) all.insert(of.begin(), of.end());
        expect(drained == all, "what was appended came out, at its position");
        constexpr std::uint64_t all_room = ring_bytes / 8 - 2 * callers;  // but for small records
        expect(ring.credit(all_room), "the room of what came out is there again");
        ring.refund(all_room);
        expect(!ring.credit(all_room + 1), "there is no more room than there is");
    }
};

/// Two callers beside a drainer, in a ring of 64 words that `records` of two fill nearly.
template <class Env>
auto crowd(int records, std::uint64_t words) {
    return scenario{[records] {
                        auto s = std::make_unique<strip<Env>>();
                        s->fill(records);
                        return s;
                    },
                    {[words](std::unique_ptr<strip<Env>>& s) {
                         (void)s->append(0, 1, words);
                         (void)s->append(0, 2);
                     },
                     [](std::unique_ptr<strip<Env>>& s) {
                         (void)s->append(1, 3);
                         (void)s->append(1, 4);
                     },
                     [](std::unique_ptr<strip<Env>>& s) { s->drain(20); }},
                    [](std::unique_ptr<strip<Env>>& s) { s->all_came_out(); }};
}

}  // namespace earmark::explore
