#include "earmark/core/number_table.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <exception>
#include <new>
#include <random>
#include <type_traits>
#include <utility>

#include "earmark/core/check.hpp"
#include "earmark/core/digest.hpp"
#include "earmark/core/pages.hpp"

namespace earmark {

/// Lines that are zero at first: small ones from the heap, many in pages of their own.
class number_table::memory {
public:
    explicit memory(std::size_t lines) {
        if (lines * sizeof(line) >= std::size_t{2} << 20) {
            paged_ = std::make_unique<zeroed_pages<std_env, line>>(lines);
            paged_->all_of_use();
            at = &(*paged_)[0];
        } else {
            void* raw = nullptr;
            std::size_t room = (lines + 1) * sizeof(line);
            small_ = std::make_unique<std::byte[]>(room);
            raw = small_.get();
            at = static_cast<line*>(std::align(alignof(line), lines * sizeof(line), raw, room));
        }
    }
    line* at;

private:
    std::unique_ptr<std::byte[]> small_;
    std::unique_ptr<zeroed_pages<std_env, line>> paged_;
};

const std::array<number_table::line, 2> number_table::nothing{};

namespace {

/// No number of a table shows the seed, so the clock of the machine may not either.
std::uint64_t unknown_seed(const void* table) {
    static std::atomic<std::uint64_t> tables{0};
    std::uint64_t seed = mix(reinterpret_cast<std::uintptr_t>(table)) +
                         tables.fetch_add(1, std::memory_order_relaxed);  // a number, no order
    try {
        std::random_device dice;
        seed ^= std::uint64_t{dice()} << 32 | dice();
    } catch (const std::exception&) {  // a machine without: addresses are what there is
    }
    return mix(seed);
}

}  // namespace

number_table::number_table() : number_table{unknown_seed(this)} {}

number_table::number_table(std::uint64_t seed) noexcept
    : multiplier_{wide{mix(seed + 1)} << 64 | mix(seed + 2) | 1},
      addend_{wide{mix(seed + 3)} << 64 | mix(seed + 4)},
      seed_{seed} {}

number_table::~number_table() = default;

number_table::number_table(number_table&& from) noexcept : number_table{from.seed_} { swap(from); }

number_table& number_table::operator=(number_table&& from) noexcept {
    number_table taken{std::move(from)};
    swap(taken);
    return *this;
}

void number_table::swap(number_table& with) noexcept {
    std::swap(lines_, with.lines_);
    std::swap(mask_, with.mask_);
    std::swap(shift_, with.shift_);
    std::swap(multiplier_, with.multiplier_);
    std::swap(addend_, with.addend_);
    std::swap(size_, with.size_);
    std::swap(seed_, with.seed_);
    std::swap(memory_, with.memory_);
}

std::size_t number_table::bytes() const noexcept {
    return memory_ ? (mask_ + 1) * sizeof(line) : 0;
}

/// Of five places in a line four are filled on the average.
void number_table::reserve(std::size_t numbers) {
    if (numbers > std::size_t{UINT32_MAX} + 1) throw std::bad_alloc{};  // there are fewer handles
    const std::size_t lines = std::bit_ceil(std::max<std::size_t>(2, (numbers + 3) / 4));
    if (memory_ && lines <= mask_ + 1) return;
    number_table larger = remade(lines, seed_);
    swap(larger);
}

number_table::added number_table::insert(std::uint64_t number, std::uint32_t handle) {
    EARMARK_CHECK(handle != no_handle, "a number table has no place for the handle 0xFFFFFFFF");
    if (const auto known = find(number)) return {*known, false};
    if (!memory_ || size_ == (mask_ + 1) * 4) reserve(size_ + 1);
    for (std::size_t lines = mask_ + 1; !put(number, handle); lines = 2 * (mask_ + 1)) {
        number_table other = remade(lines, mix(seed_ + 1));
        swap(other);
    }
    return {handle, true};
}

bool number_table::put(std::uint64_t number, std::uint32_t handle) noexcept {
    line* const lines = memory_->at;
    const std::size_t first = home_of(number);
    for (std::size_t gone = 0; gone <= most_past; ++gone) {
        line& l = lines[(first + gone) & mask_];
        for (std::size_t i = 0; i < entries; ++i) {
            if (l.handle[i] != 0) continue;
            l.number[i] = number;
            l.handle[i] = handle + 1;
            for (std::size_t k = 0; k < gone; ++k) ++lines[(first + k) & mask_].past;
            ++size_;
            return true;
        }
    }
    return false;
}

bool number_table::erase(std::uint64_t number) noexcept {
    if (!memory_) return false;
    line* const lines = memory_->at;
    const std::size_t first = home_of(number);
    for (std::size_t gone = 0; gone <= most_past; ++gone) {
        line& l = lines[(first + gone) & mask_];
        for (std::size_t i = 0; i < entries; ++i) {
            if (l.number[i] != number || l.handle[i] == 0) continue;
            l.handle[i] = 0;
            for (std::size_t k = 0; k < gone; ++k) --lines[(first + k) & mask_].past;
            --size_;
            return true;
        }
        if (l.past == 0) break;
    }
    return false;
}

number_table number_table::remade(std::size_t lines, std::uint64_t seed) const {
    for (unsigned attempt = 0;; ++attempt) {
        number_table t{attempt == 0 ? seed : mix(seed + attempt)};
        const std::size_t count = lines << attempt / 2;
        t.memory_ = std::make_unique<memory>(count);
        t.lines_ = t.memory_->at;
        t.mask_ = count - 1;
        t.shift_ = 64 - static_cast<unsigned>(std::countr_zero(count));
        bool all = true;
        for (std::size_t at = 0; memory_ && all && at <= mask_; ++at)
            for (std::size_t i = 0; all && i < entries; ++i)
                if (const std::uint32_t h = lines_[at].handle[i]; h != 0)
                    all = t.put(lines_[at].number[i], h - 1);
        if (all) return t;
    }
}

}  // namespace earmark
