// SPDX-License-Identifier: MIT
// Proofs hold for every event of a log, and for nothing that is not in it.
#include "tools/views/proof_maker.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "base/hash.hpp"
#include "tests/support/command.hpp"
#include "tests/tools/log_builder.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {
namespace {

using test::BuiltLog;
using test::Folder;
using test::LogBuilder;

class ProofTest : public testing::Test {
  protected:
    MadeProof make(const std::string& bytes, const EventChoice& choice) {
        test::write_file(log_, bytes);
        return make_proof(log_, choice, true);
    }
    MadeProof make(const std::string& bytes, u64 ordinal) {
        return make(bytes, EventChoice{ordinal});
    }
    void expect_failure(const std::string& bytes, const EventChoice& choice, ExitStatus status,
                        const std::string& text) {
        try {
            static_cast<void>(make(bytes, choice));
            ADD_FAILURE() << "no failure: " << text;
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.status(), status) << failure.what();
            EXPECT_NE(std::string(failure.what()).find(text), std::string::npos) << failure.what();
        }
    }

    Folder folder_;
    std::string log_ = folder_.file("a.log");
};

Sha256Digest root_of(const std::vector<test::HashBytes>& leaves) {
    Sha256Digest root;
    std::memcpy(root.data(), test::merkle_root(leaves).data(), root.size());
    return root;
}

Proof parsed(const std::string& bytes) {
    return parse_proof(std::as_bytes(std::span(bytes)), "a.proof");
}

void renew_check(std::string& proof) {
    const u64 check = xxh3_64(proof.data(), proof.size() - 8);
    test::set(proof, proof.size() - 8, check, 8);
}

TEST_F(ProofTest, every_event_is_proved_against_the_trailers_root) {
    const LogBuilder builder = LogBuilder::of_three_epochs();
    const BuiltLog log = builder.build();
    u64 time = 0;
    for (u64 ordinal = 0; ordinal < builder.event_count(); ++ordinal) {
        const MadeProof made = make(log.bytes, ordinal);
        EXPECT_TRUE(made.is_final);
        EXPECT_EQ(made.root, root_of(log.leaves));
        const Proof proof = parsed(bytes_of(made.proof));
        EXPECT_FALSE(flaw_of(proof, root_of(log.leaves))) << ordinal;
        EXPECT_GE(proof.event().timestamp, time); // in canonical order
        time = proof.event().timestamp;
    }
}

TEST_F(ProofTest, event_is_found_by_its_place_too) {
    const std::string bytes = LogBuilder::of_three_epochs().bytes();
    const MadeProof made = make(bytes, EventChoice{{}, 1, 3, 1});
    EXPECT_EQ(made.proof.beat(), 1);
    EXPECT_EQ(made.proof.event().timestamp, 6);
    EXPECT_EQ(made.proof.event().task_id, 0x17);
    EXPECT_EQ(made.proof.steps.size(), 2); // beats 1 and 5
}

TEST_F(ProofTest, what_is_not_there_cannot_be_proved) {
    const LogBuilder builder = LogBuilder::of_three_epochs();
    const std::string bytes = builder.bytes();
    expect_failure(bytes, {builder.event_count()}, ExitStatus::BadInput, "no such event");
    expect_failure(bytes, {{}, 1, 2, 0}, ExitStatus::BadInput, "no such event");
    expect_failure(bytes, {{}, 1, 3, 3}, ExitStatus::BadInput, "no such event");
    expect_failure(bytes, {{}, 2, 0, 0}, ExitStatus::BadInput, "no such event");
}

TEST_F(ProofTest, log_without_events_proves_nothing) {
    LogBuilder builder;
    builder.level = 1;
    expect_failure(builder.bytes(), {0}, ExitStatus::BadInput, "--level full");
}

TEST_F(ProofTest, resumed_log_proves_its_own_events_beside_the_peaks) {
    LogBuilder builder = LogBuilder::of_three_epochs();
    for (std::size_t before = 1; before <= 6; ++before) {
        builder.resumed.emplace();
        for (std::size_t i = 0; i < before; ++i) {
            builder.resumed->leaves.push_back(std::string(32, static_cast<char>('a' + i)));
        }
        const BuiltLog log = builder.build();
        for (const u64 ordinal : {u64{0}, u64{7}, u64{11}}) {
            const MadeProof made = make(log.bytes, ordinal);
            EXPECT_EQ(made.root, root_of(log.leaves)) << before;
            EXPECT_FALSE(flaw_of(made.proof, root_of(log.leaves)));
        }
    }
}

TEST_F(ProofTest, cut_log_proves_what_its_epochs_hold) {
    const BuiltLog log = LogBuilder::of_three_epochs().build();
    // Cut behind beat 9, whose epoch has not ended.
    const std::string cut = log.bytes.substr(0, log.block_end[3]);
    const MadeProof made = make(cut, u64{2});
    EXPECT_FALSE(made.is_final);
    EXPECT_EQ(made.root, root_of({log.leaves[0]}));
    expect_failure(cut, {{}, 9, 2, 0}, ExitStatus::BadInput, "is cut");
}

TEST_F(ProofTest, log_with_a_changed_event_contradicts_itself) {
    const BuiltLog log = LogBuilder::of_three_epochs().build();
    std::string bytes = log.bytes;
    const std::size_t last_event = log.block_end[1] - 32;
    bytes[last_event + 16] ^= 1; // its hash, which no check covers
    expect_failure(bytes, {{}, 1, 3, 2}, ExitStatus::CheckSaysNo, "contradicts itself");
}

TEST_F(ProofTest, every_flipped_bit_is_found_by_the_check) {
    std::string bytes = bytes_of(make(LogBuilder::of_three_epochs().bytes(), u64{4}).proof);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] ^= static_cast<char>(1 << bit % 8);
        EXPECT_THROW(static_cast<void>(parsed(bytes)), Failure) << bit;
        bytes[bit / 8] ^= static_cast<char>(1 << bit % 8);
    }
}

TEST_F(ProofTest, every_cut_is_refused) {
    const std::string bytes = bytes_of(make(LogBuilder::of_three_epochs().bytes(), u64{4}).proof);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_THROW(static_cast<void>(parsed(bytes.substr(0, size))), Failure) << size;
    }
    EXPECT_THROW(static_cast<void>(parsed(bytes + '\0')), Failure);
}

/// A forger makes the check right again. What still holds then has to be true: another event of
/// the same list, or a count of leaves that leads along the same path.
TEST_F(ProofTest, lie_with_a_right_check_is_refused_or_says_something_true) {
    const MadeProof made = make(LogBuilder::of_three_epochs().bytes(), u64{4});
    const std::string bytes = bytes_of(made.proof);
    const auto is_harmless = [](std::size_t byte) {
        return (byte >= 44 && byte < 48) || (byte >= 88 && byte < 96); // index, leaves
    };
    for (std::size_t bit = 0; bit < (bytes.size() - 8) * 8; ++bit) {
        std::string lie = bytes;
        lie[bit / 8] ^= static_cast<char>(1 << bit % 8);
        renew_check(lie);
        try {
            EXPECT_TRUE(flaw_of(parsed(lie), made.root) || is_harmless(bit / 8)) << "bit " << bit;
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.status(), ExitStatus::BadInput);
        }
    }
}

TEST_F(ProofTest, proof_does_not_hold_for_another_root) {
    const MadeProof made = make(LogBuilder::of_three_epochs().bytes(), u64{4});
    Sha256Digest root = made.root;
    root[31] ^= 1;
    EXPECT_TRUE(flaw_of(made.proof, root));
}

} // namespace
} // namespace knhk::tools
