// SPDX-License-Identifier: MIT
// Curves as an SVG that is readable on light and on dark pages. The growth rows call it.
#pragma once

#include <string>
#include <vector>

#include "base/types.hpp"

namespace knhk::bench {

struct CurvePoint {
    double x;
    double y;
    std::string label; ///< of x, under the axis
};

/// One panel. x is drawn as its logarithm, y from 0.
struct Curve {
    std::string title;
    std::string x_axis;
    std::vector<CurvePoint> points;
};

/// All panels have one scale of y. Throws std::runtime_error when the file cannot be written.
void draw_curves(const std::string& file, const std::string& caption, const std::string& y_axis,
                 const std::vector<Curve>& curves);

} // namespace knhk::bench
