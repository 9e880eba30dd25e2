// SPDX-License-Identifier: MIT
// The limit on a beat: a handler that does not return is named, with its core and its task, on
// every platform; the log knows nothing of it; and a run that keeps the limit is not disturbed.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.hpp"

namespace knhk::test {
namespace {

constexpr int BEAT_TOO_LONG = 5;
constexpr std::size_t END_BYTES = 2 * 96; // the record of the last epoch, and the trailer

struct Place {
    std::string platform;
    const char* workers;
};

std::vector<Place> all_places() {
    std::vector<Place> places{{"linux", "1"}, {"linux", "2"}};
    for (const std::string& platform : emulated_platforms()) {
        places.push_back({platform, "1"});
        places.push_back({platform, "4"});
    }
    return places;
}

/// Built once: the images of tests/programs/faulty.
class Watch : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        folder_ = new Folder;
        build_for_all(source_root() + "/tests/programs/faulty", folder_->file("faulty"));
    }
    static void TearDownTestSuite() {
        delete folder_;
        folder_ = nullptr;
    }
    static std::string faulty_image(const std::string& platform = "linux") {
        return image_for(platform, folder_->file("faulty"));
    }

    /// The words of a run of the faulty image.
    static std::vector<std::string> words(const std::string& workload, const Place& place,
                                          const std::vector<std::string>& more) {
        std::vector<std::string> words = {
            "run",       workload,       "--image",   faulty_image(place.platform),
            "--on",      place.platform, "--workers", place.workers,
            "--timeout", "100"};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }

    static Folder* folder_;
};

Folder* Watch::folder_ = nullptr;

/// The seventh step of a stray task is task 7, on core 3 of 4, in beat 7.
const std::vector<std::string> STRAY = {"--cores", "4", "--tasks", "7"};

std::vector<std::string> and_also(std::vector<std::string> words,
                                  const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

void expect_in(const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << "'" << part << "' is not in:\n" << text;
}

TEST_F(Watch, handler_that_never_returns_is_named_with_core_task_and_symbol) {
    for (const Place& place : all_places()) {
        SCOPED_TRACE(place.platform + " " + place.workers);
        const auto result =
            knhk(words("stray", place, and_also(STRAY, {"--beat-limit", "0.5", "--json"})));
        EXPECT_EQ(result.status, BEAT_TOO_LONG) << result.err;
        const auto lines = lines_of(result.err);
        ASSERT_EQ(lines.size(), 1u) << result.err;
        EXPECT_EQ(lines[0].find("knhk: error: beat 7 on core 3 took more than 0.5 s: task 7, "), 0u)
            << lines[0];
        expect_in(lines[0], "(faulty.stray), (anonymous namespace)::stray(knhk::TaskContext&)");
        const auto object = nlohmann::json::parse(result.out);
        EXPECT_EQ(object["exit_status"], BEAT_TOO_LONG);
        ASSERT_EQ(object["late_tasks"].size(), 1u) << "nobody else is in a task";
        const auto& late = object["late_tasks"][0];
        EXPECT_EQ(late["beat"], 7);
        EXPECT_EQ(late["core"], 3);
        EXPECT_EQ(late["task"], 7);
        EXPECT_EQ(late["limit_ms"], 500);
        EXPECT_EQ(late["handler_name"], "faulty.stray");
        expect_in(late["symbol"], "stray(");
    }
}

TEST_F(Watch, several_late_tasks_are_named_the_lowest_worker_first) {
    std::vector<std::pair<Place, const char*>> cases{{{"linux", "2"}, "2"}};
    for (const std::string& platform : emulated_platforms()) {
        cases.push_back({{platform, "4"}, "4"});
        cases.push_back({{platform, "8"}, "8"});
    }
    for (const auto& [place, cores] : cases) {
        SCOPED_TRACE(place.platform);
        const auto result =
            knhk(words("hang-all", place,
                       {"--cores", cores, "--tasks", cores, "--beat-limit", "1", "--json"}));
        EXPECT_EQ(result.status, BEAT_TOO_LONG) << result.err;
        const auto late = nlohmann::json::parse(result.out)["late_tasks"];
        ASSERT_EQ(late.size(), std::string(cores) == "2" ? 2u : 4u) << result.out;
        for (std::size_t worker = 0; worker < late.size(); ++worker) {
            EXPECT_EQ(late[worker]["core"], worker);
            EXPECT_EQ(late[worker]["task"], worker);
        }
    }
}

TEST_F(Watch, loader_alone_says_it_in_one_line_and_ends_with_its_status) {
    for (const char* workers : {"1", "2"}) {
        const auto result = run_command(
            {loader_path(), "--image", faulty_image(), "--workers", workers, "--command-line",
             std::string("cores=4 workload=stray tasks=7 beat-limit=0.25 workers=") + workers});
        EXPECT_EQ(result.status, BEAT_TOO_LONG);
        const auto lines = lines_of(result.err);
        ASSERT_EQ(lines.size(), 2u) << result.err;
        EXPECT_EQ(lines[0].find("knhk: beat limit: beat 7 on core 3 for more than 0.25 s: task 7, "
                                "handler "),
                  0u)
            << lines[0];
        expect_in(lines[0], " (faulty.stray) at 0x4");
        EXPECT_EQ(lines[1], "knhk: exit status=5");
    }
}

/// What a log holds before the records of its end.
std::string without_end(const std::string& log) {
    return log.substr(0, log.size() - END_BYTES);
}

TEST_F(Watch, log_of_a_late_run_is_the_beginning_of_the_log_without_that_beat) {
    const std::string log = folder_->file("log");
    const auto prefix_of = [&](const char* beats) {
        EXPECT_EQ(
            knhk(words("stray", {"linux", "1"}, and_also(STRAY, {"--beats", beats, "--log", log})))
                .status,
            0);
        return without_end(read_file(log));
    };
    // Beat 7 is late. Beat 5 was published before it began; beat 6 is written while it runs.
    const std::string at_least = prefix_of("6");
    const std::string at_most = prefix_of("7");
    for (const Place& place : all_places()) {
        SCOPED_TRACE(place.platform + " " + place.workers);
        const std::string late = folder_->file("late-" + place.platform);
        EXPECT_EQ(knhk(words("stray", place,
                             and_also(STRAY, {"--beat-limit", "0.5", "--log", late, "--quiet"})))
                      .status,
                  BEAT_TOO_LONG);
        const std::string bytes = read_file(late);
        EXPECT_GE(bytes.size(), at_least.size());
        EXPECT_TRUE(at_most.starts_with(bytes)) << bytes.size() << " of " << at_most.size();
        const auto compared = knhk({"compare", late, log});
        EXPECT_NE(compared.status, 0);
        expect_in(compared.out + compared.err, "cut");
        const auto manifest = nlohmann::json::parse(read_file(late + ".manifest.json"));
        EXPECT_EQ(manifest["exit_status"], BEAT_TOO_LONG);
        expect_in(manifest["error"], "core 3");
    }
}

TEST_F(Watch, run_within_the_limit_has_the_digest_of_one_without) {
    std::string first;
    for (const Place& place : all_places()) {
        for (const bool limited : {false, true}) {
            auto more = std::vector<std::string>{"--cores", "4", "--tasks", "2"};
            if (limited) {
                more.insert(more.end(), {"--beat-limit", "60"});
            }
            const std::string digest = knhk_json(words("late", place, more))["run_digest"];
            first = first.empty() ? digest : first;
            EXPECT_EQ(digest, first) << place.platform << " " << place.workers << " " << limited;
        }
    }
}

/// Harts that sleep and wake each other thousands of times, hart 0 with interrupts on.
TEST_F(Watch, many_short_beats_are_not_disturbed) {
    std::string first;
    std::vector<Place> places{{"linux", "2"}};
    for (const std::string& platform : emulated_platforms()) {
        for (const char* workers : {"1", "2", "5"}) {
            places.push_back({platform, workers});
        }
    }
    for (const Place& place : places) {
        const auto run = knhk_json(
            words("ring", place, {"--cores", "8", "--tasks", "8000", "--beat-limit", "60"}));
        const std::string digest = run["run_digest"];
        first = first.empty() ? digest : first;
        EXPECT_EQ(digest, first) << place.platform << " " << place.workers;
    }
}

TEST_F(Watch, other_failures_are_told_as_ever) {
    for (const std::string& platform : platforms()) {
        const Place place{platform, "2"};
        const auto fault = knhk(words("null", place, {"--beat-limit", "60"}));
        EXPECT_EQ(fault.status, 4);
        expect_in(fault.err, "fault: ");
        const auto panic = knhk(words("panic", place, {"--beat-limit", "60"}));
        EXPECT_EQ(panic.status, 4);
        expect_in(panic.err, "a handler that behaves");
    }
}

/// More log than the drain's ring holds, and nobody reads it for a while.
TEST_F(Watch, slow_sink_is_not_held_against_the_beat) {
    const std::string pipe = folder_->file("pipe");
    ASSERT_EQ(run_command({"mkfifo", pipe}).status, 0);
    for (const std::string& platform : platforms()) {
        const auto result = run_command(
            {"sh", "-c",
             "{ sleep 4; cat > /dev/null; } < \"$1\" & "
             "\"$KNHK_COMMAND\" run fanout --on \"$2\" --workers 2 --tasks 400000 --log \"$1\" "
             "--beat-limit 1 --quiet; status=$?; wait; exit $status",
             "sh", pipe, platform});
        EXPECT_EQ(result.status, 0) << platform << ": " << result.err;
    }
}

TEST_F(Watch, machine_without_a_timer_refuses_a_limit_in_words) {
    const auto result =
        knhk({"run", "--on", "qemu-x86_64", "--machine", "microvm", "--beat-limit", "1"});
    EXPECT_EQ(result.status, 3);
    ASSERT_EQ(lines_of(result.err).size(), 1u) << result.err;
    expect_in(result.err, "no timer");
}

TEST_F(Watch, limit_out_of_bounds_is_refused_by_command_and_image) {
    for (const char* limit : {"0.05", "86401", "soon"}) {
        const auto refused = knhk({"run", "pure", "--beat-limit", limit});
        EXPECT_EQ(refused.status, 2);
        expect_in(refused.err, "use seconds from 0.1 to 86400");
        const auto by_image = run_command({loader_path(), "--image", image_path(), "--command-line",
                                           std::string("beat-limit=") + limit});
        EXPECT_EQ(by_image.status, 2);
        expect_in(by_image.err, limit);
    }
}

} // namespace
} // namespace knhk::test
