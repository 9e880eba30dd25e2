// SPDX-License-Identifier: MIT
// What tests of damaged logs share: a log that is right, ways to spoil one field of it, and what a
// reader must say of it then.
#pragma once

#include <gtest/gtest.h>

#include "tests/tools/log_builder.hpp"
#include "tools/host/failure.hpp"

namespace knhk::test {

/// Why a log is not even opened; "" when it is.
inline std::string refusal_of(const std::string& bytes) {
    try {
        (void)reader_of(bytes);
    } catch (const tools::Failure& failure) {
        EXPECT_EQ(failure.status(), ExitStatus::BadInput);
        return failure.what();
    }
    return "";
}

inline void expect_refusal(const std::string& bytes, const std::string& part) {
    const std::string refusal = refusal_of(bytes);
    EXPECT_NE(refusal.find(part), std::string::npos) << "'" << refusal << "' without " << part;
    EXPECT_EQ(refusal.find("a.log "), 0u) << refusal;
}

/// How a log ends that is opened.
struct Reading {
    u64 beats;
    tools::LogEnding ending;
    std::string text;
};

inline Reading read_all(const std::string& bytes) {
    tools::LogReader reader = reader_of(bytes);
    while (reader.next() != nullptr) {
    }
    return {reader.beats_read(), reader.ending(), reader.ending_text()};
}

inline void expect_damage(const std::string& bytes, u64 beats, const std::string& part) {
    const Reading reading = read_all(bytes);
    EXPECT_EQ(reading.ending, tools::LogEnding::Damaged) << reading.text;
    EXPECT_EQ(reading.beats, beats) << reading.text;
    EXPECT_NE(reading.text.find("is damaged"), std::string::npos) << reading.text;
    EXPECT_NE(reading.text.find(part), std::string::npos) << reading.text << " without " << part;
}

class LogDamage : public testing::Test {
  protected:
    /// The log with `size` bytes at `offset` of block `block` replaced, and its check made right:
    /// what is wrong is what it says.
    [[nodiscard]] std::string with(std::size_t block, std::size_t offset, u64 value,
                                   u32 size) const {
        return checked(log_.block_at[block], offset, value, size);
    }
    [[nodiscard]] std::string with_trailer(std::size_t offset, u64 value, u32 size) const {
        return checked(log_.trailer_at, offset, value, size);
    }
    [[nodiscard]] std::string with_header(std::size_t offset, u64 value, u32 size) const {
        return checked(0, offset, value, size);
    }
    [[nodiscard]] std::string checked(std::size_t record, std::size_t offset, u64 value,
                                      u32 size) const {
        std::string bytes = changed(record + offset, value, size);
        renew_check(bytes, record);
        return bytes;
    }
    [[nodiscard]] std::string changed(std::size_t offset, u64 value, u32 size) const {
        std::string bytes = log_.bytes;
        set(bytes, offset, value, size);
        return bytes;
    }

    LogBuilder builder_;
    BuiltLog log_ = builder_.build();
};

} // namespace knhk::test
