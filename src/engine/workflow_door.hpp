// WHERE THE ENGINE ASKS WORKFLOWS.
#pragma once

#include "earmark/engine/workflows.hpp"
#include "engine_door.hpp"

namespace earmark {

struct workflow_door {
    using state = engine_door::state;

    /// Does it go by a standard workflow in which bases alone decide? Then every step that
    /// sourcing may want is there, but perhaps the one to wait for goods that others bring.
    static bool is_usual(const lifecycle::image& of) noexcept {
        return of.rules == nullptr && lifecycle::rules_of(of).is_plain();
    }

    /// May its units wait for goods that other orders bring?
    static bool may_wait_for_others(const lifecycle::image& of) noexcept {
        return is_usual(of) &&
               lifecycle::rules_of(of).leads({unit_state::open, 0}, {unit_state::reserved, 0});
    }

    /// What guards ask of the order and its image does not show: what it says of itself, and
    /// whether it was rejected. `facts` are the order's own, as bytes.
    static lifecycle::fact_bits known(const state& s, const lifecycle::image& of,
                                      std::span<const std::byte> facts, bool rejected);
    /// The same of an order that stands.
    static lifecycle::fact_bits known(const state& s, order_id id, const lifecycle::image& of);

    /// Gives the desk's moves their states, or says what the order's workflow does not allow.
    static error route(const state& s, desk& d, order_id id);

    /// What a room decides, and then route().
    static error decide(const state& s, desk& d, order_id id, const decider& room) {
        const error e = room(d);
        return e.code == error_code::ok ? route(s, d, id) : e;
    }

    /// The desk's moves, on the desk's order.
    static void apply(desk& d) {
        for (const bucket_move& m : d.moves)
            EARMARK_INVARIANT(lifecycle::apply(d.order, m) == error_code::ok,
                              "a room moves only units that are there, along the workflow");
    }

    /// Moves up to m.n units of one of the order's buckets, if its state has the step, and applies
    /// that on the desk; guards ask `before`. Answers how many moved; `why` is what refused.
    static granules move(const state& s, desk& d, const lifecycle::image& before,
                         const lifecycle::bucket& b, bucket_move m, error& why);

    /// The same of a line's units in the state m.from, whatever they are called.
    static granules move(const state& s, desk& d, const lifecycle::image& before,
                         const bucket_move& m, error& why);

    /// Moves for an event of the order's own workflow. `line` is 0-based or -1.
    static error mark(const state& s, desk& d, const fact& f, std::int64_t line, granules wanted);

    /// The own name of a bucket's state; empty: its base has none.
    static std::string_view label(const lifecycle::image& of, const lifecycle::bucket& b) noexcept;

    static result<std::uint16_t> activate(engine& of, const command& c, std::string_view text,
                                          std::vector<std::string>* findings);
    static result<receipt> migrate(engine& of, const command& c, const migrate_request& r);
    static result<std::vector<allowed_view>> allowed(const engine& of, order_id id);
    static result<std::string> text(const engine& of, std::uint16_t version);
};

}  // namespace earmark
