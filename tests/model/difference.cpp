// SPDX-License-Identifier: MIT
// Goes down from beats to fields.
#include "tests/model/difference.hpp"

#include <algorithm>

namespace knhk::model {
namespace {

using Difference = std::optional<std::string>;

Difference first_of(std::initializer_list<Difference> differences) {
    const auto found = std::ranges::find_if(differences, [](const auto& d) { return bool(d); });
    return found == differences.end() ? Difference() : *found;
}

Difference field(const char* name, u64 run, u64 model) {
    return run == model ? Difference()
                        : std::string(name) + ": " + std::to_string(run) + ", model " +
                              std::to_string(model);
}

Difference event_difference(const ModelEvent& run, const ModelEvent& model) {
    return first_of({field("kind", run.kind, model.kind),
                     field("timestamp", run.timestamp, model.timestamp),
                     field("task_id", run.task_id, model.task_id),
                     field("status", run.status, model.status), field("hash", run.hash, model.hash),
                     field("ticks", run.ticks, model.ticks), field("core", run.core, model.core)});
}

Difference core_difference(const std::vector<ModelEvent>& run,
                           const std::vector<ModelEvent>& model) {
    for (u64 i = 0; i < std::min(run.size(), model.size()); ++i) {
        if (const Difference event = event_difference(run[i], model[i])) {
            return "index " + std::to_string(i) + ", " + *event;
        }
    }
    return field("events", run.size(), model.size());
}

Difference beat_difference(const ModelBeat& run, const ModelBeat& model) {
    const Difference head = first_of({field("number", run.beat, model.beat),
                                      field("G", run.start_time, model.start_time),
                                      field("cores", run.events.size(), model.events.size())});
    if (head) {
        return head;
    }
    for (u64 core = 0; core < model.events.size(); ++core) {
        if (const Difference found = core_difference(run.events[core], model.events[core])) {
            return "core " + std::to_string(core) + ", " + *found;
        }
    }
    return run.chain == model.chain ? Difference() : "chain";
}

Difference taken_difference(const ModelRun& run, const ModelRun& model) {
    for (u64 i = 0; i < std::min(run.taken.size(), model.taken.size()); ++i) {
        const ModelOutside& a = run.taken[i];
        const ModelOutside& b = model.taken[i];
        const auto found = first_of(
            {field("beat", a.beat, b.beat), field("task_id", a.task.id, b.task.id),
             field("time", a.ordered_time.value_or(~u64{0}), b.ordered_time.value_or(~u64{0}))});
        if (found) {
            return "input " + std::to_string(i) + " from outside, " + *found;
        }
    }
    return field("inputs from outside", run.taken.size(), model.taken.size());
}

} // namespace

Difference difference(const ModelRun& run, const ModelRun& model) {
    for (u64 i = 0; i < std::min(run.beats.size(), model.beats.size()); ++i) {
        if (const Difference found = beat_difference(run.beats[i], model.beats[i])) {
            return "beat " + std::to_string(model.beats[i].beat) + ", " + *found;
        }
    }
    return first_of(
        {field("beats", run.beats.size(), model.beats.size()), taken_difference(run, model),
         field("end reason", static_cast<u64>(run.reason), static_cast<u64>(model.reason))});
}

} // namespace knhk::model
