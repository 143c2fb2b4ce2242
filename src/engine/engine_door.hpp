// THE DOOR INTO THE ENGINE for verbs and questions that are functions beside it: capture, story,
// workflows. A struct that is the engine's friend, so that they see its state.
#pragma once

#include "state_calls.hpp"

namespace earmark {

struct engine_door {
    using state = engine::state;
    static state& inside(engine& of) noexcept { return *of.state_; }
    static const state& inside(const engine& of) noexcept { return *of.state_; }
};

}  // namespace earmark
