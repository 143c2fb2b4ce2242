// A file name that nobody else has, in this process or another; what is there is gone at the end.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace earmark::test {

struct temporary_file {
    std::string path = (std::filesystem::temp_directory_path() /
                        ("earmark_test_" + std::to_string(::getpid()) + "_" +
                         std::to_string(reinterpret_cast<std::uintptr_t>(this))))
                           .string();

    temporary_file() = default;
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    ~temporary_file() {
        for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);
    }
};

}  // namespace earmark::test
