// Where rows of unequal height lie below each other. A height is a guess until it is measured.

type Range = { from: number; to: number }

export class Heights {
  #keys: readonly string[] = []
  readonly #places = new Map<string, number>()
  readonly #measured = new Map<string, number>()
  #heights: number[] = []
  /** `#tops[i]` is right for every i up to `#settled`. */
  #tops: number[] = [0]
  #settled = 0

  /** Pixels of all rows. */
  get total(): number {
    return this.top(this.#keys.length)
  }

  /** @param guess pixels of the row at this place, where it was never measured */
  lay(keys: readonly string[], guess: (place: number) => number): void {
    const before = this.#keys
    let same = 0
    while (same < keys.length && keys[same] === before[same]) same++
    for (const key of before.slice(same)) this.#places.delete(key)
    this.#heights.length = same
    for (let place = same; place < keys.length; place++) {
      const key = keys[place] as string
      this.#places.set(key, place)
      this.#heights.push(this.#measured.get(key) ?? guess(place))
    }
    this.#keys = keys
    this.#settled = Math.min(this.#settled, same)
  }

  /** The width is another one: nothing that was measured holds. */
  forget(guess: (place: number) => number): void {
    this.#measured.clear()
    this.#heights = this.#keys.map((_, place) => guess(place))
    this.#settled = 0
  }

  /** @returns whether that moves what is below */
  measure(key: string, pixels: number): boolean {
    const place = this.#places.get(key)
    if (place === undefined) return false
    this.#measured.set(key, pixels)
    if (this.#heights[place] === pixels) return false
    this.#heights[place] = pixels
    this.#settled = Math.min(this.#settled, place)
    return true
  }

  placeOf(key: string): number | undefined {
    return this.#places.get(key)
  }

  /** Pixels above the row at this place. */
  top(place: number): number {
    for (; this.#settled < place; this.#settled++)
      this.#tops[this.#settled + 1] =
        (this.#tops[this.#settled] ?? 0) + (this.#heights[this.#settled] ?? 0)
    return this.#tops[place] ?? 0
  }

  /** The row in which this pixel lies; the nearest one where it lies in none. */
  at(pixel: number): number {
    const last = this.#keys.length - 1
    this.top(last + 1)
    let low = 0
    let high = Math.max(0, last)
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#tops[middle] ?? 0) <= pixel) low = middle
      else high = middle - 1
    }
    return low
  }

  /** The rows between two pixels, `to` not included. */
  between(above: number, below: number): Range {
    if (this.#keys.length === 0) return { from: 0, to: 0 }
    return { from: this.at(above), to: this.at(below) + 1 }
  }
}
