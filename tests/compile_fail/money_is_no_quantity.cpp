// Units and minor units are both 64-bit integers, and never meet in one sum.
// expect: (no matching function|cannot convert|could not convert)
#include "earmark/core/money.hpp"
#include "earmark/core/quantity.hpp"

namespace earmark {

#ifdef EARMARK_WRONG
auto twin(quantity q, money m) { return add(q, m).has_value(); }
#else
auto twin(quantity q, quantity more) { return add(q, more).has_value(); }
#endif

}  // namespace earmark
