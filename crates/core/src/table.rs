//! Rows of the tables in `data/`: fields between commas, in double quotes where they hold one. Knows no table.

/// Splits a row into its fields; the quotes go.
pub(crate) fn fields(row: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, byte) in row.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => {
                fields.push(row[start..at].trim_matches('"'));
                start = at + 1;
            }
            _ => {}
        }
    }
    fields.push(row[start..].trim_matches('"'));
    fields
}
