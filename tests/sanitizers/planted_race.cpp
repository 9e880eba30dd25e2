// SPDX-License-Identifier: MIT
// Two threads count: on one plain number if asked for `race`, which ThreadSanitizer must refuse,
// else on one of their own each. Run by check_planted.py.
#include <string_view>
#include <thread>

int main(int argc, char** argv) {
    const bool race = argc > 1 && std::string_view(argv[1]) == "race";
    static volatile int counts[2];
    const auto count = [](volatile int& number) {
        for (int i = 0; i < 1000; ++i) {
            number = number + 1;
        }
    };
    std::thread other([&] { count(counts[race ? 0 : 1]); });
    count(counts[0]);
    other.join();
    return 0;
}
