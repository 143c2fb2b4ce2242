#include "earmark/report/audit_frames.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace earmark::report {
namespace {

constexpr std::array<std::string_view, 6> lists{"wrong", "leak",      "moving",
                                                "idle",  "unchecked", "sound"};
constexpr std::int32_t unchecked = 4, sound = 5;

const vocabulary& list_words() {
    static const vocabulary words = make_vocabulary(lists);
    return words;
}
const vocabulary& check_words() {
    static const vocabulary words = [] {
        auto made = std::make_shared<texts>();
        for (const audit_line& l : audit_lines()) made->add(l.name);
        return made;
    }();
    return words;
}

template <class Column, class Id>
void add_id(Column& to, Id id) {
    if (id == none<Id>)
        to.add_null();
    else
        to.add(static_cast<std::int32_t>(raw(id)));
}
template <class Id>
void add_wide_id(numbers<std::int64_t>& to, Id id) {
    if (id == none<Id>)
        to.add_null();
    else
        to.add(static_cast<std::int64_t>(raw(id)));
}

}  // namespace

frame findings_frame(const audit_report& of, vocabulary sku_keys, vocabulary node_keys) {
    frame_builder b{"findings"};
    auto &list = b.codes("list", list_words()), &check = b.codes("check", check_words());
    auto &sku = b.codes("sku", std::move(sku_keys)), &node = b.codes("node", std::move(node_keys));
    auto &order = b.ints("order"), &reservation = b.ints("reservation"), &stored = b.ints("stored"),
         &recomputed = b.ints("recomputed");
    auto& text = b.strings("text");
    const auto add = [&](std::int32_t in, const finding& f) {
        list.add(in);
        check.add(static_cast<std::int32_t>(f.check));
        add_id(sku, f.sku);
        add_id(node, f.node);
        add_wide_id(order, f.order);
        add_wide_id(reservation, f.reservation);
        stored.add(f.stored);
        recomputed.add(f.recomputed);
        text.add(f.text);
    };
    std::array<bool, audit_checks> told{};
    std::int32_t in = 0;
    for (const auto* findings : {&of.wrong, &of.leaks, &of.moving, &of.idle}) {
        for (const finding& f : *findings) {
            add(in, f);
            told[static_cast<std::size_t>(f.check)] = true;
        }
        ++in;
    }
    for (const audit_line& l : audit_lines()) {
        finding f;
        f.check = l.check;
        const bool held_back = l.exact_only && !of.exact;
        const bool left = std::ranges::find(of.unchecked, l.check) != of.unchecked.end();
        f.text = held_back ? "only where the engine is held still"
                 : left    ? "could not be looked at this time"
                           : "nothing to report";
        if (left || held_back)
            add(unchecked, f);
        else if (!told[static_cast<std::size_t>(l.check)])
            add(sound, f);
    }
    return std::move(b).finish();
}

frame crossings_frame(std::span<const crossing> of, vocabulary sku_keys, vocabulary node_keys,
                      const crossing_names& names) {
    frame_builder b{"crossings"};
    auto &at = b.ints("at"), &level = b.ints("level");
    auto& now = b.times("now");
    auto &threshold = b.strings("threshold"), &channel = b.strings("channel");
    auto &sku = b.codes("sku", std::move(sku_keys)), &node = b.codes("node", std::move(node_keys));
    auto &section = b.strings("section"), &pool = b.strings("pool");
    auto& below = b.truths("below");
    for (const crossing& c : of) {
        at.add(static_cast<std::int64_t>(raw(c.at)));
        now.add(c.now.ns);
        threshold.add(names.threshold(c.threshold));
        add_id(sku, c.sku);
        add_id(node, c.node);
        c.channel == none<channel_id> ? channel.add_null() : channel.add(names.channel(c.channel));
        c.section == none<section_id> ? section.add_null() : section.add(names.section(c.section));
        c.pool == none<pool_id> ? pool.add_null() : pool.add(names.pool(c.pool));
        below.add(c.below);
        level.add(c.level.atoms);
    }
    return std::move(b).finish();
}

}  // namespace earmark::report
