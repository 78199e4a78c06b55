#pragma once

#include <filesystem>
#include <vector>

#include <torch/torch.h>

namespace equi::train {

// Writes pictures [3, H, W] float32 in about [-1, 1], `columns` beside each other in a row, all of one size,
// with thin white lines between them. Throws as media::write_image.
void write_grid(const std::filesystem::path& path, const std::vector<torch::Tensor>& pictures,
                std::int64_t columns);

}  // namespace equi::train
