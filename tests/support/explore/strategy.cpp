#include "support/explore/strategy.hpp"

#include "earmark/core/digest.hpp"

namespace earmark::explore {

bool every_schedule::advance() {
    if (started_) {
        while (!path_.empty() && path_.back().answer + 1 == path_.back().count) path_.pop_back();
        if (path_.empty()) {
            exhausted_ = true;
            return false;
        }
        ++path_.back().answer;
    }
    started_ = true;
    depth_ = 0;
    return true;
}

unsigned every_schedule::choose(unsigned count, std::uint32_t question) noexcept {
    if (depth_ == path_.size()) path_.push_back({question, static_cast<std::uint8_t>(count), 0});
    const choice& c = path_[depth_++];
    if (c.count == count && c.question == question) return c.answer;
    diverged_ = true;
    return 0;
}

std::vector<std::uint8_t> every_schedule::answers() const {
    std::vector<std::uint8_t> all;
    all.reserve(path_.size());
    for (const choice& c : path_) all.push_back(c.answer);
    return all;
}

bool random_schedule::advance() {
    answers_.clear();
    return true;
}

unsigned random_schedule::choose(unsigned count, std::uint32_t) noexcept {
    state_ += 0x9E3779B97F4A7C15ULL;
    const std::uint64_t high = mix(state_) >> 32;
    const auto answer = static_cast<std::uint8_t>((high * count) >> 32);
    answers_.push_back(answer);
    return answer;
}

unsigned one_schedule::choose(unsigned count, std::uint32_t) noexcept {
    if (depth_ == answers_.size()) return 0;
    const std::uint8_t answer = answers_[depth_++];
    if (answer < count) return answer;
    diverged_ = true;
    return 0;
}

}  // namespace earmark::explore
