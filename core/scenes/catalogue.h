#pragma once

#include "core/scenes/dice.h"
#include "core/scenes/paint.h"

// One function per scene: paints its world, whose choices come from the dice, on the canvas.
namespace equi::scenes {

void alpine_lake(Canvas& canvas, Dice dice);
void ocean_sunset(Canvas& canvas, Dice dice);
void pine_forest(Canvas& canvas, Dice dice);
void dunes(Canvas& canvas, Dice dice);

}  // namespace equi::scenes
