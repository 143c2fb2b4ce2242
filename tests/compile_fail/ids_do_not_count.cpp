// Adding two ids means nothing.
// expect: (no match for|invalid operands)
#include "earmark/core/ids.hpp"

namespace earmark {

#ifdef EARMARK_WRONG
auto twin(order_id a, order_id b) { return a + b; }
#else
auto twin(order_id a, order_id b) { return raw(a) + raw(b); }
#endif

}  // namespace earmark
