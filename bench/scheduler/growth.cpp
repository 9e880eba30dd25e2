// SPDX-License-Identifier: MIT
#include "bench/scheduler/growth.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "bench/scheduler/limits.hpp"
#include "bench/scheduler/plot.hpp"

namespace knhk::bench {

namespace {

struct GrowthPoint {
    RunOfOurs run;
    double x;
    std::string label;
};

Curve curve_of(const Options& options, OurRuns& ours, Curve curve,
               const std::vector<GrowthPoint>& points) {
    constexpr u64 TASKS_IN_ALL = 20'000'000; // so that all points take about as long
    for (const GrowthPoint& point : points) {
        const u64 wanted = TASKS_IN_ALL / point.run.chains.tasks | 1;
        const u32 runs = options.runs(static_cast<u32>(std::clamp<u64>(wanted, 1, 51)));
        std::vector<double> cycles;
        for (u32 run = 0; run < (wanted == 1 ? 1 : runs); ++run) {
            cycles.push_back(ours.cycles(point.run));
        }
        curve.points.push_back({point.x, sample_of(std::move(cycles)).cycles, point.label});
    }
    return curve;
}

Curve by_tasks(const Options& options, OurRuns& ours) {
    std::vector<GrowthPoint> points;
    u64 tasks = 10'000;
    for (const char* label : {"10⁴", "10⁵", "10⁶", "10⁷", "10⁸"}) {
        points.push_back(
            {{.chains = {ChainsKind::Home, 8, tasks}}, static_cast<double>(tasks), label});
        tasks *= 10;
    }
    return curve_of(options, ours, {"by tasks", "tasks; 8 logical cores, 1 worker", {}}, points);
}

Curve by_cores(const Options& options, OurRuns& ours) {
    std::vector<GrowthPoint> points;
    for (u32 cores = 1; cores <= CORES_MAX; cores *= 2) {
        points.push_back({{.chains = {ChainsKind::Home, cores, 1'000'000}},
                          static_cast<double>(cores),
                          fmt::format("{}", cores)});
    }
    return curve_of(options, ours, {"by cores", "logical cores; 10⁶ tasks, 1 worker", {}}, points);
}

/// As many as there are CPUs, at least 2 and at most as many as cores.
Curve by_workers(const Options& options, OurRuns& ours) {
    constexpr u32 CORES = 8;
    const auto cpus = static_cast<u32>(usable_cpus().size());
    std::vector<GrowthPoint> points;
    for (u32 workers = 1; workers <= std::min(cpus, CORES); workers *= 2) {
        points.push_back({{.chains = {ChainsKind::Home, CORES, 1'000'000}, .workers = workers},
                          static_cast<double>(workers),
                          fmt::format("{}", workers)});
    }
    return curve_of(options, ours, {"by workers", "workers; 10⁶ tasks, 8 logical cores", {}},
                    points);
}

std::string text_of(const Curve& curve) {
    std::string text;
    for (const CurvePoint& point : curve.points) {
        text += fmt::format("{}{}: {:.1f}", text.empty() ? "" : ", ", point.label, point.y);
    }
    return text;
}

/// The largest of the curve as a multiple of the smallest.
Row row_of(const std::string& name, const Curve& curve) {
    const auto [least, most] = std::ranges::minmax_element(curve.points, {}, &CurvePoint::y);
    Row row{.name = name,
            .ours = {"largest / smallest", most->y / least->y},
            .bar = at_most(1.5),
            .aim = "flat",
            .method = "cycles of a task by " + curve.x_axis,
            .unit = "times",
            .note = text_of(curve)};
    return row;
}

/// What the lines of 256 cores cost more than those of one, if nothing else grew.
Value lines_limit(const Options& options, double one_core) {
    const auto samples =
        measure_in_turns({{"1", [] { return lines_of_cores_cycles(1); }},
                          {"256", [] { return lines_of_cores_cycles(CORES_MAX); }}},
                         options.runs());
    const double one = samples[0].cycles;
    const double all = samples[1].cycles;
    return {"the work and its lines, nothing else", (one_core + all - one) / one_core,
            fmt::format("a limit: of 1 core {:.1f} cycles, of 256 {:.1f}", one, all)};
}

} // namespace

std::vector<Row> growth_rows(const Options& options, OurRuns& ours) {
    struct Kind {
        const char* name;
        Curve (*measure)(const Options&, OurRuns&);
        bool more_is_faster;
    };
    std::vector<Row> rows;
    std::vector<Curve> curves;
    for (const Kind& kind : {Kind{"growth from 10^4 to 10^8 tasks", by_tasks, false},
                             Kind{"growth from 1 to 256 cores", by_cores, false},
                             Kind{"growth with workers", by_workers, true}}) {
        if (!options.wants(kind.name)) {
            continue;
        }
        tell_progress(kind.name);
        curves.push_back(kind.measure(options, ours));
        Row row = row_of(kind.name, curves.back());
        if (kind.measure == by_cores) {
            row.peers.push_back(lines_limit(options, curves.back().points.front().y));
        }
        if (kind.more_is_faster) {
            row.ours = {"1 worker / most workers",
                        curves.back().points.front().y / curves.back().points.back().y};
            row.bar = {};
            row.aim = "their number";
            row.note += "; here more is better";
        }
        rows.push_back(std::move(row));
    }
    if (!options.plot.empty() && !curves.empty()) {
        draw_curves(options.plot, header_line(), "TSC cycles a task, wall clock", curves);
    }
    return rows;
}

} // namespace knhk::bench
