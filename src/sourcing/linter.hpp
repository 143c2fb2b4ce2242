// THE LINTER's parts: what they share, and where a policy's keys stand in its text.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cases.hpp"
#include "earmark/sourcing/lint.hpp"
#include "policy_text.hpp"

namespace earmark::sourcing::detail {

/// Where the tables and keys of a good policy stand, and what it says there.
class policy_places {
public:
    /// Of strategies that are tried in another order than they are written: where each stands.
    explicit policy_places(std::string_view text, std::vector<std::size_t> written = {});
    ~policy_places();
    policy_places(const policy_places&) = delete;
    policy_places& operator=(const policy_places&) = delete;

    static constexpr std::size_t root = SIZE_MAX;
    /// A strategy's table; the key's value where it has it, or nested.key. `root` is the policy.
    [[nodiscard]] text_place at(std::size_t strategy, std::string_view key = {}) const;
    /// An entry of the list under a key, and its text.
    [[nodiscard]] text_place at(std::size_t strategy, std::string_view key, std::size_t i) const;
    [[nodiscard]] std::string_view text(std::size_t strategy, std::string_view key,
                                        std::size_t i) const;
    [[nodiscard]] std::string_view text(std::size_t strategy, std::string_view key) const;
    [[nodiscard]] bool has(std::size_t strategy, std::string_view key) const;

private:
    struct tables;
    std::unique_ptr<tables> tables_;
};

class linter {
public:
    linter(const policy& p, std::string_view text, const lint_options& options)
        : policy_{p},
          all_{p.strategies()},
          options_{options},
          places_{text, written(p)},
          asked_{asked_by(p)},
          maker_{asked_, p.currency().text()} {}

    [[nodiscard]] std::vector<lint_finding> run();
    /// By hand, one of what run() asks; take() has what it found.
    void look_for_unknown();
    [[nodiscard]] std::vector<lint_finding> take();

private:
    using list = std::optional<cases>;

    void add_at(std::string_view code, std::size_t strategy, text_place at, std::string sentence,
                std::string hint);
    void add(std::string_view code, std::size_t strategy, std::string_view key,
             std::string sentence, std::string hint) {
        add_at(code, strategy, places_.at(strategy, key), std::move(sentence), std::move(hint));
    }
    [[nodiscard]] std::string name(std::size_t strategy) const;

    // lint_conditions.cpp
    [[nodiscard]] static std::vector<std::size_t> written(const policy& p);
    [[nodiscard]] static std::vector<attribute> asked_by(const policy& p);
    [[nodiscard]] bool is_ladder() const noexcept { return !policy_.ladder().empty(); }
    [[nodiscard]] std::vector<std::optional<condition>> conditions() const;
    void look_at_conditions();
    void look_at_filters();
    void look_at_order();
    void look_at_reach(std::size_t i);
    [[nodiscard]] bool blocks(std::size_t earlier, std::size_t i) const;
    void look_at_next(std::size_t i);
    void look_at_windows(std::size_t i);
    void look_for_gaps();
    [[nodiscard]] bool is_disjoint(std::size_t a, std::size_t b);

    // lint_terms.cpp
    void look_at_root();
    void look_at_terms(std::size_t i);
    void look_at_kept(std::size_t i);
    void look_at_selectors(std::size_t i);
    void look_at_rates(std::size_t i);
    void look_for_equals(std::size_t i);

    // lint_nodes.cpp
    void look_at_nodes();
    void look_for_ties(std::size_t i);
    void look_at_places();
    void look_for_unused();
    void look_at_positions(std::size_t i);
    /// The active and priced nodes that a strategy may use for a place.
    [[nodiscard]] std::vector<std::size_t> selected(std::size_t i, std::size_t place) const;
    [[nodiscard]] std::span<const std::uint32_t> metres_to(std::size_t place) const;
    [[nodiscard]] std::size_t places_to_look_at();
    [[nodiscard]] std::string node_name(std::size_t k) const;
    [[nodiscard]] const policy& terms_of(std::size_t i) const {
        return all_.empty() ? policy_ : all_[i].by;
    }

    const policy& policy_;
    std::span<const strategy> all_;
    const lint_options& options_;
    policy_places places_;
    std::vector<attribute> asked_;  // what strategies ask; a ladder asks it of each line
    case_maker maker_;
    std::vector<std::optional<condition>> when_;  // by strategy; what was found points into them
    bool gave_up_ = false;
    std::vector<list> holds_, fails_;  // by strategy: when it is for an order, and when not
    std::vector<lint_finding> found_;
};

}  // namespace earmark::sourcing::detail
