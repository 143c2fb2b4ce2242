#include "payload.hpp"

#include <algorithm>
#include <string>

namespace earmark {
namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view trimmed(std::string_view text) noexcept {
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Walks over the elements of an array.
class array_walk {
public:
    array_walk(std::string_view text, std::size_t at, std::uint32_t line)
        : text_{text}, at_{at}, line_{line} {}

    void each(const std::function<bool(const payload_part&)>& f) {
        for (bool is_first = true; !is_over_ && next() < text_.size(); is_first = false) {
            const std::size_t from = at_;
            const std::uint32_t line = line_;
            find_end();
            const std::string_view part = trimmed(text_.substr(from, at_ - from));
            const bool is_empty = is_first && is_over_ && part.empty();
            if (!is_empty && !f({part, line})) return;
            if (at_ < text_.size()) step();
        }
        // An array that does not end, or has more behind it, is one order more that is wrong.
        if (!is_over_)
            f({"[", line_});
        else if (next() < text_.size())
            f({trimmed(text_.substr(at_)), line_});
    }

private:
    void step() { line_ += text_[at_++] == '\n'; }

    /// Where the next character stands that is no blank.
    std::size_t next() {
        while (at_ < text_.size() && blanks.find(text_[at_]) != std::string_view::npos) step();
        return at_;
    }

    /// Of what is open, so that nobody looks in vain for it.
    std::size_t& count(char open) { return open == '{' ? braces_ : brackets_; }

    void close(char open) {
        if (count(open) == 0) return;
        char last = 0;
        do {
            last = open_.back();
            open_.pop_back();
            --count(last);
        } while (last != open);
    }

    /// Behind a text that ends with its line: does the next element seem to begin there?
    bool seems_to_begin() const {
        const std::size_t at = text_.find_first_not_of(blanks, at_);
        return at != std::string_view::npos && text_[at] == '{';
    }

    /// A bracket that nothing has opened ends the array; once something was broken, it does so
    /// only where nothing follows it.
    bool ends_here() const {
        return !is_broken_ || text_.find_first_not_of(blanks, at_ + 1) == std::string_view::npos;
    }

    /// To the comma, the line end or the bracket behind an element, or to the end of the text.
    void find_end() {
        open_.clear();
        braces_ = brackets_ = 0;
        bool in_text = false;
        for (; at_ < text_.size(); step()) {
            const char c = text_[at_];
            if (in_text) {
                if (c == '\n') {
                    in_text = false;
                    is_broken_ = true;
                    if (seems_to_begin()) return;
                } else if (c == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n') {
                    step();
                } else if (c == '"') {
                    in_text = false;
                }
                continue;
            }
            if (open_.empty() && c == ',') return;
            if (open_.empty() && c == ']' && ends_here()) return void(is_over_ = true);
            if (c == '"') in_text = true;
            if (c == '{' || c == '[') open_ += c, ++count(c);
            if (c == '}') close('{');
            if (c == ']') close('[');
        }
    }

    std::string_view text_;
    std::size_t at_;
    std::uint32_t line_;
    std::string open_;  // braces and brackets of the element
    std::size_t braces_ = 0, brackets_ = 0;
    bool is_broken_ = false;
    bool is_over_ = false;
};

}  // namespace

void cut_payload(std::string_view payload, const std::function<bool(const payload_part&)>& f) {
    if (payload.starts_with(byte_order_mark)) payload.remove_prefix(byte_order_mark.size());
    const std::size_t first = payload.find_first_not_of(blanks);
    if (first == std::string_view::npos) return;
    if (payload[first] == '[') {
        const auto before = payload.substr(0, first);
        const auto lines = std::count(before.begin(), before.end(), '\n');
        array_walk{payload, first + 1, static_cast<std::uint32_t>(lines) + 1}.each(f);
        return;
    }
    std::uint32_t line = 0;
    while (!payload.empty()) {
        const std::size_t end = std::min(payload.find('\n'), payload.size());
        const std::string_view part = trimmed(payload.substr(0, end));
        ++line;
        if (!part.empty() && !f({part, line})) return;
        payload.remove_prefix(std::min(end + 1, payload.size()));
    }
}

}  // namespace earmark
