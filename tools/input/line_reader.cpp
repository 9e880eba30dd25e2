// SPDX-License-Identifier: MIT
#include "tools/input/line_reader.hpp"

#include <cerrno>

#include <poll.h>
#include <unistd.h>

#include "tools/host/failure.hpp"

namespace knhk::tools {

namespace {

constexpr std::size_t PIECE_BYTES = std::size_t{64} * 1024;

bool is_readable(int file) {
    pollfd look{file, POLLIN, 0};
    return ::poll(&look, 1, 0) > 0;
}

} // namespace

std::optional<std::string_view> InputLines::next() {
    while (begin_ < text_.size()) {
        const std::string_view rest = std::string_view(text_).substr(begin_);
        const std::size_t end = rest.find('\n');
        const bool is_whole = end != std::string_view::npos;
        if (!is_whole && !ended_ && rest.size() <= INPUT_LINE_BYTES_MAX) {
            return std::nullopt;
        }
        const std::string_view line = rest.substr(0, end);
        begin_ += line.size() + (is_whole ? 1 : 0);
        const bool is_rest = skips_;
        skips_ = !is_whole && !ended_;
        if (is_rest) {
            continue;
        }
        ++line_;
        too_long_ = line.size() > INPUT_LINE_BYTES_MAX;
        return line;
    }
    return std::nullopt;
}

void InputLines::read_more() {
    if (ended_ || !is_readable(file_)) {
        return;
    }
    text_.erase(0, begin_);
    begin_ = 0;
    const std::size_t size = text_.size();
    text_.resize(size + PIECE_BYTES);
    const ssize_t count = ::read(file_, text_.data() + size, PIECE_BYTES);
    const int error = count < 0 ? errno : 0;
    text_.resize(size + static_cast<std::size_t>(count > 0 ? count : 0));
    if (error != 0 && error != EINTR && error != EAGAIN && error != ECONNRESET) {
        throw bad_environment("cannot read inputs: {}: give them by another way",
                              system_text(error));
    }
    ended_ = count == 0 || error == ECONNRESET;
}

bool InputLines::has_something() const {
    return begin_ < text_.size() || (!ended_ && is_readable(file_));
}

} // namespace knhk::tools
