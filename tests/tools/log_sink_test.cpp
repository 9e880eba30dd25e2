// SPDX-License-Identifier: MIT
// Where a log goes: what becomes of files that were there before, and of those nobody wrote into.
#include "tools/run/log_sink.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/command.hpp"
#include "tests/tools/log_builder.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
}

/// What the ends of a log are when it comes in pieces of `size` bytes.
LogEnds ends_of(const std::string& log, std::size_t size) {
    LogEnds ends;
    for (std::size_t at = 0; at < log.size(); at += size) {
        ends.add(bytes_of(log).subspan(at, std::min(size, log.size() - at)));
    }
    return ends;
}

TEST(LogEndsTest, whole_log_is_known_in_pieces_of_any_size) {
    test::LogBuilder builder;
    builder.end_reason = 2;
    const std::string log = builder.bytes();
    for (const std::size_t size : {1, 2, 3, 7, 8, 9, 95, 96, 97, 200, 100'000}) {
        const LogEnds ends = ends_of(log, size);
        EXPECT_TRUE(ends.begins_as_log()) << size;
        const auto trailer = ends.trailer();
        ASSERT_TRUE(trailer) << size;
        EXPECT_EQ(trailer->end_reason, 2u);
        EXPECT_EQ(trailer->beats, 3u);
        EXPECT_EQ(trailer->events, 11u);
        EXPECT_EQ(std::memcmp(&*trailer, log.data() + log.size() - 96, 96), 0);
    }
}

TEST(LogEndsTest, log_that_lacks_its_last_byte_has_no_trailer) {
    const std::string log = test::LogBuilder().bytes();
    EXPECT_FALSE(ends_of(log.substr(0, log.size() - 1), 64).trailer());
    EXPECT_FALSE(ends_of(log + "x", 64).trailer());
}

TEST(LogEndsTest, too_few_bytes_are_no_log) {
    const std::string log = test::LogBuilder().bytes();
    EXPECT_FALSE(LogEnds().begins_as_log());
    EXPECT_FALSE(LogEnds().trailer());
    EXPECT_FALSE(ends_of(log.substr(0, 7), 1).begins_as_log());
    EXPECT_TRUE(ends_of(log.substr(0, 8), 1).begins_as_log());
}

TEST(LogEndsTest, another_beginning_is_no_log) {
    for (std::size_t i = 0; i < 8; ++i) {
        std::string log = test::LogBuilder().bytes();
        log[i] = static_cast<char>(log[i] ^ 1);
        EXPECT_FALSE(ends_of(log, 5).begins_as_log()) << i;
    }
}

TEST(LogEndsTest, trailer_of_another_size_is_none) {
    const test::BuiltLog log = test::LogBuilder().build();
    std::string bytes = log.bytes;
    test::set(bytes, log.trailer_at + 4, 104, 4);
    EXPECT_FALSE(ends_of(bytes, 64).trailer());
}

TEST(LogSinkTest, nowhere_counts_and_forgets) {
    LogSink sink = LogSink::nowhere();
    const std::string log = test::LogBuilder().bytes();
    sink.begin();
    EXPECT_EQ(sink.write(bytes_of(log)), 0);
    EXPECT_TRUE(sink.ends().begins_as_log());
    EXPECT_TRUE(sink.ends().trailer());
    EXPECT_FALSE(sink.path());
    EXPECT_FALSE(sink.is_plain_file());
}

TEST(LogSinkTest, new_file_that_was_never_begun_goes) {
    const test::Folder folder;
    {
        const LogSink sink = LogSink::into_file(folder.file("log"));
        EXPECT_TRUE(std::filesystem::exists(folder.file("log")));
        EXPECT_TRUE(sink.is_plain_file());
        EXPECT_EQ(sink.path(), folder.file("log"));
    }
    EXPECT_FALSE(std::filesystem::exists(folder.file("log")));
}

TEST(LogSinkTest, new_file_that_was_begun_stays) {
    const test::Folder folder;
    {
        LogSink sink = LogSink::into_file(folder.file("log"));
        sink.begin();
        EXPECT_EQ(sink.write(bytes_of("text")), 0);
    }
    EXPECT_EQ(test::read_file(folder.file("log")), "text");
}

TEST(LogSinkTest, moved_sink_keeps_its_file) {
    const test::Folder folder;
    {
        LogSink first = LogSink::into_file(folder.file("log"));
        LogSink second = std::move(first);
        second.begin();
        EXPECT_EQ(second.write(bytes_of("text")), 0);
    }
    EXPECT_EQ(test::read_file(folder.file("log")), "text");
}

TEST(LogSinkTest, old_file_stays_as_it_was_until_the_run_begins) {
    const test::Folder folder;
    test::write_file(folder.file("log"), "a longer text of an earlier run");
    {
        const LogSink sink = LogSink::into_file(folder.file("log"));
    }
    EXPECT_EQ(test::read_file(folder.file("log")), "a longer text of an earlier run");
    {
        LogSink sink = LogSink::into_file(folder.file("log"));
        sink.begin();
        EXPECT_EQ(sink.write(bytes_of("text")), 0);
    }
    EXPECT_EQ(test::read_file(folder.file("log")), "text");
}

TEST(LogSinkTest, file_in_no_folder_is_refused) {
    const test::Folder folder;
    try {
        (void)LogSink::into_file(folder.file("none/log"));
        FAIL() << "was opened";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.status(), ExitStatus::BadInput);
        EXPECT_NE(std::string(failure.what()).find("none/log"), std::string::npos);
    }
}

TEST(LogSinkTest, device_is_no_plain_file_and_is_not_cut) {
    LogSink sink = LogSink::into_file("/dev/null");
    EXPECT_FALSE(sink.is_plain_file());
    EXPECT_NO_THROW(sink.begin());
    EXPECT_EQ(sink.write(bytes_of("text")), 0);
}

TEST(LogSinkTest, full_device_is_told_by_its_error) {
    LogSink sink = LogSink::into_file("/dev/full");
    EXPECT_EQ(sink.write(bytes_of("text")), ENOSPC);
}

TEST(LogSinkTest, descriptor_stays_its_owners) {
    const test::Folder folder;
    const Descriptor file(::open(folder.file("log").c_str(), O_WRONLY | O_CREAT, 0600));
    {
        LogSink sink = LogSink::into(file.get());
        EXPECT_EQ(sink.write(bytes_of("text")), 0);
    }
    EXPECT_EQ(write_all(file.get(), bytes_of(" and more")), 0);
    EXPECT_EQ(test::read_file(folder.file("log")), "text and more");
}

} // namespace
} // namespace knhk::tools
