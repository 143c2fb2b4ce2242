// SIDE BY SIDE: plays steps into the real engine and into the naive one, and compares the outcomes
// and then everything that can be asked: free units of every cell, the balance, reservations,
// orders, the real engine's own invariants, and the fold of its journal. A stream may also lose its
// engine now and then and go on with one that is recovered from the journal.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "earmark/engine/engine.hpp"
#include "earmark/model/capture.hpp"
#include "earmark/model/trail.hpp"
#include "naive_engine.hpp"
#include "step.hpp"

namespace earmark::streams {

struct settings {
    naive::flaw planted = naive::flaw::none;
    std::uint32_t look_at_all_every = 64;  // orders and reservations that the step did not touch
    std::uint32_t fold_every = 64;         // the journal into another engine; 0: never
    std::uint32_t restart_every = 0;       // `play_stream` puts restarts between the steps
    std::uint32_t worn_by = 0;  // baskets made and given back before: numbers come round again
};

class side_by_side {
public:
    side_by_side(const world& w, settings s);
    ~side_by_side();

    /// What the two do or show differently after this step; empty when they agree.
    std::string play(const step& s);

    /// The entries of the last step that made an order or a reservation.
    [[nodiscard]] const std::vector<serial>& granted() const { return granted_; }
    /// A node that waits to answer about the order that a step released or took back.
    [[nodiscard]] std::optional<std::pair<serial, node_id>> asked(const step& s);
    /// How often each outcome was seen, for instance "cancel: too_few_units".
    [[nodiscard]] const std::map<std::string, std::uint32_t>& tally() const { return tally_; }
    [[nodiscard]] engine& real() { return *real_; }

private:
    struct pair_of_ids {
        std::uint64_t real = 0;
        std::uint64_t naive = 0;
    };
    enum class about : std::uint8_t { none, order, reservation };

    void play_one(const command& c, const stock_step& s, const step& whole);
    void play_one(const command& c, const floor_step& s, const step& whole);
    void play_one(const command& c, const advance_step& s, const step& whole);
    void play_one(const command& c, const adjust_request& r, const step& whole);
    void play_one(const command& c, const reserve_step& s, const step& whole);
    void play_one(const command& c, const change_step& s, const step& whole);
    void play_one(const command& c, const move_step& s, const step& whole);
    void play_one(const command& c, const unreserve_step& s, const step& whole);
    void play_one(const command& c, const place_step& s, const step& whole);
    void play_one(const command& c, const cancel_step& s, const step& whole);
    void play_one(const command& c, const amend_step& s, const step& whole);
    void migrate(const command& c, const fact_step& s);
    void play_one(const command& c, const source_step& s, const step& whole);
    void play_one(const command& c, const release_step& s, const step& whole);
    void play_one(const command& c, const fact_step& s, const step& whole);
    void play_one(const command& c, const feed_step& s, const step& whole);
    void play_one(const command& c, const count_request& r, const step& whole);
    void play_one(const command& c, const held_step& s, const step& whole);
    void play_one(const command& c, const answer_step& s, const step& whole);
    void play_one(const command& c, const text_step& s, const step& whole);
    void play_one(const command& c, const restart_step& s, const step& whole);
    void compare_text(const captured& real, const naive::text_answer& naive, serial own);
    void compare_waiting();
    void compare_feed(const feed_report& real, const naive::feed_answer& naive, verb by);
    void compare_uncovered(const std::vector<uncovered_promise>& real);
    [[nodiscard]] std::int64_t held_by(const uncovered_promise& p) const;

    void wear_in(const world& w);
    /// What is due goes before: a load leaves it to the next verb.
    void pass_time(const command& c) {
        (void)real_->advance({{}, c.actor, c.now});
        (void)naive_.advance({{}, c.actor, c.now});
    }
    void load_privileges(const step& s);
    void load_countries(const world& w);
    void load_restrictions(const step& s);
    void renumber(std::uint64_t real, std::uint64_t naive);
    void differ(const std::string& what);
    template <class T>
    void same(const char* what, const T& real, const T& naive);
    void compare(verb by, const result<receipt>& real, const naive::answer& naive, about subject,
                 serial own);
    void compare_subject(const receipt& real, const naive::answer& naive, about subject,
                         serial own);
    void compare_placed(const placed& real, const naive::answer& naive, std::string_view key,
                        serial own);
    void forget_what_is_kept_anew();
    void compare_report(const load_report& real, const naive::refused_rows& naive);
    void compare_stock();
    void compare_sections();
    void compare_terms();
    void load_thresholds();
    void load_sections(const world& w);
    void compare_crossings();
    void compare_balance(const balance& real);
    void compare_order(std::uint64_t id);
    void compare_reservation(pair_of_ids id);
    void compare_fold();
    void compare_stories(bool all);
    void compare_story(std::uint64_t id);
    void compare_denied(const told_story& told);
    void compare_trail();

    pair_of_ids order_of(serial s);
    pair_of_ids reservation_of(serial s);

    settings settings_;
    config config_;
    std::shared_ptr<journal::memory_sink> journal_;
    std::unique_ptr<engine> real_;
    naive::engine naive_;
    std::map<serial, pair_of_ids> orders_;
    std::map<serial, pair_of_ids> reservations_;
    std::map<std::uint64_t, std::uint64_t> reservation_ids_;  // real to naive
    std::map<std::uint32_t, std::uint64_t> holders_;          // number to its newest naive id
    std::vector<pair_of_ids> touched_orders_;
    std::vector<pair_of_ids> touched_reservations_;
    std::vector<serial> granted_;
    std::map<std::string, std::uint32_t> tally_;
    std::uint32_t played_ = 0;
    bool has_sections_ = false;
    position heard_{};                                         // of the real engine's crossings
    std::size_t heard_naive_ = 0;                              // of the naive one's
    std::vector<std::pair<position, std::uint64_t>> moments_;  // after each step
    std::string difference_;
};

/// A stream that ended in a difference, ready to be read and replayed.
struct failure {
    std::uint64_t seed = 0;
    std::vector<step> steps;  // the last one is where the two differ
    std::string difference;
};

/// Plays `steps` steps of the stream of `seed`. No difference: an empty one. Adds to `tally`.
[[nodiscard]] failure play_stream(std::uint64_t seed, std::uint32_t steps, settings s,
                                  std::map<std::string, std::uint32_t>* tally = nullptr);

/// The first difference in a list of steps over the world of `seed`, or nothing.
[[nodiscard]] std::string replay(std::uint64_t seed, const std::vector<step>& steps, settings s);

/// Drops steps while the rest still ends in a difference: halves first, then one by one.
[[nodiscard]] failure shrink(failure f, settings s);

/// Seed, difference and every step, one a line.
[[nodiscard]] std::string to_string(const failure& f);

}  // namespace earmark::streams
