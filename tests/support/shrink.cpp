// Whole streams: playing one by its seed, playing a list again, and cutting a failing list down to
// the few steps that matter.
#include "random_stream.hpp"
#include "side_by_side.hpp"

namespace earmark::streams {

failure play_stream(std::uint64_t seed, std::uint32_t steps, settings s,
                    std::map<std::string, std::uint32_t>* tally) {
    side_by_side both{make_world(seed), s};
    random_stream stream{seed};
    failure f{seed, {}, {}};
    while (f.difference.empty() && f.steps.size() < steps) {
        const bool restart = s.restart_every != 0 && (f.steps.size() + 1) % s.restart_every == 0;
        f.steps.push_back(restart ? step{0, {}, {}, restart_step{}} : stream.next());
        f.difference = both.play(f.steps.back());
        for (const serial entry : both.granted()) stream.granted(entry);
        if (const auto asked = both.asked(f.steps.back()))
            stream.asked(asked->first, asked->second);
    }
    if (tally)
        for (const auto& [what, times] : both.tally()) (*tally)[what] += times;
    return f;
}

std::string replay(std::uint64_t seed, const std::vector<step>& steps, settings s) {
    side_by_side both{make_world(seed), s};
    for (const step& one : steps)
        if (std::string difference = both.play(one); !difference.empty()) return difference;
    return {};
}

failure shrink(failure f, settings s) {
    s.look_at_all_every = 1;
    for (std::size_t cut = f.steps.size() / 2; cut > 0;) {
        bool shorter = false;
        for (std::size_t at = 0; at + cut <= f.steps.size();) {
            std::vector<step> rest = f.steps;
            const auto first = rest.begin() + static_cast<std::ptrdiff_t>(at);
            rest.erase(first, first + static_cast<std::ptrdiff_t>(cut));
            std::string difference = replay(f.seed, rest, s);
            if (difference.empty()) {
                at += cut;
                continue;
            }
            f.steps = std::move(rest);
            f.difference = std::move(difference);
            shorter = true;
        }
        if (cut > 1 || !shorter) cut /= 2;
    }
    return f;
}

std::string to_string(const failure& f) {
    std::string out = "seed " + std::to_string(f.seed) + ": " + f.difference + "\n";
    for (const step& s : f.steps) out += "    " + describe(s) + "\n";
    return out;
}

}  // namespace earmark::streams
