// SECTIONS, compiled: in which order a line draws from the sections of a node.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/intern.hpp"
#include "earmark/core/time.hpp"
#include "earmark/model/sections.hpp"

namespace earmark {

struct segment_facts {
    channel_id channel = none<channel_id>;
    std::vector<segment_id> overflow;  // none: the stock of no segment
    time_point released = never;
};

struct section_facts {
    segment_id segment = none<segment_id>;
    std::string condition, lot, owner;
    time_point expires = never;
    bool frozen = false;
    [[nodiscard]] bool is_sellable() const noexcept { return condition.empty(); }
    /// May units of it be promised for a date?
    [[nodiscard]] bool gives_on(time_point date) const noexcept {
        return is_sellable() && !frozen && date < expires;
    }
};

/// Who draws, and for when.
struct draw_terms {
    channel_id channel = none<channel_id>;
    time_point now;  // releases segments
    time_point on;   // a lot has to last beyond it
};

class section_table {
public:
    key_table segments, keys;  // by segment_id, by section_id

    [[nodiscard]] bool empty() const noexcept { return sections_.empty(); }
    [[nodiscard]] bool exists(section_id s) const noexcept {
        return index_of(s) < sections_.size();
    }
    [[nodiscard]] const section_facts& operator[](section_id s) const noexcept {
        return sections_[index_of(s)];
    }
    [[nodiscard]] const segment_facts& operator[](segment_id s) const noexcept {
        return segments_[index_of(s)];
    }
    [[nodiscard]] std::size_t segment_count() const noexcept { return segments_.size(); }
    [[nodiscard]] std::size_t size() const noexcept { return sections_.size(); }

    // Sets what stood there, or the next one. May throw std::bad_alloc; the table is then of no
    // use.
    void set(std::string_view key, segment_id number, segment_facts f);
    void set(std::string_view key, section_id number, section_facts f);

    /// The sections to draw from, in order; none<section_id> is the plain stock. O(sections).
    void order(const draw_terms& t, std::vector<section_id>& into) const;

    [[nodiscard]] std::uint64_t digest_of_sections() const;

private:
    void add_segment(segment_id s, const draw_terms& t, std::vector<section_id>& into) const;
    void add_open(const draw_terms& t, std::vector<section_id>& into) const;

    std::vector<segment_facts> segments_;
    std::vector<section_facts> sections_;
};

/// One cell of a stock that is drawn from.
struct draw {
    cell_id cell{};
    bool is_plain = false;
    std::int32_t free = 0;   // what it has
    std::int32_t n = 0;      // what is drawn
    std::int32_t floor = 0;  // what it has to keep
    std::int32_t least = 0;  // what it has to keep of itself, whatever the others keep
};
/// Divides `n` over cells in their order so that `floor` units stay behind in all of them together,
/// in the last ones first; a floor below zero is how deep the plain stock may be overdrawn, and
/// what one cell owes the others keep. Answers how many units could be had (where there is plain
/// stock, all that is free less the floor); if that is less than `n`, nothing is divided.
[[nodiscard]] std::int64_t divide(std::span<draw> over, std::int32_t n, std::int32_t floor);

}  // namespace earmark
