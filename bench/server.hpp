// A SERVER that a run starts for itself: in a folder of its own under the temporary files, with its
// socket there and no other door. It is ended by its process id, and by the system if we die first.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace earmark::bench {

/// A fresh folder, removed at the end.
class scratch_folder {
public:
    /// In `parent`. Throws std::runtime_error where it cannot be made.
    explicit scratch_folder(const std::filesystem::path& parent);
    ~scratch_folder();
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;

    const std::filesystem::path path;
};

/// Runs a program to its end. Its words go to `log`. Throws std::runtime_error where it fails.
void run_to_end(std::vector<std::string> command, const std::filesystem::path& log);

class server {
public:
    /// Starts it and waits until `answers` says true, for up to a minute. Throws
    /// std::runtime_error with the end of its log where it does not come up.
    server(std::vector<std::string> command, const std::filesystem::path& log,
           const std::function<bool()>& answers);
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

private:
    void end() noexcept;
    pid_t pid_ = -1;
};

}  // namespace earmark::bench
