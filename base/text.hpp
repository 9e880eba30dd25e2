// SPDX-License-Identifier: MIT
// Text without a library: a bounded writer for console lines, and parsing of key=value words.
#pragma once

#include <span>
#include <string_view>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/types.hpp"

namespace knhk {

/// Builds one line in a fixed buffer; what does not fit is cut.
class TextLine {
  public:
    TextLine& text(std::string_view part);
    TextLine& number(u64 value);
    TextLine& hex(u64 value, u32 digits_min = 1);
    TextLine& digest(const Digest& value);
    [[nodiscard]] std::string_view view() const { return {buffer_, used_}; }

  private:
    static constexpr std::size_t CAPACITY = 512;
    char buffer_[CAPACITY];
    std::size_t used_ = 0;
};

/// Decimal, or hexadecimal after 0x; the whole of `text`, and no overflow.
[[nodiscard]] Result<u64> parse_number(std::string_view text);

/// Whether it is what files call things by: 1 to size - 1 letters, digits, '.', '_' or '-', and
/// zeros behind them.
[[nodiscard]] bool is_short_name(std::span<const char> name);

/// Takes the next word off `rest` (words are separated by blanks); empty at the end.
[[nodiscard]] std::string_view next_word(std::string_view& rest);

struct KeyValue {
    std::string_view key;
    std::string_view value; ///< empty when the word has no '='
};
[[nodiscard]] KeyValue split_word(std::string_view word);

} // namespace knhk
