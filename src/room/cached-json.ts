// An answer that many ask for, as JSON: made once for each state of what it tells of, and given out as
// long as that state lasts. Whoever shows its tag has it, and need not be sent it again.

import type { Answered } from './rpc.ts'

export class CachedJson {
  #state: string | null = null
  #text = ''
  /** Random: an earlier start of the room may have had the same state. */
  #tag = ''

  /** null: that was another state. */
  of(state: string, known: string | null): Answered | null {
    if (state !== this.#state) return null
    return { tag: this.#tag, text: known === this.#tag ? null : this.#text }
  }

  keep(state: string, text: string): Answered {
    this.#state = state
    this.#text = text
    this.#tag = crypto.randomUUID()
    return { tag: this.#tag, text }
  }
}
