// Callers of the idempotency map that come with the same keys.
#pragma once

#include "earmark/intake/dedupe.hpp"
#include "support/explore/explore.hpp"

namespace earmark::explore {

using intake::claim_state;
using intake::key_space;

struct map_world {
    lifecycle::slab<env> chunks{1 << 16, 3, 4};
    intake::key_map<env> keys{chunks, 4};
    claim_state answer[2] = {claim_state::full, claim_state::full};
    std::uint64_t heard[2] = {0, 0};
    int finished[2] = {0, 0};

    /// Does the command of `me` under a key, and answers as an engine would.
    void call(unsigned me, std::string_view key, std::uint64_t content, bool succeed = true) {
        const auto c = keys.begin(me, key_space::order, key, {0, content});
        answer[me] = c.state;
        if (c.state == claim_state::repeat) heard[me] = c.first.subject;
        if (c.state != claim_state::fresh) return;
        receipt mine;
        mine.subject = 100 + me;
        heard[me] = mine.subject;
        finished[me] += succeed ? 1 : 0;
        if (succeed)
            keys.finish(c, mine);
        else
            keys.forget(c);
    }
    /// Whoever finds a key finds the whole receipt.
    void look(std::string_view key) {
        receipt r;
        if (keys.find(key_space::order, key, r))
            expect(r.subject == 100 || r.subject == 101, "a receipt that is found is whole");
    }
    /// What is true of every race of two callers.
    void is_sound() {
        for (unsigned me = 0; me < 2; ++me)
            if (answer[me] == claim_state::repeat)
                expect(heard[me] == 100 + (1 - me), "a repetition hears the first receipt");
        receipt a, b;
        const bool knows_a = keys.find(key_space::order, "A", a);
        const bool knows_b = keys.find(key_space::order, "B", b);
        expect(!knows_a || a.subject == 100 || a.subject == 101, "the receipt is whole");
        expect(!knows_b || b.subject == 101, "each is under its own key");
        expect(keys.size() == 1U + (knows_b ? 1U : 0U), "one key is one entry");
        expect(knows_b || finished[0] + finished[1] <= 1, "a command happens once");
    }
    [[nodiscard]] int fresh() const {
        return (answer[0] == claim_state::fresh) + (answer[1] == claim_state::fresh);
    }
};

}  // namespace earmark::explore
