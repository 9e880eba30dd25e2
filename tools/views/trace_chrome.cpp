// SPDX-License-Identifier: MIT
// A trace as the JSON that Chrome's tracing reads: complete events, in microseconds, an event a
// line. Ids of tasks are strings, for readers whose numbers end at 2^53.
#include <fmt/format.h>

#include "tools/log/hex_text.hpp"
#include "tools/views/digits.hpp"
#include "tools/views/trace_sink.hpp"

namespace knhk::tools {

namespace {

/// More than an event takes, its flows included.
constexpr std::size_t EVENT_CHARS_MAX = 1024;
/// Microseconds are doubles there: up to here, neighbours differ in the third decimal.
constexpr u64 POSITION_MAX = u64{1} << 52;

class ChromeSink final : public TraceSink {
  public:
    explicit ChromeSink(ByteSink& out) : out_(out) {}

    void begin(u32 cores) override;
    void beat(const LogBeat& beat, u64 begin, u64 end) override;
    void open_task(const TraceMark& task, u64 end) override;
    void close_task(u32 /*core*/, u64 /*end*/) override {} // a complete event has its length
    void mark(const TraceMark& mark) override;
    void still_waiting(const TraceMark& mark) override;
    void end() override;
    [[nodiscard]] u64 position_max() const override { return POSITION_MAX; }

  private:
    void core_event(const TraceMark& mark, u64 end, std::string_view name);
    void thread_name(u32 thread, std::string_view name);

    ByteSink& out_;
    TraceNames names_;
};

char* write_microseconds(char* to, u64 position) {
    to = write_decimal(to, position / POSITIONS_OF_A_TICK);
    const u64 rest = position % POSITIONS_OF_A_TICK;
    *to++ = '.';
    *to++ = static_cast<char>('0' + rest / 100);
    *to++ = static_cast<char>('0' + rest / 10 % 10);
    *to++ = static_cast<char>('0' + rest % 10);
    return to;
}

/// ,"pid":1,"tid":1003,"ts":17.000
char* write_place(char* to, u32 thread, u64 position) {
    to = write_text(to, R"(,"pid":1,"tid":)");
    to = write_decimal(to, thread);
    to = write_text(to, R"(,"ts":)");
    return write_microseconds(to, position);
}

char* write_slice(char* to, std::string_view name, u32 thread, u64 begin, u64 end) {
    to = write_text(to, R"({"ph":"X","name":")");
    to = write_text(to, name);
    *to++ = '"';
    to = write_place(to, thread, begin);
    to = write_text(to, R"(,"dur":)");
    return write_microseconds(to, end - begin);
}

/// A flow's end binds to the slice that begins there, or that it lies in.
char* write_flow(char* to, char phase, u64 flow, const TraceMark& mark) {
    to = write_text(to, ",\n{\"ph\":\"");
    *to++ = phase;
    to = write_text(to, R"(","name":"waits","cat":"task","bp":"e","id":)");
    to = write_decimal(to, flow);
    to = write_place(to, TRACE_CORES_THREAD + mark.event.core, mark.position);
    *to++ = '}';
    return to;
}

char* write_arguments(char* to, const Event& event) {
    to = write_text(to, R"(,"args":{"task_id":")");
    to = write_decimal(to, event.task_id);
    to = write_text(to, R"(","hash":")");
    to = write_hex(to, event.hash);
    *to++ = '"';
    if (event.kind == static_cast<u8>(EventKind::TaskExecuted)) {
        to = write_text(to, R"(,"ticks":)");
        to = write_decimal(to, event.ticks);
    } else if (event.kind == static_cast<u8>(EventKind::TaskStolen)) {
        to = write_text(to, R"(,"victim":)");
        to = write_decimal(to, event.ticks);
    } else if (event.kind == static_cast<u8>(EventKind::Promotion)) {
        to = write_text(to, R"(,"snapshot":)");
        to = write_decimal(to, event.ticks);
    } else if (event.kind == static_cast<u8>(EventKind::Commit)) {
        to = write_text(to, R"(,"receipts":)");
        to = write_decimal(to, event.ticks);
    }
    return write_text(to, "}}");
}

void ChromeSink::begin(u32 cores) {
    out_.put("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n"
             "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":1,\"args\":{\"name\":\"KNHK\"}}");
    thread_name(TRACE_BEATS_THREAD, "beats");
    for (u32 core = 0; core < cores; ++core) {
        thread_name(TRACE_CORES_THREAD + core, fmt::format("core {}", core));
    }
}

void ChromeSink::thread_name(u32 thread, std::string_view name) {
    out_.put(fmt::format(",\n{{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":1,\"tid\":{},"
                         "\"args\":{{\"name\":\"{}\"}}}},\n{{\"ph\":\"M\",\"name\":"
                         "\"thread_sort_index\",\"pid\":1,\"tid\":{},\"args\":{{\"sort_index\":"
                         "{}}}}}",
                         thread, name, thread, thread));
}

void ChromeSink::beat(const LogBeat& beat, u64 begin, u64 end) {
    char* to = write_text(out_.room(EVENT_CHARS_MAX), ",\n");
    to = write_slice(to, fmt::format("beat {}", beat.beat), TRACE_BEATS_THREAD, begin, end);
    to = write_text(to, fmt::format(R"(,"args":{{"beat":"{}","events":{},"chain":"{}"}}}})",
                                    beat.beat, beat.event_count, digest_text(beat.chain)));
    out_.wrote(to);
}

void ChromeSink::core_event(const TraceMark& mark, u64 end, std::string_view name) {
    char* to = write_text(out_.room(EVENT_CHARS_MAX), ",\n");
    to = write_slice(to, name, TRACE_CORES_THREAD + mark.event.core, mark.position, end);
    to = write_arguments(to, mark.event);
    if (mark.flows.in != 0) {
        to = write_flow(to, 'f', mark.flows.in, mark);
    }
    if (mark.flows.on != 0) {
        to = write_flow(to, 't', mark.flows.on, mark);
    }
    if (mark.flows.out != 0) {
        to = write_flow(to, 's', mark.flows.out, mark);
    }
    out_.wrote(to);
}

void ChromeSink::open_task(const TraceMark& task, u64 end) {
    core_event(task, end, names_.of(task.event));
}

void ChromeSink::mark(const TraceMark& mark) {
    core_event(mark, mark.position + MARK_POSITIONS, names_.of(mark.event));
}

void ChromeSink::still_waiting(const TraceMark& mark) {
    core_event(mark, mark.position + MARK_POSITIONS, names_.all()[TraceNames::STILL_WAITING]);
}

void ChromeSink::end() {
    out_.put("\n]}\n");
}

} // namespace

std::unique_ptr<TraceSink> make_chrome_sink(ByteSink& out) {
    return std::make_unique<ChromeSink>(out);
}

} // namespace knhk::tools
