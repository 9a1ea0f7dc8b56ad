//! Starts the page. Knows only the library's entry point.

fn main() {
    clipfit_page::run();
}
