#include <array>
#include <charconv>
#include <vector>

#include "condition_builder.hpp"
#include "strategy_text.hpp"

namespace earmark::sourcing::detail {
namespace {

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const std::size_t begin = text.find_first_not_of(' ');
        if (begin == std::string_view::npos) break;
        text.remove_prefix(begin);
        const std::size_t end = std::min(text.find(' '), text.size());
        words.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return words;
}

std::optional<std::int32_t> whole(std::string_view text) {
    std::int32_t n = 0;
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (bad != std::errc{} || end != text.data() + text.size()) return {};
    return n;
}

}  // namespace

std::optional<std::uint32_t> metres_of(std::string_view number, std::string_view unit) {
    const std::int64_t millimetres = unit == "m"    ? 1'000
                                     : unit == "km" ? 1'000'000
                                     : unit == "mi" ? 1'609'344
                                                    : 0;
    const auto n = number_e4(number);
    if (millimetres == 0 || !n || *n < 0 || *n > max_metres * 10'000) return {};
    const std::int64_t metres = (*n * millimetres + 5'000'000) / 10'000'000;
    if (metres > max_metres) return {};
    return static_cast<std::uint32_t>(metres);
}

std::optional<node_selector> read_selector(std::string_view text, std::string_view usual_unit) {
    constexpr std::array kinds = {node_kind::dc, node_kind::store, node_kind::vendor};
    const auto words = words_of(text);
    if (words.empty()) return {};
    node_selector s;
    s.chosen = words.size() == 1 && words[0] == "chosen_store";
    if (s.chosen) return s;
    for (const node_kind k : kinds)
        if (words[0] == name_of(k)) s.kind = k;
    for (const std::string_view by : {"supplier:", "node:"})
        if (words[0].starts_with(by)) s.key = words[0].substr(by.size());
    if (words[0].starts_with("supplier:")) s.kind = node_kind::vendor;
    if (!s.kind && s.key.empty() && words[0] != "any") return {};
    if (words[0].ends_with(':') || has_controls(s.key)) return {};
    std::size_t i = 1;
    if (i + 1 < words.size() && words[i] == "within") {
        const bool has_unit = i + 2 < words.size() && words[i + 2] != "priority";
        s.within_metres = metres_of(words[i + 1], has_unit ? words[i + 2] : usual_unit);
        if (!s.within_metres) return {};
        i += has_unit ? 3 : 2;
    }
    if (i + 1 < words.size() && words[i] == "priority") {
        s.priority = whole(words[i + 1]);
        if (!s.priority) return {};
        i += 2;
    }
    return i == words.size() ? std::optional{s} : std::nullopt;
}

}  // namespace earmark::sourcing::detail
