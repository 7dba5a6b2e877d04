// The command that replaces the word list.

import type { StoredWords } from '../../domain/moderation.ts'
import type { Clock } from '../clock/clock.ts'
import type { AuditLog } from '../log/private/audit-log.ts'
import type { WordTable } from '../log/private/word-list.ts'
import type { Revisions } from '../log/revisions.ts'
import { accepted, type Command, refused } from '../sequencer/command.ts'
import { audit } from './audit.ts'
import type { Moderator } from './moderator.ts'

export type WordState = {
  clock: Clock
  words: WordTable
  revisions: Revisions
  auditLog: AuditLog
}

const isSame = (a: string[], b: string[]) =>
  a.length === b.length && a.every((term, n) => term === b[n])

export function writeWords(
  state: WordState,
  by: Moderator,
  { terms, knownRevision }: { terms: string[]; knownRevision: number | null },
): Command<StoredWords> {
  return () => {
    const { words, revisions } = state
    const { current } = words
    const distinct = [...new Set(terms)]
    // The same again is fine, also when the first answer was lost.
    if (isSame(current.terms, distinct)) return accepted(current)
    if (knownRevision !== null && knownRevision !== current.revision)
      return refused({ code: 'outdated' })
    const changed = { terms: distinct, revision: revisions.next() }
    words.write(changed)
    const details = { terms: distinct.length }
    return {
      ...accepted(changed),
      notices: [audit(state, by, { action: 'change_words', details })],
    }
  }
}
