// CAPTURING: canonical orders, one after the other, each judged by itself, into a report.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "earmark/core/digest.hpp"
#include "earmark/engine/capture.hpp"
#include "revising.hpp"
#include "submit_order_text.hpp"
#include "waiting_verbs.hpp"

namespace earmark {

class capturing {
public:
    capturing(engine& on, const capture_options& how) : on_{on}, how_{how} {
        report_.dry_run = how.dry_run;
    }

    /// An order's text, which may be anything. False where the report is full.
    bool add(std::uint32_t line, std::string_view text);
    /// The same of what is JSON already, and may be anything but too much of it.
    bool add(std::uint32_t line, const nlohmann::json& value);
    /// What could not be read as an order at all.
    bool add_unread(std::uint32_t line, std::string key, submission::problem p);
    /// Tries an order in quarantine again.
    void retry(const std::string& key, const intake::waiting_order& o);
    /// Says that there is none.
    void miss(std::string_view key);

    [[nodiscard]] capture_report take() { return std::move(report_); }

private:
    struct attempt;  // an order of the right shape on its way
    captured& begin(std::uint32_t line, std::string key);
    bool end(captured& row, capture_state s);
    static void tell(captured& row, const submission::problem& p, bool of_shape = false);
    static void tell_first(captured& row, const submission::problem& p);
    capture_state judged(captured& row, const nlohmann::json& value,
                         const intake::waiting_order* retried);
    capture_state judge(captured& row, const nlohmann::json& value,
                        const intake::waiting_order* retried);
    void set_instant(attempt& a);
    placed place(attempt& a);
    placed place_formed(attempt& a);
    placed look(attempt& a);
    error seen_before(attempt& a);
    capture_state keep(captured& row, attempt& a, const submission::problems& why);
    capture_state settle(captured& row, attempt& a, const placed& p);
    static capture_state refuse(captured& row, const submission::problems& why);
    [[nodiscard]] result<std::optional<revising::standing>> standing(const attempt& a) const;
    capture_state place_or_revise(captured& row, attempt& a);
    capture_state come_again(captured& row, attempt& a, const revising::standing& was);
    capture_state revise(captured& row, attempt& a, const revising::standing& was);

    engine& on_;
    const capture_options& how_;
    capture_report report_;
    struct seen_order {
        digest128 content;  // of the order; of one that would wait, of its text
        bool waits = false;
        std::uint64_t revision = 0;
        digest128 bare{};  // of the order but for its revision
    };
    std::map<std::string, seen_order, std::less<>> seen_;  // what a dry run has let through
};

}  // namespace earmark
