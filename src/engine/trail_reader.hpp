// THE TRAIL is read here: records as rows for people, with keys beside ids.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "beside.hpp"
#include "earmark/journal/record.hpp"
#include "earmark/lifecycle/amendment.hpp"
#include "earmark/model/trail.hpp"
#include "workflow_door.hpp"

namespace earmark {

/// Rows of the records that are shown to it, in their order. One thread, under a slot.
class trail_reader final : public journal::deaf_visitor {
public:
    using state = engine_door::state;

    /// `counts`: rows get versions, as if the first record of the order were its birth.
    trail_reader(const state& s, const trail_query& q, bool counts)
        : state_{s}, asked_{q}, counts_{counts} {}

    std::vector<trail_row> rows;
    std::uint32_t touched = 0;  // records about the order that is asked for
    [[nodiscard]] position at() const noexcept { return at_; }  // of the last record

    /// Orders are looked at anew: records that come now may know more of them.
    void refresh() noexcept { has_image_ = has_beside_ = false; }
    /// bad_record, order_busy, unknown_order.
    [[nodiscard]] error read(position at, std::span<const std::byte> record);

    error_code begin(verb by, time_point now, actor_id actor) override;
    error_code move(std::uint32_t order, const bucket_move& m) override;
    error_code cell(const journal::cell_op& c) override;
    error_code reservation(const journal::reservation_op& r) override;
    error_code timer(std::uint32_t reservation, time_point deadline, std::uint32_t holder) override;
    error_code intern(journal::intern_kind kind, const journal::intern_table& t) override;
    error_code intern(const journal::intern_order& o) override;
    error_code intern(const journal::intern_key& k) override;
    error_code note(std::uint32_t order, journal::note_kind kind, std::uint32_t ref,
                    std::span<const std::byte> bytes) override;
    error_code post(std::uint32_t order, const journal::post_op& p) override;
    error_code end() override;

private:
    /// Is it asked for?
    bool concerns(std::uint32_t order) noexcept;
    /// The order as it is now, and what lies beside it.
    error_code look_at(std::uint32_t order);
    error_code look_beside(std::uint32_t order);

    trail_row& add(trail_kind kind);
    trail_row& add(trail_kind kind, std::uint32_t order) {
        trail_row& row = add(kind);
        row.order = order_id{order};
        return row;
    }
    void set_sku(trail_row& row, sku_id sku) const;
    void set_node(trail_row& row, node_id node) const;
    /// The same of numbers that a table row has, where they are of something.
    void set_known_sku(trail_row& row, std::int64_t n) const;
    void set_known_node(trail_row& row, std::int64_t n) const;
    void set_hold_type(trail_row& row, hold_type_id type) const;
    /// Requires that the order was looked at and has the line.
    void set_line(trail_row& row, std::uint32_t line, std::int64_t n) const;
    void set_cell(trail_row& row, cell_id c, std::int64_t n) const;
    [[nodiscard]] bool has_line(std::uint32_t line) const noexcept {
        return line < image_.lines.size();
    }
    [[nodiscard]] std::string node_text(node_id n) const;
    /// Valid until the next call; its number where it cannot be read.
    const std::string& key_of(order_id order);

    error_code facts_note(std::uint32_t order, std::span<const std::byte> bytes);
    error_code decision_note(std::uint32_t order, std::uint32_t version,
                             std::span<const std::byte> bytes);
    error_code asked_note(std::uint32_t order, std::span<const std::byte> bytes);
    error_code rejection_note(std::uint32_t order, std::uint32_t node,
                              std::span<const std::byte> bytes);
    error_code hold_note(std::uint32_t order, journal::note_kind kind, std::uint32_t number,
                         std::span<const std::byte> bytes);
    error_code amended_note(std::uint32_t order, std::span<const std::byte> bytes);
    error_code timed_note(std::uint32_t order, std::span<const std::byte> bytes);
    error_code migrated_note(std::uint32_t order, std::uint32_t version,
                             std::span<const std::byte> bytes);
    /// What the order that was looked at went by when the record was made.
    const lifecycle::workflow& rules_then();
    error_code link_note(std::uint32_t order, std::uint32_t other,
                         std::span<const std::byte> bytes);
    error_code count_note(std::uint32_t cell, std::span<const std::byte> bytes);
    error_code denied_note(std::uint32_t may, std::span<const std::byte> bytes);
    void change(std::uint32_t order, change_kind what, std::string after, std::string* before);
    void sends(std::uint32_t order, const lifecycle::amendment::sending& s);
    void changes(std::uint32_t order, const lifecycle::amendment& a);
    error_code order_terms(const journal::intern_table& t);
    error_code firm_nodes(const journal::intern_table& t);
    error_code own_terms(const journal::intern_table& t);
    error_code sets(const journal::intern_table& t);
    void say_of_line(std::size_t line, const std::string& more);
    void rule_row(trail_row& row, journal::intern_kind kind, const journal::intern_table& t) const;
    void fact_row(trail_row& row, const journal::intern_table& t) const;
    void table_row(journal::intern_kind kind, const journal::intern_table& t);

    const state& state_;
    const trail_query asked_;
    const bool counts_;
    position at_{};
    verb by_ = verb::none;
    time_point now_;
    actor_id actor_{};
    bool skips_ = false, touches_ = false;
    std::size_t first_ = 0;  // row of the record
    order_id born_ = none<order_id>;
    std::string command_;
    policy_id decided_by_{};
    error why_;
    order_id named_ = none<order_id>;
    std::string name_;  // the key of that one

    bool has_image_ = false, has_beside_ = false;
    std::uint32_t migrated_ = UINT32_MAX;  // the order whose migration was read last, when, and
    time_point migrated_at_;               // how often at that instant
    std::size_t migrated_times_ = 0;
    std::uint32_t order_ = 0;
    lifecycle::image image_;
    beside beside_;

    /// What the order that is asked for said last, where its birth was shown.
    struct said {
        bool is_known = false;
        std::string ship_to, method, deliver_by, priority;
        std::vector<std::string> firm;  // by line
        std::vector<line_terms> own;    // the same
    };
    said said_;
};

/// A table's name and the key that a row of it gave, for people.
[[nodiscard]] std::string_view table_name(journal::intern_kind kind) noexcept;

}  // namespace earmark
