// The type itself says so: a function that returns an error need not repeat it.
// expect: (ignoring return|ignoring returned value|nodiscard)
#include "earmark/core/result.hpp"

namespace earmark {

error refuse();

#ifdef EARMARK_WRONG
void twin() { refuse(); }
#else
error_code twin() { return refuse().code; }
#endif

}  // namespace earmark
