/** Rows of words as lines with aligned columns. */

/** Returns the rows padded: the first `leftCount` columns to the left, figures to the right. */
export function alignedRows(rows: readonly (readonly string[])[], leftCount: number): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column < leftCount ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}
