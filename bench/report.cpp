#include "report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

namespace earmark::bench {
namespace {

/// Four digits that matter.
std::string number(double x) {
    if (x >= 1'000'000) return fmt::format("{:.3f} M", x / 1e6);
    if (x == static_cast<double>(static_cast<long long>(x))) return fmt::format("{:.0f}", x);
    return fmt::format("{:.{}f}", x, x < 10 ? 2 : x < 1'000 ? 1 : 0);
}

template <class T>
nlohmann::ordered_json or_null(const std::optional<T>& x) {
    return x ? nlohmann::ordered_json(*x) : nlohmann::ordered_json(nullptr);
}

std::string bursts_json(const report& r) {
    std::string text;
    const auto add = [&](const std::string& name, const std::vector<double>& bursts) {
        if (!bursts.empty())
            text += fmt::format("{}\n    \"{}\": [{:.5g}]", text.empty() ? "" : ",", name,
                                fmt::join(bursts, ","));
    };
    for (const auto& [name, bursts] : r.floor_bursts) add(name, bursts);
    for (const row& one : r.rows) add(one.name, one.bursts);
    return text;
}

}  // namespace

std::optional<double> row::ratio() const {
    if (!to || to->value == 0) return {};
    return value / to->value;
}

std::optional<bool> row::met() const {
    if (!aim) return {};
    const auto of_value = aim->what == goal::of::value ? std::optional{value} : ratio();
    if (!of_value) return false;
    return aim->at_most ? *of_value <= aim->limit : *of_value >= aim->limit;
}

std::string row::goal_text() const {
    if (!aim) return {};
    const std::string_view sign = aim->at_most ? "<=" : ">=";
    if (aim->what == goal::of::value)
        return fmt::format("{} {} {}", sign, number(aim->limit), unit);
    return fmt::format("{} {:g} {}", sign, aim->limit, to ? to->name : "");
}

std::string row::kept_text() const {
    if (!kept.empty() || bursts.empty()) return kept;
    return "volatile";
}

row timed(const std::string& name, const timing& t, yardstick to, std::optional<goal> aim) {
    return {name, t.least, "ns", t.quarter, std::move(to), aim, t.bursts};
}

std::string report::table() const {
    std::string text;
    for (const auto& [name, value] : context) text += fmt::format("{:<12}  {}\n", name, value);
    text +=
        fmt::format("\nfloors: F = {:.2f} ns, M = {:.1f} ns, D = {:.0f} us\n\n", f_ns, m_ns, d_us);
    const auto add = [&](const auto&... columns) {
        text += fmt::format("{:<38}{:>10}{:>10}  {:<10}{:<34}{:<40}{:<8}{}", columns...);
        text.erase(text.find_last_not_of(' ') + 1);
        text += '\n';
    };
    add("row", "value", "quartile", "unit", "ratio", "goal", "", "kept");
    for (const row& r : rows) {
        const auto ratio = r.ratio();
        const auto met = r.met();
        add(r.name, number(r.value), r.quarter ? number(*r.quarter) : "", r.unit,
            ratio ? fmt::format("{} {}", number(*ratio), r.to->name) : "", r.goal_text(),
            !met ? "" : (*met ? "met" : "MISSED"), r.kept_text());
    }
    return text;
}

std::string report::json() const {
    nlohmann::ordered_json all;
    for (const auto& [name, value] : context) all["context"][name] = value;
    all["floors"] = {{"F_ns", f_ns}, {"M_ns", m_ns}, {"D_us", d_us}};
    for (const row& r : rows)
        all["rows"].push_back(
            {{"name", r.name},
             {"value", r.value},
             {"unit", r.unit},
             {"quartile", or_null(r.quarter)},
             {"ratio_to", or_null(r.to ? std::optional{r.to->name} : std::nullopt)},
             {"ratio", or_null(r.ratio())},
             {"goal", or_null(r.aim ? std::optional{r.goal_text()} : std::nullopt)},
             {"met", or_null(r.met())},
             {"kept", r.kept_text()},
             {"exact", r.exact}});
    std::string text = all.dump(2);
    text.erase(text.rfind('\n'));  // reopened, so that the bursts of a row stand in one line
    return text + ",\n  \"bursts\": {" + bursts_json(*this) + "\n  }\n}\n";
}

}  // namespace earmark::bench
