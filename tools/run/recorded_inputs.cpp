// SPDX-License-Identifier: MIT
#include "tools/run/recorded_inputs.hpp"

#include "replay/intake.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {

RecordedInputs::RecordedInputs(LogReader log, std::optional<u64> after)
    : log_(std::move(log)), after_(after) {
    if (log_.level() == LogLevel::DigestOnly) {
        throw bad_input("{} has level digest and holds no inputs: record with --level inputs or "
                        "full",
                        log_.name());
    }
}

bool RecordedInputs::read(std::vector<std::byte>& to, u64 room) {
    while (to.size() + sizeof(IntakeInput) <= room) {
        if (!find_inputs()) {
            return false;
        }
        const IntakeInput item{INTAKE_INPUT_TAG, 0, block_->beat.beat, block_->inputs[next_++]};
        const auto* bytes = reinterpret_cast<const std::byte*>(&item);
        to.insert(to.end(), bytes, bytes + sizeof item);
    }
    return true;
}

bool RecordedInputs::find_inputs() {
    while (block_ == nullptr || next_ == block_->inputs.size() ||
           (after_ && block_->beat.beat <= *after_)) {
        block_ = log_.next();
        next_ = 0;
        if (block_ == nullptr) {
            return false;
        }
    }
    return true;
}

} // namespace knhk::tools
