// LOAD as JSON. A wrong row of a table is rejected and listed; the others are taken.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "submit_answer.hpp"

namespace earmark::submission {

inline answer rejected_row_of(std::size_t index, const problem& p) {
    answer out = {{"row", index + 1}};
    out.update(to_json(p));
    return out;
}

/// Turns each row into a Row with `read(values) -> Row`, loads the good ones, and reports on all.
template <class Row, class Read>
answer load(const request& r, Read read) {
    call c{r};
    if (!c.wrong.empty()) return c.refused();
    const nlohmann::json& rows = r.line["rows"];
    std::vector<Row> good;
    std::vector<std::size_t> index_of_good;
    std::vector<std::pair<std::size_t, problem>> bad;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        problems here;
        Row row = read(values{r.on, rows[i], pointer("/rows", i), here});
        if (here.empty()) {
            good.push_back(std::move(row));
            index_of_good.push_back(i);
        } else {
            bad.emplace_back(i, here.list().front());
        }
    }
    if (!c.ready()) return c.refused();
    const load_report report = r.on.load(c.by, std::span<const Row>{good});
    for (const rejected_row& j : report.rejected) {
        if (j.row == 0) return c.refused(j.why);  // not a row: the engine took none of the rest
        error why = j.why;
        why.row = static_cast<std::uint32_t>(index_of_good[j.row - 1] + 1);
        bad.emplace_back(index_of_good[j.row - 1], c.to_problem(why, "rows"));
        const bool says_more = why.code == error_code::hold_cycle ||
                               why.code == error_code::bad_hold_type ||
                               why.code == error_code::bad_restriction;
        if (says_more) bad.back().second.sentence = j.text;  // the ring, or what is wrong in it
    }
    std::ranges::stable_sort(bad, {}, [](const auto& b) { return b.first; });
    answer out = c.done();
    out["accepted"] = report.accepted;
    if (bad.empty()) return out;
    out["ok"] = false;
    out["error"] = to_json(bad.front().second);
    answer& list = out["rejected"] = answer::array();
    for (const auto& [index, p] : bad) list.push_back(rejected_row_of(index, p));
    return out;
}

}  // namespace earmark::submission
