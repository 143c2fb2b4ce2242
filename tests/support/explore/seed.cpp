#include "support/explore/seed.hpp"

#include <charconv>
#include <stdexcept>

namespace earmark::explore {

namespace {

constexpr std::string_view digits = "0123456789abcdef";

[[noreturn]] void refuse(std::string_view seed, std::size_t at, const char* why) {
    throw std::invalid_argument{"seed '" + std::string{seed} + "', byte " + std::to_string(at) +
                                ": " + why + "; copy the seed that the failure printed"};
}

// Reads numbers and letters from the head of a seed.
class reader {
public:
    explicit reader(std::string_view seed) : seed_{seed} {}

    [[nodiscard]] char letter() {
        if (at_ == seed_.size()) refuse(seed_, at_, "ends before its slash");
        return seed_[at_++];
    }
    [[nodiscard]] bool skip(char wanted) {
        if (at_ == seed_.size() || seed_[at_] != wanted) return false;
        ++at_;
        return true;
    }
    [[nodiscard]] unsigned number() {
        unsigned value = 0;
        const char* const end = seed_.data() + seed_.size();
        const auto [stop, bad] = std::from_chars(seed_.data() + at_, end, value);
        if (bad != std::errc{}) refuse(seed_, at_, "expected a number");
        at_ = static_cast<std::size_t>(stop - seed_.data());
        return value;
    }
    void expect(char wanted) {
        if (!skip(wanted)) refuse(seed_, at_, "unexpected character");
    }
    [[nodiscard]] std::size_t at() const { return at_; }

private:
    std::string_view seed_;
    std::size_t at_ = 0;
};

void read_option(reader& in, char key, options& how, std::string_view seed) {
    switch (key) {
        case 'p':
            how.preemptions = in.skip('-') ? unbounded : in.number();
            return;
        case 'n':
            how.steps = in.number();
            return;
        case 'y':
            how.stubborn_pauses = in.number();
            return;
        case 's':
            how.spurious_failures = in.number();
            return;
        case 'w':
            how.weak_memory = true;
            how.stale_reads = in.number();
            in.expect('.');
            how.staleness = in.number();
            return;
        case 'f': {
            freeze_point point;
            point.thread = in.number();
            in.expect('.');
            point.step = in.number();
            how.freeze = point;
            return;
        }
        default:
            refuse(seed, in.at() - 1, "unknown option");
    }
}

}  // namespace

std::string to_seed(const schedule& s) {
    const options& how = s.how;
    const options usual;
    const auto number = [](unsigned n) { return std::to_string(n); };
    std::string text = "p" + (how.preemptions == unbounded ? "-" : number(how.preemptions));
    if (how.steps != usual.steps) text += ",n" + number(how.steps);
    if (how.stubborn_pauses != 0) text += ",y" + number(how.stubborn_pauses);
    if (how.spurious_failures != 0) text += ",s" + number(how.spurious_failures);
    if (how.weak_memory) text += ",w" + number(how.stale_reads) + "." + number(how.staleness);
    if (how.freeze) text += ",f" + number(how.freeze->thread) + "." + number(how.freeze->step);
    text += '/';
    std::size_t last = s.answers.size();
    while (last > 0 && s.answers[last - 1] == 0) --last;  // 0 is what replay does by itself
    for (std::size_t i = 0; i < last; ++i) text += digits.at(s.answers[i]);
    return text;
}

schedule parse_seed(std::string_view seed) {
    schedule s;
    reader in{seed};
    do {
        read_option(in, in.letter(), s.how, seed);
    } while (in.skip(','));
    in.expect('/');
    for (std::size_t at = in.at(); at < seed.size(); ++at) {
        const std::size_t digit = digits.find(seed[at]);
        if (digit == std::string_view::npos) refuse(seed, at, "expected a hexadecimal digit");
        s.answers.push_back(static_cast<std::uint8_t>(digit));
    }
    return s;
}

}  // namespace earmark::explore
