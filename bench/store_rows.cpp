// STORES that a shop might keep its stock in, each asked for a conditional take on 100,000 rows:
// one unit of the same row (hot), of random ones (take1), of four random ones or none (take4).
// Beside them, what Earmark does for the same answer: a reservation through the public verb with
// its record, in batches of 64, and durable: with a flush to a SQLite file after each reservation
// (each) or after 256 of them (batch). By the wall clock, for most of it is waiting; servers, and
// whoever waits for the disk, with real-time priority where that is granted. A store that is not
// installed is left out and the
// context says what is missing.
#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <stdexcept>
#include <utility>

#include "child.hpp"
#include "earmark/engine/engine.hpp"
#include "earmark/journal/sink.hpp"
#include "priority.hpp"
#include "server.hpp"
#include "shelves.hpp"
#include "store.hpp"

namespace earmark::bench {
namespace {

constexpr std::size_t asked = 1u << 14, batch = 64, group = 256;
constexpr const char *at_once = "durable", *later = "durable later", *never_kept = "volatile";

/// The same rows in Earmark: SKU i at one node.
class our_store {
public:
    explicit our_store(std::shared_ptr<journal::sink> sink) : engine_{with(std::move(sink))} {
        std::vector<sku_row> skus;
        std::vector<stock_row> stock;
        for (std::uint32_t i = 0; i < store_rows; ++i) {
            skus.push_back({fmt::format("{}", i), 0, 1});
            stock.push_back({skus.back().key, "here", {4'000'000}});
        }
        node_row node;
        node.key = "here";
        load(std::vector{node});
        load(skus);
        load(stock);
        lines_.resize(group * 4);
        requests_.resize(group);
        answers_.assign(group, receipt{});
    }
    /// Baskets of one row each.
    void reserve(std::span<const std::uint32_t> rows) {
        for (std::size_t i = 0; i < rows.size(); i += batch) {
            const auto some = rows.subspan(i, std::min(batch, rows.size() - i));
            for (std::size_t k = 0; k < some.size(); ++k) draft(k, some.subspan(k, 1));
            send(some.size());
        }
    }
    void reserve4(std::span<const four> takes) {
        for (std::size_t i = 0; i < takes.size(); i += batch) {
            const auto some = takes.subspan(i, std::min(batch, takes.size() - i));
            for (std::size_t k = 0; k < some.size(); ++k) draft(k, some[k]);
            send(some.size());
        }
    }
    void flush(journal::durability level) {
        demand(engine_.flush(level).has_value(), "records can leave");
    }
    /// Gives all back, so that the store stays as small.
    void clear() {
        for (const reservation_id id : held_) {
            demand(engine_.unreserve({}, id).has_value(), "a basket that lives can end");
            if (&id - held_.data() > 0 && (&id - held_.data()) % 4'096 == 0)
                flush(journal::durability::memory);
        }
        held_.clear();
        flush(journal::durability::memory);
    }

private:
    static config with(std::shared_ptr<journal::sink> sink) {
        config c;
        c.retained_bytes = 1u << 20;
        c.max_keys = 1'024;
        c.sink = std::move(sink);
        return c;
    }
    template <class Row>
    void load(const std::vector<Row>& rows) {
        for (std::size_t i = 0; i < rows.size(); i += 1'000) {
            const auto some =
                std::span{rows}.subspan(i, std::min<std::size_t>(1'000, rows.size() - i));
            demand(engine_.load({}, some).rejected.empty(), "rows are good");
            flush(journal::durability::memory);
        }
    }
    void draft(std::size_t k, std::span<const std::uint32_t> rows) {
        for (std::size_t l = 0; l < rows.size(); ++l)
            lines_[k * 4 + l] = {sku_id{rows[l]}, node_id{0}, {1}, {}};
        requests_[k].lines = {lines_.data() + k * 4, rows.size()};
    }
    void send(std::size_t n) {
        engine_.reserve({}, {requests_.data(), n}, {answers_.data(), n});
        for (std::size_t k = 0; k < n; ++k) {
            demand(answers_[k].has_value(), "there is stock");
            held_.push_back(reservation_id{answers_[k]->subject});
        }
    }

    engine engine_;
    std::vector<reserve_line> lines_;
    std::vector<reserve_request> requests_;
    std::vector<result<receipt>> answers_;
    std::vector<reservation_id> held_;
};

/// A contestant and what its row says.
struct entry {
    std::string name;
    const char* kept;
    const char* twin;  // the row that it is compared with
    std::optional<goal> aim{};
};

class stores final : public suite {
public:
    stores(const std::string& folder, const python_program& p)
        : folder_{folder}, ours_{nullptr}, durable_{open_sink(folder_.path / "ours")} {
        for (std::size_t i = 0; i < asked; ++i)
            rows_.push_back(static_cast<std::uint32_t>(draw(40, i, store_rows)));
        const orders four_rows{asked, store_rows, 4};
        for (std::size_t i = 0; i < asked; ++i)
            for (std::size_t l = 0; l < 4; ++l)
                quads_.resize(i + 1), quads_[i][l] = raw(four_rows[i][l].cell);
        attempt("sqlite", [&] {
            sqlite_ = open_sqlite_store(folder, false);
            sqlite_durable_ = open_sqlite_store(folder, true);
        });
        attempt("redis", [&] {
            redis_ = open_redis_store(folder, false);
            redis_durable_ = open_redis_store(folder, true);
        });
        attempt("postgres", [&] { postgres_ = open_postgres_stores(folder); });
        attempt("stateset", [&] { start_python(p); });
    }
    void enter(contest& c) override {
        enter_ours(c);
        enter_store(c, "rival.sqlite.volatile", never_kept, sqlite_.get(), 256);
        enter_store(c, "rival.sqlite.durable", at_once, sqlite_durable_.get(), 8);
        enter_store(c, "rival.redis.volatile", never_kept, redis_.get(), 64);
        enter_store(c, "rival.redis.durable", at_once, redis_durable_.get(), 8);
        enter_ahead(c);
        enter_store(c, "rival.postgres.durable", at_once, postgres_.durable.get(), 8);
        enter_store(c, "rival.postgres.async", later, postgres_.async.get(), 32);
        enter_python(c);
    }
    void rows(const contest& c, report& r) override {
        for (const auto& [name, text] : missing_) r.context[name] = text;
        for (const entry& e : entries_) {
            std::optional<yardstick> to;
            if (e.twin != nullptr) to = yardstick{e.twin, c.of(e.twin).least};
            row told{e.name, 0, "ns", {}, to, e.aim};
            const timing t = told_.contains(e.name) ? summary(told_.at(e.name)) : c.of(e.name);
            told.value = t.least;
            told.quarter = t.quarter;
            told.bursts = t.bursts;
            told.kept = e.kept;
            r.rows.push_back(std::move(told));
        }
    }

private:
    static constexpr const char *one = "engine.reserve1", *quad = "engine.reserve4",
                                *one_durable = "engine.reserve1.durable.each",
                                *many_durable = "engine.reserve1.durable.batch";

    static std::shared_ptr<journal::sink> open_sink(const std::filesystem::path& at) {
        std::string why;
        auto sink = journal::open_sqlite(at.string(), &why);
        if (!sink) throw std::runtime_error{why};
        return *sink;
    }
    /// What is started has our priority too.
    template <class Open>
    void attempt(const std::string& name, Open&& open) {
        const head_of_queue first;
        try {
            open();
        } catch (const std::runtime_error& e) {
            missing_[name] = fmt::format("left out: {}", e.what());
        }
    }
    void timed_by_wall(contest& c, entry e, std::size_t operations, std::function<void()> burst,
                       std::function<void()> before = {}) {
        if (e.kept == at_once)
            burst = [waits = std::move(burst)] {
                const head_of_queue first;
                waits();
            };
        c.enter({e.name, operations, std::move(burst), std::move(before), clock_kind::wall});
        entries_.push_back(std::move(e));
    }
    std::span<const std::uint32_t> next(std::size_t n) {
        at_ = (at_ + n) % (asked - 2'048);
        return {rows_.data() + at_, n};
    }
    std::span<const four> next4(std::size_t n) {
        at_ = (at_ + n) % (asked - 2'048);
        return {quads_.data() + at_, n};
    }

    void enter_ours(contest& c) {
        timed_by_wall(
            c, {one, never_kept, nullptr}, 1'024, [this] { ours_.reserve(next(1'024)); },
            [this] { ours_.clear(); });
        timed_by_wall(
            c, {quad, never_kept, nullptr}, 1'024, [this] { ours_.reserve4(next4(1'024)); },
            [this] { ours_.clear(); });
        const auto clear = [this] { durable_.clear(); };
        timed_by_wall(
            c, {one_durable, at_once, nullptr}, 8,
            [this] {
                for (const std::uint32_t& row : next(8)) {
                    durable_.reserve({&row, 1});
                    durable_.flush(journal::durability::disk);
                }
            },
            clear);
        timed_by_wall(
            c, {many_durable, at_once, nullptr}, group,
            [this] {
                durable_.reserve(next(group));
                durable_.flush(journal::durability::disk);
            },
            clear);
    }
    void enter_store(contest& c, const std::string& name, const char* kept, store* s,
                     std::size_t n) {
        if (s == nullptr) return;
        const char* const twin = kept == at_once ? one_durable : one;
        timed_by_wall(c, {name + ".hot", kept, twin}, n,
                      [s, same = std::vector<std::uint32_t>(n, 7)] { s->take(same); });
        timed_by_wall(c, {name + ".take1", kept, twin}, n, [this, s, n] { s->take(next(n)); });
        entry e{name + ".take4", kept, kept == at_once ? one_durable : quad};
        if (s == redis_.get()) {
            e.twin = "stock.take4.spread";  // the goal is one of the take alone
            e.aim = goal::ratio_at_least(200);
        }
        timed_by_wall(c, std::move(e), n, [this, s, n] { s->take4(next4(n)); });
    }
    void enter_ahead(contest& c) {
        if (!redis_) return;
        constexpr std::size_t n = 1'024;
        timed_by_wall(c, {"rival.redis.volatile.take1.pipelined", never_kept, one}, n,
                      [this] { redis_->take_ahead(next(n)); });
        timed_by_wall(c, {"rival.redis.volatile.take4.pipelined", never_kept, quad}, n,
                      [this] { redis_->take4_ahead(next4(n)); });
    }

    // ---- stateset-embedded, in Python (bench/stateset_rows.py)
    // ---------------------------------------

    void start_python(const python_program& p) {
        if (p.interpreter.empty()) throw std::runtime_error{"no Python was named"};
        const std::string script =
            (std::filesystem::path{p.script}.parent_path() / "stateset_rows.py").string();
        python_.emplace(std::vector{p.interpreter, script, folder_.path.string()});
        const std::string hello = python_->hear();
        missing_["stateset"] = hello.empty() ? script + " ended at once" : hello;
        if (!hello.starts_with("stateset-embedded ")) python_.reset();
    }
    void enter_python(contest& c) {
        if (!python_) return;
        const entry both[] = {{"rival.stateset.volatile.hot", never_kept, one},
                              {"rival.stateset.durable.hot", at_once, one_durable}};
        for (const entry& e : both) timed_by_wall(c, e, 1, [this, e] { ask(e); });
    }
    /// Python times its burst itself.
    void ask(const entry& e) {
        const std::string told = python_->ask(e.kept);
        double ns = 0;
        const char* const end = told.data() + told.size();
        const auto read = std::from_chars(told.data(), end, ns);
        if (told.empty() || read.ec != std::errc{} || read.ptr != end)
            throw std::runtime_error{fmt::format("{}: Python answered '{}'", e.name, told)};
        told_[e.name].push_back(ns);
    }

    scratch_folder folder_;
    our_store ours_, durable_;
    std::unique_ptr<store> sqlite_, sqlite_durable_;
    std::unique_ptr<pipelined_store> redis_, redis_durable_;
    postgres_stores postgres_;
    std::optional<child> python_;
    std::vector<std::uint32_t> rows_;
    std::vector<four> quads_;
    std::size_t at_ = 0;
    std::vector<entry> entries_;
    std::map<std::string, std::vector<double>> told_;  // ns per operation, by burst
    std::map<std::string, std::string> missing_;
};

}  // namespace

std::unique_ptr<suite> store_suite(const std::string& folder, const python_program& p) {
    return std::make_unique<stores>(folder, p);
}

}  // namespace earmark::bench
