// The strings live in a deque, which never moves them; the table maps views of them to numbers. No
// one iterates over the table, so the hash can differ from run to run without any effect.
#include "earmark/core/intern.hpp"

#include <xxhash.h>

#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <string>

#include "earmark/core/check.hpp"

namespace earmark {
namespace {

/// Seeded, so that keys chosen to collide in one process do not collide in the next.
struct keyed_hash {
    using is_avalanching = void;
    std::uint64_t seed;
    std::size_t operator()(std::string_view key) const noexcept {
        return XXH3_64bits_withSeed(key.data(), key.size(), seed);
    }
};

}  // namespace

struct key_table::state {
    std::deque<std::string> keys;
    boost::unordered_flat_map<std::string_view, std::uint32_t, keyed_hash> numbers{
        0, keyed_hash{reinterpret_cast<std::uintptr_t>(this)}};
};

key_table::key_table() : state_{std::make_unique<state>()} {}
key_table::~key_table() = default;
key_table::key_table(key_table&&) noexcept = default;
key_table& key_table::operator=(key_table&&) noexcept = default;

key_table::added key_table::insert(std::string_view key) {
    if (const auto at = find(key)) return {*at, false};
    auto& [keys, numbers] = *state_;
    EARMARK_CHECK(keys.size() < UINT32_MAX, "a key table numbers at most 4,294,967,295 keys");
    const auto number = static_cast<std::uint32_t>(keys.size());
    keys.emplace_back(key);
    try {
        numbers.emplace(std::string_view{keys.back()}, number);
    } catch (...) {
        keys.pop_back();
        throw;
    }
    return {number, true};
}

std::optional<std::uint32_t> key_table::find(std::string_view key) const noexcept {
    const auto at = state_->numbers.find(key);
    if (at == state_->numbers.end()) return std::nullopt;
    return at->second;
}

std::string_view key_table::key(std::uint32_t index) const noexcept { return state_->keys[index]; }

std::uint32_t key_table::size() const noexcept {
    return static_cast<std::uint32_t>(state_->keys.size());
}

}  // namespace earmark
