// The log as far as clients were told of it: its name, and which event each number is.

import type { Position } from './protocol.ts'

export class KnownLog {
  readonly #events = new Map<string, string>()
  readonly #formerEpochs = new Set<string>()
  readonly #report: (sentence: string) => void
  #position: Position = { epoch: '', seq: 0 }

  constructor(report: (sentence: string) => void) {
    this.#report = report
  }

  /** The highest number of an event. */
  get seq(): number {
    return this.#position.seq
  }

  /** Another log begins. */
  begin(): void {
    this.#formerEpochs.add(this.#position.epoch)
    this.#position = { epoch: '', seq: 0 }
  }

  /** The name of the log changes only with `begin`. */
  observeEpoch(by: string, epoch: string): void {
    const known = this.#position.epoch
    if (this.#formerEpochs.has(epoch)) this.#report(`${by}: the epoch ${epoch} is over`)
    else if (known === '') this.#position.epoch = epoch
    else if (epoch !== known) this.#report(`${by}: the epoch was ${known} and is ${epoch}`)
  }

  /** All clients receive the same event under the same number. */
  observeEvent(by: string, { epoch, seq }: Position, event: string): void {
    const key = `${epoch} ${seq}`
    const known = this.#events.get(key)
    if (known === undefined) this.#events.set(key, event)
    else if (known !== event) this.#report(`${by}: seq ${seq} is ${known} and ${event}`)
    this.#position.seq = Math.max(this.#position.seq, seq)
  }
}
