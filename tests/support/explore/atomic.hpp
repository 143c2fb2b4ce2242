// The explorer's ATOMIC: the part of std::atomic that Earmark uses, each access a scheduling point.
// It has the size and alignment of T, so that structures keep their layout; what the models must
// know of a location is kept beside it, by address. Outside of an exploration, and on its main
// context (set-up and check), it is plain memory.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>

#include "support/explore/mutation.hpp"
#include "support/explore/scheduler.hpp"

namespace earmark::explore {

namespace detail {

template <class T>
std::uint64_t to_bits(const T& value) noexcept {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    return bits;
}

template <class T>
T from_bits(std::uint64_t bits) noexcept {
    T value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

template <class T>
concept countable = std::is_integral_v<T> && !std::is_same_v<T, bool>;

template <class T>
std::string show(std::uint64_t bits) {
    if constexpr (std::is_same_v<T, bool>) {
        return bits == 0 ? "false" : "true";
    } else if constexpr (std::is_integral_v<T> && sizeof(T) < sizeof(bits)) {
        return std::to_string(from_bits<T>(bits));
    } else if constexpr (std::is_integral_v<T>) {  // a packed word, more often than not
        const T value = from_bits<T>(bits);
        return value < 1'000'000 ? std::to_string(value) : show_hex(bits);
    } else {
        return show_hex(bits);
    }
}

constexpr std::memory_order failure_order(std::memory_order success) noexcept {
    if (success == std::memory_order_acq_rel) return std::memory_order_acquire;
    if (success == std::memory_order_release) return std::memory_order_relaxed;
    return success;
}

}  // namespace detail

template <class T>
class atomic {
    static_assert(std::is_trivially_copyable_v<T>);
    static_assert(sizeof(T) <= sizeof(std::uint64_t), "the explorer's locations are 64 bits wide");

public:
    using value_type = T;
    static constexpr bool is_always_lock_free = true;

    constexpr atomic() noexcept : atomic{T{}} {}
    constexpr atomic(T value) noexcept : value_{value} {  // NOLINT: implicit, as in std::atomic
        if (!std::is_constant_evaluated()) born();
    }
    atomic(const atomic&) = delete;
    atomic& operator=(const atomic&) = delete;

    [[nodiscard]] bool is_lock_free() const noexcept { return true; }

    // The last argument of each is where the call stands (mutation.hpp).
    T load(std::memory_order order = std::memory_order_seq_cst,
           whence where = whence::current()) const noexcept;
    void store(T value, std::memory_order order = std::memory_order_seq_cst,
               whence where = whence::current()) noexcept;

    T exchange(T value, std::memory_order order = std::memory_order_seq_cst,
               whence where = whence::current()) noexcept {
        return update(action::exchange, where, order, [value](T) { return value; });
    }
    T fetch_add(T n, std::memory_order order = std::memory_order_seq_cst,
                whence where = whence::current()) noexcept requires detail::countable<T> {
        return update(action::fetch_add, where, order,
                      [n](T old) { return wrap(unsign(old) + unsign(n)); });
    }
    T fetch_sub(T n, std::memory_order order = std::memory_order_seq_cst,
                whence where = whence::current()) noexcept requires detail::countable<T> {
        return update(action::fetch_sub, where, order,
                      [n](T old) { return wrap(unsign(old) - unsign(n)); });
    }
    T fetch_or(T n, std::memory_order order = std::memory_order_seq_cst,
               whence where = whence::current()) noexcept requires detail::countable<T> {
        return update(action::fetch_or, where, order,
                      [n](T old) { return wrap(unsign(old) | unsign(n)); });
    }
    T fetch_and(T n, std::memory_order order = std::memory_order_seq_cst,
                whence where = whence::current()) noexcept requires detail::countable<T> {
        return update(action::fetch_and, where, order,
                      [n](T old) { return wrap(unsign(old) & unsign(n)); });
    }

    bool compare_exchange_strong(T& expected, T desired, std::memory_order success,
                                 std::memory_order failure,
                                 whence where = whence::current()) noexcept {
        return compare_exchange(expected, desired, success, failure, false, where);
    }
    bool compare_exchange_strong(T& expected, T desired,
                                 std::memory_order order = std::memory_order_seq_cst,
                                 whence where = whence::current()) noexcept {
        return compare_exchange(expected, desired, order, detail::failure_order(order), false,
                                where);
    }
    bool compare_exchange_weak(T& expected, T desired, std::memory_order success,
                               std::memory_order failure,
                               whence where = whence::current()) noexcept {
        return compare_exchange(expected, desired, success, failure, true, where);
    }
    bool compare_exchange_weak(T& expected, T desired,
                               std::memory_order order = std::memory_order_seq_cst,
                               whence where = whence::current()) noexcept {
        return compare_exchange(expected, desired, order, detail::failure_order(order), true,
                                where);
    }

private:
    // Arithmetic wraps, as std::atomic's does: it happens in 64 unsigned bits.
    static constexpr std::uint64_t unsign(T value) noexcept {
        return static_cast<std::uint64_t>(value);
    }
    static constexpr T wrap(std::uint64_t bits) noexcept { return static_cast<T>(bits); }

    void born() const noexcept {
        scheduler* const s = scheduler::running();
        if (s != nullptr && s->weak() != nullptr) s->weak()->born(this);
    }
    void note(scheduler& s, action what, std::memory_order order, T before, T after,
              bool failed = false) const {
        if (!s.tracing()) return;
        s.events().add({s.thread(), what, this, order, detail::to_bits(before),
                        detail::to_bits(after), failed, &detail::show<T>});
    }
    template <class Next>
    T update(action what, const whence& where, std::memory_order order, Next next) noexcept;
    bool compare_exchange(T& expected, T desired, std::memory_order success,
                          std::memory_order failure, bool may_fail, const whence& where) noexcept;
    T plain_load(std::memory_order order) const noexcept;
    void plain_store(T value, std::memory_order order) noexcept;

    alignas(sizeof(T) <= 1   ? 1
            : sizeof(T) <= 2 ? 2
            : sizeof(T) <= 4 ? 4
                             : 8) T value_;  // the newest value, in every memory model
};

template <class T>
T atomic<T>::load(std::memory_order order, whence where) const noexcept {
    return plain_load(detail::asked(where, action::load, order).order);
}

template <class T>
T atomic<T>::plain_load(std::memory_order order) const noexcept {
    scheduler* const s = scheduler::running();
    if (s == nullptr) return value_;
    s->reach();
    T seen = value_;
    if (weak_memory* const m = s->weak())
        seen = detail::from_bits<T>(m->load(s->thread(), this, detail::to_bits(value_), order));
    note(*s, action::load, order, seen, value_);
    return seen;
}

template <class T>
void atomic<T>::store(T value, std::memory_order order, whence where) noexcept {
    plain_store(value, detail::asked(where, action::store, order).order);
}

template <class T>
void atomic<T>::plain_store(T value, std::memory_order order) noexcept {
    scheduler* const s = scheduler::running();
    if (s != nullptr) {
        s->reach();
        if (weak_memory* const m = s->weak())
            m->store(s->thread(), this, detail::to_bits(value_), detail::to_bits(value), order);
        note(*s, action::store, order, value_, value);
    }
    value_ = value;
}

template <class T>
template <class Next>
T atomic<T>::update(action what, const whence& where, std::memory_order order, Next next) noexcept {
    const detail::orders ask = detail::asked(where, what, order);
    if (ask.split) {
        const T before = plain_load(order);
        plain_store(next(before), order);
        return before;
    }
    scheduler* const s = scheduler::running();
    if (s != nullptr) s->reach();
    const T before = value_;
    const T after = next(before);
    if (s != nullptr) {
        if (weak_memory* const m = s->weak())
            m->update(s->thread(), this, detail::to_bits(before), detail::to_bits(after),
                      ask.order);
        note(*s, what, ask.order, before, after);
    }
    value_ = after;
    return before;
}

template <class T>
bool atomic<T>::compare_exchange(T& expected, T desired, std::memory_order success,
                                 std::memory_order failure, bool may_fail,
                                 const whence& where) noexcept {
    const detail::orders ask = detail::asked(where, action::compare_exchange, success, failure);
    if (ask.split) {
        const T before = plain_load(success);
        const bool equal = detail::to_bits(before) == detail::to_bits(expected);
        if (equal) plain_store(desired, success);
        expected = before;
        return equal;
    }
    scheduler* const s = scheduler::running();
    if (s != nullptr) s->reach();
    const std::uint64_t wanted = detail::to_bits(expected);
    const std::uint64_t newest = detail::to_bits(value_);
    std::uint64_t seen = newest;
    bool exchanged = seen == wanted && !(may_fail && s != nullptr && s->fails_spuriously());
    if (weak_memory* const m = s != nullptr ? s->weak() : nullptr) {
        if (newest == wanted && !exchanged) {  // it fails spuriously: a load like another
            seen = m->load(s->thread(), this, newest, ask.failure);
        } else {
            seen = m->compare(s->thread(), this, newest, wanted, ask.failure);
            exchanged = seen == wanted;
        }
        if (exchanged) m->update(s->thread(), this, newest, detail::to_bits(desired), ask.order);
    }
    const T before = detail::from_bits<T>(seen);
    if (s != nullptr) note(*s, action::compare_exchange, ask.order, before, desired, !exchanged);
    if (exchanged) {
        value_ = desired;
    } else {
        expected = before;
    }
    return exchanged;
}

}  // namespace earmark::explore
