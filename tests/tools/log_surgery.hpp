// SPDX-License-Identifier: MIT
// Changes events in the bytes of a whole log and makes every hash behind them right again, as if
// the run had gone so: what a real divergence looks like. From docs/log-format.md alone.
#pragma once

#include <functional>
#include <string>

#include "replay/event.hpp"
#include "replay/log_format.hpp"

namespace knhk::test {

/// Called for every event of a log of level full.
using EventChange = std::function<void(u64 beat, Event& event)>;
/// Called for every block's header before it is hashed.
using BeatChange = std::function<void(LogBeat& header)>;

void rehash(std::string& bytes, const EventChange& change_event,
            const BeatChange& change_beat = {});

} // namespace knhk::test
