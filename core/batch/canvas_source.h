#pragma once

#include <stop_token>
#include <string>

#include "core/engine/session.h"
#include "core/media/strip_source.h"

// A canvas as something to export.
namespace equi::batch {

// Document columns of a canvas as a source of pixels; decoded as they are read, on the thread that exports,
// which must own the session meanwhile. Throws Error(bad_input) for columns that do not exist.
media::StripSource canvas_source(engine::Session& session, engine::ColumnRange columns,
                                 const std::stop_token& stop = {});

// What is exported when nothing else is said: everything.
engine::ColumnRange whole_canvas(const engine::Session& session);

}  // namespace equi::batch
