// SPDX-License-Identifier: MIT
// Six options, read by hand: a library for command lines would be half of what the loader's build
// takes.
#include "loader/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "arch/boot_info.hpp"
#include "arch/linux/failure.hpp"
#include "base/text.hpp"

namespace knhk::loader {
namespace {

constexpr const char* DESCRIPTION =
    "Loads a KNHK image into this process and runs it on pinned threads.\n"
    "Usage: knhk-loader [OPTIONS]\n"
    "\n"
    "Options:\n";

constexpr const char* EXAMPLES = R"(
Examples:
  knhk-loader --image knhk-x86_64.elf --command-line "cores=4 workload=demo drain=console"
  knhk-loader --image knhk-x86_64.elf --workers 2 --cpus 2-3 --command-line "cores=8 workers=2"
  knhk-loader --image knhk-x86_64.elf --container run.knhk --drain /dev/shm/drain

--cpus may name isolated CPUs (isolcpus=); others have to lie within the process's own affinity.
With --drain the run ends when the thread that started the loader ends.
Exit status: 0 as asked, 1 a check says no, 2 wrong input, 3 the environment cannot do it,
4 the run failed, 5 a beat took longer than beat-limit= allows.
)";

struct Known {
    std::string_view name;
    std::string_view value; ///< what --help calls it
    std::string_view help;
};

// Where an option stands here, its value stands in GivenOptions.
enum Place : std::size_t { IMAGE, COMMAND_LINE, CONTAINER, DRAIN, CPUS, WORKERS, PLACES };
constexpr std::array<Known, PLACES> KNOWN = {{
    {"--image", "FILE REQUIRED", "the image: an ELF file of this machine"},
    {"--command-line", "WORDS", "key=value words for the image"},
    {"--container", "FILE", "a container to hand to the image"},
    {"--drain", "FILE", "shared memory for the log: an existing file of the drain region's size"},
    {"--cpus", "LIST", "run on these CPUs only, as in 2-3,5"},
    {"--workers", "N", "harts to offer to the image (default: 1)"},
}};

[[noreturn]] void fail_usage(std::string what) {
    throw hosted::Failure{ExitStatus::BadInput, std::move(what), "command line",
                          "see knhk-loader --help"};
}

void print_help() {
    fmt::print("{}  {:<28}{}\n", DESCRIPTION, "-h,--help", "Print this help message and exit");
    for (const Known& option : KNOWN) {
        fmt::print("  {:<28}{}\n", fmt::format("{} {}", option.name, option.value), option.help);
    }
    fmt::print("{}", EXAMPLES);
}

/// What was given, as it stands there.
struct GivenOptions {
    std::array<std::vector<std::string>, PLACES> values;
    std::vector<std::string> unknown;
    bool asks_for_help = false;
};

/// Takes an option that is known, and its value: "--name value" or "--name=value".
bool take_known(std::string_view word, std::span<char*>& rest, GivenOptions& to) {
    const std::string_view name = word.substr(0, word.find('='));
    const auto* const known = std::ranges::find(KNOWN, name, &Known::name);
    if (known == KNOWN.end()) {
        return false;
    }
    std::vector<std::string>& values = to.values[static_cast<std::size_t>(known - KNOWN.begin())];
    if (word.size() > name.size() + 1) {
        values.emplace_back(word.substr(name.size() + 1));
        return true;
    }
    if (word.size() > name.size() || rest.empty()) {
        fail_usage(fmt::format("{}: 1 required {} missing", name,
                               known->value.substr(0, known->value.find(' '))));
    }
    values.emplace_back(rest.front());
    rest = rest.subspan(1);
    return true;
}

GivenOptions read_words(std::span<char*> rest) {
    GivenOptions given;
    while (!rest.empty()) {
        const std::string_view word = rest.front();
        rest = rest.subspan(1);
        if (word == "--help" || word == "-h") {
            given.asks_for_help = true;
        } else if (!take_known(word, rest, given)) {
            given.unknown.emplace_back(word);
        }
    }
    return given;
}

std::optional<std::string> only_value(const GivenOptions& given, Place place) {
    const std::vector<std::string>& values = given.values[place];
    if (values.size() > 1) {
        fail_usage(fmt::format("{}: At Most 1 required but received {}", KNOWN[place].name,
                               values.size()));
    }
    return values.empty() ? std::nullopt : std::optional(values.front());
}

u32 parse_workers(const std::string& text) {
    const Result<u64> number = parse_number(text);
    if (!number || *number > std::numeric_limits<u32>::max()) {
        fail_usage(fmt::format("Could not convert: --workers = {}", text));
    }
    return static_cast<u32>(*number);
}

void check_limits(const Options& options) {
    if (options.workers < 1 || options.workers > CORES_MAX) {
        fail_usage(fmt::format("--workers must be 1 to {}, not {}", CORES_MAX, options.workers));
    }
    if (options.command_line.size() > COMMAND_LINE_MAX_CHARS) {
        fail_usage(fmt::format("--command-line has {} characters, the image takes {}",
                               options.command_line.size(), COMMAND_LINE_MAX_CHARS));
    }
}

} // namespace

std::optional<Options> parse_options(int argc, char** argv) {
    const GivenOptions given =
        read_words(std::span(argv, static_cast<std::size_t>(argc)).subspan(argc > 0 ? 1 : 0));
    if (given.asks_for_help) {
        print_help();
        return std::nullopt;
    }
    const std::optional<std::string> image = only_value(given, IMAGE);
    if (!image) {
        fail_usage("--image is required");
    }
    if (!given.unknown.empty()) {
        fail_usage(fmt::format("The following argument{} not expected: {}",
                               given.unknown.size() == 1 ? " was" : "s were",
                               fmt::join(given.unknown, " ")));
    }
    const std::optional<std::string> workers = only_value(given, WORKERS);
    Options options{
        .image = *image,
        .command_line = only_value(given, COMMAND_LINE).value_or(""),
        .container = only_value(given, CONTAINER),
        .drain = only_value(given, DRAIN),
        .cpus = only_value(given, CPUS),
        .workers = workers ? parse_workers(*workers) : 1,
    };
    check_limits(options);
    return options;
}

} // namespace knhk::loader
