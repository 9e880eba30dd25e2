// SPDX-License-Identifier: MIT
#include "qemu/runner.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace knhk::qemu {

namespace {

constexpr int STATUS_MAX = static_cast<int>(EXIT_STATUS_LAST);

} // namespace

std::optional<PhysicalSpan> parse_drain_line(std::string_view line) {
    constexpr std::string_view PREFIX = "knhk: drain ";
    if (!line.starts_with(PREFIX)) {
        return std::nullopt;
    }
    line.remove_prefix(PREFIX.size());
    std::optional<u64> address;
    std::optional<u64> size_bytes;
    for (std::string_view word = next_word(line); !word.empty(); word = next_word(line)) {
        const auto [key, value] = split_word(word);
        const Result<u64> number = parse_number(value);
        if (number && key == "physical") {
            address = *number;
        } else if (number && key == "size") {
            size_bytes = *number;
        }
    }
    if (!address || !size_bytes) {
        return std::nullopt;
    }
    return PhysicalSpan{*address, *size_bytes};
}

Ending interpret_exit(const ExitCodes& codes, int code, std::string_view last_message) {
    const int above = code - codes.of_status_0;
    if (above >= 0 && above % codes.step == 0 && above / codes.step <= STATUS_MAX) {
        return {static_cast<ExitStatus>(above / codes.step), {}};
    }
    if (code == 0) {
        return {{},
                "the machine reset itself or went off without a status (triple fault?): see the "
                "console for what came before"};
    }
    if (code == 1) {
        const std::string_view message = last_message.empty() ? "it gave no reason" : last_message;
        return {{}, fmt::format("QEMU did not start: {}", message)};
    }
    return {{},
            fmt::format("QEMU ended with the unknown status {}: {}", code,
                        last_message.empty() ? "no message" : last_message)};
}

} // namespace knhk::qemu
