#include "core/media/pending_file.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/error.h"

namespace equi::media {
namespace {

constexpr double kMebi = 1024.0 * 1024.0;

std::filesystem::path hidden(const std::filesystem::path& target, const std::string& mark) {
  return folder_of(target) /
         fmt::format(".{}{}{}", target.stem().string(), mark, target.extension().string());
}

// Errors name what the user knows, not the file aside.
void put_on_disk(const std::filesystem::path& path, const std::filesystem::path& name) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw_io(name, errno);
  const int failed = fsync(file) == 0 ? 0 : errno;
  close(file);
  if (failed != 0 && failed != EINVAL) throw_io(name, failed);
}

void move(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code failure;
  std::filesystem::rename(from, to, failure);
  if (failure) throw_io(to, failure.value());
}

}  // namespace

void throw_io(const std::filesystem::path& path, int error) {
  const std::string hint = error == ENOSPC || error == EDQUOT ? "free some space and try again" : "";
  throw Error(ErrorKind::io, path.string(),
              "cannot be written: " + std::error_code(error, std::generic_category()).message(), hint);
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

std::uint64_t free_bytes(const std::filesystem::path& folder) {
  struct statvfs facts {};
  if (statvfs(folder.c_str(), &facts) != 0) throw_io(folder, errno);
  return std::uint64_t{facts.f_bavail} * facts.f_frsize;
}

void require_space(const std::filesystem::path& folder, std::uint64_t needed) {
  const auto free = free_bytes(folder);
  if (free >= needed) return;
  throw Error(ErrorKind::io, folder.string(),
              fmt::format("the disk has {:.0f} MiB left, {:.0f} MiB are needed",
                          static_cast<double>(free) / kMebi, static_cast<double>(needed) / kMebi),
              "free some space, or choose another folder");
}

PendingFile::PendingFile(std::filesystem::path target, bool folder)
    : target_(std::move(target)), aside_(hidden(target_, ".part")), folder_(folder) {
  if (target_.filename().empty()) throw Error(ErrorKind::bad_input, target_.string(), "is no file name");
  const auto parent = folder_of(target_);
  if (access(parent.c_str(), W_OK | X_OK) != 0) throw_io(target_, errno);
  std::error_code ignored;
  const auto status = std::filesystem::symlink_status(target_, ignored);
  const bool is_folder = std::filesystem::is_directory(status);
  if (std::filesystem::exists(status) && is_folder != folder_) {
    throw Error(ErrorKind::bad_input, target_.string(), is_folder ? "is a folder" : "is no folder",
                "choose another name");
  }
  std::filesystem::remove_all(aside_, ignored);
}

PendingFile::~PendingFile() {
  std::error_code ignored;
  if (!committed_) std::filesystem::remove_all(aside_, ignored);
}

Error PendingFile::told_of(const std::filesystem::path& asked, const Error& error) const {
  const auto below = std::filesystem::path(error.where()).lexically_relative(aside_);
  const bool aside = !below.empty() && *below.begin() != "..";
  if (!aside && error.where() != folder_of(target_)) return error;
  return {error.kind(), asked.string(), error.message(), error.hint()};
}

void PendingFile::commit() {
  put_on_disk(aside_, target_);
  std::error_code ignored;
  const auto old = hidden(target_, ".old");
  const bool replaces = folder_ && std::filesystem::exists(target_, ignored);
  if (replaces) {
    std::filesystem::remove_all(old, ignored);
    move(target_, old);
  }
  move(aside_, target_);
  committed_ = true;
  put_on_disk(folder_of(target_), target_);
  if (replaces) std::filesystem::remove_all(old, ignored);
}

}  // namespace equi::media
