#include "earmark/report/capture_frames.hpp"

#include <memory>

#include "earmark/model/amend.hpp"
#include "earmark/report/answers.hpp"

namespace earmark::report {
namespace {

/// The names of the first n of an enumeration.
template <class Enum>
vocabulary words_of(std::size_t n) {
    auto made = std::make_shared<texts>();
    for (std::size_t i = 0; i < n; ++i) made->add(name_of(static_cast<Enum>(i)));
    return made;
}

void add_or_null(texts& to, std::string_view text) { text.empty() ? to.add_null() : to.add(text); }

void add_actor(texts& to, actor_id by, const actor_names& names) {
    by == actor_id{} ? to.add_null() : to.add(names(by));
}

}  // namespace

frame captured_frame(const capture_report& of) {
    static const vocabulary states = words_of<capture_state>(capture_states);
    frame_builder b{"captured"};
    auto &number = b.ints("number"), &line = b.ints("line"), &at = b.ints("at"),
         &reasons = b.ints("reasons");
    auto& order = b.strings("order");
    auto& state = b.codes("state", states);
    auto& revision = b.ints("revision");
    for (const captured& c : of.orders) {
        number.add(c.number);
        c.line == 0 ? line.add_null() : line.add(c.line);
        add_or_null(order, c.key);
        state.add(static_cast<std::int32_t>(c.state));
        c.revision == 0 ? revision.add_null() : revision.add(static_cast<std::int64_t>(c.revision));
        raw(c.at) == 0 ? at.add_null() : at.add(static_cast<std::int64_t>(raw(c.at)));
        reasons.add(static_cast<std::int64_t>(c.violations.size() + c.left_out));
    }
    return std::move(b).finish();
}

frame capture_violations_frame(const capture_report& of) {
    static const vocabulary severities_ = words_of<severity>(severities);
    frame_builder b{"capture_violations"};
    auto& number = b.ints("number");
    auto& code = b.small_ints("error");
    auto &reason = b.codes("reason", error_words()), &how = b.codes("severity", severities_);
    auto &path = b.strings("path"), &sentence = b.strings("sentence"), &hint = b.strings("hint");
    for (const captured& c : of.orders)
        for (const violation& v : c.violations) {
            number.add(c.number);
            code.add(static_cast<std::int32_t>(v.code));
            reason.add(word_of(v.code));
            how.add(static_cast<std::int32_t>(v.how));
            add_or_null(path, v.path);
            sentence.add(v.sentence);
            hint.add(v.hint);
        }
    return std::move(b).finish();
}

frame capture_changes_frame(const capture_report& of) {
    static const vocabulary effects = words_of<compensation>(compensations);
    static const vocabulary kinds = words_of<change_kind>(change_kinds);
    frame_builder b{"capture_changes"};
    auto &number = b.ints("number"), &line = b.ints("line");
    auto &became = b.codes("became", effects), &change = b.codes("change", kinds);
    auto &path = b.strings("path"), &before = b.strings("before"), &after = b.strings("after");
    auto& asks = b.truths("asks");
    for (const captured& c : of.orders)
        for (const revised_part& p : c.changes) {
            number.add(c.number);
            became.add(static_cast<std::int32_t>(p.became));
            change.add(static_cast<std::int32_t>(p.what));
            p.line == 0 ? line.add_null() : line.add(p.line);
            add_or_null(path, p.path);
            add_or_null(before, p.before);
            add_or_null(after, p.after);
            asks.add(p.asks);
        }
    return std::move(b).finish();
}

frame quarantined_frame(std::span<const quarantined_order> of, const actor_names& names) {
    frame_builder b{"quarantined"};
    auto &order = b.strings("order"), &actor = b.strings("actor"), &path = b.strings("path"),
         &sentence = b.strings("sentence"), &payload = b.strings("payload");
    auto &first = b.times("first_try"), &last = b.times("last_try");
    auto &tries = b.ints("tries"), &reasons = b.ints("reasons");
    auto& reason = b.codes("reason", error_words());
    for (const quarantined_order& o : of) {
        order.add(o.key);
        first.add(o.first.ns);
        last.add(o.last.ns);
        tries.add(o.tries);
        add_actor(actor, o.by, names);
        reasons.add(o.reasons);
        reason.add(word_of(o.why.front().code));
        add_or_null(path, o.why.front().path);
        sentence.add(o.why.front().sentence);
        payload.add(o.text);
    }
    return std::move(b).finish();
}

frame tombstones_frame(std::span<const tombstone_view> of, const actor_names& names) {
    frame_builder b{"tombstones"};
    auto &order = b.strings("order"), &actor = b.strings("actor");
    auto& reason = b.ints("reason");
    auto& since = b.times("since");
    for (const tombstone_view& t : of) {
        order.add(t.key);
        reason.add(t.reason);
        since.add(t.since.ns);
        add_actor(actor, t.by, names);
    }
    return std::move(b).finish();
}

}  // namespace earmark::report
