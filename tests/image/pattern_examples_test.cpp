// SPDX-License-Identifier: MIT
// The examples of docs/patterns.md: which task runs where and when, and how it ends, is in the
// document as the model predicts it from the same files, and the image's run is the one predicted.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "tests/model/script.hpp"
#include "tests/support/command.hpp"
#include "tools/log/event_names.hpp"
#include "tools/sigma/sigma_file.hpp"

namespace knhk::test {
namespace {

using model::ModelConfig;
using model::ModelEvent;
using model::ModelTask;
using Json = nlohmann::json;

constexpr std::string_view FENCE = "```";
constexpr std::string_view TRACE = "```trace ";

std::string folder() {
    return source_root() + "/examples/patterns/";
}

model::Bytes snapshot(const std::string& name) {
    const std::string path = folder() + name;
    return tools::sealed_bytes(read_file(path), path);
}

/// The blocks of the document by the examples' names.
std::map<std::string, std::vector<std::string>> documented_traces() {
    std::map<std::string, std::vector<std::string>> traces;
    std::vector<std::string>* open = nullptr;
    for (const std::string& line : lines_of(read_file(source_root() + "/docs/patterns.md"))) {
        if (line.starts_with(TRACE)) {
            open = &traces[line.substr(TRACE.size())];
        } else if (line.starts_with(FENCE)) {
            open = nullptr;
        } else if (open != nullptr) {
            open->push_back(line);
        }
    }
    return traces;
}

/// What tasks of the example's snapshot are called, by number.
std::vector<std::string> names_of_tasks(const std::string& name) {
    std::vector<std::string> names;
    const Json sigma = Json::parse(read_file(folder() + "sigma/" + name + ".json"));
    for (const Json& task : sigma.at("tasks")) {
        names.push_back(task.at("name"));
    }
    return names;
}

std::string line_of(u64 beat, const ModelTask& task, const ModelEvent& event,
                    const std::vector<std::string>& names) {
    const u64 case_id = task.id >> 8;
    const u64 lane = (task.id - case_id) & 0xFF;
    return fmt::format("beat {}, core {}: {} of {}.{}, {}", beat, event.core,
                       names.at(task.payload[0] & 0xFFFF), case_id, lane,
                       tools::status_name(event.kind, event.status));
}

std::vector<std::string> predicted_trace(const std::string& name) {
    const std::vector<std::string> names = names_of_tasks(name);
    ModelConfig config =
        config_of(model::read_script(read_file(folder() + name + ".json"), snapshot));
    std::vector<std::string> lines;
    config.seen = [&](u64 beat, const ModelTask& task, const ModelEvent& event) {
        lines.push_back(line_of(beat, task, event, names));
    };
    static_cast<void>(model::Model(config).run());
    return lines;
}

std::vector<std::string> examples() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
        if (entry.path().extension() == ".json") {
            names.push_back(entry.path().stem());
        }
    }
    return names;
}

TEST(PatternExamples, each_runs_as_the_document_says) {
    const auto documented = documented_traces();
    EXPECT_EQ(documented.size(), examples().size());
    for (const std::string& name : examples()) {
        const std::vector<std::string> predicted = predicted_trace(name);
        const auto found = documented.find(name);
        EXPECT_TRUE(found != documented.end() && found->second == predicted)
            << "the document has another trace of " << name << " than this one, or none:\n"
            << fmt::format("{}", fmt::join(predicted, "\n"));
    }
}

TEST(PatternExamples, there_is_one_for_each_pattern) {
    std::map<std::string, u32> used;
    for (const std::string& name : examples()) {
        const Json sigma = Json::parse(read_file(folder() + "sigma/" + name + ".json"));
        for (const Json& task : sigma.at("tasks")) {
            ++used[task.at("pattern")];
        }
        EXPECT_TRUE(used.contains(name)) << "the one of its name is in it";
    }
    EXPECT_EQ(used.size(), 16u);
    EXPECT_EQ(examples().size(), used.size());
}

TEST(PatternExamples, the_image_runs_what_the_model_predicts) {
    for (const std::string& name : examples()) {
        const std::string file = folder() + name + ".json";
        const std::string digest =
            model::hex(model::digest_of_file(read_file(file), ~u64{0}, snapshot));
        for (const char* workers : {"1", "2"}) {
            EXPECT_EQ(knhk_json({"run", file, "--workers", workers}).at("run_digest"), digest)
                << name;
        }
    }
}

// What waits and when it is over is in a checkpoint like all else.
TEST(PatternExamples, timers_go_on_from_a_checkpoint) {
    const Folder own;
    std::filesystem::create_directory(own.file("sigma"));
    std::filesystem::create_directory(own.file("checkpoints"));
    write_file(own.file("sigma/deferred_choice.json"),
               read_file(folder() + "sigma/deferred_choice.json"));
    Json file = Json::parse(read_file(folder() + "deferred_choice.json"));
    for (Json& input : file["inputs"]) {
        input["times"] = 40;
        input["every"] = 7;
        input["beat"] = 3;
    }
    write_file(own.file("again.json"), file.dump());
    const Json whole =
        knhk_json({"run", own.file("again.json"), "--checkpoints", own.file("checkpoints"),
                   "--checkpoint-every", "16", "--checkpoint-keep", "9"});
    u32 checkpoints = 0;
    for (const auto& entry : std::filesystem::directory_iterator(own.file("checkpoints"))) {
        const Json rest = knhk_json({"resume", entry.path().string()});
        EXPECT_EQ(rest.at("run_digest"), whole.at("run_digest")) << entry.path();
        ++checkpoints;
    }
    EXPECT_GE(checkpoints, 2u);
}

} // namespace
} // namespace knhk::test
