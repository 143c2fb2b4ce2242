// What is folded beside the books, for feeds and for thresholds, brought up to the journal.
#include "state_calls.hpp"

namespace earmark {
namespace {

constexpr std::size_t records_per_look = 4'096;

/// The sums of our cells, the marks and the sources of a stretch of the journal.
class feed_reader final : public journal::deaf_visitor {
public:
    feed_reader(feed_memory& into, crossing_memory& levels) : into_{into}, levels_{levels} {}
    std::uint64_t at = 0;
    using deaf_visitor::intern;

    error_code begin(verb by, time_point now, actor_id) override {
        into_.begin(at, by);
        levels_.begin(at, now);
        return error_code::ok;
    }
    error_code cell(const journal::cell_op& c) override {
        into_.cell(c);
        levels_.cell(c);
        return error_code::ok;
    }
    error_code intern(journal::intern_kind kind, const journal::intern_table& t) override {
        const bool is_feed = kind == journal::intern_kind::feed;
        const bool fits = is_feed ? into_.feed(t) : levels_.intern(kind, t);
        return fits ? error_code::ok : error_code::bad_record;
    }
    error_code end() override {
        levels_.end();
        return error_code::ok;
    }

private:
    feed_memory& into_;
    crossing_memory& levels_;
};

}  // namespace

result<bool> engine::state::catch_up(std::size_t records) {
    const auto kept = log->after(position{feeds.seen()}, records);
    if (!kept) return kept.error();
    feed_reader reader{feeds, levels};
    for (const auto& k : *kept) {
        reader.at = k.position;
        if (const error e = journal::read(k.bytes, reader); e.code != error_code::ok) return e;
        feeds.end();
    }
    return kept->size() < records;
}

error engine::state::catch_up() {
    for (;;) {
        const auto done = catch_up(records_per_look);
        if (!done) return done.error();
        if (!*done) continue;
        feeds.behind = false;
        return {};
    }
}

/// After a gap in the records, alone in the engine: the books as they stand.
error engine::state::restart_memories() {
    const auto flushed = log->flush(journal::durability::memory);
    if (!flushed) return flushed.error();
    std::vector<cell_sums> sums;
    for (std::uint32_t i = 0; i < books.cells.blocks() * stock::block_cells; ++i)
        sums.push_back({books.cells.on_hand(cell_id{i}), books.stock.free(cell_id{i})});
    const std::uint64_t at = log->records().tail();
    feeds.restart(at, std::move(sums));
    try {
        levels.restart(at, {time.load(std::memory_order_acquire)});
    } catch (...) {  // the gap is still there
        feeds.restart(0, {});
        throw;
    }
    return {};
}

}  // namespace earmark
