// SPDX-License-Identifier: MIT
// What every unit test includes, compiled once for all files of one: most of what a test takes to
// be built is this. A file includes what it needs all the same.
#include <gtest/gtest.h>

#include <string>
#include <vector>
