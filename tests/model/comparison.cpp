// SPDX-License-Identifier: MIT
// The same random workload for both sides, and the comparison of what came of it.
#include "tests/model/comparison.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "kernel/script.hpp"
#include "kernel/script_program.hpp"
#include "kernel/topology.hpp"
#include "tests/model/builtin_workloads.hpp"
#include "tests/model/model_context.hpp"
#include "tests/model/script.hpp"
#include "tests/model/snapshot.hpp"

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
    TaskStatus enqueue_ordered(const ModelTask& task, u64 time) {
        return context_.enqueue_ordered(real(task), Timestamp{time});
    }
    [[nodiscard]] u64 random() { return context_.random(); }
    [[nodiscard]] Observation observe(u32 number) {
        const auto& words = context_.observe(number).words;
        return {words[0], words[1], words[2], words[3]};
    }
    [[nodiscard]] std::span<std::byte> state() { return context_.state(); }
    [[nodiscard]] std::span<const std::byte> read_state() { return context_.read_state(); }
    TaskStatus promote(u32 snapshot) { return context_.promote(snapshot); }
    void work(u32 ticks) { context_.work(ticks); }
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

/// The scheduler's GuardView as `random_guard_passes` wants it.
struct SchedulerGuardSide {
    knhk::GuardView& view;
    [[nodiscard]] u64 payload(u32 word) const { return view.task().payload[word]; }
    [[nodiscard]] std::span<const std::byte> state() { return view.state(); }
    [[nodiscard]] u64 observed(u32 number, u32 word) const {
        return view.observations()[number].words[word];
    }
};

template<u32 which>
bool scheduler_guard(knhk::GuardView& view) {
    SchedulerGuardSide side{view};
    return random_guard_passes(which, side);
}

struct ModelGuardSide {
    const GuardView& view;
    [[nodiscard]] u64 payload(u32 word) const { return view.task.payload[word]; }
    [[nodiscard]] std::span<const std::byte> state() const { return view.state; }
    [[nodiscard]] u64 observed(u32 number, u32 word) const {
        return view.observations[number][word];
    }
};

RandomWorkload workload_of(const WorkloadParameters& parameters) {
    return random_workload(parameters.seed);
}

const WorkloadEntry RANDOM_ENTRY{
    .name = "random",
    .version = 1,
    .input_count = [](const WorkloadParameters& p) { return workload_of(p).inputs; },
    .input =
        [](const WorkloadParameters& p, u64 index) {
            return SchedulerSide::real(random_input(workload_of(p), index).task);
        },
    .input_beat = [](const WorkloadParameters& p,
                     u64 index) { return random_input(workload_of(p), index).beat; },
    .input_time =
        [](const WorkloadParameters& p, u64 index) {
            return random_input(workload_of(p), index).ordered_time.value_or(NOT_ORDERED);
        }};

ModelDigest bytes_of(const Digest& digest) {
    static_assert(sizeof(Digest) == sizeof(ModelDigest));
    ModelDigest bytes{};
    std::memcpy(bytes.data(), &digest, bytes.size());
    return bytes;
}

// log-format.md, Trailer.
constexpr std::size_t TRAILER_BYTES = 96;
constexpr std::size_t DIGEST_IN_TRAILER = 40;

/// log-format.md, Header: I, and Trailer: D.
ModelDigest digest_in(const std::vector<std::byte>& log, std::size_t offset) {
    ModelDigest bytes{};
    std::memcpy(bytes.data(), log.data() + offset, bytes.size());
    return bytes;
}

ModelEvent event_of(const Event& event) {
    std::array<std::byte, 32> bytes{};
    static_assert(sizeof(Event) == sizeof(bytes));
    std::memcpy(bytes.data(), &event, sizeof(bytes));
    return ModelEvent::decode(bytes);
}

ModelBeat beat_of(const test::LoggedBeat& logged, u32 cores) {
    ModelBeat beat{.beat = logged.header.beat,
                   .start_time = logged.header.start_time,
                   .events = std::vector<std::vector<ModelEvent>>(cores),
                   .chain = bytes_of(logged.header.chain)};
    for (const Event& event : logged.events) {
        const ModelEvent read = event_of(event);
        beat.events.at(read.core).push_back(read);
    }
    return beat;
}

std::vector<knhk::Observation> real_observations(const std::vector<Observation>& rows) {
    std::vector<knhk::Observation> observations;
    for (const Observation& row : rows) {
        observations.push_back({{row[0], row[1], row[2], row[3]}});
    }
    return observations;
}

std::vector<Bytes> random_snapshots() {
    std::vector<Bytes> snapshots;
    for (u32 number = 0; number < RANDOM_SNAPSHOTS; ++number) {
        snapshots.push_back(snapshot_file(snapshot_file_name(number)));
    }
    return snapshots;
}

} // namespace

ModelConfig config_of(const RandomWorkload& workload) {
    ModelConfig config{.cores = workload.cores,
                       .seed = workload.seed,
                       .latencies = random_latencies(workload),
                       .stealing = workload.stealing,
                       .beats_max = workload.beats_max,
                       .handlers = builtin_handlers(),
                       .guards = builtin_guards(),
                       .observations = random_observations(workload),
                       .snapshots = random_snapshots()};
    for (u16 i = 0; i < RANDOM_HANDLERS; ++i) {
        config.handlers[static_cast<u16>(RANDOM_HANDLERS_BEGIN + i)] = [i](ModelContext& context) {
            run_random_handler(i, context);
        };
    }
    for (u16 i = 0; i < RANDOM_GUARDS; ++i) {
        config.guards[static_cast<u16>(RANDOM_GUARDS_BEGIN + i)] = {
            .reads_state = i == RANDOM_STATE_GUARD, .passes = [i](const GuardView& view) {
                ModelGuardSide side{view};
                return random_guard_passes(i, side);
            }};
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
    options.stealing = workload.stealing;
    options.beats_max = workload.beats_max == ~u64{0} ? NO_BEAT_LIMIT : workload.beats_max;
    options.latencies = [workload](u8* latencies, u32) {
        std::ranges::copy(random_latencies(workload), latencies);
    };
    options.observations = real_observations(random_observations(workload));
    static const std::vector<Bytes> SNAPSHOTS = random_snapshots(); // which options look into
    for (const Bytes& snapshot : SNAPSHOTS) {
        options.snapshots.push_back(SealedSnapshot::open(snapshot).value());
    }
    options.own_workload = &RANDOM_ENTRY;
    options.own_handlers = {{"random.0", 1, scheduler_handler<0>},
                            {"random.1", 1, scheduler_handler<1>},
                            {"random.2", 1, scheduler_handler<2>},
                            {"random.3", 1, scheduler_handler<3>}};
    options.own_guards = {{RANDOM_GUARDS_BEGIN, "random.0", 1, scheduler_guard<0>},
                          {RANDOM_GUARDS_BEGIN + 1, "random.1", 1, scheduler_guard<1>},
                          {RANDOM_GUARDS_BEGIN + 2, "random.2", 1, scheduler_guard<2>}};
    return options;
}

namespace {

LogInput real_input(const ModelOutside& outside) {
    LogInput input{};
    std::memcpy(input.task, outside.task.encode().data(), sizeof input.task);
    input.time = outside.ordered_time.value_or(NOT_ORDERED);
    return input;
}

/// A run's 144 bytes are as many as two inputs'.
std::vector<LogInput> rows_as_inputs(const ModelOutside& outside) {
    if (!outside.task.brings_rows()) {
        return {};
    }
    Bytes bytes;
    append_run(bytes, outside.rows);
    std::vector<LogInput> inputs(bytes.size() / sizeof(LogInput));
    std::memcpy(inputs.data(), bytes.data(), bytes.size());
    return inputs;
}

/// In the log's order, without the rows behind some.
std::vector<ModelOutside> taken_inputs(const std::vector<test::FedInput>& all) {
    std::vector<ModelOutside> taken;
    for (std::size_t at = 0; at < all.size(); at += inputs_of(all[at].input)) {
        const test::FedInput& fed = all[at];
        Task task;
        std::memcpy(&task, fed.input.task, sizeof task);
        taken.push_back({.task = {.id = task.id}, .beat = fed.beat});
        if (fed.input.time != NOT_ORDERED) {
            taken.back().ordered_time = fed.input.time;
        }
    }
    return taken;
}

} // namespace

void feed(test::NativeOptions& options, const ModelConfig& config) {
    if (config.outside.empty()) {
        return;
    }
    const bool between = std::ranges::any_of(
        config.outside, [](const ModelOutside& outside) { return outside.moment % 2 != 0; });
    options.inputs = between ? InputsMode::Recorded : InputsMode::Open;
    const std::vector<ModelOutside> fed = between ? Model(config).run().taken : config.outside;
    for (const ModelOutside& outside : fed) {
        options.outside.push_back({real_input(outside), outside.beat, outside.moment / 2});
        for (const LogInput& rows : rows_as_inputs(outside)) {
            options.outside.push_back({rows, outside.beat, outside.moment / 2});
        }
    }
}

struct NativeScript::Opened {
    Bytes bytes;
    knhk::Script script;
    test::NativeOptions options;
};

NativeScript::NativeScript(const std::string& json) : opened_(std::make_unique<Opened>()) {
    opened_->bytes = pack_script(read_script(json));
    const auto script = knhk::Script::open(opened_->bytes);
    if (!script) {
        throw std::runtime_error("the runtime refuses a packed workload");
    }
    opened_->script = *script;
    test::NativeOptions& options = opened_->options;
    const ScriptHeader& header = opened_->script.header();
    options.cores = header.cores == 0 ? options.cores : header.cores;
    options.seed = opened_->script.states_seed() ? header.seed : options.seed;
    options.stealing = opened_->script.stealing();
    options.latencies = [topology = opened_->script.topology()](u8* matrix, u32 cores) {
        const std::span<u8> cells(matrix, std::size_t{cores} * cores);
        if (topology.kind != TopologyKind::None && !make_latencies(topology, cores, cells)) {
            throw std::runtime_error("the runtime refuses a topology");
        }
    };
    const auto rules = opened_->script.guards();
    options.rules.assign(rules.begin(), rules.end());
    const auto observations = opened_->script.observations();
    options.observations.assign(observations.begin(), observations.end());
    const auto snapshots = opened_->script.snapshots();
    options.snapshots.assign(snapshots.begin(), snapshots.end());
    for (const knhk::ScriptRun& packed : opened_->script.runs()) {
        TripleRun& run = options.runs.emplace_back();
        std::memcpy(run.subjects, packed.subjects, sizeof run.subjects);
        std::memcpy(run.objects, packed.objects, sizeof run.objects);
        run.predicate = packed.predicate;
        run.length = packed.length;
    }
    options.own_workload = &SCRIPT_WORKLOAD;
    options.data = &opened_->script;
}

NativeScript::~NativeScript() = default;

const test::NativeOptions& NativeScript::options() const {
    return opened_->options;
}

NativeRun::NativeRun(const test::NativeOptions& options) : result(test::run_native(options)) {
    for (const test::LoggedBeat& beat : test::beats_of(result.log)) {
        logged.beats.push_back(beat_of(beat, options.cores));
    }
    logged.reason = static_cast<ModelEnd>(result.reason);
    logged.taken = taken_inputs(test::outside_inputs_of(result.log));
}

std::optional<std::string> difference(const NativeRun& native, const ModelRun& model) {
    if (const auto found = difference(native.logged, model)) {
        return found;
    }
    const test::NativeResult& result = native.result;
    const ModelDigest digest = model.digest(digest_in(result.log, 24));
    if (result.beats != model.beats.size() || result.events != model.event_count()) {
        return "counts told beside the log";
    }
    if (bytes_of(result.digest) != digest) {
        return "digest told beside the log";
    }
    return digest_in(result.log, result.log.size() - TRAILER_BYTES + DIGEST_IN_TRAILER) == digest
               ? std::optional<std::string>()
               : "digest in the trailer";
}

} // namespace knhk::model
