#include "earmark/engine/fold.hpp"

#include <algorithm>

#include "crossing_memory.hpp"
#include "earmark/promise/tables.hpp"
#include "earmark/sourcing/policy.hpp"
#include "feed_memory.hpp"

namespace earmark {
namespace {

constexpr std::uint32_t self = 0;  // the fold's slot

coordinates coordinates_of(std::span<const std::int64_t> f) noexcept {
    return {f[0] != 0, static_cast<std::int32_t>(f[1]), static_cast<std::int32_t>(f[2])};
}
constexpr bool is_within(std::int64_t n, std::int64_t least, std::int64_t most) noexcept {
    return n >= least && n <= most;
}
bool are_coordinates(std::span<const std::int64_t> f) noexcept {
    return is_within(f[0], 0, 1) && is_within(f[1], -900'000'000, 900'000'000) &&
           is_within(f[2], -1'800'000'000, 1'800'000'000);
}
bool is_node(std::span<const std::int64_t> f) noexcept {
    constexpr auto last_kind = static_cast<std::int64_t>(node_kind::vendor);
    return is_within(f[0], 0, last_kind) && is_within(f[1], 0, 1) &&
           is_within(f[2], INT32_MIN, INT32_MAX) && f[3] >= -1 && f[4] >= -1;
}
node_facts node_of(std::span<const std::int64_t> f) noexcept {
    node_facts n;
    n.kind = static_cast<node_kind>(f[0]);
    n.active = f[1] != 0;
    n.priority = static_cast<std::int32_t>(f[2]);
    n.fixed_per_parcel = rate{f[3]};
    n.per_unit = rate{f[4]};
    return n;
}
constexpr std::size_t coordinate_fields = 3;
constexpr std::size_t node_fields = 5;
constexpr std::size_t node_row_fields = node_fields + coordinate_fields;

}  // namespace

std::vector<std::int64_t> fields_of(const coordinates& at) {
    return {at.known, at.latitude_e7, at.longitude_e7};
}
std::vector<std::int64_t> fields_of(const node_facts& f, const coordinates& at) {
    return {static_cast<std::int64_t>(f.kind),
            f.active,
            f.priority,
            f.fixed_per_parcel.e4,
            f.per_unit.e4,
            at.known,
            at.latitude_e7,
            at.longitude_e7};
}

folder::folder(books<>& b, catalog& c, intake::key_map<>& keys, feed_memory& feeds,
               crossing_memory& levels)
    : books_{b}, catalog_{c}, keys_{keys}, feeds_{feeds}, levels_{levels} {}

error folder::apply(std::uint64_t position, std::span<const std::byte> record) {
    position_ = position;
    const error e = journal::read(record, *this);
    if (e.code == error_code::ok) feeds_.end();
    return e;
}

error_code folder::begin(verb by, time_point now, actor_id actor) {
    by_ = by;
    actor_ = actor;
    record_now_ = now;
    feeds_.begin(position_, by);
    levels_.begin(position_, now);
    now_ = std::max(now_, now);
    uncovered_ = 0;
    open_ = false;
    return error_code::ok;
}

error_code folder::touch(subject_kind kind, std::uint32_t index) {
    if (open_ && rewrite_.kind == kind && rewrite_.index == index) return error_code::ok;
    if (const auto e = settle(); e != error_code::ok) return e;
    if (index >= books_.ledger.size(kind)) return error_code::bad_record;
    if (const auto e = books_.ledger.read(kind, index, image_); e != error_code::ok) return e;
    image_.rules = catalog_.workflows.rules(image_.workflow);
    rewrite_ = {};
    rewrite_.kind = kind;
    rewrite_.index = index;
    rewrite_.version = image_.version;
    open_ = true;
    return error_code::ok;
}

error_code folder::settle() {
    if (!open_) return error_code::ok;
    open_ = false;
    if (const auto e = follow_time(); e != error_code::ok) return e;
    rewrite_.next = &image_;
    if (lifecycle::unsound(image_) != nullptr || !is_sound_beside()) return error_code::bad_record;
    if (!books_.ledger.prepare(self, rewrite_)) return error_code::out_of_memory;
    if (!books_.ledger.own(self, rewrite_)) return error_code::bad_record;
    books_.ledger.write(rewrite_);
    books_.ledger.publish(self, rewrite_);
    return error_code::ok;
}

error_code folder::end() {
    if (const auto e = settle(); e != error_code::ok) return e;
    if (nodes_changed_) catalog_.rank_nodes();
    nodes_changed_ = false;
    levels_.end();
    return error_code::ok;
}

error_code folder::move(std::uint32_t order, const bucket_move& m) {
    if (const auto e = touch(subject_kind::order, order); e != error_code::ok) return e;
    for (const cell_id c : {m.from_cell, m.to_cell})
        if (c != none<cell_id> && !books_.cells.exists(c)) return error_code::bad_record;
    if (by_ == verb::source && m.to == unit_state::allocated && m.to_cell != none<cell_id>)
        books_.turns.choose(books_.cells.node_of(m.to_cell), position_);
    return lifecycle::apply(image_, m);
}

error_code folder::cell(const journal::cell_op& c) {
    if (!books_.cells.exists(c.cell)) return error_code::bad_record;
    feeds_.cell(c);
    levels_.cell(c);
    books_.cells.add_on_hand(c.cell, c.on_hand);
    if (c.free > 0) books_.give(self, c.cell, c.free);
    if (c.free < 0) {
        const granules after = books_.stock.lose(self, c.cell, -c.free);
        if (c.on_hand < 0) uncovered_ += std::max(0, -after) - std::max(0, -(after - c.free));
    }
    return error_code::ok;
}

error_code folder::post(std::uint32_t, const journal::post_op&) {
    return error_code::ok;  // no account moves a unit
}

/// The reservation that has the number, which must hold units.
error_code folder::touch_basket(std::uint32_t index, std::uint32_t holder) {
    if (const auto e = touch(subject_kind::reservation, index); e != error_code::ok) return e;
    const bool is_it = holder == 1 || image_.birth == holder;  // 1: or it was not said
    return is_it && image_.holds() ? error_code::ok : error_code::bad_record;
}

/// What a basket holds, and until when. A timer that wakes too early looks at the basket and goes
/// on to its deadline, so only an earlier one needs a timer of its own.
error_code folder::rewrite_basket(const journal::reservation_op& r) {
    const bool sooner = r.birth || r.deadline < image_.deadline;
    image_.deadline = r.deadline;
    image_.buckets.clear();
    for (const take_line& p : r.parts) {
        if (!books_.cells.exists(p.cell) || p.n <= 0) return error_code::bad_record;
        image_.buckets.push_back(
            {p.cell, p.n, 0, unit_state::reserved, 0, static_cast<std::uint32_t>(p.floor)});
    }
    return sooner ? wake(r.index, r.deadline) : error_code::ok;
}

/// One that was consumed keeps what its order holds of pools.
error_code folder::end_basket(const journal::reservation_op& r) {
    image_.life = r.life;
    rewrite_.last = r.parts.empty();
    if (r.life != reservation_state::consumed) return error_code::ok;
    image_.buckets.clear();
    for (const take_line& p : r.parts) {
        if (!books_.cells.exists(p.cell) || p.n <= 0) return error_code::bad_record;
        const pool_id pool = books_.cells.pool_of(p.cell);
        const std::uint32_t node = journal::node_of(p.floor);
        const bool has_day = pool != none<pool_id> && catalog_.pools[pool].day != pool_day::basket;
        const bool is_node = node < catalog_.node.size() || node == raw(none<node_id>);
        if (pool == none<pool_id> || (has_day ? !is_node : node != 0))
            return error_code::bad_record;
        image_.buckets.push_back(
            {p.cell, p.n, journal::line_of(p.floor), unit_state::reserved, 0, node});
    }
    return error_code::ok;
}

error_code folder::wake(std::uint32_t index, time_point deadline) {
    if (deadline == never) return error_code::ok;
    const auto t = books_.timers.make(self);
    if (t == lifecycle::wheel<>::nil) return error_code::out_of_memory;
    books_.timers.push(self, t, static_cast<std::uint64_t>(image_.birth) << 32 | index, deadline);
    return error_code::ok;
}

error_code folder::reservation(const journal::reservation_op& r) {
    if (!r.birth) {
        if (const auto e = touch_basket(r.index, r.holder); e != error_code::ok) return e;
        if (image_.life != reservation_state::active && r.life != reservation_state::consumed)
            return error_code::bad_record;
        return r.life == reservation_state::active ? rewrite_basket(r) : end_basket(r);
    }
    if (const auto e = settle(); e != error_code::ok) return e;
    if (!books_.ledger.adopt(subject_kind::reservation, r.index)) return error_code::out_of_memory;
    const auto newborn = books_.ledger.at(subject_kind::reservation, r.index);
    if (r.holder != 1 && r.holder != newborn.version + 1) return error_code::bad_record;
    image_.clear();
    image_.kind = subject_kind::reservation;
    image_.made = record_now_;
    image_.on = record_now_;
    image_.birth = newborn.version + 1;
    rewrite_ = {};
    rewrite_.kind = subject_kind::reservation;
    rewrite_.index = r.index;
    rewrite_.version = newborn.version;
    rewrite_.birth = true;
    open_ = true;
    return rewrite_basket(r);
}

error_code folder::timer(std::uint32_t reservation, time_point deadline, std::uint32_t holder) {
    if (const auto e = touch_basket(reservation, holder); e != error_code::ok) return e;
    if (image_.life != reservation_state::active) return error_code::bad_record;
    const bool sooner = deadline < image_.deadline;
    image_.deadline = deadline;
    return sooner ? wake(reservation, deadline) : error_code::ok;
}

error_code folder::intern(journal::intern_kind kind, const journal::intern_table& t) {
    using journal::intern_kind;
    const auto f = t.fields;
    const auto next = [&](const key_table& in, std::size_t fields) {
        return t.id == in.size() && f.size() == fields && !in.find(t.key);
    };
    switch (kind) {
        case intern_kind::sku:
            if (!next(catalog_.skus, 2) || f[0] < 0 || f[0] > max_decimals || f[1] < 1)
                return error_code::bad_record;
            books_.cells.add_sku();
            return catalog_.add_sku(t.key, {static_cast<int>(f[0]), f[1]}), error_code::ok;
        case intern_kind::node:
            if (!next(catalog_.nodes, node_row_fields) || !is_node(f) ||
                !are_coordinates(f.subspan(node_fields)))
                return error_code::bad_record;
            nodes_changed_ = true;
            return catalog_.add_node(t.key, node_of(f), coordinates_of(f.subspan(node_fields)),
                                     t.distances),
                   error_code::ok;
        case intern_kind::place:
            if (!next(catalog_.places, coordinate_fields) || !are_coordinates(f))
                return error_code::bad_record;
            return catalog_.add_place(t.key, coordinates_of(f), t.distances), error_code::ok;
        case intern_kind::actor:
            if (!next(catalog_.actors, 0)) return error_code::bad_record;
            return catalog_.actors.insert(t.key), error_code::ok;
        case intern_kind::cell:
            return new_cell(t);
        case intern_kind::policy:
            if (t.id != catalog_.policies.size() + 1) return error_code::bad_record;
            return new_policy(t.key), error_code::ok;
        case intern_kind::workflow:
            return new_workflow(t);
        case intern_kind::feed:
            return feed(t);
        case intern_kind::unit:
            return unit(t);
        case intern_kind::distance:
            return distance(t);
        case intern_kind::order:
        case intern_kind::key:
            return error_code::bad_record;  // have shapes of their own
        default:
            return rule(kind, t);
    }
}

/// A row of a table that decides what may be promised, or sourced.
error_code folder::rule(journal::intern_kind kind, const journal::intern_table& t) {
    using journal::intern_kind;
    key_table& channels = catalog_.floors.channels;
    switch (kind) {
        case intern_kind::channel:
            if (t.id != channels.size() || !t.fields.empty() || channels.find(t.key))
                return error_code::bad_record;
            return channels.insert(t.key), error_code::ok;
        case intern_kind::floor:
            return floor(t);
        case intern_kind::threshold:
            return threshold(t);
        case intern_kind::pool:
            return pool(t);
        case intern_kind::attribute:
        case intern_kind::fact:
        case intern_kind::exclusion:
            return read_facts_row(kind, t, catalog_) ? error_code::ok : error_code::bad_record;
        case intern_kind::segment:
            return read_segment(t, catalog_) ? error_code::ok : error_code::bad_record;
        case intern_kind::section:
            return read_section(t, catalog_) && levels_.intern(kind, t) ? error_code::ok
                                                                        : error_code::bad_record;
        case intern_kind::order_terms:
        case intern_kind::own_terms:
        case intern_kind::sets:
        case intern_kind::firm:
        case intern_kind::bound_for:
            return of_newborn(kind, t);
        case intern_kind::dates:
            return read_dates(t, catalog_) ? error_code::ok : error_code::bad_record;
        case intern_kind::hold_type:
            return read_hold_type(t, catalog_) ? error_code::ok : error_code::bad_record;
        case intern_kind::suspicion:
            return read_suspicion(t, catalog_) ? error_code::ok : error_code::bad_record;
        case intern_kind::quarantined:
        case intern_kind::tombstone:
            return waiting(kind, t);
        case intern_kind::amend_rule:
            return read_amend_rule(t, catalog_) ? error_code::ok : error_code::bad_record;
        case intern_kind::answer_rule:
            return read_answer_row(t, catalog_) ? error_code::ok : error_code::bad_record;
        case intern_kind::privilege:
            return read_privilege(t, catalog_) ? error_code::ok : error_code::bad_record;
        case intern_kind::restriction:
            return read_restriction(t, catalog_) ? error_code::ok : error_code::bad_record;
        default:
            return error_code::bad_record;
    }
}

error_code folder::new_cell(const journal::intern_table& t) {
    const auto f = t.fields;
    const bool in_section = f.size() == 3;
    if ((f.size() != 2 && !in_section) || f[0] < 0 || f[0] >= catalog_.skus.size() || f[1] < 0 ||
        f[1] >= catalog_.nodes.size())
        return error_code::bad_record;
    if (in_section && (f[2] < 0 || f[2] >= static_cast<std::int64_t>(catalog_.sections.size())))
        return error_code::bad_record;
    const auto made = books_.cells.make(
        sku_id{static_cast<std::uint32_t>(f[0])}, node_id{static_cast<std::uint16_t>(f[1])},
        in_section ? section_id{static_cast<std::uint16_t>(f[2])} : none<section_id>);
    const bool is_it = made && raw(*made) == t.id;
    return is_it && levels_.intern(journal::intern_kind::cell, t) ? error_code::ok
                                                                  : error_code::bad_record;
}

error_code folder::feed(const journal::intern_table& t) {
    for (const std::uint32_t c : t.distances)
        if (!books_.cells.exists(cell_id{c})) return error_code::bad_record;
    return feeds_.feed(t) ? error_code::ok : error_code::bad_record;
}

error_code folder::unit(const journal::intern_table& t) {
    const bool is_new = t.fields.size() == 1 && catalog_.add_unit(sku_id{t.id}, t.key, t.fields[0]);
    return is_new ? error_code::ok : error_code::bad_record;
}

error_code folder::distance(const journal::intern_table& t) {
    const auto f = t.fields;
    const bool is_new =
        f.size() == 2 && f[0] >= 0 && f[0] < raw(none<node_id>) &&
        catalog_.give_distance(place_id{t.id}, node_id{static_cast<std::uint16_t>(f[0])}, f[1]);
    return is_new ? error_code::ok : error_code::bad_record;
}

error_code folder::floor(const journal::intern_table& t) {
    floor_rules& floors = catalog_.floors;
    const auto r = rule_of(t.fields, catalog_);
    const auto known = floors.keys.find(t.key);
    if (!r || (known ? *known != t.id : t.id != floors.keys.size()) || floors.twin(*r, t.id))
        return error_code::bad_record;
    if (!known) floors.keys.insert(t.key);
    floors.set(t.id, *r);
    return levels_.intern(journal::intern_kind::floor, t) ? error_code::ok : error_code::bad_record;
}

error_code folder::threshold(const journal::intern_table& t) {
    const auto known = catalog_.threshold_keys.find(t.key);
    const auto of = threshold_of(t.fields, catalog_);
    const bool numbered = known ? *known == t.id : t.id == catalog_.thresholds.size();
    if (!of || t.key.empty() || !numbered) return error_code::bad_record;
    catalog_.set_threshold(t.key, *of);
    return levels_.intern(journal::intern_kind::threshold, t) ? error_code::ok
                                                              : error_code::bad_record;
}

error_code folder::pool(const journal::intern_table& t) {
    auto f = pool_of(t.fields, catalog_);
    const bool is_new = f && t.id == catalog_.pools.keys.size() && !catalog_.pools.keys.find(t.key);
    if (!is_new) return error_code::bad_record;
    const auto cell = books_.cells.make_pool();
    if (!cell || *cell != f->cell) return error_code::bad_record;
    catalog_.pools.add(t.key, *f);
    return error_code::ok;
}

error_code folder::intern(const journal::intern_key& k) {
    receipt first = k.first;
    first.at = position{position_};
    // The key of a placed order came with the order; a remembered decline has no order.
    const auto space =
        first.by == verb::place_order ? intake::key_space::order : intake::key_space::command;
    return remember(space, k.key, k.content, first, nullptr);
}

error_code folder::remember(intake::key_space space, std::string_view key, digest128 content,
                            const receipt& first, std::uint32_t* block) {
    if (key.empty() || key.size() > max_key_bytes) return error_code::bad_record;
    if (space == intake::key_space::order) {
        if (catalog_.waiting.find_tombstone(key) != nullptr) return error_code::bad_record;
        catalog_.waiting.drop(key);
    }
    const auto c = keys_.begin(self, space, key, content);
    if (c.state == intake::claim_state::full) return error_code::key_memory_full;
    if (c.state != intake::claim_state::fresh) return error_code::bad_record;
    keys_.finish(c, first);
    if (block != nullptr) *block = c.block;
    return error_code::ok;
}

/// Channel and day of the reservation that has just been born.
error_code folder::basket_note(std::uint32_t index, std::span<const std::byte> bytes) {
    const bool is_it = open_ && rewrite_.kind == subject_kind::reservation && rewrite_.birth &&
                       rewrite_.index == index;
    const auto terms = journal::basket_note::read(bytes);
    if (!is_it || !terms) return error_code::bad_record;
    if (terms->channel != none<channel_id> &&
        index_of(terms->channel) >= catalog_.floors.channels.size())
        return error_code::bad_record;
    image_.channel = terms->channel;
    image_.on = terms->on;
    return error_code::ok;
}

/// The order's units of pools are kept by a reservation.
error_code folder::pools_note(std::uint32_t order, std::uint32_t keeper,
                              std::span<const std::byte> bytes) {
    std::uint32_t holder = 0;
    if (bytes.size() != sizeof holder || keeper >= books_.ledger.size(subject_kind::reservation))
        return error_code::bad_record;
    std::memcpy(&holder, bytes.data(), sizeof holder);
    if (const auto e = touch(subject_kind::order, order); e != error_code::ok) return e;
    image_.pools = reservation_id{static_cast<std::uint64_t>(holder) << 32 | keeper};
    return error_code::ok;
}

error_code folder::note(std::uint32_t order, journal::note_kind kind, std::uint32_t ref,
                        std::span<const std::byte> bytes) {
    if (kind == journal::note_kind::basket) return basket_note(ref, bytes);
    if (kind == journal::note_kind::denied) return denied_note(ref, bytes);
    if (kind == journal::note_kind::pools) return pools_note(order, ref, bytes);
    if (kind != journal::note_kind::decision) return order_note(order, kind, ref, bytes);
    if (const auto e = touch(subject_kind::order, order); e != error_code::ok) return e;
    image_.decided_by = policy_id{ref};
    drop_cold(books_.ledger.chunks(), self, image_.cold, image_.cold_bytes);
    image_.cold_bytes = static_cast<std::uint32_t>(bytes.size());
    image_.cold = store_cold(books_.ledger.chunks(), self, bytes);
    return image_.cold == 0xFFFFFFFF ? error_code::out_of_memory : error_code::ok;
}

}  // namespace earmark
