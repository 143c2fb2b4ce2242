#include "child.hpp"

#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace earmark::bench {

child::child(std::vector<std::string> command) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        throw std::runtime_error{"no socket for a child"};
    std::vector<char*> words;
    for (std::string& word : command) words.push_back(word.data());
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    const int wrong = posix_spawn(&pid_, words[0], &actions, nullptr, words.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (wrong != 0) {
        close(ends[0]);
        throw std::runtime_error{command[0] + ": " + std::strerror(wrong)};
    }
    socket_ = fdopen(ends[0], "r");
}

child::~child() {
    shutdown(fileno(socket_), SHUT_WR);
    std::fclose(socket_);
    waitpid(pid_, nullptr, 0);
}

std::string child::hear() {
    char* text = nullptr;
    std::size_t room = 0;
    const ssize_t n = getline(&text, &room, socket_);
    std::string line{text == nullptr || n < 0 ? "" : text};
    std::free(text);
    if (line.ends_with('\n')) line.pop_back();
    return line;
}

std::string child::ask(const std::string& line) {
    const std::string whole = line + "\n";  // short: it fits the socket at once
    if (send(fileno(socket_), whole.data(), whole.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(whole.size()))
        return {};
    return hear();
}

}  // namespace earmark::bench
