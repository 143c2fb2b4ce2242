#include "earmark/report/stock_frames.hpp"

#include <utility>

#include "earmark/core/errors.hpp"

namespace earmark::report {
namespace {

std::int64_t number(std::uint64_t n) noexcept { return static_cast<std::int64_t>(n); }

}  // namespace

frame fed_frame(const feed_report& r, std::span<const feed_row> rows) {
    frame_builder b{"fed"};
    auto &row = b.ints("row"), &sku = b.ints("sku"), &node = b.ints("node"),
         &section = b.ints("section"), &adjustment = b.ints("adjustment"),
         &shortfall = b.ints("shortfall");
    verdict_columns verdict{b};
    const auto add_section = [&](section_id s) {
        s == none<section_id> ? section.add_null() : section.add(raw(s));
    };
    for (const feed_change& c : r.changes) {
        c.row > 0 ? row.add(std::int64_t{c.row} - 1) : row.add_null();
        sku.add(raw(c.sku));
        node.add(raw(c.node));
        add_section(c.section);
        adjustment.add(c.adjustment.atoms);
        shortfall.add(c.shortfall.atoms);
        verdict.add(outcome::done, error_code::ok);
    }
    for (const rejected_row& j : r.rejected) {
        const bool named = j.row > 0;
        named ? row.add(std::int64_t{j.row} - 1) : row.add_null();
        named ? sku.add(raw(rows[j.row - 1].sku)) : sku.add_null();
        named ? node.add(raw(rows[j.row - 1].node)) : node.add_null();
        add_section(named ? rows[j.row - 1].section : none<section_id>);
        adjustment.add_null();
        shortfall.add_null();
        verdict.add(outcome::declined, j.why.code);
    }
    return std::move(b).finish();
}

counted_rows::counted_rows(std::size_t rows)
    : record_{rows_.ints("record")},
      found_{rows_.ints("found")},
      uncovered_{rows_.ints("uncovered")},
      verdict_{rows_} {
    for (auto* const c : {&record_, &found_, &uncovered_}) c->reserve(rows);
    verdict_.reserve(rows);
}

void counted_rows::add(const result<receipt>& r) {
    r ? record_.add(r->why.refs[0]) : record_.add_null();
    r ? found_.add(r->why.refs[1]) : found_.add_null();
    r ? uncovered_.add(r->uncovered) : uncovered_.add_null();
    r ? verdict_.add(r->what, error_code::ok) : verdict_.add(r);
}

frame pools_frame(std::span<const pool_view> of) {
    static const vocabulary kinds = [] {
        auto names = std::make_shared<texts>();
        for (const auto k :
             {pool_kind::quota, pool_kind::capacity, pool_kind::limit, pool_kind::credit})
            names->add(name_of(k));
        return names;
    }();
    frame_builder b{"pools"};
    auto& kind = b.codes("kind", kinds);
    auto &from = b.times("from"), &until = b.times("until");
    std::int64_t id = 0;
    for (const pool_view& p : of) {
        b.ints("pool").add(id++);
        b.strings("key").add(p.key);
        kind.add(static_cast<std::int32_t>(p.kind));
        b.small_ints("decimals").add(p.decimals);
        b.ints("amount").add(p.amount.atoms);
        b.ints("free").add(p.free.atoms);
        p.from.ns == INT64_MIN ? from.add_null() : from.add(p.from.ns);
        p.until == never ? until.add_null() : until.add(p.until.ns);
    }
    return std::move(b).finish();
}

frame counts_frame(std::span<const counted> of, vocabulary sku_keys, vocabulary node_keys,
                   const std::function<std::string(section_id)>& section_key) {
    frame_builder b{"counts"};
    auto& now = b.times("now");
    auto& actor = b.small_ints("actor");
    auto& sku = b.codes("sku", std::move(sku_keys));
    auto& node = b.codes("node", std::move(node_keys));
    auto& section = b.strings("section");
    for (const counted& c : of) {
        b.ints("at").add(number(raw(c.at)));
        now.add(c.now.ns);
        actor.add(static_cast<std::int32_t>(raw(c.actor)));
        sku.add(static_cast<std::int32_t>(raw(c.sku)));
        node.add(raw(c.node));
        b.ints("record").add(c.record.atoms);
        b.ints("found").add(c.found.atoms);
        c.section == none<section_id> ? section.add_null() : section.add(section_key(c.section));
    }
    return std::move(b).finish();
}

frame expiries_frame(std::span<const expiry> of, vocabulary sku_keys, vocabulary node_keys) {
    frame_builder b{"expiries"};
    auto &now = b.times("now"), &deadline = b.times("deadline");
    auto& sku = b.codes("sku", std::move(sku_keys));
    auto& node = b.codes("node", std::move(node_keys));
    for (const expiry& x : of) {
        b.ints("at").add(number(raw(x.at)));
        now.add(x.now.ns);
        b.ints("reservation").add(number(raw(x.reservation)));
        deadline.add(x.deadline.ns);
        sku.add(static_cast<std::int32_t>(raw(x.sku)));
        node.add(raw(x.node));
        b.ints("amount").add(x.amount.atoms);
    }
    return std::move(b).finish();
}

frame held_frame(std::span<const bucket_view> of, vocabulary sku_keys, vocabulary node_keys,
                 const std::function<std::string(section_id)>& section_key,
                 const std::function<std::string_view(pool_id)>& pool_key) {
    frame_builder b{"held"};
    auto &sku = b.codes("sku", std::move(sku_keys)), &node = b.codes("node", std::move(node_keys));
    auto &section = b.strings("section"), &pool = b.strings("pool");
    for (const bucket_view& p : of) {
        const bool of_pool = p.pool != none<pool_id>;
        of_pool ? sku.add_null() : sku.add(static_cast<std::int32_t>(raw(p.sku)));
        of_pool ? node.add_null() : node.add(raw(p.node));
        p.section == none<section_id> ? section.add_null() : section.add(section_key(p.section));
        of_pool ? pool.add(pool_key(p.pool)) : pool.add_null();
        b.ints("amount").add(p.amount.atoms);
    }
    return std::move(b).finish();
}

frame sections_frame(std::span<const section_view> of, const vocabulary& node_keys,
                     const std::function<section_row(section_id)>& row_of) {
    frame_builder b{"sections"};
    auto& node = b.codes("node", node_keys);
    const auto text = [&](const char* column, const std::string& value) {
        value.empty() ? b.strings(column).add_null() : b.strings(column).add(value);
    };
    for (const section_view& v : of) {
        const section_row is = v.section == none<section_id> ? section_row{} : row_of(v.section);
        node.add(raw(v.node));
        text("section", is.key);
        text("segment", is.segment);
        text("condition", is.condition);
        text("lot", is.lot);
        text("owner", is.owner);
        is.expires == never ? b.times("expires").add_null() : b.times("expires").add(is.expires.ns);
        b.truths("frozen").add(is.frozen);
        b.ints("on_hand").add(v.on_hand.atoms);
        b.ints("free").add(v.free.atoms);
    }
    return std::move(b).finish();
}

}  // namespace earmark::report
