// How many events the last second had.

const second = 1_000

export class LastSecond {
  #times: number[] = []

  count(now: number): void {
    this.#slide(now)
    this.#times.push(now)
  }

  /** Of the second before now. */
  countAt(now: number): number {
    this.#slide(now)
    return this.#times.length
  }

  #slide(now: number): void {
    const from = this.#times.findIndex((time) => time > now - second)
    this.#times = from < 0 ? [] : this.#times.slice(from)
  }
}
