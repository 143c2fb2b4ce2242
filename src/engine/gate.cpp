#include "gate.hpp"

#include <mutex>

#include "beside.hpp"
#include "earmark/engine/fold.hpp"

namespace earmark {
namespace {

constexpr int looks = 1'000;  // at a lock that somebody else has

}  // namespace

error engine::state::gate::ask(const visit& v, const command& c, verb by,
                               std::optional<privilege> may, const subject& of) const {
    const authority_table& table = s_.names.authority;
    if (!may || !table.guards(*may)) return {};
    if (s_.names.known(c.actor) != c.actor) return fail(error_code::unknown_actor, raw(c.actor));
    if (table.allows(c.actor, *may, of.type)) return {};
    return record(v, c, by, *may, of);
}

error engine::state::gate::pass_answer(const visit& v, const command& c, verb by, order_id order,
                                       std::uint32_t hold) const {
    if (!s_.names.authority.guards(privilege::resolve_hold)) return {};
    desk& d = v.desk;
    d.clear();
    error e = s_.read_order(order, d.order);
    if (e.code == error_code::ok) e = s_.read_beside(order, d.order, d.beside);
    if (e.code != error_code::ok) return e;
    subject of{order};
    if (hold > 0 && hold <= d.beside.holds.size()) of.type = d.beside.holds[hold - 1].type;
    return ask(v, c, by, privilege::resolve_hold, of);
}

error engine::state::gate::deny(const visit& v, const command& c, verb by, order_id order,
                                const error& why) const {
    const auto type = static_cast<hold_type_id>(why.refs[2]);
    return record(v, c, by, static_cast<privilege>(why.refs[1]), {order, type});
}

error engine::state::gate::record(const visit& v, const command& c, verb by, privilege may,
                                  const subject& of) const {
    denial_memory& memory = s_.names.denials();
    std::unique_lock lock{memory.lock, std::try_to_lock};
    for (int i = 0; i < looks && !lock; ++i) (void)lock.try_lock();
    if (!lock) return fail(error_code::stock_moving);
    denied_attempt a{may};
    a.type = of.type;
    if (raw(of.order) < denied_attempt::none_of_it)
        a.order = static_cast<std::uint32_t>(raw(of.order));
    if (index_of(of.sku) < s_.names.sku.size()) a.sku = of.sku;
    if (index_of(of.node) < s_.names.node.size()) a.node = of.node;
    denial_memory::pair& pair = memory.of(c.actor, may);
    a.times = pair.times + 1;
    if (a.times == denial_memory::next_note(pair.noted)) {
        const auto write_it = [&] { return write(v, c, by, pair, a); };
        const auto take_back = [&] { memory.forget_if_new(pair); };
        const error_code code = or_give_back(write_it, take_back);
        if (code != error_code::ok) return take_back(), fail(code);
    }
    pair.times = a.times;
    const std::int64_t type = of.type == none<hold_type_id> ? -1 : raw(of.type);
    return fail(error_code::not_authorised, raw(c.actor), static_cast<std::int64_t>(may), type);
}

error_code engine::state::gate::write(const visit& v, const command& c, verb by,
                                      denial_memory::pair& of, const denied_attempt& a) const {
    desk& d = v.desk;
    s_.names.denials().make_room();
    d.clear();
    d.record.begin(by, v.now, c.actor);
    d.record.note(journal::note_kind::denied, static_cast<std::uint32_t>(a.may), bytes_of(a));
    const committed done = s_.commit(v);
    d.clear();
    if (done.code == error_code::ok) s_.names.denials().note(of, a, position{done.position});
    return done.code;
}

error_code folder::denied_note(std::uint32_t may, std::span<const std::byte> bytes) {
    denied_attempt a;
    if (!read_denied(may, bytes, a)) return error_code::bad_record;
    const auto is_known = [](auto id, std::size_t bound) {
        return id == none<decltype(id)> || index_of(id) < bound;
    };
    if (!is_known(a.sku, catalog_.sku.size()) || !is_known(a.node, catalog_.node.size()) ||
        !is_known(a.type, catalog_.holds.size()))
        return error_code::bad_record;
    denial_memory& memory = catalog_.denials();
    denial_memory::pair& pair = memory.of(catalog_.known(actor_), a.may);
    if (a.times != denial_memory::next_note(pair.noted)) return error_code::bad_record;
    memory.make_room();
    memory.note(pair, a, position{position_});
    return error_code::ok;
}

}  // namespace earmark
