#include "migrating.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

#include "earmark/core/low_first.hpp"
#include "earmark/engine/fold.hpp"
#include "earmark/lifecycle/standard_workflows.hpp"
#include "earmark/lifecycle/steps.hpp"
#include "earmark/lifecycle/workflow_text.hpp"
#include "gate.hpp"
#include "order_timers.hpp"
#include "workflow_door.hpp"

namespace earmark {
namespace {

using lifecycle::bucket;
using lifecycle::standing;
using lifecycle::state_key;

constexpr std::size_t entry_bytes = 2 + 1 + 1 + 1 + 4 + 4;

auto place_of(const bucket& b) noexcept { return std::tuple{b.line, b.state, b.cell, b.ref}; }

/// Equal buckets are one, and they ascend.
void tidy_up(std::vector<bucket>& all) {
    std::ranges::stable_sort(all, {}, [](const bucket& b) { return place_of(b); });
    std::vector<bucket> out;
    for (const bucket& b : all)
        if (!out.empty() && place_of(out.back()) == place_of(b))
            out.back().n += b.n;
        else
            out.push_back(b);
    all = std::move(out);
}

/// Where units of a state go, of what the request maps and of names that stay.
class new_states {
public:
    new_states(const lifecycle::workflow& from, const lifecycle::workflow& to,
               std::span<const state_mapping> asked)
        : from_{from}, to_{to} {
        for (std::size_t i = 0; i < asked.size() && wrong_ == 0; ++i) {
            const auto a = find_state(from, asked[i].from);
            const auto b = find_state(to, asked[i].to);
            const auto is_a = [&](const auto& pair) { return pair.first == *a; };
            if (!a || !b || a->base != b->base || std::ranges::any_of(mapped_, is_a))
                wrong_ = i + 1;
            else
                mapped_.emplace_back(*a, *b);
        }
    }
    /// The mapping that cannot be, from 1; 0: none.
    [[nodiscard]] std::size_t wrong() const noexcept { return wrong_; }
    [[nodiscard]] std::optional<state_key> of(state_key s) const {
        for (const auto& [a, b] : mapped_)
            if (a == s) return b;
        if (s.sub == 0) return s;
        const auto same = find_state(to_, name_of(from_, s));
        return same && same->base == s.base ? same : std::nullopt;
    }

private:
    const lifecycle::workflow &from_, &to_;
    std::vector<std::pair<state_key, state_key>> mapped_;
    std::size_t wrong_ = 0;
};

error refuse_version(const workflow_table& all, std::uint16_t version, const desk& d) noexcept {
    const order_type type = d.order.type;
    if (version != 0 && all.find(version) == nullptr)
        return fail(error_code::unknown_workflow, version);
    if (!all.is_of(version, type))
        return fail(error_code::other_type, version, static_cast<std::int64_t>(type));
    // Orders that bring goods for others move with them, by their standard workflows.
    if (version != 0 && !d.beside.links.empty()) return fail(error_code::not_allowed);
    return {};
}

/// The desk's order as it is to be, with the note that says so.
error plan_migration(const engine_door::state& s, desk& d, const migrate_request& r,
                     time_point now) {
    const std::uint16_t version = r.workflow;
    if (const error e = refuse_version(s.names.workflows, version, d); e.code != error_code::ok)
        return e;
    if (version == d.order.workflow) return {};
    const auto* const own = s.names.workflows.rules(version);
    const auto& from = lifecycle::rules_of(d.order);
    const auto& to = own != nullptr ? *own : lifecycle::standard_of(d.order.type);
    const new_states states{from, to, r.states};
    if (states.wrong() != 0)
        return fail(error_code::bad_mapping, static_cast<std::int64_t>(states.wrong()));
    std::vector<renumbered> all;
    for (const bucket& b : d.order.buckets) {
        const state_key now_at = lifecycle::state_of(b);
        const auto next = states.of(now_at);
        if (!next || !has_state(to, *next))
            return fail(error_code::state_missing, b.line + 1, version,
                        static_cast<std::int64_t>(b.state));
        if (next->sub != now_at.sub || name_of(to, *next) != name_of(from, now_at))
            all.push_back({b.line, b.state, now_at.sub, next->sub, b.cell, b.n});
    }
    const std::uint16_t before = d.order.workflow;
    EARMARK_INVARIANT(migrate_order(d.order, d.beside, version, own, all, now),
                      "units stand where the order says that they do");
    d.changes_beside = true;
    std::vector<std::byte> bytes;
    put_low_first(bytes, before, 2);
    const auto moved = migrated_note(all);
    bytes.insert(bytes.end(), moved.begin(), moved.end());
    d.notes.push_back({journal::note_kind::migrated, version, std::move(bytes)});
    return {};
}

digest128 content_of(const migrate_request& r) {
    std::string said;
    for (const state_mapping& m : r.states) {
        said += std::to_string(m.from.size());
        said += ' ';
        said += m.from;
        said += m.to;
        said += '\n';
    }
    const std::uint64_t words[] = {static_cast<std::uint64_t>(verb::migrate), raw(r.order),
                                   r.workflow, r.states.size(), digest{}.add(said).value()};
    return content_digest(std::as_bytes(std::span{words}));
}

}  // namespace

std::vector<std::byte> migrated_note(std::span<const renumbered> all) {
    std::vector<std::byte> out;
    out.reserve(all.size() * entry_bytes);
    for (const renumbered& of : all) {
        put_low_first(out, of.line, 2);
        put_low_first(out, static_cast<std::uint64_t>(of.base), 1);
        put_low_first(out, of.from, 1);
        put_low_first(out, of.to, 1);
        put_low_first(out, raw(of.cell), 4);
        put_low_first(out, static_cast<std::uint64_t>(of.n), 4);
    }
    return out;
}

bool read_migrated_note(std::span<const std::byte> bytes, std::vector<renumbered>& into) {
    if (bytes.size() % entry_bytes != 0) return false;
    while (!bytes.empty()) {
        renumbered& of = into.emplace_back();
        of.line = static_cast<std::uint16_t>(take_low_first(bytes, 2));
        const std::uint64_t base = take_low_first(bytes, 1);
        if (base >= unit_states) return false;
        of.base = static_cast<unit_state>(base);
        of.from = static_cast<std::uint8_t>(take_low_first(bytes, 1));
        of.to = static_cast<std::uint8_t>(take_low_first(bytes, 1));
        of.cell = cell_id{static_cast<std::uint32_t>(take_low_first(bytes, 4))};
        const std::uint64_t n = take_low_first(bytes, 4);
        if (n == 0 || n > INT32_MAX) return false;
        of.n = static_cast<granules>(n);
    }
    return true;
}

bool has_state(const lifecycle::workflow& by, state_key s) noexcept {
    return by.knows(s) && (is_final(s.base) || !by.rows_from(s).empty());
}

bool migrate_order(lifecycle::image& of, beside& more, std::uint16_t version,
                   const lifecycle::workflow* by, std::span<const renumbered> all, time_point now) {
    const auto before = of.buckets;
    std::vector<standing> arrivals = more.standing;
    for (const renumbered& r : all) {
        const auto at = std::ranges::find_if(before, [&](const bucket& b) {
            return b.line == r.line && b.cell == r.cell &&
                   lifecycle::state_of(b) == state_key{r.base, r.from};
        });
        if (at == before.end() || at->n != r.n) return false;
        auto& b = of.buckets[static_cast<std::size_t>(at - before.begin())];
        b.ref = lifecycle::ref_of(r.to, lifecycle::link_of(b.ref));
        for (std::size_t i = 0; i < arrivals.size(); ++i)
            if (more.standing[i].line == r.line &&
                more.standing[i].state() == state_key{r.base, r.from})
                arrivals[i].sub = r.to;
    }
    more.formers.push_back({now.ns, of.workflow});
    if (more.formers.size() > max_formers) more.formers.erase(more.formers.begin());
    of.workflow = version;
    of.rules = by;
    tidy_up(of.buckets);
    for (const bucket& b : of.buckets)
        if (!has_state(lifecycle::rules_of(of), lifecycle::state_of(b))) return false;
    for (standing& s : arrivals) s.passed_s = s.told_s = 0;
    std::ranges::stable_sort(arrivals, {}, [](const standing& s) {
        return std::tuple{s.line, s.base, s.sub, s.since};
    });
    more.standing = std::move(arrivals);
    if (!lifecycle::rules_of(of).has_timers()) more.standing.clear();
    return true;
}

error_code folder::migrated_note(std::uint32_t order, std::uint32_t version,
                                 std::span<const std::byte> bytes) {
    if (const auto e = touch(subject_kind::order, order); e != error_code::ok) return e;
    std::vector<renumbered> all;
    if (version > workflow_table::most || bytes.size() < 2 ||
        take_low_first(bytes, 2) != image_.workflow || !read_migrated_note(bytes, all))
        return error_code::bad_record;
    const auto to = static_cast<std::uint16_t>(version);
    const auto* const by = catalog_.workflows.rules(to);
    if ((to != 0 && by == nullptr) || !catalog_.workflows.is_of(to, image_.type))
        return error_code::bad_record;
    const time_point before = never;
    const auto change = [&](beside& of) {
        return migrate_order(image_, of, to, by, all, record_now_);
    };
    if (const auto e = rewrite_beside(change); e != error_code::ok) return e;
    beside more;
    if (!load_beside(books_.ledger.chunks(), image_.beside, more)) return error_code::bad_record;
    const time_point next = next_deadline(image_, more);
    return next < before ? wake_order(order, next) : error_code::ok;
}

result<receipt> workflow_door::migrate(engine& of, const command& c, const migrate_request& r) {
    state& s = engine_door::inside(of);
    return s.stay<result<receipt>>(c, [&](const state::visit& v) -> result<receipt> {
        const error denied = state::gate{s}.pass(v, c, verb::migrate, {.order = r.order});
        if (denied.code != error_code::ok) return denied;
        const auto decide = [&](desk& d) { return plan_migration(s, d, r, v.now); };
        return s.move_units(v, c, verb::migrate, r.order, content_of(r), decide);
    });
}

result<receipt> migrate(engine& of, const command& c, const migrate_request& r) {
    return workflow_door::migrate(of, c, r);
}

}  // namespace earmark
