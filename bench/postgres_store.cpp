// POSTGRESQL behind a private socket, run by its own user where we are root. One unit: a prepared
// conditional update. Four: a function that updates all four and raises where fewer were there, so
// that it is one round trip too. One connection, so commits do not share a sync.
#include "store.hpp"

#include <stdexcept>

#ifdef EARMARK_BENCH_POSTGRES
#include <fmt/format.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <unistd.h>

#include "server.hpp"
#endif

namespace earmark::bench {
#ifdef EARMARK_BENCH_POSTGRES
namespace {

namespace fs = std::filesystem;

/// What is asked of a fresh server, one by one.
std::vector<std::string> set_up() {
    return {
        "CREATE TABLE stock (id integer PRIMARY KEY, free bigint NOT NULL)"
        "  WITH (fillfactor = 50)",
        "INSERT INTO stock SELECT i, " + std::to_string(store_units) + " FROM generate_series(0, " +
            std::to_string(store_rows - 1) + ") AS i",
        "CREATE FUNCTION take4(rows integer[]) RETURNS void LANGUAGE plpgsql AS $$"
        "DECLARE n integer; "
        "BEGIN"
        "  UPDATE stock SET free = free - 1 WHERE id = ANY (rows) AND free >= 1;"
        "  GET DIAGNOSTICS n = ROW_COUNT;"
        "  IF n <> array_length(rows, 1) THEN RAISE EXCEPTION 'a take was refused'; END IF;"
        "END $$",
        "VACUUM ANALYZE stock"};
}

/// A cluster and its server.
class cluster {
public:
    explicit cluster(const std::string& folder) : socket_{"/tmp"}, data_{folder} {
        if (geteuid() == 0) become_unprivileged();
        const fs::path bin = EARMARK_BENCH_POSTGRES;
        run_to_end(as_user({bin / "initdb", "-D", data_.path / "db", "-A", "trust", "-U", "bench",
                            "-E", "UTF8", "--locale", "C"}),
                   log());
        server_ = std::make_unique<server>(
            as_user({bin / "postgres", "-D", data_.path / "db", "-k", socket_.path, "-c",
                     "listen_addresses=", "-c", "autovacuum=off", "-c", "max_wal_size=4GB"}),
            log(), [this] { return PQping(where().c_str()) == PQPING_OK; });
    }
    [[nodiscard]] std::string where() const {
        return "host=" + socket_.path.string() + " user=bench dbname=postgres";
    }

private:
    [[nodiscard]] fs::path log() const { return socket_.path / "log"; }
    void become_unprivileged() {
        const passwd* const user = getpwnam("postgres");
        if (user == nullptr) throw std::runtime_error{"there is no user postgres to run it"};
        for (const fs::path& at : {socket_.path, data_.path})
            if (chown(at.c_str(), user->pw_uid, user->pw_gid) != 0)
                throw std::runtime_error{at.string() + ": cannot be given to postgres"};
        as_ = {"--reuid", "postgres", "--regid", "postgres", "--clear-groups"};
    }
    [[nodiscard]] std::vector<std::string> as_user(std::vector<std::string> command) const {
        std::vector<std::string> all{"setpriv", "--pdeathsig", "INT"};
        all.insert(all.end(), as_.begin(), as_.end());
        all.insert(all.end(), command.begin(), command.end());
        return all;
    }

    scratch_folder socket_, data_;
    std::vector<std::string> as_;
    std::unique_ptr<server> server_;
};

class postgres_store final : public store {
public:
    postgres_store(const cluster& of, bool durable)
        : pg_{PQconnectdb(of.where().c_str()), &PQfinish} {
        if (PQstatus(pg_.get()) != CONNECTION_OK) fail();
        run(durable ? "SET synchronous_commit = on" : "SET synchronous_commit = off");
    }
    /// Requires the tables.
    void prepare_takes() {
        prepare("take", "UPDATE stock SET free = free - 1 WHERE id = $1::integer AND free >= 1");
        prepare("take4", "SELECT take4($1::integer[])");
    }
    void take(std::span<const std::uint32_t> rows) override {
        for (const std::uint32_t row : rows)
            if (execute("take", std::to_string(row), PGRES_COMMAND_OK) != "1")
                throw std::runtime_error{"PostgreSQL: a take was refused"};
    }
    void take4(std::span<const four> takes) override {
        for (const four& r : takes)
            execute("take4", fmt::format("{{{},{},{},{}}}", r[0], r[1], r[2], r[3]),
                    PGRES_TUPLES_OK);
    }
    void run(const std::string& sql) { expect(PQexec(pg_.get(), sql.c_str()), PGRES_COMMAND_OK); }

private:
    void prepare(const char* name, const char* sql) {
        expect(PQprepare(pg_.get(), name, sql, 1, nullptr), PGRES_COMMAND_OK);
    }
    /// How many rows it says that it changed.
    std::string execute(const char* name, const std::string& value, ExecStatusType good) {
        const char* const values[] = {value.c_str()};
        return expect(PQexecPrepared(pg_.get(), name, 1, values, nullptr, nullptr, 0), good);
    }
    std::string expect(PGresult* told, ExecStatusType good) {
        const std::unique_ptr<PGresult, decltype(&PQclear)> hold{told, &PQclear};
        if (PQresultStatus(told) != good) fail();
        return PQcmdTuples(told);
    }
    [[noreturn]] void fail() {
        throw std::runtime_error{std::string{"PostgreSQL: "} + PQerrorMessage(pg_.get())};
    }

    std::unique_ptr<PGconn, decltype(&PQfinish)> pg_;
};

}  // namespace

postgres_stores open_postgres_stores(const std::string& folder) {
    const auto one = std::make_shared<cluster>(folder);
    auto durable = std::make_unique<postgres_store>(*one, true);
    auto async = std::make_unique<postgres_store>(*one, false);
    for (const std::string& sql : set_up()) async->run(sql);
    durable->prepare_takes();
    async->prepare_takes();
    return {one, std::move(durable), std::move(async)};
}
#else
postgres_stores open_postgres_stores(const std::string&) {
    throw std::runtime_error{"not built in; apt-get install postgresql libpq-dev"};
}
#endif

}  // namespace earmark::bench
