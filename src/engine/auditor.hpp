// THE AUDITOR at work, for the length of one slice. What it compares is in audit_cells.cpp,
// audit_subjects.cpp and audit_tables.cpp; the order of its looks, and why two of them suffice, in
// audit.cpp.
#pragma once

#include <string>

#include "audit_memory.hpp"
#include "state_calls.hpp"

namespace earmark {

class engine::state::auditor {
public:
    auditor(state& s, audit_memory& m, std::uint32_t self, std::size_t looks)
        : s_{s}, m_{m}, self_{self}, looks_{looks} {}

    /// Until the audit is complete or the looks are used up.
    void go_on();

private:
    /// Where the units and numbers of a finding are.
    struct place {
        sku_id sku = none<sku_id>;
        node_id node = none<node_id>;
        order_id order = none<order_id>;
        reservation_id reservation = none<reservation_id>;
        pool_id pool = none<pool_id>;
        section_id section = none<section_id>;
    };
    struct numbers {
        std::int64_t stored = 0;
        std::int64_t recomputed = 0;
    };

    // ---- the order of looks: audit.cpp ---------------------------------------------------------
    void begin();
    void step();
    void step_again();
    void enter(audit_stage next);
    /// f(index) for the stage's indexes below `end`, as far as looks go; then the next stage.
    template <class F>
    void walk(std::uint32_t end, audit_stage next, F&& f);
    void settle(audit_stage next);
    void give_up();
    void finish_round();
    void tell_who_stays();

    // ---- findings: audit_text.cpp --------------------------------------------------------------
    [[nodiscard]] place place_of(cell_id c) const;
    [[nodiscard]] place place_of(subject_kind kind, std::uint32_t index, std::uint32_t birth) const;
    [[nodiscard]] std::string words_of(const place& at) const;
    void add(std::vector<finding>& to, audit_check c, const place& at, numbers n,
             const std::string& what);
    void wrong(audit_check c, const place& at, numbers n, const std::string& what) {
        add(m_.report.wrong, c, at, n, what);
    }
    void leak(audit_check c, const place& at, numbers n, const std::string& what) {
        add(m_.report.leaks, c, at, n, what);
    }
    void moving(audit_check c, const place& at, numbers n, const std::string& what) {
        add(m_.report.moving, c, at, n, what);
    }

    // ---- cells: audit_cells.cpp ----------------------------------------------------------------
    [[nodiscard]] std::uint64_t stamp(cell_id c) const;
    [[nodiscard]] cell_evidence look(cell_id c) const;
    void look_at_cell(std::uint32_t i);
    void compare_sums(std::uint32_t i);
    void compare_sums_again(std::uint32_t i);
    void look_at_memories();
    void with_sums(std::uint32_t end, void (auditor::*f)(std::uint32_t));
    void judge_cells(bool last);
    bool judge(suspect_cell& c, bool last);
    void tell_balance(const suspect_cell& c, std::vector<finding>& to);
    void tell_flow(const suspect_cell& c, std::vector<finding>& to);
    void look_at_leases();
    void look_at_group(std::uint32_t group);

    // ---- orders and reservations: audit_subjects.cpp -------------------------------------------
    bool read(subject_kind kind, std::uint32_t index, std::vector<unread>& busy);
    void look_at_subject(subject_kind kind, std::uint32_t index);
    void look_at_order(std::uint32_t index);
    void look_at_reservation(std::uint32_t index);
    void look_again(subject_kind kind, std::uint32_t index);
    [[nodiscard]] const char* unsound_places(subject_kind kind) const;
    [[nodiscard]] const char* what_is_wrong_with_decision() const;
    [[nodiscard]] const char* what_is_wrong_with_facts() const;
    [[nodiscard]] const char* what_is_wrong_beside() const;
    [[nodiscard]] bool leads_back(std::uint32_t order) const;
    template <class F>
    void each_promised(subject_kind kind, std::uint32_t index, F&& f) const;
    void look_at_timers();
    void judge_subjects(bool last);
    void judge_busy(bool last);
    [[nodiscard]] bool somebody_owns() const noexcept;
    [[nodiscard]] bool still(subject_kind kind, const awaited& a);

    // ---- tables and memory: audit_tables.cpp ---------------------------------------------------
    void look_at_key(std::uint32_t entry);
    void judge_pending(bool last);
    void look_at_tables();
    void look_at_waiting();
    void look_at_authority();
    void look_at_repeats();
    void look_at_names(const key_table& names, std::size_t rows, const char* what);
    void look_at_row(std::uint32_t sku);
    void look_at_memory();
    void look_at_numbers(subject_kind kind);

    state& s_;
    audit_memory& m_;
    std::uint32_t self_;
    std::size_t looks_;
    lifecycle::image of_;
};

template <class F>
void engine::state::auditor::walk(std::uint32_t end, audit_stage next, F&& f) {
    for (; looks_ > 0 && m_.next < end; --looks_) f(m_.next++);
    if (m_.next >= end) enter(next);
}

}  // namespace earmark
