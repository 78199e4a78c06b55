#include <memory>

#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/images.h"
#include "core/base/error.h"
#include "core/model/weights.h"

namespace equi::cli {
namespace {

// The reference decode is quadratic in the width; a photo of this many columns takes about 1 GB at 256 px.
constexpr int kMaxColumns = 512;

struct Arguments {
  std::string model = "models/demo";
  std::string input, output;
  std::string device = "cpu";
  std::string precision = "float32";
  bool json = false;
};

void run(const Arguments& a) {
  media::check_writable(a.output);
  const auto bundle = Bundle::open(a.model);
  const auto& t = bundle.manifest().tokenizer;
  const auto picture = media::fit_to_height(media::read_image(a.input), t.image_height, t.column_pixels());
  warn_if_cut_short(a.input);
  const int columns = picture.width / t.column_pixels();
  if (columns > kMaxColumns) {
    throw Error(ErrorKind::bad_input, a.input,
                fmt::format("at {} px high it has {} columns; {} are the limit of a decode in one piece",
                            t.image_height, columns, kMaxColumns),
                "crop it");
  }
  const auto model = model::load_model(bundle, parse_device(a.device), parse_tensor_precision(a.precision));
  const torch::InferenceMode inference;
  const auto tokens = model.tokenizer->encode(to_tensor(picture).to(model.options()));
  if (!torch::isfinite(tokens).all().item<bool>()) {
    throw Error(ErrorKind::numeric, a.input, "the encoder's tokens are not finite");
  }
  const auto rebuilt = to_image(model.tokenizer->decode(tokens));
  media::write_image(a.output, rebuilt);
  const double db = media::psnr(picture, rebuilt);
  if (a.json) {
    return print_json({{"input", a.input},
                       {"output", a.output},
                       {"width", rebuilt.width},
                       {"height", rebuilt.height},
                       {"columns", columns},
                       {"psnr_db", db}});
  }
  fmt::print("{}: {} x {} px, {} columns, PSNR {:.2f} dB\n", a.output, rebuilt.width, rebuilt.height, columns,
             db);
}

}  // namespace

void add_reconstruct(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("reconstruct", "Send a picture through the encoder and the decoder");
  command->add_option("input", a->input, "A photo (PNG, JPEG, WebP, TIFF, BMP)")->required();
  command->add_option("output", a->output, "The rebuilt picture; its ending chooses the format")->required();
  command->add_option("--model", a->model, "Folder of the bundle")->capture_default_str();
  command->add_option("--device", a->device, "cpu, cuda, cuda:N or auto")->capture_default_str();
  command->add_option("--precision", a->precision, "float32 or bfloat16")->capture_default_str();
  command->add_flag("--json", a->json, "Print JSON");
  command->footer(
      "The photo is scaled to the model's height and cut to whole columns; PSNR is against that.\n"
      "Example: equicanvas-cli reconstruct photo.jpg rebuilt.png --model models/places");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
