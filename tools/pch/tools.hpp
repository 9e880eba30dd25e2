// SPDX-License-Identifier: MIT
// The large headers that most of the command includes, compiled once. A file includes what it needs
// all the same.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
