// SPDX-License-Identifier: MIT
// Arrays in files: what is written is read again, what is another file is refused, and a writer
// that is killed leaves whole records.
#include "tools/host/mapped_array.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <random>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "tests/support/command.hpp"

namespace knhk::tools {
namespace {

using test::Folder;
using test::read_file;
using test::write_file;

struct Pair {
    static constexpr std::string_view TYPE_NAME = "test.Pair";
    static constexpr bool EVERY_BIT_IS_VALID = true;
    u64 a;
    u64 b;
};
/// Of the same size, and something else.
struct Span {
    static constexpr std::string_view TYPE_NAME = "test.Span";
    static constexpr bool EVERY_BIT_IS_VALID = true;
    u64 first;
    u64 last;
};
/// So large that whoever is killed is killed in one.
struct Large {
    static constexpr std::string_view TYPE_NAME = "test.Large";
    static constexpr bool EVERY_BIT_IS_VALID = true;
    std::array<u64, 32'768> words;
};

struct WithPadding {
    static constexpr std::string_view TYPE_NAME = "test.WithPadding";
    static constexpr bool EVERY_BIT_IS_VALID = true;
    u64 a;
    u8 b;
};
struct Unsaid {
    static constexpr std::string_view TYPE_NAME = "test.Unsaid";
    static constexpr bool EVERY_BIT_IS_VALID = false;
    u64 a;
};
struct Owner {
    static constexpr std::string_view TYPE_NAME = "test.Owner";
    static constexpr bool EVERY_BIT_IS_VALID = true;
    std::string text;
};
static_assert(MappedRecord<Pair> && MappedRecord<Large>);
static_assert(!MappedRecord<WithPadding>, "bytes between members");
static_assert(!MappedRecord<Unsaid>, "not every bit is valid");
static_assert(!MappedRecord<Owner>, "not to be copied as bytes");
static_assert(!MappedRecord<u64>, "has no name of its own");

constexpr u64 CAPACITY = 5;

using Pairs = MappedArray<Pair>;

class MappedArrayTest : public testing::Test {
  protected:
    [[nodiscard]] Pairs pairs() const { return Pairs::open_or_make(path_, CAPACITY); }
    void fill(u64 count) const {
        Pairs array = pairs();
        for (u64 i = 0; i < count; ++i) {
            array.append({i, 10 * i});
        }
    }

    Folder folder_;
    std::string path_ = folder_.file("array");
};

template<class Use>
std::string complaint_of(Use use) {
    try {
        use();
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.status(), ExitStatus::BadInput);
        return failure.what();
    }
    return "none";
}

TEST_F(MappedArrayTest, what_is_written_is_read_again_by_whoever_opens_it_next) {
    fill(3);
    {
        Pairs array = pairs();
        EXPECT_EQ(array.size(), 3U);
        EXPECT_EQ(array.capacity(), CAPACITY);
        array.write(1, {7, 8});
    }
    const Pairs array = Pairs::open(path_);
    std::vector<u64> seen;
    for (const Pair& pair : array.records()) {
        seen.insert(seen.end(), {pair.a, pair.b});
    }
    EXPECT_EQ(seen, (std::vector<u64>{0, 0, 7, 8, 2, 20}));
    EXPECT_EQ(std::filesystem::file_size(path_), 64 + (CAPACITY + 1) * sizeof(Pair));
}

TEST_F(MappedArrayTest, capacity_is_that_of_the_file_and_not_of_who_opens_it) {
    fill(1);
    EXPECT_EQ(Pairs::open_or_make(path_, 100).capacity(), CAPACITY);
}

TEST_F(MappedArrayTest, out_of_range_is_an_error_and_changes_nothing) {
    fill(CAPACITY);
    const std::string before = read_file(path_);
    Pairs array = pairs();
    EXPECT_EQ(complaint_of([&] { static_cast<void>(array.read(CAPACITY)); }),
              path_ + " has no record 5: it holds 5");
    EXPECT_EQ(complaint_of([&] { array.write(~u64{0}, {}); }),
              path_ + " has no record 18446744073709551615: it holds 5");
    EXPECT_EQ(complaint_of([&] { array.append({}); }),
              path_ + " is full, it holds 5 records: begin another");
    EXPECT_EQ(read_file(path_), before);
}

TEST_F(MappedArrayTest, file_that_is_not_there_is_no_array_to_read) {
    EXPECT_EQ(complaint_of([&] { static_cast<void>(Pairs::open(path_)); }),
              "cannot open " + path_ + ": No such file or directory: name another");
    EXPECT_FALSE(std::filesystem::exists(path_));
    EXPECT_NE(complaint_of([&] { static_cast<void>(Pairs::open_or_make(folder_.file(""), 1)); }),
              "none")
        << "a folder";
}

TEST_F(MappedArrayTest, records_of_another_type_of_the_same_size_are_refused) {
    fill(1);
    using Spans = MappedArray<Span>;
    EXPECT_EQ(complaint_of([&] { static_cast<void>(Spans::open(path_)); }),
              path_ + " holds records of another kind: name another file");
    EXPECT_EQ(complaint_of([&] { static_cast<void>(Spans::open_or_make(path_, 9)); }),
              path_ + " holds records of another kind: name another file");
}

TEST_F(MappedArrayTest, other_files_are_refused_and_stay_as_they_were) {
    for (const std::string& bytes : {std::string("x"), std::string(63, '\0'), std::string(64, '\0'),
                                     std::string(160, '\0'), std::string(4096, 'a')}) {
        write_file(path_, bytes);
        EXPECT_EQ(complaint_of([&] { static_cast<void>(pairs()); }),
                  path_ + " is another kind of file: name one that holds records, or a new one")
            << bytes.size();
        EXPECT_EQ(read_file(path_), bytes);
    }
}

TEST_F(MappedArrayTest, every_bit_of_the_header_that_changes_is_noticed_or_counts) {
    fill(2);
    const std::string good = read_file(path_);
    constexpr std::size_t COUNT_AT = offsetof(ArrayHeader, count);
    constexpr std::size_t PENDING_AT = offsetof(ArrayHeader, pending);
    for (std::size_t bit = 0; bit < 8 * sizeof(ArrayHeader); ++bit) {
        std::string bad = good;
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
        write_file(path_, bad);
        // Counts that there can be, and records that there are: bits 0 and 1 of these.
        const bool can_be = (bit / 8 == COUNT_AT || bit / 8 == PENDING_AT) && bit % 8 < 2;
        const std::string complaint =
            complaint_of([&] { static_cast<void>(Pairs::open(path_).size()); });
        EXPECT_EQ(complaint == "none", can_be) << "bit " << bit << ": " << complaint;
    }
}

TEST_F(MappedArrayTest, cut_and_longer_files_are_refused_at_every_length) {
    fill(2);
    const std::string good = read_file(path_);
    for (std::size_t size = 0; size < good.size(); ++size) {
        write_file(path_, good.substr(0, size));
        EXPECT_NE(complaint_of([&] { static_cast<void>(Pairs::open(path_)); }), "none") << size;
        if (size != 0) {
            EXPECT_NE(complaint_of([&] { static_cast<void>(pairs()); }), "none") << size;
        }
    }
    write_file(path_, good + "x");
    EXPECT_EQ(complaint_of([&] { static_cast<void>(pairs()); }),
              path_ + " has 161 bytes, and not the 160 that it was made with: begin another");
}

TEST_F(MappedArrayTest, file_whose_maker_was_killed_is_made_to_its_end) {
    fill(0);
    const std::string good = read_file(path_);
    for (const std::size_t size : {std::size_t{0}, sizeof(ArrayHeader), good.size() - 1}) {
        write_file(path_, good.substr(0, size));
        EXPECT_EQ(pairs().size(), 0U) << size;
        EXPECT_EQ(read_file(path_), good) << size;
    }
}

TEST_F(MappedArrayTest, new_value_that_waits_in_the_spare_place_is_the_records) {
    fill(3);
    std::string bytes = read_file(path_);
    const Pair waiting{70, 80};
    const u64 pending = 2;
    std::memcpy(bytes.data() + bytes.size() - sizeof waiting, &waiting, sizeof waiting);
    std::memcpy(bytes.data() + offsetof(ArrayHeader, pending), &pending, sizeof pending);
    write_file(path_, bytes);
    EXPECT_EQ(Pairs::open(path_).read(1).b, 80U) << "for who may only read";
    EXPECT_EQ(read_file(path_), bytes);
    EXPECT_EQ(pairs().read(1).b, 80U);
    EXPECT_EQ(Pairs::open(path_).read(0).b, 0U);
    EXPECT_NE(read_file(path_), bytes) << "who writes brings it to its place";
}

// --- more than one process -----------------------------------------------------------------------

/// In a process of its own; its exit status.
template<class Work>
pid_t start(Work work) {
    const pid_t child = ::fork();
    if (child == 0) {
        work();
        ::_exit(0);
    }
    return child;
}

int status_of(pid_t child) {
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return status;
}

TEST_F(MappedArrayTest, writers_wait_for_each_other) {
    constexpr u64 EACH = 300;
    const auto append_all = [this](u64 who) {
        for (u64 i = 0; i < EACH; ++i) {
            Pairs::open_or_make(path_, 4 * EACH).append({who, i});
        }
    };
    std::vector<pid_t> children;
    for (u64 who = 0; who < 4; ++who) {
        children.push_back(start([&] { append_all(who); }));
    }
    for (const pid_t child : children) {
        EXPECT_EQ(status_of(child), 0);
    }
    const Pairs array = Pairs::open(path_);
    ASSERT_EQ(array.size(), 4 * EACH);
    u64 next[4] = {};
    for (const Pair& pair : array.records()) {
        EXPECT_EQ(pair.b, next[pair.a]++);
    }
}

class KilledWriterTest : public MappedArrayTest {
  protected:
    using Array = MappedArray<Large>;
    static constexpr u64 RECORDS = 8;

    /// Kills who does `work` after a while, again and again, until something `was_done`; what is
    /// left is whole each time. On a machine whose disk or CPUs are slow the while grows.
    template<class Work, class WasDone>
    void kill_often(Work work, WasDone was_done) {
        constexpr u64 KILLS = 60;
        constexpr u64 PATIENCE_MAX = 1'000;
        std::mt19937_64 random(2026);
        u64 patience = 1;
        for (u64 kill = 0; kill < KILLS || (patience < PATIENCE_MAX && !was_done()); ++kill) {
            const pid_t child = start(work);
            std::this_thread::sleep_for(
                std::chrono::microseconds((2000 + random() % 4000) * patience));
            ASSERT_EQ(::kill(child, SIGKILL), 0);
            EXPECT_TRUE(WIFSIGNALED(status_of(child)));
            expect_whole(ArrayAccess::Read);
            expect_whole(ArrayAccess::Write);
            if (kill % 8 == 7 && !was_done()) {
                patience *= 2;
            }
        }
    }
    void expect_whole(ArrayAccess access) {
        if (!std::filesystem::exists(path_) || std::filesystem::file_size(path_) == 0) {
            return; // it did not come so far
        }
        const Array array =
            access == ArrayAccess::Read ? Array::open(path_) : Array::open_or_make(path_, RECORDS);
        for (u64 i = 0; i < array.size(); ++i) {
            *record_ = array.read(i);
            const auto& words = record_->words;
            EXPECT_EQ(std::ranges::count(words, words[0]), std::ssize(words)) << "record " << i;
        }
        found_ += array.size();
    }

    std::unique_ptr<Large> record_ = std::make_unique<Large>();
    u64 found_ = 0;
};

TEST_F(KilledWriterTest, that_appends_leaves_whole_records) {
    const auto was_done = [this] { return found_ > 0; };
    const auto append = [this] {
        for (u64 value = 1;; ++value) {
            std::filesystem::remove(path_);
            Array array = Array::open_or_make(path_, RECORDS);
            while (array.size() < array.capacity()) {
                record_->words.fill(value);
                array.append(*record_);
            }
        }
    };
    kill_often(append, was_done);
    EXPECT_TRUE(was_done());
}

TEST_F(KilledWriterTest, that_writes_again_leaves_whole_records) {
    {
        Array array = Array::open_or_make(path_, RECORDS);
        while (array.size() < array.capacity()) {
            array.append(*record_);
        }
    }
    const auto was_done = [this] { return Array::open(path_).read(0).words[0] > 0; };
    const auto write_again = [this] {
        Array array = Array::open_or_make(path_, RECORDS);
        for (u64 value = array.read(0).words[0] + 1;; ++value) {
            record_->words.fill(value);
            array.write(value % RECORDS, *record_);
        }
    };
    kill_often(write_again, was_done);
    EXPECT_TRUE(was_done());
}

} // namespace
} // namespace knhk::tools
