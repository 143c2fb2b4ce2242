#include "earmark/engine/sections.hpp"

#include <algorithm>

#include "earmark/core/digest.hpp"

namespace earmark {

void section_table::set(std::string_view key, segment_id number, segment_facts f) {
    if (index_of(number) < segments_.size()) {
        segments_[index_of(number)] = std::move(f);
        return;
    }
    segments.insert(key);
    segments_.push_back(std::move(f));
}

void section_table::set(std::string_view key, section_id number, section_facts f) {
    if (index_of(number) < sections_.size()) {
        sections_[index_of(number)] = std::move(f);
        return;
    }
    keys.insert(key);
    sections_.push_back(std::move(f));
}

void section_table::add_segment(segment_id s, const draw_terms& t,
                                std::vector<section_id>& into) const {
    for (std::size_t i = 0; i < sections_.size(); ++i) {
        const auto id = section_id{static_cast<std::uint16_t>(i)};
        if (sections_[i].segment == s && sections_[i].gives_on(t.on) &&
            std::find(into.begin(), into.end(), id) == into.end())
            into.push_back(id);
    }
}

void section_table::add_open(const draw_terms& t, std::vector<section_id>& into) const {
    if (std::find(into.begin(), into.end(), none<section_id>) == into.end())
        into.push_back(none<section_id>);
    add_segment(none<segment_id>, t, into);
    for (std::size_t i = 0; i < segments_.size(); ++i)
        if (segments_[i].released <= t.now)
            add_segment(segment_id{static_cast<std::uint16_t>(i)}, t, into);
}

void section_table::order(const draw_terms& t, std::vector<section_id>& into) const {
    into.clear();
    bool has_own = false;
    for (std::size_t i = 0; i < segments_.size() && t.channel != none<channel_id>; ++i) {
        if (segments_[i].channel != t.channel) continue;
        has_own = true;
        add_segment(segment_id{static_cast<std::uint16_t>(i)}, t, into);
        for (const segment_id o : segments_[i].overflow)
            o == none<segment_id> ? add_open(t, into) : add_segment(o, t, into);
    }
    if (!has_own) add_open(t, into);
}

std::uint64_t section_table::digest_of_sections() const {
    digest d;
    for (std::uint32_t i = 0; i < segments_.size(); ++i) {
        const segment_facts& s = segments_[i];
        d.add(segments.key(i)).add(raw(s.channel)).add(static_cast<std::uint64_t>(s.released.ns));
        for (const segment_id o : s.overflow) d.add(raw(o));
    }
    for (std::uint32_t i = 0; i < sections_.size(); ++i) {
        const section_facts& s = sections_[i];
        d.add(keys.key(i)).add(raw(s.segment)).add(s.condition).add(s.lot).add(s.owner);
        d.add(static_cast<std::uint64_t>(s.expires.ns)).add(s.frozen);
    }
    return d.value();
}

std::int64_t divide(std::span<draw> over, std::int32_t n, std::int32_t floor) {
    const auto lowest = [&](const draw& d) { return d.is_plain ? std::min(0, floor) : 0; };
    std::int32_t to_keep = std::max(0, floor);
    for (const draw& d : over) to_keep += std::max(0, lowest(d) - d.free);
    std::int64_t room = 0;
    for (std::size_t i = over.size(); i-- > 0;) {
        draw& d = over[i];
        const std::int32_t least = lowest(d);
        const std::int32_t there = std::max(0, d.free - least);
        const std::int32_t kept = std::max(std::min(to_keep, there), d.least);
        d.n = 0;
        d.floor = least + kept;
        to_keep = std::max(0, to_keep - kept);
        room += std::max(0, d.free - d.floor);
    }
    if (room < n) return room;
    for (draw& d : over) {
        d.n = std::min(n, std::max(0, d.free - d.floor));
        n -= d.n;
    }
    return room;
}

}  // namespace earmark
