// CAPTURE, REPLAY: payloads of orders, as JSON and as CSV.
#include "earmark/engine/capture.hpp"

#include <algorithm>
#include <utility>

#include "capturing.hpp"
#include "earmark/connect/orders.hpp"
#include "earmark/core/time_text.hpp"
#include "payload.hpp"
#include "submit_captures.hpp"

namespace earmark {
namespace {

using submission::make_problem;
using json = nlohmann::json;

constexpr time_point not_said{INT64_MIN};

/// The last row of a report that has no room for more.
void tell_full(capturing& all, std::uint32_t line) {
    const auto most = static_cast<std::int64_t>(capture_limits::orders);
    all.add_unread(line, {}, make_problem(fail(error_code::input_too_large, most + 1, most), {}));
}

json canonical(const connect::text_order& o) {
    json lines = json::array();
    const auto say = [](json& into, const std::string& place, const std::string& service,
                        civil_day by) {
        if (!place.empty()) into["ship_to"] = place;
        if (!service.empty()) into["method"] = service;
        if (by != no_day) into["deliver_by"] = to_string(by);
    };
    for (const connect::text_line& l : o.lines) {
        json& one = lines.emplace_back(
            json{{"sku", l.sku},
                 {"quantity", to_string(quantity{l.amount.atoms}, l.amount.decimals)},
                 {"unit_price", to_string(quantity{l.unit_price_minor}, o.currency.exponent())}});
        if (l.set != 0) one["set"] = l.set;
        if (l.own == 0) continue;
        const connect::text_terms& own = o.own[l.own - 1];
        say(one, own.ship_to, own.method, own.deliver_by);
    }
    json out = {{"key", o.key}, {"currency", o.currency.text()}, {"lines", std::move(lines)}};
    say(out, o.ship_to, o.method, o.deliver_by);
    if (o.revision != 0) out["revision"] = o.revision;
    if (o.priority != 0) out["priority"] = o.priority;
    if (o.placed != not_said) out["placed_at"] = to_string(o.placed);
    return out;
}

/// An order of a CSV file, or what stands in place of one.
struct csv_entry {
    std::uint32_t row = 0;
    const connect::text_order* order = nullptr;
    const rejected_row* wrong = nullptr;
    std::string key{};
};

/// Orders, rejected ones, and wrong rows of which not even the order is known, by row.
std::vector<csv_entry> entries_of(const connect::order_file& file) {
    std::vector<csv_entry> out;
    for (const connect::text_order& o : file.orders) out.push_back({o.lines.front().row, &o});
    std::vector<std::uint32_t> told;
    for (const connect::rejected_order& r : file.rejected_orders) {
        out.push_back({r.first.row, nullptr, &r.first, r.key});
        told.push_back(r.first.row);
    }
    std::ranges::sort(told);
    for (const rejected_row& r : file.rejected)
        if (!std::ranges::binary_search(told, r.row)) out.push_back({r.row, nullptr, &r});
    std::ranges::stable_sort(out, {}, &csv_entry::row);
    return out;
}

submission::problem problem_of(const rejected_row& r) {
    return make_problem(r.why.code, {}, submission::sentence_of(r.why, r.text),
                        std::string{row_of(r.why.code).hint});
}

}  // namespace

capture_report capture(engine& on, std::string_view payload, const capture_options& how) {
    capturing all{on, how};
    bool has_room = true;
    cut_payload(payload, [&](const payload_part& p) {
        if (!has_room) return tell_full(all, p.line), false;
        has_room = all.add(p.line, p.text);
        return true;
    });
    return all.take();
}

capture_report capture_csv(engine& on, std::string_view text, const capture_options& how) {
    capturing all{on, how};
    const auto file = connect::read_orders(text, {how.currency, not_said, {}});
    if (file.failure) {
        all.add_unread(file.failure->row, {}, problem_of(*file.failure));
        return all.take();
    }
    bool has_room = true;
    for (const csv_entry& e : entries_of(file)) {
        if (!has_room) {
            tell_full(all, e.row);
            break;
        }
        has_room = e.order != nullptr ? all.add(e.row, canonical(*e.order))
                                      : all.add_unread(e.row, e.key, problem_of(*e.wrong));
    }
    return all.take();
}

capture_report replay(engine& on, const command& c, std::string_view order) {
    capture_options how;
    how.actor = c.actor;
    how.now = c.now;
    capturing all{on, how};
    std::vector<std::string> keys;
    if (!order.empty()) {
        keys.emplace_back(order);
    } else if (const auto waiting = quarantined(on)) {
        for (const quarantined_order& o : *waiting) keys.push_back(o.key);
    } else {
        all.add_unread(0, {}, make_problem(waiting.error(), {}));
        return all.take();
    }
    for (const std::string& key : keys) {
        const auto o = waiting::find(on, key);
        if (!o)
            all.add_unread(0, key, make_problem(o.error(), {}));
        else if (*o)
            all.retry(key, **o);
        else
            all.miss(key);
    }
    return all.take();
}

std::string to_json(const capture_report& r) {
    constexpr int compact = -1;
    return submission::report_json(r).dump(compact, ' ', false,
                                           submission::answer::error_handler_t::replace);
}

}  // namespace earmark
