// SPDX-License-Identifier: MIT
// What can be asked of a run: the bounds of every option, and the words that the image gets.
#include "tools/run/options.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "base/text.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {
namespace {

/// What the check has against options; "" when it lets them pass.
std::string complaint_about(const std::function<void(RunOptions&)>& change) {
    RunOptions options;
    change(options);
    try {
        check(options);
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.status(), ExitStatus::BadInput);
        return failure.what();
    }
    return "";
}

void expect_complaint(const std::function<void(RunOptions&)>& change, const std::string& part) {
    const std::string complaint = complaint_about(change);
    EXPECT_NE(complaint.find(part), std::string::npos) << "'" << complaint << "' without " << part;
}

u64 parse(std::string_view text, u64 min = 1, u64 max = 100) {
    return parse_number_option("--tasks", text, min, max);
}

TEST(NumberOptionTest, numbers_within_their_bounds_are_taken) {
    EXPECT_EQ(parse("1"), 1u);
    EXPECT_EQ(parse("100"), 100u);
    EXPECT_EQ(parse("0x64"), 100u);
    EXPECT_EQ(parse("18446744073709551615", 0, ~u64{0}), ~u64{0});
    EXPECT_EQ(parse("0", 0, 0), 0u);
}

TEST(NumberOptionTest, anything_else_is_refused_with_its_name_and_bounds) {
    for (const char* const text :
         {"0", "101", "", "x", "-1", "1.5", " 1", "1 ", "18446744073709551616", "0x"}) {
        try {
            (void)parse(text);
            ADD_FAILURE() << "was taken: '" << text << "'";
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.status(), ExitStatus::BadInput);
            EXPECT_EQ(failure.what(),
                      "--tasks " + std::string(text) + ": use a whole number from 1 to 100");
        }
    }
}

TEST(BeatLimitOptionTest, seconds_are_taken_with_and_without_a_fraction) {
    EXPECT_EQ(parse_beat_limit_option("2"), 2000u);
    EXPECT_EQ(parse_beat_limit_option("2.5"), 2500u);
    EXPECT_EQ(parse_beat_limit_option("0.1"), 100u);
    EXPECT_EQ(parse_beat_limit_option("86400"), 86'400'000u);
}

TEST(BeatLimitOptionTest, anything_else_is_refused_with_an_example) {
    for (const char* const text : {"", "0", "0.099", "86400.001", "-1", "1e3", "two", "1,5"}) {
        try {
            (void)parse_beat_limit_option(text);
            ADD_FAILURE() << "was taken: '" << text << "'";
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.status(), ExitStatus::BadInput);
            EXPECT_EQ(failure.what(), "--beat-limit " + std::string(text) +
                                          ": use seconds from 0.1 to 86400, as in 2 or 0.5");
        }
    }
}

constexpr RunPlatform QEMU{true, Architecture::X86_64};

TEST(PlatformOptionTest, platforms_are_known_by_their_names) {
    EXPECT_EQ(parse_platform("linux"), RunPlatform{});
    EXPECT_EQ(parse_platform("qemu-x86_64"), QEMU);
    EXPECT_EQ(name_of(RunPlatform{}), "linux");
    EXPECT_EQ(image_name_of(RunPlatform{}), "linux-x86_64");
    const RunPlatform foreign{false, Architecture::RISCV64};
    EXPECT_EQ(parse_platform("linux-riscv64"), foreign);
    EXPECT_EQ(name_of(foreign), "linux-riscv64");
    EXPECT_EQ(image_name_of(foreign), "linux-riscv64");
    EXPECT_EQ(image_name_of(QEMU), "bare-x86_64");
    EXPECT_EQ(name_of(QEMU), "qemu-x86_64");
}

TEST(PlatformOptionTest, other_platforms_are_refused) {
    for (const char* const text : {"", "Linux", "qemu", "qemu-", "qemu-q35", "qemu-linux",
                                   "linux-x86_64", "linux-", "linux-vax"}) {
        EXPECT_THROW((void)parse_platform(text), Failure) << text;
    }
}

TEST(RunOptionsTest, defaults_can_be_run) {
    EXPECT_EQ(complaint_about([](RunOptions&) {}), "");
}

TEST(RunOptionsTest, cores_are_a_power_of_two_up_to_256) {
    for (u32 cores = 0; cores <= 600; ++cores) {
        const bool is_allowed = cores >= 1 && cores <= 256 && (cores & (cores - 1)) == 0;
        EXPECT_EQ(complaint_about([&](RunOptions& o) { o.cores = cores; }).empty(), is_allowed)
            << cores;
    }
}

TEST(RunOptionsTest, instruction_sets_are_those_that_an_image_knows) {
    for (u32 i = 0; i < INSTRUCTION_SETS; ++i) {
        const std::string name = name_of(static_cast<InstructionSet>(i));
        EXPECT_EQ(complaint_about([&](RunOptions& o) { o.isa = name; }), "") << name;
    }
    expect_complaint([](RunOptions& o) { o.isa = "sse9"; }, "use auto, scalar, avx2");
}

TEST(RunOptionsTest, instruction_set_is_passed_on_unless_the_image_is_to_choose) {
    RunOptions options;
    EXPECT_EQ(image_command_line(options).find("isa="), std::string::npos);
    options.isa = "rvv";
    EXPECT_NE(image_command_line(options).find(" isa=rvv"), std::string::npos);
}

TEST(RunOptionsTest, next_number_of_cores_is_recommended) {
    expect_complaint([](RunOptions& o) { o.cores = 3; }, "use 4");
    expect_complaint([](RunOptions& o) { o.cores = 0; }, "use 1");
    expect_complaint([](RunOptions& o) { o.cores = 257; }, "use 256");
    expect_complaint([](RunOptions& o) { o.cores = ~0u; }, "use 256");
}

TEST(RunOptionsTest, workers_are_one_up_to_the_cores) {
    expect_complaint([](RunOptions& o) { o.workers = 0; }, "--workers 0");
    expect_complaint([](RunOptions& o) { o.workers = 5; }, "--workers 5");
    EXPECT_EQ(complaint_about([](RunOptions& o) { o.workers = 4; }), "");
}

TEST(RunOptionsTest, qemu_has_fewer_harts_than_cores_are_allowed) {
    const auto ask = [](const RunPlatform& platform, u32 workers) {
        return complaint_about([&](RunOptions& o) {
            o.platform = platform;
            o.cores = 256;
            o.workers = workers;
        });
    };
    EXPECT_EQ(ask(QEMU, 255), "");
    EXPECT_NE(ask(QEMU, 256), "");
    EXPECT_EQ(ask({}, 256), "");
}

TEST(RunOptionsTest, workload_names_of_good_characters_are_taken) {
    for (const std::string& name :
         {std::string("a"), std::string("Az09_-."), std::string(63, 'n')}) {
        EXPECT_EQ(complaint_about([&](RunOptions& o) { o.workload = name; }), "") << name;
    }
}

TEST(RunOptionsTest, other_workload_names_are_refused) {
    for (const std::string& name :
         {std::string(), std::string(64, 'n'), std::string("a b"), std::string("a\nb"),
          std::string("a=b"), std::string("a\0b", 3), std::string("\xc3\xa4"), std::string("a/b"),
          std::string("a@"), std::string("a[")}) {
        expect_complaint([&](RunOptions& o) { o.workload = name; }, "bad workload name");
    }
}

TEST(RunOptionsTest, levels_are_digest_inputs_and_full) {
    for (const char* const level : {"digest", "inputs", "full"}) {
        EXPECT_EQ(complaint_about([&](RunOptions& o) { o.level = level; }), "");
    }
    expect_complaint([](RunOptions& o) { o.level = "Full"; }, "unknown --level 'Full'");
    expect_complaint([](RunOptions& o) { o.level = ""; }, "digest, inputs, full");
}

TEST(RunOptionsTest, machines_and_accelerators_are_checked) {
    for (const char* const machine : {"q35", "pc", "microvm"}) {
        EXPECT_EQ(complaint_about([&](RunOptions& o) { o.machine = machine; }), "");
    }
    expect_complaint([](RunOptions& o) { o.machine = "virt"; }, "unknown --machine 'virt'");
    EXPECT_EQ(complaint_about([](RunOptions& o) { o.accelerator = "kvm"; }), "");
    expect_complaint([](RunOptions& o) { o.accelerator = "hvf"; }, "unknown --accel 'hvf'");
}

TEST(RunOptionsTest, log_over_the_console_is_refused) {
    const auto ask = [](bool has_log, bool is_shared) {
        return complaint_about([&](RunOptions& o) {
            if (has_log) {
                o.log = "a.log";
            }
            o.drain_shared = is_shared;
        });
    };
    EXPECT_NE(ask(true, false).find("--log needs the whole log"), std::string::npos);
    EXPECT_EQ(ask(true, true), "");
    EXPECT_EQ(ask(false, false), "");
}

/// The words of a command line by their keys; none may come twice.
std::map<std::string, std::string> words_of(const std::string& line) {
    std::map<std::string, std::string> words;
    std::string_view rest = line;
    for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
        const auto [key, value] = split_word(word);
        EXPECT_TRUE(words.emplace(key, value).second) << key;
    }
    return words;
}

TEST(CommandLineTest, image_gets_every_word) {
    RunOptions options;
    options.cores = 16;
    options.workers = 2;
    options.seed = ~u64{0};
    options.level = "inputs";
    options.beats = 99;
    options.latency = 5;
    auto words = words_of(image_command_line(options));
    EXPECT_NE(words.at("spin"), "");
    words.erase("spin");
    const std::map<std::string, std::string> expected = {
        {"cores", "16"},     {"latency", "5"},
        {"workers", "2"},    {"seed", "18446744073709551615"},
        {"level", "inputs"}, {"drain", "shared"},
        {"beats", "99"}};
    EXPECT_EQ(words, expected);
}

TEST(RunOptionsTest, path_of_a_packed_file_need_not_be_a_name) {
    EXPECT_EQ(complaint_about([](RunOptions& o) {
                  o.workload = "./a b.json";
                  o.packed_file = std::make_shared<const std::vector<std::byte>>();
              }),
              "");
}

TEST(RunOptionsTest, topologies_are_checked_against_the_cores) {
    const auto ask = [](const char* topology) {
        return complaint_about([&](RunOptions& o) { o.topology = topology; });
    };
    EXPECT_EQ(ask("flat:7"), "");
    EXPECT_EQ(ask("hierarchical:2,2:1,2,3"), "");
    EXPECT_EQ(ask("mesh:2x2:1:1"), "");
    EXPECT_EQ(ask("flat:8"), "bad --topology 'flat:8': a latency is not 1 to 7");
    EXPECT_EQ(ask("ring"), "bad --topology 'ring': use flat:L, hierarchical:G,G:L,L,L or "
                           "mesh:XxYxZ:L:H");
    EXPECT_EQ(ask("mesh:4x2:1:1"), "--topology mesh:4x2:1:1 with --cores 4: the product of its "
                                   "dimensions is not the number of cores");
}

TEST(RunOptionsTest, stealing_is_on_or_off) {
    for (const char* const stealing : {"on", "off"}) {
        EXPECT_EQ(complaint_about([&](RunOptions& o) { o.stealing = stealing; }), "");
    }
    expect_complaint([](RunOptions& o) { o.stealing = "yes"; }, "unknown --stealing 'yes'");
}

TEST(CommandLineTest, topology_takes_the_place_of_the_latency) {
    RunOptions options;
    options.topology = "mesh:2x2:1:1";
    options.stealing = "on";
    const auto words = words_of(image_command_line(options));
    EXPECT_EQ(words.at("topology"), "mesh:2x2:1:1");
    EXPECT_EQ(words.at("stealing"), "on");
    EXPECT_FALSE(words.contains("latency"));
}

TEST(CommandLineTest, workload_file_s_own_topology_and_stealing_are_left_to_it) {
    RunOptions options;
    options.packed_file = std::make_shared<const std::vector<std::byte>>();
    const auto words = words_of(image_command_line(options));
    for (const char* const key : {"topology", "latency", "stealing"}) {
        EXPECT_FALSE(words.contains(key)) << key;
    }
}

TEST(CommandLineTest, run_without_a_limit_names_none) {
    EXPECT_FALSE(words_of(image_command_line({})).contains("beats"));
}

TEST(CommandLineTest, beat_limit_is_handed_on_in_seconds) {
    const auto word_for = [](std::string_view text) {
        RunOptions options;
        options.beat_limit_ms = parse_beat_limit_option(text);
        return words_of(image_command_line(options)).at("beat-limit");
    };
    EXPECT_EQ(word_for("2"), "2.000");
    EXPECT_EQ(word_for("0.1"), "0.100");
    EXPECT_EQ(word_for("12.345"), "12.345");
    EXPECT_EQ(word_for("86400"), "86400.000");
    EXPECT_FALSE(words_of(image_command_line({})).contains("beat-limit"));
}

TEST(CommandLineTest, drain_over_the_console_is_asked_for) {
    RunOptions options;
    options.drain_shared = false;
    EXPECT_EQ(words_of(image_command_line(options)).at("drain"), "console");
}

/// More workers than any machine has CPUs poll less often.
TEST(CommandLineTest, workers_without_a_cpu_of_their_own_poll_less) {
    RunOptions many;
    many.workers = 1'000'000;
    EXPECT_EQ(words_of(image_command_line({})).at("spin"), "4000");
    EXPECT_EQ(words_of(image_command_line(many)).at("spin"), "20");
}

} // namespace
} // namespace knhk::tools
