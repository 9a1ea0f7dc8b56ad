//! The raw log of a job: bounded, so that an hour-long clip does not fill the memory with it.

use std::collections::VecDeque;

/// Lines kept from the beginning, where settings and first errors stand, and from the end.
const FIRST: usize = 500;
const LAST: usize = 3000;

/// A bounded log.
#[derive(Debug, Default)]
pub(crate) struct Log {
    first: Vec<String>,
    last: VecDeque<String>,
    left_out: usize,
}

impl Log {
    pub(crate) fn push(&mut self, line: String) {
        if self.first.len() < FIRST {
            self.first.push(line);
            return;
        }
        if self.last.len() == LAST {
            self.last.pop_front();
            self.left_out += 1;
        }
        self.last.push_back(line);
    }

    pub(crate) fn text(&self) -> String {
        let gap = (self.left_out > 0).then(|| format!("... {} lines left out ...", self.left_out));
        let lines: Vec<&str> =
            self.first.iter().chain(gap.iter()).chain(&self.last).map(String::as_str).collect();
        lines.join("\n")
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_a_long_log_is_left_out() {
        let mut log = Log::default();
        for line in 0..FIRST + LAST + 7 {
            log.push(line.to_string());
        }
        let text = log.text();
        assert!(text.starts_with("0\n1\n") && text.contains("... 7 lines left out ..."), "{text}");
        assert_eq!(text.lines().count(), FIRST + LAST + 1);
    }
}
