// SPDX-License-Identifier: MIT
// Real runs, looked at: show, stats, trace and prove agree with each other and with what the run
// said of itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include <nlohmann/json.hpp>

#include "base/types.hpp"
#include "tests/support/command.hpp"

namespace knhk::test {
namespace {

nlohmann::json record(const std::string& log, std::vector<std::string> words) {
    words.insert(words.begin(), "run");
    words.insert(words.end(), {"--cores", "8", "--log", log, "--quiet"});
    return knhk_json(words);
}

std::vector<nlohmann::json> shown(std::vector<std::string> words) {
    words.insert(words.begin(), "show");
    words.emplace_back("--json");
    const auto result = knhk(words);
    EXPECT_EQ(result.status, 0) << result.err;
    std::vector<nlohmann::json> rows;
    for (const std::string& line : lines_of(result.out)) {
        rows.push_back(nlohmann::json::parse(line));
    }
    return rows;
}

class Views : public testing::TestWithParam<std::vector<std::string>> {
  protected:
    void SetUp() override { run_ = record(log_, GetParam()); }

    Folder folder_;
    std::string log_ = folder_.file("log");
    nlohmann::json run_;
};

INSTANTIATE_TEST_SUITE_P(
    Runs, Views,
    testing::Values(std::vector<std::string>{"mixed", "--tasks", "1500", "--stealing", "on"},
                    std::vector<std::string>{"fanout", "--tasks", "1500"},
                    std::vector<std::string>{"ordered", "--tasks", "300"},
                    std::vector<std::string>{"ring", "--tasks", "900", "--beats", "60"}),
    [](const auto& words) { return words.param.front(); });

TEST_P(Views, show_has_every_event_once_in_canonical_order) {
    const auto rows = shown({log_});
    ASSERT_EQ(rows.size(), run_["events"]);
    using Key = std::tuple<u64, u64, u32>;
    std::vector<Key> keys;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(rows[i]["event"], i);
        keys.emplace_back(rows[i]["beat"], rows[i]["timestamp"], rows[i]["core"]);
    }
    EXPECT_TRUE(std::ranges::is_sorted(keys));
    EXPECT_EQ(std::ranges::adjacent_find(keys), keys.end());
}

TEST_P(Views, stats_are_those_of_the_run) {
    const auto stats = knhk_json({"stats", log_});
    EXPECT_EQ(stats["events"], run_["events"]);
    EXPECT_EQ(stats["beats"], run_["beats"]);
    EXPECT_EQ(stats["run_digest"], run_["run_digest"]);
    EXPECT_EQ(stats["tasks_executed"], run_["tasks"]);
    if (stats["messages"] != nullptr && stats["end_reason"] == "quiescent") {
        EXPECT_EQ(stats["messages"], run_["remote_messages"]);
    }
    const auto& kinds = stats["events_by_kind"];
    EXPECT_EQ(kinds["TaskExecuted"], shown({log_, "--kind", "TaskExecuted"}).size());
    // Given again, before and behind the log's name.
    EXPECT_EQ(kinds["StateChange"].get<u64>() + kinds["ExternalInput"].get<u64>(),
              shown({"--kind", "StateChange", log_, "--kind", "ExternalInput"}).size());
}

TEST(ViewsOfFiles, stats_count_what_became_of_snapshots) {
    const Folder folder;
    const std::string log = folder.file("log");
    static_cast<void>(knhk_json({"run", source_root() + "/examples/access.json", "--log", log}));
    const auto stats = knhk_json({"stats", log});
    EXPECT_EQ(stats["promotions_by_decision"]["promoted"], 2);
    EXPECT_EQ(stats["promotions_by_decision"]["refused"], 0);
    const auto& snapshots = stats["promotions_by_snapshot"];
    ASSERT_EQ(snapshots.size(), 2);
    EXPECT_EQ(snapshots[0]["snapshot"], "1");
    EXPECT_EQ(snapshots[1]["snapshot"], "before");
    const std::string sigma = source_root() + "/examples/sigma/lockdown.json";
    ASSERT_EQ(knhk({"sigma", "build", sigma, "-o", folder.file("sigma")}).status, 0);
    const std::string id = knhk_json({"sigma", "show", folder.file("sigma")})["id"];
    EXPECT_EQ(snapshots[0]["id"], id.substr(0, 16));
}

TEST_P(Views, traces_pass_the_checker_and_hold_every_event) {
    const auto stats = knhk_json({"stats", log_});
    nlohmann::json counts;
    for (const std::string format : {"perfetto", "chrome"}) {
        const std::string path = folder_.file(format);
        const auto trace = knhk_json({"trace", log_, "-o", path, "--format", format, "--quiet"});
        const auto checked =
            run_command({"python3", "-B", source_root() + "/tests/trace/check_trace.py", path});
        ASSERT_EQ(checked.status, 0) << checked.err;
        const auto found = nlohmann::json::parse(checked.out);
        for (const auto& [kind, count] : stats["events_by_kind"].items()) {
            EXPECT_EQ(found.value(kind, 0), count) << kind;
        }
        EXPECT_EQ(found["beat"], run_["beats"]);
        EXPECT_EQ(found.value("still", 0), trace["still_waiting"]);
        EXPECT_TRUE(counts.is_null() || counts == found); // both formats say the same
        counts = found;
    }
}

TEST_P(Views, quiescent_run_leaves_no_task_waiting) {
    const auto trace = knhk_json({"trace", log_, "-o", folder_.file("trace")});
    EXPECT_TRUE(trace["still_waiting"] == 0 || run_["end_reason"] != "quiescent") << trace;
}

TEST_P(Views, event_is_proved_against_the_root_without_the_log) {
    const std::string root = knhk_json({"stats", log_})["lockchain_root"];
    const auto rows = shown({log_});
    for (const std::size_t event : {std::size_t{0}, rows.size() / 2, rows.size() - 1}) {
        const std::string proof = folder_.file("proof");
        const auto made = knhk_json({"prove", log_, "--event", std::to_string(event), "-o", proof});
        EXPECT_EQ(made["root"], root);
        const auto checked = knhk_json({"check-proof", proof, "--root", root});
        EXPECT_EQ(checked["match"], true);
        for (const char* const field : {"beat", "timestamp", "core", "kind", "task_id", "hash"}) {
            EXPECT_EQ(checked["event"][field], rows[event][field]) << field;
        }
    }
}

TEST(ViewsOfFiles, proof_is_named_after_its_event_and_lies_are_refused) {
    const Folder folder;
    const std::string log = folder.file("log");
    record(log, {"fanout", "--tasks", "200"});
    const std::string root = knhk_json({"stats", log})["lockchain_root"];
    ASSERT_EQ(knhk({"prove", log, "--event", "17"}).status, 0);
    const std::string proof = log + ".event-17.proof";
    EXPECT_EQ(knhk({"check-proof", proof, "--root", root}).status, 0);
    EXPECT_EQ(knhk({"check-proof", proof, "--root", std::string(64, 'a')}).status, 1);
    EXPECT_EQ(knhk({"check-proof", proof, "--root", "abc"}).status, 2);
    EXPECT_EQ(knhk({"check-proof", log, "--root", root}).status, 2);
    EXPECT_EQ(knhk({"check-proof", folder.file("nothing"), "--root", root}).status, 2);
    std::string damaged = read_file(proof);
    damaged[200] ^= 4;
    write_file(proof, damaged);
    EXPECT_EQ(knhk({"check-proof", proof, "--root", root}).status, 2);
    EXPECT_EQ(knhk({"prove", log, "--event", "17", "-o", log}).status, 2);
    EXPECT_EQ(knhk({"prove", log, "--event", "1", "--core", "1"}).status, 2);
}

TEST(ViewsOfFiles, reader_that_goes_away_ends_show_quietly) {
    const Folder folder;
    record(folder.file("log"), {"fanout", "--tasks", "20000"});
    const auto result =
        run_command({"bash", "-c", R"(set -o pipefail; "$KNHK_COMMAND" show "$0" | head -n 3)",
                     folder.file("log")});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(lines_of(result.out).size(), 3);
    EXPECT_EQ(result.err, "");
}

TEST(ViewsOfFiles, trace_of_some_beats_leaves_tasks_waiting_and_passes_the_checker) {
    const Folder folder;
    record(folder.file("log"), {"mixed", "--tasks", "5000"});
    const std::string path = folder.file("trace");
    const auto trace = knhk_json({"trace", folder.file("log"), "-o", path, "--beat", "8-12"});
    EXPECT_GT(trace["still_waiting"], 0);
    EXPECT_EQ(trace["beats"], 5);
    const auto checked =
        run_command({"python3", "-B", source_root() + "/tests/trace/check_trace.py", path});
    EXPECT_EQ(checked.status, 0) << checked.err;
}

TEST(ViewsOfFiles, full_disk_is_said) {
    const Folder folder;
    record(folder.file("log"), {"fanout", "--tasks", "200"});
    const auto result = knhk({"trace", folder.file("log"), "-o", "/dev/full"});
    EXPECT_EQ(result.status, 3);
    EXPECT_EQ(lines_of(result.err).size(), 1) << result.err;
}

TEST(ViewsOfFiles, cut_log_is_shown_up_to_its_last_beat_with_a_note) {
    const Folder folder;
    record(folder.file("log"), {"fanout", "--tasks", "2000"});
    const std::string log = read_file(folder.file("log"));
    write_file(folder.file("cut"), log.substr(0, log.size() / 2));
    const auto result = knhk({"show", folder.file("cut")});
    EXPECT_EQ(result.status, 0);
    EXPECT_GT(lines_of(result.out).size(), 100);
    EXPECT_NE(result.err.find("is cut after beat"), std::string::npos) << result.err;
}

} // namespace
} // namespace knhk::test
