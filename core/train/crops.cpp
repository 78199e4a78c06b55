#include "core/train/crops.h"

#include "core/base/error.h"
#include "core/train/random.h"

namespace equi::train {
namespace {

// `width` pixels from `first` on; past the edges the picture is mirrored.
torch::Tensor cut(const torch::Tensor& picture, std::int64_t first, std::int64_t width) {
  const auto have = picture.size(2);
  if (first >= 0 && first + width <= have) return picture.narrow(2, first, width);
  const auto period = 2 * have;
  const auto folded = torch::arange(first, first + width).remainder(period);
  return picture.index_select(2, torch::minimum(folded, period - 1 - folded));
}

}  // namespace

Crop draw_crop(const PictureCache& cache, std::uint64_t start, std::int64_t width) {
  Draws draws(start);
  std::int64_t label = draws.below(cache.class_count());
  while (cache.training(label).empty()) label = (label + 1) % cache.class_count();
  const auto& pictures = cache.training(label);
  const auto picture = cache.pixels(
      pictures[static_cast<std::size_t>(draws.below(static_cast<std::int64_t>(pictures.size())))]);
  const auto room = std::max<std::int64_t>(picture.size(2) - width, 0);
  auto pixels = cut(picture, draws.below(room + 1), width);
  if (draws.chance(0.5)) pixels = pixels.flip(2);
  return {label, pixels};
}

torch::Tensor middle_crop(const PictureCache& cache, std::int64_t picture, std::int64_t width) {
  const auto pixels = cache.pixels(picture);
  return cut(pixels, std::max<std::int64_t>(pixels.size(2) - width, 0) / 2, width);
}

std::vector<std::int64_t> held_out_pictures(const PictureCache& cache, std::int64_t count) {
  std::vector<std::int64_t> chosen;
  for (std::size_t turn = 0; static_cast<std::int64_t>(chosen.size()) < count; ++turn) {
    const auto before = chosen.size();
    for (std::int64_t label = 0; label < cache.class_count(); ++label) {
      const auto& held = cache.held_out(label).empty() ? cache.training(label) : cache.held_out(label);
      if (turn < held.size() && static_cast<std::int64_t>(chosen.size()) < count) {
        chosen.push_back(held[turn]);
      }
    }
    if (chosen.size() == before) break;
  }
  return chosen;
}

std::int64_t label_of(const PictureCache& cache, std::int64_t picture) {
  return cache.index().pictures[static_cast<std::size_t>(picture)].label;
}

torch::Tensor to_images(const std::vector<torch::Tensor>& pictures) {
  return torch::stack(pictures).to(torch::kFloat32).div_(127.5).sub_(1.0);
}

}  // namespace equi::train
