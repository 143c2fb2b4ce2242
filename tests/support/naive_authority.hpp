// Who may do what, by a map that is walked; and who was denied.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "earmark/model/authority.hpp"

namespace earmark::naive {

struct denied_note {
    actor_id actor{};
    privilege may{};
    std::uint64_t times = 0;
    std::uint64_t order = 0;
};

class rights {
public:
    void set(actor_id who, privilege p, hold_type_id type, grant does);
    /// Has it any row, of whatever type?
    [[nodiscard]] bool guards(privilege p) const;
    [[nodiscard]] bool allows(actor_id who, privilege p, hold_type_id type) const;
    /// Counts; the 1st, 2nd, 4th, 8th ... time is noted.
    void deny(actor_id who, privilege p, std::uint64_t order);
    /// A recovery knows of what was noted.
    void recover();
    [[nodiscard]] const std::vector<denied_note>& noted() const { return noted_; }

private:
    std::map<std::tuple<privilege, hold_type_id, actor_id>, bool> rows_;
    std::map<std::pair<actor_id, privilege>, std::uint64_t> times_;
    std::vector<denied_note> noted_;
};

}  // namespace earmark::naive
