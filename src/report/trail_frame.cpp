#include <utility>

#include "earmark/report/answers.hpp"
#include "earmark/report/order_story.hpp"

namespace earmark::report {
namespace {

const vocabulary& kind_of_row_words() {
    static const vocabulary words = [] {
        auto made = std::make_shared<texts>();
        for (std::size_t i = 0; i < trail_kinds; ++i)
            made->add(name_of(static_cast<trail_kind>(i)));
        return made;
    }();
    return words;
}

template <class Column, class Id>
void add_id(Column& to, Id id) {
    using value = std::remove_cvref_t<decltype(to.values()[0])>;
    id == none<Id> ? to.add_null() : to.add(static_cast<value>(raw(id)));
}
/// 0 is none.
void add_number(numbers<std::int32_t>& to, std::uint32_t n) {
    n == 0 ? to.add_null() : to.add(static_cast<std::int32_t>(n));
}
void add_text(texts& to, std::string_view text) { text.empty() ? to.add_null() : to.add(text); }

bool has_amount(trail_kind k) noexcept {
    switch (k) {
        case trail_kind::placed:
        case trail_kind::moved:
        case trail_kind::decided:
        case trail_kind::asked:
        case trail_kind::reserved:
        case trail_kind::stock:
        case trail_kind::counted:
            return true;
        default:
            return false;
    }
}

/// Who did it, to what.
class head_columns {
public:
    head_columns(frame_builder& b, vocabulary sku_keys, vocabulary node_keys)
        : at_{b.ints("at")},
          now_{b.times("now")},
          verb_{b.codes("verb", verb_words())},
          actor_{b.strings("actor")},
          command_{b.strings("command")},
          kind_{b.codes("kind", kind_of_row_words())},
          order_{b.ints("order")},
          version_{b.small_ints("version")},
          line_{b.small_ints("line")},
          sku_{b.codes("sku", std::move(sku_keys))},
          node_{b.codes("node", node_keys)},
          from_node_{b.codes("from_node", std::move(node_keys))} {}

    void add(const trail_row& r) {
        at_.add(static_cast<std::int64_t>(raw(r.at)));
        now_.add(r.now.ns);
        verb_.add(static_cast<std::int32_t>(r.by));
        actor_.add(r.actor_key);
        add_text(command_, r.command);
        kind_.add(static_cast<std::int32_t>(r.kind));
        add_id(order_, r.order);
        add_number(version_, r.version);
        add_number(line_, r.line);
        add_id(sku_, r.sku);
        add_id(node_, r.node);
        add_id(from_node_, r.from_node);
    }

private:
    numbers<std::int64_t>&at_, &now_;
    numbers<std::int32_t>& verb_;
    texts &actor_, &command_;
    numbers<std::int32_t>& kind_;
    numbers<std::int64_t>& order_;
    numbers<std::int32_t>&version_, &line_, &sku_, &node_, &from_node_;
};

/// What it was.
class tail_columns {
public:
    explicit tail_columns(frame_builder& b)
        : amount_{b.ints("amount")},
          on_hand_{b.ints("on_hand")},
          from_{b.codes("from_state", state_words())},
          to_{b.codes("to_state", state_words())},
          from_label_{b.strings("from_label")},
          to_label_{b.strings("to_label")},
          reason_{b.small_ints("reason")},
          hold_{b.small_ints("hold")},
          hold_type_{b.strings("hold_type")},
          until_{b.times("until")},
          policy_{b.small_ints("policy")},
          other_{b.ints("other")},
          other_line_{b.small_ints("other_line")},
          reservation_{b.ints("reservation")},
          what_{b.strings("what")},
          before_{b.strings("before")},
          after_{b.strings("after")} {}

    void add(const trail_row& r) {
        has_amount(r.kind) ? amount_.add(r.amount.atoms) : amount_.add_null();
        r.kind == trail_kind::stock ? on_hand_.add(r.on_hand.atoms) : on_hand_.add_null();
        const bool moves = r.kind == trail_kind::moved;
        moves ? from_.add(static_cast<std::int32_t>(r.from)) : from_.add_null();
        moves ? to_.add(static_cast<std::int32_t>(r.to)) : to_.add_null();
        add_text(from_label_, r.from_label);
        add_text(to_label_, r.to_label);
        add_number(reason_, r.reason);
        add_number(hold_, r.hold);
        add_text(hold_type_, r.hold_type);
        r.until == never ? until_.add_null() : until_.add(r.until.ns);
        add_number(policy_, raw(r.policy));
        add_id(other_, r.other);
        add_number(other_line_, r.other_line);
        add_id(reservation_, r.reservation);
        add_text(what_, r.what);
        add_text(before_, r.before);
        add_text(after_, r.after);
    }

private:
    numbers<std::int64_t>&amount_, &on_hand_;
    numbers<std::int32_t>&from_, &to_;
    texts &from_label_, &to_label_;
    numbers<std::int32_t>&reason_, &hold_;
    texts& hold_type_;
    numbers<std::int64_t>& until_;
    numbers<std::int32_t>& policy_;
    numbers<std::int64_t>& other_;
    numbers<std::int32_t>& other_line_;
    numbers<std::int64_t>& reservation_;
    texts &what_, &before_, &after_;
};

}  // namespace

frame trail_frame(std::span<const trail_row> rows, vocabulary sku_keys, vocabulary node_keys) {
    frame_builder b{"trail"};
    head_columns head{b, std::move(sku_keys), std::move(node_keys)};
    tail_columns tail{b};
    for (const trail_row& r : rows) {
        head.add(r);
        tail.add(r);
    }
    return std::move(b).finish();
}

}  // namespace earmark::report
