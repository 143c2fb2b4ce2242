#include "earmark/model/plain_text.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace earmark::text {
namespace {

constexpr int max_depth = 8;

/// Also a carriage return and bytes that are no ASCII: the parser skips a byte order mark.
bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || static_cast<unsigned char>(c) >= 0x80;
}

/// One pass over the text: knows comments and quotes, counts brackets and dots.
class guard {
public:
    guard(const kind_of_text& kind, findings& found) : kind_{kind}, found_{found} {}

    bool read(std::string_view text) {
        for (std::size_t i = 0; i < text.size(); ++i)
            if (!is_header_named(text, i) || !step(text, i)) return false;
        return true;
    }

private:
    /// `[name]` or `[[name]]` at the beginning of a line. The parser takes for granted that a name
    /// begins there.
    bool is_header_named(std::string_view text, std::size_t i) {
        const bool is_first =
            !std::exchange(begun_, text[i] != '\n' && (begun_ || !is_blank(text[i])));
        if (text[i] != '[' || !is_first || depth_ != 0) return true;
        std::size_t name = text.find_first_not_of(" \t", i + 1);
        if (name == i + 1 && text[name] == '[') name = text.find_first_not_of(" \t", name + 1);
        const char c = name == std::string_view::npos ? '\0' : text[name];
        const bool begins = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '"' || c == '\'';
        if (begins) return true;
        at_.column += 1;
        return refuse("a table without a name; write for example " + std::string{kind_.table});
    }

    bool step(std::string_view text, std::size_t& i) {
        const char c = text[i];
        ++at_.column;
        if (c == '\n') {
            at_ = {at_.line + 1, 0};
            quote_ = 0;
            comment_ = false;
            dots_ = 0;
            return true;
        }
        if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r')
            return refuse("a control character; a " + std::string{kind_.noun} + " is plain text");
        if (comment_) return true;
        if (quote_ != 0) {
            if (c == '\\' && quote_ == '"' && i + 1 < text.size() && text[i + 1] != '\n') {
                ++i;
                ++at_.column;
            } else if (c == quote_) {
                quote_ = 0;
            }
            return true;
        }
        return bare(text, i);
    }

    /// A character outside of quotes and comments.
    bool bare(std::string_view text, std::size_t i) {
        switch (text[i]) {
            case '#':
                comment_ = true;
                return true;
            case '"':
            case '\'':
                quote_ = text[i];
                if (text.substr(i, 3) == std::string(3, quote_))
                    return refuse("a multi-line string; a " + std::string{kind_.noun} +
                                  " has none");
                return true;
            case '[':
            case '{':
                if (depth_ == max_depth) return refuse("values nest too deep; at most 8");
                closes_[static_cast<std::size_t>(depth_++)] = text[i] == '[' ? ']' : '}';
                return true;
            case ']':
            case '}':  // the parser takes for granted that it closes what is open
                if (depth_ == 0 || closes_[static_cast<std::size_t>(--depth_)] != text[i])
                    return refuse(std::string{"a "} + text[i] + " that closes nothing");
                return true;
            case '.':
                return ++dots_ <= max_depth || refuse("a key with too many dots; at most 8");
            default:
                return true;
        }
    }

    bool refuse(const std::string& why) {
        found_.add(kind_.broken, at_, why);
        return false;
    }

    const kind_of_text& kind_;
    findings& found_;
    text_place at_{1, 0};
    char quote_ = 0;
    bool comment_ = false;
    bool begun_ = false;  // the line has a character that is no blank
    int depth_ = 0;
    std::array<char, max_depth> closes_{};  // what closes each that is open
    int dots_ = 0;
};

/// Edit distance, with a swap of neighbours as one edit. Both texts are at most 40 bytes.
std::size_t edits(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), row(b.size() + 1), next(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        next[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = row[j - 1] + (a[i - 1] != b[j - 1]);
            next[j] = std::min({row[j] + 1, next[j - 1] + 1, change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                next[j] = std::min(next[j], before[j - 2] + 1);
        }
        before.swap(row);
        row.swap(next);
    }
    return row[b.size()];
}

}  // namespace

void findings::add(error_code code, text_place at, const std::string& sentence) {
    std::string where = file_;
    if (at.line != 0) where += ':' + std::to_string(at.line) + ':' + std::to_string(at.column);
    rejected_row r{at.line, fail(code, at.line, at.column), where + ": " + sentence};
    r.why.row = at.line;
    rows_.push_back({at, std::move(r)});
}

std::vector<rejected_row> findings::take() {
    std::stable_sort(rows_.begin(), rows_.end(), [](const row& a, const row& b) {
        return a.at.line != b.at.line ? a.at.line < b.at.line : a.at.column < b.at.column;
    });
    std::vector<rejected_row> out;
    for (row& r : rows_) out.push_back(std::move(r.what));
    rows_.clear();
    return out;
}

bool is_harmless(std::string_view text, const kind_of_text& kind, findings& found) {
    if (text.size() > kind.max_bytes) {
        found.add(error_code::input_too_large, {},
                  "the text has " + std::to_string(text.size()) + " bytes; a " +
                      std::string{kind.noun} + " has at most " + std::to_string(kind.max_bytes));
        return false;
    }
    const bool blank = std::all_of(text.begin(), text.end(), [](char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    });
    if (blank) {
        found.add(error_code::empty_input, {},
                  "the text is empty; start with " + std::string{kind.start});
        return false;
    }
    return guard{kind, found}.read(text);
}

bool is_name(std::string_view name) noexcept {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == ' ' || c == '-' || c == '_' || c == '.';
    };
    return !name.empty() && name.size() <= 64 && name.front() != ' ' && name.back() != ' ' &&
           std::all_of(name.begin(), name.end(), fits);
}

std::string without_controls(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    return text;
}

std::string shown(std::string_view text) {
    std::string out = without_controls(std::string{text.substr(0, 40)});
    return text.size() > 40 ? out + "..." : out;
}

std::string hint_for(std::string_view name, std::span<const std::string_view> known) {
    std::string_view nearest;
    std::size_t least = 1 + std::max<std::size_t>(2, std::min<std::size_t>(name.size(), 40) / 3);
    for (const std::string_view k : known) {
        const std::size_t distance = edits(name.substr(0, 40), k);
        if (distance >= least) continue;
        least = distance;
        nearest = k;
    }
    if (!nearest.empty()) return "; did you mean '" + std::string{nearest} + "'?";
    std::string list = "; known are";
    constexpr std::size_t most = 40;
    for (const std::string_view k : known.first(std::min(most, known.size())))
        list += (k == known.front() ? " " : ", ") + std::string{k};
    return known.size() > most ? list + " ..." : list;
}

}  // namespace earmark::text
