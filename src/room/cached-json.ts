// Caches one JSON answer that many callers ask for, as long as the state that it describes is
// current. A caller that presents the tag of the answer is not sent the text again.

import type { TaggedJson } from './rpc.ts'

export class CachedJson {
  #state: string | null = null
  #text = ''
  /** Random, because an earlier start of the room may have had the same state. */
  #tag = ''

  /** @returns null when the cached text describes another state */
  get(state: string, knownTag: string | null): TaggedJson | null {
    if (state !== this.#state) return null
    return { tag: this.#tag, text: knownTag === this.#tag ? null : this.#text }
  }

  set(state: string, text: string): TaggedJson {
    this.#state = state
    this.#text = text
    this.#tag = crypto.randomUUID()
    return { tag: this.#tag, text }
  }
}
