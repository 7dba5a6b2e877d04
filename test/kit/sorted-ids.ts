// Distinct ids in their order.

export class SortedIds {
  readonly #ids: string[] = []

  /** The id must be new. */
  add(id: string): void {
    this.#ids.splice(this.#indexOf(id), 0, id)
  }

  clear(): void {
    this.#ids.length = 0
  }

  between(from: string, below: string): string[] {
    return this.#ids.slice(this.#indexOf(from), this.#indexOf(below))
  }

  /** Where an id stands, or would stand. */
  #indexOf(id: string): number {
    let [low, high] = [0, this.#ids.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#ids[middle] as string) < id) low = middle + 1
      else high = middle
    }
    return low
  }
}
