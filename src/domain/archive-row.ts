// Defines what the room hands to the archive: the latest state of a row, with the kind of the row.

import type { Room } from '../contract/moderation.ts'
import type { StoredMessage } from './message.ts'
import type {
  StoredAuditEntry,
  StoredPurge,
  StoredReport,
  StoredRestrictions,
  StoredWords,
} from './moderation.ts'
import type { StoredReactions } from './reactions.ts'
import type { StoredReadMarker } from './read-marker.ts'

/** The state of each kind. */
export type ArchiveStates = {
  messages: StoredMessage
  purges: StoredPurge
  room: Room
  restrictions: StoredRestrictions
  words: StoredWords
  reports: StoredReport
  audit: StoredAuditEntry
  read_markers: StoredReadMarker
  reactions: StoredReactions
}

export type ArchiveKind = keyof ArchiveStates

/**
 * Rows of authors that the archive does not know are refused, or each such author gets a placeholder
 * that nobody can log in to.
 */
export type UnknownAuthors = 'refuse' | 'placeholder'

export type ArchiveRow<K extends ArchiveKind = ArchiveKind> = {
  [One in K]: { kind: One; state: ArchiveStates[One] }
}[K]
