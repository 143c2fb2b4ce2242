// THE GATE: may this actor give this command? Verbs ask it first of all, before the command's key
// is claimed. Where no privilege has rows it costs a look at one word.
#pragma once

#include "earmark/model/authority.hpp"
#include "earmark/model/holds.hpp"
#include "state_calls.hpp"

namespace earmark {

class engine::state::gate {
public:
    explicit gate(state& s) noexcept : s_{s} {}

    /// What a command is about, as far as that is known.
    struct subject {
        order_id order = none<order_id>;
        hold_type_id type = none<hold_type_id>;
        sku_id sku = none<sku_id>;
        node_id node = none<node_id>;
    };

    /// ok; not_authorised, and the attempt is recorded; what keeps it from being recorded:
    /// stock_moving, journal_full, out_of_memory, sink_failed.
    [[nodiscard]] error pass(const visit& v, const command& c, verb by, const subject& of) const {
        return s_.names.authority.is_empty() ? error{} : ask(v, c, by, privilege_of(by), of);
    }
    [[nodiscard]] error pass(const visit& v, const command& c, verb by) const {
        return pass(v, c, by, subject{});
    }
    /// The same of a hold that is to end: by resolve_hold, or by an amendment.
    [[nodiscard]] error pass_answer(const visit& v, const command& c, verb by, order_id order,
                                    std::uint32_t hold) const;
    /// Records what was denied, by the table or by a hold's own type. `why` is that answer.
    [[nodiscard]] error deny(const visit& v, const command& c, verb by, order_id order,
                             const error& why) const;

private:
    [[nodiscard]] error ask(const visit& v, const command& c, verb by, std::optional<privilege> may,
                            const subject& of) const;
    [[nodiscard]] error record(const visit& v, const command& c, verb by, privilege may,
                               const subject& of) const;
    [[nodiscard]] error_code write(const visit& v, const command& c, verb by,
                                   denial_memory::pair& of, const denied_attempt& a) const;

    state& s_;
};

}  // namespace earmark
