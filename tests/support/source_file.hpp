// Files of the source tree, for tests that read what is published: policies, documents, schemas.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace earmark::test {

/// The bytes of a file, named from the root of the source tree; empty where it is not found. Looked
/// for above this file, then upwards from where the test runs: a compiler cache may have made the
/// first of them relative.
inline std::string source_file(std::string_view name) {
    namespace fs = std::filesystem;
    std::vector<fs::path> roots{fs::path{__FILE__}.parent_path() / "../.."};
    for (fs::path p = fs::current_path(); p != p.parent_path(); p = p.parent_path())
        roots.push_back(p);
    for (const fs::path& root : roots) {
        std::ifstream in{root / name, std::ios::binary};
        if (in) return {std::istreambuf_iterator<char>{in}, {}};
    }
    return {};
}

}  // namespace earmark::test
