#include "earmark/core/check.hpp"

#include <fmt/format.h>

namespace earmark::detail {

void throw_misuse(const char* sentence) { throw misuse(sentence); }

void throw_broken(const char* sentence, const char* file, int line) {
    throw broken(fmt::format("{} ({}:{})", sentence, file, line));
}

}  // namespace earmark::detail
