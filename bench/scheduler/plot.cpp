// SPDX-License-Identifier: MIT
#include "bench/scheduler/plot.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

namespace knhk::bench {

namespace {

constexpr double PANEL_WIDTH = 320;
constexpr double PLOT_WIDTH = 245;
constexpr double PLOT_HEIGHT = 180;
constexpr double INSET = 16; // of the outermost points
constexpr double LEFT = 55;
constexpr double TOP = 62;
constexpr double HEIGHT = 330;

constexpr const char* STYLE =
    "<style>"
    "text{font-family:Helvetica,Arial,sans-serif;font-size:12px;fill:#334155}"
    ".title{font-size:14px;font-weight:bold}"
    ".axis{stroke:#64748b;stroke-width:1;fill:none}"
    ".grid{stroke:#94a3b8;stroke-width:0.5;stroke-opacity:0.6;fill:none}"
    ".curve{stroke:#2563eb;stroke-width:2;fill:none}"
    ".dot{fill:#2563eb}"
    "@media (prefers-color-scheme:dark){"
    "text{fill:#cbd5e1}.axis{stroke:#94a3b8}.curve{stroke:#60a5fa}.dot{fill:#60a5fa}}"
    "</style>\n";

/// 1, 2 or 5 times a power of ten, so that there are about five.
double grid_step(double most) {
    const double power = std::pow(10, std::floor(std::log10(most / 5)));
    for (const double times : {1.0, 2.0, 5.0}) {
        if (most / (times * power) <= 6) {
            return times * power;
        }
    }
    return 10 * power;
}

struct Scale {
    double left;
    double x_first;
    double x_last;
    double y_most;

    [[nodiscard]] double x(double value) const {
        const double span = std::log(x_last / x_first);
        constexpr double WIDTH = PLOT_WIDTH - 2 * INSET;
        return left + INSET + (span > 0 ? std::log(value / x_first) / span * WIDTH : WIDTH / 2);
    }
    [[nodiscard]] double y(double value) const { return TOP + PLOT_HEIGHT * (1 - value / y_most); }
};

std::string text(double x, double y, const std::string& words, const char* anchor = "middle",
                 const char* kind = "label") {
    return fmt::format(
        "<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", kind, x, y,
        anchor, words);
}

std::string grid(const Scale& scale, double step) {
    std::string svg;
    for (double value = 0; value <= scale.y_most; value += step) {
        const double y = scale.y(value);
        svg += fmt::format("<path class=\"{}\" d=\"M{:.1f} {:.1f}h{:.1f}\"/>\n",
                           value == 0 ? "axis" : "grid", scale.left, y, PLOT_WIDTH);
        svg += text(scale.left - 7, y + 4, fmt::format("{:g}", value), "end");
    }
    return svg;
}

std::string panel(const Curve& curve, double left, double y_most) {
    const Scale scale{left, curve.points.front().x, curve.points.back().x, y_most};
    const double middle = left + PLOT_WIDTH / 2;
    std::string svg = text(middle, TOP - 14, curve.title, "middle", "title");
    svg += grid(scale, grid_step(y_most));
    std::string path;
    std::string dots;
    for (const CurvePoint& point : curve.points) {
        const double x = scale.x(point.x);
        const double y = scale.y(point.y);
        path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", x, y);
        dots +=
            fmt::format("<circle class=\"dot\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\"/>\n", x, y);
        dots += text(x, y - 8, fmt::format("{:.0f}", point.y));
        dots += text(x, TOP + PLOT_HEIGHT + 18, point.label);
    }
    svg += fmt::format("<path class=\"curve\" d=\"{}\"/>\n", path) + dots;
    return svg + text(middle, TOP + PLOT_HEIGHT + 40, curve.x_axis);
}

} // namespace

void draw_curves(const std::string& file, const std::string& caption, const std::string& y_axis,
                 const std::vector<Curve>& curves) {
    double most = 0;
    for (const Curve& curve : curves) {
        for (const CurvePoint& point : curve.points) {
            most = std::max(most, point.y);
        }
    }
    most *= 1.15; // figures stand above their dots
    const double width = LEFT + PANEL_WIDTH * static_cast<double>(curves.size());
    std::string svg =
        fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0f} {:.0f}\">\n",
                    width, HEIGHT);
    svg += fmt::format("<title>{}: {}</title>\n", y_axis, caption) + STYLE;
    svg += text(12, 20, y_axis, "start", "title");
    double left = LEFT;
    for (const Curve& curve : curves) {
        if (!curve.points.empty()) {
            svg += panel(curve, left, most);
        }
        left += PANEL_WIDTH;
    }
    svg += text(12, HEIGHT - 14, caption, "start") + "</svg>\n";
    std::ofstream out(file);
    if (!(out << svg) || !out.flush()) {
        throw std::runtime_error("cannot write the plot: " + file);
    }
}

} // namespace knhk::bench
