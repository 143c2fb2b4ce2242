#include "earmark/report/show.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "earmark/core/time_text.hpp"

namespace earmark::report {
namespace {

constexpr std::size_t widest = 40;

std::string cut(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < ' ') c = ' ';
    if (text.size() <= widest) return text;
    std::size_t end = widest - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end) + "...";
}

bool is_number(const column_data& c) noexcept {
    return c.words == nullptr && !std::holds_alternative<texts>(c.values) &&
           !std::holds_alternative<flags>(c.values) && c.of->type != column_type::timestamp;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else
            out += c;
    }
    return out;
}

std::string heading(const frame& f) {
    return fmt::format("{}: {} row{} x {} columns", f.schema().name, f.rows(),
                       f.rows() == 1 ? "" : "s", f.columns().size());
}

}  // namespace

std::string value_text(const column_data& c, std::size_t row) {
    if (!c.valid()[row]) return "-";
    if (const auto* const codes = std::get_if<numbers<std::int32_t>>(&c.values)) {
        const auto value = codes->values()[row];
        return c.words == nullptr ? std::to_string(value)
                                  : std::string{(*c.words)[static_cast<std::size_t>(value)]};
    }
    if (const auto* const wide = std::get_if<numbers<std::int64_t>>(&c.values)) {
        const auto value = wide->values()[row];
        return c.of->type == column_type::timestamp ? to_string(time_point{value})
                                                    : std::to_string(value);
    }
    if (const auto* const real = std::get_if<numbers<double>>(&c.values))
        return fmt::format("{}", real->values()[row]);
    if (const auto* const truth = std::get_if<flags>(&c.values))
        return (*truth)[row] ? "true" : "false";
    return std::string{std::get<texts>(c.values)[row]};
}

std::string to_text(const frame& f, std::size_t rows) {
    const std::size_t shown = std::min(rows, f.rows());
    std::vector<std::string> lines(shown + 1);
    for (const column_data& c : f.columns()) {
        std::vector<std::string> cells{std::string{c.of->name}};
        for (std::size_t row = 0; row < shown; ++row) cells.push_back(cut(value_text(c, row)));
        std::size_t width = 0;
        for (const auto& cell : cells) width = std::max(width, cell.size());
        for (std::size_t i = 0; i < cells.size(); ++i)
            lines[i] += is_number(c) ? fmt::format("{:>{}}  ", cells[i], width)
                                     : fmt::format("{:<{}}  ", cells[i], width);
    }
    std::string out = heading(f) + "\n";
    for (std::string& line : lines) {
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    }
    if (shown < f.rows()) out += fmt::format("... {} more\n", f.rows() - shown);
    out.pop_back();
    return out;
}

std::string to_html(const frame& f, std::size_t rows) {
    const std::size_t shown = std::min(rows, f.rows());
    std::string out = "<table><caption>" + escaped(heading(f)) + "</caption><thead><tr>";
    for (const column_data& c : f.columns())
        out += "<th title=\"" + escaped(c.of->doc) + "\">" + escaped(c.of->name) +
               (c.of->unit.empty() ? "" : "<br><small>" + escaped(c.of->unit) + "</small>") +
               "</th>";
    out += "</tr></thead><tbody>";
    for (std::size_t row = 0; row < shown; ++row) {
        out += "<tr>";
        for (const column_data& c : f.columns())
            out += (is_number(c) ? "<td style=\"text-align:right\">" : "<td>") +
                   escaped(value_text(c, row)) + "</td>";
        out += "</tr>";
    }
    return out + "</tbody></table>";
}

}  // namespace earmark::report
