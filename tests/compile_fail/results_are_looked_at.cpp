// A refusal that nobody looks at is a defect.
// expect: (ignoring return|ignoring returned value|nodiscard)
#include "earmark/core/money.hpp"

namespace earmark {

#ifdef EARMARK_WRONG
void twin(money a, money b) { add(a, b); }
#else
bool twin(money a, money b) { return add(a, b).has_value(); }
#endif

}  // namespace earmark
