// WHICH NODES ARE ASKED: loaded, recorded, found again; and how the fold reads what was asked.
#include "beside.hpp"
#include "earmark/engine/fold.hpp"
#include "loader.hpp"
#include "order_timers.hpp"

namespace earmark {
namespace {

error check(const answer_row& r) noexcept {
    if (static_cast<std::size_t>(r.request) >= request_kinds ||
        static_cast<std::size_t>(r.then) >= silences)
        return fail(error_code::bad_field);
    if (r.within_s < 0 || r.within_s > max_answer_seconds)
        return fail(error_code::out_of_range, r.within_s, r.within_s < 0 ? 0 : max_answer_seconds);
    return {};
}

}  // namespace

load_report engine::load(const command& c, std::span<const answer_row> rows,
                         const load_part& part) {
    state& s = *state_;
    return fill(s, c, rows, part, [&](loader& l, desk& d, const answer_row& r, std::size_t i) {
        const auto node = find_or_none<node_id>(r.node, s.names.nodes, error_code::unknown_node);
        const error e = node ? check(r) : node.error();
        if (e.code != error_code::ok) {
            l.reject(i, e,
                     "what " + (r.node.empty() ? "nodes are" : shown(r.node) + " is") + " asked");
            return true;
        }
        const std::int64_t fields[] = {field_of(*node), r.within_s,
                                       static_cast<std::int64_t>(r.then), r.reason};
        d.record.intern(journal::intern_kind::answer_rule,
                        {static_cast<std::uint32_t>(r.request), {}, fields, {}});
        s.names.answers.set(*node, r.request, {r.within_s, r.then, r.reason});
        return l.accept();
    });
}

bool read_answer_row(const journal::intern_table& t, catalog& into) {
    const auto f = t.fields;
    const bool fits = f.size() == 4 && f[0] >= -1 &&
                      f[0] < static_cast<std::int64_t>(into.nodes.size()) && f[2] >= 0 &&
                      f[2] < static_cast<std::int64_t>(silences) && f[3] >= 0 && f[3] <= 255 &&
                      t.id < request_kinds;
    if (!fits) return false;
    const answer_row r{{},
                       static_cast<request_kind>(t.id),
                       f[1],
                       static_cast<silence>(f[2]),
                       static_cast<std::uint8_t>(f[3])};
    if (check(r).code != error_code::ok) return false;
    into.answers.set(id_of<node_id>(f[0]), r.request, {r.within_s, r.then, r.reason});
    return true;
}

/// What nodes were asked of an order, or have answered.
error_code folder::asked_note(std::uint32_t order, std::span<const std::byte> bytes) {
    if (const auto e = touch(subject_kind::order, order); e != error_code::ok) return e;
    std::vector<lifecycle::asked_change> said;
    if (!lifecycle::read_changes(bytes, said)) return error_code::bad_record;
    time_point before = never, after = never;
    const auto make = [&](beside& of) {
        before = next_deadline(image_, of);
        for (lifecycle::asked_change& c : said) {
            c.of.by = raw(catalog_.known(actor_));
            if (c.of.line >= image_.lines.size() || index_of(c.of.node) >= catalog_.nodes.size() ||
                !change(of.asked, c))
                return false;
        }
        after = next_deadline(image_, of);
        return true;
    };
    if (const auto e = rewrite_beside(make); e != error_code::ok) return e;
    return after < before ? wake_order(order, after) : error_code::ok;
}

}  // namespace earmark
