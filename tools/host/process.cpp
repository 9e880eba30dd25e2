// SPDX-License-Identifier: MIT
#include "tools/host/process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/host/failure.hpp"

namespace knhk::tools {

namespace {

struct Pipe {
    Descriptor read_end;
    Descriptor write_end;
};

Pipe open_pipe(int read_flags) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        throw bad_environment("cannot open a pipe: {}", system_text(errno));
    }
    Pipe result{Descriptor(ends[0]), Descriptor(ends[1])};
    if (read_flags != 0) {
        ::fcntl(ends[0], F_SETFL, read_flags);
    }
    return result;
}

/// What the child's first three descriptors become; -1 leaves one as it is.
struct Streams {
    int input = -1;
    int output = -1;
    int errors = -1;
    bool own_group = false;
};

/// Runs in the child, after fork: only calls that are safe there.
[[noreturn]] void become(const std::vector<char*>& arguments, const Streams& streams,
                         const std::vector<int>& inherited, pid_t parent, int failure_pipe) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) {
        ::_exit(127); // the parent died before prctl
    }
    if (streams.own_group) {
        ::setpgid(0, 0);
    }
    const int sources[3] = {streams.input, streams.output, streams.errors};
    for (int target = 0; target < 3; ++target) {
        if (sources[target] >= 0) {
            ::dup2(sources[target], target);
        }
    }
    for (const int descriptor : inherited) {
        ::fcntl(descriptor, F_SETFD, 0);
    }
    ::signal(SIGPIPE, SIG_DFL);
    ::execvp(arguments[0], arguments.data());
    const int error = errno;
    [[maybe_unused]] const ssize_t told = ::write(failure_pipe, &error, sizeof error);
    ::_exit(127);
}

/// Forks and executes; throws when the program cannot be executed.
pid_t spawn(const std::vector<std::string>& arguments, const Streams& streams,
            const std::vector<int>& inherited) {
    std::vector<char*> raw_arguments;
    for (const std::string& argument : arguments) {
        raw_arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    raw_arguments.push_back(nullptr);
    Pipe failure = open_pipe(0);
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) {
        throw bad_environment("cannot start another process: {}", system_text(errno));
    }
    if (child == 0) {
        become(raw_arguments, streams, inherited, parent, failure.write_end.get());
    }
    failure.write_end.close();
    int error = 0;
    if (::read(failure.read_end.get(), &error, sizeof error) == sizeof error) {
        ::waitpid(child, nullptr, 0);
        throw bad_environment("cannot start {}: {}", arguments[0], system_text(error));
    }
    return child;
}

Descriptor open_null() {
    return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

ProcessEnd end_from(int wait_status) {
    if (WIFSIGNALED(wait_status)) {
        return {.by_signal = true, .code = WTERMSIG(wait_status)};
    }
    return {.by_signal = false, .code = WEXITSTATUS(wait_status)};
}

ProcessEnd wait_for(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return end_from(status);
}

} // namespace

Process Process::start(const ProcessPlan& plan) {
    Pipe output = open_pipe(O_NONBLOCK);
    Pipe errors;
    if (!plan.errors_join_output) {
        errors = open_pipe(O_NONBLOCK);
    }
    const Descriptor null = open_null();
    const int error_target =
        plan.errors_join_output ? output.write_end.get() : errors.write_end.get();
    const Streams streams{null.get(), output.write_end.get(), error_target, true};
    const pid_t child = spawn(plan.arguments, streams, plan.inherited);
    return {child, std::move(output.read_end), std::move(errors.read_end)};
}

Process::~Process() {
    if (id_.raw > 0) {
        send(SIGKILL);
        wait_for(id_.raw);
    }
}

std::optional<ProcessEnd> Process::poll_end() {
    if (id_.raw <= 0) {
        return std::nullopt;
    }
    siginfo_t info{};
    const auto id = static_cast<id_t>(id_.raw);
    if (::waitid(P_PID, id, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) {
        return std::nullopt;
    }
    // What a wrapper script may have left running in the child's group ends with it. Until the
    // child is reaped, nobody else can get the group's number.
    ::kill(-id_.raw, SIGKILL);
    return wait_for(std::exchange(id_.raw, -1));
}

void Process::send(int signal) const {
    if (id_.raw > 0 && ::kill(-id_.raw, signal) != 0) {
        ::kill(id_.raw, signal); // not yet the leader of its group
    }
}

ProcessEnd run_in_foreground(const std::vector<std::string>& arguments) {
    return wait_for(spawn(arguments, {}, {}));
}

std::string output_of(const std::vector<std::string>& arguments) {
    if (!is_installed(arguments[0])) {
        return {};
    }
    Pipe output = open_pipe(0);
    const Descriptor null = open_null();
    const pid_t child = spawn(arguments, {null.get(), output.write_end.get(), -1, false}, {});
    output.write_end.close();
    std::string text;
    std::array<char, 4096> buffer;
    ssize_t count = 0;
    while ((count = ::read(output.read_end.get(), buffer.data(), buffer.size())) > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return wait_for(child).is_success() ? text : std::string();
}

bool is_installed(const std::string& name) {
    if (name.find('/') != std::string::npos) {
        return ::access(name.c_str(), X_OK) == 0;
    }
    const char* const path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (::access((folder + "/" + name).c_str(), X_OK) == 0) {
            return true;
        }
    }
    return false;
}

} // namespace knhk::tools
