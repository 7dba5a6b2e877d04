// Figures of several runs as one cell of a table.

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

/** The median, and between what it lies. */
export function spread(values: number[], digits: number): string {
  if (values.length === 0) return '–'
  const show = (value: number) => value.toFixed(digits)
  const middle = show(median(values))
  if (values.length === 1) return middle
  return `${middle} (${show(Math.min(...values))}–${show(Math.max(...values))})`
}
