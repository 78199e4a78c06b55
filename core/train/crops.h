#pragma once

#include <cstdint>
#include <vector>

#include <torch/torch.h>

#include "core/train/picture_cache.h"

namespace equi::train {

// A piece of a picture as training sees it.
struct Crop {
  std::int64_t label = 0;
  torch::Tensor pixels;  // uint8 [3, H, width]
};

// Draws the training crop number `index` of `step`: a class, one of its pictures, an offset, a flip; each
// uniform. Classes without pictures are passed over. A picture narrower than `width` is continued by
// reflection. Thread-safe.
Crop draw_crop(const PictureCache& cache, std::uint64_t draws, std::int64_t width);

// The middle `width` pixels of a picture.
torch::Tensor middle_crop(const PictureCache& cache, std::int64_t picture, std::int64_t width);

// Up to `count` held-out pictures, the classes in turn; training pictures where a class has no held-out ones.
std::vector<std::int64_t> held_out_pictures(const PictureCache& cache, std::int64_t count);
std::int64_t label_of(const PictureCache& cache, std::int64_t picture);

// uint8 pictures of one size -> float32 [B, 3, H, W] in [-1, 1].
torch::Tensor to_images(const std::vector<torch::Tensor>& pictures);

}  // namespace equi::train
