// SPDX-License-Identifier: MIT
// What an image says on its console, a line at a time.
#include "tests/fuzz/fuzz.hpp"
#include "tools/run/console_record.hpp"

using namespace knhk;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tools::ConsoleRecord record;
    std::string_view text = fuzz::text_of(data, size);
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string line(text.substr(0, end)); // behind it is not read
        record.add_line(line);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    fuzz::demand(!record.result() || record.result()->digest.size() == 32);
    return 0;
}
