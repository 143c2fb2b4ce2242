// TABLES IN through the Arrow C data interface, from a program that may be mistaken: every count,
// offset and type is looked at before a value is read, and what is wrong is said with the column
// and the row. What cannot be seen from here is how large the other side's buffers are: that they
// hold what the array claims is the interface's contract.
//
// Who may call: one thread at a time. A table keeps what it was given until it is destroyed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "earmark/core/arrow_abi.hpp"
#include "earmark/core/check.hpp"

namespace earmark::connect {

/// A table that cannot be taken: the sentence says what, where (column, row from 1) and what to do.
class bad_table : public misuse {
public:
    using misuse::misuse;
};

/// More rows in one table are refused before anything is allocated for them.
inline constexpr std::int64_t max_table_rows = std::int64_t{1} << 27;

/// What to do with a value that is not there.
enum class on_null : std::uint8_t { refuse, use_default };

/// Columns of a struct array, or one column alone.
///
/// Accepted: int8 to int64, uint8 to uint64, bool and timestamp for integers; these and float32,
/// float64 for reals; utf8, large_utf8, utf8_view and dictionaries of them for texts.
class arrow_table {
public:
    /// Reads the stream to its end and releases it, also where it throws bad_table.
    explicit arrow_table(ArrowArrayStream& stream);
    /// Takes one array with its type; both are taken over and their release is null afterwards.
    arrow_table(ArrowSchema& type, ArrowArray& array);
    ~arrow_table();
    arrow_table(arrow_table&&) noexcept;
    arrow_table& operator=(arrow_table&&) noexcept;

    [[nodiscard]] std::int64_t rows() const noexcept;
    /// Names of the columns; one that is empty where the table is a column alone.
    [[nodiscard]] std::vector<std::string_view> names() const;

    /// Values of the column at a position of names(). `called` names it in sentences. Floats are
    /// refused, not rounded. Timestamps become nanoseconds. O(rows).
    [[nodiscard]] std::vector<std::int64_t> integers(std::size_t column, std::string_view called,
                                                     on_null nulls = on_null::refuse,
                                                     std::int64_t otherwise = 0) const;
    /// NaN stands for a null.
    [[nodiscard]] std::vector<double> reals(std::size_t column, std::string_view called,
                                            on_null nulls = on_null::refuse) const;
    /// Checked to be UTF-8. Views are valid as long as the table is.
    [[nodiscard]] std::vector<std::string_view> texts(std::size_t column, std::string_view called,
                                                      on_null nulls = on_null::refuse) const;

private:
    struct held;
    std::unique_ptr<held> held_;
};

}  // namespace earmark::connect
