// WORKFLOWS of an engine: versions that were activated, and what may be done with an order's units.
// An order keeps the version that was active for its type when it was placed.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/ids.hpp"
#include "earmark/core/quantity.hpp"
#include "earmark/core/result.hpp"
#include "earmark/core/time.hpp"
#include "earmark/lifecycle/workflow.hpp"
#include "earmark/model/command.hpp"
#include "earmark/model/receipt.hpp"

namespace earmark {

namespace lifecycle {
class loaded_workflow;
}
class engine;
class fact_table;

/// Versions, from 1; part of the catalog. Written only while the engine is taken, and by the fold.
class workflow_table {
public:
    using shared = std::shared_ptr<const lifecycle::loaded_workflow>;
    static constexpr std::uint16_t most = 0xFFFF;

    [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
    /// The version that orders of a type get; 0: the standard one.
    [[nodiscard]] std::uint16_t active(order_type t) const noexcept {
        return active_[static_cast<std::size_t>(t)];
    }
    /// Null for 0 and for what there is not.
    [[nodiscard]] const lifecycle::loaded_workflow* find(std::uint16_t version) const noexcept;
    /// The same, as what an image goes by.
    [[nodiscard]] const lifecycle::workflow* rules(std::uint16_t version) const noexcept;
    /// Is it a version for orders of the type? 0 is one for all.
    [[nodiscard]] bool is_of(std::uint16_t version, order_type t) const noexcept;
    /// The attributes behind a version's own facts. Requires that there is such a version.
    [[nodiscard]] const std::vector<attribute_id>& facts(std::uint16_t version) const noexcept {
        return all_[version - 1u].facts;
    }
    /// The first of its own facts that is no declared flag of orders; empty: all are.
    [[nodiscard]] static std::string_view missing(const lifecycle::loaded_workflow& of,
                                                  const fact_table& known);
    /// The active one of its type from now on. Requires that nothing is missing. May throw
    /// std::bad_alloc, then unchanged.
    void add(shared of, const fact_table& known);
    /// Takes the last one away again.
    void pop() noexcept;
    /// Of all versions; 0 where there are none.
    [[nodiscard]] std::uint64_t digest() const noexcept;

private:
    struct entry {
        shared of;
        std::vector<attribute_id> facts;
        std::uint16_t before = 0;  // the active one of its type before it
    };
    std::vector<entry> all_;
    std::array<std::uint16_t, order_types> active_{};
};

/// Makes a workflow the active one for orders of its type that are placed from now on; answers its
/// version. bad_workflow (ref: findings), input_too_large, out_of_range where there are as many
/// versions as there may be; `findings` gets a sentence each.
[[nodiscard]] result<std::uint16_t> activate_workflow(engine& of, const command& c,
                                                      std::string_view text,
                                                      std::vector<std::string>* findings = nullptr);

/// Units that stand in a state of the version that an order goes by are in another one afterwards.
struct state_mapping {
    std::string_view from{}, to{};
};
struct migrate_request {
    order_id order{};
    std::uint16_t workflow = 0;  // the version that it is to go by; 0: its type's standard
    std::span<const state_mapping> states{};  // others keep their names
};
/// An order that stands goes by another version from now on, wholly or not at all. Labels change,
/// bases never do. How long its units have stood counts on where the name of their state stays, or
/// is mapped. unknown_order, unknown_workflow, other_type, bad_mapping (refs: the mapping, from 1),
/// state_missing (refs: line, version), not_authorised. Unchanged where it goes by it already.
[[nodiscard]] result<receipt> migrate(engine& of, const command& c, const migrate_request& r);

/// A version's canonical text, or unknown_workflow.
[[nodiscard]] result<std::string> workflow_text(const engine& of, std::uint16_t version);

/// What may be done with units of a line that stand in one state, or why not. Texts live as long as
/// the engine.
struct allowed_view {
    std::uint32_t line = 0;  // 1, 2, ...
    std::string_view state{};
    quantity amount{};
    std::string_view event{};
    std::string_view command{};  // the verb; of `record` the fact, `record(pick)`; empty: it comes
                                 // with another order
    bool possible = false;       // by a verb; what the verb decides, `source` say, is its own
    std::string_view because{};  // of the step, where there is one
    time_point acts_at = never;  // when the first of the units take it by themselves
    bool told = false;           // some stayed where they should have: something was in the way
    std::string why_not{};       // the state, a hold, facts missing or in the way, or why no verb
};

/// For each line, each state that its units stand in, and each event of its workflow.
/// unknown_order, order_busy.
[[nodiscard]] result<std::vector<allowed_view>> allowed(const engine& of, order_id id);

}  // namespace earmark
