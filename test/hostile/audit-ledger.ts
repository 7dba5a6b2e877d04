// Remembers what the campaign moderated, and compares it with the audit log: each call that was done has
// one entry, each call that was refused has none, and nobody else is in it.

import type { AuditEntry } from '../kit/moderation.ts'

/** A mute, a ban or a purge. Its reason is unique, so it always changes something. */
export type Moderation = {
  action: 'mute' | 'ban' | 'purge'
  /** null: the operator. */
  by: string | null
  target: string
  reason: string
}

type Entry = Pick<AuditEntry, 'id' | 'action' | 'by' | 'target' | 'reason'>

export class AuditLedger {
  /** By reason. The outcome is unknown where no answer came. */
  readonly #asked = new Map<string, Moderation & { isDone: boolean }>()

  get size(): number {
    return this.#asked.size
  }

  /** @param status of the answer */
  note(moderation: Moderation, status: number): void {
    this.#asked.set(moderation.reason, { ...moderation, isDone: status < 300 })
  }

  /**
   * One sentence for each difference.
   * @param appointed the ids of all accounts that somebody was allowed to appoint
   */
  compare(entries: readonly Entry[], appointed: ReadonlySet<string>): string[] {
    const byReason = Map.groupBy(entries, ({ reason }) => reason)
    const strangers = entries.filter(({ by }) => by !== null && !appointed.has(by.id))
    return [
      ...strangers.map(({ action, by }) => `${by?.username} has no role, and did ${action}`),
      ...[...this.#asked.values()].flatMap((asked) =>
        differences(asked, byReason.get(asked.reason) ?? []),
      ),
    ]
  }
}

function differences(
  { isDone, action, by, target, reason }: Moderation & { isDone: boolean },
  entries: readonly Entry[],
): string[] {
  const expected = isDone ? 1 : 0
  if (entries.length !== expected)
    return [`${action} with "${reason}" has ${entries.length} entries, not ${expected}`]
  return entries
    .filter(
      (entry) =>
        entry.action !== action || (entry.by?.id ?? null) !== by || entry.target?.id !== target,
    )
    .map((entry) => `${action} with "${reason}" stands as ${JSON.stringify(entry)}`)
}
