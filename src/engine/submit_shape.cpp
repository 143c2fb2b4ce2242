// THE SHAPE of a line: is every field known, is every required one there, has each value the kind
// that the form asks for? All that is wrong is collected. Nothing here asks the engine.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "earmark/connect/text.hpp"
#include "earmark/core/intern.hpp"
#include "submit_forms.hpp"
#include "submit_json.hpp"

namespace earmark::submission {
namespace {

using nlohmann::json;
using names = std::vector<std::string_view>;

std::string join(const names& words) { return fmt::format("{}", fmt::join(words, ", ")); }

/// `"colour" is not known here; did you mean "color"?`
problem unknown_name(error_code code, std::string path, std::string_view what,
                     std::string_view name, const names& known) {
    const std::string_view like = connect::nearest(name, known);
    return make_problem(code, std::move(path),
                        fmt::format("{} is no {}", connect::shown(name), what),
                        like.empty() ? fmt::format("use one of: {}", join(known))
                                     : fmt::format("did you mean {}?", connect::shown(like)));
}

std::string_view words_of(shape s) noexcept {
    switch (s) {
        case shape::text:
        case shape::key:
            return "a text";
        case shape::time:
            return "a text such as \"2026-11-21T08:30:00Z\"";
        case shape::whole:
            return "a whole number";
        case shape::id:
            return "a text of digits, or a whole number";
        case shape::decimal:
            return "a text such as \"12.50\", or a whole number";
        case shape::degrees:
            return "a number";
        case shape::flag:
            return "true or false";
        case shape::choice:
            return "a text";
        case shape::keys:
            return "an array of texts";
        case shape::rows:
            return "an array of objects";
        case shape::orders:
            return "an array of orders";
    }
    return "another value";
}

bool has_kind(shape s, const json& v) noexcept {
    switch (s) {
        case shape::text:
        case shape::key:
        case shape::time:
        case shape::choice:
            return v.is_string();
        case shape::whole:
            return v.is_number_integer();
        case shape::id:
        case shape::decimal:
            return v.is_string() || v.is_number_integer();
        case shape::degrees:
            return v.is_string() || v.is_number();
        case shape::flag:
            return v.is_boolean();
        case shape::keys:
        case shape::rows:
        case shape::orders:
            return v.is_array();
    }
    return false;
}

void check_fields(std::span<const field> own, std::span<const field> common, const json& object,
                  std::span<const std::string_view> besides, const std::string& path,
                  problems& wrong);

void check_whole(const field& f, const json& v, const std::string& path, problems& wrong) {
    const bool huge = v.is_number_unsigned() && v.get<std::uint64_t>() > INT64_MAX;
    const std::int64_t n = huge ? INT64_MAX : v.get<std::int64_t>();
    if (!huge && n >= f.low && n <= f.high) return;
    const std::int64_t bound = n < f.low ? f.low : f.high;
    wrong.add(make_problem(fail(error_code::out_of_range, n, bound), path, v.dump()));
}

void check_key(const json& v, const std::string& path, problems& wrong) {
    const std::size_t bytes = v.get_ref<const std::string&>().size();
    if (bytes == 0) wrong.add(make_problem(fail(error_code::empty_key), path));
    if (bytes > max_key_bytes)
        wrong.add(make_problem(fail(error_code::key_too_long, static_cast<std::int64_t>(bytes),
                                    static_cast<std::int64_t>(max_key_bytes)),
                               path));
}

/// One element of an array.
void check_element(const field& f, const json& v, const std::string& path, problems& wrong) {
    const bool text = f.is == shape::keys;
    if (text ? !v.is_string() : !v.is_object())
        wrong.add(make_problem(error_code::bad_field, path,
                               text ? "this must be a text" : "this must be an object",
                               "see the schema"));
    else if (text)
        check_key(v, path, wrong);
    else
        check_fields(f.of, {}, v, {}, path, wrong);
}

void check_array(const field& f, const json& v, const std::string& path, problems& wrong) {
    const auto n = static_cast<std::int64_t>(v.size());
    if (n < f.low || n > f.high) {
        wrong.add(make_problem(fail(error_code::bad_line_count, n, f.high), path));
        return;
    }
    if (f.is == shape::orders) return;  // one that is wrong does not stop the others
    for (std::size_t i = 0; i < v.size(); ++i) check_element(f, v[i], pointer(path, i), wrong);
}

void check_value(const field& f, const json& v, const std::string& path, problems& wrong) {
    if (!has_kind(f.is, v)) {
        const bool fraction = f.is == shape::decimal && v.is_number_float();
        wrong.add(make_problem(
            error_code::bad_field, path, fmt::format("this must be {}", words_of(f.is)),
            fraction ? "put it in quotes: a fraction in JSON is not exact" : "see the schema"));
        return;
    }
    switch (f.is) {
        case shape::key:
            check_key(v, path, wrong);
            break;
        case shape::whole:
            check_whole(f, v, path, wrong);
            break;
        case shape::keys:
        case shape::rows:
        case shape::orders:
            check_array(f, v, path, wrong);
            break;
        case shape::choice: {
            const std::string_view word = v.get_ref<const std::string&>();
            if (std::ranges::find(f.choices, word) == f.choices.end())
                wrong.add(unknown_name(error_code::bad_field, path, "value of this field", word,
                                       {f.choices.begin(), f.choices.end()}));
            break;
        }
        default:
            break;
    }
}

void check_unknown(const json& object, const names& known, const std::string& path,
                   problems& wrong) {
    for (const auto& [name, value] : object.items())
        if (std::ranges::find(known, name) == known.end())
            wrong.add(unknown_name(error_code::unknown_field, pointer(path, name), "field here",
                                   name, known));
}

void check_fields(std::span<const field> own, std::span<const field> common, const json& object,
                  std::span<const std::string_view> besides, const std::string& path,
                  problems& wrong) {
    names known{besides.begin(), besides.end()};
    for (const auto& fields : {own, common}) {
        for (const field& f : fields) {
            known.push_back(f.name);
            const auto at = object.find(f.name);
            if (at != object.end()) {
                check_value(f, *at, pointer(path, f.name), wrong);
                if (!f.instead_of.empty() && object.contains(f.instead_of))
                    wrong.add(make_problem(
                        error_code::bad_field, pointer(path, f.name),
                        fmt::format("this and {} exclude each other", connect::shown(f.instead_of)),
                        "keep one of the two"));
            } else if (f.required) {
                wrong.add(
                    make_problem(error_code::missing_field, pointer(path, f.name),
                                 fmt::format("the field {} is missing", connect::shown(f.name)),
                                 fmt::format("give {}: {}", words_of(f.is), f.about)));
            }
        }
    }
    check_unknown(object, known, path, wrong);
}

/// The text of a top-level field, or nothing with a problem.
std::string_view text_at(const json& line, std::string_view name, problems& wrong) {
    const auto at = line.find(name);
    if (at != line.end() && at->is_string()) return at->get_ref<const std::string&>();
    wrong.add(at == line.end()
                  ? make_problem(error_code::missing_field, pointer({}, name),
                                 fmt::format("the field {} is missing", connect::shown(name)),
                                 "see the schema")
                  : make_problem(error_code::bad_field, pointer({}, name), "this must be a text",
                                 "see the schema"));
    return {};
}

}  // namespace

const form* find_form(const json& line, problems& wrong) {
    const std::string_view verb = text_at(line, "verb", wrong);
    if (!wrong.empty()) return nullptr;
    names verbs;
    names tables;
    for (const form& f : forms()) {
        if (verbs.empty() || verbs.back() != f.verb) verbs.push_back(f.verb);
        if (f.verb == verb && f.table.empty()) return &f;
        if (f.verb == verb) tables.push_back(f.table);
    }
    if (tables.empty()) {
        wrong.add(unknown_name(error_code::unknown_verb, "/verb", "verb", verb, verbs));
        return nullptr;
    }
    const std::string_view table = text_at(line, "table", wrong);
    if (!wrong.empty()) return nullptr;
    for (const form& f : forms())
        if (f.verb == verb && f.table == table) return &f;
    wrong.add(unknown_name(error_code::bad_field, "/table", "table", table, tables));
    return nullptr;
}

void check_shape(const form& f, const json& line, problems& wrong) {
    constexpr std::string_view besides[] = {"verb", "table"};
    const std::size_t count = f.verb.empty() ? 0 : f.table.empty() ? 1 : 2;
    const std::span<const std::string_view> names{besides, count};
    check_fields(f.fields, f.command ? command_fields() : std::span<const field>{}, line, names, {},
                 wrong);
}

}  // namespace earmark::submission
