#include "submit_json.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "earmark/connect/text.hpp"
#include "earmark/engine/submit.hpp"

namespace earmark::submission {
namespace {

using nlohmann::json;

/// Receives the parser's events and builds the value. A function that answers false ends the
/// parsing; `wrong` then says why.
class builder final : public nlohmann::json_sax<json> {
public:
    [[nodiscard]] parsed_line take() {
        parsed_line out;
        out.wrong = std::move(wrong_);
        if (!out.wrong) out.value = std::move(root_);
        return out;
    }

    bool null() override { return add(nullptr); }
    bool boolean(bool v) override { return add(v); }
    bool number_integer(number_integer_t v) override { return add(v); }
    bool number_unsigned(number_unsigned_t v) override { return add(v); }
    bool number_float(number_float_t v, const string_t& /*text*/) override { return add(v); }
    bool string(string_t& v) override { return add(std::move(v)); }
    bool binary(binary_t& /*v*/) override { return false; }  // cannot occur in text
    bool start_object(std::size_t /*n*/) override { return open(json::object()); }
    bool start_array(std::size_t /*n*/) override { return open(json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(string_t& name) override {
        if (open_.back()->contains(name))
            return stop(make_problem(
                error_code::bad_json, pointer(path(), name),
                fmt::format("the key {} stands twice in one object", connect::shown(name)),
                "keep one of the two"));
        key_ = std::move(name);
        return true;
    }

    bool parse_error(std::size_t byte, const std::string& /*token*/,
                     const json::exception& /*e*/) override {
        return stop(
            make_problem(fail(error_code::bad_json, static_cast<std::int64_t>(byte)), path()));
    }

private:
    bool stop(problem p) {
        wrong_ = std::move(p);
        return false;
    }

    bool add(json value) {
        put(std::move(value));
        return within_count();
    }

    bool open(json empty) {
        if (open_.size() >= submit_limits::depth)
            return stop(make_problem(
                error_code::input_too_large, path(),
                fmt::format("arrays and objects are nested deeper than {}", submit_limits::depth),
                "no command needs that; see the schema"));
        open_.push_back(put(std::move(empty)));
        return within_count();
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    /// Stores a value where the parser stands. The pointers in open_ stay good: only the last one's
    /// children grow.
    json* put(json value) {
        if (open_.empty()) {
            root_ = std::move(value);
            return &root_;
        }
        json& parent = *open_.back();
        if (parent.is_array()) {
            parent.push_back(std::move(value));
            return &parent.back();
        }
        return &(parent[key_] = std::move(value));
    }

    bool within_count() {
        if (++values_ <= submit_limits::values) return true;
        return stop(
            make_problem(fail(error_code::input_too_large, static_cast<std::int64_t>(values_),
                              static_cast<std::int64_t>(submit_limits::values)),
                         {}));
    }

    /// Of the object or array that is being read. Only made when something is wrong.
    [[nodiscard]] std::string path() const {
        std::string out;
        for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
            const json& parent = *open_[i];
            if (parent.is_array()) {
                out = pointer(out, parent.size() - 1);
                continue;
            }
            for (const auto& [name, child] : parent.items())
                if (&child == open_[i + 1]) out = pointer(out, name);
        }
        return out;
    }

    json root_;
    std::vector<json*> open_;
    std::string key_;
    std::size_t values_ = 0;
    std::optional<problem> wrong_;
};

std::optional<problem> refuse_bytes(std::string_view line) {
    const auto size = static_cast<std::int64_t>(line.size());
    if (line.size() > submit_limits::line_bytes)
        return make_problem(fail(error_code::input_too_large, size,
                                 static_cast<std::int64_t>(submit_limits::line_bytes)),
                            {});
    if (line.find_first_not_of(" \t\r\n") == std::string_view::npos)
        return make_problem(error_code::empty_input, {}, "the line is empty",
                            "send one JSON object per line");
    const std::size_t bad = connect::bad_utf8_at(line);
    if (bad != std::string_view::npos)
        return make_problem(fail(error_code::bad_utf8, static_cast<std::int64_t>(bad)), {});
    return std::nullopt;
}

}  // namespace

parsed_line parse_line(std::string_view line) {
    return parse_object(line, "a command is one JSON object",
                        "wrap it in { }, with the field \"verb\"");
}

parsed_line parse_object(std::string_view line, const char* otherwise, const char* hint) {
    parsed_line out;
    out.wrong = refuse_bytes(line);
    if (out.wrong) return out;
    builder b;
    json::sax_parse(line.begin(), line.end(), &b);
    out = b.take();
    if (!out.wrong && !out.value.is_object())
        out.wrong = make_problem(error_code::bad_json, {}, otherwise, hint);
    return out;
}

std::string pointer(std::string_view parent, std::string_view token) {
    std::string out{parent};
    out += '/';
    for (const char c : token.substr(0, 64)) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

std::string pointer(std::string_view parent, std::size_t index) {
    return fmt::format("{}/{}", parent, index);
}

}  // namespace earmark::submission
