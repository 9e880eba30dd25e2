// SPDX-License-Identifier: MIT
// What the bench reports: rows of our figure, those of the peers of the same run, and a bar. Rows
// come from bench/queues and bench/scheduler; main prints them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/measure.hpp"

namespace knhk::bench {

/// Somebody's figure. One that could not be had stays in its row and says why.
struct Value {
    std::string name;
    double cycles = 0;
    std::string note = {}; ///< the mode in which it ran, or "not built: ...", "not run: ..."
    bool measured = true;
    double least = 0;
    double most = 0;
    bool judges = true; ///< false: to know it; the bar is not held against it
};
[[nodiscard]] inline Value value_of(std::string name, const Sample& sample, std::string note = {}) {
    return {std::move(name), sample.cycles, std::move(note), true, sample.least, sample.most, true};
}
[[nodiscard]] inline Value not_measured(std::string name, std::string why) {
    return {std::move(name), 0, std::move(why), false, 0, 0, false};
}
[[nodiscard]] inline Value not_built(std::string name, const std::string& package) {
    return not_measured(std::move(name), "not built: " + package);
}

/// What ours must not exceed. Of several forms one that holds is enough; without any the row is
/// information.
struct Bar {
    std::optional<double> figure = {}; ///< in the row's unit
    std::optional<double> loops = {};  ///< so many times the bare handler loop of the same run
    std::optional<double> faster = {}; ///< so many times faster than the fastest peer; 1: as fast
};
[[nodiscard]] inline Bar at_most(double figure) {
    return {.figure = figure};
}
[[nodiscard]] inline Bar at_most_or_loops(double figure, double loops) {
    return {.figure = figure, .loops = loops};
}
[[nodiscard]] inline Bar faster_than_peers(double times) {
    return {.faster = times};
}

struct Row {
    std::string name;
    Value ours;
    std::vector<Value> peers = {};
    Bar bar = {};
    std::string aim = {};                 ///< what we would like; nothing is judged by it
    std::string method = {};              ///< how it is computed
    std::string unit = "cycles";          ///< less is better in any unit
    std::optional<double> bare_loop = {}; ///< cycles of the bare handler loop of the same run
    std::string note = {};

    /// None if no peer was measured.
    [[nodiscard]] const Value* fastest_peer() const;
    /// The largest figure that the bar allows; none without a bar, or without the peers that it
    /// needs.
    [[nodiscard]] std::optional<double> limit() const;
    [[nodiscard]] bool has_bar() const { return bar.figure || bar.loops || bar.faster; }
    [[nodiscard]] bool holds() const { return ours.measured && limit() && ours.cycles <= *limit(); }
    [[nodiscard]] std::string bar_text() const;
};

/// The machine and how this program was compiled, in one line.
[[nodiscard]] std::string header_line();
[[nodiscard]] double tsc_hertz();

void print_table(const std::vector<Row>& rows);
void print_json(const std::vector<Row>& rows);
/// On stderr.
void tell_progress(const std::string& what);

} // namespace knhk::bench
