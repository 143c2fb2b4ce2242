#include "submit_answer.hpp"

#include <fmt/format.h>

namespace earmark::submission {
namespace {

using nlohmann::json;

/// The field of a command or of a row that an error of the engine is about; empty: none.
std::string_view field_of(error_code code) noexcept {
    switch (code) {
        case error_code::empty_key:
        case error_code::key_too_long:
        case error_code::duplicate_key:
            return "key";
        case error_code::unknown_sku:
            return "sku";
        case error_code::unknown_node:
        case error_code::no_cell:
            return "node";
        case error_code::unknown_place:
            return "ship_to";
        case error_code::bad_quantity:
        case error_code::not_a_multiple:
        case error_code::out_of_range:
        case error_code::too_few_units:
        case error_code::insufficient:
        case error_code::stock_overflow:
            return "quantity";
        case error_code::bad_price:
            return "unit_price";
        case error_code::bad_currency:
            return "currency";
        case error_code::unknown_order:
            return "order";
        case error_code::unknown_line:
            return "line";
        case error_code::bad_line_count:
        case error_code::too_many_cells:
            return "lines";
        case error_code::not_held:
        case error_code::unknown_reservation:
        case error_code::reservation_over:
        case error_code::reservation_expired:
            return "reservation";
        default:
            return {};
    }
}

void echo(const json& line, std::string_view name, answer& out) {
    const auto at = line.find(name);
    if (at != line.end() && at->is_string()) out[std::string{name}] = *at;
}

}  // namespace

call::call(const request& r) : on{r.on}, line{r.on, r.line, {}, wrong}, object_{r.line} {
    by.key = line.text("key");
    by.now = line.time("now", r.on.now());
}

bool call::ready() {
    if (!wrong.empty()) return false;
    if (!line.has("actor")) return true;
    const auto actor = on.actor(line.text("actor"));
    if (actor)
        by.actor = *actor;
    else
        line.refuse(actor.error(), "actor");
    return wrong.empty();
}

quantity call::amount_of_line(order_id order, std::uint32_t of_line) {
    if (of_line == 0) {
        if (line.has("quantity"))
            wrong.add(make_problem(error_code::missing_field, "/line", "a quantity needs its line",
                                   "give the line's number, or leave the quantity out"));
        return {};
    }
    const auto view = on.order(order);
    if (!view) {
        line.refuse(view.error(), "order");
        return {};
    }
    if (of_line > view->lines.size()) {
        line.refuse(
            fail(error_code::unknown_line, of_line, static_cast<std::int64_t>(view->lines.size())),
            "line");
        return {};
    }
    if (!line.has("quantity")) return {};
    const std::size_t before = wrong.total();
    const quantity q = line.amount("quantity", decimals_of(on, view->lines[of_line - 1].sku));
    if (wrong.total() == before && q.atoms <= 0)
        line.refuse(fail(error_code::bad_quantity, q.atoms), "quantity");
    return q;
}

answer call::done() const {
    answer out = {{"ok", true}};
    echo(object_, "verb", out);
    echo(object_, "key", out);
    return out;
}

answer call::done(const receipt& r) const {
    answer out = done();
    out["outcome"] = name_of(r.what);
    out["position"] = raw(r.at);
    return out;
}

answer call::refused() const { return refusal(object_, wrong); }

answer call::refused(const error& e, std::string_view rows) const {
    problems only;
    only.add(to_problem(e, rows));
    return refusal(object_, only);
}

problem call::to_problem(const error& e, std::string_view rows) const {
    const std::string_view name = field_of(e.code);
    const auto all = object_.find(rows);
    const bool in_row = e.row > 0 && all != object_.end() && e.row <= all->size();
    std::string path;
    if (in_row) path = pointer(pointer({}, rows), std::size_t{e.row - 1});
    const json& holder = in_row ? (*all)[e.row - 1] : object_;
    if (!name.empty() && holder.is_object() && holder.contains(name)) path = pointer(path, name);
    return {e, std::move(path), sentence_of(e, on.describe(e)), std::string{row_of(e.code).hint}};
}

answer refusal(const json& line, const problems& wrong) {
    answer out = {{"ok", false}};
    if (line.is_object()) {
        echo(line, "verb", out);
        echo(line, "key", out);
    }
    if (wrong.empty()) return out;
    out["error"] = to_json(wrong.list().front());
    if (wrong.total() < 2) return out;
    answer& list = out["violations"] = answer::array();
    for (const problem& p : wrong.list()) list.push_back(to_json(p));
    if (wrong.total() > wrong.list().size())
        out["violations_left_out"] = wrong.total() - wrong.list().size();
    return out;
}

std::string units_text(const engine& on, sku_id sku, std::int64_t granules) {
    const sku_view v = on.sku(sku);
    return to_string(quantity{granules * v.granule}, v.decimals);
}

std::string quantity_text(const engine& on, sku_id sku, quantity q) {
    return to_string(q, on.sku(sku).decimals);
}

std::string key_of(const engine& on, order_id id) {
    const auto o = on.order(id);
    return o ? o->key : std::string{};
}

}  // namespace earmark::submission
