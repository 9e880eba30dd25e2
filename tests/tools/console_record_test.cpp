// SPDX-License-Identifier: MIT
// What an image says on its console: lines out of a stream, and what the host makes of them.
#include "tools/run/console_record.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include "tools/host/descriptor.hpp"

namespace knhk::tools {
namespace {

constexpr std::string_view DIGEST = "00112233445566778899aabbccddeeff";

const std::vector<std::string> RESULT_WORDS = {
    "beats=12",
    "tasks=34",
    "events=56",
    "remote_messages=78",
    "cores=4",
    "workers=2",
    "digest=" + std::string(DIGEST),
    "reason=quiescent",
};

std::string result_line(const std::vector<std::string>& words) {
    std::string line = "knhk: result";
    for (const std::string& word : words) {
        line += " " + word;
    }
    return line;
}

/// The usual line, one of its words replaced.
std::string result_line_with(std::size_t index, const std::string& word) {
    std::vector<std::string> words = RESULT_WORDS;
    words[index] = word;
    return result_line(words);
}

TEST(ResultLineTest, figures_are_read) {
    const auto figures = parse_result_line(result_line(RESULT_WORDS));
    ASSERT_TRUE(figures);
    EXPECT_EQ(figures->beats, 12u);
    EXPECT_EQ(figures->tasks, 34u);
    EXPECT_EQ(figures->events, 56u);
    EXPECT_EQ(figures->remote_messages, 78u);
    EXPECT_EQ(figures->cores, 4u);
    EXPECT_EQ(figures->workers, 2u);
    EXPECT_EQ(figures->digest, DIGEST);
    EXPECT_EQ(figures->end_reason, "quiescent");
    EXPECT_TRUE(figures->tasks_by_worker.empty());
}

TEST(ResultLineTest, line_without_any_one_of_its_keys_is_none) {
    for (std::size_t i = 0; i < RESULT_WORDS.size(); ++i) {
        std::vector<std::string> words = RESULT_WORDS;
        words.erase(words.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_FALSE(parse_result_line(result_line(words))) << "without " << RESULT_WORDS[i];
    }
    EXPECT_FALSE(parse_result_line("knhk: result "));
}

TEST(ResultLineTest, instruction_set_is_what_the_image_says) {
    EXPECT_EQ(parse_result_line(result_line(RESULT_WORDS))->isa, "");
    EXPECT_EQ(parse_result_line(result_line(RESULT_WORDS) + " isa=neon")->isa, "neon");
}

TEST(ResultLineTest, value_that_is_no_number_is_none) {
    for (std::size_t i = 0; i < 6; ++i) {
        const std::string key = RESULT_WORDS[i].substr(0, RESULT_WORDS[i].find('='));
        for (const char* const value : {"=", "=x", "=-1", "=1x", "=18446744073709551616", ""}) {
            EXPECT_FALSE(parse_result_line(result_line_with(i, key + value))) << key << value;
        }
    }
}

TEST(ResultLineTest, number_beyond_its_width_is_none) {
    EXPECT_FALSE(parse_result_line(result_line_with(4, "cores=4294967300")));
    EXPECT_FALSE(parse_result_line(result_line_with(5, "workers=4294967298")));
}

TEST(ResultLineTest, no_cores_or_workers_are_none) {
    EXPECT_FALSE(parse_result_line(result_line_with(4, "cores=0")));
    EXPECT_FALSE(parse_result_line(result_line_with(5, "workers=0")));
}

TEST(ResultLineTest, digest_that_is_no_digest_is_none) {
    const std::string digest(DIGEST);
    EXPECT_FALSE(parse_result_line(result_line_with(6, "digest=")));
    EXPECT_FALSE(parse_result_line(result_line_with(6, "digest=" + digest.substr(1))));
    EXPECT_FALSE(parse_result_line(result_line_with(6, "digest=" + digest + "0")));
    EXPECT_FALSE(parse_result_line(result_line_with(6, "digest=g" + digest.substr(1))));
    EXPECT_FALSE(parse_result_line(result_line_with(6, "digest=A" + digest.substr(1))));
}

TEST(ResultLineTest, garbage_is_none) {
    for (const char* const line : {"", "knhk: result", "knhk: resul", " knhk: result beats=1",
                                   "knhk: result = = =", "knhk: result \xff\xfe"}) {
        EXPECT_FALSE(parse_result_line(line)) << line;
    }
}

TEST(ResultLineTest, key_of_a_later_version_is_passed_over) {
    std::vector<std::string> words = RESULT_WORDS;
    words.insert(words.begin(), "joules=3.5");
    EXPECT_TRUE(parse_result_line(result_line(words)));
}

TEST(ResultLineTest, doubled_key_counts_with_its_last_value) {
    std::vector<std::string> words = RESULT_WORDS;
    words.emplace_back("beats=99");
    const auto figures = parse_result_line(result_line(words));
    ASSERT_TRUE(figures);
    EXPECT_EQ(figures->beats, 99u);
    words.emplace_back("beats=x");
    EXPECT_FALSE(parse_result_line(result_line(words)));
}

TEST(ResultLineTest, blanks_between_words_do_not_matter) {
    EXPECT_TRUE(parse_result_line(result_line(RESULT_WORDS) + "  \t"));
    EXPECT_TRUE(parse_result_line(result_line_with(0, "  beats=12  ")));
}

TEST(RunFiguresTest, figures_agree_only_when_all_that_both_say_is_equal) {
    const RunFigures figures = *parse_result_line(result_line(RESULT_WORDS));
    RunFigures with_workers = figures;
    with_workers.tasks_by_worker = {1, 2};
    EXPECT_TRUE(figures.agrees_with(with_workers));
    for (std::size_t i = 0; i < RESULT_WORDS.size(); ++i) {
        std::string word = RESULT_WORDS[i].substr(0, RESULT_WORDS[i].find('=') + 1);
        word += i == 6 ? std::string(32, '0') : i == 7 ? "stopped" : "3";
        EXPECT_FALSE(figures.agrees_with(*parse_result_line(result_line_with(i, word)))) << word;
    }
}

TEST(EndReasonTest, reasons_of_the_document_have_names) {
    EXPECT_EQ(end_reason_text(0), "quiescent");
    EXPECT_EQ(end_reason_text(1), "beat-limit");
    EXPECT_EQ(end_reason_text(2), "stopped");
    EXPECT_EQ(end_reason_text(3), "unknown");
}

TEST(ConsoleRecordTest, silent_console_has_nothing) {
    const ConsoleRecord record;
    EXPECT_EQ(record.error(), "");
    EXPECT_EQ(record.crash(), "");
    EXPECT_FALSE(record.exit_status());
    EXPECT_FALSE(record.result());
    EXPECT_EQ(record.last_line(), "");
}

TEST(ConsoleRecordTest, first_error_is_kept) {
    ConsoleRecord record;
    record.add_line("something else");
    record.add_line("knhk: error: the first");
    record.add_line("knhk: error: the second");
    EXPECT_EQ(record.error(), "the first");
    ConsoleRecord other;
    other.add_line("knhk-loader: error: no memory");
    EXPECT_EQ(other.error(), "no memory");
    EXPECT_EQ(other.crash(), "");
}

TEST(ConsoleRecordTest, first_panic_or_fault_is_kept) {
    ConsoleRecord record;
    record.add_line("knhk: panic: core.cpp:7");
    record.add_line("knhk: fault: page fault");
    EXPECT_EQ(record.crash(), "panic: core.cpp:7");
    EXPECT_EQ(record.error(), "");
    ConsoleRecord other;
    other.add_line("knhk: fault: page fault");
    EXPECT_EQ(other.crash(), "fault: page fault");
}

TEST(ConsoleRecordTest, first_four_lines_about_a_late_beat_are_kept) {
    ConsoleRecord record;
    EXPECT_TRUE(record.late_beat().empty());
    record.add_line("knhk: beat limit of something else");
    EXPECT_TRUE(record.late_beat().empty());
    for (int i = 0; i < 6; ++i) {
        record.add_line("knhk: beat limit: " + std::to_string(i));
    }
    ASSERT_EQ(record.late_beat().size(), 4u);
    EXPECT_EQ(record.late_beat().front(), "knhk: beat limit: 0");
    EXPECT_EQ(record.late_beat().back(), "knhk: beat limit: 3");
    EXPECT_EQ(record.error(), "");
    EXPECT_EQ(record.crash(), "");
}

TEST(ConsoleRecordTest, words_in_the_middle_of_a_line_mean_nothing) {
    ConsoleRecord record;
    record.add_line("he said knhk: error: no");
    record.add_line(" knhk: exit status=0");
    record.add_line(" " + result_line(RESULT_WORDS));
    EXPECT_EQ(record.error(), "");
    EXPECT_FALSE(record.exit_status());
    EXPECT_FALSE(record.result());
}

TEST(ConsoleRecordTest, exit_status_is_read) {
    ConsoleRecord record;
    record.add_line("knhk: exit status=4");
    EXPECT_EQ(record.exit_status(), 4u);
}

TEST(ConsoleRecordTest, exit_status_that_is_no_number_is_none) {
    for (const char* const value : {"", "x", "0x", "-1", "0 0", "4294967296"}) {
        ConsoleRecord record;
        record.add_line(std::string("knhk: exit status=") + value);
        EXPECT_FALSE(record.exit_status() == 0u) << value;
    }
}

TEST(ConsoleRecordTest, second_result_line_that_cannot_be_read_takes_the_first_back) {
    ConsoleRecord record;
    record.add_line(result_line(RESULT_WORDS));
    ASSERT_TRUE(record.result());
    EXPECT_EQ(record.result()->beats, 12u);
    record.add_line("knhk: result nonsense");
    EXPECT_FALSE(record.result());
}

TEST(ConsoleRecordTest, last_fifty_lines_are_kept) {
    ConsoleRecord record;
    for (int i = 0; i < 80; ++i) {
        record.add_line("line " + std::to_string(i));
    }
    ASSERT_EQ(record.last_lines().size(), 50u);
    EXPECT_EQ(record.last_lines().front(), "line 30");
    EXPECT_EQ(record.last_line(), "line 79");
}

TEST(ConsoleRecordTest, digests_of_beats_drive_nothing_out) {
    ConsoleRecord record;
    record.add_line("worth keeping");
    for (int i = 0; i < 80; ++i) {
        record.add_line("knhk: digest before beat " + std::to_string(i));
    }
    EXPECT_EQ(record.last_lines().size(), 1u);
    EXPECT_EQ(record.last_line(), "worth keeping");
}

/// A pipe whose reading end does not block, as a child's output.
class LineReaderTest : public testing::Test {
  protected:
    LineReaderTest() {
        int ends[2];
        EXPECT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
        read_end_ = Descriptor(ends[0]);
        write_end_ = Descriptor(ends[1]);
    }
    void say(std::string_view text) {
        EXPECT_EQ(write_all(write_end_.get(), std::as_bytes(std::span(text))), 0);
    }
    bool read() { return reader_.read_from(read_end_.get(), sink()); }
    void finish() { reader_.finish(sink()); }
    LineReader::Sink sink() {
        return [this](std::string_view line) { lines_.emplace_back(line); };
    }

    Descriptor read_end_;
    Descriptor write_end_;
    LineReader reader_;
    std::vector<std::string> lines_;
};

using Lines = std::vector<std::string>;

TEST_F(LineReaderTest, lines_are_cut_at_line_feeds) {
    say("one\ntwo\n\nthree");
    EXPECT_TRUE(read());
    EXPECT_EQ(lines_, (Lines{"one", "two", ""}));
    say(" and more\n");
    EXPECT_TRUE(read());
    EXPECT_EQ(lines_, (Lines{"one", "two", "", "three and more"}));
}

TEST_F(LineReaderTest, line_without_an_end_is_handed_over_at_the_end) {
    say("half");
    write_end_.close();
    EXPECT_FALSE(read());
    EXPECT_TRUE(lines_.empty());
    finish();
    EXPECT_EQ(lines_, Lines{"half"});
    finish();
    EXPECT_EQ(lines_.size(), 1u);
}

TEST_F(LineReaderTest, empty_pipe_is_open_and_has_no_lines) {
    EXPECT_TRUE(read());
    EXPECT_TRUE(lines_.empty());
}

TEST_F(LineReaderTest, descriptor_that_cannot_be_read_is_at_its_end) {
    read_end_.close();
    EXPECT_FALSE(read());
}

TEST_F(LineReaderTest, line_that_never_ends_is_cut_at_a_limit) {
    say(std::string(10'000, 'x') + "\n");
    EXPECT_TRUE(read());
    ASSERT_EQ(lines_.size(), 3u);
    EXPECT_EQ(lines_[0], std::string(4096, 'x'));
    EXPECT_EQ(lines_[1], std::string(4096, 'x'));
    EXPECT_EQ(lines_[2], std::string(10'000 - 2 * 4096, 'x'));
}

TEST_F(LineReaderTest, line_of_exactly_the_limit_stays_whole) {
    say(std::string(4096, 'x') + "\nnext\n");
    EXPECT_TRUE(read());
    EXPECT_EQ(lines_, (Lines{std::string(4096, 'x'), "next"}));
}

TEST_F(LineReaderTest, control_characters_reach_nobody) {
    say(std::string("a\x1b[31mb\tc\x7f") + '\0' + "d\r\n");
    EXPECT_TRUE(read());
    EXPECT_EQ(lines_, Lines{"a?[31mb\tc??d"});
}

} // namespace
} // namespace knhk::tools
