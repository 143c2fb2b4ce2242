#include "side_by_side.hpp"

#include <algorithm>
#include <array>
#include <sstream>

#include "earmark/engine/workflows.hpp"

namespace earmark::streams {
namespace {

constexpr std::uint64_t no_such_id = 4'000'000'000;

std::string text_of(error_code code) { return std::string{name_of(code)}; }
std::string text_of(outcome o) { return std::string{name_of(o)}; }
std::string text_of(const std::string& text) { return text; }
std::string text_of(const bucket_view& b) {
    return "line " + std::to_string(b.line) + " " + std::string{name_of(b.state)} + "@" +
           std::to_string(raw(b.node)) + " x" + std::to_string(b.amount.atoms) +
           (b.pool == none<pool_id> ? "" : " of pool " + std::to_string(raw(b.pool))) +
           (b.label.empty() ? "" : " called " + std::string{b.label});
}

template <class T>
std::string text_of(T number) {
    return std::to_string(number);
}
template <class T>
std::string text_of(const std::vector<T>& list) {
    std::string out;
    for (const T& item : list) out += text_of(item) + "; ";
    return out;
}

std::vector<bucket_view> sorted(std::vector<bucket_view> list) {
    std::sort(list.begin(), list.end(), [](const bucket_view& a, const bucket_view& b) {
        return std::tuple{a.line, a.state, a.node, a.pool, a.label, a.amount} <
               std::tuple{b.line, b.state, b.node, b.pool, b.label, b.amount};
    });
    return list;
}

config small_config(std::shared_ptr<journal::sink> sink) {
    config c;
    c.max_orders = 1u << 12;
    c.max_reservations = 1u << 12;
    c.max_cells = 1u << 10;
    c.max_keys = 1u << 12;
    c.ledger_bytes = std::size_t{1} << 24;
    c.ring_bytes = std::size_t{1} << 16;
    c.retained_bytes = std::size_t{1} << 20;
    c.sink = std::move(sink);
    return c;
}

}  // namespace

side_by_side::~side_by_side() = default;

side_by_side::side_by_side(const world& w, settings s)
    : settings_{s}, journal_{std::make_shared<journal::memory_sink>()}, naive_{s.planted} {
    config_ = small_config(journal_);
    real_ = std::make_unique<engine>(config_);
    const command c{};
    const auto load = [&](const auto& rows) {
        compare_report(real_->load(c, std::span{rows}), naive_.load(c, std::span{rows}));
    };
    load(w.skus);
    load(w.nodes);
    load(w.places);
    (void)real_->load(c, std::vector<attribute_row>{{"customer", value_type::text}});
    if (!real_->load(c, w.holds).rejected.empty()) differ("the types of holds");
    naive_.load(c, w.holds);
    if (!real_->load(c, w.answers).rejected.empty()) differ("what nodes are asked");
    naive_.load(c, w.answers);
    load_sections(w);
    load_countries(w);
    load(w.stock);
    load(w.pools);
    std::vector<std::string> findings;
    if (!real_->activate(c, w.policy, &findings)) differ("the policy: " + text_of(findings));
    naive_.activate(w.rules);
    for (const std::string& text : w.workflows)
        if (!activate_workflow(*real_, c, text, &findings))
            differ("the workflow: " + text_of(findings));
    naive_.labels_what_waits(!w.workflows.empty());
    wear_in(w);
    load_thresholds();
    moments_.push_back({real_->head(), naive_.moment()});
}

/// An engine that has seen many baskets come and go: it gives their numbers to new ones.
void side_by_side::wear_in(const world& w) {
    constexpr serial base = 0x80000000;  // serials that no stream has
    const command c{};
    const auto has_one = [](const stock_row& r) { return r.sku == "s0" && r.on_hand.atoms > 0; };
    const auto row = std::find_if(w.stock.begin(), w.stock.end(), has_one);
    const result<node_id> at =
        row == w.stock.end() ? result<node_id>{node_id{}} : real_->find_node(row->node);
    if (settings_.worn_by > 0 && (row == w.stock.end() || !at)) return;  // none of s0 anywhere
    for (serial s = base; s < base + settings_.worn_by; ++s) {
        const step whole{s, {}, {}, {}};
        play_one(c, reserve_step{{{{{sku_id{0}, *at, {1}, {}}}, never, nothing}}}, whole);
        play_one(c, unreserve_step{s}, whole);
    }
    tally_.clear();
}

std::string side_by_side::play(const step& s) {
    granted_.clear();
    touched_orders_.clear();
    touched_reservations_.clear();
    load_privileges(s), load_restrictions(s);
    const command c{s.key, actor_id{s.who}, s.now};
    std::visit([&](const auto& what) { play_one(c, what, s); }, s.what);
    ++played_;
    const bool left_a_record = real_->head() != moments_.back().first;
    moments_.push_back(left_a_record ? std::pair{real_->head(), naive_.moment()} : moments_.back());
    if (!difference_.empty()) return difference_;  // what follows would only repeat it
    const auto now_is_time_for = [&](std::uint32_t every) {
        return every != 0 && played_ % every == 0;
    };
    same("halted", real_->halted(), std::string{});
    compare_stock();
    if (played_ % 32 == 0) load_thresholds();
    compare_crossings();
    if (now_is_time_for(settings_.look_at_all_every)) compare_terms();
    compare_sections();
    compare_balance(real_->balance_report());
    const bool all = now_is_time_for(settings_.look_at_all_every);
    for (const pair_of_ids& o : touched_orders_) compare_order(o.real);
    for (const pair_of_ids& r : touched_reservations_) compare_reservation(r);
    for (std::uint64_t o = 0; all && o < naive_.orders(); ++o) compare_order(o);
    compare_stories(all);
    for (const auto& [real, naive] : reservation_ids_)
        if (all) compare_reservation({real, naive});
    same("check_invariants", text_of(real_->check_invariants()), std::string{});
    if (all) compare_waiting();
    if (now_is_time_for(settings_.fold_every)) compare_fold();
    return difference_;
}

// ---- the verbs ---------------------------------------------------------------------------------

void side_by_side::play_one(const command& c, const stock_step& s, const step&) {
    const std::span all{s.rows.data(), s.rows.size()};
    const command unkeyed{{}, c.actor, c.now};
    pass_time(unkeyed);
    compare_report(real_->load(unkeyed, all), naive_.load(unkeyed, all));
}

void side_by_side::play_one(const command& c, const floor_step& s, const step&) {
    const std::span all{s.rows.data(), s.rows.size()};
    const command unkeyed{{}, c.actor, c.now};
    pass_time(unkeyed);
    compare_report(real_->load(unkeyed, all), naive_.load(unkeyed, all));
}

void side_by_side::play_one(const command& c, const advance_step&, const step&) {
    const result<receipt> real = real_->advance(c);
    const naive::answer naive = naive_.advance(c);
    compare(verb::advance, real, naive, about::none, nothing);
    if (real && naive.code == error_code::ok)
        same<std::uint32_t>("expired reservations", real->lines, naive.expired);
}

void side_by_side::play_one(const command& c, const adjust_request& r, const step&) {
    compare(verb::adjust, real_->adjust(c, r), naive_.adjust(c, r), about::none, nothing);
}

void side_by_side::play_one(const command& c, const reserve_step& s, const step& whole) {
    std::vector<reserve_request> requests;
    for (const basket& b : s.baskets) {
        const auto own = static_cast<reservation_id>(reservation_of(b.supersedes).real);
        const auto channel = real_->find_channel(b.channel);
        requests.push_back({b.lines, b.deadline,
                            b.supersedes == nothing ? none<reservation_id> : own,
                            channel ? *channel : none<channel_id>, b.pools, b.on, b.partial});
    }
    std::vector<result<receipt>> real(requests.size(), receipt{});
    if (requests.size() == 1)
        real[0] = real_->reserve(c, requests[0]);
    else
        real_->reserve(c, requests, real);
    for (std::size_t i = 0; i < requests.size(); ++i) {
        reserve_request mine = requests[i];
        if (s.baskets[i].supersedes != nothing)
            mine.supersedes =
                static_cast<reservation_id>(reservation_of(s.baskets[i].supersedes).naive);
        const bool known = naive_.channels().contains(s.baskets[i].channel);
        compare(verb::reserve, real[i],
                naive_.reserve(c, mine, known ? s.baskets[i].channel : std::string{}),
                about::reservation, whole.number + static_cast<serial>(i));
    }
}

void side_by_side::play_one(const command& c, const change_step& s, const step&) {
    const pair_of_ids id = reservation_of(s.reservation);
    change_request r{static_cast<reservation_id>(id.real), s.deadline, s.lines};
    const auto real = real_->change(c, r);
    r.reservation = static_cast<reservation_id>(id.naive);
    compare(verb::change, real, naive_.change(c, r), about::reservation, nothing);
}

void side_by_side::play_one(const command& c, const move_step& s, const step&) {
    const pair_of_ids id = reservation_of(s.reservation);
    move_request r{static_cast<reservation_id>(id.real), s.from, s.to, s.sku, s.amount, s.floor};
    const auto real = real_->move(c, r);
    r.reservation = static_cast<reservation_id>(id.naive);
    compare(verb::move, real, naive_.move(c, r), about::reservation, nothing);
}

void side_by_side::play_one(const command& c, const unreserve_step& s, const step&) {
    const pair_of_ids id = reservation_of(s.reservation);
    compare(verb::unreserve, real_->unreserve(c, static_cast<reservation_id>(id.real)),
            naive_.unreserve(c, static_cast<reservation_id>(id.naive)), about::reservation,
            nothing);
}

void side_by_side::play_one(const command& c, const cancel_step& s, const step&) {
    const auto id = static_cast<order_id>(order_of(s.order).real);
    const cancel_request r{id, s.line, s.amount, 0};
    compare(verb::cancel, real_->cancel(c, r), naive_.cancel(c, r), about::order, nothing);
}

void side_by_side::play_one(const command& c, const source_step& s, const step&) {
    std::vector<order_id> ids;
    for (const serial o : s.orders) ids.push_back(static_cast<order_id>(order_of(o).real));
    std::vector<result<sourced>> real(ids.size(), sourced{});
    if (ids.size() == 1)
        real[0] = real_->source(c, ids[0], s.dry_run);
    else
        real_->source(c, {ids, s.dry_run}, real);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const plan chosen = real[i] ? real[i]->chosen : plan{};
        const naive::answer naive = naive_.source(c, ids[i], s.dry_run, chosen);
        if (!naive.illegal.empty()) differ("the plan is not legal: " + naive.illegal);
        const result<receipt> first =
            real[i] ? result<receipt>{real[i]->first} : result<receipt>{real[i].error()};
        compare(verb::source, first, naive, about::order, nothing);
    }
}

void side_by_side::play_one(const command& c, const release_step& s, const step&) {
    std::vector<order_id> ids;
    for (const serial o : s.orders) ids.push_back(static_cast<order_id>(order_of(o).real));
    std::vector<result<receipt>> real(ids.size(), receipt{});
    if (ids.size() == 1 && s.node == none<node_id>)
        real[0] = real_->release(c, ids[0]);
    else
        real_->release(c, {ids, s.node}, real);
    for (std::size_t i = 0; i < ids.size(); ++i)
        compare(verb::release, real[i], naive_.release(c, ids[i], s.node), about::order, nothing);
}

void side_by_side::play_one(const command& c, const fact_step& s, const step&) {
    if (s.event.starts_with("migrate ")) return migrate(c, s);
    const auto id = static_cast<order_id>(order_of(s.order).real);
    const fact f{s.kind, id, s.line, s.node, s.amount, 0, s.event};
    compare(verb_of(s.kind), real_->record(c, f), naive_.record(c, f), about::order, nothing);
}

side_by_side::pair_of_ids side_by_side::order_of(serial s) {
    const auto found = orders_.find(s);
    if (found == orders_.end()) return {no_such_id, no_such_id};
    touched_orders_.push_back(found->second);
    return found->second;
}

side_by_side::pair_of_ids side_by_side::reservation_of(serial s) {
    const auto found = reservations_.find(s);
    if (found == reservations_.end()) return {no_such_id, no_such_id};
    touched_reservations_.push_back(found->second);
    return found->second;
}

// ---- comparing outcomes ------------------------------------------------------------------------

void side_by_side::differ(const std::string& what) {
    if (difference_.empty()) difference_ = what;
}

template <class T>
void side_by_side::same(const char* what, const T& real, const T& naive) {
    if (real == naive) return;
    differ(std::string{what} + ": real " + text_of(real) + ", naive " + text_of(naive));
}

void side_by_side::compare(verb by, const result<receipt>& real, const naive::answer& naive,
                           about subject, serial own) {
    error_code code = real.error().code;
    if (real && code == error_code::ok) code = real->why.code;  // declined, now or at first
    const bool refused = code != error_code::ok;
    ++tally_[std::string{name_of(by)} + ": " + (refused ? text_of(code) : text_of(real->what))];
    const bool other_reason = naive.or_else != error_code::ok && code == naive.or_else;
    if (!other_reason) same("refusal", code, naive.code);
    if (refused || naive.code != error_code::ok) return;
    same("outcome", real->what, naive.what);
    same<std::int64_t>("uncovered", real->uncovered, naive.uncovered);
    same("verb", std::string{name_of(real->by)}, std::string{name_of(by)});
    if (subject != about::none) compare_subject(*real, naive, subject, own);
}

void side_by_side::compare_subject(const receipt& real, const naive::answer& naive, about subject,
                                   serial own) {
    if (subject == about::order) {
        same("order", real.subject, naive.subject);
        touched_orders_.push_back({real.subject, naive.subject});
    } else {
        const auto [known, fresh] = reservation_ids_.emplace(real.subject, naive.subject);
        same("reservation", known->second, naive.subject);
        const bool made = own != nothing && real.what != outcome::repeat;
        if (fresh != made) differ("a reservation's id is used again, or was never given");
        if (fresh) renumber(real.subject, naive.subject);
        touched_reservations_.push_back({real.subject, naive.subject});
    }
    if (own == nothing || real.what == outcome::repeat) return;
    granted_.push_back(own);
    (subject == about::order ? orders_ : reservations_)[own] = {real.subject, naive.subject};
}

/// A reservation's number is used again; who still asks for the old id hears that there is none.
void side_by_side::renumber(std::uint64_t real, std::uint64_t naive) {
    const auto [holder, first] = holders_.emplace(static_cast<std::uint32_t>(real), naive);
    if (first) return;
    ++tally_["reserve: a number again"];
    if (!naive_.forget(static_cast<reservation_id>(holder->second)))
        differ("a live reservation's number is used again");
    holder->second = naive;
}

void side_by_side::compare_placed(const placed& real, const naive::answer& naive,
                                  std::string_view key, serial own) {
    placed seen = real;
    const auto& listed = naive.violations;  // `why` may be any of them
    if (std::find(listed.begin(), listed.end(), real.first.why.code) != listed.end())
        seen.first.why.code = error_code::order_declined;
    compare(verb::place_order, seen.first, naive, about::order, own);
    if (const result<order_id> found = real_->find_order(key); naive.code == error_code::ok)
        same("find_order", found ? raw(*found) : no_such_id, naive.subject);
    if (naive.code != error_code::order_declined) return;
    std::vector<error_code> violations;
    for (const error& e : real.violations) violations.push_back(e.code);
    std::sort(violations.begin(), violations.end());
    auto listed_then = naive.violations;
    if (naive.what == outcome::repeat)  // what may be shipped is another thing by now
        for (auto* list : {&violations, &listed_then})
            std::erase(*list, error_code::shipping_restricted);
    same("violations", violations, listed_then);
}

void side_by_side::compare_report(const load_report& real, const naive::refused_rows& naive) {
    std::vector<std::string> ours;
    std::vector<std::string> theirs;
    for (const rejected_row& r : real.rejected)
        ours.push_back(std::to_string(r.row) + " " + text_of(r.why.code));
    for (const auto& [row, code] : naive)
        theirs.push_back(std::to_string(row) + " " + text_of(code));
    same("rejected rows", text_of(ours), text_of(theirs));
}

// ---- comparing states --------------------------------------------------------------------------

void side_by_side::compare_stock() {
    const auto ask = [&](sku_id s, node_id n) {
        const result<quantity> real = real_->available(s, n);
        const std::int64_t naive = naive_.available(s, n);
        if (!real) return differ("available: " + text_of(real.error().code));
        if (real->atoms != naive)
            differ("available s" + std::to_string(raw(s)) + "@" + std::to_string(raw(n)) +
                   ": real " + std::to_string(real->atoms) + ", naive " + std::to_string(naive));
    };
    for (std::uint32_t s = 0; s < real_->skus(); ++s) {
        for (std::uint32_t n = 0; n < real_->nodes(); ++n)
            ask(static_cast<sku_id>(s), static_cast<node_id>(n));
        ask(static_cast<sku_id>(s), none<node_id>);
    }
    for (std::uint32_t p = 0; p < real_->pools(); ++p) {
        const auto real = real_->pool(pool_id{p});
        if (!real) return differ("pool: " + text_of(real.error().code));
        const auto [free, amount] = naive_.pool(pool_id{p});
        same("free of a pool", real->free.atoms, free);
        same("amount of a pool", real->amount.atoms, amount);
    }
}

/// What each channel could have, and that the terms of it explain the answer.
void side_by_side::compare_terms() {
    for (std::uint32_t s = 0; s < real_->skus(); ++s)
        for (const std::string& channel : naive_.channels()) {
            const available_request r{sku_id{s}, none<node_id>, *real_->find_channel(channel)};
            const auto all = real_->available(r);
            const auto terms = real_->explain_available(r);
            if (!all || !terms) return differ("available to a channel, or its terms");
            same("available to a channel", all->atoms,
                 naive_.available(sku_id{s}, none<node_id>, 0, channel));
            std::int64_t sum = 0;
            for (const available_terms& t : *terms) {
                sum += t.available.atoms;
                same("the terms of on hand", t.on_hand.atoms,
                     t.free.atoms + t.reserved.atoms + t.allocated.atoms + t.released.atoms);
            }
            same("the sum of the terms", sum, all->atoms);
        }
}

void side_by_side::compare_balance(const balance& real) {
    naive::totals t = naive_.balance();
    same("cells", real.cells, t.cells);
    same("on_hand", real.on_hand, t.on_hand);
    same("free", real.free, t.free);
    same("earmarked", real.earmarked, t.earmarked);
    same("reserved", real.reserved, t.reserved);
    same("open", real.open, t.in[unit_state::open]);
    same("backordered", real.backordered, t.in[unit_state::backordered]);
    same("allocated", real.allocated, t.in[unit_state::allocated]);
    same("released", real.released, t.in[unit_state::released]);
    same("picked", real.picked, t.in[unit_state::picked]);
    same("packed", real.packed, t.in[unit_state::packed]);
    same("lost", real.lost, t.in[unit_state::lost]);
    same("shipped", real.shipped, t.in[unit_state::shipped]);
    same("delivered", real.delivered, t.in[unit_state::delivered]);
    same("cancelled", real.cancelled, t.in[unit_state::cancelled]);
    same("ordered", real.ordered, t.ordered);
}

void side_by_side::compare_order(std::uint64_t id) {
    const result<order_view> real = real_->order(static_cast<order_id>(id));
    if (!real) return differ("order " + std::to_string(id) + ": " + text_of(real.error().code));
    const order_view naive = naive_.order(static_cast<order_id>(id));
    const std::string of = "order " + std::to_string(id) + " ";
    same((of + "buckets").c_str(), text_of(sorted(real->buckets)), text_of(sorted(naive.buckets)));
    const auto facts = [](const order_view& o) {
        std::ostringstream out;
        out << raw(o.id) << " placed " << o.placed.ns << " to " << raw(o.ship_to) << " in "
            << o.currency.code() << " key '" << o.key << "' revision " << o.revision << " "
            << name_of(o.lowest) << " to " << name_of(o.highest);
        for (const line_view& l : o.lines)
            out << " | s" << raw(l.sku) << " x" << l.ordered.atoms << " at " << l.unit_price_minor
                << " " << name_of(l.lowest) << " to " << name_of(l.highest) << " to p"
                << raw(l.ship_to) << " by " << l.deliver_by.n << " set " << l.set
                << (l.held ? " held" : "");
        for (const hold_view& h : o.holds)
            out << " | hold " << h.number << " of " << raw(h.type) << " on " << h.line << " "
                << name_of(h.state) << (h.blocks ? " blocks" : "")
                << (h.escalated ? " escalated" : "") << (h.gave_back ? " gave back" : "")
                << (h.recalls ? " recalls" : "") << " " << int{h.reason} << " "
                << int{h.ended_reason} << " " << h.since.ns << " to " << h.until.ns << " ended "
                << h.ended.ns << " repeats " << raw(h.repeats);
        for (const request_view& r : o.requests)
            out << " | " << name_of(r.request) << " " << r.line << " n" << raw(r.node) << " x"
                << r.amount.atoms << " until " << r.until.ns << " " << name_of(r.then) << " "
                << int{r.reason};
        return out.str() + (o.held ? " held" : "");
    };
    same((of + "view").c_str(), facts(*real), facts(naive));
}

void side_by_side::compare_reservation(pair_of_ids id) {
    const result<reservation_view> real = real_->reservation(static_cast<reservation_id>(id.real));
    const std::string of = "reservation " + std::to_string(id.real) + " ";
    if (!naive_.knows(static_cast<reservation_id>(id.naive)))
        return same((of + "forgotten").c_str(), real.error().code, error_code::unknown_reservation);
    const reservation_view naive = naive_.reservation(static_cast<reservation_id>(id.naive));
    if (!real) return differ(of + text_of(real.error().code));
    same((of + "state").c_str(), std::string{name_of(real->state)},
         std::string{name_of(naive.state)});
    if (naive.state != reservation_state::active) return;
    same((of + "deadline").c_str(), real->deadline.ns, naive.deadline.ns);
    const auto parts = [](std::vector<bucket_view> list) {
        for (bucket_view& b : list) b.line = 0;  // in which order they stand, nobody has promised
        return text_of(sorted(std::move(list)));
    };
    same((of + "parts").c_str(), parts(real->parts), parts(naive.parts));
}

void side_by_side::compare_fold() {
    const result<position> written = real_->flush(journal::durability::memory);
    if (!written) return differ("flush: " + text_of(written.error().code));
    const auto copy = std::make_shared<journal::memory_sink>();
    std::uint64_t number = 0;
    for (const auto& batch : journal_->batches())
        if (!copy->append(++number, batch)) return differ("the copied journal takes no batch");
    config c = config_;
    c.sink = copy;
    engine folded{c};
    same("fold halted", folded.halted(), std::string{});
    same("state_hash of the fold", real_->state_hash(), folded.state_hash());
    same("event_digest of the fold", real_->event_digest(), folded.event_digest());
    same("invariants of the fold", text_of(folded.check_invariants()), std::string{});
    compare_balance(folded.balance_report());
}

}  // namespace earmark::streams
