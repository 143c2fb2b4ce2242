#include "support/explore/memory.hpp"

#include <algorithm>

namespace earmark::explore {

namespace {

bool acquires(std::memory_order order) {
    return order != std::memory_order_relaxed && order != std::memory_order_release;
}

bool releases(std::memory_order order) {
    return order == std::memory_order_release || order == std::memory_order_acq_rel ||
           order == std::memory_order_seq_cst;
}

}  // namespace

void memory_view::raise(std::size_t place, std::uint32_t to) {
    if (place >= oldest_.size()) oldest_.resize(place + 1, 0);
    oldest_[place] = std::max(oldest_[place], to);
}

void memory_view::join(const memory_view& other) {
    if (oldest_.size() < other.oldest_.size()) oldest_.resize(other.oldest_.size(), 0);
    for (std::size_t i = 0; i < other.oldest_.size(); ++i)
        oldest_[i] = std::max(oldest_[i], other.oldest_[i]);
}

weak_memory::weak_memory(const options& how, strategy& choices) noexcept
    : how_{how}, choices_{choices} {}

void weak_memory::begin() {
    stale_reads_ = 0;
    locations_.clear();
    places_.clear();
    for (unsigned t = 0; t < max_threads; ++t) {
        views_[t].clear();
        views_[t].raise(t, 1);  // what a thread does before its first access, nobody knows of
    }
}

weak_memory::location& weak_memory::find(const void* at, std::uint64_t newest) {
    const auto [entry, fresh] = places_.try_emplace(at, locations_.size());
    if (fresh) {
        location& l = locations_.emplace_back();
        l.place = max_threads + locations_.size() - 1;
        l.history.push_back({newest, {}});
    }
    return locations_[entry->second];
}

std::uint32_t weak_memory::oldest_readable(unsigned thread, const location& l,
                                           std::memory_order order) const noexcept {
    const auto last = static_cast<std::uint32_t>(l.history.size() - 1);
    if (stale_reads_ == how_.stale_reads) return last;
    std::uint32_t oldest = views_[thread].at(l.place);
    if (order == std::memory_order_seq_cst) oldest = std::max(oldest, l.newest_seq_cst);
    return std::max(oldest, last - std::min<std::uint32_t>(last, how_.staleness));
}

std::uint64_t weak_memory::read(unsigned thread, location& l, std::uint32_t index,
                                std::memory_order order) {
    if (index + 1 != l.history.size()) ++stale_reads_;
    memory_view& mine = views_[thread];
    mine.raise(l.place, index);
    if (acquires(order)) mine.join(l.history[index].released);
    tick(thread);
    return l.history[index].bits;
}

void weak_memory::append(unsigned thread, location& l, std::uint64_t bits, std::memory_order order,
                         const memory_view* passed_on) {
    const auto index = static_cast<std::uint32_t>(l.history.size());
    memory_view& mine = views_[thread];
    mine.raise(l.place, index);
    value fresh{bits, {}};
    if (releases(order)) fresh.released = mine;
    if (passed_on != nullptr) fresh.released.join(*passed_on);
    l.history.push_back(std::move(fresh));
    if (order == std::memory_order_seq_cst) l.newest_seq_cst = index;
    tick(thread);
}

std::uint64_t weak_memory::load(unsigned thread, const void* at, std::uint64_t newest,
                                std::memory_order order) {
    location& l = find(at, newest);
    const auto last = static_cast<std::uint32_t>(l.history.size() - 1);
    const std::uint32_t behind = last - oldest_readable(thread, l, order);
    return read(thread, l, last - ask(thread, behind + 1), order);
}

void weak_memory::store(unsigned thread, const void* at, std::uint64_t newest, std::uint64_t bits,
                        std::memory_order order) {
    append(thread, find(at, newest), bits, order, nullptr);
}

void weak_memory::update(unsigned thread, const void* at, std::uint64_t newest, std::uint64_t bits,
                         std::memory_order order) {
    location& l = find(at, newest);
    const memory_view before = l.history.back().released;
    if (acquires(order)) views_[thread].join(before);
    append(thread, l, bits, order, &before);
}

std::uint64_t weak_memory::compare(unsigned thread, const void* at, std::uint64_t newest,
                                   std::uint64_t expected, std::memory_order failure_order) {
    location& l = find(at, newest);
    const auto last = static_cast<std::uint32_t>(l.history.size() - 1);
    std::array<std::uint32_t, 16> readable = {last};
    unsigned count = 1;
    const std::uint32_t oldest = oldest_readable(thread, l, failure_order);
    for (std::uint32_t i = last; i > oldest; --i)
        if (l.history[i - 1].bits != expected) readable[count++] = i - 1;
    const std::uint32_t index = readable[ask(thread, count)];
    if (l.history[index].bits == expected) return expected;  // succeeds: update() follows
    return read(thread, l, index, failure_order);
}

}  // namespace earmark::explore
