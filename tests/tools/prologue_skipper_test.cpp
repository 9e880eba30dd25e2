// SPDX-License-Identifier: MIT
// What a resumed run says first stays out of the log that it goes on with, however it is cut.
#include "tools/run/prologue_skipper.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "replay/log_format.hpp"

namespace knhk {
namespace {

using Bytes = std::vector<std::byte>;
using tools::PrologueSkipper;

void append(Bytes& to, const void* bytes, std::size_t size) {
    const auto* begin = static_cast<const std::byte*>(bytes);
    to.insert(to.end(), begin, begin + size);
}

/// A prologue with texts of odd sizes, a resumed record, and `rest`.
Bytes stream(std::string_view rest) {
    const LogHeader header{LOG_MAGIC, LOG_FORMAT_VERSION, 2, 0, 5, 6, {}, 0};
    const LogRecord resumed{LOG_RESUMED_TAG, 88};
    Bytes bytes;
    append(bytes, &header, sizeof header);
    bytes.resize(sizeof header + 16, std::byte{'x'}); // 5 + 6, and zeros to 16
    append(bytes, &resumed, sizeof resumed);
    bytes.resize(bytes.size() + 80, std::byte{'r'});
    append(bytes, rest.data(), rest.size());
    return bytes;
}

std::string passed(const Bytes& bytes, std::size_t piece) {
    PrologueSkipper skipper;
    std::string kept;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        const auto part = std::span(bytes).subspan(at, std::min(piece, bytes.size() - at));
        const auto left = skipper.pass(part);
        kept.append(reinterpret_cast<const char*>(left.data()), left.size());
    }
    return kept;
}

TEST(PrologueSkipper, lets_what_follows_the_resumed_record_pass_in_pieces_of_any_size) {
    const Bytes bytes = stream("BEAT and the rest");
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        EXPECT_EQ(passed(bytes, piece), "BEAT and the rest") << piece;
    }
}

TEST(PrologueSkipper, lets_nothing_pass_while_nothing_follows) {
    for (std::size_t piece = 1; piece < 40; ++piece) {
        EXPECT_EQ(passed(stream(""), piece), "");
    }
}

} // namespace
} // namespace knhk
