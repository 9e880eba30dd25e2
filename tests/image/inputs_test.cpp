// SPDX-License-Identifier: MIT
// Inputs from outside while a run goes on: by the command, on both platforms, and again from what
// the log recorded.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/command.hpp"

namespace knhk::test {
namespace {

using Words = std::vector<std::string>;

/// Lines for a workload by name on eight cores: bursts for one core, ordered ones, all levels.
std::string task_lines(int count) {
    constexpr const char* PRIORITIES[] = {"high", "normal", "low"};
    std::string lines;
    for (int i = 0; i < count; ++i) {
        const int id = i % 100 < 40 ? 3 + 8 * i : i * 7;
        lines += R"({"handler": "mixed.step", "id": )" + std::to_string(id) + R"(, "payload": [)" +
                 std::to_string(1 + i % 5) + ", " + std::to_string(i * 977) +
                 R"(, 0, 0], "priority": ")" + PRIORITIES[i / 3 % 3] + "\"" +
                 (i % 9 == 0 ? R"(, "at": )" + std::to_string(i * 50) : "") + "}\n";
    }
    return lines;
}

Words run_words(Words more) {
    Words words = {"run", "mixed", "--cores", "8", "--tasks", "2000"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

/// A shell's, which finds the command in KNHK.
CommandResult shell(const std::string& script) {
    return run_command({"sh", "-c", "KNHK=$KNHK_COMMAND; " + script});
}

void expect_the_same_again(const Folder& folder, const nlohmann::json& run, const Words& how) {
    Words words = run_words(how);
    words.insert(words.end(),
                 {"--input", "log:" + folder.file("log"), "--log", folder.file("again")});
    const auto again = knhk_json(words);
    EXPECT_EQ(again["run_digest"], run["run_digest"]) << how.back();
    EXPECT_EQ(again["beats"], run["beats"]);
    EXPECT_TRUE(read_file(folder.file("again")) == read_file(folder.file("log"))) << how.back();
}

TEST(Inputs, file_of_tasks_is_recorded_and_the_log_makes_the_same_run_anywhere) {
    const Folder folder;
    write_file(folder.file("tasks"), task_lines(3000));
    const auto run = knhk_json(run_words(
        {"--workers", "2", "--input", folder.file("tasks"), "--log", folder.file("log")}));
    EXPECT_EQ(run["inputs"]["accepted"], 3000);
    EXPECT_EQ(run["inputs"]["refused"], 0);
    EXPECT_EQ(run["end_reason"], "quiescent");
    EXPECT_NE(run["run_digest"], knhk_json(run_words({}))["run_digest"]);
    expect_the_same_again(folder, run, {"--workers", "1"});
    expect_the_same_again(folder, run, {"--workers", "5", "--claim", "dynamic", "--chaos", "7"});
    for (const std::string& platform : emulated_platforms()) {
        expect_the_same_again(folder, run, {"--workers", "4", "--on", platform});
    }
    EXPECT_EQ(knhk({"replay", folder.file("log"), "--workers", "3"}).status, 0);
}

TEST(Inputs, run_in_qemu_is_made_again_in_a_process) {
    for (const std::string& platform : emulated_platforms()) {
        const Folder folder;
        write_file(folder.file("tasks"), task_lines(400));
        const auto run = knhk_json(run_words({"--on", platform, "--workers", "2", "--input",
                                              folder.file("tasks"), "--log", folder.file("log")}));
        EXPECT_EQ(run["inputs"]["accepted"], 400) << platform;
        expect_the_same_again(folder, run, {"--workers", "3"});
    }
}

TEST(Inputs, run_waits_for_what_comes_by_a_pipe) {
    const Folder folder;
    write_file(folder.file("tasks"), task_lines(40));
    const auto result = shell(
        "(head -20 " + folder.file("tasks") + "; sleep 2; tail -20 " + folder.file("tasks") +
        ") | $KNHK run mixed --cores 8 --tasks 2000 --json --input - --log " + folder.file("log"));
    ASSERT_EQ(result.status, 0) << result.err;
    const auto run = nlohmann::json::parse(result.out);
    EXPECT_EQ(run["inputs"]["accepted"], 40);
    EXPECT_GT(run["elapsed_ns"], 800'000'000);
    expect_the_same_again(folder, run, {"--workers", "2"});
}

/// Ends when a checkpoint is there, and with the command.
CommandResult record_until_killed(const Folder& folder) {
    return shell("cd " + folder.file("") +
                 " && mkfifo fifo && { $KNHK run mixed --cores 8 --tasks 2000 --quiet --input fifo "
                 "--log log --checkpoints cp --checkpoint-every 8 & } && pid=$! && exec 3>fifo && "
                 "cat first >&3 && for i in $(seq 600); do ls cp/*.checkpoint >/dev/null 2>&1 && "
                 "[ $(wc -c <log) -gt 100000 ] && break; sleep 0.1; done; kill -9 $pid; exec 3>&-; "
                 "wait $pid 2>/dev/null; cp log cut; ls cp");
}

TEST(Inputs, killed_run_goes_on_with_what_its_log_holds_and_then_with_what_comes) {
    const Folder folder;
    write_file(folder.file("first"), task_lines(200));
    write_file(folder.file("second"), task_lines(60));
    const auto killed = record_until_killed(folder);
    ASSERT_NE(killed.out.find(".checkpoint"), std::string::npos) << killed.err;
    const auto cut = knhk({"verify", folder.file("cut"), "--json"});
    const std::size_t before = nlohmann::json::parse(cut.out)["logs"][0]["verified_bytes"];
    const auto held = knhk_json({"stats", folder.file("cut")})["inputs_from_outside"];
    const auto resumed = knhk_json({"resume", folder.file("cp"), "--log", folder.file("log"),
                                    "--input", folder.file("second"), "--workers", "2"});
    EXPECT_EQ(resumed["inputs"]["accepted"], 60);
    const std::string log = read_file(folder.file("log"));
    EXPECT_TRUE(log.starts_with(read_file(folder.file("cut")).substr(0, before)));
    const auto inputs = knhk_json({"stats", folder.file("log")})["inputs_from_outside"];
    EXPECT_EQ(inputs.get<int>(), held.get<int>() + 60);
    const auto replayed = knhk_json({"replay", folder.file("log"), "--workers", "3"});
    EXPECT_EQ(replayed["run_digest"], resumed["run_digest"]);
}

TEST(Inputs, what_is_refused_is_told_and_counted) {
    const Folder folder;
    write_file(folder.file("tasks"), "{\"handler\": 0, \"id\": 1}\n"
                                     "{\"handler\": 99, \"id\": 2}\n"
                                     "{\"handler\": 0, \"id\": 3, \"priority\": \"urgent\"}\n");
    const auto result = knhk({"run", "pure", "--input", folder.file("tasks"), "--json"});
    EXPECT_EQ(result.status, 1);
    EXPECT_NE(result.err.find("tasks:2: the run has no such handler"), std::string::npos)
        << result.err;
    EXPECT_NE(result.err.find("tasks:3: priority"), std::string::npos) << result.err;
    const auto run = nlohmann::json::parse(result.out);
    EXPECT_EQ(run["inputs"]["accepted"], 1);
    EXPECT_EQ(run["inputs"]["refused"], 2);
    const auto strict =
        knhk({"run", "pure", "--input", folder.file("tasks"), "--input-strict", "--quiet"});
    EXPECT_EQ(strict.status, 2) << strict.err;
    EXPECT_NE(strict.err.find("tasks:"), std::string::npos) << strict.err;
}

TEST(Inputs, kinds_of_a_workload_file_are_said_by_name) {
    const Folder folder;
    write_file(folder.file("tasks"), R"({"kind": "split", "id": 5, "life": 4})"
                                     "\n");
    const std::string file = source_root() + "/examples/pipeline.json";
    const auto kinds = nlohmann::json::parse(read_file(file))["kinds"];
    const std::string name = kinds[0]["name"];
    write_file(folder.file("tasks"), "{\"kind\": \"" + name + "\", \"id\": 5, \"life\": 4}\n");
    const auto run = knhk_json({"run", file, "--input", folder.file("tasks")});
    EXPECT_EQ(run["inputs"]["accepted"], 1);
    EXPECT_NE(run["run_digest"], knhk_json({"run", file})["run_digest"]);
}

/// One line for a snapshot, and one for a task that follows it.
std::string snapshot_lines() {
    const auto sigma =
        nlohmann::json::parse(read_file(source_root() + "/examples/sigma/lockdown.json"));
    const nlohmann::json line = {{"sigma", sigma}};
    return line.dump() + "\n" + R"({"eval": 0, "run": 0, "data": [2, 4], "id": 5, "life": 2})" +
           "\n";
}

// The workload promotes another one at beat 24, and at beat 48 the one before again: what came from
// outside then comes out of the checkpoint.
TEST(Inputs, snapshot_that_comes_is_followed_wherever_the_run_is_made_again) {
    const Folder folder;
    write_file(folder.file("lines"), snapshot_lines());
    const std::string file = source_root() + "/examples/access.json";
    const auto run =
        knhk_json({"run", file, "--input", folder.file("lines"), "--log", folder.file("log"),
                   "--checkpoints", folder.file("cp"), "--checkpoint-every", "16"});
    EXPECT_EQ(run["inputs"]["accepted"], 2);
    const auto promotions = knhk({"show", folder.file("log"), "--kind", "Promotion"});
    for (const std::string which : {"loaded", "1", "before"}) {
        EXPECT_NE(promotions.out.find("promoted snapshot " + which), std::string::npos)
            << promotions.out;
    }
    const std::string checkpoint = folder.file("cp/beats-00000000000000000032.checkpoint");
    for (const std::string& platform : platforms()) {
        const auto replayed =
            knhk_json({"replay", folder.file("log"), "--on", platform, "--workers", "3"});
        EXPECT_EQ(replayed["run_digest"], run["run_digest"]) << platform;
        const auto resumed = knhk_json({"resume", checkpoint, "--on", platform, "--workers", "2"});
        EXPECT_EQ(resumed["run_digest"], run["run_digest"]) << platform;
    }
}

TEST(Inputs, options_that_do_not_fit_are_refused) {
    const Folder folder;
    write_file(folder.file("tasks"), "");
    EXPECT_EQ(knhk({"run", "pure", "--input", folder.file("nosuch")}).status, 2);
    EXPECT_EQ(knhk({"run", "pure", "--input", "log:" + folder.file("tasks")}).status, 2);
    EXPECT_EQ(knhk({"run", "pure", "--input", folder.file("tasks"), "--repeat", "2"}).status, 2);
    EXPECT_EQ(knhk({"run", "pure", "--input", folder.file("tasks"), "--drain", "console"}).status,
              2);
}

TEST(Inputs, log_of_another_run_ends_with_a_clear_error) {
    const Folder folder;
    write_file(folder.file("tasks"), task_lines(300));
    const auto run =
        knhk_json(run_words({"--input", folder.file("tasks"), "--log", folder.file("log")}));
    ASSERT_EQ(run["inputs"]["accepted"], 300);
    const auto result = knhk(
        {"run", "pure", "--cores", "2", "--tasks", "1", "--input", "log:" + folder.file("log")});
    EXPECT_EQ(result.status, 4) << result.err;
    EXPECT_NE(result.err.find("recorded"), std::string::npos) << result.err;
}

// It waits for a FIFO into which nobody writes; the machine it runs on goes away.
TEST(Inputs, waiting_run_that_is_killed_has_left_all_its_beats_in_the_log) {
    const Folder folder;
    const std::string fifo = folder.file("fifo");
    const auto killed =
        shell("mkfifo " + fifo + "; exec 3<>" + fifo +
              "; $KNHK run mixed --cores 8 --tasks 2000 --quiet --input " + fifo + " --log " +
              folder.file("log") + " & p=$!; sleep 2; kill -KILL $p; wait $p; exit 0");
    ASSERT_EQ(killed.status, 0) << killed.err;
    const auto whole = knhk_json(run_words({}));
    const auto replayed = knhk_json({"replay", folder.file("log")});
    EXPECT_EQ(replayed["beats_checked"], whole["beats"]);
    EXPECT_EQ(replayed["match"], true);
}

TEST(Inputs, producers_on_a_socket_are_answered) {
    const Folder folder;
    const std::string socket = folder.file("socket");
    const std::string client =
        "import socket, sys, time\n"
        "s = socket.socket(socket.AF_UNIX)\n"
        "for i in range(200):\n"
        "    try: s.connect(sys.argv[1]); break\n"
        "    except OSError: time.sleep(0.05)\n"
        "s.sendall(b'{\"handler\": 0, \"id\": 1}\\n{\"handler\": 99, \"id\": 2}\\n'\n"
        "          b'{\"handler\": 0, \"id\": 3}\\n')\n"
        "time.sleep(1)\n"
        "s.sendall(b'{\"close\": true}\\n')\n"
        "data = b''\n"
        "while True:\n"
        "    piece = s.recv(4096)\n"
        "    if not piece: break\n"
        "    data += piece\n"
        "sys.stdout.write(data.decode())\n";
    write_file(folder.file("client.py"), client);
    const auto result = shell("$KNHK run pure --tasks 10 --quiet --json --input unix:" + socket +
                              " > " + folder.file("result") + " & python3 -B " +
                              folder.file("client.py") + " " + socket + "; wait");
    EXPECT_NE(result.out.find("\"refused\":2"), std::string::npos) << result.out << result.err;
    EXPECT_NE(result.out.find("{\"accepted\": 2}"), std::string::npos) << result.out;
    const auto run = nlohmann::json::parse(read_file(folder.file("result")));
    EXPECT_EQ(run["inputs"]["accepted"], 2);
    EXPECT_EQ(run["inputs"]["refused"], 1);
}

} // namespace
} // namespace knhk::test
