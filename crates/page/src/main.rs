//! Starts the page. Knows nothing but the library's one entry.

fn main() {
    clipfit_page::run();
}
