mod many_threads;
mod one_clock;
mod together;
