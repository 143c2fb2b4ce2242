#include "earmark/model/capture.hpp"

namespace earmark {
namespace {

constexpr std::array<std::string_view, capture_states> state_names = {
    "accepted",    "repeat",   "amended",   "unchanged", "conflict",
    "quarantined", "declined", "malformed", "busy"};
constexpr std::array<std::string_view, compensations> compensation_names = {"update", "cancel",
                                                                            "add"};
constexpr std::array<std::string_view, severities> severity_names = {"malformed", "wrong",
                                                                     "master_data", "transient"};

}  // namespace

std::string_view name_of(capture_state s) noexcept {
    return state_names[static_cast<std::size_t>(s)];
}
std::string_view name_of(compensation c) noexcept {
    return compensation_names[static_cast<std::size_t>(c)];
}
std::string_view name_of(severity s) noexcept {
    return severity_names[static_cast<std::size_t>(s)];
}

}  // namespace earmark
