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
    return code == error_code::duplicate_key || code == error_code::order_quarantined;
}

/// One call of the engine, and a second where the ring between two flushes was full.
template <class F>
auto with_room(engine& on, F&& f) {
    auto answer = f();
    const auto code = [](const auto& a) {
        if constexpr (requires { a.error(); })
            return a ? error_code::ok : a.error().code;
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
    if (a.waits && !a.is_same && how_.correct) a.how = waiting::try_of::correction;
    return settle(row, a, place(a));
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
    if (a.waits && !a.is_same && a.how == waiting::try_of::payload)
        return refused(fail(error_code::order_quarantined, a.waits->reasons));
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
    if (a.waits) return with_room(on_, [&] { return waiting::place(on_, a.c.by, o); });
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
    if (waits && at->second.content != content_digest(a.text) && !how_.correct)
        return fail(error_code::order_quarantined);
    return waits || formed ? error{} : fail(error_code::duplicate_key);
}

/// What would become of it after those before it in the payload.
placed capturing::look(attempt& a) {
    const digest128 content = intake::content_of(a.order.order);
    placed p = waiting::look(on_, a.c.by, a.order.order);
    if (p.first.what != outcome::done) return p;
    const auto [at, fresh] = seen_.try_emplace(std::string{a.c.by.key}, seen_order{content, false});
    if (fresh || at->second.waits) return at->second = {content, false}, p;
    p.first.what = outcome::repeat;
    if (at->second.content == content) return p;
    p.first.what = outcome::declined;
    p.violations = {fail(error_code::duplicate_key)};
    return p;
}

capture_state capturing::settle(captured& row, attempt& a, const placed& p) {
    if (p.first.what != outcome::declined) {
        row.at = p.first.at;
        return p.first.what == outcome::repeat ? capture_state::repeat : capture_state::accepted;
    }
    problems why;
    for (const error& e : p.violations) why.add(a.c.to_problem(e));
    if (why.empty()) why = a.order.all;
    for (const problem& w : why.list()) tell(row, w);
    row.left_out += why.total() - why.list().size();
    if (why.total() == 1 && is_conflict(why.list().front().why.code))
        return capture_state::conflict;
    if (has(row, severity::transient)) return capture_state::busy;
    const bool is_replay = a.how == waiting::try_of::replay;
    const bool may_wait = (how_.quarantine || a.waits) && has(row, severity::master_data) &&
                          !has(row, severity::malformed);
    if (is_replay || a.is_same || may_wait) return keep(row, a, why);
    return has(row, severity::malformed) ? capture_state::malformed : capture_state::declined;
}

capture_state capturing::keep(captured& row, attempt& a, const problems& why) {
    if (how_.dry_run) {
        seen_[std::string{a.c.by.key}] = {content_digest(a.text), true};
        return capture_state::quarantined;
    }
    intake::waiting_order o;
    o.text = a.text;
    o.reasons = static_cast<std::uint32_t>(why.total());
    for (const problem& p : why.list()) {
        if (o.why.size() == intake::most_reasons) break;
        o.why.push_back({p.why.code, p.path, p.sentence});
    }
    const auto kept = with_room(on_, [&] { return waiting::keep(on_, a.c.by, o, a.how); });
    if (kept) {
        row.at = kept->at;
        return capture_state::quarantined;
    }
    tell_first(row, a.c.to_problem(kept.error()));
    if (is_conflict(kept.error().code)) return capture_state::conflict;
    return is_transient(kept.error().code) ? capture_state::busy : capture_state::declined;
}

}  // namespace earmark
