// SPDX-License-Identifier: MIT
// `knhk build`: compiles a folder of handlers and links them with the runtime into an image.
#include <algorithm>
#include <system_error>
#include <vector>

#include <nlohmann/json.hpp>

#include "tools/command.hpp"
#include "tools/host/descriptor.hpp"
#include "tools/host/failure.hpp"
#include "tools/host/process.hpp"
#include "tools/host/temporary_directory.hpp"
#include "tools/run/image_file.hpp"
#include "tools/run/installation.hpp"

namespace knhk::tools {

namespace {

namespace fs = std::filesystem;

constexpr const char* FOOTER =
    "DIR holds plain C++ files (*.cpp) with handlers and their registration table; see examples/.\n"
    "What one architecture alone needs lies in DIR/x86_64, DIR/aarch64, DIR/riscv64.\n"
    "\n"
    "Examples:\n"
    "  knhk build examples/histogram\n"
    "  knhk build my-handlers -o my.elf && knhk run my-workload --image my.elf";

struct BuildOptions {
    std::string folder;
    std::string output;
    Architecture architecture = loader::host_architecture();
};

/// How the build linked its own image; the same for a user's.
struct Recipe {
    std::string compiler;
    std::vector<std::string> compile_arguments;
    std::vector<std::string> link_arguments;
    std::string archive;
    std::string linker_script;
    std::string source_root;
    std::string machine;
};

Recipe read_recipe(Architecture architecture) {
    const std::string path = image_recipe(architecture).string();
    if (!fs::exists(path)) {
        throw bad_environment("{} is missing: build the tree with ninja -C {}", path,
                              build_root().string());
    }
    try {
        const auto object = nlohmann::json::parse(read_text_file(path));
        return {object.at("cxx"),     object.at("compile_args"),  object.at("link_args"),
                object.at("archive"), object.at("linker_script"), object.at("source_root"),
                object.at("machine")};
    } catch (const nlohmann::json::exception& error) {
        throw bad_environment("{} cannot be read ({}): build the tree again", path, error.what());
    }
}

void add_sources(const fs::path& folder, std::vector<fs::path>& sources) {
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
        if (entry.path().extension() == ".cpp") {
            sources.push_back(entry.path());
        }
    }
    if (error) {
        throw bad_input("cannot read the folder {}: {}: give a folder with *.cpp files",
                        folder.string(), error.message());
    }
}

/// The folder's C++ files, and those that it has for this architecture alone, in an order that does
/// not depend on the file system.
std::vector<fs::path> find_sources(const fs::path& folder, Architecture architecture) {
    std::vector<fs::path> sources;
    add_sources(folder, sources);
    const fs::path own = folder / name_of(architecture);
    if (fs::is_directory(own)) {
        add_sources(own, sources);
    }
    if (sources.empty()) {
        throw bad_input("{} holds no *.cpp file: give a folder with handlers", folder.string());
    }
    std::ranges::sort(sources);
    return sources;
}

Architecture parse_architecture(std::string_view text) {
    const auto architecture = architecture_named(text);
    if (!architecture) {
        throw bad_input("unknown --arch '{}': use x86_64, aarch64 or riscv64", text);
    }
    return *architecture;
}

void compile(const Recipe& recipe, const fs::path& source, const fs::path& object) {
    std::vector<std::string> arguments{recipe.compiler};
    arguments.insert(arguments.end(), recipe.compile_arguments.begin(),
                     recipe.compile_arguments.end());
    arguments.insert(arguments.end(),
                     {"-I", recipe.source_root, "-c", source.string(), "-o", object.string()});
    if (!run_in_foreground(arguments).is_success()) {
        throw bad_input("{} does not compile: see the compiler's messages above", source.string());
    }
}

void link(const Recipe& recipe, const std::vector<fs::path>& objects, const fs::path& image) {
    std::vector<std::string> arguments{recipe.compiler};
    arguments.insert(arguments.end(), recipe.link_arguments.begin(), recipe.link_arguments.end());
    arguments.push_back("-Wl,-T," + recipe.linker_script);
    for (const fs::path& object : objects) {
        arguments.push_back(object.string());
    }
    // Boot code is reached from no symbol: all of the archive is wanted.
    arguments.insert(arguments.end(), {"-Wl,--whole-archive", recipe.archive,
                                       "-Wl,--no-whole-archive", "-o", image.string()});
    if (!run_in_foreground(arguments).is_success()) {
        throw bad_input("the handlers do not link into an image: see the linker's messages above");
    }
}

fs::path output_path(const BuildOptions& options, const std::string& machine) {
    if (!options.output.empty()) {
        return options.output;
    }
    const fs::path folder = fs::canonical(options.folder);
    return fs::current_path() / fmt::format("{}-{}.elf", folder.filename().string(), machine);
}

ExitStatus build_image(const BuildOptions& options) {
    const std::vector<fs::path> sources = find_sources(options.folder, options.architecture);
    const Recipe recipe = read_recipe(options.architecture);
    const fs::path output = output_path(options, recipe.machine);
    const TemporaryDirectory scratch;
    std::vector<fs::path> objects;
    for (const fs::path& source : sources) {
        objects.push_back(scratch.path() / fmt::format("{}.o", objects.size()));
        compile(recipe, source, objects.back());
    }
    const fs::path image = scratch.path() / "image.elf";
    link(recipe, objects, image);
    const ImageFile checked = ImageFile::open(image, options.architecture);
    replace_file(output, read_text_file(image));
    fmt::print("{} (sha256 {})\n", output.string(), checked.sha256_text());
    return ExitStatus::Ok;
}

} // namespace

void add_build_command(Command& app, Action& action) {
    Command command =
        app.add_command("build", "link a folder of handlers into an image of their own");
    const auto options = std::make_shared<BuildOptions>();
    command.text("DIR", options->folder, "the folder").required();
    command.text("-o,--output", options->output, "the image (./NAME-ARCH.elf)").value("FILE");
    command
        .word(
            "--arch",
            [options](const std::string& text) {
                options->architecture = parse_architecture(text);
            },
            "the architecture that it is for (this machine's)")
        .value("x86_64|aarch64|riscv64");
    command.footer(FOOTER);
    command.when_chosen(
        [options, &action] { action = [options] { return build_image(*options); }; });
}

} // namespace knhk::tools
