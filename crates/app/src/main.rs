//! Starts the page. Knows only the library's entry point.

fn main() {
    clipfit_app::run();
}
