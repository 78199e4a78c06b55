#include "core/media/disk_space.h"

#include <system_error>

#include <fmt/format.h>

namespace equi::media {
namespace {

std::string size_text(std::uint64_t bytes) {
  constexpr double kStep = 1024;
  const char* const units[] = {"KiB", "MiB", "GiB", "TiB"};
  double size = static_cast<double>(bytes) / kStep;
  std::size_t unit = 0;
  for (; size >= kStep && unit + 1 < std::size(units); ++unit) size /= kStep;
  return fmt::format("{:.1f} {}", size, units[unit]);
}

}  // namespace

std::optional<std::uint64_t> free_space(const std::filesystem::path& target) {
  std::error_code failure;
  auto place = std::filesystem::absolute(target, failure);
  if (failure) return std::nullopt;
  while (!std::filesystem::exists(place, failure) && place.has_relative_path()) place = place.parent_path();
  const auto facts = std::filesystem::space(place, failure);
  if (failure || facts.capacity == 0) return std::nullopt;
  return facts.available;
}

std::string space_warning(std::uint64_t needed, std::optional<std::uint64_t> free) {
  if (!free || needed <= *free) return {};
  return fmt::format("about {} are needed, the disk has {} left", size_text(needed), size_text(*free));
}

}  // namespace equi::media
