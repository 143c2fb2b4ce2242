// LOADING TABLES: rows into records of a bounded size, alone in the engine.
#pragma once

#include <functional>
#include <string>

#include "earmark/core/check.hpp"
#include "state.hpp"

namespace earmark {

/// Writes rows into records of a bounded size and commits each. A row is first checked, then
/// recorded, then applied: the engine is taken, so nobody sees the space between.
class loader {
public:
    loader(const command& c, load_report& report, std::function<committed()> commit,
           journal::writer& record, time_point now, std::size_t records)
        : c_{c},
          report_{report},
          commit_{std::move(commit)},
          record_{record},
          now_{now},
          records_{records} {
        record_.begin(verb::load, now_, c_.actor);
    }

    void reject(std::size_t row, error why, std::string_view what) {
        why.row = static_cast<std::uint32_t>(row + 1);
        report_.rejected.push_back({why.row, why, std::string{what} + ": " + to_string(why)});
    }
    /// After the row's ops were written. False when the journal takes no more, or the caller.
    bool accept() {
        ++pending_;
        return pending_ < load_part::rows_per_record || (flush() && --records_ > 0);
    }
    bool flush() {
        if (pending_ == 0) return true;
        const committed done = commit_();
        if (done.code == error_code::ok) report_.accepted += static_cast<std::uint32_t>(pending_);
        pending_ = 0;
        record_.begin(verb::load, now_, c_.actor);
        if (done.code == error_code::ok) return true;
        report_.rejected.push_back({0, fail(done.code), to_string(fail(done.code))});
        return false;
    }

private:
    const command& c_;
    load_report& report_;
    std::function<committed()> commit_;
    journal::writer& record_;
    time_point now_;
    std::size_t records_;  // that may still be written
    std::size_t pending_ = 0;
};

inline error check_key(std::string_view key, const key_table& in) {
    if (key.empty()) return fail(error_code::empty_key);
    if (key.size() > max_key_bytes)
        return fail(error_code::key_too_long, static_cast<std::int64_t>(key.size()), max_key_bytes);
    if (in.find(key)) return fail(error_code::duplicate_row);
    return {};
}

/// Runs the part's rows through f(loader, row, index), then `finish`, alone in the engine.
template <class State, class Row, class F, class Finish>
load_report fill(State& s, const command& c, std::span<const Row> rows, const load_part& part,
                 F&& f, Finish&& finish) {
    EARMARK_CHECK(part.records > 0 && part.first <= rows.size(), "load: no such part of the rows");
    load_report report;
    report.next = part.first;
    const auto done = s.template alone<result<bool>>(c, [&](const auto& v) -> result<bool> {
        v.desk.clear();
        const auto commit = [&] {
            const committed answer = s.commit(v);
            v.desk.clear();
            if (answer.code != error_code::ok)  // the names are in the tables already
                s.halt("a table was loaded that the journal did not take");
            return answer;
        };
        loader l{c, report, commit, v.desk.record, v.now, part.records};
        try {
            bool going = true;
            while (going && report.next < rows.size()) {
                const std::size_t i = report.next++;
                going = f(l, v.desk, rows[i], i);
            }
            finish();
            return !going || l.flush();
        } catch (const std::bad_alloc&) {  // a row may be in the tables and not in the journal
            s.halt("memory ran out while a table was loaded");
            return fail(error_code::halted);
        }
    });
    if (!done) report.rejected.push_back({0, done.error(), to_string(done.error())});
    return report;
}

template <class State, class Row, class F>
load_report fill(State& s, const command& c, std::span<const Row> rows, const load_part& part,
                 F&& f) {
    return fill(s, c, rows, part, std::forward<F>(f), [] {});
}

}  // namespace earmark
