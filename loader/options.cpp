// SPDX-License-Identifier: MIT
#include "loader/options.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "arch/boot_info.hpp"
#include "arch/linux/failure.hpp"

namespace knhk::loader {
namespace {

constexpr const char* EXAMPLES = R"(Examples:
  knhk-loader --image knhk-x86_64.elf --command-line "cores=4 workload=demo drain=console"
  knhk-loader --image knhk-x86_64.elf --workers 2 --cpus 2-3 --command-line "cores=8 workers=2"
  knhk-loader --image knhk-x86_64.elf --container run.knhk --drain /dev/shm/drain

--cpus may name isolated CPUs (isolcpus=); others have to lie within the process's own affinity.
With --drain the run ends when the thread that started the loader ends.
Exit status: 0 as asked, 1 a check says no, 2 wrong input, 3 the environment cannot do it,
4 the run failed, 5 a beat took longer than beat-limit= allows.)";

void describe(CLI::App& app, Options& options) {
    app.footer(EXAMPLES);
    app.add_option("--image", options.image, "the image: an ELF file of this machine")
        ->required()
        ->type_name("FILE");
    app.add_option("--command-line", options.command_line, "key=value words for the image")
        ->type_name("WORDS");
    app.add_option("--container", options.container, "a container to hand to the image")
        ->type_name("FILE");
    app.add_option("--drain", options.drain,
                   "shared memory for the log: an existing file of the drain region's size")
        ->type_name("FILE");
    app.add_option("--cpus", options.cpus, "run on these CPUs only, as in 2-3,5")
        ->type_name("LIST");
    app.add_option("--workers", options.workers, "harts to offer to the image (default: 1)")
        ->type_name("N");
}

[[noreturn]] void fail_usage(std::string what) {
    throw hosted::Failure{ExitStatus::BadInput, std::move(what), "command line",
                          "see knhk-loader --help"};
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
    Options options;
    CLI::App app("Loads a KNHK image into this process and runs it on pinned threads.",
                 "knhk-loader");
    describe(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        fmt::print("{}", app.help());
        return std::nullopt;
    } catch (const CLI::ParseError& error) {
        fail_usage(error.what());
    }
    check_limits(options);
    return options;
}

} // namespace knhk::loader
