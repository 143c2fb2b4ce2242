// What the log does not keep in memory any more is read back from the sink.
#include "earmark/journal/stored_records.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "earmark/journal/log.hpp"
#include "unit/allocations.hpp"
#include "unit/journal/temporary_file.hpp"

namespace earmark::journal {
namespace {

using record_list = std::vector<std::pair<std::uint64_t, std::string>>;

std::string text_of(const std::vector<std::byte>& b) {
    return {reinterpret_cast<const char*>(b.data()), b.size()};
}

/// Answers batches one by one in order only, as a host's sink may do it, and counts the questions.
class plain_sink : public sink {
public:
    result<durability> append(std::uint64_t number, std::span<const std::byte> b) override {
        if (is_broken) return fail(error_code::sink_failed);
        return stored.append(number, b);
    }
    result<durability> sync() override { return stored.sync(); }
    error_code read(
        const std::function<bool(std::uint64_t, std::span<const std::byte>)>& visit) override {
        ++reads;
        return stored.read(visit);
    }
    memory_sink stored;
    bool is_broken = false;
    int reads = 0;
};

/// A log that keeps next to nothing in memory, in batches of one to five records.
struct forgetful {
    std::shared_ptr<sink> to;
    log journal;
    record_list written;

    explicit forgetful(std::shared_ptr<sink> s, std::size_t retained = 64)
        : to{std::move(s)}, journal{1 << 16, retained, to, {}, 0} {}
    void write(std::size_t n) {
        for (; n > 0; --n) {
            const std::string text(written.size() % 23, static_cast<char>('a' + n % 26));
            const auto bytes = std::as_bytes(std::span{text.data(), text.size()});
            REQUIRE(journal.records().credit(ring<>::words_for(bytes.size())));
            written.emplace_back(journal.records().append(bytes), text);
            if (written.size() % 15 == 1 || written.size() % 5 == 0)
                (void)journal.flush(durability::memory);
        }
        (void)journal.flush(durability::memory);
    }
};

/// All pages of so many records after a cursor.
record_list read_on(log& l, std::uint64_t cursor, std::size_t limit) {
    record_list out;
    for (;;) {
        const auto page = l.after(position{cursor}, limit);
        REQUIRE(page);
        if (page->empty()) return out;
        CHECK(page->size() <= limit);
        for (const auto& k : *page) out.emplace_back(k.position, text_of(k.bytes));
        cursor = out.back().first;
    }
}

void reads_everything(const std::shared_ptr<sink>& to) {
    forgetful j{to};
    j.write(200);
    for (const std::size_t limit : {std::size_t{1}, std::size_t{7}, std::size_t{1'000}})
        CHECK(read_on(j.journal, 0, limit) == j.written);
    for (std::size_t from = 199;; from -= 11) {  // each cursor is looked for anew, backwards
        const record_list rest{j.written.begin() + static_cast<std::ptrdiff_t>(from) + 1,
                               j.written.end()};
        CHECK(read_on(j.journal, j.written[from].first, 16) == rest);
        if (from < 11) break;
    }
}

}  // namespace

TEST_CASE("every cursor is answered as if all records were in memory, by each kind of sink") {
    reads_everything(std::make_shared<memory_sink>());
    reads_everything(std::make_shared<plain_sink>());
    const test::temporary_file file;
    std::string why;
    const auto stored = open_sqlite(file.path, &why);
    REQUIRE_MESSAGE(stored.has_value(), why);
    reads_everything(*stored);
}

TEST_CASE("pages that follow each other ask for each batch once") {
    const auto to = std::make_shared<plain_sink>();
    forgetful j{to};
    j.write(200);
    const auto batches = static_cast<int>(to->stored.batches().size());
    REQUIRE(batches > 40);
    CHECK(read_on(j.journal, 0, 1) == j.written);
    CHECK(to->reads < batches + 8);  // and those to find the first
}

TEST_CASE("a log that was opened again has all that the first one wrote") {
    const auto to = std::make_shared<memory_sink>();
    record_list written;
    batch_info last;
    {
        forgetful first{to};
        first.write(50);
        written = first.written;
    }
    bool is_first = true;
    REQUIRE(to->read([&](std::uint64_t, std::span<const std::byte> b) {
        last = *read_batch(b, is_first ? nullptr : &last, [](auto, auto) { return error{}; });
        is_first = false;
        return true;
    }) == error_code::ok);
    log again{1 << 16, 1 << 20, to, last, 0};
    CHECK(read_on(again, 0, 9) == written);
    const std::string more = "one more";
    const auto bytes = std::as_bytes(std::span{more.data(), more.size()});
    REQUIRE(again.records().credit(ring<>::words_for(bytes.size())));
    written.emplace_back(again.records().append(bytes), more);
    CHECK(read_on(again, 0, 9) == written);
    CHECK(read_on(again, last.last, 9).size() == 1);
}

TEST_CASE("a batch that has gone bad since is refused by number, and nothing of it handed out") {
    class rotten final : public plain_sink {
        error_code read_one(std::uint64_t number,
                            const std::function<void(std::span<const std::byte>)>& f) override {
            return sink::read_one(number, [&](std::span<const std::byte> b) {
                std::vector<std::byte> copy{b.begin(), b.end()};
                if (number == 3) copy[at] ^= std::byte{1};
                f(std::span{copy}.first(number == 3 ? std::min(size, copy.size()) : copy.size()));
            });
        }

    public:
        std::size_t at = 0, size = 10'000;
    };
    const auto to = std::make_shared<rotten>();
    forgetful j{to};
    j.write(100);
    const std::size_t bytes = to->stored.batches()[2].size();
    for (to->at = 0; to->at < bytes; ++to->at) {
        CAPTURE(to->at);
        const auto page = j.journal.after(position{0}, 1'000);
        CHECK(page.error().code == error_code::bad_batch);
        CHECK(page.error().refs[0] == 3);
    }
    to->at = 0;
    for (to->size = 0; to->size < bytes; ++to->size)
        CHECK(j.journal.after(position{0}, 1'000).error().code == error_code::bad_batch);
    const auto whole = j.journal.after(position{0}, 1);  // what stands before it is as good as ever
    REQUIRE(whole);
    CHECK(text_of(whole->front().bytes) == j.written[0].second);
}

TEST_CASE("a sink that answers with another batch, or a journal's of another, is found out") {
    class mixed_up final : public plain_sink {
        error_code read_one(std::uint64_t number,
                            const std::function<void(std::span<const std::byte>)>& f) override {
            const auto& from = number == 4 && other ? other->batches() : stored.batches();
            const std::uint64_t n = number == 4 && swapped ? 5 : number;
            f(from[n - 1]);
            return error_code::ok;
        }

    public:
        std::shared_ptr<memory_sink> other;
        bool swapped = false;
    };
    const auto to = std::make_shared<mixed_up>();
    forgetful j{to};
    j.write(100);
    to->swapped = true;
    CHECK(j.journal.after(position{0}, 1'000).error() == fail(error_code::bad_batch, 4, 8));
    to->swapped = false;
    to->other = std::make_shared<memory_sink>();
    forgetful another{to->other};
    another.write(1);
    another.written.emplace_back(0, "");  // from here on other texts at the same places
    another.write(99);
    CHECK(j.journal.after(position{0}, 1'000).error().code == error_code::bad_batch);
    to->other = nullptr;
    CHECK(read_on(j.journal, 0, 1'000) == j.written);
}

TEST_CASE("what a sink has never accepted is too old as soon as it is not in memory") {
    const auto to = std::make_shared<plain_sink>();
    forgetful j{to};
    j.write(40);
    const std::uint64_t stored = j.written.back().first;
    to->is_broken = true;
    j.write(40);
    const auto lost = j.journal.after(position{stored}, 1'000);
    CHECK(lost.error().code != error_code::ok);
    const auto before = j.journal.after(position{0}, 40);
    REQUIRE(before);
    CHECK(before->back().position == stored);
}

TEST_CASE("memory that runs out while old records are read loses nothing") {
    forgetful j{std::make_shared<memory_sink>()};
    j.write(60);
    for (std::int64_t n = 0;; ++n) {
        result<std::vector<log::kept>> page = fail(error_code::ok);
        const bool failed =
            allocations::fail_one(n, [&] { page = j.journal.after(position{0}, 1'000); });
        CHECK(page.has_value() != failed);
        if (failed) CHECK(page.error().code == error_code::out_of_memory);
        CHECK(read_on(j.journal, 0, 13) == j.written);
        if (!failed) {
            CHECK(n > 20);
            break;
        }
    }
}

}  // namespace earmark::journal
