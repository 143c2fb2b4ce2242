// THE INTERLEAVING EXPLORER: plays a small concurrent scenario in every schedule up to a bound, on
// one operating-system thread, and judges each. docs/algorithms/explorer.md says how and why.
//
//     env, atomic, name, this_thread    the code under test, compiled against explore::env
//     scenario, run, result, options    what to play, how far, what came of it
//     fail, expect                      what must not be
//     recorder, linearize               what the operations returned, against a specification
//     var                               plain data that must not be raced for
//
// What a complete exploration does not show:
// - more threads than the scenario has (practical: 2 or 3, at most 8), more operations, other
//   arguments; more preemptions than options.preemptions;
// - what the compiler or the hardware makes of the code. Without options.weak_memory memory is
//   sequentially consistent and the memory_order arguments are not looked at. With it they are, but
//   there is no load buffering and no store before an older one in the modification order
//   (memory.hpp), and staleness is bounded;
// - a race for data that is not atomic, unless it is a `var` under options.weak_memory;
// - a thread that goes on at a pause() where another could take a step (options.stubborn_pauses);
// - a wait that blocks the OS thread: a mutex or a condition variable stops the exploration itself.
//   A wait of the code under test must call Env::pause().
//
// Code under test may be noexcept and may throw. It may not keep pointers into a thread's stack
// beyond the thread's end, nor use thread_local data: all logical threads share one OS thread.
#pragma once

#include "support/explore/atomic.hpp"
#include "support/explore/env.hpp"
#include "support/explore/failure.hpp"
#include "support/explore/linearize.hpp"
#include "support/explore/options.hpp"
#include "support/explore/recorder.hpp"
#include "support/explore/scenario.hpp"
#include "support/explore/seed.hpp"
#include "support/explore/var.hpp"
