#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "app/cli/commands.h"
#include "core/base/error.h"

namespace equi::cli {
namespace {

int g_exit_code = 0;  // written and read by the main thread alone

int report(const Error& error) {
  fmt::print(stderr, "error: {}\n", error.what());
  return exit_code(error.kind());
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
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  } catch (const Error& e) {
    return report(e);
  } catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 1;
  }
  return g_exit_code;
}

}  // namespace

void set_exit_code(int code) {
  g_exit_code = code;
}

}  // namespace equi::cli

int main(int argc, char** argv) {
  return equi::cli::run(argc, argv);
}
