#include "earmark/connect/input.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace earmark::connect {
namespace {

using namespace std::string_literals;

// gzip of "sku\nA\n"
const std::string packed =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x2b\xce\x2e\xe5\x72\xe4\x02\x00\xb2\xda\x57\x8a\x06"
    "\x00"
    "\x00\x00"s;

error_code code_of(const input& i) { return i.failure ? i.failure->why.code : error_code::ok; }

TEST_CASE("gzip is known by its first bytes and plain text passes through") {
    CHECK(expand(packed, "orders.csv").text == "sku\nA\n");
    CHECK(expand("sku\nA\n", "orders.csv.gz").text == "sku\nA\n");
}

TEST_CASE("the members of a gzip file are one text") {
    CHECK(expand(packed + packed, "orders.csv.gz").text == "sku\nA\nsku\nA\n");
}

TEST_CASE("an expanded text beyond the limit is refused, however small the file is") {
    const input i = expand(packed, "bomb.gz", {.text_bytes = 3});
    CHECK(code_of(i) == error_code::input_too_large);
    CHECK(i.text.empty());
    CHECK(i.failure->text.find("\"bomb.gz\": the expanded text is larger than 3 bytes") == 0);
    CHECK(code_of(expand("1234", "plain", {.text_bytes = 3})) == error_code::input_too_large);
    CHECK(code_of(expand("123", "plain", {.text_bytes = 3})) == error_code::ok);
}

TEST_CASE("damaged and truncated gzip data are refused, and give no part of the text") {
    for (std::size_t n = 2; n < packed.size(); ++n) {
        const input i = expand(packed.substr(0, n), "cut.gz");
        CAPTURE(n);
        CHECK(code_of(i) == error_code::unreadable_input);
        CHECK(i.text.empty());
    }
    for (std::size_t n = 10; n < packed.size(); ++n) {
        std::string bent = packed;
        bent[n] = static_cast<char>(bent[n] ^ 0x55);
        CHECK(expand(bent, "bent.gz").failure);
    }
    CHECK(expand(packed + "rest", "tail.gz").failure);
}

TEST_CASE("an empty file, a missing file and a directory each have their words") {
    CHECK(code_of(expand("", "empty")) == error_code::empty_input);
    const input missing = read_input("no/such/file.csv");
    CHECK(code_of(missing) == error_code::unreadable_input);
    CHECK(missing.failure->text.find("no/such/file.csv") != std::string::npos);
    CHECK(code_of(read_input(".")) == error_code::unreadable_input);
}

TEST_CASE("a file beyond the limit is refused while it is read, even an endless one") {
    CHECK(code_of(read_input("/dev/zero", {.file_bytes = 1'000'000})) ==
          error_code::input_too_large);
}

}  // namespace
}  // namespace earmark::connect
