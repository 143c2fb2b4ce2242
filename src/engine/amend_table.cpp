// WHAT AMENDMENTS MAY, field by field: loaded, recorded, found again.
#include "earmark/engine/fold.hpp"
#include "loader.hpp"

namespace earmark {
namespace {

template <class Enum>
bool is_below(Enum e, std::size_t count) noexcept {
    return static_cast<std::size_t>(e) < count;
}

error check(const amend_rule_row& r) noexcept {
    if (!is_below(r.change, change_kinds) || !is_below(r.does, permissions) ||
        !is_below(r.state, unit_states))
        return fail(error_code::bad_field);
    const bool is_gone = r.state >= unit_state::shipped;  // what has left cannot be taken back
    if (is_gone && r.change == change_kind::decrease && r.does == permission::allow)
        return fail(error_code::bad_field);
    return {};
}

}  // namespace

load_report engine::load(const command& c, std::span<const amend_rule_row> rows,
                         const load_part& part) {
    state& s = *state_;
    return fill(s, c, rows, part, [&](loader& l, desk& d, const amend_rule_row& r, std::size_t i) {
        if (const error e = check(r); e.code != error_code::ok) {
            l.reject(i, e, "what an amendment may");
            return true;
        }
        const std::int64_t fields[] = {static_cast<std::int64_t>(r.state),
                                       static_cast<std::int64_t>(r.does)};
        d.record.intern(journal::intern_kind::amend_rule,
                        {static_cast<std::uint32_t>(r.change), {}, fields, {}});
        s.names.amends.set(r);
        return l.accept();
    });
}

bool read_amend_rule(const journal::intern_table& t, catalog& into) {
    const auto f = t.fields;
    if (f.size() != 2 || f[0] < 0 || f[1] < 0) return false;
    const amend_rule_row r{static_cast<change_kind>(std::min<std::uint32_t>(t.id, change_kinds)),
                           static_cast<unit_state>(std::min<std::int64_t>(f[0], unit_states)),
                           static_cast<permission>(std::min<std::int64_t>(f[1], permissions))};
    if (check(r).code != error_code::ok) return false;
    into.amends.set(r);
    return true;
}

permission engine::may_amend(change_kind k, unit_state s) const noexcept {
    if (!is_below(k, change_kinds) || !is_below(s, unit_states)) return permission::deny;
    return state_->names.amends.of(k, s);
}

}  // namespace earmark
