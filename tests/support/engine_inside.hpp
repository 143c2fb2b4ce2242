// The inside of an engine, for tests that plant damage there, or callers that have stopped.
// Nothing else may look.
#pragma once

#include "state_calls.hpp"  // src/engine

namespace earmark {

struct engine_inside {
    using state = engine::state;
    static state& of(engine& e) noexcept { return *e.state_; }
};

}  // namespace earmark
