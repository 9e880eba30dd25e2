// SPDX-License-Identifier: MIT
// The host's end of a native run's intake: puts inputs from outside there, when a test says so.
#pragma once

#include <atomic>
#include <thread>

#include "tests/support/native_run.hpp"

namespace knhk::test {

class Feed {
  public:
    Feed(const NativeOptions& options, const Memory& memory);
    ~Feed();
    Feed(const Feed&) = delete;
    Feed& operator=(const Feed&) = delete;

    /// From here on this thread's barriers, if it runs any, call for this feed. A host's functions
    /// are given nothing by which they could know their run.
    void serve_this_thread();
    static void of_this_thread_looks();
    static void of_this_thread_waits();
    /// The run has ended: nobody wants any more.
    void finish();

  private:
    void look();
    void wait();
    void put(u64 barrier);
    void feed_at_any_time();

    const NativeOptions& options_;
    DrainControl<>* control_;
    const RunState* state_;
    IntakeProducer producer_;
    u64 head_ = 0;
    u64 barrier_ = 0; ///< what comes until then is there
    std::size_t next_ = 0;
    std::atomic<bool> ended_ = false;
    std::thread thread_;
};

} // namespace knhk::test
