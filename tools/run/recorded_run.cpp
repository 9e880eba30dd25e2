// SPDX-License-Identifier: MIT
#include "tools/run/recorded_run.hpp"

#include <algorithm>
#include <cstring>

#include "base/text.hpp"
#include "kernel/script.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {

namespace {

const std::vector<std::byte>& field(const std::vector<IdentityField>& identity, IdentityTag tag,
                                    const std::string& name) {
    const auto found = std::ranges::find(identity, static_cast<u16>(tag), &IdentityField::tag);
    if (found == identity.end()) {
        throw bad_input("{} has an identity without field {}: record the run again", name,
                        static_cast<u32>(tag));
    }
    return found->bytes;
}

template<class T>
T number(const std::vector<IdentityField>& identity, IdentityTag tag, const std::string& name) {
    const std::vector<std::byte>& bytes = field(identity, tag, name);
    T value{};
    if (bytes.size() != sizeof value) {
        throw bad_input("{} has a damaged identity: record the run again", name);
    }
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

/// "workload=NAME version=V tasks=N\n", as the image writes it.
void ask_for_named(RunOptions& options, std::string_view text, const std::string& name) {
    const std::string line(text.substr(0, text.find('\n')));
    std::string_view rest = line;
    for (auto word = next_word(rest); !word.empty(); word = next_word(rest)) {
        const KeyValue pair = split_word(word);
        if (pair.key == "workload") {
            options.workload = pair.value;
        } else if (pair.key == "tasks") {
            options.tasks = parse_number_option("tasks", pair.value, 1, TASKS_MAX);
        } else if (pair.key != "version") {
            throw bad_input("{} has a workload that this command does not know: '{}'", name, line);
        }
    }
}

} // namespace

void ask_again(RunOptions& options, const std::vector<IdentityField>& identity,
               const std::string& workload, const std::string& name) {
    options.cores = number<u32>(identity, IdentityTag::Cores, name);
    options.seed = number<u64>(identity, IdentityTag::Seed, name);
    const u32 policies = number<u32>(identity, IdentityTag::Policies, name);
    options.stealing = (policies & POLICY_STEALING) != 0 ? "on" : "off";
    options.latencies = std::make_shared<const std::vector<std::byte>>(
        field(identity, IdentityTag::Latencies, name));
    const auto bytes = std::as_bytes(std::span(workload));
    if (Script::open(bytes)) {
        options.packed_file =
            std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
        options.workload = "a workload file";
    } else {
        ask_for_named(options, workload, name);
    }
}

} // namespace knhk::tools
