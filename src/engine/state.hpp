// What stands behind the door: the books, the names, the journal, and one scratch per caller slot,
// so that a verb allocates nothing once it is warm. The verbs are in *_verbs.cpp, by room.
#pragma once

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crossing_memory.hpp"
#include "desk.hpp"
#include "earmark/core/check.hpp"
#include "earmark/engine/catalog.hpp"
#include "earmark/engine/commit.hpp"
#include "earmark/engine/engine.hpp"
#include "earmark/intake/dedupe.hpp"
#include "earmark/journal/log.hpp"
#include "earmark/journal/record.hpp"
#include "earmark/sourcing/decision.hpp"
#include "earmark/sourcing/policy.hpp"
#include "earmark/sourcing/solve.hpp"
#include "feed_memory.hpp"
#include "taking.hpp"

namespace earmark {

struct engine::state {
    explicit state(config settings);

    config settings;
    earmark::books<> books;
    earmark::catalog names;
    intake::key_map<> keys;
    feed_memory feeds;
    crossing_memory levels;  // under the lock of `feeds`
    std::unique_ptr<journal::log> log;
    std::unique_ptr<committer<>> commits;
    std::deque<sourcing::policy> policies;  // never moved: decisions point to them by version
    /// By version: which attribute each of those is that a policy declares, of orders and of nodes.
    struct binding {
        std::vector<attribute_id> of_orders, of_nodes;
        bool numbers = false;      // it ranks by some (sourcing/numbers.hpp)
        bool weighs = false;       // parcels by grams
        bool keeps_whole = false;  // lines that must not be divided
        std::vector<std::optional<attribute_id>> classes{};  // of the policy's; none: line.sku
    };
    std::deque<binding> bindings;
    std::atomic<std::uint32_t> active_policy{0};
    std::atomic<std::int64_t> time{std::numeric_limits<std::int64_t>::min()};
    std::atomic<taking> taken{taking::nothing};  // somebody has it to himself
    std::atomic<bool> halting{false};
    std::atomic<bool> is_halted{false};
    std::string halt_sentence;  // written before is_halted is set, never after
    std::vector<std::unique_ptr<desk>> desks;
    std::vector<counters> counts = std::vector<counters>(stock::max_slots);

    [[nodiscard]] std::uint64_t total(std::atomic<std::uint64_t> counters::*of) const noexcept {
        std::uint64_t sum = 0;
        for (const counters& c : counts) sum += (c.*of).load(std::memory_order_relaxed);
        return sum;
    }

    void recover();
    void halt(const char* sentence) noexcept;

    // ---- a caller's stay -----------------------------------------------------------------------

    /// Runs f(visit) with a slot. Every way out is an error, none an exception but misuse.
    struct visit {
        std::uint32_t slot;
        earmark::desk& desk;
        time_point now;  // engine time: the maximum seen
    };
    template <class R, class F>
    R stay(const command& c, F&& f);
    /// A question: time does not move. Also beside who has the waiting room to himself.
    template <class R, class F>
    R ask(F&& f, taking but = taking::tables) const;
    /// All others out: of the engine, or of the waiting room and of what changes anything.
    template <class R, class F>
    R alone(const command& c, F&& f, taking what = taking::tables);

    /// f(slot) with the engine alone, for who changes nothing that is recorded; also in one that
    /// has halted.
    template <class F>
    error alone_to_look(F&& f);
    class sole_stay;

    desk& desk_of(std::uint32_t slot);
    time_point move_time(time_point now) noexcept;

    // ---- time ----------------------------------------------------------------------------------

    /// When a reservation is due, into the desk's image; never: not any more. `now` where another
    /// caller has it in hand.
    time_point due_at(std::uint32_t slot, time_point now, std::uint64_t id);
    /// Expires what is due, by deadline and then by id. Answers how many did.
    std::uint32_t sweep(std::uint32_t slot, time_point now);
    /// Whether what was free when `calm` was true is all there was: else something due has turned
    /// up since, and the desk's lists are empty.
    [[nodiscard]] bool stays_calm(const visit& v, std::optional<std::uint64_t> calm);
    [[nodiscard]] bool stood_by(const visit& v, std::uint64_t id);
    time_point expire(std::uint32_t slot, time_point now, std::uint64_t id, std::uint32_t& count);

    // ---- commits -------------------------------------------------------------------------------

    /// Commits what lies on the desk; drains the journal where its ring is full.
    committed commit(const visit& v);
    /// Alone in the engine: the desk's record, or a shorter one, will find room in the journal and
    /// need no memory for it. journal_full, out_of_memory, sink_failed.
    error make_room(const desk& d);
    /// Cell ops of takes, gives and stock lines, into the desk's record.
    void record_cells(desk& d);
    /// One subject for the desk's commit.
    void subject(desk& d, subject_kind kind, std::uint32_t index, const lifecycle::image& of,
                 const lifecycle::image& next, bool last = false);

    /// Commits by f; the desk's `beside` takes its place with it where that has changed.
    template <class F>
    committed replacing_beside(const visit& v, F&& f);

    /// Runs f(attempt) under the command's idempotency key. f writes the key into its record by
    /// remember() and answers the receipt of its commit.
    template <class F>
    result<receipt> once(const visit& v, const command& c, digest128 content, F&& f);
    static void remember(desk& d, const command& c, digest128 content, const receipt& first);

    /// The answers of a batch, in one stay.
    template <class F>
    void each(const command& c, std::span<result<receipt>> out, F&& f) {
        const auto done = stay<result<bool>>(c, [&](const visit& v) -> result<bool> {
            for (std::size_t i = 0; i < out.size(); ++i) out[i] = f(v, i);
            return true;
        });
        if (!done) std::fill(out.begin(), out.end(), result<receipt>{done.error()});
    }
    /// A batch looks ahead for the reservations that it will ask for.
    template <class Request>
    void prefetch(std::span<const Request> of, std::size_t i) const noexcept {
        constexpr std::size_t ahead = 4;
        if (i + ahead < of.size())
            books.ledger.prefetch(subject_kind::reservation,
                                  static_cast<std::uint32_t>(raw(of[i + ahead].reservation)));
    }

    // ---- reading -------------------------------------------------------------------------------

    [[nodiscard]] lifecycle::cell_nodes nodes_of_cells() const noexcept {
        return nodes_of(books.cells);
    }
    [[nodiscard]] error read_order(order_id id, lifecycle::image& into) const;
    /// What lies beside it. order_busy where the order was changed meanwhile.
    [[nodiscard]] error read_beside(order_id id, const lifecycle::image& of, beside& into) const;
    [[nodiscard]] error read_reservation(reservation_id id, lifecycle::image& into) const;
    /// The same; one that is due by the caller's time has expired, whoever sweeps. Empties the
    /// desk's lists.
    [[nodiscard]] error read_due(const visit& v, reservation_id id, lifecycle::image& into);
    /// The same, and it must be live: else reservation_expired or reservation_over.
    [[nodiscard]] error read_live(const visit& v, reservation_id id, lifecycle::image& into);
    /// Of a cell's granules: a SKU's or a pool's.
    [[nodiscard]] const sku_facts& scale_of(cell_id c) const noexcept {
        const pool_id pool = books.cells.pool_of(c);
        return pool == none<pool_id> ? names.sku[index_of(books.cells.sku_of(c))]
                                     : names.pools[pool].scale;
    }
    [[nodiscard]] quantity to_quantity(cell_id c, std::int64_t n) const noexcept {
        return {n * scale_of(c).granule};
    }
    [[nodiscard]] quantity to_quantity(sku_id sku, std::int64_t n) const noexcept {
        return {n * names.sku[index_of(sku)].granule};
    }

    // ---- feeds ---------------------------------------------------------------------------------

    class feeder;
    feed_report feed(const command& c, const feed_message& m);
    result<receipt> count(const visit& v, const command& c, const count_request& r);
    /// Reads what the journal has on top of what `feeds` knows. Requires its lock.
    /// cursor_too_old after a gap.
    [[nodiscard]] error catch_up();
    /// At most so many records of it; false where there are more.
    [[nodiscard]] result<bool> catch_up(std::size_t records);
    error restart_memories();
    /// The promises that a receipt, whose subject is a cell, has left without goods.
    void look_back(const result<receipt>& done, std::vector<uncovered_promise>& into) const;
    /// The promises without goods of these cells, which ascend; those that lose first stand first.
    [[nodiscard]] std::vector<uncovered_promise> uncovered(std::span<const cell_id> cells) const;

    class auditor;
    class amender;
    class asker;
    class gate;
    class holder;
    class dating;
    class linking;
    class bringing;
    class grouping;
    class restrictor;
    class movement_reader;
    class expiry_reader;
    class decision_reader;
    template <class Reader, class Row>
    result<page_of<Row>> read_page(position cursor, std::size_t limit) const;

    /// One order of a source_request.
    struct source_one {
        order_id id{};
        bool dry_run = false;
        std::span<const std::int32_t> scores{};  // by node, or empty
        node_id leaving = none<node_id>;
    };

    // ---- floors --------------------------------------------------------------------------------

    /// A floor in granules; it may be negative (oversell depth) and must be a whole number of them.
    [[nodiscard]] static result<granules> to_floor(quantity q, const sku_facts& of);
    /// What may be promised of a SKU at a node: `floor` or the rule that holds, the higher of both;
    /// 0 asks for the rule alone. Error: excluded.
    [[nodiscard]] result<granules> floor_of(sku_id sku, node_id node, channel_id channel,
                                            floor_use use, granules floor = 0) const noexcept;
    /// Takes from the desk's `free` what floor rules keep from sourcing beyond what the policy
    /// keeps back itself: the two do not stack, the higher one holds.
    void keep_floors(desk& d, const sourcing::policy& by) const;
    [[nodiscard]] result<quantity> available(const visit& v, const available_request& r,
                                             granules floor);
    [[nodiscard]] std::int64_t sum_of(const visit& v, const available_request& r, granules floor);
    [[nodiscard]] error check(const available_request& r) const noexcept;
    [[nodiscard]] result<std::vector<quantity>> available_together(
        const visit& v, std::span<const available_request> r);
    [[nodiscard]] available_terms terms_of(const stock_view& row, const available_request& r) const;
    void share_terms(desk& d, const available_request& r, time_point now,
                     std::vector<available_terms>& all) const;

    // ---- sections (section_baskets.cpp) --------------------------------------------------------

    /// The cells of a SKU at a node that the desk's `drawn` sections have, after those in `into`.
    void cells_drawn(const desk& d, sku_id sku, node_id node, std::vector<draw>& into) const;
    /// The desk's wide lines as takes, from one picture of all their cells.
    error draw_wide(const visit& v);
    error picture_of_wide(const visit& v, std::vector<std::size_t>& ends);
    /// Did the picture of the wide lines have what the take lacks? Then others were faster.
    [[nodiscard]] bool was_there(const desk& d, const take_line& t) const noexcept;
    /// May more of a cell's goods be promised to such a basket at all? Error: excluded.
    [[nodiscard]] error may_promise(cell_id c, const lifecycle::image& basket) const noexcept;
    /// What sections add to the desk's free units, and where it lies.
    void add_sections(desk& d, time_point now) const;
    /// A plan's part as the desk's draws, one of each cell. False where the units are not there.
    [[nodiscard]] bool divide_part(desk& d, std::size_t at, granules n, std::int64_t floor) const;
    [[nodiscard]] std::int64_t available_in_sections(
        const visit& v, const available_request& r, granules floor,
        const std::function<granules(cell_id)>& free_of);
    result<receipt> transfer(const visit& v, const command& c, const transfer_request& r);

    // ---- pools (pool_baskets.cpp) --------------------------------------------------------------

    static constexpr std::size_t most_basket_lines = 256;
    /// What decides which pools a basket takes from, beside its goods.
    struct basket_terms {
        channel_id channel = none<channel_id>;
        time_point on;
        std::span<const pool_id> named{};
    };
    [[nodiscard]] bool is_pool(cell_id c) const noexcept {
        return books.cells.pool_of(c) != none<pool_id>;
    }
    /// A line that names a flat pool, or a section, into the desk's takes.
    error flat_take(desk& d, const reserve_line& l, bool may_be_none) const;
    error section_take(desk& d, const reserve_line& l, take_line asked, const basket_terms& t,
                       bool may_be_none) const;
    [[nodiscard]] error check_named(std::span<const pool_id> named) const noexcept;
    /// What goods take from pools, into the desk's `bound`: one line a pool.
    error bound_takes(desk& d, const take_line& goods, const basket_terms& t) const;
    /// The same of all goods among the desk's takes, and into them.
    error bind_pools(const visit& v, const basket_terms& t) const;
    /// A basket that may be partial: its takes shrink to what cells and pools have.
    error clip_basket(const visit& v, const reserve_request& r, const basket_terms& t) const;
    void clip_to_stock(desk& d) const;
    std::optional<take_line> clip_to_pools(desk& d, std::span<const reserve_line> lines,
                                           const basket_terms& t) const;
    [[nodiscard]] granules room_for(const desk& d, const take_line& t) const noexcept;
    [[nodiscard]] std::vector<pool_id> named_pools_of(const lifecycle::image& basket) const;
    /// Brings the pools' parts of the desk's basket_next in line with its goods.
    error rebind_pools(desk& d) const;
    /// Divides the desk's basket: its goods into `goods`, and after the moves are known its pools
    /// into what the order keeps and what goes back.
    void keep_goods(desk& d) const;
    void keep_pools(desk& d) const;
    /// Records the desk's basket_next, which an order has consumed, as what it keeps of pools.
    void keep(desk& d, std::uint32_t basket);
    /// What the goods among the desk's takes, and the flat parts of its expired basket, take of
    /// pools anew: into takes, `kept` and gives. A new reservation is to keep it.
    error take_pools_anew(const visit& v);
    /// Records which reservation keeps what the desk's order has of pools.
    static void record_keeper(desk& d, std::uint32_t order);
    /// Records that reservation: born, and consumed by its order in the same step.
    void keep_anew(const visit& v);
    /// What the desk's moves, not made yet, do to the pools of its order: into gives and stock,
    /// and basket_next. False where they do nothing.
    result<bool> settle_pools(const visit& v) const;

    // ---- days of plans (dated_plans.cpp) -------------------------------------------------------

    [[nodiscard]] dating dating_of(const visit& v) const;
    /// Takes away the bits of the nodes that would not keep such a date.
    void keep_dates(const visit& v, sourcing::date_rule rule,
                    std::vector<std::uint64_t>& bits) const;
    /// Notes in the decision which of the desk's `touched` nodes the plan had to leave out.
    static void note_full(desk& d, const sourcing_problem& p);
    bool fits_days(const visit& v, const sourcing::policy& by, const sourcing_problem& p,
                   const plan& found, bool all_of_it);
    void keep_what_fits(desk& d, const sourcing::policy& by, const sourcing_problem& p,
                        const plan& found, node_id from, const dating& dates) const;
    error take_days(const visit& v, const sourcing_problem& p, const plan& chosen);
    void divide_claim(desk& d, pool_id p, node_id from, std::int64_t n) const;
    /// `settled`: into the desk's basket_next as it is; else into the basket as it stands.
    error_code keep_days(const visit& v, bool settled);
    static void add_parts(std::vector<lifecycle::bucket>& to,
                          std::span<const lifecycle::bucket> more);
    /// What the desk's moves take away of a part that has a day: how much goes, and of it how much
    /// comes back.
    [[nodiscard]] std::pair<granules, granules> settle_day(const desk& d,
                                                           const lifecycle::bucket& part) const;

    // ---- the verbs' bodies ---------------------------------------------------------------------

    result<receipt> adjust(const visit& v, const command& c, const adjust_request& r);
    result<receipt> reserve(const visit& v, const command& c, const reserve_request& r);
    result<receipt> adjust_pool(const visit& v, const command& c, const adjust_request& r);
    result<receipt> adjust_cell(const visit& v, const command& c, cell_id cell, quantity by,
                                digest128 content);
    /// A basket's cells are few enough; else too_many_cells.
    [[nodiscard]] static error fits_basket(std::size_t cells) noexcept;
    error basket_takes(const visit& v, std::span<const reserve_line> lines,
                       const basket_terms& terms, bool may_be_none);
    error basket_gives(const visit& v, reservation_id replaced);
    error exchange_of(const visit& v, const reserve_request& r, std::optional<std::uint64_t> calm);
    receipt draft_basket(const visit& v, const command& c, const reserve_request& r,
                         digest128 content, const lifecycle::ledger<>::newborn& child);
    result<receipt> change(const visit& v, const command& c, const change_request& r);
    result<receipt> move(const visit& v, const command& c, const move_request& r);
    error new_amounts(const visit& v, std::span<const reserve_line> lines);
    error moved_parts(const visit& v, const move_request& r);
    error moved_part(desk& d, const lifecycle::bucket& b, granules n, const move_request& r) const;
    /// What a live reservation becomes: `decide` rewrites the desk's basket_next.
    struct amendment {
        verb by;
        reservation_id id;
        std::optional<time_point> deadline;
        bool parts;                           // or only the deadline
        std::span<const reserve_line> lines;  // that a refusal may name
    };
    result<receipt> amend(const visit& v, const command& c, const amendment& a, digest128 content,
                          decider decide);
    error draft_amendment(const visit& v, const command& c, const amendment& a, digest128 content,
                          receipt& done);
    [[nodiscard]] error lack_of(const visit& v, const committed& done,
                                std::span<const reserve_line> lines) const noexcept;
    result<receipt> end_reservation(const visit& v, const command& c, reservation_id r);
    /// The order and everything that is wrong with it, on the desk.
    void capture(desk& d, const command& c, const order_request& r) const;
    placed place(const visit& v, const command& c, const order_request& r);
    /// Under a key that nothing waits under. Else what is wrong is told, and not remembered.
    placed place_new(const visit& v, const command& c, const order_request& r,
                     bool remembers_refusal);
    error try_place(const visit& v, const command& c, const order_request& r, digest128 content,
                    const intake::claim& key, receipt& first);
    receipt draft_order(const visit& v, const command& c, const order_request& r, digest128 content,
                        const intake::claim& key, std::uint32_t child, bool reacquired);
    bool store_facts(const visit& v);
    void drop_facts(const visit& v) noexcept;
    error take_over(const visit& v, const order_request& r, bool& reacquired);
    error take_anew(const visit& v, const order_request& r);
    placed refuse(const visit& v, const command& c, digest128 content, pending_key& held);
    result<receipt> cancel(const visit& v, const command& c, const cancel_request& r);
    error try_move(const visit& v, const command& c, digest128 content, decider decide,
                   receipt& done);
    /// First lifts the holds whose own condition says that they are over, where they block `step`.
    result<receipt> move_units(const visit& v, const command& c, verb by, order_id id,
                               digest128 content, decider, std::optional<hold_step> step = {});
    void source(const visit& v, const command& c, const source_one& ask, result<sourced>& answer);
    error problem_of(const visit& v, std::uint32_t version, const source_one& ask,
                     sourcing_problem& p);
    /// The desk's order without what is allocated at the node, as moves of the desk.
    void plan_leaving(desk& d, node_id from) const;
    /// By the policy of a version; 0: by none.
    error problem(const visit& v, std::uint32_t version, sourcing_problem& p,
                  picture of = picture::all_cells);
    void see_cells(desk& d, std::size_t wanted) const;
    void see_unmarked(desk& d, std::size_t wanted);
    [[nodiscard]] bool finds_hidden(const desk& d);
    /// A plan, and the terms that it was made by: the policy's, or those of a strategy of it.
    using choice = std::pair<const sourcing::policy&, const plan&>;
    choice choose(const visit& v, std::uint32_t version, sourcing_problem& p);
    const plan& choose_by(const visit& v, const sourcing::policy& by, std::uint32_t version,
                          const sourcing_problem& p);
    /// What the policy, or a strategy of it, ranks by beside scores: into the desk and the problem.
    void fill_numbers(const visit& v, const sourcing::policy& whole, sourcing_problem& p) const;
    void number_days(const visit& v, const sourcing_problem& p,
                     std::vector<std::int32_t>& into) const;
    void number_loads(const visit& v, const sourcing_problem& p,
                      std::vector<std::int32_t>& into) const;
    void number_stock(const sourcing_problem& p, node_column c,
                      std::vector<std::int32_t>& into) const;
    /// Weights of the wanted lines, and which must not be divided.
    void add_line_facts(desk& d, const binding& asked) const;
    void add_classes(desk& d, const sourcing::policy& by, const binding& asked) const;
    [[nodiscard]] std::span<const node_facts> accepting(desk& d) const;
    /// What conditions may ask of the order on the desk.
    sourcing::order_facts facts_asked(desk& d, std::uint32_t version) const;
    sourcing::order_facts facts_asked(desk& d, const asked_of& of) const;
    result<policy_id> add_policy(const visit& v, const command& c, sourcing::policy p);
    /// Nothing where it declares what the tables do not know, or know as of another type.
    [[nodiscard]] std::optional<binding> bind(const sourcing::policy& p) const;
    /// Alone in the engine: what the policy declares and nobody did before, in a record of its own.
    error declare(const visit& v, const command& c, const sourcing::policy& p,
                  std::vector<std::string>* findings);
    void ready_filters(desk& d, std::uint32_t version) const;
    /// The nodes of the desk's `selected` that a filter lets through stay; the others are noted.
    void keep_passing(const visit& v, const sourcing::policy& whole, std::uint16_t filter,
                      std::vector<std::uint64_t>& bits) const;
    void keep_included(const visit& v, std::vector<std::uint64_t>& bits) const;
    static void keep_firm_nodes(desk& d, std::vector<std::uint64_t>& bits);
    static bool leave_to_firm(desk& d, const sourcing::policy& by, const sourcing_problem& p,
                              const plan& found);
    choice choose_without_strategies(const visit& v, std::uint32_t version, sourcing_problem& p);
    const plan& decide_by(const visit& v, std::uint32_t version, std::size_t strategy,
                          sourcing_problem& p);
    const plan& decide_among(const visit& v, std::uint32_t version, std::size_t strategy,
                             sourcing_problem& p);
    const plan& decide_without(const visit& v, std::uint32_t version, sourcing_problem& p);
    /// Whether the strategy that has just decided passes on what it was asked for.
    [[nodiscard]] static std::optional<sourcing::tried_strategy> passed_on(
        const desk& d, const sourcing::policy& whole, std::size_t strategy, const plan& found);

    // ---- rejections (reject_verbs.cpp) ---------------------------------------------------------

    error plan_rejection(desk& d, const fact& f) const;
    static error remember_rejection(const visit& v, const fact& f);
    result<receipt> reject(const visit& v, const command& c, const fact& f);
    /// What of the desk's wanted lines may not go where, by the memory of its order.
    static void note_rejected(desk& d, const sourcing::rejection_terms& by, time_point now);
    void keep_unrejected(desk& d, std::vector<std::uint64_t>& bits) const;

    // ---- ladders (ladder.cpp) ------------------------------------------------------------------

    /// The order's lines in groups, as one plan. `p` has all wanted lines again when it is done.
    error source_groups(const visit& v, std::uint32_t version, sourcing_problem& p, sourced& into);
    /// Conditions ask of the lines of the group at hand, once all were asked.
    static sourcing::order_facts ask_group(desk& d, std::size_t row);
    void take_off(desk& d) const;
    error allot_and_date(const visit& v, const sourcing::policy& by, const sourcing_problem& p,
                         const plan& chosen);
    error allot(const visit& v, const sourcing::policy& by, const sourcing_problem& p,
                const plan& chosen);
    void leave_rest(desk& d, const sourcing::policy& by, const plan& chosen) const;
    error bring_rest(const visit& v, std::uint32_t version, sourcing_problem& p, sourced& into);
    error source_transfers(const visit& v, std::uint32_t version, sourcing_problem& p, sourced& to);
    void bring(desk& d, const plan_part& part, const draw& from) const;
    void tell_links(const desk& d, std::string& words) const;
    void move_on_desk(desk& d, const bucket_move& m) const;
    [[nodiscard]] std::string_view queue_of(const lifecycle::image& order,
                                            const lifecycle::bucket& b) const noexcept;
    /// What the desk's moves settle of its order's pools, which is read as it was before them.
    result<bool> settle_rest(const visit& v);
    bool decide(const visit& v, const command& c, const source_one& ask, digest128 content,
                result<sourced>& answer);
    result<sourced> only_remembered(const visit& v, const command& c, digest128 content,
                                    sourced found);
    committed book(const visit& v, const command& c, digest128 content, const receipt& first);
    committed draft_decision(const visit& v, const command& c, digest128 content,
                             const receipt& first, linking& links);
    void tell_parts(const desk& d, sourced& into) const;
    static void tell_bringers(const desk& d, sourced& into);
    /// The last decision about an order, or of a ladder those of its groups.
    result<std::vector<remembered_decision>> recall(const visit& v, order_id id);
    [[nodiscard]] sourcing::decision_facts facts_of(const remembered_decision& r) const;
    /// Of the order on the desk.
    result<promised> promise(const visit& v, bool infinite);
    void ask_nodes(const visit& v, const sourcing_problem& p, dating& by, promised& into) const;
    void ask_policy(const visit& v, sourcing_problem& p, dating& by, promised& into);
    error explain(const visit& v, const remembered_decision& recalled, explanation& into);
    result<explanation> explain(const visit& v, order_id id);
    result<sourced> decision(const visit& v, order_id id);
    result<what_if_view> what_if(const visit& v, const remembered_decision& recalled,
                                 node_id node) const;
    result<what_if_view> what_if(const visit& v, order_id id, node_id node);
    [[nodiscard]] error shortage_of(const visit& v, const committed& done) const noexcept;
    /// The desk's takes by cell, one of each; out_of_range (refs: sum, most, in atoms).
    [[nodiscard]] error merge_takes(const visit& v) const;
};

}  // namespace earmark
