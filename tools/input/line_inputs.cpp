// SPDX-License-Identifier: MIT
#include "tools/input/line_inputs.hpp"

#include <algorithm>
#include <cstring>

namespace knhk::tools {

namespace {

constexpr u64 LOADING_CORES_TASK = 0; ///< whose home is core 0, however many cores there are

LogInput input_of(const Task& task, u64 time = NOT_ORDERED) {
    LogInput input{{}, time};
    std::memcpy(input.task, &task, sizeof task);
    return input;
}

Task loading_task(u64 place) {
    return {.id = LOADING_CORES_TASK, .handler = LOAD_HANDLER, .payload = {place}};
}

} // namespace

std::vector<LogInput> task_inputs(const OutsideTask& outside) {
    std::vector<LogInput> inputs{input_of(outside.task, outside.time)};
    if (outside.rows) {
        static_assert(sizeof *outside.rows == LOG_ROWS_BYTES);
        inputs.resize(1 + LOG_ROWS_INPUTS);
        std::memcpy(inputs.data() + 1, &*outside.rows, sizeof *outside.rows);
    }
    return inputs;
}

std::vector<LogInput> snapshot_inputs(std::span<const std::byte> sealed) {
    std::vector<LogInput> inputs;
    for (std::size_t at = 0; at < sealed.size(); at += LOAD_PIECE_BYTES) {
        const auto piece =
            sealed.subspan(at, std::min<std::size_t>(LOAD_PIECE_BYTES, sealed.size() - at));
        Task task = loading_task(at);
        std::memcpy(task.payload + 1, piece.data(), piece.size());
        inputs.push_back(input_of(task));
    }
    inputs.push_back(input_of(loading_task(LOAD_PROMOTES)));
    return inputs;
}

} // namespace knhk::tools
