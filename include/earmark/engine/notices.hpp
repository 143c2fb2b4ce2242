// NOTICES: what somebody is to be told about an order - a customer by mail, a carrier by a call.
// They are made of the journal, so that none is lost and none is made up; Earmark says what and to
// whose order, and the host says it in words.
//
// All that one command did to an order, of one kind, is ONE notice, however many lines it was
// about; with `within_s`, all that was done in one slice of time is (capabilities NT-01). A notice
// has the same key whoever asks and however often: who keeps the keys that were sent sends each
// once, however often he reads the same page. Slices are those of engine time, as of 1970, and a
// notice is told when its slice is over.
//
// Who may call: any thread. Reads the journal as trail() does. With a sink a cursor is good for
// ever, across restarts too: who keeps his own is told everything at least once.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/result.hpp"
#include "earmark/model/movement.hpp"
#include "earmark/model/trail.hpp"

namespace earmark {

class engine;

/// A closed list. Those of units are called by where they went to: that they went from one node to
/// another is no notice.
enum class notice_kind : std::uint8_t {
    captured,
    amended,
    backordered,
    allocated,
    released,
    picked,
    packed,
    shipped,
    delivered,
    lost,
    cancelled,
    held,
    hold_ended,
    rejected,  // a node gave it back
    asked,     // a node was asked, or what became of it
};
inline constexpr std::size_t notice_kinds = 15;
[[nodiscard]] std::string_view name_of(notice_kind k) noexcept;

struct notice_query {
    std::bitset<notice_kinds> kinds = std::bitset<notice_kinds>{}.set();
    std::int64_t within_s = 0;  // length of a slice; 0: each command is one of its own
};
inline constexpr std::int64_t max_notice_seconds = 86'400;

/// Units of a line that it is about, summed up; of `held` and the like, none.
struct notice_line {
    std::uint32_t line = 0;  // 1, 2, ...
    std::string_view sku_key{};
    int decimals = 0;
    node_id node = none<node_id>;  // that has them, or had them last
    std::string_view node_key{};
    quantity amount{};
};

/// Something that an order says of itself (order_request::facts), as text: what a template needs
/// to know of its reader, a language or a time zone, is declared as one (load of attributes).
struct notice_fact {
    std::string name{};
    std::string value{};
};

struct notice {
    std::string key{};  // order/kind/position, of the first record of it
    notice_kind kind{};
    order_id order{};
    std::string order_key{};
    position first{}, last{};  // records
    time_point since, until;   // their instants
    std::vector<notice_line> lines{};
    std::vector<trail_row> rows{};  // all that happened
    std::vector<notice_fact> facts{};
};

/// Notices behind a cursor, by their first records; whole slices, as many as it takes for `limit`
/// notices or more. `next` is the cursor to go on with, and equal to `cursor` where no slice is
/// over yet; start with position{}. A slice of more than trail_records records is told in parts.
/// Errors: out_of_range (within_s), those of trail(). O(records looked at).
[[nodiscard]] result<page_of<notice>> notices(const engine& of, const notice_query& q = {},
                                              position cursor = {}, std::size_t limit = 1'000);

}  // namespace earmark
