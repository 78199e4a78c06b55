#include "ui/batch/batch_dialog.h"

#include <QFileDialog>
#include <QHeaderView>
#include <QLocale>
#include <QStyle>
#include <climits>
#include <cmath>

#include "ui/app_controller.h"
#include "ui/frame/notifier.h"
#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr int kRowHeight = QueueModel::kThumbnailHeight + Space::m;

QString time_left(double seconds) {
  const auto minutes = static_cast<qint64>(std::lround(seconds / 60));
  if (minutes < 1) return BatchDialog::tr("less than a minute left");
  if (minutes < 120) return BatchDialog::tr("about %L1 min left").arg(minutes);
  return BatchDialog::tr("about %L1 h left").arg(seconds / 3600, 0, 'f', 1);
}

void set_note(QLabel* label, const char* role, const QString& text) {
  label->setProperty("role", role);
  label->style()->unpolish(label);
  label->style()->polish(label);
  label->setText(text);
  label->setVisible(!text.isEmpty());
}

}  // namespace

BatchDialog::BatchDialog(AppController* app, BatchHost* host, QWidget* parent)
    : HouseDialog(tr("Batch"), parent),
      app_(app),
      host_(host),
      model_(new QueueModel(host, this)),
      pages_(new QStackedWidget),
      form_(new PlanForm(app)) {
  set_heading(tr("Make many panoramas"),
              tr("Every scene with every seed, in every width. The queue goes on when this is closed."));
  resize(1000, 640);
  form_->set_columns_per_second(host->columns_per_second());
  pages_->addWidget(form_);
  pages_->addWidget(make_queue_page());
  content()->addWidget(pages_, 1);
  content()->addSpacing(Space::xs);
  content()->addLayout(make_buttons());
  connect(app, &AppController::engine_changed, form_,
          [this] { form_->set_columns_per_second(host_->columns_per_second()); });
  connect(form_, &PlanForm::changed, this, &BatchDialog::show_page);
  connect(host_, &BatchHost::opened, this, &BatchDialog::show_page);
  connect(host_, &BatchHost::rows_changed, this, &BatchDialog::show_page);
  connect(host_, &BatchHost::ended, this, &BatchDialog::show_page);
  connect(host_, &BatchHost::progress_changed, this, &BatchDialog::update_status);
  connect(host_, &BatchHost::failed, this, [this](const Error& error) {
    if (!host_->is_open()) form_->show_problem(describe(error).detail);
  });
  show_page();
  form_->seeds()->setFocus();
}

QLayout* BatchDialog::make_buttons() {
  const auto add = [this](const QString& text, auto work) {
    auto* button = new QPushButton(text);
    button->setAutoDefault(false);
    connect(button, &QPushButton::clicked, this, work);
    return button;
  };
  open_ = add(tr("Open &batch…"), [this] { open_other(); });
  new_ = add(tr("&New batch…"), [this] {
    host_->close();
    form_->propose_folder();
    form_->set_columns_per_second(host_->columns_per_second());
  });
  folder_ = add(tr("Open &folder"), [this] { open_folder(from_path(host_->plan().folder)); });
  start_ = add(tr("Sta&rt"), [this] { begin(); });
  start_->setProperty("role", "primary");
  pause_ = add(tr("&Pause"), [this] { host_->running() ? host_->pause() : host_->resume(); });
  auto* row = new QHBoxLayout;
  row->setSpacing(Space::s);
  row->addWidget(open_);
  row->addWidget(new_);
  row->addWidget(folder_);
  row->addStretch();
  row->addWidget(add(tr("Close"), [this] { close(); }));
  row->addWidget(start_);
  row->addWidget(pause_);
  return row;
}

QToolButton* BatchDialog::tool(const char* icon_name, const QString& text, std::function<void()> work) {
  auto* button = new QToolButton;
  button->setIcon(icon(QLatin1String(icon_name)));
  button->setText(text);
  button->setToolTip(text);
  button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  button->setFocusPolicy(Qt::StrongFocus);
  connect(button, &QToolButton::clicked, this, std::move(work));
  return button;
}

QLayout* BatchDialog::make_tools() {
  cancel_ = tool("close", tr("Cancel"), [this] { host_->cancel(selected()); });
  retry_ = tool("refresh", tr("Retry"), [this] { host_->retry(selected()); });
  retry_->setToolTip(tr("The selected pictures wait again; without a selection all that failed"));
  top_ = tool("top", tr("To the top"), [this] { move_selected(INT_MIN); });
  up_ = tool("up", tr("Up"), [this] { move_selected(-1); });
  down_ = tool("down", tr("Down"), [this] { move_selected(1); });
  auto* tools = new QHBoxLayout;
  tools->setSpacing(Space::xs);
  for (QToolButton* button : {cancel_, retry_, top_, up_, down_}) tools->addWidget(button);
  tools->addStretch();
  return tools;
}

QTableView* BatchDialog::make_table() {
  auto* table = new QTableView;
  table->setModel(model_);
  table->setSelectionBehavior(QAbstractItemView::SelectRows);
  table->setIconSize({QueueModel::kThumbnailWidth, QueueModel::kThumbnailHeight});
  table->setShowGrid(false);
  table->setWordWrap(false);
  table->setTabKeyNavigation(false);
  table->setCornerButtonEnabled(false);
  table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  table->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  table->setAccessibleName(tr("Queue"));
  table->verticalHeader()->hide();
  table->verticalHeader()->setMinimumSectionSize(kRowHeight);
  table->verticalHeader()->setDefaultSectionSize(kRowHeight);
  auto* header = table->horizontalHeader();
  header->setHighlightSections(false);
  const int widths[] = {QueueModel::kThumbnailWidth + Space::l, 168, 112, 72, 84, 92, 68, 100};
  for (int i = 0; i < QueueModel::column_count; ++i) header->resizeSection(i, widths[i]);
  header->setStretchLastSection(true);
  return table;
}

QWidget* BatchDialog::make_queue_page() {
  queue_page_ = new QWidget;
  auto* layout = new QVBoxLayout(queue_page_);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Space::s);
  status_ = new QLabel;
  note_ = new QLabel;
  note_->setWordWrap(true);
  bar_ = new QProgressBar;
  bar_->setRange(0, 1000);
  bar_->setTextVisible(false);
  bar_->setAccessibleName(tr("Progress of the batch"));
  reason_ = new QLabel;
  reason_->setWordWrap(true);
  reason_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  table_ = make_table();
  layout->addWidget(status_);
  layout->addWidget(bar_);
  layout->addWidget(note_);
  layout->addLayout(make_tools());
  layout->addWidget(table_, 1);
  layout->addWidget(reason_);
  connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &BatchDialog::update_tools);
  connect(model_, &QAbstractItemModel::modelReset, this, &BatchDialog::update_tools);
  return queue_page_;
}

void BatchDialog::begin() {
  const auto plan = form_->plan();
  if (!plan) return;
  const QString room = form_->space_warning();
  if (!room.isEmpty() &&
      ask(this, tr("The disk may become full"),
          room + QLatin1Char(' ') + tr("When it is full, the batch pauses and can go on later."),
          {tr("Cancel"), tr("Start all the same")}, 1) != 1) {
    return;
  }
  form_->remember_folder();
  host_->begin(*plan);
}

void BatchDialog::open_other() {
  const QString folder =
      QFileDialog::getExistingDirectory(this, tr("Folder of a batch"), form_->folder()->text());
  if (!folder.isEmpty()) host_->reopen(folder);
}

std::vector<std::int64_t> BatchDialog::selected() const {
  std::vector<std::int64_t> items;
  for (const auto& index : table_->selectionModel()->selectedRows())
    items.push_back(model_->row(index.row()).number);
  return items;
}

// The selection goes along.
void BatchDialog::move_selected(int by) {
  const auto rows = table_->selectionModel()->selectedRows();
  if (rows.size() != 1) return;
  const int from = rows.front().row();
  const int to = by == INT_MIN ? 0 : std::clamp(from + by, 0, model_->rowCount() - 1);
  host_->move(model_->row(from).number, to);
  table_->selectRow(to);
}

void BatchDialog::show_page() {
  const bool queue = host_->is_open();
  const bool turned = queue != shows_queue();
  pages_->setCurrentWidget(queue ? queue_page_ : static_cast<QWidget*>(form_));
  form_->setEnabled(!host_->opening());
  open_->setVisible(!queue);
  open_->setEnabled(!host_->opening() && app_->engine() != nullptr);
  start_->setVisible(!queue);
  start_->setDefault(!queue);
  start_->setEnabled(form_->plan().has_value() && !host_->opening());
  for (QPushButton* button : {folder_, new_}) button->setVisible(queue);
  pause_->setVisible(queue && (host_->counts().left() > 0 || host_->counts().all() == 0));
  if (turned) (queue ? static_cast<QWidget*>(table_) : form_->seeds())->setFocus();
  if (!queue) return;
  const bool stopping = host_->running() && host_->paused();
  const bool can_resume = !host_->running() && host_->counts().left() > 0;
  pause_->setText(stopping ? tr("Pausing…") : can_resume ? tr("&Resume") : tr("&Pause"));
  pause_->setEnabled(host_->counts().left() > 0 && !stopping);
  pause_->setProperty("role", can_resume ? "primary" : "");
  pause_->style()->unpolish(pause_);
  pause_->style()->polish(pause_);
  pause_->setDefault(can_resume);
  new_->setEnabled(!host_->running());
  show_note();
  update_status();
  update_tools();
}

void BatchDialog::show_note() {
  if (host_->trouble()) return set_note(note_, "error", describe(*host_->trouble()).detail);
  if (host_->paused()) return set_note(note_, "warning", host_->pause_reason());
  const auto& counts = host_->counts();
  const bool done = counts.left() == 0 && counts.done > 0;
  set_note(note_, "muted",
           done
               ? tr("A contact sheet and the manifest, from which each picture can be made again, are in the "
                    "folder.")
               : QString());
}

void BatchDialog::update_status() {
  if (!host_->is_open()) return;
  const auto& c = host_->counts();
  const auto& p = host_->progress();
  QStringList parts = {tr("%L1 of %L2 pictures").arg(c.done).arg(c.all())};
  if (c.failed + c.set_aside > 0) parts << tr("%L1 failed").arg(c.failed + c.set_aside);
  if (c.cancelled > 0) parts << tr("%L1 cancelled").arg(c.cancelled);
  if (host_->running() && p.columns_per_second > 0) {
    parts << tr("%L1 columns/s").arg(p.columns_per_second, 0, 'f', 1);
    if (const auto left = host_->seconds_left()) parts << time_left(*left);
  } else if (c.all() > 0 && c.left() == 0) {
    parts << tr("finished");
  }
  status_->setText(parts.join(QStringLiteral("  ·  ")));
  const double running = p.total > 0 ? static_cast<double>(p.done) / static_cast<double>(p.total) : 0;
  const double ended = static_cast<double>(c.all() - c.left()) + running * static_cast<double>(c.running);
  bar_->setValue(c.all() > 0 ? static_cast<int>(1000 * ended / static_cast<double>(c.all())) : 0);
}

void BatchDialog::update_tools() {
  const auto rows = table_->selectionModel()->selectedRows();
  const auto any = [&](std::initializer_list<batch::ItemState> states) {
    return std::ranges::any_of(rows, [&](const QModelIndex& index) {
      return std::ranges::find(states, model_->row(index.row()).state) != states.end();
    });
  };
  using State = batch::ItemState;
  cancel_->setEnabled(any({State::waiting, State::running}));
  retry_->setEnabled(rows.isEmpty()
                         ? host_->is_open() && host_->counts().failed + host_->counts().set_aside > 0
                         : any({State::failed, State::cancelled, State::set_aside}));
  const bool one = rows.size() == 1;
  top_->setEnabled(one && rows.front().row() > 0);
  up_->setEnabled(one && rows.front().row() > 0);
  down_->setEnabled(one && rows.front().row() + 1 < model_->rowCount());
  show_reason();
}

void BatchDialog::show_reason() {
  const auto rows = table_->selectionModel()->selectedRows();
  set_note(reason_, "error", rows.size() == 1 ? model_->failure(rows.front().row()) : QString());
}

}  // namespace equi::ui
