#include "support/explore/trace.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace earmark::explore {

namespace {

constexpr std::array<std::string_view, 12> action_words = {
    "load",     "store",     "exchange", "compare_exchange", "fetch_add", "fetch_sub",
    "fetch_or", "fetch_and", "pause",    "frozen here",      "goes on",   "ends",
};

std::string_view word(std::memory_order order) {
    switch (order) {
        case std::memory_order_relaxed:
            return "relaxed";
        case std::memory_order_consume:
            return "consume";
        case std::memory_order_acquire:
            return "acquire";
        case std::memory_order_release:
            return "release";
        case std::memory_order_acq_rel:
            return "acq_rel";
        case std::memory_order_seq_cst:
            return "seq_cst";
    }
    return "?";
}

void pad_to(std::string& line, std::size_t column) {
    line.resize(std::max(column, line.size() + 1), ' ');
}

}  // namespace

std::string show_hex(std::uint64_t bits) {
    std::array<char, 16> digits = {};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bits, 16).ptr;
    return "0x" + std::string{digits.data(), end};
}

void trace::clear() {
    names_.clear();
    events_.clear();
}

void trace::name(const void* at, std::size_t bytes, std::string_view name, describe_bits describe) {
    names_.push_back(
        {reinterpret_cast<std::uintptr_t>(at), bytes, std::string{name}, std::move(describe)});
}

const trace::named_range* trace::find(const void* at) const {
    const auto here = reinterpret_cast<std::uintptr_t>(at);
    const auto found = std::find_if(names_.rbegin(), names_.rend(), [here](const named_range& r) {
        return here >= r.begin && here - r.begin < r.bytes;
    });
    return found == names_.rend() ? nullptr : &*found;
}

std::string trace::location(const void* at, std::vector<const void*>& nameless) const {
    if (const named_range* const r = find(at)) {
        const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(at) - r->begin;
        return offset == 0 ? r->name : r->name + "+" + std::to_string(offset);
    }
    auto known = std::find(nameless.begin(), nameless.end(), at);
    if (known == nameless.end()) known = nameless.insert(nameless.end(), at);
    return "#" + std::to_string(known - nameless.begin() + 1);
}

std::string trace::value(const event& e, std::uint64_t bits) const {
    const named_range* const r = find(e.at);
    return r != nullptr && r->describe ? r->describe(bits) : e.show(bits);
}

std::string trace::values(const event& e) const {
    if (e.what == action::load)
        return value(e, e.before) +
               (e.after == e.before ? "" : " (the newest is " + value(e, e.after) + ")");
    if (e.failed) return value(e, e.before) + ", failed";
    if (e.what == action::store) return "<- " + value(e, e.after);
    return value(e, e.before) + " -> " + value(e, e.after);
}

std::string trace::text() const {
    std::vector<const void*> nameless;
    std::string all;
    std::size_t number = 0;
    for (const event& e : events_) {
        const bool is_access = e.at != nullptr;
        std::string line = is_access || e.what == action::pause ? std::to_string(++number) : "";
        line.insert(0, std::max<std::size_t>(line.size(), 4) - line.size(), ' ');
        line += "  thread " + std::to_string(e.thread) + "  ";
        line += action_words.at(static_cast<std::size_t>(e.what));
        if (is_access) {
            pad_to(line, 34);
            line += location(e.at, nameless);
            pad_to(line, 48);
            line += word(e.order);
            pad_to(line, 57);
            line += values(e);
        }
        all += line + '\n';
    }
    return all;
}

}  // namespace earmark::explore
