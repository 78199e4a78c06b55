// What jemalloc reads when the program starts. A decoder's activations of some megabytes are as ordinary as
// anything else: they stay at hand for the next window (jemalloc gives back at once what is above a
// threshold), and all of it goes back to the system some seconds after the last use.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "oversize_threshold:0,background_thread:true";
}
