// SPDX-License-Identifier: MIT
// Runs of the matrix as processes of this same program, several at once.
#include <array>
#include <list>

#include <poll.h>
#include <unistd.h>

#include "tools/host/failure.hpp"
#include "tools/host/process.hpp"
#include "tools/matrix/matrix.hpp"
#include "tools/run/interrupt.hpp"

namespace knhk::tools {

namespace {

constexpr int LOOK_MILLISECONDS = 5;

struct Child {
    std::size_t index;
    Process process;
    std::string output;
};

Child start(const std::vector<MatrixRun>& runs, std::size_t index) {
    std::vector<std::string> arguments{"/proc/self/exe"};
    const auto& asked = runs[index].arguments;
    arguments.insert(arguments.end(), asked.begin(), asked.end());
    arguments.insert(arguments.end(), {"--json", "--quiet"});
    return {index, Process::start({arguments, {}, true}), {}};
}

void read_all(Child& child) {
    std::array<char, 4096> buffer;
    ssize_t count = 0;
    while ((count = ::read(child.process.output(), buffer.data(), buffer.size())) > 0) {
        child.output.append(buffer.data(), static_cast<std::size_t>(count));
    }
}

} // namespace

void run_processes(const std::vector<MatrixRun>& runs, u32 jobs, const RunEnded& ended) {
    std::list<Child> children;
    std::size_t next = 0;
    while (next < runs.size() || !children.empty()) {
        if (interrupts() > 0) {
            throw run_failed("interrupted after {} of {} runs: start it again",
                             next - children.size(), runs.size());
        }
        while (children.size() < jobs && next < runs.size()) {
            children.push_back(start(runs, next++));
        }
        ::poll(nullptr, 0, LOOK_MILLISECONDS);
        for (auto child = children.begin(); child != children.end();) {
            read_all(*child);
            const std::optional<ProcessEnd> end = child->process.poll_end();
            if (!end) {
                ++child;
                continue;
            }
            read_all(*child);
            ended(child->index, end->is_success(), child->output);
            child = children.erase(child);
        }
    }
}

} // namespace knhk::tools
