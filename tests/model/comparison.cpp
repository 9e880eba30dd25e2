// SPDX-License-Identifier: MIT
// The same random workload for both sides, and the comparison of what came of it.
#include "tests/model/comparison.hpp"

#include <algorithm>
#include <cstring>

#include "tests/model/builtin_workloads.hpp"

namespace knhk::model {
namespace {

/// The scheduler's TaskContext as `run_random_handler` wants it.
class SchedulerSide {
  public:
    explicit SchedulerSide(TaskContext& context) : context_(context) {}
    [[nodiscard]] u64 payload(u32 word) const { return context_.payload(word); }
    [[nodiscard]] u32 core() const { return context_.core().raw; }
    [[nodiscard]] u32 cores() const { return context_.cores(); }
    [[nodiscard]] u64 now() const { return context_.now().raw; }
    TaskStatus spawn(const ModelTask& task) { return context_.spawn(real(task)); }
    TaskStatus send(const ModelTask& task) { return context_.send(real(task)); }
    [[nodiscard]] u64 random() { return context_.random(); }
    [[nodiscard]] std::span<std::byte> state() { return context_.state(); }
    void output(u64 a, u64 b = 0, u64 c = 0, u64 d = 0) { context_.output(a, b, c, d); }

    /// By its documented bytes.
    [[nodiscard]] static Task real(const ModelTask& task) {
        const std::array<std::byte, 64> bytes = task.encode();
        Task result;
        std::memcpy(&result, bytes.data(), bytes.size());
        return result;
    }

  private:
    TaskContext& context_;
};

template<u32 which>
void scheduler_handler(TaskContext& context) {
    SchedulerSide side(context);
    run_random_handler(which, side);
}

const WorkloadEntry RANDOM_ENTRY{
    "random", 1,
    [](const WorkloadParameters& parameters) { return random_workload(parameters.seed).inputs; },
    [](const WorkloadParameters& parameters, u64 index) {
        return SchedulerSide::real(random_input(random_workload(parameters.seed), index));
    }};

ModelDigest bytes_of(const Digest& digest) {
    static_assert(sizeof(Digest) == sizeof(ModelDigest));
    ModelDigest bytes{};
    std::memcpy(bytes.data(), &digest, bytes.size());
    return bytes;
}

/// log-format.md, Header: I, and Trailer: D.
ModelDigest digest_in(const std::vector<std::byte>& log, std::size_t offset) {
    ModelDigest bytes{};
    std::memcpy(bytes.data(), log.data() + offset, bytes.size());
    return bytes;
}

using Difference = std::optional<std::string>;

Difference field(const char* name, u64 native, u64 model) {
    return native == model ? Difference()
                           : std::string(name) + ": scheduler " + std::to_string(native) +
                                 ", model " + std::to_string(model);
}

Difference event_difference(const Event& logged, const ModelEvent& model) {
    std::array<std::byte, 32> bytes{};
    static_assert(sizeof(Event) == sizeof(bytes));
    std::memcpy(bytes.data(), &logged, sizeof(bytes));
    const ModelEvent native = ModelEvent::decode(bytes);
    const Difference fields[] = {field("kind", native.kind, model.kind),
                                 field("timestamp", native.timestamp, model.timestamp),
                                 field("task_id", native.task_id, model.task_id),
                                 field("status", native.status, model.status),
                                 field("hash", native.hash, model.hash),
                                 field("ticks", native.ticks, model.ticks),
                                 field("core", native.core, model.core)};
    const auto found = std::ranges::find_if(fields, [](const Difference& d) { return bool(d); });
    if (found == std::end(fields)) {
        return std::ranges::equal(bytes, model.encode()) ? Difference() : "bytes";
    }
    return *found;
}

/// `native` holds one core's events.
Difference core_difference(std::span<const Event> native, u32 core,
                           const std::vector<ModelEvent>& model) {
    const std::string in_core = "core " + std::to_string(core) + ", ";
    for (u64 i = 0; i < std::min<u64>(native.size(), model.size()); ++i) {
        if (const Difference event = event_difference(native[i], model[i])) {
            return in_core + "index " + std::to_string(i) + ", " + *event;
        }
    }
    const Difference count = field("events", native.size(), model.size());
    return count ? in_core + *count : Difference();
}

Difference beat_difference(const test::LoggedBeat& native, const ModelBeat& model) {
    if (const Difference number = field("number", native.header.beat, model.beat)) {
        return number;
    }
    if (const Difference start = field("G", native.header.start_time, model.start_time)) {
        return start;
    }
    const std::span<const Event> events = native.events;
    std::size_t begin = 0;
    for (u32 core = 0; core < model.events.size(); ++core) {
        std::size_t end = begin;
        while (end < events.size() && events[end].core == core) {
            ++end;
        }
        const auto own = events.subspan(begin, end - begin);
        if (const Difference found = core_difference(own, core, model.events[core])) {
            return found;
        }
        begin = end;
    }
    if (const Difference rest = field("events of the block", events.size(), begin)) {
        return rest;
    }
    return bytes_of(native.header.chain) == model.chain ? Difference() : "chain";
}

Difference end_difference(const NativeRun& native, const ModelRun& model) {
    u64 events = 0;
    for (const ModelBeat& beat : model.beats) {
        for (const auto& of_core : beat.events) {
            events += of_core.size();
        }
    }
    const test::NativeResult& result = native.result;
    const ModelDigest digest = model.digest(digest_in(result.log, 24));
    const Difference fields[] = {
        field("beats", native.beats.size(), model.beats.size()),
        field("beats told", result.beats, model.beats.size()),
        field("events told", result.events, events),
        field("end reason", static_cast<u64>(result.reason), static_cast<u64>(model.reason)),
        field("digest is as told", bytes_of(result.digest) == digest, true),
        field("digest is as in the trailer",
              digest_in(result.log, result.log.size() - 16) == digest, true)};
    const auto found = std::ranges::find_if(fields, [](const Difference& d) { return bool(d); });
    return found == std::end(fields) ? Difference() : *found;
}

} // namespace

ModelConfig config_of(const RandomWorkload& workload) {
    ModelConfig config{.cores = workload.cores,
                       .seed = workload.seed,
                       .latencies = random_latencies(workload),
                       .beats_max = workload.beats_max,
                       .handlers = builtin_handlers()};
    for (u16 i = 0; i < RANDOM_HANDLERS; ++i) {
        config.handlers[static_cast<u16>(RANDOM_HANDLERS_BEGIN + i)] = [i](ModelContext& context) {
            run_random_handler(i, context);
        };
    }
    for (u64 i = 0; i < workload.inputs; ++i) {
        config.inputs.push_back(random_input(workload, i));
    }
    return config;
}

test::NativeOptions options_of(const RandomWorkload& workload) {
    test::NativeOptions options;
    options.cores = workload.cores;
    options.seed = workload.seed;
    options.beats_max = workload.beats_max == ~u64{0} ? NO_BEAT_LIMIT : workload.beats_max;
    options.latencies = [workload](u8* latencies, u32) {
        std::ranges::copy(random_latencies(workload), latencies);
    };
    options.own_workload = &RANDOM_ENTRY;
    options.own_handlers = {{"random.0", 1, scheduler_handler<0>},
                            {"random.1", 1, scheduler_handler<1>},
                            {"random.2", 1, scheduler_handler<2>},
                            {"random.3", 1, scheduler_handler<3>}};
    return options;
}

NativeRun::NativeRun(const test::NativeOptions& options)
    : result(test::run_native(options)), beats(test::beats_of(result.log)) {}

Difference difference(const NativeRun& native, const ModelRun& model) {
    for (u64 i = 0; i < std::min(native.beats.size(), model.beats.size()); ++i) {
        if (const Difference found = beat_difference(native.beats[i], model.beats[i])) {
            return "beat " + std::to_string(model.beats[i].beat) + ", " + *found;
        }
    }
    return end_difference(native, model);
}

} // namespace knhk::model
