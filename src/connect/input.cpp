#include "earmark/connect/input.hpp"

#define ZLIB_CONST  // next_in is const

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <system_error>

#include "earmark/connect/text.hpp"

namespace earmark::connect {
namespace {

constexpr std::size_t block = std::size_t{1} << 16;

input refused(error_code code, std::string_view name, std::string_view words) {
    input none;
    none.failure = rejected_row{0, fail(code), fmt::format("{}: {}", shown(name), words)};
    return none;
}

input too_large(std::string_view name, std::string_view what, std::size_t limit) {
    return refused(
        error_code::input_too_large, name,
        fmt::format("{} is larger than {} bytes; split it, or raise the limit", what, limit));
}

/// zlib's state, closed whatever happens.
class inflater {
public:
    inflater() {
        constexpr int gzip_only = 16 + MAX_WBITS;
        if (inflateInit2(&stream_, gzip_only) != Z_OK) throw std::bad_alloc{};
    }
    ~inflater() { inflateEnd(&stream_); }
    inflater(const inflater&) = delete;
    inflater& operator=(const inflater&) = delete;
    z_stream& stream() noexcept { return stream_; }

private:
    z_stream stream_{};
};

/// Expands all members of a gzip file (concatenated ones are one text).
input inflate_all(const std::string& bytes, std::string_view name, input_limits limits) {
    inflater z;
    z_stream& s = z.stream();
    input out;
    const auto buffer = std::make_unique<unsigned char[]>(block);
    std::size_t at = 0;
    int state = Z_OK;
    while (state != Z_STREAM_END || s.avail_in > 0 || at < bytes.size()) {
        if (s.avail_in == 0) {
            const std::size_t n = std::min(block, bytes.size() - at);
            if (n == 0)
                return refused(error_code::unreadable_input, name,
                               "the gzip data end too early; fetch the file again");
            s.next_in = reinterpret_cast<const Bytef*>(bytes.data() + at);
            s.avail_in = static_cast<uInt>(n);
            at += n;
        }
        if (state == Z_STREAM_END && inflateReset(&s) != Z_OK) throw std::bad_alloc{};
        s.next_out = buffer.get();
        s.avail_out = static_cast<uInt>(block);
        state = inflate(&s, Z_NO_FLUSH);
        if (state == Z_MEM_ERROR) throw std::bad_alloc{};
        if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
            return refused(
                error_code::unreadable_input, name,
                fmt::format("the gzip data are damaged near byte {}; fetch the file again",
                            at - s.avail_in));
        const std::size_t made = block - s.avail_out;
        if (made > limits.text_bytes - out.text.size())
            return too_large(name, "the expanded text", limits.text_bytes);
        out.text.append(reinterpret_cast<const char*>(buffer.get()), made);
    }
    return out;
}

struct file_closer {
    void operator()(std::FILE* f) const noexcept { std::fclose(f); }
};

std::string system_words(int number) { return std::generic_category().message(number); }

}  // namespace

input expand(std::string bytes, std::string_view name, input_limits limits) {
    if (bytes.empty())
        return refused(error_code::empty_input, name, "the file is empty; check the export");
    if (bytes.starts_with("\x1F\x8B")) return inflate_all(bytes, name, limits);
    if (bytes.size() > limits.text_bytes) return too_large(name, "the text", limits.text_bytes);
    input out;
    out.text = std::move(bytes);
    return out;
}

input read_input(const std::string& path, input_limits limits) {
    const std::unique_ptr<std::FILE, file_closer> file{std::fopen(path.c_str(), "rb")};
    if (!file)
        return refused(error_code::unreadable_input, path,
                       fmt::format("{}; check the path", system_words(errno)));
    std::string bytes;
    const auto buffer = std::make_unique<char[]>(block);
    while (const std::size_t n = std::fread(buffer.get(), 1, block, file.get())) {
        if (n > limits.file_bytes - bytes.size())
            return too_large(path, "the file", limits.file_bytes);
        bytes.append(buffer.get(), n);
    }
    if (std::ferror(file.get()) != 0)
        return refused(error_code::unreadable_input, path, system_words(errno));
    return expand(std::move(bytes), path, limits);
}

}  // namespace earmark::connect
