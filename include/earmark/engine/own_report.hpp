// THE REPORT OF A LIVE ENGINE: its journal folded into facts, figures and ages, and kept up to
// date. The host adds what the engine does not know (promises, carriers, returns, ...) by
// figures().add().
//
// Who may call: one thread at a time; the engine may work meanwhile. The engine must outlive it.
#pragma once

#include <span>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "earmark/report/ageing.hpp"
#include "earmark/report/fact_maker.hpp"
#include "earmark/report/kpi.hpp"

namespace earmark {

class own_report {
public:
    /// Units in 10^-decimals; -1: as fine as the finest SKU that is loaded now.
    explicit own_report(const engine& of, int decimals = -1,
                        std::span<const report::cancel_meaning> reasons = {});
    own_report(const own_report&) = delete;
    own_report& operator=(const own_report&) = delete;

    /// Reads what the journal has gained, of a recovered engine from the first record on. Errors:
    /// cursor_too_old where the engine has no sink and does not keep its whole journal in memory
    /// any more (config::retained_bytes), too_many_decimals where a SKU came that is finer than
    /// `decimals`; then the report is of the journal up to some record, and of no use.
    [[nodiscard]] error update();

    [[nodiscard]] report::kpis& figures() noexcept { return figures_; }
    [[nodiscard]] const report::kpis& figures() const noexcept { return figures_; }
    [[nodiscard]] const report::ageing& ages() const noexcept { return ages_; }
    [[nodiscard]] int decimals() const noexcept { return decimals_; }

private:
    const engine& of_;
    int decimals_;
    report::kpis figures_;
    report::fact_maker maker_;
    report::ageing ages_;
    position moved_{}, decided_{}, counted_{};
};

}  // namespace earmark
