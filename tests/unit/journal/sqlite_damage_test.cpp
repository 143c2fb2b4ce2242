// Files that went bad on the disk. An outcome is the number of batches that can be read, all of
// them in their chain, or refused; what must never happen is fewer batches without a word.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "earmark/journal/batch.hpp"
#include "earmark/journal/sink.hpp"

namespace earmark::journal {
namespace {

namespace fs = std::filesystem;

constexpr int refused = -1, written = 5;
constexpr std::size_t wal_head = 32, frame_bytes = 24 + 16384, frames_of_a_log = 4000;

/// In memory where the machine has such a place: every outcome syncs several times.
fs::path workplace() {
    const fs::path memory = "/dev/shm";
    std::error_code none;
    return fs::is_directory(memory, none) ? memory : fs::temp_directory_path();
}

struct folder {
    fs::path path =
        workplace() / ("earmark_damage_" + std::to_string(reinterpret_cast<std::uintptr_t>(this)) +
                       "_" + std::to_string(std::rand()));
    folder() { fs::create_directories(path); }
    ~folder() { fs::remove_all(path); }
    [[nodiscard]] std::string file(const char* name) const { return (path / name).string(); }
};

std::string content(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    std::error_code missing;
    const auto size = fs::file_size(path, missing);
    std::string bytes(missing ? 0 : size, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return bytes;
}
void write(const std::string& path, const std::string& bytes) {
    std::ofstream{path, std::ios::binary} << bytes;
}

struct image {
    std::string db, wal;
};

/// Appends batches of one record each.
class writer {
public:
    explicit writer(const std::string& path) {
        std::string why;
        const auto opened = open_sqlite(path, &why);
        REQUIRE_MESSAGE(opened.has_value(), why);
        sink_ = *opened;
    }
    void append(std::size_t bytes) {
        const std::uint64_t n = last_.number + 1;
        batch_builder b;
        b.begin(n, last_.last, last_.checksum);
        const std::string record(bytes, static_cast<char>('a' + n % 20));
        b.add(last_.last + 1 + (bytes + 7) / 8, std::as_bytes(std::span{record}));
        REQUIRE(sink_->append(n, b.finish()).has_value());
        last_ = b.info();
    }
    [[nodiscard]] int batches() const { return static_cast<int>(last_.number); }

private:
    std::shared_ptr<sink> sink_;
    batch_info last_;
};

/// A journal of five batches: as a crash leaves it, and as closing does.
struct journals {
    image open, closed;
    journals() {
        const folder at;
        const std::string path = at.file("journal");
        {
            writer w{path};
            for (int n = 0; n < written; ++n) w.append(100);
            open = {content(path), content(path + "-wal")};
        }
        closed = {content(path), {}};
    }
};

int outcome(const image& of, std::string* why = nullptr) {
    const folder at;
    const std::string path = at.file("journal");
    write(path, of.db);
    if (!of.wal.empty()) write(path + "-wal", of.wal);
    std::string said;
    const auto s = open_sqlite(path, why != nullptr ? why : &said);
    if (!s) return refused;
    int batches = 0;
    bool sound = true;
    batch_info last;
    const auto nothing = [](std::uint64_t, std::span<const std::byte>) { return error{}; };
    const auto read = (*s)->read([&](std::uint64_t, std::span<const std::byte> b) {
        const auto info = read_batch(b, batches == 0 ? nullptr : &last, nothing);
        sound = info.has_value();
        if (sound) last = *info;
        batches += sound;
        return sound;
    });
    return sound && read == error_code::ok ? batches : refused;
}

std::string flipped(std::string bytes, std::size_t at, int mask) {
    bytes[at] = static_cast<char>(bytes[at] ^ mask);
    return bytes;
}

TEST_CASE("a journal's file with any byte flipped is refused or has lost no batch") {
    const image good = journals{}.closed;
    REQUIRE(outcome(good) == written);
    for (std::size_t i = 0; i < good.db.size(); i += i % 16384 < 160 ? 1 : 97)
        for (const int mask : {0x01, 0xFF}) {
            const int n = outcome({flipped(good.db, i, mask), {}});
            CHECK_MESSAGE((n == refused || n == written), "byte ", i, ": ", n, " batches");
        }
}

TEST_CASE("a byte that went bad in the log loses no batch but the last one") {
    const image good = journals{}.open;
    REQUIRE(outcome(good) == written);
    const std::size_t last = good.wal.size() - frame_bytes;
    for (std::size_t i = 0; i < good.wal.size();
         i += i < wal_head || (i - wal_head) % frame_bytes < 24 ? 1 : 997)
        for (const int mask : {0x01, 0xFF}) {
            const int n = outcome({good.db, flipped(good.wal, i, mask)});
            const bool torn = i >= last && n == written - 1;
            CHECK_MESSAGE((n == refused || n == written || torn), "byte ", i, ": ", n, " batches");
        }
}

TEST_CASE("a log that is cut short ends with the last whole batch") {
    const image good = journals{}.open;
    for (const std::size_t cut : {std::size_t{1}, frame_bytes / 2, frame_bytes})
        CHECK(outcome({good.db, good.wal.substr(0, good.wal.size() - cut)}) == written - 1);
    CHECK(outcome({good.db, good.wal.substr(0, wal_head)}) == 0);
    CHECK(outcome({good.db, std::string(good.wal.size(), '\0')}) == 0);  // never synced
}

TEST_CASE("a log that survived its journal is not thrown away") {
    std::string why;
    CHECK(outcome({{}, journals{}.open.wal}, &why) == refused);
    CHECK(why.find("its log is there") != std::string::npos);
}

TEST_CASE("what is wrong with a journal is said in a sentence that names it") {
    const journals good;
    std::string why;
    CHECK(outcome({good.open.db, flipped(good.open.wal, wal_head + 5000, 1)}, &why) == refused);
    CHECK(why.find("damaged in frame 1") != std::string::npos);
    CHECK(outcome({flipped(good.closed.db, 100, 1), {}}, &why) == refused);
    CHECK(why.find("not an error") == std::string::npos);
}

TEST_CASE("a journal's file with a byte flipped beside its log is refused or has lost no batch") {
    const image good = journals{}.open;
    REQUIRE(good.db.size() > 0);
    for (std::size_t i = 0; i < good.db.size(); i += i % 16384 < 160 ? 1 : 997) {
        const int n = outcome({flipped(good.db, i, 0xFF), good.wal});
        CHECK_MESSAGE((n == refused || n == written), "byte ", i, ": ", n, " batches");
    }
}

TEST_CASE("a refused journal and its log stay as they are") {
    const journals good;
    const std::string bad_log = flipped(good.open.wal, wal_head + 5000, 1);
    const std::string bad_page = flipped(good.open.db, 16384, 0xFF);
    for (const image& bad :
         {image{good.open.db, bad_log}, image{bad_page, good.open.wal}, image{{}, good.open.wal}}) {
        const folder at;
        const std::string path = at.file("journal"), link = at.file("link");
        write(path, bad.db);
        write(path + "-wal", bad.wal);
        fs::create_symlink(path, link);
        for (const std::string& name : {path, link}) {
            if (open_sqlite(name, nullptr)) continue;  // the log had the page anew
            CHECK(content(path) == bad.db);
            CHECK(content(path + "-wal") == bad.wal);
        }
    }
}

TEST_CASE("a log whose head was wiped is damaged if anything stands behind") {
    const image good = journals{}.open;
    CHECK(outcome({good.db, std::string(wal_head, '\0') + good.wal.substr(wal_head)}) == refused);
}

TEST_CASE("a second open finds the journal locked, whatever its log looks like just then") {
    const folder at;
    const std::string path = at.file("journal");
    writer w{path};
    w.append(100);
    w.append(100);
    std::fstream log{path + "-wal", std::ios::in | std::ios::out | std::ios::binary};
    log.seekp(wal_head + 5000).put('!').flush();  // as if it was caught amid a write
    std::string why;
    CHECK_FALSE(open_sqlite(path, &why).has_value());
    CHECK(why.find("locked") != std::string::npos);
}

TEST_CASE("a journal in memory is refused: it would promise a disk") {
    std::string why;
    for (const char* name : {":memory:", ""}) CHECK_FALSE(open_sqlite(name, &why).has_value());
    CHECK(why.find("no file") != std::string::npos);
}

TEST_CASE("a name is the name of that file, and no other and no URI") {
    const folder at;
    std::string why;
    CHECK_FALSE(open_sqlite(at.file("journal") + std::string("\0.db", 4), &why).has_value());
    CHECK(why.find("NUL") != std::string::npos);
    CHECK(fs::is_empty(at.path));
    const fs::path before = fs::current_path();
    fs::current_path(at.path);
    CHECK(open_sqlite("file:journal?nolock=1", &why).has_value());
    fs::current_path(before);
    CHECK(fs::exists(at.path / "file:journal?nolock=1"));
}

/// The state after a power cut in the middle of writing `after` over `before`: of the sectors that
/// differ, some are on disk, as `seed` will have it.
std::string cut_short(const std::string& before, const std::string& after, std::uint64_t seed) {
    constexpr std::size_t sector = 4096;
    std::string out = before;
    out.resize(after.size(), '\0');
    for (std::size_t i = 0; i < after.size(); i += sector) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        if (seed >> 62 != 0) out.replace(i, sector, after, i, sector);
    }
    return out;
}

struct appended {
    image before;
    std::string after;  // of the log
    int whole;          // batches before it
};

appended append_to(writer& w, const std::string& path, std::size_t bytes) {
    appended out{{content(path), content(path + "-wal")}, {}, w.batches()};
    w.append(bytes);
    out.after = content(path + "-wal");
    return out;
}

void check_cuts(const appended& a, std::uint64_t cuts) {
    for (std::uint64_t i = 0; i < cuts; ++i) {
        const int n = outcome({a.before.db, cut_short(a.before.wal, a.after, i)});
        CHECK_MESSAGE((n == a.whole || n == a.whole + 1), "cut ", i, ": ", n, " batches");
    }
}

TEST_CASE("an append that a power cut ends is left out, and all before it stays") {
    const folder at;
    const std::string path = at.file("journal");
    writer w{path};
    w.append(100);
    check_cuts(append_to(w, path, 200'000), 300);
}

TEST_CASE("an append that a power cut ends at the head of a log begun anew is left out") {
    const folder at;
    const std::string path = at.file("journal");
    writer w{path};
    while (fs::file_size(path + "-wal") < frames_of_a_log * frame_bytes) w.append(1'500'000);
    appended a = append_to(w, path, 1'500'000);
    REQUIRE(a.after.substr(0, wal_head) != a.before.wal.substr(0, wal_head));
    a.before.wal.replace(0, wal_head, a.after, 0, wal_head);  // synced before its frames
    check_cuts(a, 5);
    check_cuts(append_to(w, path, 200'000), 5);
}

}  // namespace
}  // namespace earmark::journal
