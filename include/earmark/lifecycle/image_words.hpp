// WORDS OF AN IMAGE: how it lies in a chunk of 64-byte blocks: a header of 64 bytes, then 32 for a
// line, 16 for each different terms of lines, 16 for a bucket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "earmark/lifecycle/image.hpp"

namespace earmark::lifecycle {

inline constexpr std::size_t block_words = 8;
inline constexpr std::size_t line_words = sizeof(line) / 8;
inline constexpr std::size_t bucket_words = sizeof(bucket) / 8;
static_assert(line_words == 4 && bucket_words == 2);
inline constexpr std::size_t own_words = 2;
static_assert(max_line_terms <= 0xFF);

[[nodiscard]] inline std::size_t words_of(const image& of) noexcept {
    return block_words + line_words * of.lines.size() + own_words * of.own.size() +
           bucket_words * of.buckets.size();
}
/// What a chunk's first word claims that there is, in words with the header.
[[nodiscard]] constexpr std::size_t words_behind(std::uint64_t first_word) noexcept {
    return block_words + line_words * (first_word >> 16 & 0xFFFF) +
           own_words * (first_word >> 32 & 0xFF) + bucket_words * (first_word & 0xFFFF);
}

namespace detail {
constexpr std::uint64_t join(std::uint32_t high, std::uint32_t low) noexcept {
    return static_cast<std::uint64_t>(high) << 32 | low;
}
constexpr std::uint32_t high(std::uint64_t w) noexcept {
    return static_cast<std::uint32_t>(w >> 32);
}
constexpr std::uint32_t low(std::uint64_t w) noexcept { return static_cast<std::uint32_t>(w); }

/// Lines and buckets lie in a chunk as they lie in memory. Word by word, without a loop.
template <class T, class Put>
void put_words(const T& from, std::size_t at, Put& put) noexcept {
    static_assert(std::has_unique_object_representations_v<T> && sizeof(T) % 8 == 0);
    const auto word = [&from](std::size_t k) {
        std::uint64_t w = 0;
        std::memcpy(&w, reinterpret_cast<const std::byte*>(&from) + 8 * k, 8);
        return w;
    };
    [&]<std::size_t... K>(std::index_sequence<K...>) { (put(at + K, word(K)), ...); }
    (std::make_index_sequence<sizeof(T) / 8>{});
}
template <class T>
void fit(std::vector<T>& all, std::size_t size) {
    if (all.size() != size) all.resize(size);  // mostly it is the size of the order before
}
template <class T, class Get>
void get_words(T& into, std::size_t at, Get& get) noexcept {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 8 == 0);
    const auto set = [&into](std::size_t k, std::uint64_t w) {
        std::memcpy(reinterpret_cast<std::byte*>(&into) + 8 * k, &w, 8);
    };
    [&]<std::size_t... K>(std::index_sequence<K...>) { (set(K, get(at + K)), ...); }
    (std::make_index_sequence<sizeof(T) / 8>{});
}
/// The terms of lines, behind them. Answers where the buckets begin.
template <class Put>
std::size_t put_own(const image& of, std::size_t at, bool lines_stand, Put& put) noexcept {
    for (const line_terms& t : of.own) {
        if (!lines_stand) {
            put(at, join(raw(t.ship_to), static_cast<std::uint32_t>(t.deliver_by.n)));
            put(at + 1, std::uint64_t{raw(t.method)});
        }
        at += own_words;
    }
    return at;
}
template <class Get>
std::size_t get_own(image& into, std::size_t at, Get& get) {
    for (line_terms& t : into.own) {
        const std::uint64_t w = get(at);
        t.ship_to = place_id{high(w)};
        t.deliver_by = {static_cast<std::int32_t>(low(w))};
        t.method = service_id{static_cast<std::uint16_t>(get(at + 1))};
        at += own_words;
    }
    return at;
}
}  // namespace detail

/// Calls put(i, word) for each of words_of(of) words, but for those of the lines and their terms
/// where `lines_stand`. Neither allocates nor throws.
template <class Put>
void to_words(const image& of, bool lines_stand, Put put) noexcept {
    using detail::join;
    const std::span<const line> lines{of.lines};  // put() may be a store that hides the vectors
    const std::span<const bucket> buckets{of.buckets};
    put(0, static_cast<std::uint64_t>(of.kind) << 56 | static_cast<std::uint64_t>(of.life) << 48 |
               static_cast<std::uint64_t>(of.priority) << 40 |
               static_cast<std::uint64_t>(of.own.size()) << 32 |
               static_cast<std::uint64_t>(lines.size()) << 16 | buckets.size());
    put(1, join(raw(of.ship_to), raw(of.decided_by)));
    put(2, static_cast<std::uint64_t>(of.made.ns));
    const bool is_order = of.kind == subject_kind::order;
    put(3, is_order ? join(static_cast<std::uint32_t>(of.deliver_by.n),
                           static_cast<std::uint32_t>(of.type) << 16 | raw(of.method))
                    : static_cast<std::uint64_t>(of.deadline.ns));
    put(4, join(is_order ? of.beside : of.birth, of.remembered));
    put(5, join(of.cold, of.cold_bytes));
    const std::uint32_t more = is_order ? of.workflow : std::uint32_t{raw(of.channel)};
    put(6, join(of.facts + 1, more << 16 | of.currency));
    put(7, is_order ? raw(of.pools) : static_cast<std::uint64_t>(of.on.ns));
    std::size_t at = block_words;
    if (!lines_stand)
        for (std::size_t i = 0; i < lines.size(); ++i)
            detail::put_words(lines[i], at + i * line_words, put);
    at += lines.size() * line_words;
    if (!of.own.empty()) at = detail::put_own(of, at, lines_stand, put);
    for (std::size_t i = 0; i < buckets.size(); ++i)
        detail::put_words(buckets[i], at + i * bucket_words, put);
}

/// Reads an image through get(i); `first` is word 0 as it was checked. `version` is left alone.
/// May allocate.
template <class Get>
void from_words(std::uint64_t first, Get get, image& into) {
    using detail::high;
    using detail::low;
    into.rules = nullptr;
    into.kind = static_cast<subject_kind>(first >> 56 & 1);
    into.life = static_cast<reservation_state>(first >> 48 & 3);
    into.priority = static_cast<std::uint8_t>(first >> 40);
    const std::uint64_t w1 = get(1), w3 = get(3), w4 = get(4), w5 = get(5), w6 = get(6),
                        w7 = get(7);
    into.ship_to = place_id{high(w1)};
    into.decided_by = policy_id{low(w1)};
    into.made = {static_cast<std::int64_t>(get(2))};
    into.remembered = low(w4);
    into.cold = high(w5);
    into.cold_bytes = low(w5);
    into.currency = static_cast<std::uint16_t>(w6);
    into.facts = high(w6) - 1;
    const bool is_order = into.kind == subject_kind::order;
    const auto more = static_cast<std::uint16_t>(w6 >> 16);
    into.channel = is_order ? none<channel_id> : channel_id{more};
    into.birth = is_order ? 1 : high(w4);
    into.beside = is_order ? high(w4) : 0xFFFFFFFFu;
    into.workflow = is_order ? more : std::uint16_t{0};
    into.type = is_order ? static_cast<order_type>(low(w3) >> 16 & 0xFF) : order_type::sales;
    into.pools = is_order ? reservation_id{w7} : none<reservation_id>;
    into.on = is_order ? time_point{} : time_point{static_cast<std::int64_t>(w7)};
    into.deadline = is_order ? never : time_point{static_cast<std::int64_t>(w3)};
    into.method = is_order ? service_id{static_cast<std::uint16_t>(w3)} : none<service_id>;
    into.deliver_by = is_order ? civil_day{static_cast<std::int32_t>(high(w3))} : no_day;
    detail::fit(into.lines, first >> 16 & 0xFFFF);
    detail::fit(into.buckets, first & 0xFFFF);
    const std::span<line> lines{into.lines};
    const std::span<bucket> buckets{into.buckets};
    std::size_t at = block_words;
    for (std::size_t i = 0; i < lines.size(); ++i)
        detail::get_words(lines[i], at + i * line_words, get);
    at += lines.size() * line_words;
    detail::fit(into.own, first >> 32 & 0xFF);
    if (!into.own.empty()) at = detail::get_own(into, at, get);
    for (std::size_t i = 0; i < buckets.size(); ++i)
        detail::get_words(buckets[i], at + i * bucket_words, get);
}

}  // namespace earmark::lifecycle
