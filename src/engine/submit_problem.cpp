#include "submit_problem.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "earmark/connect/text.hpp"
#include "earmark/engine/submit.hpp"

namespace earmark::submission {

std::string sentence_of(const error& e, std::string text) {
    const error_row& row = row_of(e.code);
    if (text.starts_with(row.name)) {
        const std::size_t colon = text.find(": ");
        if (colon != std::string::npos) text.erase(0, colon + 2);
    }
    const std::string hint = fmt::format("; {}", row.hint);
    const std::size_t at = text.find(hint);
    if (at != std::string::npos) text.erase(at, hint.size());
    return text;
}

std::string sentence_of(const error& e) {
    return sentence_of(e, to_string(fail(e.code, e.refs[0], e.refs[1], e.refs[2])));
}

problem make_problem(const error& e, std::string path, std::string_view value) {
    std::string sentence = sentence_of(e);
    if (!value.empty()) sentence = fmt::format("{}: {}", connect::shown(value), sentence);
    return {e, std::move(path), std::move(sentence), std::string{row_of(e.code).hint}};
}

problem make_problem(error_code code, std::string path, std::string sentence, std::string hint) {
    return {fail(code), std::move(path), std::move(sentence), std::move(hint)};
}

void problems::add(problem p) {
    if (++total_ <= submit_limits::violations) list_.push_back(std::move(p));
}

nlohmann::ordered_json to_json(const problem& p) {
    nlohmann::ordered_json out = {
        {"code", name_of(p.why.code)},
        {"number", static_cast<unsigned>(p.why.code)},
        {"transient", is_transient(p.why.code)},
        {"sentence", p.sentence},
        {"hint", p.hint},
    };
    if (!p.path.empty()) out["path"] = p.path;
    if (p.why.refs[0] != 0 || p.why.refs[1] != 0 || p.why.refs[2] != 0) out["refs"] = p.why.refs;
    return out;
}

}  // namespace earmark::submission
