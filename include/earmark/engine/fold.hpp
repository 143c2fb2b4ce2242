// THE FOLD turns a journal back into state. It knows ops, never verbs: the same fold reads what a
// later version's verbs have written. It is recovery, replay, and half of invariant (4): the fold
// of any prefix of the journal is a legal state, the fold of all of it has the live state_hash().
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "earmark/engine/catalog.hpp"
#include "earmark/engine/commit.hpp"
#include "earmark/intake/dedupe.hpp"
#include "earmark/journal/record.hpp"

namespace earmark {

struct beside;
class crossing_memory;
class feed_memory;

/// Applies records to books, one after the other. One thread, slot 0, nobody else inside.
class folder final : public journal::visitor {
public:
    folder(books<>& b, catalog& c, intake::key_map<>& keys, feed_memory& feeds,
           crossing_memory& levels);

    /// One record. Errors: bad_record (refs: offset), or what an op could not be: the journal is
    /// damaged or not of this engine. The books are then partly changed and of no use.
    [[nodiscard]] error apply(std::uint64_t position, std::span<const std::byte> record);

    [[nodiscard]] time_point now() const noexcept { return now_; }

    error_code begin(verb by, time_point now, actor_id actor) override;
    error_code move(std::uint32_t order, const bucket_move& m) override;
    error_code cell(const journal::cell_op& c) override;
    error_code post(std::uint32_t order, const journal::post_op& p) override;
    error_code reservation(const journal::reservation_op& r) override;
    error_code timer(std::uint32_t reservation, time_point deadline, std::uint32_t holder) override;
    error_code intern(journal::intern_kind kind, const journal::intern_table& t) override;
    error_code intern(const journal::intern_order& o) override;
    error_code intern(const journal::intern_key& k) override;
    error_code note(std::uint32_t order, journal::note_kind kind, std::uint32_t ref,
                    std::span<const std::byte> bytes) override;
    error_code end() override;

private:
    error_code floor(const journal::intern_table& t);
    error_code pool(const journal::intern_table& t);
    error_code rule(journal::intern_kind kind, const journal::intern_table& t);
    error_code basket_note(std::uint32_t index, std::span<const std::byte> bytes);
    error_code pools_note(std::uint32_t order, std::uint32_t keeper,
                          std::span<const std::byte> bytes);
    error_code threshold(const journal::intern_table& t);
    error_code new_workflow(const journal::intern_table& t);
    error_code facts_note(std::uint32_t order, std::span<const std::byte> bytes);
    error_code link_note(std::uint32_t order, std::uint32_t other,
                         std::span<const std::byte> bytes);
    [[nodiscard]] bool is_sound_beside() const;
    error_code rewrite_beside(const std::function<bool(beside&)>& change);
    error_code rejection_note(std::uint32_t order, std::uint32_t node,
                              std::span<const std::byte> bytes);
    [[nodiscard]] bool is_known(const lifecycle::amendment& a) const;
    error_code asked_note(std::uint32_t order, std::span<const std::byte> bytes);
    error_code revised_note(std::uint32_t order, std::span<const std::byte> bytes);
    error_code denied_note(std::uint32_t may, std::span<const std::byte> bytes);
    error_code amended_note(std::uint32_t order, std::span<const std::byte> bytes);
    error_code order_note(std::uint32_t order, journal::note_kind kind, std::uint32_t ref,
                          std::span<const std::byte> bytes);
    [[nodiscard]] bool is_another(std::uint32_t order, std::uint32_t other) const;
    error_code hold_note(std::uint32_t order, journal::note_kind kind, std::uint32_t number,
                         std::span<const std::byte> bytes);
    error_code timed_note(std::uint32_t order, std::span<const std::byte> bytes);
    error_code migrated_note(std::uint32_t order, std::uint32_t version,
                             std::span<const std::byte> bytes);
    error_code follow_time();
    error_code new_cell(const journal::intern_table& t);
    void new_policy(std::string_view text);
    error_code touch(subject_kind kind, std::uint32_t index);
    error_code settle();
    error_code touch_basket(std::uint32_t index, std::uint32_t holder);
    error_code rewrite_basket(const journal::reservation_op& r);
    error_code end_basket(const journal::reservation_op& r);
    error_code wake(std::uint32_t index, time_point deadline);
    error_code wake_order(std::uint32_t index, time_point deadline);
    error_code feed(const journal::intern_table& t);
    error_code unit(const journal::intern_table& t);
    error_code distance(const journal::intern_table& t);
    error_code of_newborn(journal::intern_kind kind, const journal::intern_table& t);
    error_code order_terms(const journal::intern_table& t);
    error_code waiting(journal::intern_kind kind, const journal::intern_table& t);
    error_code nodes_of_lines(const journal::intern_table& t, node_id lifecycle::line::*which);
    error_code own_terms(const journal::intern_table& t);
    error_code sets(const journal::intern_table& t);
    [[nodiscard]] bool is_known(const line_terms& t) const;
    [[nodiscard]] bool is_newborn(std::uint32_t order) const noexcept {
        return open_ && rewrite_.kind == subject_kind::order && rewrite_.birth &&
               rewrite_.index == order;
    }
    error_code remember(intake::key_space space, std::string_view key, digest128 content,
                        const receipt& first, std::uint32_t* block);

    books<>& books_;
    catalog& catalog_;
    intake::key_map<>& keys_;
    feed_memory& feeds_;
    crossing_memory& levels_;
    time_point now_{};
    time_point record_now_{};
    std::uint64_t position_ = 0;
    verb by_ = verb::none;
    actor_id actor_{};
    granules uncovered_ = 0;
    bool nodes_changed_ = false;

    // The subject that the ops at hand change; written back when another one comes, or at the end.
    bool open_ = false;
    lifecycle::image image_;
    lifecycle::rewrite rewrite_;
};

/// Puts bytes beside an order: a chunk of words from the slab, freed when they are replaced.
/// Returns the new chunk's first block, or 0xFFFFFFFF where there is no room.
template <class Env>
std::uint32_t store_cold(lifecycle::slab<Env>& chunks, std::uint32_t slot,
                         std::span<const std::byte> bytes) {
    const std::size_t words = (bytes.size() + 7) / 8;
    const auto c = chunks.take(slot, static_cast<std::uint32_t>((words + 7) / 8));
    if (!c.holds()) return 0xFFFFFFFF;
    auto* const to = chunks.words(c.at);
    for (std::size_t i = 0; i < words; ++i) {
        std::uint64_t w = 0;
        std::memcpy(&w, bytes.data() + i * 8, std::min<std::size_t>(8, bytes.size() - i * 8));
        to[i].store(w, std::memory_order_relaxed);  // published with the image
    }
    return c.at;
}
/// The chunk of so many bytes goes back. Requires that nobody can reach it any more, or that
/// whoever can will look at the order's version again.
template <class Env>
void drop_cold(lifecycle::slab<Env>& chunks, std::uint32_t slot, std::uint32_t at,
               std::uint32_t size) noexcept {
    if (at != 0xFFFFFFFF) chunks.give_back(slot, {at, chunks.room_for((size + 63) / 64)});
}
/// The first bytes of a chunk, as many as `into` takes.
template <class Env>
void read_cold(const lifecycle::slab<Env>& chunks, std::uint32_t at,
               std::span<std::byte> into) noexcept {
    const auto* const from = chunks.words(at);
    for (std::size_t i = 0; i * 8 < into.size(); ++i) {
        const std::uint64_t w = from[i].load(std::memory_order_acquire);
        std::memcpy(into.data() + i * 8, &w, std::min<std::size_t>(8, into.size() - i * 8));
    }
}
template <class Env>
std::vector<std::byte> load_cold(const lifecycle::slab<Env>& chunks, std::uint32_t at,
                                 std::uint32_t size) {
    std::vector<std::byte> bytes(size);
    read_cold(chunks, at, bytes);
    return bytes;
}

/// The bytes of an order's own facts, of which the first four say how many they are.
template <class Env>
std::vector<std::byte> load_facts(const lifecycle::slab<Env>& chunks, std::uint32_t at) {
    if (at == 0xFFFFFFFF) return {};
    const std::uint64_t first = chunks.words(at)[0].load(std::memory_order_acquire);
    return load_cold(chunks, at, static_cast<std::uint32_t>(first));
}

/// What an order says of itself beside its birth: its terms, and nodes of its lines.
void record_terms(journal::writer& into, std::uint32_t index, const lifecycle::image& of);

/// An order in quarantine as the journal keeps it, after the try at hand.
void record_waiting(journal::writer& into, std::string_view key, const intake::waiting_order& o);

/// Node and sku rows as the journal keeps them.
[[nodiscard]] std::vector<std::int64_t> fields_of(const node_facts& f, const coordinates& at);
[[nodiscard]] std::vector<std::int64_t> fields_of(const coordinates& at);
[[nodiscard]] std::vector<std::int64_t> fields_of(const floor_rule& r);
[[nodiscard]] std::vector<std::int64_t> fields_of(const pool_facts& p);
/// The rule of such fields, where all its ids exist.
[[nodiscard]] std::optional<floor_rule> rule_of(std::span<const std::int64_t> fields,
                                                const catalog& names);
/// Into the catalog; false where it cannot be.
[[nodiscard]] bool read_facts_row(journal::intern_kind kind, const journal::intern_table& t,
                                  catalog& into);
[[nodiscard]] bool read_segment(const journal::intern_table& t, catalog& into);
[[nodiscard]] bool read_dates(const journal::intern_table& t, catalog& into);
[[nodiscard]] bool read_waiting(const journal::intern_table& t, time_point now, actor_id by,
                                intake::waiting_room& into);
[[nodiscard]] bool read_tombstone(const journal::intern_table& t, time_point now, actor_id by,
                                  intake::waiting_room& into);
[[nodiscard]] bool read_hold_type(const journal::intern_table& t, catalog& into);
[[nodiscard]] bool read_suspicion(const journal::intern_table& t, catalog& into);
[[nodiscard]] bool read_amend_rule(const journal::intern_table& t, catalog& into);
[[nodiscard]] bool read_answer_row(const journal::intern_table& t, catalog& into);
[[nodiscard]] bool read_privilege(const journal::intern_table& t, catalog& into);
[[nodiscard]] bool read_restriction(const journal::intern_table& t, catalog& into);
[[nodiscard]] bool read_section(const journal::intern_table& t, catalog& into);
[[nodiscard]] std::optional<pool_facts> pool_of(std::span<const std::int64_t> fields,
                                                const catalog& names);

}  // namespace earmark
