// A CHILD that is asked in lines and answers in lines, over one socket. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <string>
#include <vector>

namespace earmark::bench {

class child {
public:
    /// Starts the program; its standard input and output are the socket.
    /// Throws std::runtime_error where it cannot be started.
    explicit child(std::vector<std::string> command);
    /// Ends its input and waits for its end.
    ~child();
    child(const child&) = delete;
    child& operator=(const child&) = delete;

    /// The next line, without its end; empty where the child has ended.
    [[nodiscard]] std::string hear();
    /// Says a line and answers the next one.
    [[nodiscard]] std::string ask(const std::string& line);

private:
    pid_t pid_ = -1;
    std::FILE* socket_ = nullptr;
};

}  // namespace earmark::bench
