// Rules as hosts write them, through the suite that every rule has to pass.
#include "conforms_to_rule.hpp"

namespace {
using namespace sourcing_test;
}

TEST_CASE("a rule that spares the stores conforms") {
    conforms_to_rule([](const node_facts& node, std::uint32_t) -> std::int32_t {
        return node.kind == node_kind::store ? 1 : 0;
    });
}

TEST_CASE("a rule by rings of 100 km conforms, also where a distance is unknown") {
    conforms_to_rule([](const node_facts&, std::uint32_t metres) -> std::int32_t {
        return metres == unknown_distance ? 1'000 : static_cast<std::int32_t>(metres / 100'000);
    });
}

TEST_CASE("a rule with the largest and smallest numbers there are conforms") {
    conforms_to_rule([](const node_facts& node, std::uint32_t) -> std::int32_t {
        return node.priority % 2 == 0 ? INT32_MAX : INT32_MIN;
    });
}
