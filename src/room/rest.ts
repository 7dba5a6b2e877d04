// When the line may speak again after a broadcast. The sockets are written when the code that sent
// has ended, and timers come late until then: so a timer in time says that the room has moments to
// spare, and that what has come meanwhile was read.

import { gapMinMs } from '../domain/pace.ts'

export class Rest {
  readonly #over: () => void
  #timer: ReturnType<typeof setTimeout> | null = null

  /** @param over runs when a rest has ended by itself */
  constructor(over: () => void) {
    this.#over = over
  }

  get isOn(): boolean {
    return this.#timer !== null
  }

  /** Rests for `leastMs`; then, while the room is busy, until `mostMs` have passed. */
  begin(leastMs: number, mostMs: number): void {
    this.end()
    this.#wait(leastMs, Date.now() + mostMs)
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #wait(ms: number, end: number): void {
    const due = Date.now() + ms
    this.#timer = setTimeout(() => {
      this.#timer = null
      const now = Date.now()
      if (now - due > gapMinMs && now < end) this.#wait(gapMinMs, end)
      else this.#over()
    }, ms)
  }
}
