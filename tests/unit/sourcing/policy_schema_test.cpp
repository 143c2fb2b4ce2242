// The schema of policies knows the keys that the reader knows, no more and no less.
#include "earmark/sourcing/policy_schema.hpp"

#include <map>
#include <set>
#include <string>

#include "policy_keys.hpp"
#include "support.hpp"

TEST_CASE("every key that the reader of policies knows is described, and no other") {
    using namespace sourcing_test;
    namespace keys = sourcing::detail;
    std::map<std::string, std::set<std::string>> described;
    for (const policy_key& k : policy_keys()) {
        CHECK_FALSE(k.values.empty());
        CHECK(k.required == k.otherwise.empty());
        CHECK_MESSAGE(described[std::string{k.table}].insert(std::string{k.key}).second, k.key);
    }
    const auto known = [](keys::names of) { return std::set<std::string>{of.begin(), of.end()}; };
    CHECK(described[""] == known(keys::root_keys));
    CHECK(described["strategy"] == known(keys::strategy_keys));
    CHECK(described["filter"] == known(keys::filter_keys));
    CHECK(described["always"] == known(keys::always_keys));
    CHECK(described["costs"] == known(keys::cost_keys));
    CHECK(described["costs.parcel"] == known(keys::parcel_keys));
    CHECK(described["costs.parcel.steps"] == known(keys::parcel_step_keys));
    CHECK(described["split"] == known(keys::split_keys));
    CHECK(described["outcome"] == known(keys::outcome_keys));
    CHECK(described["strategy.outcome"] == known(keys::step_keys));
    CHECK(described["keep_back"] == known(keys::kind_names));
    CHECK(described["rejections"] == known(keys::rejection_keys));
    CHECK(described.size() == 12);
}

TEST_CASE("the published schema of policies is the one of the reader") {
    const std::string published = earmark::test::source_file("docs/formats/policy.schema.json");
    if (published.empty()) {
        MESSAGE("skipped: docs/formats/policy.schema.json is not above the working directory");
        return;
    }
    CHECK(published == earmark::sourcing::policy_schema());
}
