// ANSWERS of batch calls as frames: one row per item, in the order of the call.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "earmark/model/floors.hpp"
#include "earmark/model/tables.hpp"
#include "earmark/model/view.hpp"
#include "earmark/report/frame.hpp"

namespace earmark::report {

// The closed lists as vocabularies, made once: a code is the enum's value, or the row of
// error_rows(). Thread-safe.
[[nodiscard]] const vocabulary& outcome_words();
[[nodiscard]] const vocabulary& state_words();
[[nodiscard]] const vocabulary& verb_words();
[[nodiscard]] const vocabulary& type_words();
[[nodiscard]] const vocabulary& error_words();
/// The row of a code in error_rows(), which is its code in error_words().
[[nodiscard]] std::int32_t word_of(error_code code) noexcept;
[[nodiscard]] const vocabulary& kind_words();

/// The columns outcome, error and reason of a frame.
class verdict_columns {
public:
    explicit verdict_columns(frame_builder& of);
    void add(outcome what, error_code why);
    void reserve(std::size_t rows);
    void add(const receipt& r) { add(r.what, r.why.code); }
    /// `rows` calls that did what they were asked.
    void add_done(std::size_t rows);
    void add(const result<receipt>& r) { r ? add(*r) : add(outcome::declined, r.error().code); }

private:
    numbers<std::int32_t>& outcome_;
    numbers<std::int32_t>& error_;
    numbers<std::int32_t>& reason_;
};

/// Frames `placed` and `violations`. A repeat and a taken order have an id, a declined one has
/// none. Sentences are made by the caller, who knows the engine's names.
class placed_rows {
public:
    explicit placed_rows(std::size_t rows);
    void add(const placed& p);
    void add_violation(std::int64_t row, error_code why, std::string_view sentence);
    [[nodiscard]] frame finish() { return std::move(placed_).finish(); }
    [[nodiscard]] frame finish_violations() { return std::move(violations_).finish(); }

private:
    frame_builder placed_{"placed"}, violations_{"violations"};
    numbers<std::int64_t>& order_;
    verdict_columns verdict_;
};

/// Frame `reserved`.
class reserved_rows {
public:
    explicit reserved_rows(std::size_t rows);
    void add(const result<receipt>& r);
    void add(std::span<const result<receipt>> all);
    [[nodiscard]] frame finish() { return std::move(rows_).finish(); }

private:
    frame_builder rows_{"reserved"};
    numbers<std::int64_t>& reservation_;
    verdict_columns verdict_;
};

/// Frame `available_terms`. `node_keys`: the words of nodes.
[[nodiscard]] frame terms_frame(std::span<const available_terms> terms, const vocabulary& node_keys,
                                const std::function<std::string(section_id)>& section_key);

/// Frame `receipts`.
class receipt_rows {
public:
    explicit receipt_rows(std::size_t rows);
    void add(order_id order, const result<receipt>& r);
    [[nodiscard]] frame finish() { return std::move(rows_).finish(); }

private:
    frame_builder rows_{"receipts"};
    numbers<std::int64_t>& order_;
    verdict_columns verdict_;
};

/// Names with ", " between, of strategies that passed an order on.
[[nodiscard]] std::string joined(std::span<const std::string_view> names);
/// The strategies of a ladder that decided about lines of one order.
[[nodiscard]] std::string joined(std::span<const line_group> groups);

/// Frames `decisions` and `parts`. `node_keys`: the words of nodes, known at the end.
class decision_rows {
public:
    explicit decision_rows(std::size_t rows);
    /// `ns` < 0: not measured.
    void add(order_id order, const result<sourced>& r, std::int64_t ns);
    [[nodiscard]] frame finish() { return std::move(decisions_).finish(); }
    [[nodiscard]] frame finish_parts(vocabulary node_keys);

private:
    void add_parts(order_id order, const sourced& s);
    void add_strategies(const sourced& s);

    frame_builder decisions_{"decisions"}, parts_{"parts"};
    numbers<std::int64_t>& order_;
    verdict_columns verdict_;
    numbers<std::int32_t>&parcels_, &unknown_, &late_days_;
    numbers<std::int64_t>&cost_e4_, &metres_, &allocated_, &decision_ns_;
    flags& exact_;
    std::shared_ptr<texts> strategies_ = std::make_shared<texts>();  // those that decided
    numbers<std::int32_t>& strategy_;
    texts& passed_on_;
    numbers<std::int64_t>&part_row_, &part_order_, &part_granules_;
    numbers<std::int32_t>&part_line_, &part_node_, &part_to_;
    numbers<std::int64_t>& part_by_;
    std::int64_t row_ = 0;
};

/// Adds the rejected rows of a table to frame `rejected`.
class rejected_rows {
public:
    void add(std::string_view table, const load_report& report);
    [[nodiscard]] frame finish() &&;

private:
    frame_builder rows_{"rejected"};
    std::shared_ptr<texts> tables_ = std::make_shared<texts>();
};

/// Frame `columns`: the column dictionary as a frame.
[[nodiscard]] frame dictionary_frame();

}  // namespace earmark::report
