// SPDX-License-Identifier: MIT
// The image's own word on which loader it fits: the ELF note with owner "KNHK". Only image_check
// looks for it.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "arch/boot_info.hpp"
#include "arch/linux/failure.hpp"

namespace knhk::loader {

/// Collects what the image's note segments say, one after the other.
class NoteSearch {
  public:
    /// Walks the notes of one segment; says so when they are damaged.
    [[nodiscard]] std::optional<hosted::Failure>
    look_through(std::span<const std::byte> notes, u64 alignment, const std::string& where);
    /// After the last segment: what is wrong with the note that was found, or that there is none.
    [[nodiscard]] std::optional<hosted::Failure> verdict() const;

  private:
    [[nodiscard]] std::optional<hosted::Failure> take(std::span<const std::byte> payload,
                                                      const std::string& where);

    std::optional<ImageNote> found_;
};

} // namespace knhk::loader
