// GROWTH: what a take costs as there are more cells, and as it has more lines. Cells: four random
// ones of the first n of eight million, the cells of the fourth order ahead prefetched. Lines: k
// random ones of 512, all in L1. The exponent is the slope of the logarithms by least squares: 0
// where cost does not grow, 1 where it grows as much. What threads add is in contended_rows.cpp.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "shelves.hpp"

namespace earmark::bench {
namespace {

constexpr std::uint32_t most_cells = 1u << 23;
constexpr std::array<std::uint32_t, 5> sizes{1u << 9, 1u << 13, 1u << 16, 1u << 20, most_cells};
constexpr std::array<std::size_t, 7> widths{1, 2, 4, 8, 16, 32, 64};
constexpr std::size_t takes = 1u << 11, ahead = 4, narrow = 4, near_cells = 512;

struct point {
    double x, y;
};

/// Slope of y over x by least squares.
template <class Points>
double slope(const Points& points) {
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (const point& p : points) {
        n += 1;
        x += p.x;
        y += p.y;
        xx += p.x * p.x;
        xy += p.x * p.y;
    }
    return (n * xy - x * y) / (n * xx - x * x);
}

template <class Points>
double exponent(Points points) {
    for (point& p : points) p = {std::log(p.x), std::log(p.y)};
    return slope(points);
}

class growth final : public suite {
public:
    growth() {
        for (const std::uint32_t n : sizes) by_size_.emplace_back(takes * 8 + ahead, n, narrow);
        for (const std::size_t k : widths) by_width_.emplace_back(near_takes(k), near_cells, k);
    }
    void enter(contest& c) override {
        for (std::size_t i = 0; i < sizes.size(); ++i)
            c.enter({of_cells(i), takes, [this, i] { spread(by_size_[i]); }});
        for (std::size_t i = 0; i < widths.size(); ++i)
            c.enter({of_lines(i), by_width_[i].size(), [this, i] { near(by_width_[i]); },
                     [this] { refill(); }});
    }
    void rows(const contest& c, report& r) override {
        demand_granted(refused_);
        std::array<point, sizes.size()> cells{};
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            r.rows.push_back(timed(of_cells(i), c.of(of_cells(i)), r.f()));
            cells[i] = {static_cast<double>(sizes[i]), r.rows.back().value};
        }
        r.rows.push_back({"stock.growth.cells", exponent(cells), "exponent"});
        std::array<point, widths.size()> lines{};
        for (std::size_t i = 0; i < widths.size(); ++i) {
            r.rows.push_back(timed(of_lines(i), c.of(of_lines(i)), r.f()));
            lines[i] = {static_cast<double>(widths[i]), r.rows.back().value};
        }
        const auto several =
            std::span{lines}.subspan(1);  // a take of one line has a way of its own
        r.rows.push_back({"stock.growth.lines",
                          exponent(std::vector(several.begin(), several.end())), "exponent"});
        r.rows.push_back(
            {"stock.growth.lines.each", slope(several), "ns", {}, r.f(), goal::ratio_at_most(2.5)});
    }

private:
    static std::string of_cells(std::size_t i) {
        return fmt::format("stock.take4.cells{}", sizes[i]);
    }
    static std::string of_lines(std::size_t i) {
        return fmt::format("stock.take.lines{}", widths[i]);
    }
    /// All in L1: the orders of a width are as many lines as those of another.
    static std::size_t near_takes(std::size_t k) { return 512 / k; }

    void spread(const orders& of) {
        const std::size_t first = next_;
        next_ = (next_ + takes) % (takes * 8);
        std::uint64_t refused = 0;
        for (std::size_t i = first; i < first + takes; ++i) {
            for (const take_line& l : of[i + ahead]) s_.cells.prefetch(l.cell);
            refused += s_.stock.take(self, of[i]).has_value();
        }
        refused_ += refused;
    }
    void near(const orders& of) {
        std::uint64_t refused = 0;
        for (std::size_t i = 0; i < of.size(); ++i)
            refused += s_.stock.take(self, of[i]).has_value();
        refused_ += refused;
    }
    void refill() {
        for (std::uint32_t i = 0; i < near_cells; ++i) s_.restock(cell_id{i}, plenty / 2);
    }

    our_shelves s_{most_cells};
    std::vector<orders> by_size_, by_width_;
    std::size_t next_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace

std::unique_ptr<suite> growth_suite() { return std::make_unique<growth>(); }

}  // namespace earmark::bench
