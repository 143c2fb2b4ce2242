// LOADING TABLES: rows into records of a bounded size, alone in the engine.
#pragma once

#include <functional>
#include <string>

#include "earmark/core/check.hpp"
#include "gate.hpp"

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

/// Of quantities: decimals, and the smallest amount in atoms.
inline error check_scale(int decimals, std::int64_t granule) {
    constexpr std::int64_t max_granule = 1'000'000'000'000;  // a cell's largest amount is 64 bits
    if (decimals < 0 || decimals > max_decimals)
        return fail(error_code::out_of_range, decimals, decimals < 0 ? 0 : max_decimals);
    const std::int64_t most = std::min(max_granule, most_granule(decimals));
    if (granule < 1 || granule > most)
        return fail(error_code::out_of_range, granule, granule < 1 ? 1 : most);
    return {};
}

/// A key as a report shows it.
inline std::string shown(std::string_view key) {
    return '\'' + std::string{key.substr(0, 80)} + '\'';
}

/// An id in a journal's row, and back: -1 is none.
template <class Id>
std::int64_t field_of(Id id) noexcept {
    return id == none<Id> ? -1 : static_cast<std::int64_t>(raw(id));
}
template <class Id>
Id id_of(std::int64_t field) noexcept {
    return field < 0 ? none<Id> : static_cast<Id>(field);
}

/// The id of a key of one of the tables, none<Id> for an empty one, or an error.
template <class Id>
result<Id> find_or_none(std::string_view key, const key_table& in, error_code otherwise) {
    if (key.empty()) return none<Id>;
    const auto at = in.find(key);
    if (!at) return fail(otherwise, -1);
    return static_cast<Id>(*at);
}

/// The id that a channel has, or will have; none for an empty key.
inline result<channel_id> channel_of(std::string_view key, const catalog& names) {
    if (key.empty()) return none<channel_id>;
    const key_table& channels = names.floors.channels;
    const auto known = channels.find(key);
    const std::uint32_t at = known ? *known : channels.size();
    if (at >= raw(none<channel_id>)) return fail(error_code::out_of_memory, at);
    return channel_id{static_cast<std::uint16_t>(at)};
}
/// Makes and records the channel where it is new.
inline void name_channel(catalog& names, desk& d, std::string_view key) {
    if (key.empty()) return;
    const auto made = names.floors.channels.insert(key);
    if (made.fresh) d.record.intern(journal::intern_kind::channel, {made.index, key, {}, {}});
}

/// Runs the part's rows through f(loader, row, index), then `finish`, alone in the engine.
template <class State, class Row, class F, class Finish>
load_report fill(State& s, const command& c, std::span<const Row> rows, const load_part& part,
                 F&& f, Finish&& finish) {
    EARMARK_CHECK(part.records > 0 && part.first <= rows.size(), "load: no such part of the rows");
    load_report report;
    report.next = part.first;
    const auto done = s.template alone<result<bool>>(c, [&](const auto& v) -> result<bool> {
        const error denied = typename State::gate{s}.pass(v, c, verb::load);
        if (denied.code != error_code::ok) return denied;
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
