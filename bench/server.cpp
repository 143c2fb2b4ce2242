#include "server.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace earmark::bench {
namespace {

std::filesystem::path fresh_folder(const std::filesystem::path& parent) {
    std::string name = (parent / "earmark-bench-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
        throw std::runtime_error{name + ": " + std::strerror(errno)};
    return name;
}

pid_t start(std::vector<std::string>& command, const std::filesystem::path& log) {
    std::vector<char*> words;
    for (std::string& word : command) words.push_back(word.data());
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    pid_t pid = -1;
    const int wrong = posix_spawnp(&pid, words[0], &actions, nullptr, words.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (wrong != 0) throw std::runtime_error{command[0] + ": " + std::strerror(wrong)};
    return pid;
}

std::string last_line(const std::filesystem::path& log) {
    std::ifstream file{log};
    std::string line, last = "it said nothing";
    while (std::getline(file, line))
        if (!line.empty()) last = line;
    return last;
}

}  // namespace

scratch_folder::scratch_folder(const std::filesystem::path& parent) : path{fresh_folder(parent)} {}

scratch_folder::~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
}

void run_to_end(std::vector<std::string> command, const std::filesystem::path& log) {
    int status = 0;
    waitpid(start(command, log), &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        throw std::runtime_error{command[0] + ": " + last_line(log)};
}

server::server(std::vector<std::string> command, const std::filesystem::path& log,
               const std::function<bool()>& answers)
    : pid_{start(command, log)} {
    using clock = std::chrono::steady_clock;
    const auto patience = clock::now() + std::chrono::minutes{1};
    while (!answers()) {
        const bool ended = waitpid(pid_, nullptr, WNOHANG) != 0;
        if (!ended && clock::now() < patience) {
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
            continue;
        }
        if (!ended) end();
        throw std::runtime_error{command[0] + " does not come up: " + last_line(log)};
    }
}

server::~server() { end(); }

void server::end() noexcept {
    kill(pid_, SIGINT);  // both servers take it as the wish to stop at once, in good order
    waitpid(pid_, nullptr, 0);
}

}  // namespace earmark::bench
