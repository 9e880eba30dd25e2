// SPDX-License-Identifier: MIT
#include "tools/host/temporary_directory.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include "tools/host/failure.hpp"

namespace knhk::tools {

TemporaryDirectory::TemporaryDirectory() {
    std::error_code error;
    std::filesystem::path parent = std::filesystem::temp_directory_path(error);
    if (error) {
        parent = "/tmp";
    }
    std::string name = (parent / "knhk-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw bad_environment("cannot create a directory in {}: {}; set TMPDIR to a writable one",
                              parent.string(), system_text(errno));
    }
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

} // namespace knhk::tools
