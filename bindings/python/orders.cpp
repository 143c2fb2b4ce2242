// ORDERS: capture, cancel, source, release, ship, deliver, and the view of one order.
#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <map>
#include <optional>

#include "amends.hpp"
#include "columns.hpp"
#include "earmark/engine/workflows.hpp"
#include "earmark/report/answers.hpp"
#include "facts.hpp"
#include "holds.hpp"
#include "many.hpp"
#include "rows.hpp"

namespace earmark::python {

namespace {

currency currency_of(const engine& e, const std::string& code) {
    return value_or_raise(e, currency::parse(code));
}

place_id place_of(std::int64_t value) {
    return value < 0 ? none<place_id> : place_id{static_cast<std::uint32_t>(value)};
}

constexpr std::int64_t no_node = raw(none<node_id>);
node_id node_of(std::int64_t value) {
    return value < 0 ? none<node_id> : node_id{static_cast<std::uint16_t>(value)};
}

reservation_id basket_of(std::int64_t value) {
    return value < 0 ? none<reservation_id> : reservation_id{static_cast<std::uint64_t>(value)};
}

constexpr std::int64_t no_method = raw(none<service_id>);
service_id method_of(std::int64_t value) {
    return value < 0 ? none<service_id> : service_id{static_cast<std::uint16_t>(value)};
}
/// The UTC date of an instant; none of `never`.
civil_day day_of(time_point t) {
    constexpr std::int64_t day_ns = 86'400'000'000'000;
    if (t == never) return no_day;
    return {static_cast<std::int32_t>(t.ns / day_ns - (t.ns % day_ns < 0 ? 1 : 0))};
}

error_code code_of(const placed& p) { return p.first.why.code; }

/// A batch of orders, its memory behind it.
struct order_batch {
    columns from;
    text_column keys;
    std::vector<order_line> lines;
    std::optional<fact_columns> facts;
    std::vector<command> commands;
    std::vector<order_request> requests;
};

std::vector<order_line> read_lines(const columns& c) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const auto sku = c.integers("sku", -1, {0, std::numeric_limits<std::uint32_t>::max()});
    const auto n = static_cast<std::ptrdiff_t>(sku.size());
    const auto amount = c.integers("amount", n, {-most, most});
    const auto price = c.integers("price_minor", n, {-most, most, 0});
    const auto node = c.integers("line_node", n, {-1, no_node - 1, -1});
    const auto place =
        c.integers("line_place", n, {-1, std::numeric_limits<std::uint32_t>::max(), -1});
    const auto method = c.integers("line_method", n, {-1, no_method - 1, -1});
    const auto day = c.integers("line_deliver_by", n, {INT64_MIN, INT64_MAX, never.ns});
    const auto set = c.integers("line_set", n, {0, UINT16_MAX, 0});
    std::vector<order_line> lines(sku.size());
    for (std::size_t i = 0; i < lines.size(); ++i)
        lines[i] = {sku_id{static_cast<std::uint32_t>(sku[i])},
                    {amount[i]},
                    price[i],
                    node_of(node[i]),
                    {place_of(place[i]), method_of(method[i]), day_of({day[i]})},
                    static_cast<std::uint16_t>(set[i])};
    return lines;
}

order_batch read_batch(const engine& e, const any_table& table, const std::string& money,
                       std::int64_t now) {
    std::vector<std::string_view> known{
        "key",       "offsets",    "sku",         "amount",          "price_minor", "place",
        "priority",  "now",        "reservation", "method",          "deliver_by",  "node",
        "line_node", "line_place", "line_method", "line_deliver_by", "line_set"};
    const auto attributes = attributes_of(e);
    for (const attribute_row& a : attributes) known.emplace_back(a.name);
    columns c{table, known};
    auto lines = read_lines(c);
    auto keys = c.texts("key");
    const auto n = static_cast<std::ptrdiff_t>(keys.size());
    const auto offsets = c.offsets(lines.size());
    if (offsets.size() != keys.size() + 1)
        bad_input("column 'offsets' has " + std::to_string(offsets.size()) +
                  " rows; give one more than there are keys, " + std::to_string(keys.size() + 1));
    const auto place = c.integers("place", n, {-1, std::numeric_limits<std::uint32_t>::max(), -1});
    const auto priority = c.integers("priority", n, {0, 255, 0});
    const auto at = c.integers(
        "now", n,
        {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(), now});
    const auto basket =
        c.integers("reservation", n, {-1, std::numeric_limits<std::int64_t>::max(), -1});
    const auto method = c.integers("method", n, {-1, no_method - 1, -1});
    const auto deliver_by = c.integers("deliver_by", n, {INT64_MIN, INT64_MAX, never.ns});
    const auto node = c.integers("node", n, {-1, no_node - 1, -1});
    const currency in = currency_of(e, money);
    order_batch b{std::move(c), std::move(keys), std::move(lines), {}, {}, {}};
    if (std::any_of(attributes.begin(), attributes.end(),
                    [&](const attribute_row& a) { return b.from.has(a.name); }))
        b.facts.emplace(b.from, attributes, offsets);
    b.commands.reserve(b.keys.size());
    b.requests.reserve(b.keys.size());
    for (std::size_t i = 0; i < b.keys.size(); ++i) {
        const auto first = static_cast<std::size_t>(offsets[i]);
        const auto count = static_cast<std::size_t>(offsets[i + 1]) - first;
        b.commands.push_back({b.keys[i], actor_id{}, {at[i]}});
        b.requests.push_back({std::span{b.lines}.subspan(first, count), place_of(place[i]), in,
                              static_cast<std::uint8_t>(priority[i]), basket_of(basket[i]),
                              b.facts ? b.facts->of(i) : std::span<const order_fact>{},
                              method_of(method[i]), day_of({deliver_by[i]}), node_of(node[i])});
    }
    return b;
}

frame_ref place_orders(engine& e, const any_table& table, const std::string& money,
                       std::int64_t now, const progress_call& progress) {
    const order_batch b = read_batch(e, table, money, now);
    report::placed_rows rows{b.commands.size()};
    std::vector<placed> answers(std::min(slice_items, b.commands.size()));
    const auto work = [&](std::size_t first, std::size_t n) {
        const auto out = std::span{answers}.first(n);
        e.place_order(std::span{b.commands}.subspan(first, n),
                      std::span{b.requests}.subspan(first, n), out);
        for (std::size_t i = 0; i < n; ++i) {
            if (code_of(out[i]) == error_code::journal_full)
                out[i] = with_room(
                    e, [&] { return e.place_order(b.commands[first + i], b.requests[first + i]); },
                    code_of);
            rows.add(out[i]);
            for (const error& why : out[i].violations)
                rows.add_violation(static_cast<std::int64_t>(first + i), why.code, e.describe(why));
        }
    };
    return in_slices(b.commands.size(), progress, work, [&] {
        frame_ref out = to_python(rows.finish());
        out.cast<frame_object&>().violations = to_python(rows.finish_violations());
        return out;
    });
}

order_type type_of(const std::string& name) {
    for (std::size_t t = 0; t < order_types; ++t)
        if (name_of(static_cast<order_type>(t)) == name) return static_cast<order_type>(t);
    bad_input("type '" + name +
              "': give sales, draft, transfer, purchase, service, sample or "
              "replacement");
}

std::uint64_t place_order(engine& e, const std::string& key, const py::iterable& lines,
                          const std::optional<std::string>& place, const std::string& money,
                          std::optional<std::int64_t> basket, std::int64_t now,
                          const std::optional<std::string>& method,
                          const std::optional<std::string>& deliver_by,
                          const std::map<std::string, std::string>& facts,
                          const std::optional<std::string>& node, const std::string& type,
                          const std::optional<std::string>& to) {
    const auto wanted = order_lines(e, lines);
    std::vector<order_fact> said;
    for (const auto& [name, value] : facts)
        said.push_back({value_or_raise(e, e.find_attribute(name)), 0, value});
    order_request request{wanted,
                          place ? value_or_raise(e, e.find_place(*place)) : none<place_id>,
                          currency_of(e, money),
                          0,
                          basket_of(basket.value_or(-1)),
                          said};
    if (method) request.method = value_or_raise(e, e.find_service(*method));
    if (deliver_by) request.deliver_by = value_or_raise(e, parse_day(*deliver_by));
    if (node) request.node = value_or_raise(e, e.find_node(*node));
    request.type = type_of(type);
    if (to) request.to = value_or_raise(e, e.find_node(*to));
    const placed answer = with_room(
        e,
        [&] {
            return e.place_order({key, {}, {now}}, request);
        },
        code_of);
    if (answer.first.why.code == error_code::ok) return answer.first.subject;
    std::vector<std::string> sentences;
    for (const error& why : answer.violations) sentences.push_back(e.describe(why));
    raise(e, answer.first.why, sentences);
}

/// Applies `verb(order)` to each; frame `receipts`.
template <class Verb>
frame_ref for_each_order(engine& e, const any_column& orders, const progress_call& progress,
                         Verb&& verb) {
    const auto id = ids(orders, "orders");
    report::receipt_rows rows{id.size()};
    const auto work = [&](std::size_t first, std::size_t n) {
        for (std::size_t i = first; i < first + n; ++i) {
            const order_id order{static_cast<std::uint64_t>(id[i])};
            rows.add(order, with_room(
                                e, [&] { return verb(order); },
                                [](const result<receipt>& r) { return r.error().code; }));
        }
    };
    return in_slices(id.size(), progress, work, [&] { return to_python(rows.finish()); });
}

frame_ref release(engine& e, const any_column& orders, const std::optional<std::string>& node,
                  std::int64_t now, const actor_name& actor, const progress_call& progress) {
    const node_id from = node ? value_or_raise(e, e.find_node(*node)) : none<node_id>;
    return for_each_order(e, orders, progress, [&, by = at(e, actor, now)](order_id order) {
        result<receipt> done = fail(error_code::order_busy);
        e.release(by, {{&order, 1}, from}, {&done, 1});
        return done;
    });
}

frame_ref migrate_all(engine& e, const any_column& orders, std::uint16_t workflow,
                      const std::map<std::string, std::string>& states, std::int64_t now,
                      const actor_name& actor, const progress_call& progress) {
    std::vector<state_mapping> mapped;
    for (const auto& [from, to] : states) mapped.push_back({from, to});
    return for_each_order(e, orders, progress, [&, by = at(e, actor, now)](order_id order) {
        return migrate(e, by, {order, workflow, mapped});
    });
}

/// Records a fact of one kind about all units of each order.
template <fact_kind kind>
frame_ref record_all(engine& e, const any_column& orders, std::int64_t now, const actor_name& actor,
                     const progress_call& progress) {
    return for_each_order(e, orders, progress, [&, by = at(e, actor, now)](order_id order) {
        return e.record(by, fact{.kind = kind, .order = order});
    });
}

std::int64_t steady_ns() {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

/// What a criterion says of orders and nodes, row by row; earmark.criterion asks it and checks its
/// answer. Empty without a criterion.
std::vector<std::int32_t> scores_of(const py::object& self, const std::vector<std::int64_t>& id,
                                    const py::object& criterion) {
    if (criterion.is_none()) return {};
    const py::array_t<std::int64_t> orders{static_cast<py::ssize_t>(id.size()), id.data()};
    const auto ask = py::module_::import("earmark.criterion").attr("scores_of");
    const py::array_t<std::int32_t, py::array::c_style> said{ask(self, orders, criterion)};
    return {said.data(), said.data() + said.size()};
}

frame_ref source(const py::object& self, const any_column& orders, bool dry_run, std::int64_t now,
                 const actor_name& actor, const py::object& criterion,
                 const std::optional<std::string>& leaving, const progress_call& progress) {
    engine& e = self.cast<const shop&>().use();
    const node_id closes = leaving ? value_or_raise(e, e.find_node(*leaving)) : none<node_id>;
    const auto id = ids(orders, "orders");
    const auto scores = scores_of(self, id, criterion);
    const std::size_t each = scores.empty() ? 0 : scores.size() / id.size();
    const command by = at(e, actor, now);
    report::decision_rows rows{id.size()};
    const auto work = [&](std::size_t first, std::size_t n) {
        for (std::size_t i = first; i < first + n; ++i) {
            const order_id order{static_cast<std::uint64_t>(id[i])};
            std::int64_t ns = 0;
            const auto decide = [&] {
                const std::int64_t before = steady_ns();
                result<sourced> r = fail(error_code::stock_moving);
                const auto row = std::span{scores}.subspan(i * each, each);
                e.source(by, {{&order, 1}, dry_run, row, closes}, {&r, 1});
                ns = steady_ns() - before;
                return r;
            };
            const auto code = [](const result<sourced>& r) { return r.error().code; };
            const auto decided = with_room(e, decide, code);
            rows.add(order, decided, ns);
        }
    };
    return in_slices(id.size(), progress, work, [&] {
        frame_ref out = to_python(rows.finish());
        out.cast<frame_object&>().parts = to_python(rows.finish_parts(node_keys(e)));
        return out;
    });
}

std::string outcome_or_raise(engine& e, const result<receipt>& r) {
    const receipt answer = value_or_raise(e, r);
    if (answer.why.code != error_code::ok) raise(e, answer.why);
    return std::string{name_of(answer.what)};
}

std::string record(engine& e, std::uint64_t order, const std::string& kind, std::uint32_t line,
                   const std::optional<std::string>& node, std::int64_t amount, std::uint8_t reason,
                   const std::string& event, std::int64_t now, const actor_name& actor) {
    fact f{named<fact_kind>(kind, fact_kinds, "fact"),
           order_id{order},
           line,
           node ? value_or_raise(e, e.find_node(*node)) : none<node_id>,
           {amount},
           reason,
           event};
    return outcome_or_raise(e, e.record(at(e, actor, now), f));
}

std::string cancel(engine& e, std::uint64_t order, std::uint32_t line, std::int64_t amount,
                   std::int64_t now, const actor_name& actor) {
    const cancel_request request{order_id{order}, line, {amount}, 0};
    return outcome_or_raise(e, e.cancel(at(e, actor, now), request));
}

/// What the order says of itself, and the nodes and orders that it is tied to.
void add_ties(const engine& e, const order_view& v, py::dict& out) {
    py::list facts;
    for (const fact_view& f : v.facts)
        facts.append(py::make_tuple(e.attribute(f.attribute).name, f.line, f.value));
    out["facts"] = facts;  // (attribute, line from 1 or 0, value)
    py::list firm, rejections, goes, sets;
    const auto or_none = [](bool is_there, auto&& key) {
        return is_there ? py::object(py::cast(key())) : py::object(py::none());
    };
    for (std::size_t l = 0; l < v.lines.size(); ++l) {
        const line_view& of = v.lines[l];
        if (of.set != 0) sets.append(py::make_tuple(l + 1, of.set));
        if (of.node != none<node_id>) firm.append(py::make_tuple(l + 1, e.node(of.node).key));
        if (of.ship_to != v.ship_to || of.method != v.method || of.deliver_by != v.deliver_by)
            goes.append(py::make_tuple(
                l + 1,
                or_none(of.ship_to != none<place_id>, [&] { return e.place_key(of.ship_to); }),
                or_none(of.method != none<service_id>, [&] { return e.service_key(of.method); }),
                or_none(of.deliver_by != no_day, [&] { return to_string(of.deliver_by); })));
    }
    for (const rejection_view& r : v.rejections)
        rejections.append(py::make_tuple(r.line, e.node(r.node).key, r.times, r.reason, r.at.ns));
    py::list links;
    for (const link_view& l : v.links)
        links.append(
            py::make_tuple(l.line, raw(l.other), l.other_line, l.brings, e.node(l.node).key));
    out["links"] = links;  // (line from 1, other order, its line, brings for it, node)
    out["firm"] = firm;    // (line from 1, node)
    out["sets"] = sets;    // (line from 1, set)
    out["goes"] = goes;    // lines that go another way: (line from 1, place, method, deliver_by)
    out["rejections"] = rejections;  // (line from 1, node, times, reason, instant)
}

py::dict to_dict(const engine& e, const order_view& v) {
    py::list lines;
    for (const line_view& l : v.lines)
        lines.append(py::make_tuple(e.sku(l.sku).key, l.ordered.atoms, name_of(l.lowest),
                                    name_of(l.highest)));
    py::list buckets, labels;
    for (const bucket_view& b : v.buckets) {
        buckets.append(py::make_tuple(
            b.line, name_of(b.state),
            b.node == none<node_id> ? py::object(py::none()) : py::cast(e.node(b.node).key),
            b.amount.atoms));
        labels.append(b.label);
    }
    py::dict out;
    out["key"] = v.key;
    out["version"] = v.version;
    out["revision"] = v.revision;
    out["placed"] = v.placed.ns;
    out["priority"] = v.priority;
    if (v.method != none<service_id>) out["method"] = e.service_key(v.method);
    out["type"] = name_of(v.type);
    if (v.to != none<node_id>) out["to"] = e.node(v.to).key;
    if (v.deliver_by != no_day) out["deliver_by"] = to_string(v.deliver_by);
    out["lowest"] = name_of(v.lowest);
    out["highest"] = name_of(v.highest);
    out["lines"] = lines;      // (sku, ordered, lowest, highest)
    out["buckets"] = buckets;  // (line from 1, state, node or None, amount)
    out["labels"] = labels;    // beside buckets: the workflow's own name of the state, or ""
    out["workflow"] = v.workflow;
    add_ties(e, v, out);
    out["held"] = v.held;
    out["holds"] = holds_of(e, v);
    out["requests"] = requests_of(e, v);
    return out;
}

py::dict order(const engine& e, std::uint64_t id) {
    return to_dict(e, value_or_raise(e, e.order(order_id{id})));
}

/// What nodes report, and an order as it stands.
void bind_records(engine_class& c) {
    const auto now = py::arg("now") = 0;
    c.def(
        "record", on(&record), py::arg("order"), py::arg("fact"), py::arg("line") = 0,
        py::arg("node") = std::nullopt, py::arg("amount") = 0, py::arg("reason") = 0,
        py::arg("event") = "", py::kw_only(), now, by_actor(),
        "What a node or a carrier reports, pick, pack, ship, deliver, lose, unpick or fulfil, or "
        "(mark) an event of the order's own workflow, or (make) that goods which were ordered to "
        "be made are there and in stock, for this order alone: of a line from 1, or (0) of all; at "
        "a node or any; an amount, or (0) all that stands in the state before. What a node "
        "rejects (with a code of your own as `reason`) is open again, and the order remembers.");
    c.def("migrate", on(&migrate_all), py::arg("orders"), py::arg("workflow"), py::kw_only(),
          py::arg("states") = std::map<std::string, std::string>{}, now, by_actor(),
          py::arg("progress") = py::none(),
          "Orders go by another version of their workflow (0: the standard one). `states` maps "
          "names of states that are called otherwise there. Frame `receipts`.");
    c.def("order", on(&order), py::arg("id"), "One order with its lines and buckets, or Unknown.");
}

}  // namespace

static void bind_placing(engine_class& c) {
    const auto now = py::arg("now") = 0;
    const auto money = py::arg("currency") = "USD";
    const auto progress = py::arg("progress") = py::none();
    c.def("place_orders", on(&place_orders), py::arg("columns"), py::kw_only(), money, now,
          progress,
          "Columns: key, offsets (lines of order i: offsets[i] to offsets[i+1]), sku, amount "
          "(atoms), price_minor, place (null or -1: unknown), priority, now, reservation, method "
          "(id of a service) (null or -1: none), deliver_by (an instant of its UTC date), node and "
          "line_node (ids: the firm node of an order, of a line; null or -1: none), line_place, "
          "line_method and line_deliver_by (as those of the order, of a line's own), line_set (a "
          "number; 0: of none), and of "
          "attributes those columns that are named like one (texts; 0 and 1 for flags; of line. "
          "ones a row per line). Frame `placed`, with the frame `violations`.");
    c.def(
        "place_order", on(&place_order), py::arg("key"), py::arg("lines"), py::kw_only(),
        py::arg("place") = std::nullopt, money, py::arg("reservation") = std::nullopt, now,
        py::arg("method") = std::nullopt, py::arg("deliver_by") = std::nullopt,
        py::arg("facts") = std::map<std::string, std::string>{}, py::arg("node") = std::nullopt,
        py::arg("type") = "sales", py::arg("to") = std::nullopt,
        "One order with lines (sku key, amount[, price_minor[, firm node[, own]]]), `own` being a "
        "dict of the place, method and deliver_by that are not the order's, and the `set` of lines "
        "that are released together; its id, or Refused or "
        "Busy. A `reservation` is handed over: its units are the order's, and no stock is touched. "
        "`method`: key of a service; `deliver_by`: a date such as 2026-12-24; `facts`: attributes "
        "by name, as text, for policies to ask; `node`: key of the firm node of lines that name "
        "none: they come from there, or they wait; `type`: sales, draft, transfer, purchase, "
        "service, sample, replacement or make_to_order, whose lines' nodes make them; `to`: of a "
        "transfer or a purchase, key of the node that "
        "its goods go to.");
}

void bind_orders(engine_class& c) {
    bind_explanations(c);
    bind_placing(c);
    const auto now = py::arg("now") = 0;
    const auto progress = py::arg("progress") = py::none();
    const auto orders = py::arg("orders");
    c.def("cancel", on(&cancel), py::arg("order"), py::arg("line") = 0, py::arg("amount") = 0,
          py::kw_only(), now, by_actor(),
          "Cancels what can be: of a line from 1, or (0) of all; `asked` where nodes must agree.");
    c.def("source", &source, orders, py::kw_only(), py::arg("dry_run") = false, now, by_actor(),
          py::arg("criterion") = py::none(), py::arg("leaving") = std::nullopt, progress,
          "Decides and takes, order by order. Frame `decisions`, with the frame `parts` of the "
          "plans. A policy that ranks by score needs a `criterion` (earmark.Criterion), which is "
          "asked once, before the first decision. `leaving`: key of a node that closes; what is "
          "allocated there is sourced anew from others, and with dry_run it is told what would "
          "become of each order.");
    c.def("release", on(&release), orders, py::kw_only(), py::arg("node") = std::nullopt, now,
          by_actor(), progress, "Tells the nodes, or one of them. Frame `receipts`.");
    c.def("ship", on(&record_all<fact_kind::ship>), orders, py::kw_only(), now, by_actor(),
          progress, "Records that all released units were shipped. Frame `receipts`.");
    c.def("deliver", on(&record_all<fact_kind::deliver>), orders, py::kw_only(), now, by_actor(),
          progress, "Records that all shipped units were delivered. Frame `receipts`.");
    bind_records(c);
    bind_holds(c);
    bind_amends(c);
    bind_many(c);
    bind_candidates(c);
}

}  // namespace earmark::python
