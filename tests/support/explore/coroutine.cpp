#include "support/explore/coroutine.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cxxabi.h>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#if !defined(__x86_64__) && !defined(EARMARK_EXPLORE_UCONTEXT)
#define EARMARK_EXPLORE_UCONTEXT
#endif
#ifdef EARMARK_EXPLORE_UCONTEXT
#include <ucontext.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#define EARMARK_EXPLORE_ASAN
#elif defined(__SANITIZE_THREAD__)
#define EARMARK_EXPLORE_TSAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EARMARK_EXPLORE_ASAN
#elif __has_feature(thread_sanitizer)
#define EARMARK_EXPLORE_TSAN
#endif
#endif
#ifdef EARMARK_EXPLORE_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef EARMARK_EXPLORE_TSAN
#include <sanitizer/tsan_interface.h>
#endif

#ifndef EARMARK_EXPLORE_UCONTEXT
// void earmark_explore_swap(void** save, void* load): the registers that a callee must keep go on
// the old stack, the old stack pointer to *save; then the same from `load`, backwards. The floating
// point control words are not touched: nothing here changes them.
asm(R"(
    .text
    .globl  earmark_explore_swap
    .hidden earmark_explore_swap
    .type   earmark_explore_swap, @function
earmark_explore_swap:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq  %rsp, (%rdi)
    movq  %rsi, %rsp
    popq  %r15
    popq  %r14
    popq  %r13
    popq  %r12
    popq  %rbx
    popq  %rbp
    ret
    .size earmark_explore_swap, . - earmark_explore_swap
)");
extern "C" void earmark_explore_swap(void** save, void* load);
#endif

namespace earmark::explore {

namespace {

constexpr std::size_t saved_registers = 6;

// What the Itanium C++ ABI keeps per OS thread: the caught exceptions and the number in flight.
struct exception_state {
    void* caught = nullptr;
    unsigned in_flight = 0;
};

void swap_exception_state(exception_state& save, const exception_state& load) {
    void* const globals = abi::__cxa_get_globals();
    std::memcpy(&save, globals, sizeof save);
    std::memcpy(globals, &load, sizeof load);
}

}  // namespace

struct coroutine::machine {
    void* mapping = nullptr;  // guard page, then the stack
    std::size_t mapped_bytes = 0;
    const void* bottom = nullptr;  // lowest byte of the stack
    std::size_t stack_bytes = 0;
    entry begin = nullptr;
    void* argument = nullptr;
    exception_state exceptions;
#ifdef EARMARK_EXPLORE_UCONTEXT
    ucontext_t context = {};
#else
    void* stack_pointer = nullptr;
#endif
#ifdef EARMARK_EXPLORE_ASAN
    void* fake_stack = nullptr;
#endif
#ifdef EARMARK_EXPLORE_TSAN
    void* fiber = nullptr;
#endif
};

namespace {
// Set just before a switch: a coroutine that starts has no other way to learn its arguments.
constinit thread_local void* departed = nullptr;
constinit thread_local void* arriving = nullptr;
}  // namespace

coroutine::coroutine() : machine_{std::make_unique<machine>()} {}

coroutine::coroutine(std::size_t stack_bytes) : machine_{std::make_unique<machine>()} {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t bytes = (stack_bytes + page - 1) / page * page;
    void* const at = mmap(nullptr, bytes + page, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) throw std::bad_alloc{};
    machine_->mapping = at;
    machine_->mapped_bytes = bytes + page;
    machine_->bottom = static_cast<char*>(at) + page;
    machine_->stack_bytes = bytes;
    if (mprotect(at, page, PROT_NONE) != 0) {
        munmap(at, bytes + page);
        throw std::bad_alloc{};
    }
}

coroutine::coroutine(coroutine&&) noexcept = default;

coroutine::~coroutine() {
    if (machine_ == nullptr || machine_->mapping == nullptr) return;
#ifdef EARMARK_EXPLORE_TSAN
    if (machine_->fiber != nullptr) __tsan_destroy_fiber(machine_->fiber);
#endif
    munmap(machine_->mapping, machine_->mapped_bytes);
}

void coroutine::start(entry begin, void* argument) {
    machine& m = *machine_;
    m.begin = begin;
    m.argument = argument;
    m.exceptions = {};
#ifdef EARMARK_EXPLORE_ASAN
    __asan_unpoison_memory_region(m.bottom, m.stack_bytes);  // frames that were never unwound
    m.fake_stack = nullptr;
#endif
#ifdef EARMARK_EXPLORE_TSAN
    if (m.fiber != nullptr) __tsan_destroy_fiber(m.fiber);
    m.fiber = __tsan_create_fiber(0);
#endif
    char* const low = const_cast<char*>(static_cast<const char*>(m.bottom));
#ifdef EARMARK_EXPLORE_UCONTEXT
    getcontext(&m.context);
    m.context.uc_stack.ss_sp = low;
    m.context.uc_stack.ss_size = m.stack_bytes;
    m.context.uc_link = nullptr;
    makecontext(&m.context, &coroutine::trampoline, 0);
#else
    // From the top down: a null return address (stack traces end here), the trampoline that `ret`
    // jumps to, six registers. The trampoline then finds the alignment that a call would give it.
    void** top = reinterpret_cast<void**>(low + m.stack_bytes);
    *--top = nullptr;
    *--top = reinterpret_cast<void*>(&coroutine::trampoline);
    for (std::size_t i = 0; i < saved_registers; ++i) *--top = nullptr;
    m.stack_pointer = top;
#endif
}

void coroutine::trampoline() {
    machine& me = *static_cast<machine*>(arriving);
#ifdef EARMARK_EXPLORE_ASAN
    machine& before = *static_cast<machine*>(departed);
    __sanitizer_finish_switch_fiber(nullptr, &before.bottom, &before.stack_bytes);
#endif
    me.begin(me.argument);
    std::abort();  // (2)
}

void coroutine::swap(machine& from, machine& to, [[maybe_unused]] bool for_good) {
    departed = &from;
    arriving = &to;
    swap_exception_state(from.exceptions, to.exceptions);
#ifdef EARMARK_EXPLORE_ASAN
    void** const keep = for_good ? nullptr : &from.fake_stack;
    __sanitizer_start_switch_fiber(keep, to.bottom, to.stack_bytes);
#endif
#ifdef EARMARK_EXPLORE_TSAN
    if (from.fiber == nullptr) from.fiber = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(to.fiber, 0);
#endif
#ifdef EARMARK_EXPLORE_UCONTEXT
    swapcontext(&from.context, &to.context);
#else
    earmark_explore_swap(&from.stack_pointer, to.stack_pointer);
#endif
#ifdef EARMARK_EXPLORE_ASAN
    __sanitizer_finish_switch_fiber(from.fake_stack, nullptr, nullptr);
#endif
}

void coroutine::transfer(coroutine& from, coroutine& to) {
    swap(*from.machine_, *to.machine_, false);
}

void coroutine::leave(coroutine& from, coroutine& to) {
    swap(*from.machine_, *to.machine_, true);
    std::abort();  // nobody transfers to a coroutine that has left
}

}  // namespace earmark::explore
