#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "app/cli/bench.h"
#include "app/cli/console.h"
#include "app/cli/images.h"
#include "core/base/error.h"
#include "core/media/image.h"
#include "core/model/precision.h"
#include "core/sampling/noise.h"
#include "core/stream/mirror.h"
#include "core/stream/seam.h"

// bench windows: how well windowed decoding agrees with one decode of the whole width, for each hop and ramp,
// and how well both sides of a picture are continued.
namespace equi::cli {
namespace {

constexpr std::int64_t kContext = 16;    // columns
constexpr std::int64_t kExtension = 24;  // columns made on each side
constexpr std::int64_t kNear = 8;        // columns on both sides of a seam that it is compared with
constexpr std::int64_t kSeamReach = 1;   // pixels
constexpr std::uint64_t kSeed = 3;

struct Arguments {
  std::string model = "models/demo";
  std::string photo;
  std::int64_t columns = 64;
  int scenes = 4;
  std::int64_t band = 16;  // pixels
  BenchOptions bench;
};

struct LayoutResult {
  stream::WindowLayout layout;
  double psnr = 0;          // dB, against the full-width decode
  double seam_ratio = 0;    // gradient energy in the ramps against outside them
  double seam_in_full = 0;  // the same places in the full-width decode
};

struct SideResult {
  double left = 0, right = 0;  // seam ratios after blending
  double left_unblended = 0, right_unblended = 0;
};

stream::TokenSource source(const torch::Tensor& tokens) {
  return [tokens](stream::ColumnRange c) { return tokens.narrow(0, c.begin, c.size()); };
}

// `count` columns after `context` [C, E] (none: undefined), all of them: [C + count, E].
torch::Tensor generate(const model::Model& model, const torch::Tensor& context, std::int64_t count,
                       std::int64_t scene_class, sampling::Frame frame) {
  stream::ColumnGenerator generator(model.generator, {});
  const stream::Scene scene{scene_class};
  std::vector<torch::Tensor> tokens;
  for (std::int64_t i = 0; context.defined() && i < context.size(0); ++i) {
    generator.accept(context.narrow(0, i, 1), {&scene, 1});
    tokens.push_back(context.narrow(0, i, 1).to(torch::kCPU));
  }
  for (std::int64_t i = 0; i < count; ++i) {
    const auto noise =
        sampling::column_noise({kSeed, frame, generator.column(), 0}, model.manifest.generator.token_width);
    tokens.push_back(generator.next(noise.unsqueeze(0), {&scene, 1}).to(torch::kCPU));
  }
  return torch::cat(tokens);
}

std::vector<stream::WindowLayout> layouts(std::int64_t window) {
  std::vector<stream::WindowLayout> all;
  for (const std::int64_t hop : {window / 4, window / 2, 3 * window / 4}) {
    for (std::int64_t ramp = 0; ramp <= std::min(hop, window - hop); ramp += 2)
      all.push_back({window, hop, ramp});
  }
  all.push_back({window, window, 0});
  return all;
}

// The middle of every ramp, in pixels.
std::vector<std::int64_t> borders(const stream::WindowLayout& l, std::int64_t columns, std::int64_t px) {
  std::vector<std::int64_t> result;
  for (std::int64_t start = l.hop; start + l.window <= columns; start += l.hop) {
    result.push_back((start + l.margin()) * px + l.ramp * px / 2);
  }
  return result;
}

LayoutResult measure_layout(const model::Model& model, const stream::WindowLayout& layout,
                            const std::vector<torch::Tensor>& rows, const std::vector<torch::Tensor>& full) {
  LayoutResult result{layout};
  const std::int64_t px = model.manifest.tokenizer.column_pixels(),
                     reach = std::max(kSeamReach, layout.ramp * px / 2);
  double squared = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    stream::StreamingDecoder decoder(model.tokenizer, model.manifest.vae_norm, layout);
    const std::int64_t columns = rows[i].size(0);
    const auto picture = stream::to_bytes(decoder.decode({0, columns}, {0, columns}, source(rows[i])).pixels);
    squared += (picture.to(torch::kFloat64) - full[i].to(torch::kFloat64)).square().mean().item<double>();
    const auto where = borders(layout, columns, px);
    result.seam_ratio += stream::seam_ratio(picture, where, reach);
    result.seam_in_full += stream::seam_ratio(full[i], where, reach);
  }
  const auto n = static_cast<double>(rows.size());
  result.psnr = 10 * std::log10(255.0 * 255.0 * n / squared);
  result.seam_ratio /= n;
  result.seam_in_full /= n;
  return result;
}

// The root mean square error of one window's columns against the full-width decode, by their place in it.
std::vector<double> error_by_place(const model::Model& model, const std::vector<torch::Tensor>& rows,
                                   const std::vector<torch::Tensor>& full) {
  const std::int64_t px = model.manifest.tokenizer.column_pixels(), window = model.manifest.window_columns;
  auto sum = torch::zeros({window}, torch::kFloat64);
  double count = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::int64_t start = window / 2; start + 3 * window / 2 <= rows[i].size(0); start += window / 2) {
      const auto alone = stream::to_bytes(stream::decode_full_width(model.tokenizer, model.manifest.vae_norm,
                                                                    rows[i].narrow(0, start, window)));
      const auto difference =
          alone.to(torch::kFloat64) - full[i].narrow(1, start * px, window * px).to(torch::kFloat64);
      sum += difference.square().mean(torch::IntArrayRef{0, 2}).reshape({window, px}).mean(1);
      ++count;
    }
  }
  std::vector<double> result;
  for (std::int64_t c = 0; c < window; ++c)
    result.push_back(count > 0 ? std::sqrt(sum[c].item<double>() / count) : 0);
  return result;
}

// The seam at one side of `picture`, seen in the document's direction; `band` 0 leaves it unblended.
double seam_of_side(const model::Model& model, const torch::Tensor& picture, stream::Side side,
                    const torch::Tensor& tokens, std::int64_t band) {
  const std::int64_t px = model.manifest.tokenizer.column_pixels(), columns = picture.size(1) / px;
  const stream::ColumnRange existing{0, columns};
  const std::int64_t context = std::min(kContext, columns);
  const auto frame = stream::continuing_frame(existing, side, context);
  const stream::WindowLayout layout{model.manifest.window_columns, model.manifest.window_hop};
  stream::StreamingDecoder decoder(model.tokenizer, model.manifest.vae_norm, layout);
  const auto strip = [&](stream::ColumnRange document) {
    return stream::decode_document(decoder, frame, tokens.size(0), document, source(tokens)).pixels;
  };
  const bool left = side == stream::Side::left;
  const stream::ColumnRange inside =
      left ? stream::ColumnRange{0, context} : stream::ColumnRange{columns - context, columns};
  const stream::ColumnRange outside =
      left ? stream::ColumnRange{-kNear, 0} : stream::ColumnRange{columns, columns + kNear};
  const auto kept = picture.narrow(1, inside.begin * px, inside.size() * px);
  const auto blended = stream::blend_edge(kept, strip(inside), side, std::min(band, kept.size(1)));
  const auto joined =
      left ? torch::cat({strip(outside), blended}, 1) : torch::cat({blended, strip(outside)}, 1);
  const std::int64_t border = left ? kNear * px : context * px;
  return stream::seam_ratio(joined, {border}, kSeamReach);
}

SideResult measure_sides(const model::Model& model, const std::vector<torch::Tensor>& pictures,
                         std::int64_t band) {
  SideResult result;
  const auto& m = model.manifest;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const std::int64_t context = std::min(kContext, pictures[i].size(1) / m.tokenizer.column_pixels());
    const auto scene = static_cast<std::int64_t>(i) % m.generator.class_count;
    const auto extend = [&](stream::Side side, sampling::Frame frame) {
      const auto start = stream::context_tokens(model.tokenizer, m.vae_norm, pictures[i], side, context);
      return generate(model, start, kExtension, scene, frame);
    };
    const auto left = extend(stream::Side::left, sampling::Frame::mirrored);
    const auto right = extend(stream::Side::right, sampling::Frame::forward);
    result.left += seam_of_side(model, pictures[i], stream::Side::left, left, band);
    result.right += seam_of_side(model, pictures[i], stream::Side::right, right, band);
    result.left_unblended += seam_of_side(model, pictures[i], stream::Side::left, left, 0);
    result.right_unblended += seam_of_side(model, pictures[i], stream::Side::right, right, 0);
  }
  const auto n = static_cast<double>(pictures.size());
  return {result.left / n, result.right / n, result.left_unblended / n, result.right_unblended / n};
}

torch::Tensor load_photo(const std::string& path, const TokenizerConfig& config) {
  const auto fitted =
      media::fit_to_height(media::read_image(path), config.image_height, config.column_pixels());
  return stream::to_bytes(to_tensor(fitted)[0]);
}

void report(const Arguments& a, const std::vector<LayoutResult>& results, const std::vector<double>& places,
            const SideResult& sides) {
  if (a.bench.json) {
    auto rows = nlohmann::json::array();
    for (const auto& r : results) {
      rows.push_back({{"window", r.layout.window},
                      {"hop", r.layout.hop},
                      {"ramp", r.layout.ramp},
                      {"margin", r.layout.margin()},
                      {"psnr_windowed", r.psnr},
                      {"seam_ratio", r.seam_ratio},
                      {"seam_ratio_full_width", r.seam_in_full}});
    }
    return print_json({{"model", a.model},
                       {"columns", a.columns},
                       {"scenes", a.scenes},
                       {"layouts", rows},
                       {"error_by_place_in_window", places},
                       {"blend_band_pixels", a.band},
                       {"seam_left", sides.left},
                       {"seam_right", sides.right},
                       {"seam_left_unblended", sides.left_unblended},
                       {"seam_right_unblended", sides.right_unblended}});
  }
  fmt::print("windowed against full-width decode, {} scenes of {} columns\n", a.scenes, a.columns);
  fmt::print("{:>4} {:>5} {:>7} {:>10} {:>11} {:>14}\n", "hop", "ramp", "margin", "PSNR dB", "seam ratio",
             "in full width");
  for (const auto& r : results) {
    fmt::print("{:>4} {:>5} {:>7} {:>10.2f} {:>11.3f} {:>14.3f}\n", r.layout.hop, r.layout.ramp,
               r.layout.margin(), r.psnr, r.seam_ratio, r.seam_in_full);
  }
  fmt::print("error of a window's columns (levels of 255), first to last:");
  for (const double e : places) fmt::print(" {:.1f}", e);
  fmt::print("\nseam ratio beside a picture, blended over {} pixels: left {:.3f}, right {:.3f}", a.band,
             sides.left, sides.right);
  fmt::print(" (unblended: {:.3f}, {:.3f})\n", sides.left_unblended, sides.right_unblended);
}

void run(const Arguments& a) {
  a.bench.apply_threads();
  const auto bundle = Bundle::open(a.model);
  const auto device = parse_device(a.bench.device);
  const auto model = model::load_model(bundle, device, model::parse_precision(a.bench.precision, device));
  const std::int64_t window = model.manifest.window_columns;
  if (a.columns < 3 * window)
    throw Error(ErrorKind::bad_input, "columns", fmt::format("at least {} are needed", 3 * window));
  std::vector<torch::Tensor> rows, full, pictures;
  ProgressBar bar("panoramas", a.scenes, a.bench.json);
  for (int i = 0; i < a.scenes; ++i) {
    rows.push_back(
        generate(model, {}, a.columns, i % model.manifest.generator.class_count, sampling::Frame::forward));
    full.push_back(
        stream::to_bytes(stream::decode_full_width(model.tokenizer, model.manifest.vae_norm, rows.back())));
    bar.update(i + 1);
  }
  std::vector<LayoutResult> results;
  for (const auto& layout : layouts(window)) results.push_back(measure_layout(model, layout, rows, full));
  if (a.photo.empty()) {
    const std::int64_t width = 2 * kContext * model.manifest.tokenizer.column_pixels();
    for (const auto& each : full) pictures.push_back(each.narrow(1, 0, width));
  } else {
    pictures.push_back(load_photo(a.photo, model.manifest.tokenizer));
  }
  report(a, results, error_by_place(model, rows, full), measure_sides(model, pictures, a.band));
}

}  // namespace

void add_bench_windows(CLI::App& bench) {
  auto a = std::make_shared<Arguments>();
  auto* command =
      bench.add_subcommand("windows", "Windowed decoding and the seams on both sides of a picture");
  command->add_option("--model", a->model, "Folder of the bundle")->capture_default_str();
  command->add_option("--columns", a->columns, "Columns of each panorama")
      ->check(CLI::Range(1, 512))
      ->capture_default_str();
  command->add_option("--scenes", a->scenes, "Panoramas, one a scene")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--photo", a->photo, "Continue this picture on both sides instead of a generated one");
  command->add_option("--band", a->band, "Blend band beside the picture, in pixels")
      ->check(CLI::Range(0, 4096))
      ->capture_default_str();
  a->bench.add_to(*command);
  command->footer(
      "A seam ratio is the gradient energy at the seam divided by that around it; 1 is what the picture has\n"
      "everywhere.\n"
      "Example: equicanvas-cli bench windows --model models/demo --json");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
