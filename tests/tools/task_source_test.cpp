// SPDX-License-Identifier: MIT
// Lines of JSON on their way into a run: from files, pipes and sockets, with all that can be wrong
// with them. The image is played by the test.
#include "tools/input/task_source.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <thread>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "replay/intake.hpp"
#include "tests/support/command.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {
namespace {

using test::Folder;

constexpr u64 ROOM = INTAKE_RING_BYTES;

KindNames some_kinds() {
    KindNames kinds;
    EXPECT_TRUE(kinds.add("split") && kinds.add("leaf"));
    return kinds;
}

class TaskSourceTest : public testing::Test {
  protected:
    void open(const std::string& where) {
        source_ = std::make_unique<TaskSource>(where, some_kinds(), report_);
    }
    void open_text(const std::string& text) {
        test::write_file(folder_.file("tasks"), text);
        open(folder_.file("tasks"));
    }
    /// Reads once; the items are kept.
    bool read(u64 room = ROOM) {
        std::vector<std::byte> bytes;
        const bool goes_on = source_->read(bytes, room);
        EXPECT_LE(bytes.size(), room);
        for (std::size_t at = 0; at < bytes.size(); at += sizeof(IntakeInput)) {
            items_.push_back(load_le<IntakeInput>(bytes.data() + at));
        }
        return goes_on;
    }
    void read_until(std::size_t items) {
        for (int i = 0; i < 2000 && items_.size() < items; ++i) {
            static_cast<void>(read());
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        ASSERT_EQ(items_.size(), items);
    }
    /// As the image does, which then has decided about `done` of them.
    void decide(u64 done) {
        control_->inputs_done.store(done);
        source_->tell(IntakeProgress(*control_));
    }
    void refuse(u64 n) { control_->refused_bits[n / 64] |= u64{1} << (n % 64); }
    Task task(std::size_t n) {
        Task task;
        std::memcpy(&task, items_.at(n).input.task, sizeof task);
        return task;
    }

    Folder folder_;
    InputReport report_;
    std::unique_ptr<DrainControl<>> control_ = std::make_unique<DrainControl<>>();
    std::unique_ptr<TaskSource> source_;
    std::vector<IntakeInput> items_;
};

TEST_F(TaskSourceTest, tasks_are_said_as_in_a_workload_file) {
    open_text(R"({"handler": "ring", "id": 3, "payload": [20, 1, 2, "0x10"], "priority": "low"}
{"handler": 300, "id": "0xff", "budget": 3, "guards": [5, 7], "stateless": true, "at": 99}

{"kind": "leaf", "id": 4, "life": 2, "value": 7, "data": [8, 9]})");
    while (read()) {
        decide(items_.size());
    }
    ASSERT_EQ(items_.size(), 3u);
    EXPECT_EQ(items_[0].tag, INTAKE_INPUT_TAG);
    EXPECT_EQ(items_[0].beat, 0u);
    EXPECT_EQ(items_[0].input.time, NOT_ORDERED);
    EXPECT_EQ(task(0).id, 3u);
    EXPECT_EQ(task(0).handler, 1u);
    EXPECT_EQ(task(0).level, Level::Low);
    EXPECT_EQ(task(0).payload[3], 16u);
    EXPECT_EQ(items_[1].input.time, 99u);
    EXPECT_EQ(task(1).handler, 300u);
    EXPECT_EQ(task(1).budget_ticks, 3u);
    EXPECT_EQ(task(1).guards[1], 7u);
    EXPECT_TRUE(task(1).stateless());
    EXPECT_EQ(task(2).handler, SCRIPT_HANDLER);
    EXPECT_EQ(task(2).payload[0], kind_and_life(1, 2));
    EXPECT_EQ(task(2).payload[1], 7u);
    EXPECT_EQ(task(2).payload[3], 9u);
    EXPECT_EQ(report_.accepted, 3u);
    EXPECT_EQ(report_.refused, 0u);
}

TEST_F(TaskSourceTest, delta_brings_its_rows_in_the_place_of_two_inputs_more) {
    open_text(R"({"eval": 4, "id": 3, "delta": {"predicate": 5, "rows": [[1, 2], [3, 4]]}}
{"eval": 4, "id": 3, "run": 7, "delta": true}
{"eval": 4, "id": 3, "run": 7, "delta": {"predicate": 5, "rows": [[1, 2]]}}
{"eval": 4, "id": 3, "delta": {"predicate": 5, "rows": []}})");
    while (read(sizeof(IntakeInput))) { // however little room there is at a time
        decide(items_.size());
    }
    ASSERT_EQ(items_.size(), 4u);
    EXPECT_EQ(task(0).flags, TASK_DELTA | TASK_ROWS);
    u64 rows[18];
    static_assert(sizeof rows == 2 * sizeof(LogInput));
    for (u32 i = 0; i < 2; ++i) {
        EXPECT_EQ(items_[1 + i].tag, INTAKE_INPUT_TAG);
        std::memcpy(reinterpret_cast<char*>(rows) + i * sizeof(LogInput), &items_[1 + i].input,
                    sizeof(LogInput));
    }
    EXPECT_EQ(std::vector<u64>(rows, rows + 3), (std::vector<u64>{1, 3, 0}));
    EXPECT_EQ(std::vector<u64>(rows + 8, rows + 11), (std::vector<u64>{2, 4, 0}));
    EXPECT_EQ(rows[16], 5u) << "the predicate";
    EXPECT_EQ(rows[17], 2u) << "how many";
    EXPECT_EQ(task(3).flags, TASK_DELTA);
    EXPECT_EQ(report_.accepted, 2u) << "one line is one input";
    EXPECT_EQ(report_.refused, 2u);
}

TEST_F(TaskSourceTest, each_wrong_line_is_named_and_left_out) {
    const std::pair<const char*, const char*> wrong[] = {
        {"{", "the end of the file"},
        {"[]", "an array"},
        {R"({"id": 1})", "kind or handler or eval"},
        {R"({"handler": 0})", "'id' is missing"},
        {R"({"handler": "pur", "id": 1})", "did you mean 'pure'"},
        {R"({"kind": "none", "id": 1})", "there is no kind 'none'"},
        {R"({"handler": 0, "id": 1, "count": 2})", "no such field"},
        {R"({"handler": 0, "id": 1, "priority": "urgent"})", "priority"},
        {R"({"handler": 0, "id": 1, "at": 9223372036854775808})", "above"},
        {R"({"close": false})", "closes nothing"},
        {R"({"eval": 1024, "run": 0, "id": 1})", "above"},
        {R"({"eval": 1, "run": "value", "id": 1})", "an input has none to give"},
        {R"({"sigma": 1})", "sigma: is a number"},
        {R"({"sigma": {"knhk_sigma": 1, "name": "s", "tasks": []}})", "sigma.tasks"},
        {R"({"close": true, "id": 1})", "id"},
    };
    for (const auto& [line, says] : wrong) {
        items_.clear();
        report_ = {};
        open_text(std::string("{\"handler\": 0, \"id\": 1}\n") + line +
                  "\n{\"handler\": 0, \"id\": 2}\n");
        static_cast<void>(read());
        EXPECT_EQ(items_.size(), 2u) << line;
        EXPECT_EQ(report_.refused, 1u) << line;
        EXPECT_NE(report_.first_refused.find("tasks:2: "), std::string::npos)
            << report_.first_refused;
        EXPECT_NE(report_.first_refused.find(says), std::string::npos) << report_.first_refused;
    }
}

TEST_F(TaskSourceTest, damaged_lines_are_refused_or_read_and_nothing_else) {
    const std::string good = R"({"kind": "leaf", "id": 4, "life": 2, "value": 7, "data": [8, 9]})";
    std::mt19937_64 random(5);
    report_.refused = 1000; // the messages are not looked at
    std::string text;
    constexpr u64 LINES = 3000;
    for (u64 i = 0; i < LINES; ++i) {
        std::string line = good;
        for (u64 changes = random() % 3; changes > 0; --changes) {
            char& at = line[random() % line.size()];
            at = static_cast<char>(random() % 3 == 0 ? random() : at ^ 1 << random() % 8);
        }
        std::ranges::replace(line, '\n', '?');
        text += line + "\n";
    }
    open_text(text);
    for (u64 i = 0; i < 100; ++i) {
        static_cast<void>(read());
    }
    EXPECT_GT(items_.size(), LINES / 5);
    EXPECT_GT(report_.refused, 1000 + LINES / 4);
    for (std::size_t i = 0; i < items_.size(); ++i) {
        ASSERT_TRUE(task(i).well_formed());
    }
}

TEST_F(TaskSourceTest, strict_report_ends_at_the_first) {
    report_.strict = true;
    open_text("{\"handler\": 0, \"id\": 1}\nnonsense\n");
    EXPECT_THROW(static_cast<void>(read()), Failure);
}

TEST_F(TaskSourceTest, line_of_64_kib_is_read_and_a_longer_one_refused) {
    const std::string task = R"({"handler": 0, "id": 1})";
    const std::string fits = task + std::string(INPUT_LINE_BYTES_MAX - task.size(), ' ');
    open_text(fits + "\n" + fits + " \n" + std::string(300'000, 'x') + "\n" + task + "\n");
    for (int i = 0; i < 20; ++i) {
        static_cast<void>(read());
    }
    EXPECT_EQ(items_.size(), 2u);
    EXPECT_EQ(report_.refused, 2u);
    EXPECT_NE(report_.first_refused.find("tasks:2: longer than 65536"), std::string::npos)
        << report_.first_refused;
}

TEST_F(TaskSourceTest, no_more_is_read_than_there_is_room_for) {
    std::string text;
    for (u64 i = 0; i < 100; ++i) {
        text += fmt::format("{{\"handler\": 0, \"id\": {}}}\n", i);
    }
    open_text(text);
    EXPECT_TRUE(read(3 * sizeof(IntakeInput) + 5));
    EXPECT_EQ(items_.size(), 3u);
    EXPECT_TRUE(read(sizeof(IntakeInput) - 1));
    EXPECT_EQ(items_.size(), 3u);
    while (items_.size() < 100) {
        ASSERT_TRUE(read());
    }
    EXPECT_EQ(task(99).id, 99u);
}

TEST_F(TaskSourceTest, file_is_done_when_the_run_has_decided_about_all) {
    open_text("{\"handler\": 0, \"id\": 1}\n{\"handler\": 99, \"id\": 2}\n");
    EXPECT_TRUE(read());
    decide(1);
    EXPECT_TRUE(read());
    refuse(1);
    decide(2);
    EXPECT_FALSE(read());
    EXPECT_EQ(report_.accepted, 1u);
    EXPECT_EQ(report_.refused, 1u);
    EXPECT_NE(report_.first_refused.find("tasks:2: "), std::string::npos);
}

TEST_F(TaskSourceTest, close_ends_a_file_before_its_end) {
    open_text("{\"handler\": 0, \"id\": 1}\n{\"close\": true}\n{\"handler\": 0, \"id\": 2}\n");
    static_cast<void>(read());
    decide(1);
    EXPECT_FALSE(read());
    EXPECT_EQ(items_.size(), 1u);
}

TEST_F(TaskSourceTest, what_cannot_be_opened_is_refused) {
    EXPECT_THROW(open(folder_.file("nosuch")), Failure);
    EXPECT_THROW(open("unix:"), Failure);
    EXPECT_THROW(open("unix:" + std::string(200, 'x')), Failure);
    EXPECT_THROW(open("unix:/nonexistent/folder/socket"), Failure);
    EXPECT_THROW(open("tcp:7000"), Failure);
    EXPECT_THROW(open("tcp:127.0.0.1:port"), Failure);
    test::write_file(folder_.file("there"), "");
    EXPECT_THROW(open("unix:" + folder_.file("there")), Failure);
    EXPECT_TRUE(std::filesystem::exists(folder_.file("there"))) << "it is not ours";
}

/// The other end of a socket.
class Client {
  public:
    explicit Client(int family) : socket_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
    static Client to_path(const std::string& path) {
        Client client(AF_UNIX);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.data(), path.size());
        client.connect(&address, sizeof address);
        return client;
    }
    static Client to_port(u16 port) {
        Client client(AF_INET);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        client.connect(&address, sizeof address);
        return client;
    }
    void say(const std::string& text) const {
        EXPECT_EQ(::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(text.size()));
    }
    void finish() const { ::shutdown(socket_.get(), SHUT_WR); }
    /// What was answered until now.
    [[nodiscard]] std::string hear() const {
        char buffer[4096];
        const ssize_t count = ::recv(socket_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
        return count > 0 ? std::string(buffer, static_cast<std::size_t>(count)) : std::string();
    }

  private:
    template<class Address>
    void connect(const Address* address, socklen_t size) const {
        ASSERT_EQ(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(address), size), 0);
    }
    Descriptor socket_;
};

TEST_F(TaskSourceTest, producers_on_a_socket_are_answered_each_for_itself) {
    const std::string path = folder_.file("socket");
    open("unix:" + path);
    const Client first = Client::to_path(path);
    first.say("{\"handler\": 0, \"id\": 1}\n{\"handler\": 0, \"id\": 2}\nwrong\n");
    read_until(2);
    const Client second = Client::to_path(path);
    second.say("{\"handler\": 9, \"id\": 3}\n{\"handler\": 0, \"id\"");
    read_until(3);
    refuse(2);
    decide(3);
    const std::string to_first = first.hear();
    EXPECT_NE(to_first.find("\"refused\":3"), std::string::npos) << to_first;
    EXPECT_NE(to_first.find("{\"accepted\": 2}"), std::string::npos) << to_first;
    const std::string to_second = second.hear();
    EXPECT_NE(to_second.find("\"refused\":1"), std::string::npos) << to_second;
    EXPECT_EQ(to_second.find("accepted"), std::string::npos) << to_second;
    second.say(": 4}\n");
    second.finish();
    read_until(4);
    EXPECT_TRUE(read()) << "others may come";
    first.say("{\"close\": true}\n");
    for (int i = 0; i < 100; ++i) {
        static_cast<void>(read());
    }
    EXPECT_TRUE(read()) << "one is not decided";
    decide(4);
    EXPECT_FALSE(read());
    EXPECT_NE(second.hear().find("{\"accepted\": 1}"), std::string::npos);
    EXPECT_EQ(report_.accepted, 3u);
    EXPECT_EQ(report_.refused, 2u);
    source_.reset();
    EXPECT_FALSE(std::filesystem::exists(path)) << "the socket goes with the source";
}

constexpr const char* SIGMA_LINE =
    R"({"sigma": {"knhk_sigma": 1, "name": "s", "hooks": [{"name": "h", "op": "ask_sp", )"
    R"("subject": 1, "predicate": 5}], "tasks": [{"name": "t", "pattern": "sequence", )"
    R"("hooks": ["h"]}]}})";
/// Header, a task, a hook, a pattern, the receipt.
constexpr std::size_t SIGMA_BYTES = 128 + 64 + 32 + 8 + 80;
constexpr std::size_t SIGMA_PIECES = (SIGMA_BYTES + LOAD_PIECE_BYTES - 1) / LOAD_PIECE_BYTES;

TEST_F(TaskSourceTest, snapshot_comes_in_pieces_and_then_asks_for_its_promotion) {
    open_text(std::string(SIGMA_LINE) + "\n{\"handler\": 0, \"id\": 9}\n");
    static_cast<void>(read());
    ASSERT_EQ(items_.size(), SIGMA_PIECES + 2);
    std::vector<std::byte> bytes(SIGMA_PIECES * LOAD_PIECE_BYTES);
    for (std::size_t i = 0; i < SIGMA_PIECES; ++i) {
        const Task piece = task(i);
        EXPECT_EQ(piece.id, 0u);
        EXPECT_EQ(piece.handler, LOAD_HANDLER);
        ASSERT_EQ(piece.payload[0], i * LOAD_PIECE_BYTES);
        std::memcpy(bytes.data() + piece.payload[0], piece.payload + 1, LOAD_PIECE_BYTES);
    }
    EXPECT_EQ(task(SIGMA_PIECES).payload[0], LOAD_PROMOTES);
    EXPECT_EQ(task(SIGMA_PIECES + 1).id, 9u);
    const auto sealed = SealedSnapshot::open(std::span(bytes).first(SIGMA_BYTES));
    ASSERT_TRUE(sealed.has_value());
    EXPECT_EQ(sealed->snapshot.name(), "s");
    decide(items_.size());
    EXPECT_EQ(report_.accepted, 2u) << "a snapshot is one";
}

TEST_F(TaskSourceTest, nothing_comes_between_the_pieces_of_a_snapshot) {
    const std::string path = folder_.file("socket");
    open("unix:" + path);
    const Client first = Client::to_path(path);
    const Client second = Client::to_path(path);
    first.say(std::string(SIGMA_LINE) + "\n");
    second.say(std::string(SIGMA_LINE) + "\n{\"handler\": 0, \"id\": 9}\n");
    for (int i = 0; i < 2000 && items_.size() < 2 * SIGMA_PIECES + 3; ++i) {
        static_cast<void>(read(2 * sizeof(IntakeInput))); // two at a time
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ASSERT_EQ(items_.size(), 2 * SIGMA_PIECES + 3);
    std::vector<u64> places;
    for (std::size_t i = 0; i < items_.size(); ++i) {
        if (task(i).handler == LOAD_HANDLER) {
            places.push_back(task(i).payload[0]);
        }
    }
    for (std::size_t i = 0; i < places.size(); ++i) {
        const std::size_t place = i % (SIGMA_PIECES + 1);
        EXPECT_EQ(places[i], place == SIGMA_PIECES ? LOAD_PROMOTES : place * LOAD_PIECE_BYTES);
    }
    decide(items_.size());
    EXPECT_EQ(report_.accepted, 3u);
}

TEST_F(TaskSourceTest, producer_is_told_when_it_has_to_wait) {
    const std::string path = folder_.file("socket");
    open("unix:" + path);
    const Client client = Client::to_path(path);
    EXPECT_TRUE(read(0));
    client.say("{\"handler\": 0, \"id\": 1}\n");
    EXPECT_TRUE(read(0));
    EXPECT_TRUE(read(0));
    EXPECT_EQ(client.hear(), "{\"full\": true}\n") << "once";
    read_until(1);
}

TEST_F(TaskSourceTest, producer_that_goes_away_leaves_what_it_sent) {
    open("tcp:127.0.0.1:0");
    const std::string address = source_->address();
    const auto port = static_cast<u16>(std::stoul(address.substr(address.rfind(':') + 1)));
    EXPECT_NE(port, 0u);
    {
        const Client client = Client::to_port(port);
        client.say("{\"handler\": 0, \"id\": 1}\n{\"handler\": 0, \"id\": 2}");
    }
    read_until(2);
    decide(2);
    EXPECT_EQ(report_.accepted, 2u);
}

} // namespace
} // namespace knhk::tools
