#include "earmark/lifecycle/amendment.hpp"

#include <algorithm>
#include <tuple>

#include "earmark/core/check.hpp"
#include "earmark/core/digest.hpp"
#include "earmark/core/low_first.hpp"

namespace earmark::lifecycle {
namespace {

bool is_amount(std::int64_t n) noexcept { return n > 0 && n <= most_of_a_line; }

/// Numbers one after the other, 8 bytes each.
class numbers_in {
public:
    explicit numbers_in(std::span<const std::byte> from) : from_{from} {}
    /// A number that is not outside of the bounds; else nothing that comes is good.
    std::int64_t get(std::int64_t least, std::int64_t most) noexcept {
        if (from_.size() < 8) return good_ = false, least;
        const auto value = static_cast<std::int64_t>(take_low_first(from_, 8));
        if (value < least || value > most) return good_ = false, least;
        return value;
    }
    template <class T>
    T id() noexcept {
        return static_cast<T>(get(0, static_cast<std::int64_t>(raw(none<T>))));
    }
    [[nodiscard]] bool is_good() const noexcept { return good_; }
    [[nodiscard]] bool is_over() const noexcept { return good_ && from_.empty(); }

private:
    std::span<const std::byte> from_;
    bool good_ = true;
};

constexpr unsigned says_ship_to = 1, says_method = 2, says_deliver_by = 4, says_priority = 8,
                   says_own = 16;

}  // namespace

/// What the lines say of their own when it is done.
static std::vector<line_terms> terms_after(const image& of, const amendment& a) {
    std::vector<line_terms> all = own_terms(of);
    all.resize(of.lines.size() + a.added.size());
    for (const auto& s : a.sent) all[s.line] = s.own;
    return all;
}

static bool fits_terms(const image& of, const amendment& a) {
    if (a.sent.empty()) return true;
    const std::size_t lines = of.lines.size() + a.added.size();
    std::int64_t before = -1;
    for (const auto& s : a.sent) {
        if (s.line >= lines || s.line <= before) return false;
        before = s.line;
    }
    std::vector<line_terms> all = terms_after(of, a);
    const auto key = [](const line_terms& t) {
        return std::tuple{t.ship_to, t.method, t.deliver_by};
    };
    std::ranges::sort(all, {}, key);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    std::erase(all, line_terms{});
    return all.size() <= max_line_terms;
}

bool fits(const image& of, const amendment& a) {
    const std::size_t lines = of.lines.size();
    std::int64_t before = -1;
    for (const auto& m : a.more) {
        if (m.line >= lines || m.line <= before || !is_amount(m.n) ||
            !is_amount(std::int64_t{of.lines[m.line].ordered} + m.n))
            return false;
        before = m.line;
    }
    before = -1;
    for (const auto& b : a.bound) {
        if (b.line >= lines || b.line <= before) return false;
        before = b.line;
    }
    return fits_terms(of, a) && lines + a.added.size() <= max_lines &&
           (a.added.empty() || a.first == lines) &&
           std::all_of(a.added.begin(), a.added.end(), [](const line& l) {
               return is_amount(l.ordered) && l.unit_price_minor >= 0;
           });
}

/// Open units beside those that there are; `more` ascends by line.
static void grow(image& of, std::span<const amendment::growth> more) {
    std::vector<bucket> after;
    after.reserve(of.buckets.size() + more.size());
    auto next = of.buckets.cbegin();
    for (const auto& m : more) {
        of.lines[m.line].ordered += m.n;
        const auto first =
            of.buckets.cbegin() + (buckets_of(of, m.line).data() - of.buckets.data());
        after.insert(after.end(), next, first);
        next = first;
        after.push_back({none<cell_id>, m.n, m.line, unit_state::open, 0, 0});  // stands first
        if (next->state == unit_state::open && next->ref == 0) after.back().n += (next++)->n;
    }
    after.insert(after.end(), next, of.buckets.cend());
    of.buckets = std::move(after);
}

void amend(image& of, const amendment& a) {
    const std::vector<line_terms> sent =
        a.sent.empty() ? std::vector<line_terms>{} : terms_after(of, a);
    if (!a.more.empty()) grow(of, a.more);
    for (const auto& b : a.bound) of.lines[b.line].firm = b.firm;
    for (const line& l : a.added) {
        of.buckets.push_back({none<cell_id>, l.ordered, static_cast<std::uint16_t>(of.lines.size()),
                              unit_state::open, 0, 0});
        of.lines.push_back(l);
    }
    if (!a.sent.empty())
        EARMARK_INVARIANT(set_own_terms(of, sent), "an amendment that fits has terms that fit");
    if (a.ship_to) of.ship_to = *a.ship_to;
    if (a.method) of.method = *a.method;
    if (a.deliver_by) of.deliver_by = *a.deliver_by;
    if (a.priority) of.priority = *a.priority;
    if (!a.ends_decision()) return;
    of.decided_by = {};
    of.cold = 0xFFFFFFFF;
    of.cold_bytes = 0;
}

std::vector<std::byte> bytes_of(const amendment& a) {
    std::vector<std::byte> out;
    const auto put = [&out](std::int64_t n) {
        put_low_first(out, static_cast<std::uint64_t>(n), 8);
    };
    put((a.ship_to ? says_ship_to : 0u) | (a.method ? says_method : 0u) |
        (a.deliver_by ? says_deliver_by : 0u) | (a.priority ? says_priority : 0u) |
        (a.sent.empty() ? 0u : says_own));
    if (a.ship_to) put(raw(*a.ship_to));
    if (a.method) put(raw(*a.method));
    if (a.deliver_by) put(a.deliver_by->n);
    if (a.priority) put(*a.priority);
    put(static_cast<std::int64_t>(a.more.size()));
    for (const auto& m : a.more) put(m.line), put(m.n);
    put(static_cast<std::int64_t>(a.bound.size()));
    for (const auto& b : a.bound) put(b.line), put(raw(b.firm));
    put(a.first);
    put(static_cast<std::int64_t>(a.added.size()));
    for (const line& l : a.added)
        for (const std::int64_t n :
             {std::int64_t{raw(l.sku)}, std::int64_t{l.ordered}, l.unit_price_minor,
              std::int64_t{l.group}, std::int64_t{raw(l.firm)}, std::int64_t{raw(l.to)}})
            put(n);
    if (a.sent.empty()) return out;
    put(static_cast<std::int64_t>(a.sent.size()));
    for (const auto& s : a.sent)
        for (const std::int64_t n :
             {std::int64_t{s.line}, std::int64_t{raw(s.own.ship_to)},
              std::int64_t{raw(s.own.method)}, std::int64_t{s.own.deliver_by.n}})
            put(n);
    return out;
}

std::optional<amendment> read_amendment(std::span<const std::byte> bytes) {
    constexpr auto most = static_cast<std::int64_t>(max_lines);
    numbers_in in{bytes};
    amendment a;
    const auto says = static_cast<unsigned>(in.get(0, 31));
    if ((says & says_ship_to) != 0) a.ship_to = in.id<place_id>();
    if ((says & says_method) != 0) a.method = in.id<service_id>();
    if ((says & says_deliver_by) != 0)
        a.deliver_by = civil_day{static_cast<std::int32_t>(in.get(INT32_MIN, INT32_MAX))};
    if ((says & says_priority) != 0) a.priority = static_cast<std::uint8_t>(in.get(0, 255));
    const auto line_at = [&] { return static_cast<std::uint16_t>(in.get(0, most - 1)); };
    const auto amount = [&] { return static_cast<granules>(in.get(1, most_of_a_line)); };
    for (auto n = in.get(0, most); n > 0 && in.is_good(); --n) {
        const std::uint16_t line = line_at();
        a.more.push_back({line, amount()});
    }
    for (auto n = in.get(0, most); n > 0 && in.is_good(); --n) {
        const std::uint16_t line = line_at();
        a.bound.push_back({line, in.id<node_id>()});
    }
    a.first = static_cast<std::uint16_t>(in.get(0, most));
    for (auto n = in.get(0, most); n > 0 && in.is_good(); --n) {
        line l;
        l.sku = in.id<sku_id>();
        l.ordered = amount();
        l.unit_price_minor = in.get(0, INT64_MAX);
        l.group = static_cast<std::uint16_t>(in.get(0, UINT16_MAX));
        l.firm = in.id<node_id>();
        l.to = in.id<node_id>();
        a.added.push_back(l);
    }
    if ((says & says_own) != 0)
        for (auto n = in.get(1, most); n > 0 && in.is_good(); --n) {
            amendment::sending s{line_at(), {}};
            s.own.ship_to = in.id<place_id>();
            s.own.method = in.id<service_id>();
            s.own.deliver_by = civil_day{static_cast<std::int32_t>(in.get(INT32_MIN, INT32_MAX))};
            a.sent.push_back(s);
        }
    if (!in.is_over()) return std::nullopt;
    return a;
}

// ---- what may be changed -----------------------------------------------------------------------

namespace {

using enum permission;
struct standard {
    permission unreleased, released, in_work;
};
/// By change; what has gone or was cancelled has no say anywhere.
constexpr standard standards[change_kinds] = {
    {allow, allow, ignore},  // decrease
    {allow, allow, allow},   // increase
    {allow, allow, allow},   // add_line
    {allow, deny, deny},     // node
    {allow, deny, deny},     // ship_to
    {allow, deny, deny},     // method
    {allow, deny, deny},     // deliver_by
    {allow, allow, allow},   // priority
};

permission standard_of(const standard& s, unit_state state) noexcept {
    return state < unit_state::released    ? s.unreleased
           : state == unit_state::released ? s.released
           : state < unit_state::shipped   ? s.in_work
                                           : ignore;
}

}  // namespace

amend_table::amend_table() noexcept {
    for (std::size_t k = 0; k < change_kinds; ++k)
        for (std::size_t s = 0; s < unit_states; ++s)
            fields_[k][s] = standard_of(standards[k], static_cast<unit_state>(s));
}

void amend_table::set(const amend_rule_row& r) noexcept {
    fields_[static_cast<std::size_t>(r.change)][static_cast<std::size_t>(r.state)] = r.does;
    changed_ = true;
}

std::uint64_t amend_table::digest_of_fields() const noexcept {
    if (!changed_) return 0;
    digest d;
    for (const auto& row : fields_)
        for (const permission p : row) d.add(static_cast<std::uint64_t>(p));
    return d.value();
}

/// Does the line say something of its own of what is changed?
static bool says_own_of(const image& of, std::uint16_t line, change_kind k) noexcept {
    if (of.lines[line].own == 0) return false;
    const line_terms& own = of.own[of.lines[line].own - 1U];
    return (k == change_kind::ship_to && own.ship_to != none<place_id>) ||
           (k == change_kind::method && own.method != none<service_id>) ||
           (k == change_kind::deliver_by && own.deliver_by != no_day);
}

error amend_table::judge(const image& of, change_kind k, std::int64_t line) const noexcept {
    const auto refuse = [&](unit_state s) {
        return fail(error_code::not_amendable, static_cast<std::int64_t>(k), line + 1,
                    static_cast<std::int64_t>(s));
    };
    bool may = false, any = false, all_own = true;
    const std::span<const bucket> about =
        line < 0 ? std::span{of.buckets} : buckets_of(of, static_cast<std::uint32_t>(line));
    for (const bucket& b : about) {
        if (b.state == unit_state::cancelled) continue;
        any = true;
        if (line < 0 && says_own_of(of, b.line, k)) continue;  // what the order says is not of it
        all_own = false;
        const permission p = this->of(k, b.state);
        if (p == permission::deny) return refuse(b.state);
        may |= p == permission::allow;
    }
    return may || (any && all_own) ? error{} : refuse(status_of(of, line).lowest);
}

}  // namespace earmark::lifecycle
