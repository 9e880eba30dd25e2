// SPDX-License-Identifier: MIT
#include "tools/input/snapshot_tasks.hpp"

#include <algorithm>
#include <cstring>

namespace knhk::tools {

namespace {

constexpr u64 LOADING_CORES_TASK = 0; ///< whose home is core 0, however many cores there are

Task loading_task(u64 place) {
    return {.id = LOADING_CORES_TASK, .handler = LOAD_HANDLER, .payload = {place}};
}

} // namespace

std::vector<Task> snapshot_tasks(std::span<const std::byte> sealed) {
    std::vector<Task> tasks;
    for (std::size_t at = 0; at < sealed.size(); at += LOAD_PIECE_BYTES) {
        const auto piece =
            sealed.subspan(at, std::min<std::size_t>(LOAD_PIECE_BYTES, sealed.size() - at));
        tasks.push_back(loading_task(at));
        std::memcpy(tasks.back().payload + 1, piece.data(), piece.size());
    }
    tasks.push_back(loading_task(LOAD_PROMOTES));
    return tasks;
}

} // namespace knhk::tools
