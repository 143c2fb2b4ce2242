// An id comes from the engine; a bare number does not become one by accident.
// expect: (invalid conversion|cannot convert|could not convert|cannot initialize)
#include "earmark/core/ids.hpp"

namespace earmark {

#ifdef EARMARK_WRONG
order_id twin() { return 7u; }
#else
order_id twin() { return order_id{7}; }
#endif

}  // namespace earmark
