// The heights of all rows and the positions that follow from them. A height is an estimate until the
// row is measured.

type Range = { from: number; to: number }

export class RowHeights {
  #keys: readonly string[] = []
  readonly #indexes = new Map<string, number>()
  readonly #measured = new Map<string, number>()
  #heights: number[] = []
  /** `#tops[i]` is valid for every i up to `#validTops`. */
  #tops: number[] = [0]
  #validTops = 0

  /** Pixels of all rows. */
  get total(): number {
    return this.topOf(this.#keys.length)
  }

  /** @param estimate pixels of the row at this index, if it was never measured */
  setRows(keys: readonly string[], estimate: (index: number) => number): void {
    const before = this.#keys
    let same = 0
    while (same < keys.length && keys[same] === before[same]) same++
    for (const key of before.slice(same)) this.#indexes.delete(key)
    this.#heights.length = same
    for (let index = same; index < keys.length; index++) {
      const key = keys[index] as string
      this.#indexes.set(key, index)
      this.#heights.push(this.#measured.get(key) ?? estimate(index))
    }
    this.#keys = keys
    this.#validTops = Math.min(this.#validTops, same)
  }

  /** To be called when the width changes: no measured height is valid any more. */
  clearMeasured(estimate: (index: number) => number): void {
    this.#measured.clear()
    this.#heights = this.#keys.map((_, index) => estimate(index))
    this.#validTops = 0
  }

  /** @returns whether the rows below move */
  setMeasured(key: string, pixels: number): boolean {
    const index = this.#indexes.get(key)
    if (index === undefined) return false
    this.#measured.set(key, pixels)
    if (this.#heights[index] === pixels) return false
    this.#heights[index] = pixels
    this.#validTops = Math.min(this.#validTops, index)
    return true
  }

  indexOf(key: string): number | undefined {
    return this.#indexes.get(key)
  }

  /** Pixels above the row at this index. */
  topOf(index: number): number {
    for (; this.#validTops < index; this.#validTops++)
      this.#tops[this.#validTops + 1] =
        (this.#tops[this.#validTops] ?? 0) + (this.#heights[this.#validTops] ?? 0)
    return this.#tops[index] ?? 0
  }

  /** The row at this pixel, or the nearest one. */
  indexAt(pixel: number): number {
    const last = this.#keys.length - 1
    this.topOf(last + 1)
    let low = 0
    let high = Math.max(0, last)
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#tops[middle] ?? 0) <= pixel) low = middle
      else high = middle - 1
    }
    return low
  }

  /** The rows between two pixels. `to` is exclusive. */
  rangeBetween(above: number, below: number): Range {
    if (this.#keys.length === 0) return { from: 0, to: 0 }
    return { from: this.indexAt(above), to: this.indexAt(below) + 1 }
  }
}
