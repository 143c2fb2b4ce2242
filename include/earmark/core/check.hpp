// CHECKS. Two kinds of wrong, two answers:
//   misuse by the host   -> earmark::misuse is thrown, at the public door only
//   a broken invariant   -> earmark::broken is thrown inside; the engine catches it, halts, and
//                           refuses every later command with the sentence. The host lives on.
#pragma once

#include <stdexcept>

namespace earmark {

/// The host called a function in a way that its contract forbids (Python: ValueError).
class misuse : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

/// It did so only because another thread loads tables meanwhile: later the same call is right.
class names_moving : public misuse {
public:
    using misuse::misuse;
};

/// One of the engine's own promises does not hold.
class broken : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

namespace detail {
[[noreturn]] void throw_misuse(const char* sentence);
[[noreturn]] void throw_broken(const char* sentence, const char* file, int line);
}  // namespace detail

}  // namespace earmark

#define EARMARK_CHECK(condition, sentence) \
    (static_cast<bool>(condition) ? void() : ::earmark::detail::throw_misuse(sentence))

/// Costs something, so only builds without NDEBUG look. For sources, not for headers: both kinds of
/// build share those.
#ifdef NDEBUG
#define EARMARK_DEBUG_INVARIANT(condition, sentence) void()
#else
#define EARMARK_DEBUG_INVARIANT(condition, sentence) EARMARK_INVARIANT(condition, sentence)
#endif

#define EARMARK_INVARIANT(condition, sentence) \
    (static_cast<bool>(condition) ? void() \
                                  : ::earmark::detail::throw_broken(sentence, __FILE__, __LINE__))
