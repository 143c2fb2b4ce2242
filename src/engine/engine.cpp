// THE DOOR: birth, names, and the journal's levels. The verbs are in the *_verbs.cpp files.
#include "earmark/engine/engine.hpp"

#include "earmark/engine/submit.hpp"
#include "state_calls.hpp"

namespace earmark {
namespace {

/// The answer of f under a slot; while tables are being loaded, stock_moving.
template <class T, class State, class F>
result<T> with_names(const State& s, F&& f) {
    return s.template ask<result<T>>([&](const auto&) -> result<T> { return f(); });
}

/// For what has no way to refuse.
template <class T>
T or_misuse(const result<T>& answer) {
    if (!answer) throw_unnamed("an id that was never given", answer.error());
    return *answer;
}

}  // namespace

engine::engine(config settings) : state_{std::make_unique<state>(std::move(settings))} {}
engine::~engine() = default;

result<sku_id> engine::find_sku(std::string_view key) const {
    return with_names<sku_id>(*state_, [&]() -> result<sku_id> {
        const auto found = state_->names.skus.find(key);
        return found ? result<sku_id>{sku_id{*found}} : fail(error_code::unknown_sku, -1);
    });
}
result<node_id> engine::find_node(std::string_view key) const {
    return with_names<node_id>(*state_, [&]() -> result<node_id> {
        const auto found = state_->names.nodes.find(key);
        return found ? result<node_id>{node_id{static_cast<std::uint16_t>(*found)}}
                     : fail(error_code::unknown_node, -1);
    });
}
result<place_id> engine::find_place(std::string_view key) const {
    return with_names<place_id>(*state_, [&]() -> result<place_id> {
        const auto found = state_->names.places.find(key);
        return found ? result<place_id>{place_id{*found}} : fail(error_code::unknown_place, -1);
    });
}
result<order_id> engine::find_order(std::string_view key) const {
    receipt first;
    if (key.empty() || key.size() > max_key_bytes ||
        !state_->keys.find(intake::key_space::order, key, first) || first.what == outcome::declined)
        return fail(error_code::unknown_order, -1);
    return order_id{first.subject};
}

sku_view engine::sku(sku_id id) const {
    return or_misuse(with_names<sku_view>(*state_, [&]() -> result<sku_view> {
        const auto& n = state_->names;
        if (index_of(id) >= n.sku.size()) return fail(error_code::unknown_sku, raw(id));
        const sku_facts& f = n.sku[index_of(id)];
        return sku_view{n.skus.key(raw(id)), f.decimals, f.granule};
    }));
}
node_view engine::node(node_id id) const {
    return or_misuse(with_names<node_view>(*state_, [&]() -> result<node_view> {
        const auto& n = state_->names;
        if (index_of(id) >= n.node.size()) return fail(error_code::unknown_node, raw(id));
        const node_facts& f = n.node[index_of(id)];
        return node_view{
            n.nodes.key(raw(id)), f.kind,    f.active, f.priority, n.node_at[index_of(id)],
            f.fixed_per_parcel,   f.per_unit};
    }));
}
std::string_view engine::place_key(place_id id) const {
    return or_misuse(with_names<std::string_view>(*state_, [&]() -> result<std::string_view> {
        if (index_of(id) >= state_->names.places.size())
            return fail(error_code::unknown_place, raw(id));
        return state_->names.places.key(raw(id));
    }));
}
std::vector<std::uint32_t> engine::distances(place_id id) const {
    using row = std::vector<std::uint32_t>;
    return or_misuse(with_names<row>(*state_, [&]() -> result<row> {
        if (id != none<place_id> && index_of(id) >= state_->names.places.size())
            return fail(error_code::unknown_place, raw(id));
        const auto metres = state_->names.metres(id);
        return row(metres.begin(), metres.end());
    }));
}
std::uint32_t engine::skus() const noexcept { return state_->names.skus.size(); }
std::uint32_t engine::nodes() const noexcept { return state_->names.nodes.size(); }
std::uint32_t engine::places() const noexcept { return state_->names.places.size(); }
std::uint32_t engine::orders() const noexcept {
    return state_->books.ledger.size(subject_kind::order);
}

std::string engine::submit(std::string_view json_line) { return earmark::submit(*this, json_line); }

result<position> engine::flush(journal::durability level) { return state_->log->flush(level); }
position engine::durable(journal::durability level) const noexcept {
    return state_->log->durable(level);
}
position engine::head() const noexcept { return position{state_->log->records().tail()}; }
time_point engine::now() const noexcept { return {state_->time.load(std::memory_order_acquire)}; }
std::string engine::halted() const {
    return state_->is_halted.load(std::memory_order_acquire) ? state_->halt_sentence
                                                             : std::string{};
}

}  // namespace earmark
