// SPDX-License-Identifier: MIT
// A trace as Perfetto's protobuf. The field numbers are those of its trace_packet.proto,
// track_event.proto and their kin; tests/trace/perfetto_subset.proto lists them by name.
#include <cstdint>
#include <limits>

#include <fmt/format.h>

#include "tools/log/hex_text.hpp"
#include "tools/views/protobuf_out.hpp"
#include "tools/views/trace_sink.hpp"

namespace knhk::tools {

namespace {

namespace trace_field {
constexpr u32 PACKET = 1;
}
namespace packet_field {
constexpr u32 TIMESTAMP = 8;
constexpr u32 SEQUENCE_ID = 10;
constexpr u32 TRACK_EVENT = 11;
constexpr u32 INTERNED_DATA = 12;
constexpr u32 SEQUENCE_FLAGS = 13;
constexpr u32 TRACK_DESCRIPTOR = 60;
} // namespace packet_field
namespace event_field {
constexpr u32 DEBUG_ANNOTATIONS = 4;
constexpr u32 TYPE = 9;
constexpr u32 NAME_IID = 10;
constexpr u32 TRACK_UUID = 11;
constexpr u32 NAME = 23;
constexpr u32 FLOW_IDS = 47;
constexpr u32 TERMINATING_FLOW_IDS = 48;
} // namespace event_field
namespace descriptor_field {
constexpr u32 UUID = 1;
constexpr u32 NAME = 2;
constexpr u32 PROCESS = 3;
constexpr u32 THREAD = 4;
constexpr u32 PARENT_UUID = 5;
} // namespace descriptor_field
namespace process_field {
constexpr u32 PID = 1;
constexpr u32 NAME = 6;
} // namespace process_field
namespace thread_field {
constexpr u32 PID = 1;
constexpr u32 TID = 2;
constexpr u32 NAME = 5;
} // namespace thread_field
namespace interned_field {
constexpr u32 EVENT_NAMES = 2;
constexpr u32 ANNOTATION_NAMES = 3;
constexpr u32 IID = 1; // of both
constexpr u32 NAME = 2;
} // namespace interned_field
namespace annotation_field {
constexpr u32 NAME_IID = 1;
constexpr u32 UINT_VALUE = 3;
constexpr u32 STRING_VALUE = 6;
constexpr u32 POINTER_VALUE = 7;
} // namespace annotation_field

enum class EventType : u32 { SliceBegin = 1, SliceEnd = 2, Instant = 3 };
enum class SequenceFlags : u32 { StateCleared = 1, NeedsState = 2 };
enum class Annotation : u32 {
    TaskId = 1,
    Hash,
    Ticks,
    Victim,
    Beat,
    Events,
    Chain,
    Snapshot,
    Receipts
};
constexpr const char* ANNOTATIONS[] = {"task_id", "hash",   "ticks", "victim",
                                       "beat",    "events", "chain", "snapshot"};

constexpr u64 PROCESS_UUID = 1;
constexpr u64 BEATS_UUID = 2;
constexpr u64 CORES_UUID = 16; // of core 0
constexpr u64 SEQUENCE = 1;
constexpr u64 POSITION_MAX = std::numeric_limits<std::int64_t>::max(); // its reader has a sign
constexpr std::size_t PACKET_BYTES_MAX = 512;                          // of an event
constexpr std::size_t NAMES_BYTES_MAX = std::size_t{16} * 1024;

class PerfettoSink final : public TraceSink {
  public:
    explicit PerfettoSink(ByteSink& out) : out_(out) {}

    void begin(u32 cores) override;
    void beat(const LogBeat& beat, u64 begin, u64 end) override;
    void open_task(const TraceMark& task, u64 end) override;
    void close_task(u32 core, u64 end) override;
    void mark(const TraceMark& mark) override;
    void still_waiting(const TraceMark& mark) override;
    void end() override {}
    [[nodiscard]] u64 position_max() const override { return POSITION_MAX; }

  private:
    /// Calls `fill` with a packet that is open.
    template<class Fill>
    void packet(std::size_t size_max, Fill fill);
    template<class Fill>
    void event(u64 track, u64 position, EventType type, Fill fill);
    void core_event(const TraceMark& mark, EventType type, std::size_t name);
    void names();
    void process_track();
    void beats_track();
    void core_track(u32 core);

    ByteSink& out_;
    TraceNames names_;
};

template<class Fill>
void PerfettoSink::packet(std::size_t size_max, Fill fill) {
    ProtobufOut out(out_.room(size_max));
    char* const packet = out.open(trace_field::PACKET);
    out.number(packet_field::SEQUENCE_ID, SEQUENCE);
    fill(out);
    out.close(packet);
    out_.wrote(out.end());
}

template<class Fill>
void PerfettoSink::event(u64 track, u64 position, EventType type, Fill fill) {
    packet(PACKET_BYTES_MAX, [&](ProtobufOut& out) {
        out.number(packet_field::SEQUENCE_FLAGS, static_cast<u32>(SequenceFlags::NeedsState));
        out.number(packet_field::TIMESTAMP, position);
        char* const event = out.open(packet_field::TRACK_EVENT);
        out.number(event_field::TYPE, static_cast<u32>(type));
        out.number(event_field::TRACK_UUID, track);
        fill(out);
        out.close(event);
    });
}

void annotate(ProtobufOut& out, Annotation name, u32 field, u64 value) {
    char* const annotation = out.open(event_field::DEBUG_ANNOTATIONS);
    out.number(annotation_field::NAME_IID, static_cast<u32>(name));
    out.number(field, value);
    out.close(annotation);
}

void annotate(ProtobufOut& out, const Event& event) {
    if (event.kind != static_cast<u8>(EventKind::StateChange)) {
        annotate(out, Annotation::TaskId, annotation_field::UINT_VALUE, event.task_id);
    }
    annotate(out, Annotation::Hash, annotation_field::POINTER_VALUE, event.hash);
    if (event.kind == static_cast<u8>(EventKind::TaskExecuted)) {
        annotate(out, Annotation::Ticks, annotation_field::UINT_VALUE, event.ticks);
    } else if (event.kind == static_cast<u8>(EventKind::TaskStolen)) {
        annotate(out, Annotation::Victim, annotation_field::UINT_VALUE, event.ticks);
    } else if (event.kind == static_cast<u8>(EventKind::Promotion)) {
        annotate(out, Annotation::Snapshot, annotation_field::UINT_VALUE, event.ticks);
    } else if (event.kind == static_cast<u8>(EventKind::Commit)) {
        annotate(out, Annotation::Receipts, annotation_field::UINT_VALUE, event.ticks);
    }
}

void put_flows(ProtobufOut& out, const FlowEnds& flows) {
    for (const u64 flow : {flows.on, flows.out}) {
        if (flow != 0) {
            out.fixed64(event_field::FLOW_IDS, flow);
        }
    }
    if (flows.in != 0) {
        out.fixed64(event_field::TERMINATING_FLOW_IDS, flows.in);
    }
}

void PerfettoSink::core_event(const TraceMark& mark, EventType type, std::size_t name) {
    event(CORES_UUID + mark.event.core, mark.position, type, [&](ProtobufOut& out) {
        out.number(event_field::NAME_IID, name + 1);
        annotate(out, mark.event);
        put_flows(out, mark.flows);
    });
}

void PerfettoSink::begin(u32 cores) {
    names();
    process_track();
    beats_track();
    for (u32 core = 0; core < cores; ++core) {
        core_track(core);
    }
}

void PerfettoSink::names() {
    packet(NAMES_BYTES_MAX, [this](ProtobufOut& out) {
        out.number(packet_field::SEQUENCE_FLAGS, static_cast<u32>(SequenceFlags::StateCleared));
        char* const data = out.open(packet_field::INTERNED_DATA);
        const auto put = [&out](u32 field, u64 id, std::string_view name) {
            char* const entry = out.open(field);
            out.number(interned_field::IID, id);
            out.text(interned_field::NAME, name);
            out.close(entry);
        };
        for (std::size_t i = 0; i < names_.all().size(); ++i) {
            if (!names_.all()[i].empty()) {
                put(interned_field::EVENT_NAMES, i + 1, names_.all()[i]);
            }
        }
        u64 id = 0;
        for (const char* const name : ANNOTATIONS) {
            put(interned_field::ANNOTATION_NAMES, ++id, name);
        }
        out.close(data);
    });
}

void PerfettoSink::process_track() {
    packet(PACKET_BYTES_MAX, [](ProtobufOut& out) {
        char* const track = out.open(packet_field::TRACK_DESCRIPTOR);
        out.number(descriptor_field::UUID, PROCESS_UUID);
        char* const process = out.open(descriptor_field::PROCESS);
        out.number(process_field::PID, TRACE_PROCESS);
        out.text(process_field::NAME, "KNHK");
        out.close(process);
        out.close(track);
    });
}

void PerfettoSink::beats_track() {
    packet(PACKET_BYTES_MAX, [](ProtobufOut& out) {
        char* const track = out.open(packet_field::TRACK_DESCRIPTOR);
        out.number(descriptor_field::UUID, BEATS_UUID);
        out.number(descriptor_field::PARENT_UUID, PROCESS_UUID);
        out.text(descriptor_field::NAME, "beats");
        out.close(track);
    });
}

void PerfettoSink::core_track(u32 core) {
    packet(PACKET_BYTES_MAX, [core](ProtobufOut& out) {
        char* const track = out.open(packet_field::TRACK_DESCRIPTOR);
        out.number(descriptor_field::UUID, CORES_UUID + core);
        out.number(descriptor_field::PARENT_UUID, PROCESS_UUID);
        char* const thread = out.open(descriptor_field::THREAD);
        out.number(thread_field::PID, TRACE_PROCESS);
        out.number(thread_field::TID, TRACE_CORES_THREAD + core);
        out.text(thread_field::NAME, fmt::format("core {}", core));
        out.close(thread);
        out.close(track);
    });
}

void PerfettoSink::beat(const LogBeat& beat, u64 begin, u64 end) {
    event(BEATS_UUID, begin, EventType::SliceBegin, [&beat](ProtobufOut& out) {
        out.text(event_field::NAME, fmt::format("beat {}", beat.beat));
        annotate(out, Annotation::Beat, annotation_field::UINT_VALUE, beat.beat);
        annotate(out, Annotation::Events, annotation_field::UINT_VALUE, beat.event_count);
        char* const chain = out.open(event_field::DEBUG_ANNOTATIONS);
        out.number(annotation_field::NAME_IID, static_cast<u32>(Annotation::Chain));
        out.text(annotation_field::STRING_VALUE, digest_text(beat.chain));
        out.close(chain);
    });
    event(BEATS_UUID, end, EventType::SliceEnd, [](ProtobufOut&) {});
}

void PerfettoSink::open_task(const TraceMark& task, u64 /*end*/) {
    core_event(task, EventType::SliceBegin, TraceNames::index_of(task.event));
}

void PerfettoSink::close_task(u32 core, u64 end) {
    event(CORES_UUID + core, end, EventType::SliceEnd, [](ProtobufOut&) {});
}

void PerfettoSink::mark(const TraceMark& mark) {
    core_event(mark, EventType::Instant, TraceNames::index_of(mark.event));
}

void PerfettoSink::still_waiting(const TraceMark& mark) {
    core_event(mark, EventType::Instant, TraceNames::STILL_WAITING);
}

} // namespace

std::unique_ptr<TraceSink> make_perfetto_sink(ByteSink& out) {
    return std::make_unique<PerfettoSink>(out);
}

} // namespace knhk::tools
