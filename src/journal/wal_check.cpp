#include "wal_check.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <span>
#include <vector>

namespace earmark::journal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t head_bytes = 32, frame_head_bytes = 24;
constexpr std::uint32_t magic = 0x377F0682;  // its last bit: words of a checksum are big-endian
constexpr std::uint32_t largest_page = 65536;

using bytes = std::span<const unsigned char>;
using sums = std::array<std::uint32_t, 2>;

std::uint32_t big(bytes b, std::size_t at) {
    return std::uint32_t{b[at]} << 24 | std::uint32_t{b[at + 1]} << 16 |
           std::uint32_t{b[at + 2]} << 8 | std::uint32_t{b[at + 3]};
}
sums pair_at(bytes b, std::size_t at) { return {big(b, at), big(b, at + 4)}; }

std::uint32_t swapped(std::uint32_t w) {
    return w << 24 | (w & 0xFF00) << 8 | (w >> 8 & 0xFF00) | w >> 24;
}

/// SQLite's running checksum, modulo 2^32.
sums add(sums s, bytes b, bool big_words) {
    for (std::size_t i = 0; i + 8 <= b.size(); i += 8) {
        const std::uint32_t x = big(b, i), y = big(b, i + 4);
        s[0] += (big_words ? x : swapped(x)) + s[1];
        s[1] += (big_words ? y : swapped(y)) + s[0];
    }
    return s;
}

/// Counts the transactions that the frames behind the first bad one belong to. A transaction ends
/// with its commit, and it has no page twice.
class transactions {
public:
    void add(std::uint32_t page, bool commits) {
        if (!open_ || !pages_.insert(page).second) {
            ++count_;
            pages_ = {page};
        }
        open_ = !commits;
    }
    void committed() { *this = {}; }
    [[nodiscard]] int count() const { return count_; }

private:
    std::set<std::uint32_t> pages_;
    int count_ = 0;
    bool open_ = false;
};

class reader {
public:
    reader(std::ifstream& file, bytes head)
        : file_{file},
          page_{big(head, 8)},
          big_words_{(big(head, 0) & 1) != 0},
          salts_{pair_at(head, 16)},
          sum_{pair_at(head, 24)} {}

    /// The number, from 1, of the frame that is damaged; 0: none is.
    std::uint64_t damaged() {
        std::vector<unsigned char> frame(frame_head_bytes + page_);
        std::uint64_t bad = 0;
        transactions since;  // the last sound commit
        for (std::uint64_t i = 1; next(frame); ++i) {
            const bool ours = pair_at(frame, 8) == salts_;
            const bool commits = big(frame, 4) != 0;
            bool sums_up = false;  // then it is of this log, whatever its salts say
            if (bad == 0) {
                sum_ = add(add(sum_, bytes{frame}.first(8), big_words_),
                           bytes{frame}.subspan(frame_head_bytes), big_words_);
                sums_up = pair_at(frame, 16) == sum_;
                if (!sums_up || !ours) bad = i;
            }
            if (ours || sums_up) since.add(big(frame, 0), commits);
            if (bad == 0 && commits) since.committed();
        }
        return since.count() > 1 ? bad : 0;
    }

private:
    bool next(std::vector<unsigned char>& frame) {
        file_.read(reinterpret_cast<char*>(frame.data()),
                   static_cast<std::streamsize>(frame.size()));
        return static_cast<std::size_t>(file_.gcount()) == frame.size();
    }

    std::ifstream& file_;
    std::size_t page_;
    bool big_words_;
    sums salts_, sum_;
};

bool sound_head(bytes h) {
    const std::uint32_t page = big(h, 8);
    return (big(h, 0) & ~1U) == magic && page >= 512 && page <= largest_page &&
           (page & (page - 1)) == 0 &&
           add({0, 0}, h.first(24), (big(h, 0) & 1) != 0) == pair_at(h, 24);
}

std::string log_of(const std::string& path) {
    std::error_code unresolved;  // SQLite follows links, so the log stands beside their target
    const fs::path real = fs::canonical(path, unresolved);
    return (unresolved ? path : real.string()) + "-wal";
}

bool all_zero(std::ifstream& file) {
    std::array<char, 4096> block;
    do {
        file.read(block.data(), block.size());
        const auto end = block.begin() + file.gcount();
        if (std::any_of(block.begin(), end, [](char c) { return c != 0; })) return false;
    } while (file);
    return true;
}

}  // namespace

bool log_without_journal(const std::string& path) {
    std::error_code missing;
    const auto size = fs::file_size(path, missing);
    if (!missing && size > 0) return false;
    const auto log = fs::file_size(log_of(path), missing);
    return !missing && log > head_bytes;
}

std::string damage_of_wal(const std::string& path) {
    const std::string log = log_of(path);
    std::ifstream file{log, std::ios::binary};
    std::array<unsigned char, head_bytes> head{};
    if (!file.read(reinterpret_cast<char*>(head.data()), head.size())) return {};
    const bool never_written = head == std::array<unsigned char, head_bytes>{} && all_zero(file);
    if (never_written) return {};
    if (!sound_head(head)) return "the head of its log is damaged: " + log;
    if (const auto frame = reader{file, head}.damaged(); frame != 0)
        return "its log is damaged in frame " + std::to_string(frame) +
               ", and batches stand behind it: " + log;
    return {};
}

}  // namespace earmark::journal
