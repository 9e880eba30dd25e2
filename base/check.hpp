// SPDX-License-Identifier: MIT
// Assertions, on in every build. A failed one is a bug: it ends the run through knhk_panic, which
// each program that links this code provides (the image: kernel/failure.cpp).
#pragma once

#include "base/types.hpp"

extern "C" [[noreturn]] void knhk_panic(const char* file, unsigned line, const char* expected,
                                        unsigned long long found);

/// Panics unless `condition`; `found` is the value that was seen.
#define KNHK_CHECK(condition, found)                                                               \
    do {                                                                                           \
        if (!(condition)) [[unlikely]] {                                                           \
            knhk_panic(__FILE_NAME__, __LINE__, #condition,                                        \
                       static_cast<unsigned long long>(found));                                    \
        }                                                                                          \
    } while (false)
