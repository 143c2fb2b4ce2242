// One SQLite file per journal. WAL with synchronous FULL syncs the log at every commit, so a batch
// that `append` has accepted is on disk; exclusive locking keeps a second process out.
#include <sqlite3.h>

#include <memory>
#include <string>

#include "earmark/journal/sink.hpp"
#include "wal_check.hpp"

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

// The first read takes the lock, and holds it while the log is checked.
constexpr char lock_script[] =
    "PRAGMA locking_mode=EXCLUSIVE;"
    "SELECT count(*) FROM sqlite_master;";
// The log is emptied before anything is written, so that no frame of an unfinished write before a
// crash stands behind ours. A transaction is logged whole at its commit and never spilled before,
// so no page stands in it twice. Both are what wal_check.hpp rests on. A new journal's table leaves
// the log at once, so that a file without its log is still a journal.
constexpr char open_script[] =
    "PRAGMA page_size=16384;"
    "PRAGMA cache_spill=OFF;"
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA wal_autocheckpoint=4000;"
    "PRAGMA wal_checkpoint(TRUNCATE);";
// "EMKJ": the file says that it is a journal of ours, whatever its name.
constexpr char new_script[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE batch(number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
    "PRAGMA application_id=0x454D4B4A;"
    "COMMIT;"
    "PRAGMA wal_checkpoint(TRUNCATE);";
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

    error_code read_one(std::uint64_t number,
                        const std::function<void(std::span<const std::byte>)>& visit) override {
        sqlite3_stmt* raw = nullptr;
        if (sqlite3_prepare_v2(db_.get(), "SELECT bytes FROM batch WHERE number = ?1", -1, &raw,
                               nullptr) != SQLITE_OK)
            return error_code::sink_failed;
        const statement select{raw};
        sqlite3_bind_int64(raw, 1, static_cast<sqlite3_int64>(number));
        const int step = sqlite3_step(raw);
        if (step == SQLITE_ROW)
            visit({static_cast<const std::byte*>(sqlite3_column_blob(raw, 0)),
                   static_cast<std::size_t>(sqlite3_column_bytes(raw, 0))});
        return step == SQLITE_ROW || step == SQLITE_DONE ? error_code::ok : error_code::sink_failed;
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

/// The first thing that is wrong with the pages of the file, or an empty text. A page that claims
/// fewer rows than it has would make the last batches disappear without a gap in their numbers.
std::string damage_of_pages(sqlite3* db) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &raw, nullptr) != SQLITE_OK)
        return sqlite3_errmsg(db);
    const statement s{raw};
    if (sqlite3_step(raw) != SQLITE_ROW) return sqlite3_errmsg(db);
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(raw, 0));
    std::string said = text != nullptr ? text : "out of memory";
    if (said == "ok") return {};
    for (char& c : said)
        if (c == '\n') c = ' ';
    return said;
}

/// A file without content, or one whose making a crash cut short.
bool is_new(sqlite3* db) {
    return read_int(db, "SELECT count(*) FROM sqlite_master") == 0 &&
           read_int(db, "PRAGMA application_id") == 0 && read_int(db, "PRAGMA page_count") <= 1;
}

/// What keeps the locked file from being a journal of ours, or an empty text.
std::string unfit(sqlite3* db) {
    const char* path = sqlite3_db_filename(db, "main");
    if (path == nullptr || *path == '\0') return "is no file; a journal needs one";
    if (std::string damage = damage_of_wal(path); !damage.empty()) return damage;
    if (is_new(db)) return {};
    if (read_int(db, "PRAGMA application_id") != application_id)
        return "is a database of something else; choose another file";
    return damage_of_pages(db);
}

}  // namespace

result<std::shared_ptr<sink>> open_sqlite(const std::string& name, std::string* why) {
    const auto refuse = [&](const std::string& sentence, int code) {
        if (why != nullptr) *why = name + ": " + sentence;
        return fail(error_code::sink_failed, code);
    };
    if (name.find('\0') != std::string::npos)
        return refuse("has a NUL in its name; SQLite would open another file", SQLITE_CANTOPEN);
    // "file:" would begin a URI, whose options can take away the lock.
    const std::string path = name.rfind("file:", 0) == 0 ? "./" + name : name;
    if (log_without_journal(path))
        return refuse("is gone and its log is there (-wal); bring both back, or move it away",
                      SQLITE_CORRUPT);
    sqlite3* raw = nullptr;
    const int opened =
        sqlite3_open_v2(path.c_str(), &raw,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    database db{raw};
    if (opened != SQLITE_OK) return refuse(raw ? sqlite3_errmsg(raw) : "out of memory", opened);

    // Until the file is known to be good, closing it must not move its log into it.
    sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    const auto run = [&](const char* sql) {
        return sqlite3_exec(raw, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
    };
    if (!run(lock_script)) return refuse(sqlite3_errmsg(raw), sqlite3_errcode(raw));
    if (const std::string what = unfit(raw); !what.empty())
        return refuse(what + "; nothing was changed", SQLITE_CORRUPT);
    if (!run(open_script) || (is_new(raw) && !run(new_script)))
        return refuse(sqlite3_errmsg(raw), sqlite3_errcode(raw));
    sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
    sqlite3_stmt* insert = nullptr;
    if (sqlite3_prepare_v3(raw, "INSERT INTO batch(number, bytes) VALUES(?1, ?2)", -1,
                           SQLITE_PREPARE_PERSISTENT, &insert, nullptr) != SQLITE_OK)
        return refuse(sqlite3_errmsg(raw), sqlite3_errcode(raw));
    return std::shared_ptr<sink>{std::make_shared<sqlite_sink>(std::move(db), statement{insert})};
}

}  // namespace earmark::journal
