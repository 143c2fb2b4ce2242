// SQLITE in our own process, statements prepared. Volatile: in memory. Durable: a file with a
// write-ahead log, synchronous = FULL, so that each commit is on the disk when it answers.
#include <sqlite3.h>

#include <stdexcept>

#include "server.hpp"
#include "store.hpp"

namespace earmark::bench {
namespace {

class sqlite_store final : public store {
public:
    sqlite_store(const std::string& folder, bool durable) : folder_{folder} {
        const std::string at = durable ? (folder_.path / "stock.db").string() : ":memory:";
        check(sqlite3_open(at.c_str(), &db_));
        run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
            "CREATE TABLE stock (id INTEGER PRIMARY KEY, free INTEGER NOT NULL);"
            "BEGIN; WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 "
            "< " +
            std::to_string(store_rows) + ") INSERT INTO stock SELECT i, " +
            std::to_string(store_units) + " FROM n; COMMIT;");
        take_ = prepare("UPDATE stock SET free = free - 1 WHERE id = ?1 AND free >= 1");
        begin_ = prepare("BEGIN IMMEDIATE");
        commit_ = prepare("COMMIT");
    }
    ~sqlite_store() override {
        for (sqlite3_stmt* s : {take_, begin_, commit_}) sqlite3_finalize(s);
        sqlite3_close(db_);
    }
    sqlite_store(const sqlite_store&) = delete;
    sqlite_store& operator=(const sqlite_store&) = delete;

    void take(std::span<const std::uint32_t> rows) override {
        for (const std::uint32_t row : rows) take_one(row);
    }
    void take4(std::span<const four> takes) override {
        for (const four& rows : takes) {
            step(begin_);
            for (const std::uint32_t row : rows) take_one(row);
            step(commit_);
        }
    }

private:
    void check(int code) {
        if (code != SQLITE_OK && code != SQLITE_DONE)
            throw std::runtime_error{std::string{"SQLite: "} + sqlite3_errmsg(db_)};
    }
    void run(const std::string& sql) {
        check(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr));
    }
    sqlite3_stmt* prepare(const char* sql) {
        sqlite3_stmt* s = nullptr;
        check(sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, nullptr));
        return s;
    }
    void step(sqlite3_stmt* s) {
        check(sqlite3_step(s));
        check(sqlite3_reset(s));
    }
    void take_one(std::uint32_t row) {
        check(sqlite3_bind_int64(take_, 1, row));
        step(take_);
        if (sqlite3_changes(db_) != 1) throw std::runtime_error{"SQLite: a take was refused"};
    }

    scratch_folder folder_;
    sqlite3* db_ = nullptr;
    sqlite3_stmt *take_ = nullptr, *begin_ = nullptr, *commit_ = nullptr;
};

}  // namespace

std::unique_ptr<store> open_sqlite_store(const std::string& folder, bool durable) {
    return std::make_unique<sqlite_store>(folder, durable);
}

}  // namespace earmark::bench
