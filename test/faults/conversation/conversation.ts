// What people of a campaign do besides writing: they read, and search.

import { Random } from '../../harness/random.ts'
import type { Harness } from '../harness.ts'
import { checkConversation } from './check-conversation.ts'
import { Reader } from './reader.ts'
import { searchTexts } from './search.ts'

export class Conversation {
  readonly #readers: Reader[]

  /** One client of each user reads. The other tabs of the user are told of it. */
  constructor(harness: Harness) {
    const seen = new Set<string>()
    const first = harness.authors.filter(({ client: { parts } }) => {
      const isFirst = !seen.has(parts.account.id)
      seen.add(parts.account.id)
      return isFirst
    })
    this.#readers = first.map(
      ({ client }, place) => new Reader(client, new Random(harness.seed, place, 8)),
    )
    void searchTexts(harness)
  }

  begin(): void {
    for (const reader of this.#readers) reader.begin()
  }

  async end(): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.end()))
  }

  /** Compares all places after a round. @returns one sentence for each difference */
  check(harness: Harness): Promise<string[]> {
    return checkConversation(harness, this.#readers)
  }
}
