// COROUTINES with stacks of their own, so that one operating-system thread can play several logical
// threads and decide at every atomic access which of them goes on. On x86-64 a switch saves six
// registers by hand (about 5 ns); elsewhere, or with EARMARK_EXPLORE_UCONTEXT, it is swapcontext.
//
// Invariants.
// (1) A coroutine is switched to by the OS thread that made it, and by no other.
// (2) Its entry function never returns: it ends with leave().
// (3) The exception state of the C++ runtime travels with the coroutine, so a switch inside a
//     destructor that runs while an exception unwinds is safe.
// Address and thread sanitizer are told of every switch.
#pragma once

#include <cstddef>
#include <memory>

namespace earmark::explore {

class coroutine {
public:
    using entry = void (*)(void* argument);

    coroutine();                                  // the context of the caller: no stack of its own
    explicit coroutine(std::size_t stack_bytes);  // a stack with a guard page below it
    coroutine(coroutine&&) noexcept;
    ~coroutine();

    /// The next switch to this coroutine calls `begin(argument)` on an empty stack. What stood on
    /// the stack is forgotten without being unwound. Requires a stack.
    void start(entry begin, void* argument);

    /// Goes on in `to`; returns when something transfers back to `from`, which must be running.
    static void transfer(coroutine& from, coroutine& to);

    /// Goes on in `to` for good; `from` may only be started again.
    [[noreturn]] static void leave(coroutine& from, coroutine& to);

private:
    struct machine;
    static void trampoline();
    static void swap(machine& from, machine& to, bool for_good);
    std::unique_ptr<machine> machine_;
};

}  // namespace earmark::explore
