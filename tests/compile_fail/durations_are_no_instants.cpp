// A deadline is an instant; a time to live is a span that has to be added to one.
// expect: (could not convert|cannot convert|no known conversion|no viable conversion)
#include "earmark/core/time.hpp"

namespace earmark {

bool is_over(time_point now, time_point deadline) { return now >= deadline; }

#ifdef EARMARK_WRONG
bool twin(time_point now) { return is_over(now, minutes(15)); }
#else
bool twin(time_point now) { return is_over(now, now + minutes(15)); }
#endif

}  // namespace earmark
