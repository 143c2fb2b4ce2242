// PICTURES of workflows. Each state is a column, in the order of progress; each step is an arrow in
// a row of its own, from the column where it begins to the one where it leads. So nothing overlaps,
// however many steps there are, and the picture reads as the table does. Numbers are whole, so that
// the same workflow gives the same bytes everywhere.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "earmark/core/svg.hpp"
#include "earmark/lifecycle/workflow_text.hpp"

namespace earmark::lifecycle {
namespace {

constexpr int margin = 14, head = 46, row_height = 27, letter = 7, small_letter = 6;

std::string number(int n) { return std::to_string(n); }

std::string_view colour_of(unit_state base) noexcept {
    if (base == unit_state::delivered) return "#d8f0dc";
    if (is_final(base)) return "#f3dedc";
    if (base == unit_state::shipped) return "#e6defa";
    return holds_stock(base) ? "#dbe9fc" : "#fdf1d0";
}

class picture {
public:
    explicit picture(const workflow& of) : of_{of} { find_columns(); }

    std::string draw() {
        std::vector<row> rows{of_.rows().begin(), of_.rows().end()};
        std::stable_sort(rows.begin(), rows.end(), [this](const row& a, const row& b) {
            const std::size_t ai = of_.index(a.from), bi = of_.index(b.from);
            return ai != bi ? ai < bi : of_.index(a.to) < of_.index(b.to);
        });
        const int top = title_height() + head;
        const int bottom = top + row_height * static_cast<int>(rows.size()) + 12;
        const bool twice = rows.size() > 12;  // who looks at the end knows the columns, too
        const int height = bottom + (twice ? head : 0) + margin;
        start(height);
        bands(rows, top);
        for (const column& c : columns_)
            line(c.x, top - 4, c.x, bottom, R"(stroke="#c9ced6" stroke-dasharray="2 3")");
        heads(title_height());
        if (twice) heads(bottom + 2);
        int y = top + row_height / 2 + 8;
        for (const row& r : rows) {
            arrow(r, y);
            y += row_height;
        }
        return std::move(*page_).finish();
    }

private:
    struct column {
        state_key state{};
        int x = 0, width = 0;
    };

    void find_columns() {
        int x = margin;
        for (std::size_t i = 0; i < of_.states(); ++i) {
            const state_key s = of_.state(i);
            const auto is_named = [&](const row& r) { return r.from == s || r.to == s; };
            if (s.sub == 0 && std::none_of(of_.rows().begin(), of_.rows().end(), is_named))
                continue;
            const int width = std::max(84, letter * static_cast<int>(name_of(of_, s).size()) + 18);
            columns_.push_back({s, x + width / 2, width});
            x += width + 14;
        }
        width_ = std::max(x, 480) + margin;
    }
    [[nodiscard]] int title_height() const { return of_.written().about.empty() ? 40 : 58; }
    [[nodiscard]] int x_of(state_key s) const {
        for (const column& c : columns_)
            if (c.state == s) return c.x;
        return margin;
    }

    void start(int height) {
        page_.emplace(width_, height, "DejaVu Sans, Verdana, sans-serif");
        text(margin, 26, 17, "start", "#1b2430", of_.name(), R"( font-weight="bold")");
        if (!of_.written().about.empty())
            text(margin, 46, 12, "start", "#4a5563", of_.written().about, "");
    }
    /// Rows of one state share a shade.
    void bands(const std::vector<row>& rows, int top) {
        bool shaded = false;
        int y = top + 4;
        for (std::size_t i = 0; i < rows.size(); ++i, y += row_height) {
            if (i == 0 || rows[i].from != rows[i - 1].from) shaded = !shaded;
            if (shaded) rect(0, y, width_, row_height, R"(fill="#f5f7fa")");
        }
    }
    void heads(int y) {
        for (const column& c : columns_) {
            std::string look = R"(rx="6" stroke="#5b6675" fill=")";
            look += colour_of(c.state.base);
            look += c.state.sub != 0 ? R"(" stroke-dasharray="5 3")" : "\"";
            rect(c.x - c.width / 2, y, c.width, head - 10, look);
            const bool own = c.state.sub != 0;
            text(c.x, y + (own ? 16 : 23), 12, "middle", "#1b2430", name_of(of_, c.state), "");
            if (own) text(c.x, y + 30, 10, "middle", "#4a5563", earmark::name_of(c.state.base), "");
        }
    }

    [[nodiscard]] std::string label_of(const row& r) const {
        std::string out{name_of(of_, r.on)};
        std::string guard;
        const auto add = [&](std::string_view word, fact_bits facts) {
            for (const std::string_view f : names_of(of_, facts)) {
                guard += guard.empty() ? "" : ", ";
                guard += word;
                guard += f;
            }
        };
        add("", r.needs);
        add("not ", static_cast<fact_bits>(r.asks & ~r.needs));
        if (!guard.empty()) out += " [" + guard + ']';
        if (r.after_s != 0) out += " after " + span_text(r.after_s);
        return out;
    }

    void arrow(const row& r, int y) {
        const int from = x_of(r.from), to = x_of(r.to);
        const bool ends_badly = r.to.base == unit_state::cancelled || r.to.base == unit_state::lost;
        const std::string ink = ends_badly ? "#a3453c" : r.on.is_own() ? "#6b4fa0" : "#1f4e8c";
        const std::string label = label_of(r);
        const int space = small_letter * static_cast<int>(label.size()) + 8;
        const bool right = to >= from;
        page_->raw("<g>");
        if (!of_.because(r).empty())
            page_->raw("<title>" + escaped_xml(of_.because(r)) + "</title>");
        page_->raw(R"(<circle cx=")" + number(from) + R"(" cy=")" + number(y) +
                   R"(" r="3" fill=")" + ink + "\"/>");
        std::string stroke = R"(stroke=")" + ink + R"(" stroke-width="1.4" fill="none")";
        if (ends_badly) stroke += R"( stroke-dasharray="6 3")";
        if (from == to) {
            page_->raw(R"(<path d="M)" + number(from) + ' ' + number(y) +
                       " h26 q8 0 8 -6 t-8 -6 h-18\" " + stroke + "/>");
            head_of(from + 3, y - 12, false, ink);
            place(label, from + 38, y - 3, true);
        } else {
            line(from, y, right ? to - 4 : to + 4, y, stroke);
            head_of(right ? to - 1 : to + 1, y, right, ink);
            const bool fits = right ? from + 8 + space < width_ : from - 8 - space > 0;
            place(label, right ? from + 8 : from - 8, y - 5, fits ? right : !right);
        }
        page_->raw("</g>\n");
    }
    /// On a white ground, so that lines behind it do not cross it.
    void place(const std::string& label, int x, int y, bool from_left) {
        text(x, y, 11, from_left ? "start" : "end", "#1b2430", label,
             R"( stroke="#ffffff" stroke-width="3" paint-order="stroke")");
    }
    void head_of(int x, int y, bool right, const std::string& ink) {
        const int back = right ? x - 9 : x + 9;
        page_->raw(R"(<polygon points=")" + number(x) + ',' + number(y) + ' ' + number(back) + ',' +
                   number(y - 4) + ' ' + number(back) + ',' + number(y + 4) + R"(" fill=")" + ink +
                   "\"/>");
    }

    void rect(int x, int y, int width, int height, std::string_view look) {
        page_->rect(x, y, width, height, look);
    }
    void line(int x1, int y1, int x2, int y2, std::string_view look) {
        page_->line(x1, y1, x2, y2, look);
    }
    void text(int x, int y, int size, std::string_view anchor, std::string_view ink,
              std::string_view words, std::string_view more) {
        page_->text(x, y, size, anchor, ink, words, more);
    }

    const workflow& of_;
    std::vector<column> columns_;
    int width_ = 0;
    std::optional<svg_page> page_;
};

}  // namespace

std::string svg_of(const workflow& of) { return picture{of}.draw(); }

}  // namespace earmark::lifecycle
