// SPDX-License-Identifier: MIT
#include "kernel/console.hpp"

namespace knhk {

void print_line(const Platform& platform, const TextLine& line) {
    // One call, so that lines of several harts do not mix.
    TextLine whole;
    whole.text("knhk: ").text(line.view().substr(0, 480)).text("\n");
    platform.console(whole.view().data(), whole.view().size());
}

void print_exit(const Platform& platform, ExitStatus status) {
    print_line(platform, TextLine().text("exit status=").number(static_cast<u64>(status)));
}

} // namespace knhk
