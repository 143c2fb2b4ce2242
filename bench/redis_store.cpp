// REDIS behind a private socket; a Lua script tests all rows of a take, then takes. Volatile:
// nothing is written. Durable: appendfsync always.
#include "store.hpp"

#include <stdexcept>

#ifdef EARMARK_BENCH_REDIS
#include <hiredis/hiredis.h>
#include <unistd.h>

#include "server.hpp"
#endif

namespace earmark::bench {
#ifdef EARMARK_BENCH_REDIS
namespace {

constexpr const char* script =
    "for _, key in ipairs(KEYS) do"
    "  if tonumber(redis.call('GET', key)) < 1 then return 0 end "
    "end "
    "for _, key in ipairs(KEYS) do redis.call('DECRBY', key, 1) end "
    "return 1";

struct free_reply {
    void operator()(redisReply* r) const { freeReplyObject(r); }
};
using reply = std::unique_ptr<redisReply, free_reply>;

struct hang_up {
    void operator()(redisContext* c) const { redisFree(c); }
};
using connection = std::unique_ptr<redisContext, hang_up>;

class redis_store final : public pipelined_store {
public:
    redis_store(const std::string& folder, bool durable)
        : folder_{"/tmp"}, data_{folder}, server_{command(durable), folder_.path / "log", [this] {
                                                      return connect();
                                                  }} {
        const reply loaded = ask("SCRIPT LOAD %s", script);
        script_ = loaded->str;
        for (std::uint32_t row = 0; row < store_rows; ++row)
            append("SET %u %lld", row, static_cast<long long>(store_units));
        for (std::uint32_t row = 0; row < store_rows; ++row) hear();
    }
    void take(std::span<const std::uint32_t> rows) override {
        for (const std::uint32_t row : rows) {
            say(row);
            granted();
        }
    }
    void take4(std::span<const four> takes) override {
        for (const four& rows : takes) {
            say(rows);
            granted();
        }
    }
    void take_ahead(std::span<const std::uint32_t> rows) override {
        for (const std::uint32_t row : rows) say(row);
        for (std::size_t i = 0; i < rows.size(); ++i) granted();
    }
    void take4_ahead(std::span<const four> takes) override {
        for (const four& rows : takes) say(rows);
        for (std::size_t i = 0; i < takes.size(); ++i) granted();
    }

private:
    std::vector<std::string> command(bool durable) {
        return {"setpriv",       "--pdeathsig",
                "TERM",          "redis-server",
                "--port",        "0",
                "--unixsocket",  socket(),
                "--dir",         data_.path,
                "--save",        "",
                "--appendonly",  durable ? "yes" : "no",
                "--appendfsync", "always"};
    }
    std::string socket() const { return folder_.path / "socket"; }
    bool connect() {
        redis_.reset(redisConnectUnix(socket().c_str()));
        return redis_ && redis_->err == 0;
    }
    template <class... Words>
    void append(const char* format, Words... words) {
        if (redisAppendCommand(redis_.get(), format, words...) != REDIS_OK) fail();
    }
    template <class... Words>
    reply ask(const char* format, Words... words) {
        append(format, words...);
        return hear();
    }
    void say(std::uint32_t row) { append("EVALSHA %s 1 %u", script_.c_str(), row); }
    void say(const four& r) {
        append("EVALSHA %s 4 %u %u %u %u", script_.c_str(), r[0], r[1], r[2], r[3]);
    }
    reply hear() {
        void* told = nullptr;
        if (redisGetReply(redis_.get(), &told) != REDIS_OK) fail();
        reply r{static_cast<redisReply*>(told)};
        if (r->type == REDIS_REPLY_ERROR) throw std::runtime_error{std::string{"Redis: "} + r->str};
        return r;
    }
    void granted() {
        if (hear()->integer != 1) throw std::runtime_error{"Redis: a take was refused"};
    }
    [[noreturn]] void fail() { throw std::runtime_error{std::string{"Redis: "} + redis_->errstr}; }

    scratch_folder folder_, data_;
    connection redis_;
    server server_;
    std::string script_;
};

}  // namespace

std::unique_ptr<pipelined_store> open_redis_store(const std::string& folder, bool durable) {
    return std::make_unique<redis_store>(folder, durable);
}
#else
std::unique_ptr<pipelined_store> open_redis_store(const std::string&, bool) {
    throw std::runtime_error{"not built in; apt-get install redis-server libhiredis-dev"};
}
#endif

}  // namespace earmark::bench
