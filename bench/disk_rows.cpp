// DISK. Floor D: one pwrite of 64 KiB into a file that was allocated and zeroed beforehand, and an
// fdatasync, end to end through a file of 64 MiB. The row: one batch of 64 KiB through the SQLite
// sink, once its log has its size (the first 800 batches make the file grow and take longer). Both
// by the wall clock, medians.
#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>
#include <vector>

#include "earmark/journal/sink.hpp"
#include "priority.hpp"
#include "server.hpp"
#include "suites.hpp"

namespace earmark::bench {
namespace {

constexpr std::size_t batch_bytes = 64 * 1024;
constexpr std::size_t file_bytes = 64u << 20;

void demand(bool held, const std::string& what) {
    if (!held) throw std::runtime_error{what};
}

class raw_file {
public:
    explicit raw_file(const std::filesystem::path& at)
        : file_{::open(at.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)} {
        demand(file_ >= 0, at.string() + ": cannot be opened; choose another --dir");
        const std::vector<std::byte> zeros(file_bytes);
        put(zeros, 0);
    }
    ~raw_file() { ::close(file_); }
    raw_file(const raw_file&) = delete;
    raw_file& operator=(const raw_file&) = delete;

    void append(const std::vector<std::byte>& bytes) {
        put(bytes, next_);
        next_ = (next_ + bytes.size()) % file_bytes;
    }

private:
    void put(const std::vector<std::byte>& bytes, std::size_t at) {
        const auto wrote = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(at));
        demand(wrote == static_cast<ssize_t>(bytes.size()) && ::fdatasync(file_) == 0,
               "a raw write failed; is the disk full?");
    }

    int file_;
    std::size_t next_ = 0;
};

class disk final : public suite {
public:
    explicit disk(const std::string& folder) : folder_{folder}, raw_{folder_.path / "raw"} {
        std::string why;
        auto sink = journal::open_sqlite((folder_.path / "journal").string(), &why);
        demand(static_cast<bool>(sink), why);
        sqlite_ = *sink;
        for (std::size_t i = 0; i < batch_bytes; ++i)
            batch_[i] = static_cast<std::byte>(draw(20, i, 256));
        for (std::size_t i = 0; i < warm_up; ++i) append();
    }
    void enter(contest& c) override {
        c.enter({"floor.D", 1, [this] { raw_.append(batch_); }, {}, clock_kind::wall});
        c.enter({"journal.sqlite64k", 1, [this] { append(); }, {}, clock_kind::wall});
    }
    void rows(const contest& c, report& r) override {
        r.d_us = c.of("floor.D").median / 1e3;
        for (const double ns : c.of("floor.D").bursts) r.floor_bursts["D"].push_back(ns / 1e3);
        r.context["disk thread"] = priority_.granted ? "real-time priority" : "usual priority";
        const timing& t = c.of("journal.sqlite64k");
        row batch{"journal.sqlite64k", t.median / 1e3,         "us",
                  t.quarter / 1e3,     yardstick{"D", r.d_us}, goal::ratio_at_most(2.2)};
        for (const double ns : t.bursts) batch.bursts.push_back(ns / 1e3);
        batch.kept = "durable";
        r.rows.push_back(std::move(batch));
    }

private:
    static constexpr std::size_t warm_up = 1'000;  // past the first checkpoint: the log is in place

    void append() {
        demand(static_cast<bool>(sqlite_->append(++number_, batch_)), "the sink failed");
    }

    head_of_queue priority_;
    scratch_folder folder_;
    raw_file raw_;
    std::shared_ptr<journal::sink> sqlite_;
    std::uint64_t number_ = 0;
    std::vector<std::byte> batch_ = std::vector<std::byte>(batch_bytes);
};

}  // namespace

std::unique_ptr<suite> disk_suite(const std::string& folder) {
    return std::make_unique<disk>(folder);
}

}  // namespace earmark::bench
