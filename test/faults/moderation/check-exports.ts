// Reads what people export of their own data: it must not have a text that was deleted or purged.

import type { AcceptedMessage } from '../../kit/final-state.ts'
import { findDeletedTexts } from '../../kit/final-state.ts'
import { isInRange } from '../../kit/known-purges.ts'
import type { Message, Purge } from '../../kit/protocol.ts'
import { callUntilAnswered } from '../call-until-answered.ts'
import { authorsOf, type Team } from './team.ts'

/** Fewer than one person may have in an hour. */
const exportsMax = 8
const exportsEach = 2

export class ExportCheck {
  readonly #counts = new Map<string, number>()
  #since = 0

  /** Exports of some of the people of the newest purges. @returns one sentence for each wrong text */
  async run(
    team: Team,
    { purges, accepted }: { purges: readonly Purge[]; accepted: readonly AcceptedMessage[] },
  ): Promise<string[]> {
    const isNew = ({ revision }: Purge) => revision > this.#since
    const purged = new Set(purges.filter(isNew).map(({ user_id }) => user_id))
    this.#since = Math.max(this.#since, ...purges.map(({ revision }) => revision))
    const people = team.members.filter(
      ({ id }) => purged.has(id) && (this.#counts.get(id) ?? 0) < exportsMax,
    )
    const wrong: string[] = []
    for (const person of people.slice(0, exportsEach)) {
      const [author] = authorsOf(team, person)
      if (!author) continue
      this.#counts.set(person.id, (this.#counts.get(person.id) ?? 0) + 1)
      team.metrics.count('exports')
      const path = '/auth/me/export'
      const { body } = await callUntilAnswered(author.client.parts, { method: 'GET', path })
      const { messages } = body as { messages: Message[] }
      wrong.push(
        ...findDeletedTexts(`the export of ${person.username}`, accepted, messages),
        ...messages
          .filter((message) => purges.some((purge) => isInRange(message, purge)))
          .filter(({ is_deleted, content }) => !is_deleted || content !== '')
          .map(({ id }) => `the export of ${person.username} has the purged ${id}`),
      )
    }
    return wrong
  }
}
