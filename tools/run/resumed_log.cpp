// SPDX-License-Identifier: MIT
#include "tools/run/resumed_log.hpp"

#include "tools/host/failure.hpp"
#include "tools/log/log_reader.hpp"

namespace knhk::tools {

std::optional<LogContinuation> find_continuation(const std::filesystem::path& log,
                                                 const CheckpointFile& checkpoint) {
    if (!std::filesystem::is_regular_file(log) || std::filesystem::file_size(log) == 0) {
        return std::nullopt;
    }
    LogReader reader = LogReader::open(log);
    if (!(reader.prologue().header.identity_hash == checkpoint.header.identity_hash)) {
        throw bad_input("{} is the log of another run: give another --log", log.string());
    }
    const CheckpointPlace& place = checkpoint.header.place;
    const auto is_there = [&reader, &place] {
        const std::optional<LogEpoch>& epoch = reader.epoch();
        return epoch && epoch->beats == place.beats && epoch->chain == place.chain;
    };
    // The record of an epoch stands before the beat that is read next, or at the end.
    while (reader.next() != nullptr && !is_there()) {
    }
    if (!is_there()) {
        throw bad_input("{} does not come to the checkpoint at beat {} ({}): give another --log",
                        log.string(), place.beat, reader.ending_text());
    }
    const bool is_open = (reader.prologue().header.flags & LOG_FLAG_OPEN) != 0;
    return LogContinuation{reader.epoch_end(), reader.level(), is_open};
}

bool reaches(const std::filesystem::path& log, const CheckpointFile& checkpoint) {
    try {
        static_cast<void>(find_continuation(log, checkpoint));
        return true;
    } catch (const Failure&) {
        return false;
    }
}

} // namespace knhk::tools
