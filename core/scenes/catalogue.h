#pragma once

#include "core/scenes/dice.h"
#include "core/scenes/paint.h"

// One function per scene: paints its world, whose choices come from the dice, on the canvas.
namespace equi::scenes {

void alpine_lake(Canvas& canvas, Dice dice);
void dunes(Canvas& canvas, Dice dice);
void ocean_sunset(Canvas& canvas, Dice dice);
void pine_forest(Canvas& canvas, Dice dice);
void city_night(Canvas& canvas, Dice dice);
void canyon(Canvas& canvas, Dice dice);
void aurora(Canvas& canvas, Dice dice);
void farmland(Canvas& canvas, Dice dice);
void tropical_island(Canvas& canvas, Dice dice);
void storm_plain(Canvas& canvas, Dice dice);
void winter_forest(Canvas& canvas, Dice dice);
void reef(Canvas& canvas, Dice dice);
void sea_of_clouds(Canvas& canvas, Dice dice);
void autumn_lake(Canvas& canvas, Dice dice);
void savanna(Canvas& canvas, Dice dice);

}  // namespace equi::scenes
