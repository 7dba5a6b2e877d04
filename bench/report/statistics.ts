// The figures of several runs as one.

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

/** The median, and the lowest and the highest value. NaN: not measured. */
export function spread(values: number[], digits: number): string {
  const known = values.filter((value) => !Number.isNaN(value))
  if (known.length === 0) return '–'
  const [middle, least, most] = [median(known), Math.min(...known), Math.max(...known)].map(
    (value) => value.toFixed(digits),
  )
  return known.length === 1 ? `${middle}` : `${middle} (${least}–${most})`
}
