// Says in a sentence what an entry of the audit log is about.

import type { AuditEntry, Room } from '../../client/contract.ts'
import { slowModeText } from './room-values.ts'
import { reasonParts, type SentencePart } from './sentence-parts.ts'
import { timeBeside } from './time-texts.ts'

type Details = AuditEntry['details']

const roles: Record<string, string> = {
  owner: 'an owner',
  moderator: 'a moderator',
  member: 'a member',
}

const reportVerbs: Record<string, string> = {
  open: 'reopened',
  resolved: 'resolved',
  dismissed: 'dismissed',
}

const audienceSubjects: Record<Room['posting'], string> = {
  everyone: 'everyone',
  established: 'everyone but new accounts',
  moderators: 'only moderators',
}

const subjectOf = (audience: unknown): string =>
  audienceSubjects[audience as Room['posting']] ?? String(audience)

/** One phrase for each value that was set. */
function roomPhrases({ slow_mode_ms, posting, links, announcement }: Details): string[] {
  const slowMs = Number(slow_mode_ms)
  return [
    slow_mode_ms === undefined
      ? null
      : slowMs === 0
        ? 'turned slow mode off'
        : `set slow mode to ${slowModeText(slowMs)}`,
    posting === undefined ? null : `let ${subjectOf(posting)} write`,
    links === undefined ? null : `let ${subjectOf(links)} send links`,
    announcement === undefined
      ? null
      : `${announcement === true ? 'changed' : 'removed'} the announcement`,
  ].filter((phrase) => phrase !== null)
}

/** Such as `one, two and three`. */
export function listOf(phrases: readonly string[]): string {
  const last = phrases.at(-1) ?? ''
  return phrases.length < 2 ? last : `${phrases.slice(0, -1).join(', ')} and ${last}`
}

function predicate(entry: AuditEntry): SentencePart[] {
  const { action, target, until, reason, details } = entry
  const at = Date.parse(entry.at)
  const whom: SentencePart = target ? { name: target.username } : 'someone'
  const end = until === null ? 'for good' : `until ${timeBeside(until, at)}`
  const aMessage: SentencePart[] = target ? ['a message of ', whom] : ['a message']
  switch (action) {
    case 'set_role':
      return ['made ', whom, ` ${roles[String(details.role)] ?? String(details.role)}`]
    case 'mute':
      return ['muted ', whom, ` ${end}`, ...reasonParts(reason)]
    case 'ban':
      return ['banned ', whom, ` ${end}`, ...reasonParts(reason)]
    case 'unmute':
      return ['ended the mute of ', whom]
    case 'unban':
      return ['ended the ban of ', whom]
    case 'purge': {
      const since = String(details.since ?? '')
      const isFromTime = Date.parse(since) > 0
      const from = isFromTime ? ` since ${timeBeside(since, at)}` : ''
      return ['deleted all messages of ', whom, from, ...reasonParts(reason)]
    }
    case 'delete_message':
      return ['deleted ', ...aMessage]
    case 'pin':
      return ['pinned a message']
    case 'unpin':
      return ['unpinned a message']
    case 'change_room':
      return [listOf(roomPhrases(details)) || 'changed the room']
    case 'change_words': {
      const count = Number(details.terms)
      return [`changed the word list, which has ${count === 1 ? '1 term' : `${count} terms`} now`]
    }
    case 'close_report':
      return [`${reportVerbs[String(details.status)] ?? 'changed'} a report of `, ...aMessage]
    default:
      // A newer service may know more.
      return [`did this: ${action satisfies never}`]
  }
}

/** Such as `Ada muted Bo until 14:05: Advertising`. */
export function auditSentence(entry: AuditEntry): SentencePart[] {
  const who: SentencePart = entry.by ? { name: entry.by.username } : 'The operator'
  return [who, ' ', ...predicate(entry)]
}
