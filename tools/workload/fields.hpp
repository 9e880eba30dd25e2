// SPDX-License-Identifier: MIT
// Values of a workload file with the place where they stand: whoever takes one says what it must
// be, and every error names file, line and path. For the rest of tools/workload.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tools/workload/json.hpp"

namespace knhk::tools {

inline constexpr u64 FIELD_NUMBER_MAX = ~u64{0};
/// What a file is called by, with the zero behind it.
inline constexpr std::size_t SHORT_NAME_BYTES = 64;

/// The name that was probably meant; empty if none is close.
[[nodiscard]] std::string_view closest(std::string_view name,
                                       std::span<const std::string_view> names);

class Field {
  public:
    Field(const JsonValue& value, std::string path, const std::string& file)
        : value_(&value), path_(std::move(path)), file_(&file) {}

    /// Throws Failure (BadInput).
    [[noreturn]] void fail(const std::string& what) const;
    /// `what`, and which of `names` was probably meant by `name`.
    [[noreturn]] void fail_unknown(std::string_view name, const std::string& what,
                                   std::span<const std::string_view> names) const;

    [[nodiscard]] u64 number(u64 min = 0, u64 max = FIELD_NUMBER_MAX) const;
    [[nodiscard]] bool boolean() const;
    /// Whether it is a string, and no number in hexadecimal digits.
    [[nodiscard]] bool is_name() const {
        return value_->kind == JsonValue::Kind::String && !value_->text.starts_with("0x");
    }
    [[nodiscard]] bool is_object() const { return value_->kind == JsonValue::Kind::Object; }
    [[nodiscard]] const std::string& text() const;
    /// Writes a name of 1 to 63 letters, digits, '.', '_', '-' over zeros.
    void short_name(std::span<char, SHORT_NAME_BYTES> to) const;
    /// The index of this string in `names`.
    [[nodiscard]] std::size_t choice(std::span<const std::string_view> names) const;
    [[nodiscard]] std::vector<Field> elements(std::size_t min, std::size_t max) const;
    /// Exactly so many numbers.
    template<std::size_t N>
    void numbers(u64 (&to)[N]) const {
        const std::vector<Field> fields = elements(N, N);
        for (std::size_t i = 0; i < N; ++i) {
            to[i] = fields[i].number();
        }
    }

  private:
    friend class Object;
    const JsonValue* value_;
    std::string path_;
    const std::string* file_;
};

/// A field that is an object.
class Object {
  public:
    explicit Object(const Field& field);

    /// Refuses every other name, and one that is there twice.
    void allow(std::span<const std::string_view> names) const;
    /// Refuses the first of `names` that is there, and says `why`.
    void forbid(std::span<const std::string_view> names, const std::string& why) const;
    /// The one of `names` that is there; more than one or none is refused.
    [[nodiscard]] std::size_t one_of(std::span<const std::string_view> names) const;

    [[nodiscard]] const Field& self() const { return self_; }
    [[nodiscard]] std::optional<Field> find(std::string_view name) const;
    [[nodiscard]] Field require(std::string_view name) const;
    [[nodiscard]] u64 number_or(std::string_view name, u64 otherwise, u64 min = 0,
                                u64 max = FIELD_NUMBER_MAX) const;

  private:
    Field self_;
};

/// The names of a file's parts of one sort, which are all known before the first of them is read.
class Names {
  public:
    /// `what` a name is of, for errors: "kind".
    explicit Names(const char* what) : what_(what) {}

    /// False if the name is taken.
    bool add(const std::string& name);
    /// The member `name` of the next part: 1 to 255 bytes, and not taken.
    void add_from(const Object& part);
    /// The number of the part that the field names; refused if there is none.
    [[nodiscard]] u32 number_of(const Field& field) const;

  private:
    const char* what_;
    std::unordered_map<std::string, u32> numbers_;
};

} // namespace knhk::tools
