// SPDX-License-Identifier: MIT
#include "tools/workload/fields.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/text.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {

namespace {

constexpr std::size_t NAME_CHARS_MAX = 64;  ///< of names that are compared
constexpr std::size_t NAME_BYTES_MAX = 255; ///< of names that a file gives

/// How many characters must be changed, added or left out to make one of the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

/// "'x' is above 3", the number as it was written.
std::string bound_text(std::string_view text, const char* relation, u64 bound) {
    return fmt::format("{} is {} {}", clipped(text), relation, bound);
}

} // namespace

std::string_view closest(std::string_view name, std::span<const std::string_view> names) {
    std::string_view best;
    std::size_t best_distance = name.size() < 4 ? 2 : 3; // one change in a short name, two else
    if (name.size() > NAME_CHARS_MAX) {
        return best;
    }
    for (const std::string_view candidate : names) {
        if (candidate.size() > NAME_CHARS_MAX) {
            continue;
        }
        const std::size_t distance = edit_distance(name, candidate);
        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

void Field::fail(const std::string& what) const {
    throw bad_input("{}:{}: {}{}{}", *file_, value_->line, path_, path_.empty() ? "" : ": ", what);
}

void Field::fail_unknown(std::string_view name, const std::string& what,
                         std::span<const std::string_view> names) const {
    constexpr std::size_t LISTED_MAX = 24;
    const std::string_view meant = closest(name, names);
    if (!meant.empty()) {
        fail(fmt::format("{}: did you mean '{}'?", what, meant));
    }
    if (names.empty() || names.size() > LISTED_MAX) {
        fail(what);
    }
    fail(fmt::format("{}: use {}", what, fmt::join(names, ", ")));
}

u64 Field::number(u64 min, u64 max) const {
    const std::string& text = value_->text;
    const bool is_hex = value_->kind == JsonValue::Kind::String && text.starts_with("0x");
    if (value_->kind != JsonValue::Kind::Number && !is_hex) {
        fail(value_->kind == JsonValue::Kind::String
                 ? fmt::format("'{}' is not a number: use digits, or 0x and hexadecimal digits",
                               clipped(text))
                 : fmt::format("is {}, not a number", name_of(value_->kind)));
    }
    if (text.starts_with('-')) {
        fail(fmt::format("{} is negative", clipped(text)));
    }
    const Result<u64> value = parse_number(text);
    if (!value && value.error() != Error::OutOfRange) {
        fail(fmt::format("{} is not a whole number", clipped(text)));
    }
    if (!value || *value > max) {
        fail(bound_text(text, "above", max));
    }
    if (*value < min) {
        fail(bound_text(text, "below", min));
    }
    return *value;
}

bool Field::boolean() const {
    if (value_->kind != JsonValue::Kind::True && value_->kind != JsonValue::Kind::False) {
        fail(fmt::format("is {}, not true or false", name_of(value_->kind)));
    }
    return value_->kind == JsonValue::Kind::True;
}

const std::string& Field::text() const {
    if (value_->kind != JsonValue::Kind::String) {
        fail(fmt::format("is {}, not a string", name_of(value_->kind)));
    }
    return value_->text;
}

void Field::short_name(std::span<char, SHORT_NAME_BYTES> to) const {
    const std::string& name = text();
    const bool is_good = std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    });
    if (!is_good || name.empty() || name.size() >= to.size()) {
        fail(fmt::format("'{}' is not 1 to 63 letters, digits, '.', '_', '-'", clipped(name)));
    }
    std::ranges::copy(name, to.begin());
}

std::size_t Field::choice(std::span<const std::string_view> names) const {
    const auto found = std::ranges::find(names, std::string_view(text()));
    if (found == names.end()) {
        fail_unknown(text(), fmt::format("'{}' is not known here", clipped(text())), names);
    }
    return static_cast<std::size_t>(found - names.begin());
}

std::vector<Field> Field::elements(std::size_t min, std::size_t max) const {
    if (value_->kind != JsonValue::Kind::Array) {
        fail(fmt::format("is {}, not an array", name_of(value_->kind)));
    }
    const std::size_t count = value_->items.size();
    if (count < min || count > max) {
        fail(fmt::format("has {} elements: {} {}", count,
                         min == max    ? "it needs"
                         : count < min ? "it needs at least"
                                       : "it has room for",
                         count < min ? min : max));
    }
    std::vector<Field> fields;
    fields.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        fields.emplace_back(value_->items[i], element_path(path_, i), *file_);
    }
    return fields;
}

Object::Object(const Field& field) : self_(field) {
    if (field.value_->kind != JsonValue::Kind::Object) {
        field.fail(fmt::format("is {}, not an object", name_of(field.value_->kind)));
    }
}

void Object::allow(std::span<const std::string_view> names) const {
    const JsonValue& value = *self_.value_;
    for (std::size_t i = 0; i < value.names.size(); ++i) {
        const Field member(value.items[i], member_path(self_.path_, value.names[i]), *self_.file_);
        if (std::ranges::find(names, std::string_view(value.names[i])) == names.end()) {
            member.fail_unknown(value.names[i], "there is no such field", names);
        }
        // The names before this one are all allowed and all different, so they are few.
        const auto before = std::span(value.names).first(i);
        if (std::ranges::find(before, value.names[i]) != before.end()) {
            member.fail("is there twice: leave one out");
        }
    }
}

void Object::forbid(std::span<const std::string_view> names, const std::string& why) const {
    for (const std::string_view name : names) {
        if (const auto field = find(name)) {
            field->fail(why);
        }
    }
}

std::size_t Object::one_of(std::span<const std::string_view> names) const {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto field = find(names[i]);
        if (field && found) {
            field->fail(fmt::format("'{}' is there too: leave one out", names[*found]));
        }
        found = field ? i : found;
    }
    if (!found) {
        self_.fail(fmt::format("needs {}", fmt::join(names, " or ")));
    }
    return *found;
}

std::optional<Field> Object::find(std::string_view name) const {
    const JsonValue& value = *self_.value_;
    const auto found = std::ranges::find(value.names, name);
    if (found == value.names.end()) {
        return std::nullopt;
    }
    const auto index = static_cast<std::size_t>(found - value.names.begin());
    return Field(value.items[index], member_path(self_.path_, name), *self_.file_);
}

Field Object::require(std::string_view name) const {
    const auto field = find(name);
    if (!field) {
        self_.fail(fmt::format("'{}' is missing", name));
    }
    return *field;
}

u64 Object::number_or(std::string_view name, u64 otherwise, u64 min, u64 max) const {
    const auto field = find(name);
    return field ? field->number(min, max) : otherwise;
}

bool Names::add(const std::string& name) {
    return numbers_.emplace(name, static_cast<u32>(numbers_.size())).second;
}

void Names::add_from(const Object& part) {
    const Field field = part.require("name");
    const std::string& name = field.text();
    if (name.empty() || name.size() > NAME_BYTES_MAX) {
        field.fail(fmt::format("a {}'s name has 1 to {} bytes", what_, NAME_BYTES_MAX));
    }
    if (!add(name)) {
        field.fail(fmt::format("another {} is called '{}'", what_, clipped(name)));
    }
}

u32 Names::number_of(const Field& field) const {
    const auto found = numbers_.find(field.text());
    if (found == numbers_.end()) {
        std::vector<std::string_view> names;
        for (const auto& [name, number] : numbers_) {
            names.push_back(name);
        }
        std::ranges::sort(names, {},
                          [this](std::string_view name) { return numbers_.at(std::string(name)); });
        field.fail_unknown(field.text(),
                           fmt::format("there is no {} '{}'", what_, clipped(field.text())), names);
    }
    return found->second;
}

} // namespace knhk::tools
