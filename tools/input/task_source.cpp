// SPDX-License-Identifier: MIT
#include "tools/input/task_source.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "replay/intake.hpp"
#include "tools/host/failure.hpp"
#include "tools/host/json_tree.hpp"
#include "tools/input/listeners.hpp"
#include "tools/input/line_inputs.hpp"
#include "tools/sigma/sigma_text.hpp"

namespace knhk::tools {

namespace {

constexpr std::string_view UNIX_PREFIX = "unix:";
constexpr std::string_view TCP_PREFIX = "tcp:";
constexpr std::size_t PRODUCERS_MAX = 64;
constexpr std::chrono::milliseconds BETWEEN_ANSWERS{100};

bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

/// {"close": true}, and nothing else.
bool says_close(const Field& field) {
    static constexpr std::array FIELDS{std::string_view("close")};
    const Object object(field);
    if (!object.find("close")) {
        return false;
    }
    object.allow(FIELDS);
    if (!object.require("close").boolean()) {
        object.self().fail("closes nothing: leave the line out");
    }
    return true;
}

/// The snapshot that a line brings; none if it brings none.
std::optional<std::vector<std::byte>> snapshot_of(const Field& field) {
    static constexpr std::array FIELDS{std::string_view("sigma")};
    const Object object(field);
    const auto sigma = object.find("sigma");
    if (!sigma) {
        return std::nullopt;
    }
    object.allow(FIELDS);
    return build_sigma(*sigma);
}

} // namespace

TaskSource::TaskSource(const std::string& where, KindNames kinds, InputReport& report)
    : kinds_(std::move(kinds)), report_(report), address_(where) {
    if (where.starts_with(UNIX_PREFIX)) {
        unix_path_ = where.substr(UNIX_PREFIX.size());
        listener_ = listen_on_path(unix_path_);
    } else if (where.starts_with(TCP_PREFIX)) {
        listener_ = listen_on_port(where.substr(TCP_PREFIX.size()), address_);
    } else {
        open_file(where);
    }
}

TaskSource::~TaskSource() {
    if (!unix_path_.empty()) {
        ::unlink(unix_path_.c_str());
    }
}

void TaskSource::open_file(const std::string& where) {
    if (where == "-") {
        producers_.push_back({"-", Descriptor(), InputLines(STDIN_FILENO), false});
        return;
    }
    Descriptor file(::open(where.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.valid()) {
        throw bad_input("cannot open {}: {}: --input takes a file, '-', unix:PATH or "
                        "tcp:HOST:PORT",
                        where, system_text(errno));
    }
    const InputLines lines(file.get());
    producers_.push_back({where, std::move(file), lines, false});
}

bool TaskSource::read(std::vector<std::byte>& to, u64 room) {
    accept_producers();
    if (room < sizeof(IntakeInput)) {
        tell_full();
        return true;
    }
    go_on_loading(to, room);
    for (Producer& producer : producers_) {
        producer.told_full = false;
        if (!closed_ && loading_.is_done()) {
            read_lines(producer, to, room);
        }
    }
    std::erase_if(producers_, [this](const Producer& producer) { return is_over(producer); });
    const bool nobody_comes = !listener_.valid() && producers_.empty();
    return !nobody_comes && !(closed_ && loading_.is_done() && in_flight_.empty());
}

void TaskSource::accept_producers() {
    while (listener_.valid() && !closed_ && producers_.size() < PRODUCERS_MAX) {
        Descriptor file(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!file.valid()) {
            return; // nobody, or who went away again
        }
        const InputLines lines(file.get());
        producers_.push_back(
            {fmt::format("{}#{}", address_, ++connections_), std::move(file), lines, true});
    }
}

/// As many as there is room for, and a piece of them at most: others want their turn.
void TaskSource::read_lines(Producer& producer, std::vector<std::byte>& to, u64 room) {
    producer.lines.read_more();
    while (!closed_ && loading_.is_done() && to.size() + sizeof(IntakeInput) <= room) {
        const auto line = producer.lines.next();
        if (!line) {
            return;
        }
        if (producer.lines.was_too_long()) {
            refuse(producer, producer.lines.line(),
                   fmt::format("longer than {} bytes", INPUT_LINE_BYTES_MAX));
        } else if (!is_blank(*line)) {
            read_line(producer, *line);
            go_on_loading(to, room);
        }
    }
}

void TaskSource::read_line(Producer& producer, std::string_view line) {
    const u64 number = producer.lines.line();
    try {
        const JsonValue value = parse_json(line, producer.name, static_cast<u32>(number));
        const Field field(value, "", producer.name);
        if (says_close(field)) {
            closed_ = true;
            return;
        }
        if (const auto sealed = snapshot_of(field)) {
            loading_ = {&producer, number, snapshot_inputs(*sealed)};
            return;
        }
        loading_ = {&producer, number, task_inputs(read_outside_task(field, kinds_))};
    } catch (const Failure& failure) {
        refuse(producer, number, failure.what());
    }
}

void TaskSource::put(InFlight whose, const LogInput& input, std::vector<std::byte>& to) {
    const IntakeInput item{INTAKE_INPUT_TAG, 0, 0, input};
    const auto* bytes = reinterpret_cast<const std::byte*>(&item);
    to.insert(to.end(), bytes, bytes + sizeof item);
    in_flight_.push_back(whose);
    ++whose.producer->in_flight;
}

/// As much of it as there is room for.
void TaskSource::go_on_loading(std::vector<std::byte>& to, u64 room) {
    while (!loading_.is_done() && to.size() + sizeof(IntakeInput) <= room) {
        const LogInput& input = loading_.inputs[loading_.next++];
        put({loading_.producer, loading_.line, loading_.is_done()}, input, to);
    }
}

/// `what` names source and line.
void TaskSource::refuse(Producer& producer, u64 line, const std::string& what) {
    ++producer.refused;
    const std::string_view text = what;
    const std::string place = fmt::format("{}:{}: ", producer.name, line);
    const auto why = text.starts_with(place) ? text.substr(place.size()) : text;
    if (producer.is_answered) {
        const Json answer = {{"refused", line}, {"why", why}};
        say(producer, answer.text());
        ++producer.told;
    }
    report_.refuse(place + std::string(why));
}

/// What is not read stays with who sent it.
void TaskSource::tell_full() {
    for (Producer& producer : producers_) {
        if (producer.is_answered && !producer.told_full && producer.lines.has_something()) {
            say(producer, R"({"full": true})");
            producer.told_full = true;
        }
    }
}

void TaskSource::tell(const IntakeProgress& progress) {
    for (; done_ < progress.done() && !in_flight_.empty(); ++done_) {
        const auto [producer, line, is_last] = in_flight_.front();
        in_flight_.pop_front();
        --producer->in_flight;
        if (!is_last) {
            continue;
        }
        if (progress.was_refused(done_)) {
            refuse(*producer, line, "the run has no such handler");
        } else {
            ++producer->accepted;
            ++report_.accepted;
        }
    }
    for (Producer& producer : producers_) {
        answer(producer);
    }
}

/// Every so often, and when all has arrived.
void TaskSource::answer(Producer& producer) {
    const u64 count = producer.accepted + producer.refused;
    const Clock::time_point now = Clock::now();
    const bool is_time = producer.in_flight == 0 || now >= producer.told_at + BETWEEN_ANSWERS;
    if (!producer.is_answered || count == producer.told || !is_time) {
        return;
    }
    say(producer, fmt::format(R"({{"accepted": {}}})", producer.accepted));
    producer.told = count;
    producer.told_at = now;
}

/// Best effort: who does not read its answers shall not hold up the run.
void TaskSource::say(Producer& producer, const std::string& text) const {
    const std::string line = text + "\n";
    if (!producer.hung_up &&
        ::send(producer.file.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
        producer.hung_up = errno != EAGAIN;
    }
}

bool TaskSource::is_over(const Producer& producer) const {
    const bool is_loading = !loading_.is_done() && loading_.producer == &producer;
    return producer.lines.is_done() && producer.in_flight == 0 && !is_loading;
}

} // namespace knhk::tools
