// The shared precompiled torch header hangs on this translation unit.
namespace equi {}
