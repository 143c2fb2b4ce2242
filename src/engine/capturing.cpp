#include "capturing.hpp"

#include <algorithm>
#include <utility>

#include "earmark/core/check.hpp"
#include "earmark/core/intern.hpp"
#include "earmark/core/time_text.hpp"
#include "earmark/intake/capture.hpp"

namespace earmark {
namespace {

using submission::problem;
using submission::problems;

bool has(const captured& row, severity s) {
    return std::ranges::any_of(row.violations, [&](const violation& v) { return v.how == s; });
}

bool is_conflict(error_code code) noexcept {
    return code == error_code::duplicate_key || code == error_code::order_quarantined ||
           code == error_code::stale_revision;
}

error stale(std::uint64_t given, std::uint64_t had) {
    return fail(error_code::stale_revision, static_cast<std::int64_t>(given),
                static_cast<std::int64_t>(had));
}

/// Of the text of an order that waits, which may be one that somebody rewrote.
std::uint64_t revision_of(const std::string& text) {
    const auto parsed = nlohmann::json::parse(text, nullptr, false);
    const auto at = parsed.is_object() ? parsed.find("revision") : parsed.end();
    const bool has_one = parsed.is_object() && at != parsed.end() && at->is_number_unsigned();
    return has_one ? at->get<std::uint64_t>() : 0;
}

/// One call of the engine, and a second where the ring between two flushes was full.
template <class F>
auto with_room(engine& on, F&& f) {
    auto answer = f();
    const auto code = [](const auto& a) {
        if constexpr (requires { a.error(); })
            return a ? error_code::ok : a.error().code;
        else if constexpr (requires { a.changes; })
            return a.violations.empty() ? error_code::ok : a.violations.front().why.code;
        else
            return a.first.why.code;
    };
    if (code(answer) != error_code::journal_full) return answer;
    static_cast<void>(on.flush(journal::durability::memory));
    return f();
}

std::string shown_key(const nlohmann::json& value) {
    const auto at = value.is_object() ? value.find("key") : value.end();
    if (!value.is_object() || at == value.end() || !at->is_string()) return {};
    return at->get_ref<const std::string&>().substr(0, max_key_bytes);
}

}  // namespace

struct capturing::attempt {
    attempt(engine& on, const nlohmann::json& of) : value{of}, c{{on, of}} { text = of.dump(); }
    const nlohmann::json& value;
    submission::call c;
    submission::order_text order;
    std::string text;  // canonical: its keys in byte order, no blanks
    std::optional<intake::waiting_order> waits;
    waiting::try_of how = waiting::try_of::payload;
    bool is_same = false;  // as what waits
    std::uint64_t waiting_revision = 0;
    std::optional<capture_state> again;  // as what a dry run has let through it would be this

    [[nodiscard]] std::uint64_t revision() const noexcept { return order.order.revision; }
    [[nodiscard]] digest128 bare() const {
        order_request o = order.order;
        o.revision = 0;
        return intake::content_of(o);
    }
    /// A higher revision takes the place of what waits, and of nothing else.
    [[nodiscard]] std::string_view over() const noexcept {
        return waits && !is_same && revision() > waiting_revision ? std::string_view{waits->text}
                                                                  : std::string_view{};
    }
};

captured& capturing::begin(std::uint32_t line, std::string key) {
    captured& row = report_.orders.emplace_back();
    row.number = static_cast<std::uint32_t>(report_.orders.size());
    row.line = line;
    row.key = std::move(key);
    return row;
}

bool capturing::end(captured& row, capture_state s) {
    row.state = s;
    ++report_.totals[static_cast<std::size_t>(s)];
    return report_.orders.size() < capture_limits::orders;
}

void capturing::tell(captured& row, const problem& p, bool of_shape) {
    if (row.violations.size() == capture_limits::violations) return void(++row.left_out);
    const severity how = of_shape ? severity::malformed : intake::severity_of(p.why.code, p.path);
    row.violations.push_back({p.why.code, how, p.path, p.sentence, p.hint});
}

/// What decided, before all that would have been kept.
void capturing::tell_first(captured& row, const problem& p) {
    if (row.violations.size() == capture_limits::violations) {
        row.violations.pop_back();
        ++row.left_out;
    }
    row.violations.insert(
        row.violations.begin(),
        {p.why.code, intake::severity_of(p.why.code, p.path), p.path, p.sentence, p.hint});
}

bool capturing::add(std::uint32_t line, std::string_view text) {
    if (text.size() > capture_limits::order_bytes) {
        captured& row = begin(line, {});
        tell(row, submission::make_problem(
                      fail(error_code::input_too_large, static_cast<std::int64_t>(text.size()),
                           static_cast<std::int64_t>(capture_limits::order_bytes)),
                      {}));
        return end(row, capture_state::malformed);
    }
    const auto parsed = submission::parse_object(text, "an order is one JSON object",
                                                 "wrap it in { }; see order.schema.json");
    if (!parsed.wrong) return add(line, parsed.value);
    return add_unread(line, {}, *parsed.wrong);
}

bool capturing::add(std::uint32_t line, const nlohmann::json& value) {
    captured& row = begin(line, shown_key(value));
    return end(row, judged(row, value, nullptr));
}

bool capturing::add_unread(std::uint32_t line, std::string key, problem p) {
    captured& row = begin(line, std::move(key));
    tell(row, p, true);
    return end(row, capture_state::malformed);
}

void capturing::miss(std::string_view key) {
    captured& row = begin(0, std::string{key.substr(0, max_key_bytes)});
    tell(row, submission::make_problem(fail(error_code::not_quarantined), {}));
    end(row, capture_state::declined);
}

void capturing::retry(const std::string& key, const intake::waiting_order& o) {
    captured& row = begin(0, key);
    const auto parsed = submission::parse_object(o.text, "an order is one JSON object", "");
    if (parsed.wrong) {
        tell(row, *parsed.wrong, true);
        end(row, capture_state::malformed);
        return;
    }
    end(row, judged(row, parsed.value, &o));
}

/// Names may be out of reach for a moment; what was done by then is found again by its key.
capture_state capturing::judged(captured& row, const nlohmann::json& value,
                                const intake::waiting_order* retried) {
    try {
        return judge(row, value, retried);
    } catch (const names_moving&) {
        row.violations.clear();
        tell(row, submission::make_problem(fail(error_code::stock_moving), {}));
        return capture_state::busy;
    }
}

capture_state capturing::judge(captured& row, const nlohmann::json& value,
                               const intake::waiting_order* retried) {
    problems shape;
    if (!value.is_object())
        shape.add(submission::make_problem(error_code::bad_json, {}, "an order is one JSON object",
                                           "wrap it in { }; see order.schema.json"));
    else
        submission::check_shape(submission::order_form(), value, shape);
    if (!shape.empty()) {
        for (const problem& p : shape.list()) tell(row, p, true);
        row.left_out += shape.total() - shape.list().size();
        return capture_state::malformed;
    }
    attempt a{on_, value};
    a.c.by.actor = how_.actor;
    set_instant(a);
    a.order.read(a.c, value);
    if (retried != nullptr) {
        a.waits = *retried;
        a.how = waiting::try_of::replay;
    } else {
        const auto found = waiting::find(on_, a.c.by.key);
        placed p;
        p.first.what = outcome::declined;
        if (!found) return p.violations.push_back(found.error()), settle(row, a, p);
        a.waits = *found;
    }
    a.is_same = a.waits && a.waits->text == a.text;
    if (a.waits) a.waiting_revision = revision_of(a.waits->text);
    const bool replaces = how_.correct || !a.over().empty();
    if (a.waits && !a.is_same && replaces) a.how = waiting::try_of::correction;
    return a.waits ? settle(row, a, place(a)) : place_or_revise(row, a);
}

/// The instant of the order is never later than that of the command: one that is dated far ahead
/// must not move time for all others.
void capturing::set_instant(attempt& a) {
    const time_point now = std::max(how_.now.value_or(on_.now()), on_.now());
    a.c.by.now = now;
    if (!a.c.line.has("placed_at")) return;
    const time_point placed = a.c.line.time("placed_at", now);
    if (!submission::has_begun(now) || placed <= now) return void(a.c.by.now = placed);
    std::string sentence = "it is dated ";
    sentence += to_string(placed);
    sentence += ", and it is ";
    sentence += to_string(now);
    a.c.wrong.add(submission::make_problem(
        error_code::out_of_range, "/placed_at", std::move(sentence),
        "correct the date, or give the command the instant that it is (now)"));
}

placed capturing::place(attempt& a) {
    placed p;
    p.first.what = outcome::declined;
    const auto refused = [&](const error& e) {
        p.first.why = e;
        p.violations = {e};
        return p;
    };
    if (a.waits && !a.is_same && a.how == waiting::try_of::payload) {
        const bool has_revisions = a.revision() != 0 || a.waiting_revision != 0;
        return refused(has_revisions ? stale(a.revision(), a.waiting_revision)
                                     : fail(error_code::order_quarantined, a.waits->reasons));
    }
    if (const error e = seen_before(a); e.code != error_code::ok) return refused(e);
    if (!a.c.wrong.empty()) {
        const error e = waiting::known(on_, a.c.by.key);
        const bool is_free = e.code == error_code::ok || e.code == error_code::order_quarantined;
        return is_free ? p : refused(e);  // its problems are the call's
    }
    return how_.dry_run ? look(a) : place_formed(a);
}

placed capturing::place_formed(attempt& a) {
    const auto& o = a.order.order;
    if (a.waits) return with_room(on_, [&] { return waiting::place(on_, a.c.by, o, a.over()); });
    if (how_.quarantine) {  // a decline would be remembered, and the order could not wait
        const placed seen = waiting::look(on_, a.c.by, o);
        const bool waits = std::ranges::any_of(seen.violations, [&](const error& e) {
            const auto p = a.c.to_problem(e);
            return intake::severity_of(p.why.code, p.path) == severity::master_data;
        });
        if (waits) return seen;
    }
    return with_room(on_, [&] { return on_.place_order(a.c.by, o); });
}

/// What a dry run has let through under the key is in the way of an order of other content.
error capturing::seen_before(attempt& a) {
    const auto at = seen_.find(a.c.by.key);
    if (at == seen_.end()) return {};
    const bool waits = at->second.waits, formed = a.c.wrong.empty();
    const std::uint64_t had = at->second.revision;
    const bool is_later = a.revision() > had, has_revisions = a.revision() != 0 || had != 0;
    if (!waits && is_later) a.again = capture_state::declined;
    const error other = has_revisions ? stale(a.revision(), had)
                        : waits       ? fail(error_code::order_quarantined)
                                      : fail(error_code::duplicate_key);
    if (waits && at->second.content != content_digest(a.text) && !how_.correct && !is_later)
        return other;
    return waits || formed || is_later ? error{} : other;
}

/// What would become of it after those before it in the payload.
placed capturing::look(attempt& a) {
    const digest128 content = intake::content_of(a.order.order);
    placed p = waiting::look(on_, a.c.by, a.order.order);
    if (p.first.what != outcome::done) return p;
    const seen_order mine{content, false, a.revision(), a.bare()};
    const auto [at, fresh] = seen_.try_emplace(std::string{a.c.by.key}, mine);
    if (fresh || at->second.waits) return at->second = mine, p;
    p.first.what = outcome::repeat;
    const seen_order had = at->second;
    if (had.content == content) return a.again = capture_state::repeat, p;
    if (a.revision() > had.revision) {
        a.again = had.bare == mine.bare ? capture_state::unchanged : capture_state::amended;
        at->second = mine;
        return p;
    }
    p.first.what = outcome::declined;
    const bool has_revisions = a.revision() != 0 || had.revision != 0;
    p.violations = {has_revisions ? stale(a.revision(), had.revision)
                                  : fail(error_code::duplicate_key)};
    return p;
}

capture_state capturing::refuse(captured& row, const problems& why) {
    for (const problem& w : why.list()) tell(row, w);
    row.left_out += why.total() - why.list().size();
    const error_code first = why.list().front().why.code;
    if (is_conflict(first) && (why.total() == 1 || first == error_code::stale_revision))
        return capture_state::conflict;
    if (has(row, severity::transient)) return capture_state::busy;
    return has(row, severity::malformed) ? capture_state::malformed : capture_state::declined;
}

capture_state capturing::settle(captured& row, attempt& a, const placed& p) {
    if (p.first.what != outcome::declined) {
        row.at = p.first.at;
        row.revision = a.revision();
        if (a.again) return *a.again;
        return p.first.what == outcome::repeat ? capture_state::repeat : capture_state::accepted;
    }
    problems why;
    for (const error& e : p.violations) why.add(a.c.to_problem(e));
    if (why.empty()) why = a.order.all;
    const capture_state refused = refuse(row, why);
    if (refused == capture_state::conflict || refused == capture_state::busy) return refused;
    const bool is_replay = a.how == waiting::try_of::replay;
    const bool may_wait = (how_.quarantine || a.waits) && has(row, severity::master_data) &&
                          !has(row, severity::malformed) && !a.again;
    return is_replay || a.is_same || may_wait ? keep(row, a, why) : refused;
}

// ---- orders that are placed, and come again ----------------------------------------------------

result<std::optional<revising::standing>> capturing::standing(const attempt& a) const {
    const bool is_formed = a.c.wrong.empty();
    return revising::find(
        on_, a.c.by.key,
        is_formed ? std::optional{intake::content_of(a.order.order)} : std::nullopt);
}

capture_state capturing::place_or_revise(captured& row, attempt& a) {
    constexpr int looks = 2;  // another caller may place it in between
    for (int look = 1;; ++look) {
        const auto was = standing(a);
        if (!was) {
            problems why;
            why.add(a.c.to_problem(was.error()));
            return refuse(row, why);
        }
        if (*was && (a.revision() != 0 || (*was)->revision != 0)) return come_again(row, a, **was);
        const placed p = place(a);
        const bool is_taken = p.first.what == outcome::declined && !p.violations.empty() &&
                              p.violations.front().code == error_code::duplicate_key;
        if (look == looks || !is_taken || a.revision() == 0) return settle(row, a, p);
    }
}

capture_state capturing::come_again(captured& row, attempt& a, const revising::standing& was) {
    const auto seen = seen_.find(a.c.by.key);  // what a dry run has amended
    const bool is_formed = a.c.wrong.empty(), is_seen = seen != seen_.end();
    const std::uint64_t had = is_seen ? seen->second.revision : was.revision;
    const bool is_last =
        is_seen ? is_formed && seen->second.content == intake::content_of(a.order.order)
                : was.is_last;
    row.revision = had;
    a.c.by.now = std::max(how_.now.value_or(on_.now()), on_.now());  // not when it was placed
    if (was.is_first || is_last) return row.at = was.at, capture_state::repeat;
    problems why;
    if (a.revision() <= had) {
        problem p = a.c.to_problem(stale(a.revision(), had));
        p.path = a.c.line.has("revision") ? "/revision" : "";
        why.add(std::move(p));
        if (is_formed)
            row.changes = revising::revise(on_, a.c.by, was.id, a.order.order, true).changes;
        return refuse(row, why);
    }
    return is_formed ? revise(row, a, was) : refuse(row, a.order.all);
}

capture_state capturing::revise(captured& row, attempt& a, const revising::standing& was) {
    auto done = with_room(
        on_, [&] { return revising::revise(on_, a.c.by, was.id, a.order.order, how_.dry_run); });
    problems why;
    for (const revising::obstacle& o : done.violations) {
        problem p = a.c.to_problem(o.why);
        if (o.path) p.path = *o.path;
        why.add(std::move(p));
    }
    if (!why.empty()) return refuse(row, why);
    row.revision = a.revision();
    row.changes = std::move(done.changes);
    row.at = done.what == outcome::repeat ? was.at : done.at;
    if (how_.dry_run)
        seen_[std::string{a.c.by.key}] = {intake::content_of(a.order.order), false, a.revision(),
                                          a.bare()};
    if (done.what == outcome::repeat) return capture_state::repeat;
    return done.what == outcome::unchanged ? capture_state::unchanged : capture_state::amended;
}

capture_state capturing::keep(captured& row, attempt& a, const problems& why) {
    if (how_.dry_run) {
        seen_[std::string{a.c.by.key}] = {content_digest(a.text), true, a.revision()};
        return capture_state::quarantined;
    }
    intake::waiting_order o;
    o.text = a.text;
    o.reasons = static_cast<std::uint32_t>(why.total());
    for (const problem& p : why.list()) {
        if (o.why.size() == intake::most_reasons) break;
        o.why.push_back({p.why.code, p.path, p.sentence});
    }
    const auto kept =
        with_room(on_, [&] { return waiting::keep(on_, a.c.by, o, a.how, a.over()); });
    if (kept) {
        row.at = kept->at;
        return capture_state::quarantined;
    }
    tell_first(row, a.c.to_problem(kept.error()));
    if (is_conflict(kept.error().code)) return capture_state::conflict;
    return is_transient(kept.error().code) ? capture_state::busy : capture_state::declined;
}

}  // namespace earmark
