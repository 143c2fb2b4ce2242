// ANSWERS: what comes back as JSON. `ok` says whether all that was asked for was done; where it is
// false, `error` is the first thing that was wrong and `violations`, if there are more, are all.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "earmark/engine/engine.hpp"
#include "submit_values.hpp"

namespace earmark::submission {

using answer = nlohmann::ordered_json;

/// One line on its way through the engine: what a verb's function works with.
class call {
public:
    explicit call(const request& r);
    call(const call&) = delete;
    call& operator=(const call&) = delete;

    engine& on;
    problems wrong;
    values line;
    command by;  // key, now; the actor after ready()

    /// True where nothing is wrong so far; then the actor gets its id. Call this last before the
    /// engine is asked to change anything, so that a refused line changes nothing.
    [[nodiscard]] bool ready();

    /// `{"ok":true,"verb":..,"key":..}`, to be filled.
    [[nodiscard]] answer done() const;
    [[nodiscard]] answer done(const receipt& r) const;
    /// The problems that were collected.
    [[nodiscard]] answer refused() const;
    /// The engine's own no. `rows` is the field whose elements the error's row counts.
    [[nodiscard]] answer refused(const error& e, std::string_view rows = "lines") const;

    /// The field `quantity` in the scale of the line's SKU; nothing where it is missing. The line
    /// must exist; a quantity needs its line, and is positive: "all" is said by leaving it out.
    [[nodiscard]] quantity amount_of_line(order_id order, std::uint32_t of_line);

    [[nodiscard]] problem to_problem(const error& e, std::string_view rows = "lines") const;
    /// The line as it came.
    [[nodiscard]] const nlohmann::json& object() const noexcept { return object_; }

private:
    const nlohmann::json& object_;
};

/// `{"ok":false,"verb":..,"key":..,"error":..,"violations":[..]}`
[[nodiscard]] answer refusal(const nlohmann::json& line, const problems& wrong);

/// The key of an order; empty where others change it all the time.
[[nodiscard]] std::string key_of(const engine& on, order_id id);

/// Promises without goods, as uncovered() lists them.
[[nodiscard]] answer promises_of(const engine& on, std::span<const uncovered_promise> list);

/// What a reason's name stands for; correction for any other.
[[nodiscard]] adjust_reason reason_of(std::string_view name) noexcept;

/// The lines of `from_pools` and the ids of `pools`.
[[nodiscard]] std::vector<reserve_line> pool_lines_of(const request& r, call& c);
[[nodiscard]] std::vector<pool_id> pools_of(const request& r, call& c);

/// A reservation's number as text: it may be larger than 2^53.
[[nodiscard]] inline std::string id_text(std::uint64_t id) { return std::to_string(id); }

/// Granules or a quantity of a SKU as text.
[[nodiscard]] std::string units_text(const engine& on, sku_id sku, std::int64_t granules);
[[nodiscard]] std::string quantity_text(const engine& on, sku_id sku, quantity q);

}  // namespace earmark::submission
