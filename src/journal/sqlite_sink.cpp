// One SQLite file per journal. WAL with synchronous FULL syncs the log at every commit, so a batch
// that `append` has accepted is on disk; exclusive locking keeps a second process out.
#include <sqlite3.h>

#include <memory>
#include <string>

#include "earmark/journal/sink.hpp"

namespace earmark::journal {
namespace {

struct close_db {
    void operator()(sqlite3* db) const noexcept { sqlite3_close(db); }
};
struct close_statement {
    void operator()(sqlite3_stmt* s) const noexcept { sqlite3_finalize(s); }
};
using database = std::unique_ptr<sqlite3, close_db>;
using statement = std::unique_ptr<sqlite3_stmt, close_statement>;

// "EMKJ": the file says that it is a journal of ours, whatever its name.
constexpr char open_script[] =
    "PRAGMA locking_mode=EXCLUSIVE;"
    "PRAGMA page_size=16384;"
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA wal_autocheckpoint=4000;"
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS batch(number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
    "COMMIT;";
constexpr int application_id = 0x454D4B4A;

class sqlite_sink final : public sink {
public:
    sqlite_sink(database db, statement insert) : db_{std::move(db)}, insert_{std::move(insert)} {}

    result<durability> append(std::uint64_t number, std::span<const std::byte> batch) override {
        if (failed_) return fail(error_code::sink_failed, sqlite3_extended_errcode(db_.get()));
        sqlite3_bind_int64(insert_.get(), 1, static_cast<sqlite3_int64>(number));
        sqlite3_bind_blob64(insert_.get(), 2, batch.data(), batch.size(), SQLITE_STATIC);
        const int step = sqlite3_step(insert_.get());
        sqlite3_reset(insert_.get());
        sqlite3_clear_bindings(insert_.get());
        if (step == SQLITE_DONE) return durability::disk;
        failed_ = true;  // what the disk holds now is unknown: for ever
        return fail(error_code::sink_failed, step);
    }

    result<durability> sync() override {
        if (failed_) return fail(error_code::sink_failed);
        return durability::disk;  // each append has synced
    }

    error_code read(
        const std::function<bool(std::uint64_t, std::span<const std::byte>)>& visit) override {
        sqlite3_stmt* raw = nullptr;
        if (sqlite3_prepare_v2(db_.get(), "SELECT number, bytes FROM batch ORDER BY number", -1,
                               &raw, nullptr) != SQLITE_OK)
            return error_code::sink_failed;
        const statement select{raw};
        int step = SQLITE_ROW;
        while ((step = sqlite3_step(raw)) == SQLITE_ROW) {
            const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(raw, 1));
            const auto size = static_cast<std::size_t>(sqlite3_column_bytes(raw, 1));
            if (!visit(static_cast<std::uint64_t>(sqlite3_column_int64(raw, 0)), {bytes, size}))
                return error_code::ok;
        }
        return step == SQLITE_DONE ? error_code::ok : error_code::sink_failed;
    }

private:
    database db_;
    statement insert_;
    bool failed_ = false;
};

int read_int(sqlite3* db, const char* sql) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(db, sql, -1, &raw, nullptr) != SQLITE_OK) return -1;
    const statement s{raw};
    return sqlite3_step(raw) == SQLITE_ROW ? sqlite3_column_int(raw, 0) : -1;
}

}  // namespace

result<std::shared_ptr<sink>> open_sqlite(const std::string& path, std::string* why) {
    const auto refuse = [&](const std::string& sentence, int code) {
        if (why != nullptr) *why = path + ": " + sentence;
        return fail(error_code::sink_failed, code);
    };
    sqlite3* raw = nullptr;
    const int opened =
        sqlite3_open_v2(path.c_str(), &raw,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    database db{raw};
    if (opened != SQLITE_OK) return refuse(raw ? sqlite3_errmsg(raw) : "out of memory", opened);

    const int tables = read_int(raw, "SELECT count(*) FROM sqlite_master");
    const int id = read_int(raw, "PRAGMA application_id");
    if (tables < 0) return refuse(sqlite3_errmsg(raw), sqlite3_errcode(raw));
    if (tables > 0 && id != application_id)
        return refuse("is a database of something else; choose another file", id);
    const std::string script =
        std::string{open_script} + "PRAGMA application_id=" + std::to_string(application_id) + ";";
    if (sqlite3_exec(raw, script.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        return refuse(sqlite3_errmsg(raw), sqlite3_errcode(raw));
    sqlite3_stmt* insert = nullptr;
    if (sqlite3_prepare_v3(raw, "INSERT INTO batch(number, bytes) VALUES(?1, ?2)", -1,
                           SQLITE_PREPARE_PERSISTENT, &insert, nullptr) != SQLITE_OK)
        return refuse(sqlite3_errmsg(raw), sqlite3_errcode(raw));
    return std::shared_ptr<sink>{std::make_shared<sqlite_sink>(std::move(db), statement{insert})};
}

}  // namespace earmark::journal
