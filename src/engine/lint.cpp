#include "earmark/engine/lint.hpp"

#include <string>
#include <vector>

namespace earmark {

sourcing::lint_report lint(const engine& with, std::string_view policy_toml, std::string_view file,
                           std::optional<time_point> now) {
    std::vector<node_facts> nodes;
    std::vector<std::string> names;
    for (std::uint32_t k = 0; k < with.nodes(); ++k) {
        const node_view n = with.node(static_cast<node_id>(k));
        names.emplace_back(n.key);
        nodes.push_back({n.kind, n.active, n.priority, static_cast<std::uint16_t>(k),
                         n.fixed_per_parcel, n.per_unit});
    }
    const std::vector<std::string_view> node_keys{names.begin(), names.end()};
    std::vector<std::string_view> places;
    std::vector<std::uint32_t> metres;
    for (std::uint32_t p = 0; p < with.places() && !nodes.empty(); ++p) {
        places.push_back(with.place_key(place_id{p}));
        const auto row = with.distances(place_id{p});
        metres.insert(metres.end(), row.begin(), row.end());
    }
    return sourcing::lint(policy_toml,
                          {.file = file, .tables = {nodes, node_keys, places, metres}, .now = now});
}

report::frame lint_frame(const sourcing::lint_report& of, std::string_view file) {
    report::frame_builder b{"lint"};
    auto codes = std::make_shared<report::texts>();
    constexpr std::string_view how[] = {"note", "warning", "error"};
    auto& severity = b.codes("severity", report::make_vocabulary(how));
    auto& code = b.codes("code", codes);
    auto &line = b.small_ints("line"), &column = b.small_ints("column");
    auto &in = b.strings("file"), &strategy = b.strings("strategy");
    auto &sentence = b.strings("sentence"), &hint = b.strings("hint");
    for (const sourcing::lint_finding& f : of.findings) {
        severity.add(static_cast<std::int32_t>(f.how));
        std::size_t at = 0;
        while (at < codes->size() && (*codes)[at] != f.code) ++at;
        if (at == codes->size()) codes->add(f.code);
        code.add(static_cast<std::int32_t>(at));
        in.add(file);
        line.add(static_cast<std::int32_t>(f.line));
        column.add(static_cast<std::int32_t>(f.column));
        f.strategy.empty() ? strategy.add_null() : strategy.add(f.strategy);
        sentence.add(f.sentence);
        f.hint.empty() ? hint.add_null() : hint.add(f.hint);
    }
    return std::move(b).finish();
}

}  // namespace earmark
