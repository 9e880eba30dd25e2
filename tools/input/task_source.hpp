// SPDX-License-Identifier: MIT
// Tasks for a run while it goes on, as lines of JSON from a file, standard input or a socket
// (docs/inputs.md). A line is read only when there is room for its task, so nothing is lost: who
// sends too fast has to wait.
#pragma once

#include <chrono>
#include <deque>
#include <list>
#include <memory>

#include "tools/input/input_report.hpp"
#include "tools/input/line_reader.hpp"
#include "tools/run/intake_feeder.hpp"
#include "tools/workload/schema_tasks.hpp"

namespace knhk::tools {

/// Where lines come from: "-", a path, "unix:PATH" or "tcp:HOST:PORT".
class TaskSource : public IntakeSource {
  public:
    /// Opens it, or listens there. Throws Failure (BadInput). `kinds` are those of the workload
    /// file; `report` outlives the source.
    TaskSource(const std::string& where, KindNames kinds, InputReport& report);
    ~TaskSource() override;

    [[nodiscard]] bool read(std::vector<std::byte>& to, u64 room) override;
    void tell(const IntakeProgress& progress) override;

    /// Where a socket listens: its path, or HOST:PORT with the port that was given.
    [[nodiscard]] const std::string& address() const { return address_; }
    [[nodiscard]] bool listens() const { return listener_.valid(); }

  private:
    using Clock = std::chrono::steady_clock;

    /// One who sends lines.
    struct Producer {
        std::string name; ///< in messages
        Descriptor file;  ///< its own; none for standard input
        InputLines lines;
        bool is_answered; ///< a socket
        u64 in_flight = 0;
        u64 accepted = 0;
        u64 refused = 0;
        u64 told = 0; ///< of accepted and refused together
        Clock::time_point told_at{};
        bool told_full = false;
        bool hung_up = false; ///< nobody is there to be answered
    };
    using Producers = std::list<Producer>;
    /// A task on its way into the run.
    struct InFlight {
        Producer* producer;
        u64 line;
        bool is_last; ///< of its line
    };
    /// What a line says, on its way: until all of it is, nobody is read.
    struct Loading {
        Producer* producer;
        u64 line;
        std::vector<LogInput> inputs;
        std::size_t next = 0;

        [[nodiscard]] bool is_done() const { return next == inputs.size(); }
    };

    void open_file(const std::string& where);
    void accept_producers();
    void read_lines(Producer& producer, std::vector<std::byte>& to, u64 room);
    void read_line(Producer& producer, std::string_view line);
    void put(InFlight whose, const LogInput& input, std::vector<std::byte>& to);
    void go_on_loading(std::vector<std::byte>& to, u64 room);
    void refuse(Producer& producer, u64 line, const std::string& what);
    void tell_full();
    void answer(Producer& producer);
    void say(Producer& producer, const std::string& text) const;
    [[nodiscard]] bool is_over(const Producer& producer) const;

    KindNames kinds_;
    InputReport& report_;
    std::string address_;
    std::string unix_path_; ///< to be removed
    Descriptor listener_;
    Producers producers_;
    u64 connections_ = 0;
    bool closed_ = false; ///< by a producer's word
    std::deque<InFlight> in_flight_;
    Loading loading_{nullptr, 0, {}};
    u64 done_ = 0; ///< of those that went into the run, and were accepted or refused there
};

} // namespace knhk::tools
