// THE PICTURE of a story. A column for each record that changed the order, as wide as what is
// written in it, so that no text meets another however close in time they are; the letters are a
// typewriter's, whose widths are known.
#include <algorithm>
#include <compare>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "earmark/core/svg.hpp"
#include "earmark/core/time_text.hpp"
#include "earmark/report/order_story.hpp"

namespace earmark::report {
namespace {

constexpr int margin = 14, row_height = 24, text_size = 11, letter = 7, pad = 6, least_column = 64;
constexpr int head_lines = 4, head_step = 15, head = head_lines * head_step + 8;
constexpr int most_label = 24, most_word = 16;
constexpr std::string_view fonts = "DejaVu Sans Mono, Menlo, Consolas, monospace";
constexpr std::string_view ink = "#1b2430", pale_ink = "#4a5563";

std::string_view colour_of(unit_state s) noexcept {
    switch (s) {
        case unit_state::open:
            return "#fdf1d0";
        case unit_state::backordered:
            return "#fbe0b4";
        case unit_state::shipped:
            return "#e6defa";
        case unit_state::delivered:
            return "#d8f0dc";
        case unit_state::lost:
        case unit_state::cancelled:
            return "#f3dedc";
        default:
            return "#dbe9fc";
    }
}

int width_of(std::string_view text) { return letter * columns_of(text); }

/// Where units of a line stand.
struct stand {
    std::uint32_t line = 0;
    unit_state state = unit_state::open;
    std::string label{}, node{};
    friend auto operator<=>(const stand&, const stand&) = default;
};
struct level {
    std::size_t step = 0;  // from which on
    std::int64_t atoms = 0;
};
struct track {
    int decimals = 0;
    std::vector<level> levels{};
};
/// A hold, as far as the story saw it.
struct hold_bar {
    std::uint32_t number = 0;
    std::string label{};
    std::size_t begins = 0, ends = SIZE_MAX;
    std::string end{};  // what became of it
    bool stands = true;
};
struct step {
    std::size_t first = 0, end = 0;  // rows
};

class picture {
public:
    explicit picture(const told_story& of) : of_{of} {
        find_steps();
        find_tracks();
        find_holds();
        measure();
    }

    std::string draw() {
        svg_page page{width_, height_, fonts};
        title(page);
        bands(page);
        columns(page);
        int y = top_ + head;
        for (const hold_bar& h : holds_) bar(page, h, std::exchange(y, y + row_height));
        y = units_at_;
        std::uint32_t line = 0;
        for (const auto& [at, t] : tracks_) {
            labels(page, at, at.line != line, y);
            levels(page, at, t, y);
            line = at.line;
            y += row_height;
        }
        notes(page, y + 16);
        return std::move(page).finish();
    }

private:
    // ---- what there is to draw ------------------------------------------------------------------

    void find_steps() {
        for (std::size_t i = 0, end = 0; i < of_.rows.size(); i = end) {
            while (end < of_.rows.size() && of_.rows[end].at == of_.rows[i].at) ++end;
            steps_.push_back({i, end});
        }
        hidden_ = steps_.size() - std::min(steps_.size(), drawn_steps);
    }

    void find_tracks() {
        for (const units_before& u : of_.before) {
            name_line(u.line, u.sku_key);
            change({u.line, u.state, std::string{u.label}, std::string{u.node_key}}, u.decimals, 0,
                   u.amount.atoms);
        }
        for (std::size_t s = 0; s < steps_.size(); ++s)
            for (std::size_t i = steps_[s].first; i < steps_[s].end; ++i) follow(of_.rows[i], s);
        std::erase_if(tracks_, [&](const auto& t) { return !is_seen(t.second); });
        std::uint32_t lines = 0, last = 0;
        for (auto t = tracks_.begin(); t != tracks_.end();) {
            lines += t->first.line != last ? 1 : 0;
            last = t->first.line;
            t = lines > drawn_lines ? tracks_.erase(t) : std::next(t);
        }
        hidden_lines_ = lines - std::min<std::uint32_t>(lines, drawn_lines);
    }
    void follow(const trail_row& r, std::size_t s) {
        const bool is_birth = r.kind == trail_kind::placed;
        if (!is_birth && r.kind != trail_kind::moved) return;
        name_line(r.line, r.sku_key);
        if (is_birth)
            return change({r.line, unit_state::open, {}, {}}, r.decimals, s, r.amount.atoms);
        change({r.line, r.from, std::string{r.from_label}, std::string{r.from_node_key}},
               r.decimals, s, -r.amount.atoms);
        change({r.line, r.to, std::string{r.to_label}, std::string{r.node_key}}, r.decimals, s,
               r.amount.atoms);
    }
    void change(const stand& at, int decimals, std::size_t s, std::int64_t by) {
        track& t = tracks_[at];
        t.decimals = decimals;
        const std::int64_t before = t.levels.empty() ? 0 : t.levels.back().atoms;
        if (t.levels.empty() || t.levels.back().step != s) t.levels.push_back({s, before});
        t.levels.back().atoms += by;
    }
    /// Does it have units in a column that is drawn?
    [[nodiscard]] bool is_seen(const track& t) const noexcept {
        for (std::size_t i = 0; i < t.levels.size(); ++i)
            if (t.levels[i].atoms != 0 &&
                (i + 1 == t.levels.size() || t.levels[i + 1].step > hidden_))
                return true;
        return false;
    }
    void name_line(std::uint32_t line, std::string_view sku) {
        line_names_.try_emplace(line, std::to_string(line) + ' ' + std::string{sku});
    }

    void find_holds() {
        for (std::size_t s = 0; s < steps_.size(); ++s)
            for (std::size_t i = steps_[s].first; i < steps_[s].end; ++i) hold(of_.rows[i], s);
        std::erase_if(holds_, [&](const hold_bar& h) { return h.ends <= hidden_ && hidden_ > 0; });
        hidden_holds_ = holds_.size() - std::min(holds_.size(), drawn_holds);
        holds_.resize(holds_.size() - hidden_holds_);
    }
    void hold(const trail_row& r, std::size_t s) {
        if (r.kind != trail_kind::held && r.kind != trail_kind::hold_ended) return;
        auto h = std::ranges::find(holds_, r.hold, &hold_bar::number);
        if (h == holds_.end()) {
            std::string label = "hold " + std::to_string(r.hold) + ' ' + std::string{r.hold_type};
            if (r.line != 0) label += ", line " + std::to_string(r.line);
            h = holds_.insert(
                h, {r.hold, std::move(label), r.kind == trail_kind::held ? s : std::size_t{0}});
        }
        if (r.kind == trail_kind::held) return;
        h->end = r.what;
        if (r.what == "resolved" || r.what == "rejected") h->ends = s;
    }

    // ---- where it lies --------------------------------------------------------------------------

    [[nodiscard]] static std::string state_text(const stand& at) {
        return at.label.empty() ? std::string{name_of(at.state)} : at.label;
    }
    [[nodiscard]] static std::pair<std::string, std::string> day_and_time(time_point t) {
        const std::string text = to_string(t);
        const std::size_t at = text.find('T');
        return {text.substr(0, at), at == std::string::npos ? "" : text.substr(at + 1)};
    }
    [[nodiscard]] std::size_t drawn() const noexcept { return steps_.size() - hidden_; }

    void measure() {
        for (const auto& [at, t] : tracks_) {
            line_width_ =
                std::max(line_width_, width_of(clipped(line_names_[at.line], most_label)));
            state_width_ = std::max(state_width_, width_of(clipped(state_text(at), most_label)));
            node_width_ = std::max(node_width_, width_of(clipped(at.node, most_label)));
        }
        const int labels = line_width_ + state_width_ + node_width_ + 4 * pad;
        int held = 0;
        for (const hold_bar& h : holds_)
            held = std::max(held, width_of(clipped(h.label, most_label * 2)) + 2 * pad);
        left_ = margin + std::max({labels, held, least_column});
        int x = left_;
        for (std::size_t s = hidden_; s < steps_.size(); ++s) {
            x_.push_back(x);
            x += column_width(s);
        }
        x_.push_back(std::max(x, left_ + 40 * letter));
        width_ = std::max(x_.back() + margin, margin * 2 + 10 * columns_of(heading()));
        top_ = margin + 40;
        units_at_ =
            top_ + head + static_cast<int>(holds_.size()) * row_height + (holds_.empty() ? 4 : 12);
        height_ = units_at_ + static_cast<int>(tracks_.size()) * row_height + 30 + margin;
    }
    [[nodiscard]] std::span<const trail_row> rows_of(const step& s) const {
        return std::span{of_.rows}.subspan(s.first, s.end - s.first);
    }
    [[nodiscard]] int column_width(std::size_t s) const {
        const trail_row& r = of_.rows[steps_[s].first];
        const auto [day, time] = day_and_time(r.now);
        int most =
            std::max({width_of(day), width_of(time), width_of(name_of(r.by)),
                      width_of(clipped(giver_of(rows_of(steps_[s])), most_word)), least_column});
        for (const auto& [at, t] : tracks_)
            for (const level& l : t.levels)
                if (l.step == s || (s == hidden_ && l.step < s))
                    most = std::max(most, width_of(to_string(quantity{l.atoms}, t.decimals)));
        for (const hold_bar& h : holds_)
            if (h.ends == s) most = std::max(most, width_of(h.end));
        return most + 2 * pad;
    }
    [[nodiscard]] std::string heading() const {
        return clipped("Order " + of_.key, 60) + ", version " + std::to_string(of_.version);
    }
    /// The left edge of a step's column; of one that is not drawn, or the end, the nearest.
    [[nodiscard]] int x_of(std::size_t s) const noexcept {
        if (s <= hidden_) return x_.front();
        return x_[std::min(s - hidden_, x_.size() - 1)];
    }

    // ---- drawing --------------------------------------------------------------------------------

    static void write(svg_page& page, int x, int y, std::string_view words,
                      std::string_view colour = ink) {
        page.text(x, y, text_size, "start", colour, words);
    }

    void title(svg_page& page) const {
        page.text(margin, margin + 14, 15, "start", ink, heading(), R"( font-weight="bold")");
        std::string about = std::to_string(steps_.size()) + " records, " +
                            std::to_string(line_names_.size()) + " lines";
        write(page, margin, margin + 31, about, pale_ink);
    }
    /// Rows of one line of the order share a shade.
    void bands(svg_page& page) const {
        int y = units_at_;
        std::uint32_t line = 0;
        bool shaded = false;
        for (const auto& [at, t] : tracks_) {
            if (at.line != line) shaded = !shaded;
            line = at.line;
            if (shaded) page.rect(0, y, width_, row_height, R"(fill="#f5f7fa")");
            y += row_height;
        }
    }
    void columns(svg_page& page) const {
        const int bottom = units_at_ + static_cast<int>(tracks_.size()) * row_height;
        std::string day;
        for (std::size_t i = 0; i < drawn(); ++i) {
            const step& s = steps_[hidden_ + i];
            const trail_row& r = of_.rows[s.first];
            const auto [its_day, its_time] = day_and_time(r.now);
            page.begin_group(sentence_of(rows_of(s)));
            page.line(x_[i], top_, x_[i], bottom, R"(stroke="#c9ced6" stroke-dasharray="2 3")");
            const int x = x_[i] + pad;
            int y = top_ + 11;
            if (its_day != day) write(page, x, y, its_day, pale_ink);
            write(page, x, y += head_step, its_time, pale_ink);
            page.text(x, y += head_step, text_size, "start", ink, name_of(r.by),
                      R"( font-weight="bold")");
            write(page, x, y += head_step, clipped(giver_of(rows_of(s)), most_word), pale_ink);
            page.end_group();
            day = its_day;
        }
        page.line(left_, top_ + head - 2, x_.back(), top_ + head - 2, R"(stroke="#5b6675")");
    }
    void bar(svg_page& page, const hold_bar& h, int y) const {
        const int x = x_of(h.begins), end = x_of(h.ends);
        write(page, margin, y + 16, clipped(h.label, most_label * 2));
        page.rect(x, y + 4, std::max(end - x, 3), row_height - 8,
                  R"(rx="3" fill="#f6cfc9" stroke="#a3453c")");
        if (h.ends == SIZE_MAX && !h.end.empty())
            write(page, x + pad, y + 16, clipped(h.end, std::max(1, (end - x) / letter - 1)));
        else if (h.ends != SIZE_MAX)
            write(page, end + pad, y + 16, h.end, "#a3453c");
    }
    void labels(svg_page& page, const stand& at, bool is_first, int y) {
        int x = margin;
        if (is_first) write(page, x, y + 16, clipped(line_names_[at.line], most_label));
        write(page, x += line_width_ + 2 * pad, y + 16, clipped(state_text(at), most_label));
        if (!at.node.empty())
            write(page, x + state_width_ + pad, y + 16, clipped(at.node, most_label), pale_ink);
    }
    void levels(svg_page& page, const stand& at, const track& t, int y) const {
        std::string look = R"(rx="3" stroke="#5b6675" fill=")";
        look += colour_of(at.state);
        look += at.label.empty() ? "\"" : R"(" stroke-dasharray="5 3")";
        for (std::size_t i = 0; i < t.levels.size();) {
            std::size_t next = i + 1;
            while (next < t.levels.size() && t.levels[next].atoms == t.levels[i].atoms) ++next;
            const int x = x_of(t.levels[i].step);
            const int end = next < t.levels.size() ? x_of(t.levels[next].step) : x_.back();
            if (t.levels[i].atoms != 0 && end > x) {
                page.rect(x, y + 3, end - x, row_height - 6, look);
                write(page, x + pad, y + 16, to_string(quantity{t.levels[i].atoms}, t.decimals));
            }
            i = next;
        }
    }
    void notes(svg_page& page, int y) const {
        std::string out;
        const auto say = [&](bool is_so, const std::string& words) {
            if (is_so) out += (out.empty() ? "" : "; ") + words;
        };
        say(!of_.whole, "its beginning is no longer in memory");
        say(hidden_ > 0, std::to_string(hidden_) + " records before these");
        say(hidden_lines_ > 0, std::to_string(hidden_lines_) + " more lines");
        say(hidden_holds_ > 0, std::to_string(hidden_holds_) + " more holds");
        if (!out.empty()) write(page, margin, y, clipped(out, (width_ - 2 * margin) / letter));
    }

    const told_story& of_;
    std::vector<step> steps_;
    std::map<stand, track> tracks_;
    std::map<std::uint32_t, std::string> line_names_;
    std::vector<hold_bar> holds_;
    std::size_t hidden_ = 0, hidden_holds_ = 0;
    std::uint32_t hidden_lines_ = 0;
    int line_width_ = 0, state_width_ = 0, node_width_ = 0;
    int left_ = 0, top_ = 0, units_at_ = 0, width_ = 0, height_ = 0;
    std::vector<int> x_;
};

}  // namespace

std::string svg_of(const told_story& of) { return picture{of}.draw(); }

}  // namespace earmark::report
