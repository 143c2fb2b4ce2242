#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>

#include "earmark/model/asked.hpp"
#include "earmark/model/authority.hpp"
#include "earmark/model/kinds.hpp"
#include "earmark/model/receipt.hpp"
#include "earmark/model/state.hpp"
#include "earmark/model/trail.hpp"

namespace earmark {
namespace {

/// The first `count` enumerators have distinct names, the next value has none.
template <class Enum>
void check_names(std::size_t count) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < count; ++i) names.insert(name_of(static_cast<Enum>(i)));
    CHECK(names.size() == count);
    CHECK_FALSE(names.contains("unknown"));
    CHECK(name_of(static_cast<Enum>(count)) == "unknown");
    CHECK(name_of(static_cast<Enum>(255)) == "unknown");
}

TEST_CASE("every verb, outcome, state and event has a name of its own") {
    check_names<verb>(verbs);
    check_names<outcome>(9);
    check_names<request_kind>(request_kinds);
    check_names<silence>(silences);
    check_names<privilege>(privileges);
    check_names<grant>(grants);
    check_names<trail_kind>(trail_kinds);
    check_names<unit_state>(unit_states);
    check_names<unit_event>(unit_events);
    check_names<reservation_state>(4);
}

TEST_CASE("a verb is about an order, about a reservation, or about neither") {
    std::string orders, reservations;
    for (std::size_t v = 0; v < verbs; ++v) {
        const auto by = static_cast<verb>(v);
        CHECK_FALSE((is_of_order(by) && is_of_reservation(by)));
        if (is_of_order(by)) orders += std::string{name_of(by)} + ' ';
        if (is_of_reservation(by)) reservations += std::string{name_of(by)} + ' ';
    }
    CHECK(orders ==
          "place_order cancel source release ship deliver reject place_hold resolve_hold pick pack "
          "lose unpick fulfil mark amend accept confirm_cancel refuse_cancel make migrate ");
    CHECK(reservations == "reserve change unreserve expire move ");
}

TEST_CASE("names are spelled as the enumerators are") {
    CHECK(name_of(verb::place_order) == "place_order");
    CHECK(name_of(verb::unreserve) == "unreserve");
    CHECK(name_of(outcome::backordered) == "backordered");
    CHECK(name_of(unit_state::allocated) == "allocated");
    CHECK(name_of(unit_state::shipped) == "shipped");
    CHECK(name_of(unit_event::unallocate) == "unallocate");
}

TEST_CASE("units are earmarked in a cell from the promise to the parcel") {
    CHECK_FALSE(holds_stock(unit_state::open));
    CHECK_FALSE(holds_stock(unit_state::backordered));
    CHECK(holds_stock(unit_state::allocated));
    CHECK(holds_stock(unit_state::released));
    CHECK_FALSE(holds_stock(unit_state::shipped));
    CHECK(is_final(unit_state::cancelled));
    CHECK_FALSE(is_final(unit_state::shipped));
}

}  // namespace
}  // namespace earmark
