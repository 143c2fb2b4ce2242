// The inside of an engine, for tests that plant damage there, or callers that have stopped.
// Nothing else may look.
#pragma once

#include "repeats.hpp"  // src/engine
#include "state_calls.hpp"

namespace earmark {

struct engine_inside {
    using state = engine::state;
    static state& of(engine& e) noexcept { return *e.state_; }
};

}  // namespace earmark
