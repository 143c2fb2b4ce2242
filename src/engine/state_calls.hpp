// HOW A CALL ENTERS the engine: with a slot beside others, alone, or under an idempotency key. The
// templates of what stands behind the door.
#pragma once

#include <string>
#include <utility>

#include "earmark/core/check.hpp"
#include "state.hpp"

namespace earmark {

/// For what has no way to refuse.
[[noreturn]] inline void throw_unnamed(const std::string& sentence, const error& why) {
    if (is_transient(why.code))
        throw names_moving(
            "names cannot be read while another thread loads tables, or has the last slot");
    throw misuse(sentence);
}

template <class R, class F>
R engine::state::stay(const command& c, F&& f) {
    const stock::slot_guard<> slot{books.slots};
    if (!slot.ok()) return fail(error_code::no_slot);
    if (taken.load(std::memory_order_seq_cst) != taking::nothing)
        return fail(error_code::stock_moving);
    if (is_halted.load(std::memory_order_acquire)) return fail(error_code::halted);
    try {
        const visit v{slot.index(), desk_of(slot.index()), move_time(c.now)};
        sweep(v.slot, v.now);
        return f(v);
    } catch (const broken& e) {
        halt(e.what());
        return fail(error_code::halted);
    } catch (const std::bad_alloc&) {
        return fail(error_code::out_of_memory);
    }
}

template <class R, class F>
R engine::state::ask(F&& f, taking but) const {
    auto& self = const_cast<state&>(*this);  // a slot is borrowed; what the caller sees is const
    const stock::slot_guard<> slot{self.books.slots};
    if (!slot.ok()) return fail(error_code::no_slot);
    if (taken.load(std::memory_order_seq_cst) >= but) return fail(error_code::stock_moving);
    try {
        return f(visit{slot.index(), self.desk_of(slot.index()),
                       time_point{time.load(std::memory_order_acquire)}});
    } catch (const broken& e) {
        self.halt(e.what());
        return fail(error_code::halted);
    } catch (const std::bad_alloc&) {
        return fail(error_code::out_of_memory);
    }
}

/// The engine for one caller, as long as it lives; or why not. Who was inside has left; who comes
/// sees that it is taken.
class engine::state::sole_stay {
public:
    sole_stay(state& s, taking what) : slot_{s.books.slots}, flag_{s.taken} {
        if (!slot_.ok()) {
            why_ = fail(error_code::no_slot);
            return;
        }
        why_ = fail(error_code::stock_moving);
        taking nothing = taking::nothing;
        took_ = flag_.compare_exchange_strong(nothing, what, std::memory_order_seq_cst);
        if (!took_) return;
        try {
            const auto others = s.books.slots.inside(slot_.index());
            constexpr int looks = 1'000;
            for (int i = 0; i <= looks && why_.code != error_code::ok; ++i)
                if (s.books.slots.passed(others)) why_ = {};
        } catch (const std::bad_alloc&) {
            why_ = fail(error_code::out_of_memory);
        }
    }
    ~sole_stay() {
        if (took_) flag_.store(taking::nothing, std::memory_order_release);
    }
    sole_stay(const sole_stay&) = delete;
    sole_stay& operator=(const sole_stay&) = delete;

    [[nodiscard]] const error& why_not() const noexcept { return why_; }
    [[nodiscard]] std::uint32_t slot() const noexcept { return slot_.index(); }

private:
    const stock::slot_guard<> slot_;
    std::atomic<taking>& flag_;
    bool took_ = false;
    error why_;
};

template <class R, class F>
R engine::state::alone(const command& c, F&& f, taking what) {
    if (is_halted.load(std::memory_order_acquire)) return fail(error_code::halted);
    const sole_stay here{*this, what};
    if (here.why_not().code != error_code::ok) return here.why_not();
    try {
        return f(visit{here.slot(), desk_of(here.slot()), move_time(c.now)});
    } catch (const broken& e) {
        halt(e.what());
        return fail(error_code::halted);
    } catch (const std::bad_alloc&) {
        return fail(error_code::out_of_memory);
    }
}

template <class F>
error engine::state::alone_to_look(F&& f) {
    const sole_stay here{*this, taking::tables};
    if (here.why_not().code != error_code::ok) return here.why_not();
    try {
        f(here.slot());
        return {};
    } catch (const std::bad_alloc&) {
        return fail(error_code::out_of_memory);
    }
}

template <class F>
committed engine::state::replacing_beside(const visit& v, F&& draft_and_commit) {
    desk& d = v.desk;
    if (!d.changes_beside && d.others.empty()) return draft_and_commit();
    auto& chunks = books.ledger.chunks();
    std::vector<std::pair<lifecycle::image*, std::uint32_t>> before;
    const auto give_back = [&] {
        for (const auto& [of, old] : before)
            drop_beside(chunks, v.slot, std::exchange(of->beside, old));
    };
    const auto store = [&](lifecycle::image& of, const earmark::beside& next) {
        before.emplace_back(&of, std::exchange(of.beside, no_chunk));
        return store_beside(chunks, v.slot, next, of.beside);
    };
    before.reserve(d.others.size() + 1);
    const committed done = or_give_back(
        [&]() -> committed {
            bool fits = !d.changes_beside || store(d.order, d.beside);
            for (other_order& o : d.others)
                fits = fits && (!o.changes_beside || store(o.next, o.beside));
            if (!fits) return {error_code::out_of_memory, {}, 0, 0};
            return draft_and_commit();
        },
        give_back);
    if (done.code != error_code::ok) return give_back(), done;
    for (const auto& [of, old] : before) drop_beside(chunks, v.slot, old);
    return done;
}

template <class F>
result<receipt> engine::state::once(const visit& v, const command& c, digest128 content, F&& f) {
    if (c.key.empty()) return f();
    if (c.key.size() > max_key_bytes)
        return fail(error_code::key_too_long, static_cast<std::int64_t>(c.key.size()),
                    max_key_bytes);
    const auto key = keys.begin(v.slot, intake::key_space::command, c.key, content);
    switch (key.state) {
        case intake::claim_state::repeat: {
            receipt first = key.first;
            if (first.what != outcome::declined) first.what = outcome::repeat;
            counters::bump(counts[v.slot].repeats);
            return first;
        }
        case intake::claim_state::conflict:
            return fail(error_code::duplicate_key, static_cast<std::int64_t>(raw(key.first.at)));
        case intake::claim_state::pending:
            return fail(error_code::in_progress);
        case intake::claim_state::full:
            return fail(error_code::key_memory_full);
        case intake::claim_state::fresh:
            break;
    }
    pending_key held{keys, key};
    const result<receipt> done = f();
    if (done) held.finish(*done);
    return done;
}

}  // namespace earmark
