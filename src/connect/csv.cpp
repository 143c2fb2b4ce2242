// libcsv (strict) does the quoting; this file does what it leaves open: bounds, NUL, encoding, line
// numbers, the header, and words. libcsv gets one line at a time, so that each is bounded before it
// is parsed and every report knows its line.
#include "earmark/connect/csv.hpp"

#include <csv.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "earmark/connect/text.hpp"

namespace earmark::connect {
namespace {

constexpr std::size_t absent = static_cast<std::size_t>(-1);
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

struct slice {
    std::size_t at = 0;
    std::size_t bytes = 0;
};

/// What libcsv's callbacks fill. They are called from C and may not throw: `exhausted` stands for
/// the std::bad_alloc that they had to swallow.
struct sink {
    std::string bytes;  // of all fields of the row, one after the other
    std::vector<slice> fields;
    bool ended = false;   // the row's terminator was seen
    bool second = false;  // another row began in the same line: a lone carriage return
    bool exhausted = false;

    void clear() noexcept {
        bytes.clear();
        fields.clear();
        ended = false;
    }
    void add(const char* data, std::size_t n) noexcept {
        if (ended) second = true;
        if (second || exhausted) return;
        try {
            fields.push_back({bytes.size(), n});
            bytes.append(data, n);
        } catch (const std::bad_alloc&) {
            exhausted = true;
        }
    }
};

extern "C" {
void earmark_csv_field(void* data, std::size_t n, void* user) {
    static_cast<sink*>(user)->add(static_cast<const char*>(data), n);
}
void earmark_csv_row(int /*terminator*/, void* user) { static_cast<sink*>(user)->ended = true; }
int earmark_csv_no_space(unsigned char /*c*/) { return 0; }  // blanks belong to the field
}

bool is_ascii(std::string_view text) noexcept {
    unsigned char all = 0;
    for (const char c : text) all = static_cast<unsigned char>(all | static_cast<unsigned char>(c));
    return all < 0x80;
}

std::vector<std::string_view> names_of(std::span<const csv_column> columns) {
    std::vector<std::string_view> names;
    for (const csv_column& c : columns) names.push_back(c.name);
    return names;
}

}  // namespace

struct csv_reader::state {
    std::string_view text;
    std::span<const csv_column> columns;
    csv_limits limits;
    csv_parser parser{};
    sink got;
    std::vector<std::size_t> place;  // column -> field of the file, or absent
    std::vector<std::string> header;
    std::size_t at = 0;            // in text
    std::size_t row_bytes = 0;     // of the row that is being read
    std::uint32_t lines = 0;       // read so far
    std::uint32_t first_line = 0;  // of the present row
    std::uint32_t row = 0;
    std::uint32_t faults = 0;
    bool ascii = true;  // the present row
    std::optional<rejected_row> fault;
    std::optional<rejected_row> failure;

    state(std::string_view t, std::span<const csv_column> c, csv_limits l)
        : text{t}, columns{c}, limits{l}, place(c.size(), absent) {
        if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) throw std::bad_alloc{};
        csv_set_space_func(&parser, earmark_csv_no_space);
        csv_set_blk_size(&parser, 4096);
    }
    ~state() { csv_free(&parser); }
    state(const state&) = delete;
    state& operator=(const state&) = delete;

    [[nodiscard]] std::string_view field(std::size_t i) const noexcept {
        return {got.bytes.data() + got.fields[i].at, got.fields[i].bytes};
    }
    [[nodiscard]] std::string where() const {
        return row == 0 ? fmt::format("header (line {})", first_line)
                        : fmt::format("row {} (line {})", row, first_line);
    }
    [[nodiscard]] rejected_row report(error_code code, std::size_t column,
                                      std::string_view words) const {
        error e = fail(code, static_cast<std::int64_t>(column), first_line, 0, row);
        e.field = static_cast<std::uint16_t>(std::min<std::size_t>(column, 0xFFFF));
        return {row, e, fmt::format("{}, column {}: {}", where(), column, words)};
    }
    void stop(error_code code, std::string_view words) {
        failure = report(code, got.fields.size() + 1, words);
    }

    bool read_row();
    bool feed(std::string_view part);
    bool finish();
    void read_header();
    void name_columns();
    void check_row();
};

/// Hands bytes to libcsv. False after a failure.
bool csv_reader::state::feed(std::string_view part) {
    const std::size_t n =
        csv_parse(&parser, part.data(), part.size(), earmark_csv_field, earmark_csv_row, &got);
    if (got.exhausted || csv_error(&parser) == CSV_ENOMEM) throw std::bad_alloc{};
    if (n != part.size()) {
        stop(
            error_code::bad_csv,
            "a quote stands inside a field, or text behind a closing quote; put the whole field in "
            "quotes and write each quote within it twice");
        return false;
    }
    if (got.second) {
        stop(error_code::bad_csv,
             "a carriage return ends a row in mid-line; save the file with LF "
             "or CRLF at the ends of lines");
        return false;
    }
    return true;
}

/// The end of the text: the last row may lack its line feed. True where one was left.
bool csv_reader::state::finish() {
    if (row_bytes == 0) return false;
    if (csv_fini(&parser, earmark_csv_field, earmark_csv_row, &got) != 0) {
        stop(error_code::bad_csv, fmt::format("the quote that opens in this row (it starts in line "
                                              "{}) is never closed",
                                              first_line));
        return false;
    }
    if (got.exhausted) throw std::bad_alloc{};
    return got.ended;
}

/// Reads lines until a row is whole. False at the end of the text and after a failure.
bool csv_reader::state::read_row() {
    got.clear();
    row_bytes = 0;
    ascii = true;
    while (at < text.size()) {
        const void* lf = std::memchr(text.data() + at, '\n', text.size() - at);
        const std::size_t end =
            lf == nullptr
                ? text.size()
                : static_cast<std::size_t>(static_cast<const char*>(lf) - text.data()) + 1;
        const std::string_view line = text.substr(at, end - at);
        ++lines;
        if (row_bytes == 0) first_line = lines;
        row_bytes += line.size();
        if (row_bytes > limits.line_bytes) {
            stop(error_code::input_too_large,
                 fmt::format("the row is longer than {} bytes; is a quote left open, or is this no "
                             "CSV file?",
                             limits.line_bytes));
            return false;
        }
        const std::size_t nul = line.find('\0');
        if (!feed(line.substr(0, nul))) return false;
        if (nul != std::string_view::npos) {
            stop(error_code::bad_csv,
                 fmt::format("byte {} of line {} is NUL; this is no text file, "
                             "or it is UTF-16: save it as UTF-8",
                             nul + 1, lines));
            return false;
        }
        at = end;
        ascii = ascii && is_ascii(line);
        if (got.ended) return true;
        if (got.fields.empty() && (line == "\n" || line == "\r\n")) row_bytes = 0;  // a blank line
    }
    return finish();
}

void csv_reader::state::read_header() {
    first_line = 1;
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
        stop(error_code::bad_utf8, "the file is UTF-16; save it as UTF-8");
        return;
    }
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    if (!read_row()) {
        if (!failure)
            stop(error_code::empty_input,
                 "the file is empty; its first row must name the "
                 "columns");
        return;
    }
    if (got.fields.size() > limits.fields) {
        stop(error_code::input_too_large,
             fmt::format("there are {} columns, {} are allowed", got.fields.size(), limits.fields));
        return;
    }
    name_columns();
}

void csv_reader::state::name_columns() {
    const std::vector<std::string_view> known = names_of(columns);
    for (std::size_t i = 0; i < got.fields.size(); ++i) {
        const std::string_view name = field(i);
        header.emplace_back(name);
        const auto found = std::find(known.begin(), known.end(), name);
        if (found == known.end()) {
            const std::string_view like = nearest(name, known);
            failure =
                report(error_code::unknown_field, i + 1,
                       like.empty() ? fmt::format("{} is no column of this format; the columns "
                                                  "are {}",
                                                  shown(name), fmt::join(known, ", "))
                                    : fmt::format("{} is no column of this format; did you "
                                                  "mean {}?",
                                                  shown(name), shown(like)));
            return;
        }
        std::size_t& seat = place[static_cast<std::size_t>(found - known.begin())];
        if (seat != absent) {
            failure = report(error_code::bad_csv, i + 1,
                             fmt::format("{} is there already as column {}; keep one of the two",
                                         shown(name), seat + 1));
            return;
        }
        seat = i;
    }
    for (std::size_t c = 0; c < columns.size(); ++c) {
        if (!columns[c].required || place[c] != absent) continue;
        stop(error_code::missing_field,
             fmt::format("the column {} is missing", shown(columns[c].name)));
        return;
    }
}

/// Is the row usable as a row? Sets the fault.
void csv_reader::state::check_row() {
    fault.reset();
    if (got.fields.size() != header.size()) {
        fault =
            report(error_code::bad_csv, got.fields.size(),
                   fmt::format("there are {} fields where the header names {}; a comma in a text "
                               "needs quotes around the text",
                               got.fields.size(), header.size()));
    } else if (!ascii) {
        for (std::size_t i = 0; i < got.fields.size() && !fault; ++i) {
            const std::size_t bad = bad_utf8_at(field(i));
            if (bad == std::string_view::npos) continue;
            fault =
                report(error_code::bad_utf8, i + 1,
                       fmt::format("byte {} of {} ({}) is not UTF-8; save the file as UTF-8, for "
                                   "example with iconv -f latin1 -t utf-8",
                                   bad + 1, shown(field(i)), header[i]));
        }
    }
    if (fault && ++faults > limits.faults)
        failure = report(error_code::input_too_large, 1,
                         fmt::format("this is wrong row number {}; is it the right format? {}",
                                     faults, fault->text));
}

csv_reader::csv_reader(std::string_view text, std::span<const csv_column> columns,
                       csv_limits limits)
    : state_{std::make_unique<state>(text, columns, limits)} {
    state_->read_header();
}

csv_reader::~csv_reader() = default;

bool csv_reader::next() {
    state& s = *state_;
    if (s.failure) return false;
    ++s.row;
    if (!s.read_row()) {
        --s.row;
        return false;
    }
    if (s.row > s.limits.rows) {
        s.stop(error_code::input_too_large, fmt::format("more than {} rows", s.limits.rows));
        return false;
    }
    s.check_row();
    return !s.failure;
}

std::string_view csv_reader::operator[](std::size_t column) const noexcept {
    const std::size_t seat = state_->place[column];
    return seat < state_->got.fields.size() ? state_->field(seat) : std::string_view{};
}

bool csv_reader::has(std::size_t column) const noexcept { return state_->place[column] != absent; }
std::uint32_t csv_reader::row() const noexcept { return state_->row; }
std::uint32_t csv_reader::line() const noexcept { return state_->first_line; }

const rejected_row* csv_reader::fault() const noexcept {
    return state_->fault ? &*state_->fault : nullptr;
}

const std::optional<rejected_row>& csv_reader::failure() const noexcept { return state_->failure; }

rejected_row csv_reader::reject(std::size_t column, error why) const {
    return reject(column, why, to_string(why));
}

rejected_row csv_reader::reject(std::size_t column, error why, std::string_view words) const {
    const std::size_t seat = state_->place[column];
    why.row = state_->row;
    why.field = static_cast<std::uint16_t>(seat == absent ? 0 : seat + 1);
    return {state_->row, why,
            fmt::format("{}, column {} ({}), {}: {}", state_->where(), why.field,
                        state_->columns[column].name, shown((*this)[column]), words)};
}

void csv_reader::stop(rejected_row why) { state_->failure = std::move(why); }

}  // namespace earmark::connect
