#include "earmark/journal/batch.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <new>
#include <string>
#include <utility>

#include "earmark/journal/log.hpp"
#include "unit/allocations.hpp"
#include "unit/journal/temporary_file.hpp"

namespace earmark::journal {
namespace {

std::vector<std::byte> bytes_of(std::string_view s) {
    const auto b = std::as_bytes(std::span{s.data(), s.size()});
    return {b.begin(), b.end()};
}
std::vector<std::byte> batch(std::uint64_t number, std::uint64_t first, std::uint64_t chain,
                             const std::vector<std::string>& records, batch_info* info = nullptr) {
    batch_builder b;
    b.begin(number, first, chain);
    std::uint64_t at = first;
    for (const auto& r : records) b.add(at += ring<>::words_for(r.size()), bytes_of(r));
    const auto done = b.finish();
    if (info != nullptr) *info = b.info();
    return {done.begin(), done.end()};
}
error nothing(std::uint64_t, std::span<const std::byte>) { return {}; }

TEST_CASE("a batch gives back its records with their positions") {
    std::vector<std::string> seen;
    std::vector<std::uint64_t> at;
    const auto info =
        read_batch(batch(1, 0, 0, {"one", "", "a longer record"}), nullptr,
                   [&](std::uint64_t p, std::span<const std::byte> b) -> error {
                       at.push_back(p);
                       seen.emplace_back(reinterpret_cast<const char*>(b.data()), b.size());
                       return {};
                   });
    REQUIRE(info);
    CHECK(seen == std::vector<std::string>{"one", "", "a longer record"});
    CHECK(at == std::vector<std::uint64_t>{2, 3, 6});
    CHECK(info->last == 6);
}

TEST_CASE("a batch with any bit flipped, or cut anywhere, is refused") {
    const auto good = batch(1, 0, 0, {"one", "two"});
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        if (bit / 8 >= 56 && bit / 8 < 64) continue;  // reserved: covered below
        auto bad = good;
        bad[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
        CHECK_FALSE(read_batch(bad, nullptr, nothing).has_value());
    }
    for (std::size_t n = 0; n < good.size(); ++n)
        CHECK_FALSE(read_batch(std::span{good}.first(n), nullptr, nothing).has_value());
    auto reserved = good;
    reserved[60] ^= std::byte{1};
    CHECK_FALSE(read_batch(reserved, nullptr, nothing).has_value());
}

TEST_CASE("a batch that is missing, repeated or from another journal breaks the chain") {
    batch_info one, two;
    const auto first = batch(1, 0, 0, {"one"}, &one);
    const auto second = batch(2, one.last, one.checksum, {"two"}, &two);
    CHECK(read_batch(second, &one, nothing).has_value());
    CHECK_FALSE(read_batch(second, nullptr, nothing).has_value());
    CHECK_FALSE(read_batch(first, &one, nothing).has_value());
    CHECK_FALSE(read_batch(batch(2, one.last, one.checksum + 1, {"x"}), &one, nothing).has_value());
    CHECK_FALSE(read_batch(batch(2, one.last + 1, one.checksum, {"x"}), &one, nothing).has_value());
}

TEST_CASE("the SQLite sink keeps batches across a reopening and refuses a stranger's file") {
    const test::temporary_file file;
    std::string why;
    const auto a = batch(1, 0, 0, {"one"});
    {
        const auto s = open_sqlite(file.path, &why);
        REQUIRE_MESSAGE(s.has_value(), why);
        CHECK(*(*s)->append(1, a) == durability::disk);
        CHECK_FALSE((*s)->append(1, a).has_value());  // the number is taken
        CHECK_FALSE((*s)->append(2, a).has_value());  // and a failed sink stays failed
    }
    {
        const auto s = open_sqlite(file.path, &why);
        REQUIRE(s.has_value());
        int batches = 0;
        CHECK((*s)->read([&](std::uint64_t n, std::span<const std::byte> b) {
            ++batches;
            return n == 1 && std::vector<std::byte>{b.begin(), b.end()} == a;
        }) == error_code::ok);
        CHECK(batches == 1);
        CHECK_FALSE(open_sqlite(file.path, &why).has_value());  // one process, one writer
    }
    const test::temporary_file other;
    std::FILE* f = std::fopen(other.path.c_str(), "w");
    REQUIRE(f != nullptr);
    std::fputs("this is a text file, of some length, and no database at all", f);
    std::fclose(f);
    CHECK_FALSE(open_sqlite(other.path, &why).has_value());
    CHECK(why.find(other.path) != std::string::npos);
    CHECK_FALSE(open_sqlite("/nowhere/at/all", &why).has_value());
}

TEST_CASE("the log hands out each record once, in order, and says how far each level has come") {
    const auto sink = std::make_shared<memory_sink>();
    log l{1 << 16, 1 << 20, sink, {}, 0};
    std::vector<std::uint64_t> positions;
    for (int i = 0; i < 100; ++i) {
        const auto r = bytes_of("record " + std::to_string(i));
        REQUIRE(l.records().credit(ring<>::words_for(r.size())));
        positions.push_back(l.records().append(r));
    }
    CHECK(raw(l.durable(durability::memory)) == 0);
    CHECK(raw(*l.flush(durability::disk)) == 0);  // a memory sink never gets there
    CHECK(raw(l.durable(durability::memory)) == positions.back());
    const auto some = l.after(position{positions[9]}, 5);
    REQUIRE(some);
    REQUIRE(some->size() == 5);
    CHECK((*some)[0].position == positions[10]);
    CHECK((*some)[0].bytes == bytes_of("record 10"));
    CHECK(sink->batches().size() == 1);
}

TEST_CASE("a full ring says so, and takes records again when it was drained") {
    log l{1 << 16, 1 << 20, nullptr, {}, 0};
    const auto r = bytes_of(std::string(1000, 'x'));
    const auto words = ring<>::words_for(r.size());
    int n = 0;
    while (l.records().credit(words)) {
        l.records().append(r);
        ++n;
    }
    const int most = (1 << 13) / static_cast<int>(words);
    CHECK(n <= most);
    CHECK(n >= most * 15 / 16 - 1);  // the rest is kept for small records of other callers
    CHECK(l.try_drain() == error_code::ok);
    CHECK(l.records().credit(words));
}

TEST_CASE("a cursor that is too old is told so, with the oldest one that is kept") {
    log l{1 << 16, 2'000, nullptr, {}, 0};
    const auto r = bytes_of(std::string(500, 'x'));
    for (int i = 0; i < 20; ++i) {
        REQUIRE(l.records().credit(ring<>::words_for(r.size())));
        l.records().append(r);
    }
    const auto lost = l.after(position{0}, 10);
    CHECK(lost.error().code == error_code::cursor_too_old);
    const auto kept = l.after(position{static_cast<std::uint64_t>(lost.error().refs[1])}, 100);
    REQUIRE(kept);
    CHECK(kept->size() >= 3);
}

/// Accepts no batch while `memory_is_short`, as a host's sink may do it.
class short_sink final : public sink {
public:
    result<durability> append(std::uint64_t number, std::span<const std::byte> b) override {
        if (memory_is_short) throw std::bad_alloc{};
        return stored.append(number, b);
    }
    result<durability> sync() override { return stored.sync(); }
    error_code read(
        const std::function<bool(std::uint64_t, std::span<const std::byte>)>& visit) override {
        return stored.read(visit);
    }
    memory_sink stored;
    bool memory_is_short = false;
};

/// The records that a sink holds, in order, with their positions; each batch is checked.
std::vector<std::pair<std::uint64_t, std::string>> records_in(sink& from) {
    std::vector<std::pair<std::uint64_t, std::string>> all;
    batch_info last;
    const auto read = from.read([&](std::uint64_t number, std::span<const std::byte> b) {
        const auto info =
            read_batch(b, number == 1 ? nullptr : &last,
                       [&](std::uint64_t at, std::span<const std::byte> r) -> error {
                           all.emplace_back(
                               at, std::string{reinterpret_cast<const char*>(r.data()), r.size()});
                           return {};
                       });
        REQUIRE(info);
        last = *info;
        return true;
    });
    CHECK(read == error_code::ok);
    return all;
}

struct journal_of_forty {
    std::shared_ptr<short_sink> to = std::make_shared<short_sink>();
    log journal{1 << 12, 1 << 10, to, {}, 0};
    std::vector<std::pair<std::uint64_t, std::string>> written;

    void write(std::size_t n) {
        for (; n > 0; --n) {
            const std::string text(written.size() % 23, static_cast<char>('a' + n % 26));
            const auto bytes = bytes_of(text);
            REQUIRE(journal.records().credit(ring<>::words_for(bytes.size())));
            written.emplace_back(journal.records().append(bytes), text);
        }
    }
};

TEST_CASE("no record is lost wherever memory runs out while the journal drains") {
    for (std::int64_t n = 0;; ++n) {
        CAPTURE(n);
        journal_of_forty j;
        j.write(20);
        error_code first = error_code::ok;
        const bool failed = allocations::fail_one(
            n, [&] { first = j.journal.flush(durability::memory).error().code; });
        CHECK(first == (failed ? error_code::out_of_memory : error_code::ok));
        j.write(20);
        REQUIRE(j.journal.flush(durability::memory));
        CHECK(records_in(*j.to) == j.written);
        CHECK(j.journal.counted().records == j.written.size());
        CHECK(raw(j.journal.durable(durability::memory)) == j.written.back().first);
        const auto newest = j.journal.after(position{j.written[35].first}, 100);
        REQUIRE(newest);
        CHECK(newest->size() == 4);
        CHECK(newest->back().position == j.written.back().first);
        journal_of_forty same;
        same.write(20);
        REQUIRE(same.journal.flush(durability::memory));
        same.write(20);
        CHECK(same.journal.digest_of_events() == j.journal.digest_of_events());
        if (!failed) {
            CHECK(n > 5);  // there was something to fail
            break;
        }
    }
}

TEST_CASE("a sink that has no memory for a batch is offered it again, with what came since") {
    journal_of_forty j;
    j.to->memory_is_short = true;
    for (int i = 0; i < 3; ++i) {
        j.write(10);
        CHECK(j.journal.flush(durability::memory).error().code == error_code::out_of_memory);
        CHECK(j.journal.try_drain() == error_code::out_of_memory);
    }
    j.to->memory_is_short = false;
    j.write(10);
    REQUIRE(j.journal.flush(durability::memory));
    CHECK(records_in(*j.to) == j.written);
    CHECK(j.journal.counted().batches == j.to->stored.batches().size());
}

}  // namespace
}  // namespace earmark::journal
