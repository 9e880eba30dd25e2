// SPDX-License-Identifier: MIT
#include "tools/run/prologue_skipper.hpp"

#include "base/bytes.hpp"
#include "tools/log/log_layout.hpp"

namespace knhk::tools {

/// Known once the header and the resumed record's own header are there.
std::optional<u64> PrologueSkipper::end_of_prologue() const {
    if (head_.size() < sizeof(LogHeader)) {
        return std::nullopt;
    }
    const u64 record_at = prologue_bytes(load_le<LogHeader>(head_.data()));
    if (head_.size() < record_at + sizeof(LogRecord)) {
        return std::nullopt;
    }
    return record_at + load_le<LogRecord>(head_.data() + record_at).size_bytes;
}

std::span<const std::byte> PrologueSkipper::pass(std::span<const std::byte> bytes) {
    const u64 begin = position_;
    position_ += bytes.size();
    if (!end_) {
        head_.insert(head_.end(), bytes.begin(), bytes.end());
        end_ = end_of_prologue();
    }
    if (!end_ || *end_ >= position_) {
        return {};
    }
    return bytes.subspan(*end_ > begin ? *end_ - begin : 0);
}

} // namespace knhk::tools
