// A `client_id` of an author belongs to one message for ever, and a message to one `client_id`.

import type { Message } from './protocol.ts'

export class KnownClientIds {
  readonly #known = new Map<string, string>()
  readonly #report: (sentence: string) => void

  constructor(report: (sentence: string) => void) {
    this.#report = report
  }

  observe(by: string, { id, user_id, client_id }: Message): void {
    if (client_id === undefined) return
    const key = `${user_id} ${client_id}`
    for (const [from, to] of [
      [key, id],
      [id, key],
    ] as const) {
      const known = this.#known.get(from)
      if (known === undefined) this.#known.set(from, to)
      else if (known !== to) this.#report(`${by}: doubled: ${from} is ${known} and ${to}`)
    }
  }

  clear(): void {
    this.#known.clear()
  }
}
