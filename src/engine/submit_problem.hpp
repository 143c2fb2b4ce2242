// PROBLEMS of a submitted line: an error with the place in the line where it was found. They are
// collected, not thrown, so that one answer can name them all.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "earmark/core/result.hpp"

namespace earmark::submission {

struct problem {
    error why;
    std::string path;      // JSON pointer; empty: the whole line
    std::string sentence;  // what and where
    std::string hint;      // what to do
};

/// The sentence of an error alone: without its name, number and hint, which stand beside it.
[[nodiscard]] std::string sentence_of(const error& e);
/// The same, cut out of a text that has them around it, as engine::describe() gives it.
[[nodiscard]] std::string sentence_of(const error& e, std::string text);

/// A problem in the words of the code, with `value` (what was written there) before them.
[[nodiscard]] problem make_problem(const error& e, std::string path, std::string_view value = {});
/// A problem in words of its own.
[[nodiscard]] problem make_problem(error_code code, std::string path, std::string sentence,
                                   std::string hint);

/// A growing list that stops at submit_limits::violations and counts on.
class problems {
public:
    void add(problem p);
    [[nodiscard]] bool empty() const noexcept { return list_.empty(); }
    [[nodiscard]] std::size_t total() const noexcept { return total_; }
    [[nodiscard]] const std::vector<problem>& list() const noexcept { return list_; }

private:
    std::vector<problem> list_;
    std::size_t total_ = 0;
};

/// {"code":..,"number":..,"transient":..,"sentence":..,"hint":..,"path":..}
[[nodiscard]] nlohmann::ordered_json to_json(const problem& p);

}  // namespace earmark::submission
