#include <charconv>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "core/base/error.h"

namespace equi::cli {
namespace {

int g_exit_code = 0;  // written and read by the main thread alone

int report(const Error& error) {
  say(fmt::format("error: {}\n", error.what()));
  return exit_code(error.kind());
}

int report(ErrorKind kind, const std::string& what) {
  say(fmt::format("error: {}\n", what));
  return exit_code(kind);
}

// A disk that was full when the results were printed is no success.
int finished(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  return report(ErrorKind::io, "standard output cannot be written");
}

template <typename Number>
std::string decimal(std::string& text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || text.empty())
    return fmt::format("'{}' is no whole number that can be meant", printable(text));
  text = fmt::format("{}", number);
  return {};
}

// CLI11 itself reads "010" as eight, "-1" as the largest number there is, and so a number beyond that.
void read_decimals(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) {
    const std::string type = option->get_type_name();
    if (type.starts_with("UINT")) option->transform(CLI::Validator(decimal<std::uint64_t>, ""));
    if (type.starts_with("INT")) option->transform(CLI::Validator(decimal<std::int64_t>, ""));
  }
  for (CLI::App* each : command.get_subcommands([](const CLI::App*) { return true; })) read_decimals(*each);
}

int run(int argc, char** argv) {
  CLI::App app("EquiCanvas: panoramas without an end, one column at a time", "equicanvas-cli");
  app.set_version_flag("--version", EQUI_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Every command has its own --help with examples.\n"
      "Exit codes: 0 done, 1 internal error, 2 bad input, 3 numbers that are not finite, 130 stopped.");
  add_import(app);
  add_info(app);
  add_verify(app);
  add_reconstruct(app);
  add_generate(app);
  add_extend(app);
  add_inspect(app);
  add_bench(app);
  add_scenes(app);
  add_train(app);
  add_evaluate(app);
  add_export(app);
  add_batch(app);
  read_decimals(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? finished(0) : 2;
  } catch (const Error& e) {
    return report(e);
  } catch (const std::filesystem::filesystem_error& e) {
    return report(ErrorKind::io, fmt::format("{}: {}", printable(e.path1().string()), e.code().message()));
  } catch (const c10::Error& e) {
    return report(ErrorKind::internal, e.what_without_backtrace());
  } catch (const std::exception& e) {
    return report(ErrorKind::internal, e.what());
  }
  return finished(g_exit_code);
}

}  // namespace

void set_exit_code(int code) {
  g_exit_code = code;
}

}  // namespace equi::cli

int main(int argc, char** argv) {
  return equi::cli::run(argc, argv);
}
