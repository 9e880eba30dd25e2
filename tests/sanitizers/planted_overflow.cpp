// SPDX-License-Identifier: MIT
// One fault, by name, that AddressSanitizer or UndefinedBehaviorSanitizer must refuse. Run by
// check_planted.py.
#include <climits>
#include <string_view>

int main(int argc, char** argv) {
    const std::string_view fault = argc > 1 ? argv[1] : "";
    volatile int one = 1;
    if (fault == "heap") {
        auto* numbers = new volatile int[4]{};
        numbers[4 * one] = 1;
        delete[] numbers;
    } else if (fault == "sum") {
        one = INT_MAX - 1 + one + one;
    } else if (fault == "leak") {
        static_cast<void>(new volatile int[4]{});
    }
    return 0;
}
