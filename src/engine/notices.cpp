#include "earmark/engine/notices.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "earmark/core/check.hpp"
#include "earmark/engine/engine.hpp"
#include "earmark/engine/story.hpp"

namespace earmark {
namespace {

constexpr std::array<std::string_view, notice_kinds> names = {
    "captured",  "amended", "backordered", "allocated", "released",
    "picked",    "packed",  "shipped",     "delivered", "lost",
    "cancelled", "held",    "hold_ended",  "rejected",  "asked"};

std::optional<notice_kind> of_units(unit_state to) noexcept {
    using enum unit_state;
    switch (to) {
        case backordered:
            return notice_kind::backordered;
        case allocated:
            return notice_kind::allocated;
        case released:
            return notice_kind::released;
        case picked:
            return notice_kind::picked;
        case packed:
            return notice_kind::packed;
        case shipped:
            return notice_kind::shipped;
        case delivered:
            return notice_kind::delivered;
        case lost:
            return notice_kind::lost;
        case cancelled:
            return notice_kind::cancelled;
        default:
            return {};  // open again, or reserved: why has a notice of its own
    }
}

/// Which kind of notice a row is of, if any. Units that are new, or cancelled, may be so by an
/// amendment.
std::optional<notice_kind> kind_of(const trail_row& r) noexcept {
    if (r.order == none<order_id>) return {};
    switch (r.kind) {
        case trail_kind::captured:
            return notice_kind::captured;
        case trail_kind::placed:
            return r.by == verb::amend ? notice_kind::amended : notice_kind::captured;
        case trail_kind::amended:
            return notice_kind::amended;
        case trail_kind::moved:
            if (r.by == verb::amend && r.to == unit_state::cancelled) return notice_kind::amended;
            return r.from == r.to ? std::nullopt : of_units(r.to);
        case trail_kind::held:
            return notice_kind::held;
        case trail_kind::hold_ended:
            return notice_kind::hold_ended;
        case trail_kind::rejected:
            return notice_kind::rejected;
        case trail_kind::asked:
            return notice_kind::asked;
        default:
            return {};
    }
}

bool is_of_units(const trail_row& r) noexcept {
    return r.kind == trail_kind::placed || r.kind == trail_kind::moved ||
           r.kind == trail_kind::rejected || r.kind == trail_kind::asked;
}

void add_units(notice& to, const trail_row& r) {
    if (!is_of_units(r) || r.line == 0) return;
    const bool stays = r.node != none<node_id>;
    const node_id node = stays ? r.node : r.from_node;
    const auto at = std::find_if(to.lines.begin(), to.lines.end(), [&](const notice_line& l) {
        return l.line == r.line && l.node == node;
    });
    if (at != to.lines.end()) {
        at->amount.atoms += r.amount.atoms;
        return;
    }
    to.lines.push_back(
        {r.line, r.sku_key, r.decimals, node, stays ? r.node_key : r.from_node_key, r.amount});
}

/// Puts rows of the same order, kind and slice together.
class gathering {
public:
    gathering(const engine& of, const notice_query& q) : of_{of}, q_{q} {}

    [[nodiscard]] std::int64_t slice_of(const trail_row& r) const noexcept {
        const std::int64_t ns = q_.within_s * 1'000'000'000;
        if (ns == 0) return static_cast<std::int64_t>(raw(r.at));
        return r.now.ns / ns - (r.now.ns % ns < 0 ? 1 : 0);
    }
    /// Could more be said in it?
    [[nodiscard]] bool is_over(std::int64_t slice) const noexcept {
        const std::int64_t ns = q_.within_s * 1'000'000'000;
        return ns == 0 || slice < of_.now().ns / ns;
    }
    void add(trail_row r, std::int64_t slice) {
        const auto kind = kind_of(r);
        if (!kind || !q_.kinds[static_cast<std::size_t>(*kind)]) return;
        const auto [at, fresh] = known_.try_emplace({r.order, *kind, slice}, told.size());
        if (fresh) {
            notice& n = told.emplace_back();
            n.key =
                r.order_key + '/' + std::string{name_of(*kind)} + '/' + std::to_string(raw(r.at));
            n.kind = *kind;
            n.order = r.order;
            n.order_key = r.order_key;
            n.first = r.at;
            n.since = r.now;
        }
        notice& n = told[at->second];
        n.last = r.at;
        n.until = r.now;
        add_units(n, r);
        n.rows.push_back(std::move(r));
    }
    /// What their orders say of themselves.
    error add_facts() {
        for (notice& n : told) {
            const auto order = of_.order(n.order);
            if (!order) return order.error();
            for (const fact_view& f : order->facts)
                if (f.line == 0) n.facts.push_back({of_.attribute(f.attribute).name, f.value});
        }
        return {};
    }

    std::vector<notice> told;

private:
    const engine& of_;
    const notice_query& q_;
    std::map<std::tuple<order_id, notice_kind, std::int64_t>, std::size_t> known_;
};

}  // namespace

std::string_view name_of(notice_kind k) noexcept {
    const auto i = static_cast<std::size_t>(k);
    return i < notice_kinds ? names[i] : "unknown";
}

result<page_of<notice>> notices(const engine& of, const notice_query& q, position cursor,
                                std::size_t limit) try {
    if (q.within_s < 0 || q.within_s > max_notice_seconds)
        return fail(error_code::out_of_range, q.within_s, q.within_s < 0 ? 0 : max_notice_seconds);
    constexpr std::size_t rows_a_page = 4'096;
    gathering all{of, q};
    std::vector<trail_row> slice;  // rows of the one at hand
    std::int64_t number = 0;
    const auto end_slice = [&] {
        for (trail_row& r : slice) all.add(std::move(r), number);
        slice.clear();
    };
    page_of<notice> out;
    out.next = cursor;
    position read = cursor;
    bool is_open = false;
    for (std::size_t seen = 0; !is_open && all.told.size() < limit;) {
        auto page = trail(of, {}, read, rows_a_page);
        if (!page) return page.error();
        const bool is_end = page->next == read;
        seen += raw(page->next) - raw(read);
        for (trail_row& r : page->rows) {
            const std::int64_t mine = all.slice_of(r);
            if (!slice.empty() && mine != number) {
                out.next = slice.back().at;
                end_slice();
                if (all.told.size() >= limit) break;
            }
            if (is_open = !all.is_over(mine); is_open) break;
            number = mine;
            slice.push_back(std::move(r));
        }
        read = page->next;
        const bool is_cut = seen >= trail_records;
        if (!is_open && (is_end || is_cut) && all.told.size() < limit) {
            end_slice();
            out.next = read;
        }
        if (is_end || is_cut) break;
    }
    if (const error e = all.add_facts(); e.code != error_code::ok) return e;
    out.rows = std::move(all.told);
    return out;
} catch (const names_moving&) {
    return fail(error_code::stock_moving);
}

}  // namespace earmark
