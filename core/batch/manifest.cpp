#include "core/batch/manifest.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <regex>
#include <set>

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

// What a shard left in the folder: its manifest, and its queue unless that is gone.
struct ShardPart {
  std::vector<ManifestEntry> entries;
  std::string plan;        // JSON, the same for all shards of one; empty: the queue is gone
  std::int64_t batch = 0;  // panoramas at once
  std::map<std::int64_t, std::vector<std::uint8_t>> thumbnails;  // by item
  std::set<std::int64_t> cancelled;                              // by the user
  std::int64_t end = 0;                                          // behind the last item that it tells of
};

struct ShardParts {
  std::int64_t count = 0;  // of all shards
  std::map<std::int64_t, ShardPart> found;
};

ShardPart read_part(const std::filesystem::path& manifest, const Shard& shard) {
  ShardPart part;
  part.entries = read_manifest(manifest);
  for (const auto& entry : part.entries) part.end = std::max(part.end, entry.item.number + 1);
  const auto folder = manifest.parent_path();
  auto plan = Queue::find(folder, shard);
  if (!plan) return part;
  plan->model = plan->folder;  // where the model was does not matter
  part.plan = to_json(*plan);
  part.batch = plan->batch;
  const canvas::Database database(Queue::file(folder, shard), canvas::Database::Mode::open);
  auto rows = database.prepare(
      fmt::format("SELECT number, state, thumbnail FROM items WHERE number >= 0 AND number < {}", kMaxItems));
  while (rows.step()) {
    const auto item = rows.integer(0);
    part.end = std::max(part.end, item + 1);
    if (rows.integer(1) == static_cast<std::int64_t>(ItemState::cancelled)) part.cancelled.insert(item);
    const auto bytes = rows.blob(2);
    const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
    if (!bytes.empty()) part.thumbnails[item] = {first, first + bytes.size()};
  }
  return part;
}

ShardParts read_parts(const std::filesystem::path& folder) {
  static const std::regex kShard(R"(manifest-(\d+)-of-(\d+)\.jsonl)");
  std::map<std::int64_t, std::filesystem::path> files;
  ShardParts parts;
  std::error_code failure;
  for (const auto& file : std::filesystem::directory_iterator(folder, failure)) {
    const std::string name = file.path().filename().string();
    std::smatch match;
    if (!std::regex_match(name, match, kShard)) continue;
    const Shard shard = parse_shard(match[1].str() + "/" + match[2].str());
    if (parts.count != 0 && parts.count != shard.count) {
      throw Error(ErrorKind::bad_input, folder.string(),
                  fmt::format("holds parts of a batch in {} and of one in {}",
                              std::min(parts.count, shard.count), std::max(parts.count, shard.count)),
                  "take away the manifests that do not belong to it");
    }
    parts.count = shard.count;
    files[shard.number] = file.path();
  }
  if (failure) throw Error(ErrorKind::io, folder.string(), "cannot be read: " + failure.message());
  if (files.empty()) throw Error(ErrorKind::bad_input, folder.string(), "holds no manifest of a shard");
  for (const auto& [number, file] : files) parts.found[number] = read_part(file, {number, parts.count});
  return parts;
}

std::string first_few(const std::vector<std::int64_t>& numbers) {
  constexpr std::size_t kShown = 8;
  auto shown = numbers;
  shown.resize(std::min(kShown, shown.size()));
  return fmt::format("{}{}", fmt::join(shown, ", "), numbers.size() > kShown ? ", ..." : "");
}

// In words, when the shards were not made from one plan with one batch size; their queues tell.
std::string disagreement(const ShardParts& parts) {
  std::set<std::int64_t> sizes;
  std::set<std::string> plans;
  for (const auto& [number, part] : parts.found) {
    if (part.plan.empty()) continue;
    sizes.insert(part.batch);
    plans.insert(part.plan);
  }
  if (sizes.size() > 1) {
    return fmt::format("its parts were made with different batch sizes ({})", fmt::join(sizes, ", "));
  }
  return plans.size() > 1 ? "its parts were made from different plans" : "";
}

void require_whole(const std::filesystem::path& folder, const ShardParts& parts, std::int64_t pictures) {
  std::map<std::int64_t, int> named;
  std::set<std::int64_t> cancelled;
  std::int64_t end = pictures;
  for (const auto& [number, part] : parts.found) {
    end = std::max(end, part.end);
    for (const auto& entry : part.entries) ++named[entry.item.number];
    cancelled.insert(part.cancelled.begin(), part.cancelled.end());
  }
  std::vector<std::int64_t> shards, missing, twice;
  for (std::int64_t k = 1; k <= parts.count; ++k) {
    if (!parts.found.contains(k)) shards.push_back(k);
  }
  for (std::int64_t i = 0; i < end; ++i) {
    const auto at = named.find(i);
    if (at == named.end() && !cancelled.contains(i)) missing.push_back(i);
    if (at != named.end() && at->second > 1) twice.push_back(i);
  }
  std::vector<std::string> wrong;
  if (const auto text = disagreement(parts); !text.empty()) wrong.push_back(text);
  const bool one_plan = wrong.empty() && twice.empty();
  if (!shards.empty()) {
    wrong.push_back(fmt::format("there is no manifest of shard {} of {}", first_few(shards), parts.count));
  }
  if (!missing.empty()) {
    // Without the plan's number nobody knows what the missing shards make.
    const char* least = pictures == 0 && !shards.empty() ? "at least " : "";
    wrong.push_back(
        fmt::format("{}{} of {} pictures are missing ({})", least, missing.size(), end, first_few(missing)));
  }
  if (!twice.empty()) {
    wrong.push_back(fmt::format("{} are there more than once ({})", twice.size(), first_few(twice)));
  }
  if (pictures > 0 && end > pictures) {
    wrong.push_back(fmt::format("there are {} pictures, the plan makes {}", end, pictures));
  }
  if (wrong.empty()) return;
  throw Error(ErrorKind::bad_input, folder.string(), fmt::format("{}", fmt::join(wrong, "; ")),
              one_plan ? "make the missing ones, with --retry-failed what failed, then gather again"
                       : "make all parts from one plan with the same --batch, in a new folder");
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
  try {
    const auto made = nlohmann::json::parse(row.made_with);
    e.device = made.value("device", "cpu");
    e.precision = made.value("precision", "float32");
    e.batch = made.value("batch", std::int64_t{1});
    e.item.row = made.value("row", std::int64_t{0});
    e.version = made.value("version", EQUI_VERSION);
  } catch (const nlohmann::json::exception&) {
    throw Error(ErrorKind::bad_input, Queue::file(queue.plan().folder, queue.shard()).string(),
                fmt::format("is damaged: it does not say how picture {} was made", row.number),
                "take this file away to begin the batch anew");
  }
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

std::int64_t gather(const std::filesystem::path& folder, std::int64_t pictures) {
  auto parts = read_parts(folder);
  require_whole(folder, parts, pictures);
  std::map<std::int64_t, media::SheetEntry> sheet_by_item;
  std::map<std::int64_t, ManifestEntry> entry_by_item;
  for (auto& [shard, part] : parts.found) {
    for (auto& entry : part.entries) {
      const auto item = entry.item.number;
      sheet_by_item[item] = {std::move(part.thumbnails[item]), caption(entry.item)};
      entry_by_item[item] = std::move(entry);
    }
  }
  if (entry_by_item.empty())
    throw Error(ErrorKind::bad_input, folder.string(), "holds no picture of a shard");
  std::vector<ManifestEntry> entries;
  std::vector<media::SheetEntry> sheet;
  for (auto& [item, entry] : entry_by_item) {
    entries.push_back(std::move(entry));
    sheet.push_back(std::move(sheet_by_item[item]));
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
  return contents_of(target, entry.format.format).sha256;
}

}  // namespace equi::batch
