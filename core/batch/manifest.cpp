#include "core/batch/manifest.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <regex>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/batch/panorama_group.h"
#include "core/batch/picture_output.h"
#include "core/media/contact_sheet.h"
#include "core/media/pending_file.h"

namespace equi::batch {
namespace {

constexpr const char* kSheetName = "contact-sheet";

std::filesystem::path write_lines(const std::filesystem::path& file,
                                  const std::vector<ManifestEntry>& entries) {
  media::PendingFile pending(file);
  {
    errno = 0;
    std::ofstream out(pending.path(), std::ios::binary);
    for (const auto& entry : entries) out << to_json_line(entry) << '\n';
    out.flush();
    if (!out) media::throw_io(file, errno != 0 ? errno : EIO);
  }
  pending.commit();
  return file;
}

std::string caption(const Item& item) {
  return fmt::format("{}   seed {}   {} columns   guidance {:g}   {} steps   {}", item.scene_name, item.seed,
                     item.width, item.guidance, item.steps, item.file);
}

std::vector<ItemRow> done_rows(const Queue& queue) {
  auto rows = queue.rows();
  std::erase_if(rows, [](const ItemRow& row) { return row.state != ItemState::done; });
  std::ranges::sort(rows, {}, &ItemRow::number);
  return rows;
}

// Thumbnails by item number, out of a shard's queue; none when it is gone.
std::map<std::int64_t, std::vector<std::uint8_t>> read_thumbnails(const std::filesystem::path& queue_file) {
  std::map<std::int64_t, std::vector<std::uint8_t>> thumbnails;
  std::error_code ignored;
  if (!std::filesystem::exists(queue_file, ignored)) return thumbnails;
  const canvas::Database database(queue_file, canvas::Database::Mode::open);
  auto rows = database.prepare("SELECT number, thumbnail FROM items WHERE thumbnail IS NOT NULL");
  while (rows.step()) {
    const auto bytes = rows.blob(1);
    const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
    thumbnails[rows.integer(0)] = {first, first + bytes.size()};
  }
  return thumbnails;
}

}  // namespace

std::string made_with(const engine::Engine& engine, std::int64_t batch, std::int64_t row) {
  return nlohmann::json{{"device", engine.device().name()},
                        {"precision", name(engine.precision())},
                        {"batch", batch},
                        {"row", row},
                        {"version", EQUI_VERSION}}
      .dump();
}

ManifestEntry manifest_entry(const Queue& queue, const ItemRow& row) {
  ManifestEntry e;
  e.item = queue.items().at(static_cast<std::size_t>(row.number));
  e.sha256 = row.sha256;
  e.bytes = row.bytes;
  e.seconds = row.seconds;
  e.settings = settings_of(e.item, queue.plan(), queue.model());
  e.seamless = queue.plan().seamless;
  e.format = queue.plan().format;
  e.model_name = queue.model().name;
  e.tokenizer_sha256 = queue.model().tokenizer_sha256;
  e.generator_sha256 = queue.model().generator_sha256;
  const auto made = nlohmann::json::parse(row.made_with);
  e.device = made.value("device", "cpu");
  e.precision = made.value("precision", "float32");
  e.batch = made.value("batch", std::int64_t{1});
  e.item.row = made.value("row", std::int64_t{0});
  e.version = made.value("version", EQUI_VERSION);
  return e;
}

std::filesystem::path write_manifest(const Queue& queue) {
  std::vector<ManifestEntry> entries;
  for (const auto& row : done_rows(queue)) entries.push_back(manifest_entry(queue, row));
  const auto& shard = queue.shard();
  const auto name = shard.count == 1 ? std::string("manifest.jsonl")
                                     : fmt::format("manifest-{}-of-{}.jsonl", shard.number, shard.count);
  return write_lines(queue.plan().folder / name, entries);
}

std::int64_t gather(const std::filesystem::path& folder) {
  static const std::regex kShard(R"(manifest-(\d+)-of-(\d+)\.jsonl)");
  struct Found {
    ManifestEntry entry;
    std::vector<std::uint8_t> thumbnail;
  };
  std::map<std::int64_t, Found> found;
  std::error_code failure;
  for (const auto& file : std::filesystem::directory_iterator(folder, failure)) {
    const std::string name = file.path().filename().string();
    std::smatch match;
    if (!std::regex_match(name, match, kShard)) continue;
    const Shard shard = parse_shard(match[1].str() + "/" + match[2].str());
    auto thumbnails = read_thumbnails(Queue::file(folder, shard));
    for (auto& entry : read_manifest(file.path())) {
      auto& thumbnail = thumbnails[entry.item.number];
      found[entry.item.number] = {std::move(entry), std::move(thumbnail)};
    }
  }
  if (failure) throw Error(ErrorKind::io, folder.string(), "cannot be read: " + failure.message());
  if (found.empty()) throw Error(ErrorKind::bad_input, folder.string(), "holds no manifest of a shard");
  std::vector<ManifestEntry> entries;
  std::vector<media::SheetEntry> sheet;
  for (auto& [number, each] : found) {
    sheet.push_back({std::move(each.thumbnail), caption(each.entry.item)});
    entries.push_back(std::move(each.entry));
  }
  write_lines(folder / "manifest.jsonl", entries);
  media::write_contact_sheets(folder, kSheetName, sheet);
  return static_cast<std::int64_t>(entries.size());
}

std::vector<std::filesystem::path> write_contact_sheets(const Queue& queue) {
  std::vector<media::SheetEntry> entries;
  for (const auto& row : done_rows(queue)) {
    const auto& item = queue.items().at(static_cast<std::size_t>(row.number));
    entries.push_back({queue.thumbnail(row.number), caption(item)});
  }
  const auto& shard = queue.shard();
  const auto name = shard.count == 1 ? std::string(kSheetName)
                                     : fmt::format("{}-{}-of-{}", kSheetName, shard.number, shard.count);
  return media::write_contact_sheets(queue.plan().folder, name, entries);
}

std::string reproduce(std::shared_ptr<const engine::Engine> engine, const ManifestEntry& entry,
                      const std::filesystem::path& target, const media::ExportControl& control) {
  const auto& m = engine->manifest();
  if (m.tokenizer_sha256 != entry.tokenizer_sha256 || m.generator_sha256 != entry.generator_sha256) {
    throw Error(ErrorKind::bad_input, entry.item.file,
                fmt::format("was made with another model than '{}'", printable(m.name)),
                fmt::format("open the model '{}'", printable(entry.model_name)));
  }
  // The other rows only have to be there.
  std::vector<PanoramaGroup::Row> rows(static_cast<std::size_t>(entry.batch),
                                       {entry.item.scene, entry.item.seed});
  PanoramaGroup group(engine, entry.settings, rows, entry.item.width);
  while (group.made() < group.columns()) {
    group.make_column(control.stop);
    control.report(group.made(), group.columns() + 1);
  }
  PictureOutput output{entry.item, entry.settings, entry.format, entry.seamless};
  write_picture(*engine, group, output, target, {{}, control.stop});
  return sha256_file(target);
}

}  // namespace equi::batch
